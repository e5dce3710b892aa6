"""Human review of an automated decision (Personal Information Protection Law, art. 24).

A person may ask for it; a reviewer records what came of it. Both stand in the log beside the decision, the words
sealed, for they may speak of a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields, validate

from service.context import caller, service
from service.exact_json import dumps
from service.marks import ends_with, idempotent
from service.problems import Problem
from service.recording import ASKED, REVIEWED, Idempotent, answer, scribe, told
from service.requests import Blueprint
from service.resources.decisions import find_line, line_of
from service.schemas import Strict, text
from service.security import needs

blueprint = Blueprint("reviews", __name__, url_prefix="/v1", description="人工复核 / human review")
UPHELD, CHANGED = "upheld", "changed"


class ReviewRequestSchema(Strict):
    reason = text(1000, metadata={"description": "in the person's words; sealed"})


class ReviewOutcomeSchema(Strict):
    result = fields.String(
        required=True,
        validate=validate.OneOf([UPHELD, CHANGED], error="not_a_choice"),
        metadata={"description": "the decision stands, or another outcome takes its place"},
    )
    outcome = text(100, metadata={"description": "the outcome that takes its place"})
    note = text(1000, metadata={"description": "sealed"})


class RecordedSchema(Strict):
    id = fields.String(required=True)
    decision_log_id = fields.String(required=True)


@blueprint.route("/decisions/<log_id>/review-requests", methods=["POST"])
@blueprint.arguments(ReviewRequestSchema)
@blueprint.response(201, RecordedSchema)
@needs("request_review")
@idempotent
def ask(wanted: Mapping[str, Any], log_id: str) -> Response:
    """申请人工复核 / ask for human review"""
    line = line_of(log_id)
    made = scribe().line(ASKED, b"{}", line, _words(wanted.get("reason")))
    once = Idempotent()
    body = once.before() or once.write([made], dumps({"id": made.id, "decision_log_id": line.id}))
    return answer(body, 201)


@blueprint.route("/review-requests/<request_id>/outcome", methods=["POST"])
@blueprint.arguments(ReviewOutcomeSchema)
@blueprint.response(201, RecordedSchema)
@needs("record_review")
@ends_with("conflict")
@idempotent
def conclude(found: Mapping[str, Any], request_id: str) -> Response:
    """记录复核结果 / record what the review came to"""
    once = Idempotent()
    if (before := once.before()) is not None:
        return answer(before, 201)
    asked = find_line(request_id)
    with told():
        if asked is None or asked.kind != ASKED:
            raise Problem("not-found", f"没有复核申请 {request_id}。", f"There is no review request {request_id}.")
        decided = service().log.get(asked.refers_to)
        done = any(json.loads(one.body).get("request") == request_id for one in service().log.about(asked.refers_to))
    if done:
        raise Problem("conflict", "这个申请已有复核结果。", "This request has its outcome already.")
    if decided is None or decided.caller == caller().id:
        raise Problem("conflict", "复核不能由作出判定的一方来做。", "Whoever made the decision cannot review it.")
    said = {"request": request_id, "result": found["result"]} | (
        {"outcome": found["outcome"]} if "outcome" in found else {}
    )
    made = scribe().line(REVIEWED, dumps(said), decided, _words(found.get("note")))
    body = once.write([made], dumps({"id": made.id, "decision_log_id": decided.id}))
    return answer(body, 201)


def _words(said: str | None) -> bytes | None:
    return None if said is None else dumps({"words": said})
