"""The parts and wholes of a subject (`part_of`) that can be held against each other before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.model import Edition, Fact, Op, Ref
from rules.model.uses import behind, refs

Pair = tuple[Fact, Fact]  # the part, and the whole


def parts_and_wholes(edition: Edition, subject: str) -> list[Pair]:
    """The pairs of numbers that rest on given facts and constants alone: neither on a decision nor on the day."""
    facts = edition.subjects[subject].facts
    pairs = [(fact, facts[whole]) for fact in facts.values() for whole in fact.part_of]
    return [pair for pair in pairs if all(one.type.is_number and _plain(edition, one) for one in pair)
            and not _counted_within(*pair)]  # fmt: skip


def _plain(edition: Edition, fact: Fact) -> bool:
    read = behind(edition, [(fact.subject, Ref("fact", "", fact.name, fact.type))]).values()
    return all(all(start == date.min for start, _ in one.dated)
               and all(ref.what == "fact" for _, ref in refs(one.formula, one.subject)) for one in read)  # fmt: skip


def _counted_within(part: Fact, whole: Fact) -> bool:
    """Whether both count one list, the whole all of it: the part cannot exceed it."""
    some, every = part.formula, whole.formula
    return (isinstance(some, Op) and isinstance(every, Op) and some.name == every.name == "count"
            and some.args == every.args and every.where is None)  # fmt: skip


def given_behind(edition: Edition, part: Fact, record: Mapping[str, Any]) -> str:
    """The fact that a problem of a part points to: itself, or the first that was given of those behind it."""
    read = behind(edition, refs(part.formula, part.subject))
    return next((name for subject, name in read if subject == part.subject and name in record), part.name)
