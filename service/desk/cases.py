"""The test cases of a draft: a form for each, in the words of the plan, kept in its file `cases.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from rules import Edition, FactChecker, FactError
from rules.cases.files import Case, CaseError, read_cases
from rules.editing.address import Data, Verbatim, entries, word
from rules.editing.cases import FILE, case_at, merged_into, with_case, with_changed, without_case
from rules.editing.texts import data_of
from service.api.desk import CHECKING, desk, desk_problems, doer
from service.desk.desk import shared, standing
from service.desk.editing import refusals
from service.desk.first_look import after_first_look
from service.desk.keeping import kept
from service.desk.views import NUMBER, TEXT, go, number_of, person_view, tell_by_page
from service.examples import fields
from service.examples.own import judged
from service.http.problems import FieldError, Problem
from service.http.security import SAFE
from service.pages.pages import page, page_language
from service.pages.trying import Example, suitable
from service.publishing import drafting
from service.publishing.comparing import edition_of
from service.publishing.desk import OPEN
from service.publishing.drafts import Draft

blueprint = Blueprint("cases", __name__, url_prefix="/desk/drafts")
tell_by_page(blueprint)
NEW = "new"  # in the place of a number
ALSO = "also"  # the button that holds the same example to another decision
FILL = "fill"  # the button that fills in what is empty from an example
SPARE = 2  # empty rows of a table; a button asks for more


@dataclass(frozen=True, slots=True)
class Asked:
    """The case that a page is about: of which draft, its number from 0 (None: a new one), and what its file says."""

    draft: Draft
    files: Mapping[str, str]  # of the revision that the form was made of
    edition: Edition
    number: int | None
    data: Data
    may_write: bool

    @property
    def decisions(self) -> tuple[str, ...]:
        """What is held against it: what the form says, or its file."""
        said = request.values.getlist("decision") or [*entries(entries(self.data).get("decisions", ""))]
        said += [request.form.get("also", "")] if request.form.get("do") == ALSO else []
        rules = self.edition.rules
        known = [one for one in dict.fromkeys(said) if one in rules]
        return tuple(one for one in known if rules[one].subject == rules[known[0]].subject)


@person_view(blueprint, "/<draft_id>/cases/<number>", "draft")
@after_first_look
def show(draft_id: str, number: str) -> Response:
    """The form of a case, or of a new one: of the decision that is chosen first, empty or as an example has it."""
    asked = _asked(draft_id, number)
    if not asked.decisions:
        return _choice(asked)
    return _form(asked, _filled(asked, asked.data))


@person_view(blueprint, "/<draft_id>/cases/<number>", "draft", ("POST",), most=TEXT)
def save(draft_id: str, number: str) -> Response:
    """Save a case, try it, or take it away."""
    asked, do = _asked(draft_id, number, number_of("revision")), request.form.get("do", "")
    try:
        if do == "remove" and asked.number is not None:
            with refusals():
                return _saved(asked, without_case(asked.files, asked.number)[0])
        if not asked.decisions:
            raise Problem.invalid([FieldError("/decision", "missing", "请选这个案例是哪项判定的。",
                                              "Choose the decision that the case is about.")])  # fmt: skip
        if do in ("rows", ALSO):
            return _form(asked, request.form)
        if do == FILL:
            return _from_example(asked, request.form.get("example", ""))
        made, case = _made(asked)
        if do == "try":
            return _form(asked, request.form, tried=[*judged(asked.edition, [case], _today())])
        return _saved(asked, made)
    except Problem as problem:
        return _form(asked, request.form, problem) if asked.decisions else _choice(asked, problem)


def _choice(asked: Asked, problem: Problem | None = None) -> Response:
    """The decisions of which there can be a case: no field of it is known before one is chosen."""
    shown = page("draft_case.html", asked=asked, rules=asked.edition.rules.values(), problem=problem, **shared())
    shown.status_code = 200 if problem is None else 422
    return shown


def _from_example(asked: Asked, chosen: str) -> Response:
    """The form with what was left empty as an example has it; what was typed stays."""
    examples, typed = _examples(asked), {name: one for name, one in request.form.items() if one.strip()}
    if not NUMBER.fullmatch(chosen) or int(chosen) >= len(examples):
        return _form(asked, request.form)
    found = _filled(asked, data_of(examples[int(chosen)].case.node))
    new = [name for name, one in found.items() if one and name not in typed]
    return _form(asked, found | typed, filled=len(new), stays=sum(bool(found.get(one)) for one in typed))


def _examples(asked: Asked) -> Sequence[Example]:
    """What a new case can be filled in from."""
    return [] if asked.number is not None else suitable(asked.edition, asked.edition.rules[asked.decisions[0]])


def _asked(draft_id: str, number: str, revision: int = 0) -> Asked:
    if number != NEW and not NUMBER.fullmatch(number):
        raise Problem("not-found", f"没有案例 {number}。", f"There is no case {number}.")
    with CHECKING.turn(), desk_problems():
        here = desk()
        draft = here.draft(draft_id)
        own = drafting.revision(here, draft_id, revision).files if revision else draft.saved.files
        others = {path: text for path, text in here.files(here.published()).items()
                  if not path.startswith(f"{draft.edition}/")}  # fmt: skip
        edition = edition_of(others | {f"{draft.edition}/{name}": text for name, text in own.items() if name != FILE},
                             draft.edition)  # fmt: skip
        state = standing(draft, here.seen()).state
    if edition is None:
        raise Problem(
            "conflict", "草稿有错误，先改正，再写案例。", "The draft has errors: mend them before you write a case."
        )
    with refusals():
        data = kept(draft_id, edition, request.args.get("kept", "")) if number == NEW else case_at(own, int(number))
    return Asked(draft, own, edition, None if number == NEW else int(number), data, state in OPEN)


def _filled(asked: Asked, data: Data) -> dict[str, str]:
    """What the form shows of a case."""
    form = fields.form_of(asked.edition, asked.decisions)
    wanted = entries(data).get("decisions", "")
    said = fields.filled(form, entries(data).get("facts", ""))
    subject = entries(data).get("subject", "")
    said |= {"subject": word(entries(subject).get("id", subject)), "on": word(entries(data).get("on", ""))}
    return said | fields.wanted_filled(asked.edition, asked.decisions, wanted)


def _form(asked: Asked, said: Mapping[str, str], problem: Problem | None = None, **told: object) -> Response:
    form = fields.form_of(asked.edition, asked.decisions)
    more = number_of("rows") if request.values.get("do") == "rows" else 0
    rows = {one.path: [*range(max([-1, *fields.rows_of(one, said)]) + 1 + max(SPARE, more))] for one in form.tables}
    first = asked.edition.rules[asked.decisions[0]]
    others = [one for one in asked.edition.rules.values()
              if one.subject == first.subject and one.id not in asked.decisions]  # fmt: skip
    bounded = [one for one in form.fields if not isinstance(fields.at(_facts(asked.data), one.path), str)]
    parts = {"read_at": _own(asked, max(map(len, rows.values()), default=0))} if request.method not in SAFE else {}
    shown = page("draft_case.html", asked=asked, form=form, said=said, problem=problem, rows=rows, named=fields.named,
                 examples=_examples(asked), outputs_of=fields.outputs_of, output_named=fields.output_named,
                 wanted=[asked.edition.rules[one] for one in asked.decisions], others=others, kept=bounded,
                 **parts, **told, **shared())  # fmt: skip
    shown.status_code = 200 if problem is None else 422
    return shown


def _own(asked: Asked, rows: int) -> str:
    """Where a form of as many rows can be read without sending it again."""
    return url_for("cases.show", draft_id=asked.draft.id, number=NEW if asked.number is None else asked.number,
                   decision=asked.decisions, do="rows", rows=rows, kept=request.args.get("kept"),
                   lang=page_language())  # fmt: skip


def _facts(data: Data) -> Data:
    return entries(data).get("facts", {})


def _made(asked: Asked) -> tuple[Mapping[str, str], Case]:
    """The files with the case as the form says it, and that case; a Problem where it cannot be used."""
    form, said = fields.form_of(asked.edition, asked.decisions), request.form
    missing = [FieldError(f"/{fields.WANTED}{one}", "missing", "请选应得的结论。", "Choose what it must come to.")
               for one in asked.decisions if not said.get(fields.WANTED + one)]  # fmt: skip
    wanted = fields.wanted_of(asked.edition, asked.decisions, entries(asked.data).get("decisions", ""), said)
    subject = said.get("subject", "").strip()
    if not subject:
        missing.append(FieldError("/subject", "missing", "请写编号。", "Write an id."))
    if missing:
        raise Problem.invalid(missing)
    case = merged_into(asked.data, ("on",), said.get("on", "").strip() or None)
    for path, value in ((("subject",), {"id": Verbatim(subject)}), (("decisions",), wanted),
                        (("facts",), fields.facts_of(form, _facts(asked.data), said))):  # fmt: skip
        case = merged_into(case, path, value)
    with refusals(), _reading():
        files = with_case(asked.files, case) if asked.number is None else with_changed(asked.files, asked.number, case)
        found = read_cases(files[FILE], FILE)[-1 if asked.number is None else asked.number]
    _must_fit(asked.edition, asked.decisions[0], found)
    return files, found


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except CaseError as error:
        raise Problem.invalid([FieldError("", "case", error.zh, error.en)]) from None


def _must_fit(edition: Edition, decision: str, case: Case) -> None:
    """A Problem where facts are not as the fact dictionary has them, each with its title."""
    try:
        FactChecker(edition).check(edition.rules[decision].subject, case.facts, case.on or _today())
    except FactError as error:
        raise Problem.invalid(_titled(edition, decision, error)) from None


def _titled(edition: Edition, decision: str, error: FactError) -> Iterator[FieldError]:
    form = fields.form_of(edition, [decision])
    places = [*((one.path, one.title) for one in form.fields), *((one.path, one.title) for one in form.tables)]
    titles = {"/" + "/".join(path): title for path, title in places}
    for one in error.problems:
        found = next((title for path, title in titles.items() if f"{one.pointer}/".startswith(f"{path}/")), None)
        zh, en = (f"{found.zh}：", f"{found.en}: ") if found else ("", "")
        yield FieldError(one.pointer, one.code, zh + one.zh, en + one.en)


def _today() -> date:
    with desk_problems():
        return desk().today()


def _saved(asked: Asked, files: Mapping[str, str]) -> Response:
    with desk_problems():
        drafting.save(desk(), doer(), asked.draft.id, number_of("revision"), files)
    return go(url_for("drafting.show", draft_id=asked.draft.id, _anchor="cases"))
