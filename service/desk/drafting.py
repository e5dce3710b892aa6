"""A draft: what it changes, in words; its text; submitting it; and what whoever approves does with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256 as digest
from itertools import groupby

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from rules.editing.address import Refused
from rules.editing.cases import FILE
from rules.editing.texts import SUFFIX, tree
from rules.format.titles import title_of_file
from service.api.approvals import ApprovalSchema, ReasonSchema, SubmissionSchema
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.api.effects import asked as effect_of
from service.api.effects import state_of
from service.desk.desk import filled, held, shared, standing, wanted
from service.desk.first_look import after_first_look
from service.desk.looking import cases_of, look, seen_by, told
from service.desk.views import NUMBER, go, number_of, person_view, tell_by_page
from service.desk.wording import Words
from service.effect import State
from service.examples.own import MISSED
from service.http.context import caller, service
from service.http.problems import FieldError, Problem
from service.keys import PERMISSIONS
from service.pages.pages import page, page_language
from service.policies.sources import DATABASE
from service.publishing import APPROVED, CHANGES_REQUESTED, SUBMITTED, Source, deciding, drafting, patching
from service.publishing.checking import about, name_of
from service.publishing.comparing import against, called_then, changes_of, differences, inherited, moved
from service.publishing.desk import DRAFT, OPEN, outdated
from service.publishing.drafts import Draft, Revision
from service.publishing.remembered import worded

blueprint = Blueprint("drafting", __name__, url_prefix="/desk/drafts")
tell_by_page(blueprint)
WHAT = {"added": ("新文件", "new file"), "removed": ("删去的文件", "removed")}


@person_view(blueprint, "/<draft_id>", "draft")
@after_first_look
def show(draft_id: str) -> Response:
    said = request.args.get("at", "")
    if (place := _place(said)) or not said:
        return shown(draft_id, asked=place)
    zh, en = "地址里的 at 要写“文件:行号”。", "Write `at` in the address as file:line."
    return shown(draft_id, Problem.invalid([FieldError("/at", "not_a_place", zh, en)]))


def _place(text: str) -> tuple[str, int] | None:
    """The line, `file:line`, that somebody wants to say something of; `file:-line` is one that is removed."""
    file, _, line = text.rpartition(":")
    return (file, int(line)) if file and NUMBER.fullmatch(line.removeprefix("-")) else None


def _may(state: str, *, barred: bool, again: bool) -> dict[str, bool]:
    """What whoever looks may do with a draft."""
    can = PERMISSIONS[caller().role]
    return {
        "write": state in OPEN,
        "comment": state in OPEN,
        "submit": state in (DRAFT, CHANGES_REQUESTED) or again,
        "approve": state == SUBMITTED and "approve" in can and not barred and not again,
        "send_back": state == SUBMITTED and "approve" in can,
    }


def shown(draft_id: str, problem: Problem | None = None, asked: tuple[str, int] | None = None) -> Response:
    """The page of a draft; `asked` is a line with a form to comment on it."""
    with CHECKING.turn(), desk_problems():
        here = desk()
        draft, acts, published = here.draft(draft_id), here.seen(), here.published()
        found = standing(draft, acts)
        checked = here.looked_at(draft, published)
        unsure = found.state != APPROVED and any(one.code != MISSED for one in checked.errors)
        moves = changes_of(found.last, checked)
        changes = [(one, None if unsure else differences(here.log, one, checked.files, draft.saved.base))
                   for one in moves]  # fmt: skip
        held_against = {} if unsure else against(here.log, moves, checked.files, draft.saved.base)
        revisions, looked = here.drafts.revisions(draft_id), look(here, draft, checked, changes, asked)
        patches = service().settings.published_in != DATABASE and bool(checked.changes)
        words = Words.over(draft.edition, draft.saved.files, here.files(published))
        cases = cases_of(here, draft, checked)
        why = deciding.barred(here, doer(), draft, found.last) if found.state == SUBMITTED and found.last else None
        parents, since = inherited(here.log, found.last, draft, checked), moved(here.log, published, draft, found.last)
        seen = {act.id: seen_by(act, worded(here, act, acts), looked.all) for act in acts if act.draft == draft_id}
        called = called_then(here.log, checked, found.last)
        mine = found.written_by(here.rights.accounts(caller().id))
    history = told([one for one in acts if one.draft == draft_id], looked)
    made = page("draft.html", draft=draft, state=found.state, last=found.last, checked=checked, changes=changes,
                 may=_may(found.state, barred=why is not None, again=bool(since.names)), why=why, mine=mine,
                 history=history, revisions=_folded(revisions), against=held_against,
                 outdated=outdated(draft, published), about=about, name_of=name_of, problem=problem, said=request.form,
                 titles=_titles(draft), inherited=parents, moved=since, look=looked, asked=asked, me=caller().id,
                 WHAT=WHAT, called=called, cases=cases, CASES=FILE, MISSED=MISSED, words=words, seen=seen,
                 effect=_effect(draft_id), steps=patching.steps(draft, here) if patches else (),
                 today=here.today().isoformat(), **shared([draft]))  # fmt: skip
    made.status_code = 200 if problem is None else 422
    return made


def _effect(draft_id: str) -> State | None:
    """What is known of the effect, for whoever may see it; nothing is worked out here."""
    return state_of(effect_of(draft_id)) if "effect" in PERMISSIONS[caller().role] else None


def _folded(revisions: tuple[Revision, ...]) -> list[list[Revision]]:
    """Revisions, the last first; those that one person has saved in a row together."""
    return [[*some] for _, some in groupby(reversed(revisions), key=lambda one: one.by)]


def _titles(draft: Draft) -> dict[str, str]:
    """What the files of a draft are called: the titles of its decisions, and what the format calls the others."""
    titles, lang = {}, page_language()
    for name, text in draft.saved.files.items():
        titles[name] = title_of_file(name.removesuffix(SUFFIX)).get(lang)
        with suppress(Refused):
            said = tree(name.removesuffix(SUFFIX), text).at("title")
            titles[name] = said.at(lang).text or said.at("zh").text or titles[name]
    return titles


# --- what is done with it


def _act(draft_id: str, act: Callable[[], object]) -> Response:
    """Do something, and show the draft; where it is refused, with why and what was filled in."""
    try:
        with CHECKING.turn(), desk_problems(lambda one: _words(draft_id).at_its_line(one)):
            act()
    except Problem as problem:
        return shown(draft_id, problem)
    return go(url_for("drafting.show", draft_id=draft_id))


def _words(draft_id: str) -> Words:
    with desk_problems():
        here = desk()
        draft = here.draft(draft_id)
        return Words.over(draft.edition, draft.saved.files, here.files(here.published()))


@person_view(blueprint, "/<draft_id>/submit", "draft", ("POST",), most=sys.maxsize)
def submit(draft_id: str) -> Response:
    """Submit with a reason and the document behind it, of which only title and hash are kept."""

    def act() -> None:
        reason, title, document = wanted("reason"), wanted("title"), request.files.get("document")
        content = b"" if document is None else document.read()
        if not content:
            raise Problem.invalid([FieldError("/document", "missing", "请选择文件。", "Choose the file.")])
        source = {"title": title, "sha256": digest(content).hexdigest()}
        said = held(SubmissionSchema, reason=reason, source=source)
        deciding.submit(desk(), doer(), draft_id, number_of("revision"), said["reason"], Source(**said["source"]))

    return _act(draft_id, act)


@person_view(blueprint, "/<draft_id>/approve", "approve", ("POST",))
def approve(draft_id: str) -> Response:
    def act() -> None:
        seen = request.form.getlist("acknowledged")
        said = held(ApprovalSchema, sha256=wanted("sha256"), acknowledged=seen, reason=filled("reason"))
        deciding.approve(desk(), doer(), draft_id, said["sha256"], tuple(said.get("acknowledged", ())),
                         said.get("reason", ""))  # fmt: skip

    return _act(draft_id, act)


@person_view(blueprint, "/<draft_id>/request-changes", "approve", ("POST",))
def request_changes(draft_id: str) -> Response:
    """Send it back; what there is to say of a line is a comment at that line."""
    return _act(draft_id, lambda: deciding.request_changes(desk(), doer(), draft_id, _reason(), (), _seen()))


def _reason() -> str:
    reason: str = held(ReasonSchema, reason=wanted("reason"))["reason"]
    return reason


def _seen() -> int:
    """The revision that the page showed: whoever sends back what is another text by now has not read it."""
    return number_of("revision")


@person_view(blueprint, "/<draft_id>/reject", "approve", ("POST",))
def reject(draft_id: str) -> Response:
    return _act(draft_id, lambda: deciding.reject(desk(), doer(), draft_id, _reason(), _seen()))


@person_view(blueprint, "/<draft_id>/discard", "draft", ("POST",))
def discard(draft_id: str) -> Response:
    return _act(draft_id, lambda: deciding.discard(desk(), doer(), draft_id, _reason(), _seen()))


@person_view(blueprint, "/<draft_id>/update", "draft", ("POST",))
def update(draft_id: str) -> Response:
    """Merge in what was published since."""
    return _act(draft_id, lambda: drafting.update(desk(), doer(), draft_id))


@person_view(blueprint, "/<draft_id>/undo", "draft", ("POST",))
def undo(draft_id: str) -> Response:
    """Go back to an earlier revision."""
    number, after = number_of("number"), number_of("revision")
    return _act(draft_id, lambda: drafting.undo(desk(), doer(), draft_id, number, after))
