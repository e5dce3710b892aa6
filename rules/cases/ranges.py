"""Narrows the ranges of a record to what the fact dictionary allows: least and greatest values, parts and wholes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rules.model import Fact
from rules.values.exact import RANGES, Range, Value


def narrowed(
    record: Mapping[str, Any],
    ranges: Mapping[str, Range],
    facts: Mapping[str, Fact],
    parts: Sequence[tuple[Fact, Fact]],
) -> tuple[dict[str, Value], dict[str, Range], list[str]]:
    """The facts that have one possible value, the ranges of the others, and the facts that no value is left for.

    `parts` has each part with a whole of it, which it never exceeds."""
    own = {name: overlap(one, Range(facts[name].minimum, facts[name].maximum)) for name, one in ranges.items()}
    values = {name: record[name] for name in facts if name in record}
    for _ in parts:  # as many rounds as the longest chain of parts can need
        for part, whole in ((part.name, whole.name) for part, whole in parts):
            if part in own:
                own[part] = overlap(own[part], Range(None, _end(whole, 1, own, values)))
            if whole in own:
                own[whole] = overlap(own[whole], Range(_end(part, 0, own, values), None))
    least = {name: one.at_least for name, one in own.items() if one.at_least == one.at_most is not None}
    empty = [name for name, one in own.items() if None not in one and one.at_least > one.at_most]
    return least, {name: one for name, one in own.items() if name not in least}, empty


def ranged(facts: Any) -> bool:
    """Whether a number of a case is a range, in it or in the records in it."""
    if isinstance(facts, Mapping):
        return RANGES in facts or any(map(ranged, facts.values()))
    return isinstance(facts, list) and any(map(ranged, facts))


def _end(name: str, place: int, own: Mapping[str, Range], values: Mapping[str, Value]) -> Value:
    return own[name][place] if name in own else values.get(name)


def overlap(one: Range, other: Range) -> Range:
    """The values that lie in both ranges."""
    return Range(_known(max, one.at_least, other.at_least), _known(min, one.at_most, other.at_most))


def _known(choose: Any, *ends: Value) -> Value:
    return choose((end for end in ends if end is not None), default=None)
