"""The acts of an edit, and what each means for the data of a file: the measure that the edited text is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rules.editing.address import Address, Data, Refused, Step, identity, members, missing, part, position


@dataclass(frozen=True, slots=True)
class Set:
    """Write another value in a place."""

    at: Address
    value: Data


@dataclass(frozen=True, slots=True)
class Rename:
    """Write another key before a value: `above` for `at_least`."""

    at: Address
    key: str


@dataclass(frozen=True, slots=True)
class Add:
    """Add to the collection at `at`: a value under a `key`, or an item of a list.

    It comes behind the part `after`, FIRST of all, or (None) last."""

    at: Address
    value: Data
    key: str = ""
    after: Step | None = None


FIRST = -1  # as `after`


@dataclass(frozen=True, slots=True)
class Remove:
    """Take away an item of a list, or a key with its value."""

    at: Address


@dataclass(frozen=True, slots=True)
class Move:
    """Move a part of a collection to a position, counted from 0 without it."""

    at: Address
    to: int


Act = Set | Rename | Add | Remove | Move


def applied(data: Data, act: Act) -> Data:
    """The data of a file after an act; Refused where the act cannot be made."""
    if isinstance(act, Add):
        return _changed(data, act.at, act.at.steps, lambda of: _added(of, act))
    if isinstance(act, Set):
        part(data, act.at)
        return _changed(data, act.at, act.at.steps, lambda _: act.value)
    if not act.at.steps:
        raise Refused(f"{act.at} 是整个文件。", f"{act.at} is a whole file.", act.at)
    return _changed(data, act.at, act.at.steps[:-1], lambda of: _rearranged(of, act))


def _changed(data: Data, at: Address, steps: Sequence[Step], change: Callable[[Data], Data]) -> Data:
    if not steps:
        return change(data)
    found, parts = position(data, steps[0]), members(data)
    if found is None:
        raise missing(data, steps[0], at)
    key, one = parts[found]
    parts[found] = key, _changed(one, at, steps[1:], change)
    return _like(data, parts)


def _like(data: Data, parts: Sequence[tuple[Step, Data]]) -> Data:
    """A mapping or a list of parts, as the data is one."""
    return {str(key): one for key, one in parts} if isinstance(data, Mapping) else [one for _, one in parts]


def _added(of: Data, act: Add) -> Data:
    if isinstance(of, str) or isinstance(of, Mapping) != bool(act.key):
        raise Refused(f"{act.at} 里不能这样增加。", f"Nothing can be added to {act.at} in this way.", act.at)
    named = identity(act.value)
    name = act.key or (named[1] if named else "")
    if name and position(of, name) is not None:
        raise Refused(f"{act.at} 已有 {name}。", f"{act.at} has {name} already.", act.at / name)
    parts = members(of)
    parts.insert(slot(of, act), (act.key, act.value))
    return _like(of, parts)


def slot(of: Data, act: Add) -> int:
    """The position that what is added comes to have."""
    if act.after is None:
        return len(of)
    if act.after == FIRST:
        return 0
    found = position(of, act.after)
    if found is None:
        raise missing(of, act.after, act.at / act.after)
    return found + 1


def _rearranged(of: Data, act: Rename | Remove | Move) -> Data:
    parts, step = members(of), act.at.steps[-1]
    here = position(of, step)
    if here is None:
        raise missing(of, step, act.at)
    if isinstance(act, Rename):
        if not isinstance(of, Mapping) or (act.key != step and act.key in of):
            raise Refused(f"{act.at} 不能改名为 {act.key}。", f"{act.at} cannot become {act.key}.", act.at)
        parts[here] = act.key, parts[here][1]
        return _like(of, parts)
    one = parts.pop(here)
    if isinstance(act, Move):
        if not 0 <= act.to <= len(parts):
            raise Refused(f"没有第 {act.to + 1} 个位置。", f"There is no position {act.to + 1}.", act.at)
        parts.insert(act.to, one)
    return _like(of, parts)


def refined(at: Address, old: Data, new: Data) -> Iterator[Act]:
    """Acts on as small parts as may be that make one value of another; key by key and, where they have names or are as
    many, item by item. In an order that can be carried out one after the other."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() & new.keys():
        last: Step = FIRST
        for key, value in new.items():
            if key in old:
                yield from refined(at / key, old[key], value)
            else:
                yield Add(at, value, key, last)
            last = key
        yield from (Remove(at / key) for key in old if key not in new)
    elif _same_items(old, new):
        for here, (one, other) in enumerate(zip_longest(old, new)):
            yield from refined(at / here, one, other)
    else:
        yield Set(at, new)


def _same_items(old: Data, new: Data) -> bool:
    if isinstance(old, str | Mapping) or isinstance(new, str | Mapping) or len(old) != len(new):
        return False
    return [*map(identity, old)] == [*map(identity, new)]
