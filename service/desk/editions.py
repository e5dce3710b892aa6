"""The policies to be read: editions, their decisions, facts, clauses and readings, in sentences beside the clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from flask import Blueprint, request
from werkzeug.wrappers import Response

from rules import Edition
from rules.model import Fact
from rules.values.text import NotFound, Text
from rules.words.book import Book, Line
from rules.words.diff import Change, diff
from rules.words.items import as_in_the_plan, ratio_of
from rules.words.phrases import FIELDS, VALUES
from rules.words.wording import Wording
from service.api.desk import CHECKING, desk, desk_problems
from service.desk.views import person_view, tell_by_page
from service.http.context import caller, case_reader, snapshot
from service.http.problems import Problem
from service.keys import PERMISSIONS
from service.pages.pages import page, page_language
from service.policies.compiled import otherwise_of
from service.publishing.comparing import edition_of
from service.publishing.drafts import ID as DRAFT

blueprint = Blueprint("editions", __name__)
tell_by_page(blueprint)
FOUND = 200  # items that a search shows


@person_view(blueprint, "/policies", "policies")
def plans() -> Response:
    """Every plan with its editions, the newest first."""
    listed = [tuple(reversed(editions)) for editions in snapshot().store.plans.values()]
    return page("policies.html", plans=listed, current=_in_force())


@person_view(blueprint, "/policies/<plan>/<day>", "policies")
def edition(plan: str, day: str) -> Response:
    """The decisions of an edition by clause; with `?q=`, the items that say so."""
    book, wanted = _book(plan, day), request.args.get("q", "").strip()
    found = book.search(wanted)
    figures = [(one, _lines(book, (f"{one.name}.{fact.name}" for fact in one.facts.values())))
               for one in book.edition.subjects.values()]  # fmt: skip
    return _page("policy.html", book, decisions=as_in_the_plan(book.edition), wanted=wanted, found=found[:FOUND],
                 figures=figures, rest=book.of_kind("plan", "subject"), more=max(0, len(found) - FOUND),
                 current=_in_force())  # fmt: skip


@person_view(blueprint, "/policies/<plan>/<day>/decisions/<name>", "policies")
def decision(plan: str, day: str, name: str) -> Response:
    """One decision: its items beside the text of their clauses, the facts it reads, and what rests on it."""
    book = _book(plan, day)
    head = book.line(name)
    decided = book.edition.rules.get(name) or book.edition.assignments.get(name)
    if decided is None:
        raise _absent(f"没有判定 {name}。", f"There is no decision {name}.")
    beside = [(clause, [*lines]) for clause, lines in groupby(book.below(name), lambda one: one.item.clause)]
    readings = [one for one in book.edition.readings.values() if one.clause in {clause for clause, _ in beside}]
    return _page("policy_decision.html", book, head=head, decided=decided, beside=beside, readings=readings,
                 facts=_lines(book, _read_by(book, name)), used_by=_lines(book, _used_by(book, name)))  # fmt: skip


@person_view(blueprint, "/policies/<plan>/<day>/facts/<subject>/<name>", "policies")
def fact(plan: str, day: str, subject: str, name: str) -> Response:
    """One fact: where it comes from, its numerator and denominator, and what reads it."""
    book, path = _book(plan, day), f"{subject}.{name}"
    line = book.line(path)
    if line.item.kind != "fact":
        raise _absent(f"没有事实 {path}。", f"There is no fact {path}.")
    found, say = book.edition.subjects[subject].facts[name], Wording(book.edition, page_language(), subject)
    parts = [(part, say.expr(formula, subject)) for part, formula in ratio_of(found).items()]
    return _page("policy_fact.html", book, line=line, fact=found, parts=parts, source=_source(found),
                 reads=_lines(book, _read_by(book, path)), used_by=_lines(book, _used_by(book, path)))  # fmt: skip


@person_view(blueprint, "/policies/<plan>/<day>/clauses/<path:clause>", "policies")
def clause(plan: str, day: str, clause: str) -> Response:
    """One clause: its text, sentence by sentence, with what carries it out or why nothing does."""
    book = _book(plan, day)
    line = book.line(f"clauses.{clause}")
    citing = [one for one in book.lines.values() if one.item.clause == clause and one.item.kind != "clause"]
    return _page("policy_clause.html", book, line=line, trace=book.clauses[clause], citing=citing)


@person_view(blueprint, "/policies/<plan>/<day>/readings/<name>", "policies")
def reading(plan: str, day: str, name: str) -> Response:
    """One reading: the question, the choice and its reason, and what each other choice would change."""
    book = _book(plan, day)
    line = book.line(f"readings.{name}")
    found = book.edition.readings[name]
    others = [(text, _changes(day, book.edition, name, option) if option in found.changes else None)
              for option, text in found.readings.items() if option != found.chosen]  # fmt: skip
    return _page("policy_reading.html", book, line=line, reading=found, others=others)


def _page(template: str, book: Book, **parts: object) -> Response:
    lang, day = page_language(), (request.view_args or {})["day"]

    def words(line: Line) -> str:
        return line.words(lang)

    ends = book.edition.effective_to if DRAFT.fullmatch(day) else snapshot().store.ends(book.edition)
    shared = {"ends": ends, "book": book, "edition": book.edition, "day": day, "words": words, "FIELDS": FIELDS,
              "VALUES": VALUES}  # fmt: skip
    return page(template, **shared, **parts)


def _in_force() -> list[str]:
    """The editions in force today."""
    today, store = case_reader().today, snapshot().store
    return [one.id for editions in store.plans.values() for one in editions if store.holds(one, today)]


def _book(plan: str, day: str) -> Book:
    """The edition of a day, or of a draft, among the published editions of its plan."""
    here = snapshot()
    if DRAFT.fullmatch(day):
        edition, _ = _draft(day)
        others = [one for one in here.store.plans.get(plan, ()) if one.effective_from < edition.effective_from]
        return Book(edition, (*others, edition))
    try:
        return Book(here.store.edition(f"{plan}/{day}"), here.store.plans[plan])
    except NotFound as error:
        raise _absent(error.zh, error.en) from None


def _draft(id: str) -> tuple[Edition, Mapping[str, str]]:
    """The edition that a draft would be, with its files and those it extends."""
    if "draft" not in PERMISSIONS[caller().role]:
        raise _absent(f"没有草稿 {id}。", f"There is no draft {id}.")
    with CHECKING.turn(), desk_problems():
        here = desk()
        draft, published = here.draft(id), here.published()
        paths = {f"{draft.edition}/{name}": text for name, text in draft.saved.files.items()}
        staged = {
            path: text for path, text in here.files(published).items() if not path.startswith(f"{draft.edition}/")
        }
    edition = edition_of(staged | paths, draft.edition)
    if edition is None:
        raise _absent("草稿还有错误，先改正才能照规则看。", "The draft has errors: mend them to read it as rules.")
    return edition, staged | paths


def _absent(zh: str, en: str) -> Problem:
    return Problem("not-found", zh, en)


def _read_by(book: Book, path: str) -> Iterator[str]:
    """What a decision, with its items, or a fact reads."""
    return (
        used for used, users in book.uses.items() if any(one == path or one.startswith(f"{path}.") for one in users)
    )


def _used_by(book: Book, path: str) -> Iterator[str]:
    """What reads a fact or rests on a decision, other than itself."""
    return (one for one in book.uses.get(path, ()) if not f"{one}.".startswith(f"{path}."))


def _lines(book: Book, paths: Sequence[str] | Iterator[str]) -> list[Line]:
    return [book.lines[path] for path in paths if path in book.lines]


def _source(found: Fact) -> Text:
    """Where the value of a fact comes from."""
    if found.given:
        by = found.supplied_by or Text("调用方", "the caller")
        return Text(f"由{by.zh}提供", f"given by {by.en}")
    if found.dated:
        return Text("由方案规定", "set by the plan")
    return Text("由其他数据算出", "worked out from other data")


def _changes(day: str, edition: Edition, reading: str, option: str) -> list[Change]:
    """What the edition would say otherwise under another choice."""
    files = _draft(day)[1] if DRAFT.fullmatch(day) else snapshot().edition(edition.id).files
    return diff(edition, otherwise_of(files, edition, ((reading, option),)))
