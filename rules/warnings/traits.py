"""Notices items that rest on a protected trait of a person, which a fact declares or its title speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rules.model import Edition, Fact, items_of
from rules.model.uses import behind, read_by, read_by_items
from rules.problems.problem import Problems
from rules.values.text import Mark
from rules.values.traits import OF_A_PLAN, speaks_of, spoken_of
from rules.warnings.sources import quoted


class Item(NamedTuple):
    """An item or an assignment, the facts behind it, and the words of its clause where the plan sets it."""

    path: str
    id: str
    mark: Mark
    clause: str
    facts: Mapping[tuple[str, str], Fact]


def check_traits(edition: Edition, problems: Problems) -> None:
    """Warn of items that rest on a protected trait. A few traits, such as age, are a plan's to set: a fact is told of
    only where no clause that it carries out speaks of the trait."""
    items = tuple(_items(edition))
    spoken = {key: spoken_of(_titles(fact), fact.trait) for item in items for key, fact in item.facts.items()}
    own = {key for item in items for key in item.facts if spoken[key][0] in OF_A_PLAN & speaks_of(item.clause)}
    for item in items:
        for key, fact in item.facts.items():
            if (word := spoken[key][1]) is not None and key not in own:
                problems.warn(item.mark, "warning.protected", path=item.path, id=item.id, fact=fact.title, word=word)


def _items(edition: Edition) -> Iterator[Item]:
    for rule in edition.rules.values():
        used = read_by_items(rule)
        for one in items_of(rule):
            clause = quoted(edition, one.clause) if one.set_by == "plan" else ""
            yield Item(f"{rule.id}.{one.id}", one.id, one.mark, clause, behind(edition, used.get(one.id, ())))
    for assignment in edition.assignments.values():
        yield Item(assignment.id, assignment.id, assignment.mark, "", behind(edition, read_by(assignment)))


def _titles(fact: Fact) -> str:
    return " ".join((fact.title.zh, *(choice.zh for choice in fact.choices.values())))
