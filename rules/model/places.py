"""Editions compared as data, and one value in an edition replaced.

A place is the path from a dataclass to one of its parts: field names, keys of mappings, and for the elements of a tuple
their ids, or their positions where they have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from rules.model.expressions import Const, Op
from rules.values.exact import Type
from rules.values.text import Mark, Text

Place = tuple[Any, ...]
Thing = TypeVar("Thing")
WHOLE = (Text, Type, Mark)  # dataclasses that count as one value
FOLLOWING = frozenset({"sha256", "constant", "under"})  # fields that follow from the files' text, or from other fields


class Special(Enum):
    """A value or a step of a place that no edition contains."""

    ABSENT = "absent"  # as a value: there is nothing at this place
    ORDER = "order"  # as the last step: the order of the elements that both sides have


ABSENT, ORDER = Special.ABSENT, Special.ORDER


@dataclass(frozen=True, slots=True)
class Difference:
    """Two editions differ at a place: `old` and `new`, each of which may be ABSENT."""

    place: Place
    old: Any
    new: Any


def parts(thing: Any) -> Mapping[Any, Any] | None:
    """The parts of a dataclass, a mapping or a tuple of such by the last step of their places.

    None for a value, and for a list of words or numbers, which counts as one."""
    if is_dataclass(thing) and not isinstance(thing, WHOLE):
        return {one.name: getattr(thing, one.name) for one in fields(thing) if one.init}
    if isinstance(thing, Mapping):
        return thing
    if isinstance(thing, tuple) and not all(isinstance(one, str | int) for one in thing):
        named = {_name(one, at): one for at, one in enumerate(thing)}
        return named if len(named) == len(thing) else dict(enumerate(thing))
    return None


def _name(element: Any, at: int) -> Any:
    """The id of an element, or the name that follows its condition; its position where it has neither."""
    if isinstance(element, tuple):
        return element[-1] if is_dataclass(element[0]) and isinstance(element[-1], str) else at
    return getattr(element, "id", at)


def at(thing: Any, place: Place) -> Any:
    """The part of a thing at a place; ABSENT where there is none."""
    for name in place:
        thing = (parts(thing) or {}).get(name, ABSENT)
    return thing


def put(thing: Thing, place: Place, value: Any) -> Thing:
    """The thing with another value at a place; a value ABSENT takes an element out of a mapping or a tuple."""
    return _put(thing, place, value)  # type: ignore[no-any-return]


def _put(thing: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    name, *rest = place
    inner = dict(parts(thing) or {})
    if name is ORDER:
        inner = {one: inner[one] for one in (*value, *(one for one in inner if one not in value))}
    else:
        inner[name] = _put(inner.get(name), tuple(rest), value)
    inner = {one: part for one, part in inner.items() if part is not ABSENT}
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **inner)
    return inner if isinstance(thing, Mapping) else tuple(inner.values())


def differing(old: Any, new: Any, place: Place = ()) -> Iterator[Difference]:
    """Every place where two things differ, marks and sha256 apart; one that only one side has is one difference."""
    if old is new or isinstance(old, Mark):
        return
    olds, news = parts(old), parts(new)
    if isinstance(old, tuple) and isinstance(new, tuple) and (olds or news):  # one of them may be empty
        olds, news = olds or dict(enumerate(old)), news or dict(enumerate(new))
    if olds is None or news is None or not _alike(old, new, olds, news):
        if type(old) is not type(new) or (is_dataclass(old) and not isinstance(old, WHOLE)) or old != new:
            yield Difference(place, old, new)
        return
    for name in dict.fromkeys((*olds, *news)):
        if name not in FOLLOWING:
            yield from differing(olds.get(name, ABSENT), news.get(name, ABSENT), (*place, name))
    before, after = (tuple(one for one in names if one in olds and one in news) for names in (olds, news))
    if before != after:
        yield Difference((*place, ORDER), before, after)


def _alike(old: Any, new: Any, olds: Mapping[Any, Any], news: Mapping[Any, Any]) -> bool:
    """Whether two things have parts that correspond, so that they can be compared part by part."""
    if isinstance(old, Op) and isinstance(new, Op):
        return old.name == new.name and len(old.args) == len(new.args)
    if isinstance(old, Const) and isinstance(new, Const):
        return old.type.kind == new.type.kind
    if isinstance(old, tuple) and isinstance(new, tuple):
        positions = any(isinstance(name, int) for name in (*olds, *news))
        return not positions or len(olds) == len(news)
    return type(old) is type(new) or (isinstance(old, Mapping) and isinstance(new, Mapping))
