"""Rows of tables as cases for the online engine: what a row holds, and what is known of the records around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.model import Edition, Rule
from rules.table.columns import SEPARATOR, around
from rules.table.judge import asked
from rules.table.order import heights_of

Reads = Mapping[str, tuple[str, ...]]  # subject around -> the facts that decisions read of it


def reads(edition: Edition, subject: str, rules: Iterable[Rule]) -> Reads:
    """What decisions about a subject read of the records around it: given facts, but no lists."""
    found: dict[str, list[str]] = {level: [] for level in around(edition, subject)}
    for of, name in heights_of(edition, [asked(rule) for rule in rules]):
        fact = edition.subjects[of].facts.get(name) if of in found else None
        if fact is not None and fact.given and fact.type.kind != "list":
            found[of].append(name)
    return {level: tuple(names) for level, names in found.items() if names}


def case(edition: Edition, subject: str, row: Mapping[str, Any], decided: Iterable[str]) -> dict[str, Any]:
    """The facts of a row: its own, the conclusions that were `decided` before, and those of the records around it in
    columns named after them."""
    facts = {name: _plain(row[name]) for name, fact in edition.subjects[subject].facts.items()
             if fact.given and row.get(name) is not None}  # fmt: skip
    facts |= {name: row[name] for name in decided if row.get(name) is not None}
    for level in around(edition, subject):
        start = level + SEPARATOR
        about = {
            name: _plain(row[start + name])
            for name, fact in edition.subjects[level].facts.items()
            if fact.given and row.get(start + name) is not None
        }
        if about:
            facts[level] = about
    return facts


def _plain(value: Any) -> Any:
    """A list without what its records do not know."""
    if not isinstance(value, list):
        return value
    return [{name: _plain(one) for name, one in record.items() if one is not None} for record in value]
