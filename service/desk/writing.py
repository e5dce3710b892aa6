"""The text of a draft's files: shown, checked as one types, and saved."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from rules.problems.problem import Problem as Fault
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.desk.desk import shared, standing
from service.desk.first_look import looked_at
from service.desk.views import BUSY, TEXT, go, number_of, person_view, tell_by_page
from service.exact_json import dumps
from service.http.answering import answer
from service.http.problems import FieldError, Problem
from service.pages.pages import page
from service.publishing import CHANGES_REQUESTED, drafting
from service.publishing.desk import DRAFT, OPEN

blueprint = Blueprint("writing", __name__, url_prefix="/desk/drafts")
tell_by_page(blueprint)


@person_view(blueprint, "/<draft_id>/text/<file>", "draft")
def show(draft_id: str, file: str) -> Response:
    """One file as text."""
    with desk_problems():
        draft = desk().draft(draft_id)
    if file not in draft.saved.files:
        raise Problem("not-found", f"草稿里没有 {file}。", f"The draft has no {file}.")
    return _text(draft_id, file, draft.saved.files[file], draft.saved.number)


@person_view(blueprint, "/<draft_id>/text/<file>", "draft", ("POST",), most=TEXT)
def save(draft_id: str, file: str) -> Response:
    """Save the text of a file. Where somebody else has changed the same lines, nothing is lost: both are shown."""
    number, text = number_of("revision"), lines_of(request.form.get("text", ""))
    with desk_problems():
        made_of = drafting.revision(desk(), draft_id, number)
    files = {**made_of.files, file: as_before(text, made_of.files.get(file, ""))}
    try:
        _hold(files)
        with desk_problems():
            drafting.save(desk(), doer(), draft_id, number, files)
    except Problem as problem:
        return _text(draft_id, file, text, number, problem)
    return go(url_for("drafting.show", draft_id=draft_id))


def _text(draft_id: str, file: str, text: str, number: int, problem: Problem | None = None) -> Response:
    with desk_problems():
        here = desk()
        draft = here.draft(draft_id)
        state = standing(draft, here.seen()).state
    waits = problem is None and not looked_at(draft)  # the editor asks for what is wrong once it is there
    theirs = draft.saved.files.get(file, "") if problem is not None and draft.saved.number != number else None
    shown = page("draft_text.html", draft=draft, file=file, text=text, number=number, problem=problem, theirs=theirs,
                 faults=() if waits else _faults_now(draft_id, file, text), waits=waits,
                 may_write=state in OPEN,
                 saves_itself=state in (DRAFT, CHANGES_REQUESTED), **shared())  # fmt: skip
    shown.status_code = 200 if problem is None else 422
    return shown


@person_view(blueprint, "/<draft_id>/text/<file>/check", "draft", ("POST",), most=TEXT)
def check_text(draft_id: str, file: str) -> Response:
    """The problems that a text would have, as one types; nothing is saved."""
    text = lines_of(request.form.get("text", ""))
    _hold({file: text})
    found = _faults(draft_id, file, text)
    return answer(dumps({"problems": [one.as_dict() for one in found]}))


def _hold(files: Mapping[str, str]) -> None:
    """Refuse files that cannot be kept."""
    if faults := drafting.faults_of(files):
        raise Problem.invalid([FieldError(f"/{name}", "not_a_file", *said) for name, said in faults.items()])


def _faults_now(draft_id: str, file: str, text: str) -> list[Fault]:
    """The problems of a text; none where the service is too busy to look: the page asks again as one types."""
    try:
        return _faults(draft_id, file, text)
    except Problem as problem:
        if problem.kind != BUSY:
            raise
        return []


def _faults(draft_id: str, file: str, text: str) -> list[Fault]:
    """The problems of a file of a draft, were this its text; none of one that cannot be kept, which is told already."""
    if drafting.faults_of({file: text}):
        return []
    with CHECKING.turn(), desk_problems():
        here = desk()
        draft, published = here.draft(draft_id), here.published()
        files = {**draft.saved.files, file: text}
        as_saved = files == draft.saved.files
        found = here.looked_at(draft, published) if as_saved else here.tried(draft, published, files)
    return [one for one in found.problems if one.mark.file.rpartition("/")[2] == file]


def lines_of(text: str) -> str:
    """The text of a form, which ends its lines as HTTP does."""
    return text.replace("\r\n", "\n")


def as_before(text: str, before: str) -> str:
    """A text with the line ends, and the end, that the file had: a form keeps neither."""
    ended = text if text.endswith("\n") or not before.endswith("\n") else text + "\n"
    return ended.replace("\n", "\r\n") if "\r\n" in before else ended
