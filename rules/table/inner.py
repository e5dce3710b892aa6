"""Finds the operations inside formulas and conditions, so that each is computed once, in a column of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.model import Condition, Expr, Op, children

Part = Expr | Condition | None


def operations(parts: Iterable[Part]) -> list[list[Op]]:
    """The operations in parts by height: each only on those before it. What is asked of the records of a list stays
    within its lambda."""
    heights: dict[int, tuple[int, Op]] = {}
    for part in parts:
        _height(part, heights)
    found: list[list[Op]] = [[] for _ in range(max((height for height, _ in heights.values()), default=0))]
    for height, op in heights.values():
        found[height - 1].append(op)
    return found


def _height(part: Part, heights: dict[int, tuple[int, Op]]) -> int:
    below = max((_height(one, heights) for one in _within(part)), default=0)
    if not isinstance(part, Op):
        return below
    heights[id(part)] = below + 1, part
    return below + 1


def _within(part: Part) -> Iterator[Part]:
    """The parts that are read from the record at hand."""
    for child, inside_list in children(part) if part is not None else ():
        if not inside_list:
            yield child


def inside(formula: Expr | None) -> Iterator[Part]:
    """The parts inside the outermost operation of a formula."""
    yield from _within(formula)
