"""Human review of an automated decision (Personal Information Protection Law, art. 24).

A person may ask for it; a reviewer records what came of it. Text stand in the log beside the decision, the words
sealed, for they may speak of a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields, validate

from rules.model import Rule
from service.api.decisions import find_line, line_of
from service.api.replaying import edition_of
from service.exact_json import dumps
from service.http.answering import ASKED, OPENED, REVIEWED, Idempotent, answer, log_problems, scribe
from service.http.context import caller, service
from service.http.fields import Strict, text
from service.http.problems import FieldError, Problem
from service.http.views import Blueprint
from service.log import Line, Once

blueprint = Blueprint("reviews", __name__, url_prefix="/v1", description="人工复核 / human review")
UPHELD, CHANGED = "upheld", "changed"
DONE = "这个申请已有复核结果。", "This request has its outcome already."


class ReviewRequestSchema(Strict):
    reason = text(1000, metadata={"description": "in the person's words; sealed"})


class ReviewOutcomeSchema(Strict):
    result = fields.String(
        required=True,
        validate=validate.OneOf([UPHELD, CHANGED], error="not_a_choice|{choices}"),
        metadata={"description": "the decision stands, or another outcome takes its place"},
    )
    outcome = text(100, metadata={"description": "the outcome that takes its place"})
    note = text(1000, metadata={"description": "sealed"})


@blueprint.view(
    "POST", "/decisions/<log_id>/review-requests", "Recorded", status=201, permission="request_review", idempotent=True
)
@blueprint.arguments(ReviewRequestSchema, required=False)
def ask(wanted: Mapping[str, Any], log_id: str) -> Response:
    """申请人工复核 / ask for human review"""
    line = line_of(log_id)
    made = scribe().line(ASKED, b"{}", line, _words(wanted.get("reason")))
    once = Idempotent()
    body = once.before() or once.write([made], dumps({"id": made.id, "decision_log_id": line.id}))
    return answer(body, 201)


@blueprint.view("GET", "/review-requests/<request_id>", "ReadRequest", permission="record_review", kinds=("gone",))
def read(request_id: str) -> Response:
    """读一个复核申请；每次查看都记入日志 / read a request for review; every look is logged"""
    asked = _asked(request_id)
    with log_problems():
        words = json.loads(service().log.inputs(asked.id))["words"] if asked.sealed_sha256 else None
        service().log.append([scribe().line(OPENED, dumps({"why": ASKED}), asked)])
    shown = {"id": asked.id, "decision_log_id": asked.refers_to, "at": asked.at.isoformat(), "reason": words}
    return answer(dumps(shown))


@blueprint.view(
    "POST",
    "/review-requests/<request_id>/outcome",
    "Recorded",
    status=201,
    permission="record_review",
    kinds=("conflict",),
)
@blueprint.arguments(ReviewOutcomeSchema)
def conclude(found: Mapping[str, Any], request_id: str) -> Response:
    """记录复核结果：每个申请一次 / record what the review came to: once for each request"""
    asked = _asked(request_id)
    with log_problems():
        decided = service().log.get(asked.refers_to)
        done = any(json.loads(one.body).get("request") == request_id for one in service().log.about(asked.refers_to))
    if decided is None or decided.caller == caller().id:
        raise Problem("conflict", "复核不能由作出判定的一方来做。", "Whoever made the decision cannot review it.")
    if done:
        raise Problem("conflict", *DONE)
    _check(found, edition_of(decided).edition.rules[decided.decision], decided.outcome)
    said = {"request": request_id, **{key: found[key] for key in ("result", "outcome") if key in found}}
    made = scribe().line(REVIEWED, dumps(said), decided, _words(found.get("note")))
    body = dumps({"id": made.id, "decision_log_id": decided.id})
    only = Once("", f"{REVIEWED} {request_id}", made.id.encode(), body, 201)  # two at once: one of them is told
    try:
        with log_problems():
            service().log.append([made], only)
    except Problem as problem:
        raise Problem("conflict", *DONE) if problem.kind == "idempotency-key-reused" else problem from None
    return answer(body, 201)


def _asked(request_id: str) -> Line:
    asked = find_line(request_id)
    if asked is None or asked.kind != ASKED:
        raise Problem("not-found", f"没有复核申请 {request_id}。", f"There is no review request {request_id}.")
    return asked


def _check(found: Mapping[str, Any], rule: Rule, before: str) -> None:
    """A changed decision needs an outcome the decision can have, different from the first unless its figures
    changed."""
    others = [one for one in rule.outcomes if one != before or rule.body.outputs]
    outcome, known = found.get("outcome"), ", ".join(others)
    if found["result"] == UPHELD and outcome is not None:
        zh, en = "维持原判定时不写结论。", "A decision that is upheld keeps its outcome: leave this out."
        raise Problem.invalid([FieldError("/outcome", "not_wanted", zh, en)])
    if found["result"] == CHANGED and outcome not in others:
        zh, en = f"请写其中之一：{known}。", f"Write one of: {known}."
        raise Problem.invalid([FieldError("/outcome", "not_a_choice", zh, en)])


def _words(said: str | None) -> bytes | None:
    return None if said is None else dumps({"words": said})
