"""The order of evaluation: what a decision rests on, in stages, and the operations inside a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from rules.model import Condition, Edition, Expr, Op, Ref, children
from rules.model.uses import Used, fact_of, read_by, refs

Unit = tuple[str, str]  # a subject, and a derived fact or a decision of it
Part = Expr | Condition | None
Item = TypeVar("Item")


def heights_of(edition: Edition, start: Iterable[Used]) -> dict[Unit, int]:
    """The height of each reference: one more than the highest it depends on; given facts have 0."""
    heights: dict[Unit, int] = {}
    for subject, ref in start:
        _height(edition, subject, ref, heights)
    return heights


def stages(heights: Mapping[Item, int]) -> list[list[Item]]:
    """Items by height, those of height 0 left out; each stage rests only on those before it."""
    found: list[list[Item]] = [[] for _ in range(max(heights.values(), default=0))]
    for item, height in heights.items():
        if height:
            found[height - 1].append(item)
    return found


def _height(edition: Edition, subject: str, ref: Ref, heights: dict[Unit, int]) -> int:
    unit = (subject, ref.name)
    if ref.what in ("on", "total") or not subject:
        return 0
    if unit not in heights:
        below = [_height(edition, home, one, heights) for home, one in _behind(edition, subject, ref)]
        fact = fact_of(edition, subject, ref)
        heights[unit] = 0 if fact is not None and fact.given else 1 + max(below, default=0)
    return heights[unit]


def _behind(edition: Edition, subject: str, ref: Ref) -> Iterable[Used]:
    fact = fact_of(edition, subject, ref)
    if fact is not None:
        return refs(fact.formula, subject)
    return read_by(edition.rules[ref.name]) if ref.what in ("outcome", "output") else ()


def operations(parts: Iterable[Part]) -> list[list[Op]]:
    """The operations in parts in stages, so that each is computed once, in a column of its own. What is asked of the
    records of a list stays within its lambda."""
    known: dict[int, Op] = {}
    heights: dict[int, int] = {}

    def height(part: Part) -> int:
        below = max((height(one) for one in inside(part)), default=0)
        if isinstance(part, Op):
            known[id(part)], heights[id(part)] = part, below + 1
        return heights.get(id(part), below)

    for part in parts:
        height(part)
    return [[known[one] for one in stage] for stage in stages(heights)]


def inside(part: Part) -> Iterator[Part]:
    """The parts of a formula or condition that are read from the record at hand."""
    return (child for child, inside_list in children(part) if not inside_list) if part is not None else iter(())
