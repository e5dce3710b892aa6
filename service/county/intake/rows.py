"""Turns rows of judged tables into cases: the facts of a row and those of the records around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.model import Edition, Rule
from rules.table.columns import SEPARATOR, around
from rules.table.judge import asked
from rules.table.order import heights_of

Reads = Mapping[str, tuple[str, ...]]  # subject around -> the facts that decisions read of it


def reads(edition: Edition, subject: str, rules: Iterable[Rule]) -> Reads:
    """The given facts of the records around a subject that decisions about it read; lists are left out."""
    found: dict[str, list[str]] = {level: [] for level in around(edition, subject)}
    for of, name in heights_of(edition, [asked(rule) for rule in rules]):
        fact = edition.subjects[of].facts.get(name) if of in found else None
        if fact is not None and fact.given and fact.type.kind != "list":
            found[of].append(name)
    return {level: tuple(names) for level, names in found.items() if names}


def case(edition: Edition, subject: str, row: Mapping[str, Any], decided: Iterable[str]) -> dict[str, Any]:
    """The facts of a row, the conclusions that were `decided` before, and the facts of the records around it, which
    stand in columns named after these."""
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
    """A value without the empty cells of the records in a list."""
    if not isinstance(value, list):
        return value
    return [{name: _plain(one) for name, one in record.items() if one is not None} for record in value]
