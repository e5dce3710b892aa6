"""The figures that an edition sets, by short paths: `decision.item` with one limit, `subject.fact` with a value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rules.building.rereading import one_limit
from rules.editing.acts import Act, Rename, Set
from rules.editing.address import Address, Data, Refused, identity
from rules.editing.layout import data_of as as_written
from rules.editing.texts import Texts, data_of, merged
from rules.files.node import ABSENT, Node
from rules.files.source import written
from rules.format.grammar import FILES, OPTIONAL
from rules.model import CONSTANTS
from rules.operations import OPERATORS

FACTS = "facts"


def figure(texts: Texts, owner: str, name: str, since: date | None = None) -> Address | None:
    """Where an edition writes a figure: its limit, below the operator, or its value; None where there is no such.

    `since` is the day from which the value meant is in force, of a fact with several by date."""
    if owner not in FILES | OPTIONAL and owner in texts.files:
        limits = (at for one, at in _limits(merged(texts, owner) or ABSENT, Address(owner)) if one == name)
        if (found := next(limits, None)) is not None:
            return found
    return _own(_home(texts, owner).at(name), _way(owner) / name, since)


def changeable(texts: Texts) -> tuple[str, ...]:
    """The paths of all figures: items of decisions, then facts."""
    files = [file for file in texts.files if file not in FILES | OPTIONAL]
    limits = [f"{file}.{name}" for file in files
              for name, _ in _limits(merged(texts, file) or ABSENT, Address(file))]  # fmt: skip
    owners = [CONSTANTS, *(merged(texts, FACTS) or ABSENT).at("subjects").entries]
    facts = [f"{owner}.{name}" for owner in owners for name, fact in _home(texts, owner).entries.items()
             if _own(fact, _way(owner), None) or fact.get("dated")]  # fmt: skip
    return tuple(dict.fromkeys((*limits, *facts)))


def replacing(at: Address, operator: str, value: str) -> list[Act]:
    """The acts that write another value, and another operator unless that is "", where `figure` has found one."""
    data = value_of(value)
    if not operator:
        return [Set(at, data)]
    if at.steps[-1] in OPERATORS:
        return [Set(at, data), Rename(at, operator)]
    if at.file == FACTS:
        raise Refused(f"{at} 是数值，不带运算符。", f"{at} is a value and has no operator.", at)
    return [Set(at, {operator: data})]


def value_of(text: str) -> Data:
    """A value as it is typed: a list or a mapping within brackets, or a text."""
    tree = written(text) if text[:1] in ("[", "{") else None
    return text if tree is None else as_written(tree)


def _limits(node: Node, at: Address) -> Iterator[tuple[str, Address]]:
    """The items of a decision that compare one value with one limit, by id, with the place of the limit."""
    name, found = node.at("id").text, one_limit(node)
    if name and found is not None and len(found[2].entries) <= 1:
        key, fact, tests = found
        where = at / key / fact
        yield name, next((where / operator for operator in tests.entries), where)
    for key, one in node.entries.items():
        yield from _limits(one, at / key)
    for number, one in enumerate(node.items):
        named = identity(data_of(one))
        yield from _limits(one, at / (named[1] if named else number))


def _home(texts: Texts, owner: str) -> Node:
    """The facts of a subject, or the constants of the whole plan."""
    facts = merged(texts, FACTS) or ABSENT
    return facts.at(CONSTANTS) if owner == CONSTANTS else facts.at("subjects").at(owner).at("facts")


def _way(owner: str) -> Address:
    return Address(FACTS, (CONSTANTS,) if owner == CONSTANTS else ("subjects", owner, "facts"))


def _own(fact: Node, at: Address, since: date | None) -> Address | None:
    """The figure that a fact has of its own: its value, a duration after a date, or the value in force since a day."""
    if fact.get("value"):
        return at / "value"
    if (plus := fact.get("plus")) and plus.is_scalar:
        return at / "plus"
    return at / "dated" / str(since) if fact.at("dated").get(str(since)) else None
