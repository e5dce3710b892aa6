"""`/v1/drafts`: write editions that are not published yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields, validate

from service.api.desk import (
    CHECKING,
    answered,
    checked_of,
    desk,
    desk_problems,
    doer,
    head,
    revision,
    seen_revision,
)
from service.exact_json import dumps
from service.http.answering import answer
from service.http.fields import Day, Strict, Truth, Whole, digest, name
from service.http.problems import FieldError, Problem
from service.http.views import Blueprint
from service.publishing import drafting
from service.publishing.desk import STATES, outdated

blueprint = Blueprint("drafts", __name__, url_prefix="/v1/drafts", description="草稿 / drafts of editions")
MOST = 1_000_000  # revisions
NUMBER = re.compile("[0-9]{1,9}")
FILES = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1, "maxProperties": 200}


class Files(fields.Field[dict[str, str]]):
    """The files of an edition: text by name."""

    json_schema = FILES

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise self.make_error("files")
        return value

    default_error_messages = {"files": "not_files"}  # noqa: RUF012 -- as the base declares it


class BeginSchema(Strict):
    plan = name(64, required=True)
    day = Day(required=True, metadata={"description": "the day from which the edition would be in force"})
    amend = Truth(metadata={"description": "change the published edition of that day"})
    files = Files(metadata={"description": "its own files; else those of the edition before, or of the one amended"})
    edition = name(100, metadata={"description": "begin from this published edition, `plan/day`"})
    sha256 = digest(8, metadata={"description": "begin from what was published once: its hash, or the beginning"})


class FilesSchema(Strict):
    files = Files(required=True)


class UndoSchema(Strict):
    revision = Whole(1, MOST, required=True, metadata={"description": "the earlier revision"})


class ListedSchema(Strict):
    plan = name(64)
    state = fields.String(validate=validate.OneOf(STATES, error="not_a_choice|{choices}"))


@blueprint.view("POST", "", "Draft", status=201, permission="draft", kinds=("conflict", "not-found"))
@blueprint.arguments(BeginSchema)
def begin(wanted: Mapping[str, Any]) -> Response:
    """起草一个版本，或修订一个已发布的版本 / begin a draft of an edition, or of an amendment"""
    given = [one for one in ("files", "edition", "sha256") if one in wanted]
    if len(given) > 1:
        zh, en = f"只写其中之一：{', '.join(given)}。", f"Give one of them: {', '.join(given)}."
        raise Problem.invalid([FieldError(f"/{given[1]}", "not_wanted", zh, en)])
    _hold(wanted.get("files"))
    with desk_problems():
        files = wanted.get("files")
        if "sha256" in wanted:
            _, files = drafting.earlier(desk(), wanted["sha256"])
        if "edition" in wanted:
            files = drafting.of_edition(desk(), wanted["edition"])
        amend = wanted.get("amend", False)
        draft = drafting.begin(desk(), doer(), wanted["plan"], wanted["day"], files, amend=amend)
        return answered(draft, 201)


@blueprint.view("GET", "", "Drafts", permission="draft")
@blueprint.arguments(ListedSchema, location="query")
def find(query: Mapping[str, Any]) -> Response:
    """全部草稿，按方案和生效日 / all drafts, by plan and day"""
    with desk_problems():
        acts = desk().seen()
        listed = desk().drafts.listed()
    found = [head(one, acts) for one in listed.drafts if query.get("plan") in (None, one.plan)]
    shown = [one for one in found if query.get("state") in (None, one["state"])]
    return answer(dumps({"drafts": shown, "spoiled": listed.spoiled}))


@blueprint.view("GET", "/<draft_id>", "WholeDraft", permission="draft", versioned=True)
def read(draft_id: str) -> Response:
    """一份草稿及其文件 / a draft with its files"""
    with desk_problems():
        return answered(desk().draft(draft_id))


@blueprint.view("PUT", "/<draft_id>/files", "SavedDraft", permission="draft", versioned=True,
                kinds=("edit-conflict", "precondition-required"))  # fmt: skip
@blueprint.arguments(FilesSchema)
def save(said: Mapping[str, Any], draft_id: str) -> Response:
    """保存；别人改的若不碰同样的行，一并保留 / save; what others changed elsewhere is kept"""
    number = seen_revision()
    _hold(said["files"])
    with desk_problems():
        done = drafting.save(desk(), doer(), draft_id, number, said["files"])
        return answered(done.draft, merged=done.merged)


@blueprint.view("GET", "/<draft_id>/revisions", "Revisions", permission="draft")
def revisions(draft_id: str) -> Response:
    """一份草稿的各稿 / what was saved of a draft, in order"""
    with desk_problems():
        desk().draft(draft_id)
        found = [revision(one) for one in desk().drafts.revisions(draft_id)]
    return answer(dumps({"revisions": found}))


@blueprint.view("GET", "/<draft_id>/revisions/<number>", "Revision", permission="draft")
def one_revision(draft_id: str, number: str) -> Response:
    """某一稿的文件 / the files of a revision"""
    with desk_problems():
        found = drafting.revision(desk(), draft_id, int(number) if NUMBER.fullmatch(number) else 0)
    return answer(dumps({**revision(found), "files": found.files}))


@blueprint.view("POST", "/<draft_id>/undo", "UndoneDraft", permission="draft", versioned=True,
                kinds=("conflict", "precondition-required"))  # fmt: skip
@blueprint.arguments(UndoSchema)
def undo(said: Mapping[str, Any], draft_id: str) -> Response:
    """回到以前的一稿，并列出一并撤回的各稿 / go back to an earlier revision, and list those taken back with it"""
    number = seen_revision()
    with desk_problems():
        done = drafting.undo(desk(), doer(), draft_id, said["revision"], number)
        return answered(done.draft, takes_back=[revision(one) for one in done.takes_back])


@blueprint.view("POST", "/<draft_id>/update", "SavedDraft", permission="draft", versioned=True,
                kinds=("edit-conflict",))  # fmt: skip
def update(draft_id: str) -> Response:
    """把起草以来发布的改动并入草稿 / merge in what was published since the draft was begun"""
    with desk_problems():
        done = drafting.update(desk(), doer(), draft_id)
        return answered(done.draft, merged=done.merged)


@blueprint.view("GET", "/<draft_id>/check", "Check", permission="draft", kinds=("busy",))
def check(draft_id: str) -> Response:
    """照发布后的样子检查草稿 / check a draft as it would stand once published"""
    with CHECKING.turn(), desk_problems():
        draft, published = desk().draft(draft_id), desk().published()
        found = desk().looked_at(draft, published)
        said = {"revision": draft.saved.number, "sha256": found.sha256(draft.edition),
                "outdated": outdated(draft, published), **checked_of(found)}  # fmt: skip
    return answer(dumps(said))


def _hold(files: Mapping[str, str] | None) -> None:
    """Refuse files that cannot be kept."""
    wrong = {} if files is None else drafting.faults_of(files)
    if wrong:
        raise Problem.invalid(
            FieldError(f"/files/{_escaped(file)}" if file else "/files", "not_a_file", zh, en)
            for file, (zh, en) in wrong.items()
        )


def _escaped(file: str) -> str:
    return file.replace("~", "~0").replace("/", "~1")
