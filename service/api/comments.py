"""`/v1/drafts/{draft_id}/comments`: what is said of the lines of a draft; `…/patch`: the draft for a folder in git."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import fields

from service.api.desk import CHECKING, desk, desk_problems, doer
from service.exact_json import dumps
from service.http.answering import answer
from service.http.fields import Strict, Whole, name, text, words
from service.http.problems import FieldError, Problem
from service.http.views import Blueprint
from service.publishing import comments, drafting, patching
from service.publishing.comments import At, Said, Thread
from service.publishing.lines import place_of

blueprint = Blueprint("comments", __name__, url_prefix="/v1/drafts", description="逐行意见 / comments by line")
LINES = REVISIONS = 10**6
MOST = 1000  # characters of a text


class NewCommentSchema(Strict):
    revision = Whole(1, REVISIONS, required=True, metadata={"description": "of the draft that was looked at"})
    file = text(100)
    line = Whole(1, LINES)
    path = text(300, metadata={"description": "instead of file and line: that of a difference, `decision.item`"})
    text = words(MOST, required=True)
    warning = name(100, metadata={"description": "the code of a warning of that line, which this acknowledges"})
    removed = fields.Boolean(truthy={True}, falsy={False}, metadata={
        "description": "the line is of what the draft was begun from, and the draft removes it"})  # fmt: skip


class AnswerSchema(Strict):
    text = words(MOST, required=True)


class ResolutionSchema(Strict):
    text = words(MOST)


@blueprint.view("GET", "/<draft_id>/comments", "Comments", permission="draft")
def listed(draft_id: str) -> Response:
    """逐行意见，及各自现在在哪一行 / the comments on the lines of a draft, and where each line stands now"""
    with desk_problems():
        here = desk()
        found, doubted = comments.threads(here, here.draft(draft_id)), comments.refused(here)
    refused = [{"log_id": line.id, "code": code} for line, code in doubted]
    return answer(dumps({"comments": [thread_of(one) for one in found], "refused": refused}))


@blueprint.view("POST", "/<draft_id>/comments", "Remark", status=201, permission="draft",
                kinds=("busy", "conflict"))  # fmt: skip
@blueprint.arguments(NewCommentSchema)
def comment(said: Mapping[str, Any], draft_id: str) -> Response:
    """对某一行提意见，或说明为何可以保留一个提醒 / comment on a line, or say why a warning there may stand"""
    with CHECKING.turn() if said.get("warning") else nullcontext(), desk_problems():
        at = _place(said, draft_id)
        made = comments.comment(desk(), doer(), draft_id, at, said["text"])
    return answer(dumps(said_of(made)), 201)


@blueprint.view("POST", "/<draft_id>/comments/<comment_id>/answers", "Remark", status=201, permission="draft",
                kinds=("conflict",))  # fmt: skip
@blueprint.arguments(AnswerSchema)
def reply(said: Mapping[str, Any], draft_id: str, comment_id: str) -> Response:
    """答复一条意见 / answer a comment; one that was resolved is open again"""
    with desk_problems():
        made = comments.reply(desk(), doer(), draft_id, comment_id, said["text"])
    return answer(dumps(said_of(made)), 201)


@blueprint.view("POST", "/<draft_id>/comments/<comment_id>/resolve", "Remark", status=201, permission="draft",
                kinds=("conflict",))  # fmt: skip
@blueprint.arguments(ResolutionSchema)
def resolve(said: Mapping[str, Any], draft_id: str, comment_id: str) -> Response:
    """了结一条意见：提意见的人或审批人 / resolve a comment: by whoever made it, or an approver"""
    with desk_problems():
        made = comments.resolve(desk(), doer(), draft_id, comment_id, said.get("text", ""))
    return answer(dumps(said_of(made)), 201)


@blueprint.view("GET", "/<draft_id>/patch", "Patch", permission="draft", kinds=("conflict",))
def patch(draft_id: str) -> Response:
    """草稿作为政策目录的补丁，及怎样用 / a draft as a patch of the policies folder, and what to do with it"""
    with desk_problems():
        here = desk()
        draft = here.draft(draft_id)
        made, steps = patching.patch_of(here, draft), patching.steps(draft, here)
    said = {"name": patching.name_of(draft), "patch": made, "steps": [{"zh": one.zh, "en": one.en} for one in steps]}
    return answer(dumps(said))


def _place(said: Mapping[str, Any], draft_id: str) -> At:
    """The line that a comment is about, which a file and a line say, or the path of a difference."""
    if "path" in said and not {"file", "line"} & said.keys():
        files = drafting.revision(desk(), draft_id, said["revision"]).files
        if (found := place_of(files, said["path"])) is None:
            raise Problem.invalid([FieldError("/path", "unknown_place", f"草稿的文件里没有 {said['path']}。",
                                              f"The files of the draft have no {said['path']}.")])  # fmt: skip
        return At(said["revision"], *found, said.get("warning", ""))
    missing = [one for one in ("file", "line") if one not in said]
    if missing or "path" in said:
        zh, en = "写 file 和 line，或者只写 path。", "Give file and line, or path alone."
        raise Problem.invalid([FieldError(f"/{one}", "missing", zh, en) for one in missing or ["path"]])
    return At(said["revision"], said["file"], said["line"], said.get("warning", ""), said.get("removed", False))


def said_of(said: Said) -> dict[str, Any]:
    return {**asdict(said), "when": said.when and said.when.isoformat()}


def thread_of(thread: Thread) -> dict[str, Any]:
    return {
        "id": thread.comment.id,
        "by": thread.comment.by,
        "when": thread.comment.when and thread.comment.when.isoformat(),
        "text": thread.comment.text,
        **asdict(thread.place),
        "quoted": thread.quoted,
        "line_now": thread.line,
        "resolved": thread.resolved is not None,
        "answers": [said_of(one) for one in thread.answers],
    }
