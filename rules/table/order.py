"""The order of evaluation: what a decision rests on, in stages, and the operations inside a formula."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from rules.model import Condition, Edition, Expr, Op, children
from rules.model.uses import Used, fact_of, read_by, refs

Unit = tuple[str, str]  # a subject, and a derived fact or a decision of it
Part = Expr | Condition | None
Item = TypeVar("Item", bound=Hashable)


def heights(start: Iterable[Item], below: Callable[[Item], Iterable[Item] | None]) -> dict[Item, int]:
    """The height of items and of all below them, the lower ones first: one more than the highest below an item, 0 of
    one for which `below` gives None."""
    known: dict[Item, int] = {}

    def height(item: Item) -> int:
        if item not in known:
            under = below(item)
            known[item] = 0 if under is None else 1 + max(map(height, under), default=0)
        return known[item]

    for item in start:
        height(item)
    return known


def stages(heights: Mapping[Item, int]) -> list[list[Item]]:
    """Items by height, those of height 0 left out; each stage rests only on those before it."""
    found: list[list[Item]] = [[] for _ in range(max(heights.values(), default=0))]
    for item, height in heights.items():
        if height:
            found[height - 1].append(item)
    return found


def heights_of(edition: Edition, start: Iterable[Used], told: Collection[Unit] = ()) -> dict[Unit, int]:
    """The heights of facts and decisions; given facts have 0, and so have facts and decisions that are told."""

    def below(used: Used) -> Iterable[Used] | None:
        subject, ref = used
        fact = fact_of(edition, subject, ref)
        if fact is not None:
            return None if fact.given or (subject, fact.name) in told else refs(fact.formula, subject)
        asked = ref.what == "output" or (ref.what == "outcome" and (subject, ref.name) not in told)
        return read_by(edition.rules[ref.name]) if subject and asked else None

    units: dict[Unit, int] = {}
    for (subject, ref), height in heights(start, below).items():
        if subject and ref.what not in ("on", "total"):
            units[subject, ref.name] = max(height, units.get((subject, ref.name), 0))
    return units


def rests_on_day(edition: Edition, start: Iterable[Used]) -> bool:
    """Whether what is referred to may differ from one day to another: it reads the day, or a value that has dates."""
    found = []

    def below(used: Used) -> Iterable[Used] | None:
        subject, ref = used
        fact = fact_of(edition, subject, ref)
        found.append(ref.what == "on" or (fact is not None and any(since > date.min for since, _ in fact.dated)))
        if fact is not None:
            return refs(fact.formula, subject)
        return read_by(edition.rules[ref.name]) if subject and ref.what in ("outcome", "output") else None

    heights(start, below)
    return any(found)


def operations(parts: Iterable[Part]) -> list[list[Op]]:
    """The operations in parts in stages, so that each is computed once, in a column of its own. What is asked of the
    records of a list stays within its lambda."""
    known: dict[int, Op] = {}
    places: dict[int, int] = {}

    def height(part: Part) -> int:
        below = max(map(height, inside(part)), default=0)
        if isinstance(part, Op):
            known[id(part)], places[id(part)] = part, below + 1
        return places.get(id(part), below)

    for part in parts:
        height(part)
    return [[known[one] for one in stage] for stage in stages(places)]


def inside(part: Part) -> Iterator[Part]:
    """The parts of a formula or condition that are read from the record at hand."""
    return (child for child, inside_list in children(part) if not inside_list) if part is not None else iter(())
