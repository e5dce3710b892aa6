"""What would be if a reading were read otherwise, or the lender set another figure: the edition, changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from rules import Edition, Reference
from rules.building.loader import load_alone
from rules.judging.decider import Decider
from rules.values.exact import read_literal
from rules.variants.readings import Rereading
from rules.variants.whatif import Supposition, suppose
from service.examples.case import Case
from service.examples.sentences import given

TRUTH = {"true": True, "false": False}


@cache
def in_text(root: Path, edition: str, changed: tuple[Supposition, ...]) -> Edition:
    """The edition of this id below a policies folder, with its text changed."""
    return suppose(root, _as_written(root, edition), changed)


@cache
def _as_written(root: Path, edition: str) -> Edition:
    found = load_alone(root / edition, root, warn=False).edition
    assert found is not None, f"{edition} cannot be used"
    return found


def revalued(edition: Edition, changed: tuple[Supposition, ...]) -> Edition:
    """Any edition, a mutant too, with other values of figures that the policy sets itself."""
    subjects = dict(edition.subjects)
    for one in changed:
        facts = subjects[one.owner].facts
        literal = read_literal(one.value)
        value = TRUTH[one.value] if literal is None else literal.value
        fact = replace(facts[one.name], dated=((date.min, value),))
        subjects[one.owner] = replace(subjects[one.owner], facts={**facts, one.name: fact})
    return replace(edition, subjects=subjects)


def supposed(case: Case, changed: tuple[Supposition, ...]) -> None:
    if all(one.owner in case.decider.edition.subjects for one in changed):
        case.supposed = lambda decider: Reference(revalued(decider.edition, changed))
    else:
        other: Decider = Reference(in_text(case.root, case.decider.edition.id, changed))
        case.supposed = lambda _: other


@cache
def reread(root: Path, edition: str, name: str, option: str) -> Reference:
    """The decider of the edition of this id under another reading."""
    return Reference(_rereading(root, edition).under({name: option}))


@cache
def _rereading(root: Path, edition: str) -> Rereading:
    return Rereading(root, _as_written(root, edition))


@given("解读“(?P<title>.+?)”改取“(?P<option>.+)”")
def other_reading(case: Case, title: str, option: str) -> None:
    [reading] = [one for one in case.decider.edition.readings.values() if one.title.zh == title]
    [chosen] = [key for key, words in reading.readings.items() if words.zh == option]
    assert chosen != reading.chosen, "this is how the plan is read anyway"
    changes = [(*path.split("."), change) for path, change in reading.changes[chosen].items()]
    if all(change.keys() == {"equals"} for *_, change in changes):  # a mutant of the edition can be changed so too
        supposed(case, tuple(Supposition(owner, name, "", change["equals"]) for owner, name, change in changes))
    else:
        other = reread(case.root, case.decider.edition.id, reading.id, chosen)
        case.supposed = lambda _: other


@given("农信社把“(?P<title>[^”]+)”定为 ?(?P<value>.+)")
def other_figure(case: Case, title: str, value: str) -> None:
    facts = [fact for subject in case.decider.edition.subjects.values() for fact in subject.facts.values()]
    [fact] = [one for one in facts if one.title.zh == title]
    assert fact.set_by == "lender"
    supposed(case, (Supposition(fact.subject, fact.name, "", value),))
