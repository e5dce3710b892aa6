"""What is done about drafts and published editions: submit, send back, reject, approve, discard, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields, validate

from service.api.desk import CHECKING, act_of, checked_of, desk, desk_problems, doer, seen_revision
from service.exact_json import dumps
from service.http.answering import answer
from service.http.fields import WRONG_LENGTH, Strict, Whole, digest, text, words
from service.http.views import Blueprint
from service.publishing import Comment, Source, deciding

blueprint = Blueprint("approvals", __name__, url_prefix="/v1", description="审批与发布 / approval and publishing")
MANY = 1000  # warnings or comments
LINES = 10**6


class SourceDocumentSchema(Strict):
    title = words(200, required=True)
    sha256 = digest(64, required=True, metadata={"description": "of the document's file"})


class SubmissionSchema(Strict):
    reason = words(1000, required=True)
    source = fields.Nested(SourceDocumentSchema, required=True)


class LineCommentSchema(Strict):
    file = text(100, required=True)
    line = Whole(1, LINES, required=True)
    text = words(1000, required=True)


class RequestedSchema(Strict):
    reason = words(1000, required=True)
    comments = fields.List(fields.Nested(LineCommentSchema), validate=validate.Length(max=MANY, error=WRONG_LENGTH))


class ReasonSchema(Strict):
    reason = words(1000, required=True)


def _acknowledged() -> fields.List[str]:
    return fields.List(text(500), validate=validate.Length(max=MANY, error=WRONG_LENGTH),
                       metadata={"description": "the ids of the warnings that were seen"})  # fmt: skip


class ApprovalSchema(Strict):
    sha256 = digest(64, required=True, metadata={"description": "of the edition that was looked at"})
    acknowledged = _acknowledged()
    reason = words(1000)


class WithdrawalSchema(Strict):
    reason = words(1000, required=True)
    acknowledged = _acknowledged()


@blueprint.view("POST", "/drafts/<draft_id>/submit", "Submitted", status=201, permission="draft", versioned=True,
                kinds=("conflict", "not-publishable", "precondition-required", "busy"))  # fmt: skip
@blueprint.arguments(SubmissionSchema)
def submit(said: Mapping[str, Any], draft_id: str) -> Response:
    """提交审批 / put a draft before whoever approves"""
    number = seen_revision()
    with CHECKING.turn(), desk_problems():
        act, checked = deciding.submit(desk(), doer(), draft_id, number, said["reason"], Source(**said["source"]))
    return answer(dumps({"act": act_of(act), **checked_of(checked)}), 201)


@blueprint.view("POST", "/drafts/<draft_id>/request-changes", "Done", status=201, permission="approve", in_person=True,
                kinds=("conflict",))  # fmt: skip
@blueprint.arguments(RequestedSchema)
def request_changes(said: Mapping[str, Any], draft_id: str) -> Response:
    """退回修改，可逐行写意见 / send a draft back, with comments by line"""
    comments = tuple(Comment(**one) for one in said.get("comments", ()))
    with desk_problems():
        act = deciding.request_changes(desk(), doer(), draft_id, said["reason"], comments)
    return answer(dumps({"act": act_of(act)}), 201)


@blueprint.view("POST", "/drafts/<draft_id>/reject", "Done", status=201, permission="approve", in_person=True,
                kinds=("conflict",))  # fmt: skip
@blueprint.arguments(ReasonSchema)
def reject(said: Mapping[str, Any], draft_id: str) -> Response:
    """否决 / refuse a draft for good"""
    with desk_problems():
        act = deciding.reject(desk(), doer(), draft_id, said["reason"])
    return answer(dumps({"act": act_of(act)}), 201)


@blueprint.view("POST", "/drafts/<draft_id>/approve", "Done", status=201, permission="approve", in_person=True,
                kinds=("conflict", "not-publishable", "busy"))  # fmt: skip
@blueprint.arguments(ApprovalSchema)
def approve(said: Mapping[str, Any], draft_id: str) -> Response:
    """批准：到生效日自行生效；不能由写过的人批准 / approve: in force by itself on its day; never by an author"""
    acknowledged = tuple(said.get("acknowledged", ()))
    with CHECKING.turn(), desk_problems():
        act = deciding.approve(desk(), doer(), draft_id, said["sha256"], acknowledged, said.get("reason", ""))
    return answer(dumps({"act": act_of(act)}), 201)


@blueprint.view("POST", "/drafts/<draft_id>/discard", "Done", status=201, permission="draft", kinds=("conflict",))
@blueprint.arguments(ReasonSchema)
def discard(said: Mapping[str, Any], draft_id: str) -> Response:
    """放弃草稿 / give a draft up"""
    with desk_problems():
        act = deciding.discard(desk(), doer(), draft_id, said["reason"])
    return answer(dumps({"act": act_of(act)}), 201)


@blueprint.view(
    "GET", "/plans/<plan>/editions/<date>/withdrawal", "CheckedWithdrawal", permission="withdraw", kinds=("busy",)
)
def would_withdraw(plan: str, date: str) -> Response:
    """撤回会怎样 / what it would do to withdraw an edition"""
    with CHECKING.turn(), desk_problems():
        found = deciding.would_withdraw(desk(), f"{plan}/{date}")
    return answer(dumps(checked_of(found)))


@blueprint.view("POST", "/plans/<plan>/editions/<date>/withdraw", "Done", status=201, permission="withdraw",
                in_person=True, kinds=("conflict", "not-publishable", "busy"))  # fmt: skip
@blueprint.arguments(WithdrawalSchema)
def withdraw(said: Mapping[str, Any], plan: str, date: str) -> Response:
    """撤回尚未到生效日的版本 / take back a published edition before its day"""
    acknowledged = tuple(said.get("acknowledged", ()))
    with CHECKING.turn(), desk_problems():
        act = deciding.withdraw(desk(), doer(), f"{plan}/{date}", said["reason"], acknowledged)
    return answer(dumps({"act": act_of(act)}), 201)
