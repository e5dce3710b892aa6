"""Human review of an automated decision (Personal Information Protection Law, art. 24).

A person may ask for it; a reviewer records what came of it. Text stand in the log beside the decision, the words
sealed, for they may speak of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, cast

from flask import Response
from marshmallow import ValidationError, fields, validate

from rules.model import Rule
from service.api.decisions import MOST, PAGE, Cursor, cursor_of, line_of, only_caller
from service.api.replaying import edition_of
from service.api.reviewing import CLOSED, OPEN, Review, all_of, review_of, words_of
from service.exact_json import dumps
from service.http.answering import ASKED, OPENED, REVIEWED, Idempotent, answer, log_problems, scribe
from service.http.cases import field_errors
from service.http.context import caller, service
from service.http.fields import Day, Strict, Whole, text, words
from service.http.problems import FieldError, Problem
from service.http.views import Blueprint

blueprint = Blueprint("reviews", __name__, url_prefix="/v1", description="人工复核 / human review")
UPHELD, CHANGED = "upheld", "changed"


class ReviewRequestSchema(Strict):
    reason = words(1000, metadata={"description": "in the person's words; sealed"})


class ReviewOutcomeSchema(Strict):
    result = fields.String(
        required=True,
        validate=validate.OneOf([UPHELD, CHANGED], error="not_a_choice|{choices}"),
        metadata={"description": "the decision stands, or another outcome takes its place"},
    )
    outcome = text(100, metadata={"description": "the outcome that takes its place"})
    note = words(1000, metadata={"description": "sealed"})


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


class RequestsSchema(Strict):
    state = fields.String(
        validate=validate.OneOf([OPEN, CLOSED], error="not_a_choice|{choices}"),
        metadata={"description": "both without it"},
    )
    due = Day(metadata={"description": "due on this day or earlier"})
    cursor = Cursor(metadata={"description": "`next` of the page before"})
    limit = Whole(1, MOST, load_default=PAGE)


@blueprint.view("GET", "/review-requests", "ReviewPage", permission="read")
@blueprint.arguments(RequestsSchema, location="query")
def find(query: Mapping[str, Any]) -> Response:
    """复核清单：先申请的在前 / the requests for review, the oldest first"""
    state, due = query.get("state"), query.get("due")
    fits = (
        one for one in all_of(only_caller(), query.get("cursor", 0))
        if state in (None, one.state) and (due is None or one.due <= due)
    )  # fmt: skip
    shown = list(islice(fits, query["limit"]))
    following = cursor_of(shown[-1].asked.seq) if next(fits, None) else None
    return answer(dumps({"review_requests": [one.as_dict() for one in shown], "next": following}))


@blueprint.view("GET", "/review-requests/<request_id>", "ReadRequest", permission="read", kinds=("gone",))
def read(request_id: str) -> Response:
    """读一个复核申请及其结果；每次查看都记入日志 / read a request for review and its outcome; every look is logged"""
    found = review_of(request_id)
    reason, note = words_of(found.asked), words_of(found.concluded)
    with log_problems():
        service().log.append([scribe().line(OPENED, dumps({"why": ASKED}), found.asked)])
    return answer(dumps({**found.as_dict(), "reason": reason, "note": note}))


@blueprint.view(
    "POST",
    "/review-requests/<request_id>/outcome",
    "Recorded",
    status=201,
    permission="record_review",
    kinds=("conflict",),
    idempotent=True,
)
@blueprint.arguments(ReviewOutcomeSchema)
def conclude(said: Mapping[str, Any], request_id: str) -> Response:
    """记录复核结果：每个申请一次 / record what the review came to: once for each request"""
    return answer(record(review_of(request_id), said), 201)


def outcome_of(said: Mapping[str, str]) -> Mapping[str, Any]:
    """What a form says, held to what the API takes; Problem where it is something else."""
    try:
        return cast("Mapping[str, Any]", ReviewOutcomeSchema().load(said))
    except ValidationError as error:
        raise Problem.invalid(field_errors(error.messages)) from None


def record(found: Review, said: Mapping[str, Any]) -> bytes:
    """Record what a review came to, once; Problem where it cannot be recorded. Returns the answer to send."""
    decided = found.decided
    if decided.caller == caller().client:
        raise Problem("conflict", "复核不能由作出判定的一方来做。", "Whoever made the decision cannot review it.")
    once, act = Idempotent(), f"{REVIEWED} {found.asked.id}"
    if found.concluded:
        written = once.again_only(act)
    else:
        _check(said, edition_of(decided).edition.rules[decided.decision], decided.outcome)
        result = {"request": found.asked.id, **{key: said[key] for key in ("result", "outcome") if key in said}}
        made = scribe().line(REVIEWED, dumps(result), decided, _words(said.get("note")))
        written = once.write_only(act, made, dumps({"id": made.id, "decision_log_id": decided.id}), 201)
    if written is None:
        raise Problem("conflict", "这个申请已有复核结果。", "This request has its outcome already.")
    return written


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
