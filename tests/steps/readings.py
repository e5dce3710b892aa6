"""What would be if a reading were read otherwise, or the lender set another figure: the edition, changed in its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from rules import Edition, Reference, open_store
from rules.whatif import Supposition, suppose
from tests.steps.case import Case
from tests.steps.sentences import given

POLICIES = Path(__file__).parents[2] / "policies"


def suppositions(changes: Mapping[str, object]) -> Iterator[Supposition]:
    """The changes that a reading lists for an option, as suppositions: `{path: {operator: limit}}`."""
    for path, tests in changes.items():
        owner, _, name = path.partition(".")
        assert isinstance(tests, dict)
        for operator, limit in tests.items():
            several = isinstance(limit, list)
            value = f"[{', '.join(limit)}]" if several else str(limit)
            plain = several and operator == "one_of" or operator == "equals"
            yield Supposition(owner, name, "" if plain else operator, value)


@cache
def supposed(edition: str, *changed: Supposition) -> Edition:
    """The edition of this id, changed."""
    return suppose(POLICIES, open_store(POLICIES).edition(edition), changed)


@given("解读“(?P<title>[^”]+)”改取“(?P<option>.+)”")
def other_reading(case: Case, title: str, option: str) -> None:
    edition = case.decider.edition
    [reading] = [one for one in edition.readings.values() if one.title.zh == title]
    [chosen] = [key for key, words in reading.readings.items() if words.zh == option]
    assert chosen != reading.chosen, "this is how the plan is read anyway"
    case.fixed = Reference(supposed(edition.id, *suppositions(reading.changes[chosen])))


@given("农信社把“(?P<title>[^”]+)”定为 ?(?P<value>.+)")
def other_figure(case: Case, title: str, value: str) -> None:
    edition = case.decider.edition
    [fact] = [one for subject in edition.subjects.values() for one in subject.facts.values() if one.title.zh == title]
    assert fact.set_by == "lender"
    case.fixed = Reference(supposed(edition.id, Supposition(fact.subject, fact.name, "", value)))
