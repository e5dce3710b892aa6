"""Reads the parts of a case that are no plain values: ranges, ids, names that the dictionary does not have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rules.model import Fact
from rules.values.exact import Range, Value
from rules.values.ids import WANTED, is_id
from rules.values.kinds import Read, Unread
from rules.values.text import Text, near

ENDS = Range._fields


def range_of(value: Mapping[str, Any], read: Read) -> Range:
    """A number given by its ends, of which one may be left out."""
    given = {name: end for name, end in value.items() if end is not None}
    if not given or not given.keys() <= set(ENDS) or any(isinstance(end, dict) for end in given.values()):
        keys = ", ".join(ENDS)
        raise Unread("not_a_range", f"范围要写 {keys} 中的一项或两项。", f"A range has one or both of {keys}.")
    return _both({name: _read(given.get(name), read) for name in ENDS})


def _read(end: Any, read: Read) -> Value | Unread:
    try:
        return None if end is None else read(end)
    except Unread as unread:
        return unread


def _both(ends: Mapping[str, Value | Unread]) -> Range:
    """The range of two ends, or all that is wrong with them."""
    wrong = {below("", name): end for name, end in ends.items() if isinstance(end, Unread)}
    if not wrong:
        return Range(**ends)
    first = next(iter(wrong.values()))
    first.reasons = {place: one.reasons[""] for place, one in wrong.items()}
    raise first


def identity(value: Any) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise Unread("not_an_id", *WANTED)
    return value


def unknown(name: Any, known: list[str], facts: Mapping[str, Fact]) -> Unread:
    if name in facts:
        return Unread("derived", "这个事实由公式算出，不必提供。", "This fact is derived by a formula: do not give it.")
    hint = _hint(str(name), known)
    return Unread("unknown_fact", f"没有这个事实。{hint.zh}", f"There is no such fact.{hint.en}")


def _hint(value: Any, known: Collection[str]) -> Text:
    guess = near(value, tuple(known)) if isinstance(value, str) else ""
    return Text(f"是不是 {guess}？", f" Perhaps {guess}?") if guess else Text("", "")


def below(at: str, name: Any) -> str:
    """The pointer of a fact in a record."""
    return f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"
