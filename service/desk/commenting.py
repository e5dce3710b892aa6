"""Comments on the lines of a draft, as forms; and the draft as a patch to download."""

from __future__ import annotations

from contextlib import nullcontext

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from service.api.comments import AnswerSchema, NewCommentSchema, ResolutionSchema
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.desk.desk import filled, held, wanted
from service.desk.drafting import shown
from service.desk.looking import shown_at
from service.desk.views import go, number_of, person_view, tell_by_page
from service.http.problems import Problem
from service.publishing import comments, patching
from service.publishing.comments import At, Said

blueprint = Blueprint("commenting", __name__, url_prefix="/desk/drafts")
tell_by_page(blueprint)
RESOLVE = "resolve"


@person_view(blueprint, "/<draft_id>/comments", "draft", ("POST",))
def comment(draft_id: str) -> Response:
    """Comment on a line of the revision that was shown."""
    file, line, removed = filled("file"), number_of("line"), "removed" in request.form
    try:
        said = held(NewCommentSchema, revision=number_of("revision"), file=file, line=line, text=wanted("text"),
                    warning=filled("warning"), removed=removed)  # fmt: skip
        at = At(
            said["revision"],
            said.get("file", ""),
            said.get("line", 0),
            said.get("warning", ""),
            said.get("removed", False),
        )
        with CHECKING.turn() if at.warning else nullcontext(), desk_problems():
            comments.comment(desk(), doer(), draft_id, at, said["text"])
    except Problem as problem:
        return shown(draft_id, problem, (file, -line if removed else line))
    return _back(draft_id, file, -line if removed else line)


@person_view(blueprint, "/<draft_id>/comments/<comment_id>", "draft", ("POST",))
def reply(draft_id: str, comment_id: str) -> Response:
    """Answer a comment, or resolve it."""
    try:
        with desk_problems():
            said = _said(draft_id, comment_id)
            found = next(
                one for one in comments.threads(desk(), desk().draft(draft_id)) if one.comment.id == said.about
            )
    except Problem as problem:
        return shown(draft_id, problem)
    return _back(draft_id, found.place.file, shown_at(found))


def _said(draft_id: str, comment_id: str) -> Said:
    if request.form.get("do") == RESOLVE:
        text = held(ResolutionSchema, text=filled("text")).get("text", "")
        return comments.resolve(desk(), doer(), draft_id, comment_id, text)
    return comments.reply(desk(), doer(), draft_id, comment_id, held(AnswerSchema, text=wanted("text"))["text"])


@person_view(blueprint, "/<draft_id>/patch", "draft")
def patch(draft_id: str) -> Response:
    """The draft as a patch of the policies folder."""
    with desk_problems():
        here = desk()
        draft = here.draft(draft_id)
        made = patching.patch_of(here, draft)
    answer = Response(made.encode(), mimetype="text/x-diff")
    answer.headers["Content-Disposition"] = f'attachment; filename="{patching.name_of(draft)}"'
    return answer


def _back(draft_id: str, file: str, line: int) -> Response:
    """The draft, at the line where something was said."""
    return go(url_for("drafting.show", draft_id=draft_id, _anchor=f"{file}:{line}" if line else None))
