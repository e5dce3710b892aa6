"""The forms of a draft: one for each file, and one for what is added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from rules.editing.address import Address, Refused
from rules.editing.outline import Place, outline
from rules.editing.templates import templates
from rules.editing.texts import SUFFIX, Texts
from rules.words.diff import Change
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.desk import forms
from service.desk.desk import shared, standing
from service.desk.first_look import after_first_look
from service.desk.views import TEXT, go, number_of, person_view, tell_by_page
from service.desk.wording import Words
from service.examples.own import MISSED
from service.http.problems import FieldError, Problem
from service.pages.pages import page
from service.publishing import CHANGES_REQUESTED, drafting
from service.publishing.checking import about
from service.publishing.comparing import changes_of, differences
from service.publishing.desk import DRAFT, OPEN
from service.publishing.drafts import Draft

blueprint = Blueprint("editing", __name__, url_prefix="/desk/drafts")
tell_by_page(blueprint)
FEW = 8  # choices that are a list to open; more are looked for by typing


@person_view(blueprint, "/<draft_id>/form/<path:at>", "draft")
@after_first_look
def show(draft_id: str, at: str) -> Response:
    """A file as a form."""
    return _form(draft_id, address_of(at))


def _form(
    draft_id: str, at: Address, problem: Problem | None = None, number: int | None = None, **told: object
) -> Response:
    """A form of a revision, with what was sent; without one, of what is saved last."""
    with CHECKING.turn(), desk_problems():
        here = desk()
        draft, published = here.draft(draft_id), here.published()
        files, found = here.files(published), standing(draft, here.seen())
        checked = here.looked_at(draft, published)
        unsure = any(one.code != MISSED for one in checked.errors)
        own = [one for one in changes_of(found.last, checked) if one.edition == draft.edition and not unsure]
        changes = [said for one in own for said in differences(here.log, one, checked.files, draft.saved.base) or ()]
    form, said = _filled(draft, at, files, None if number is None else _own(draft, number), problem)
    faults = [one for one in checked.problems if one.mark.file == f"{draft.edition}/{at.file}{SUFFIX}"]
    elsewhere = [one for one in checked.errors if one not in faults]
    ways = {str(one.address): [*templates(one)] for one in form.walk() if one.grows or one.adds}
    own_changes = [one for one in changes if _of(one, at.file)]
    shown = page("draft_form.html", draft=draft, at=at, form=form, problem=problem, faults=faults,
                 elsewhere=elsewhere, about=about, forms=forms, folded=forms.folded(form), ways=ways,
                 changes=own_changes,
                 words=Words.over(draft.edition, draft.saved.files, files),
                 may_write=found.state in OPEN, FEW=FEW,
                 saves_itself=found.state in (DRAFT, CHANGES_REQUESTED),
                 revision=number if said is request.form else draft.saved.number, said=said,
                 **told, **shared())  # fmt: skip
    shown.status_code = 200 if problem is None else 422
    return shown


def _filled(
    draft: Draft, at: Address, published: drafting.Files, made_of: drafting.Files | None, problem: Problem | None
) -> tuple[Place, forms.Said]:
    """A form, and what it is filled in with. What was sent stays on the text that its form was made of; where that
    cannot be saved over another's, what was changed in it is put into the form of the last text."""
    with refusals():
        if made_of is None:
            return _read(draft.saved.files, published, at), {}
        form = _read(made_of, published, at)
        if not _clash(problem):
            return form, request.form
        last = _read(draft.saved.files, published, at)
        return last, forms.moved_onto(request.form, form, last)


def _read(own: drafting.Files, published: drafting.Files, at: Address) -> Place:
    return forms.form_of(forms.texts_of(own, published), at)


def _clash(problem: Problem | None) -> bool:
    """Whether somebody else has changed the same lines."""
    return problem is not None and bool(problem.more.get("conflicts"))


def _own(draft: Draft, number: int) -> drafting.Files:
    """The files of a revision of a draft."""
    if number == draft.saved.number:
        return draft.saved.files
    with desk_problems():
        return drafting.revision(desk(), draft.id, number).files


def _of(change: Change, file: str) -> bool:
    """Whether a difference is about a decision, or another file, that a form shows."""
    return change.path.partition(".")[0] == file or change.item.kind in file


@person_view(blueprint, "/<draft_id>/form/<path:at>", "draft", ("POST",), most=TEXT)
def save(draft_id: str, at: str) -> Response:
    """Save a form: the lines that it changes. Where a clause says a changed figure, that is offered first."""
    place, asked = address_of(at), "asked" in request.form
    return _saved(draft_id, place, lambda texts: forms.made_of(texts, place, request.form, asked=asked))


@person_view(blueprint, "/<draft_id>/add/<path:at>", "draft")
def form_to_add(draft_id: str, at: str) -> Response:
    return _to_add(draft_id, at)


def _to_add(draft_id: str, at: str, problem: Problem | None = None) -> Response:
    place, way = address_of(at), number_of("way")
    number = None if problem is None or _clash(problem) else number_of("revision")
    with refusals():
        draft, texts = texts_at(draft_id, number)
        template = forms.template_of(texts, place, way)
        form = outline(texts, place.file)
        into = form.find(place)
        named = into.kind == "map" and not template.key
        known = into.context
    facts = known.known.choices("facts", known.file, known.subject) if known else ()
    shown = page("draft_add.html", draft_id=draft_id, at=place, way=way, adds=template, named=named, into=into,
                 facts=facts, may_be=forms.optional(template.form),
                 edition=draft.edition, file=form.title, forms=forms, revision=number or draft.saved.number,
                 problem=problem, FEW=FEW, said=request.form, **shared())  # fmt: skip
    shown.status_code = 200 if problem is None else 422
    return shown


@person_view(blueprint, "/<draft_id>/add/<path:at>", "draft", ("POST",), most=TEXT)
def add(draft_id: str, at: str) -> Response:
    """Add what was filled in."""
    place, way = address_of(at), number_of("way")

    def made(texts: Texts) -> forms.Made:
        return forms.added(texts, place, forms.template_of(texts, place, way), request.form)

    try:
        return _saved(draft_id, Address(place.file), made, again=False)
    except Problem as problem:
        return _to_add(draft_id, at, problem)


def _saved(draft_id: str, at: Address, made: Callable[[Texts], forms.Made], *, again: bool = True) -> Response:
    """Save what is made of the revision that a form was made of."""
    number = number_of("revision")
    try:
        _, texts = texts_at(draft_id, number)
        with refusals():
            done = made(texts)
        if done.offers:
            return _form(draft_id, at, None, number, offers=done.offers)
        with desk_problems():
            drafting.save(desk(), doer(), draft_id, number, done.files)
    except Problem as problem:
        if not again:
            raise
        return _form(draft_id, at, problem, number)
    if done.removed:
        return _form(draft_id, at, removed=done.removed)
    return go(url_for("editing.show", draft_id=draft_id, at=str(at)))


def texts_at(draft_id: str, revision: int | None = None) -> tuple[Draft, Texts]:
    """A draft, and the texts of one of its revisions; of the last where none is given."""
    with desk_problems():
        here = desk()
        draft, published = here.draft(draft_id), here.files(here.published())
        own = draft.saved.files if revision is None else _own(draft, revision)
    return draft, forms.texts_of(own, published)


def address_of(text: str) -> Address:
    with refusals():
        return Address.read(text)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what an edit refuses into a problem."""
    try:
        yield
    except Refused as error:
        raise Problem.invalid([FieldError(f"/{error.where}", "refused", error.zh, error.en)]) from None
