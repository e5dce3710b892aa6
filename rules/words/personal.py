"""Which facts of an edition are personal information, which of them are sensitive, and what each is collected for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.model import Assignment, Edition, Fact, Rule, Subject
from rules.model.needs import Key, needed
from rules.model.uses import behind, read_by, refs
from rules.values.text import Text
from rules.values.traits import spoken_of


@dataclass(frozen=True, slots=True)
class Personal:
    """A given fact about people, and its uses: none means that nothing in the edition asks for it."""

    fact: Fact
    own: Text | None  # the protected trait that it declares or its title speaks of
    traits: tuple[Text, ...]  # its own, and those of the facts that are worked out from it
    decisions: tuple[Rule | Assignment, ...]  # that rest on it, directly or through others
    totals: tuple[Fact, ...]  # facts of groups that a bulk run adds up from it

    @property
    def sensitive(self) -> bool:
        return self.fact.sensitive or self.own is not None


def about_people(subject: Subject) -> bool:
    """Whether records of a subject are treated as personal information. What the plan says counts; where it says
    nothing they are, but for subjects whose names are public: unknown is not no."""
    return subject.named is None if subject.personal is None else subject.personal


def personal(edition: Edition) -> tuple[Personal, ...]:
    """Every given fact about people, in the order of the fact dictionary; lists of records stand for nothing."""
    readers, totals, shown = _readers(edition), tuple(_totals(edition)), tuple(_shown(edition))
    return tuple(
        Personal(
            fact,
            own := _trait(fact),
            tuple(dict.fromkeys([*([own] if own else []), *(trait for trait, keys in shown if key in keys)])),
            tuple(one for one, keys in readers if key in keys),
            tuple(total for total, keys in totals if key in keys),
        )
        for subject in edition.subjects.values()
        if about_people(subject)
        for fact in subject.facts.values()
        if fact.given and fact.type.kind != "list" and (key := (subject.name, fact.name))
    )


def deciding(edition: Edition) -> tuple[Rule, ...]:
    """The decisions about people, in the order in which each comes after those it needs."""
    return tuple(rule for rule in edition.rules.values() if about_people(edition.subjects[rule.subject]))


def _readers(edition: Edition) -> list[tuple[Rule | Assignment, Mapping[Key, Fact]]]:
    return [
        *((rule, needed(edition, rule)) for rule in edition.rules.values()),
        *((one, behind(edition, read_by(one))) for one in edition.assignments.values()),
    ]


def _totals(edition: Edition) -> Iterator[tuple[Fact, frozenset[Key]]]:
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if fact.counted is not None:
                yield fact, frozenset(behind(edition, refs(fact.counted, subject.name)))


def _shown(edition: Edition) -> Iterator[tuple[Text, frozenset[Key]]]:
    """The protected traits that facts worked out speak of, and what they are worked out from."""
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if fact.formula is not None and (trait := _trait(fact)) is not None:
                yield trait, frozenset(behind(edition, refs(fact.formula, subject.name)))


def _trait(fact: Fact) -> Text | None:
    return spoken_of(" ".join((fact.title.zh, *(one.zh for one in fact.choices.values()))), fact.trait)[1]
