"""The operations inside formulas and conditions, so that each can be worked out once in a column of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.judging.outcomes import criteria_of
from rules.model import Condition, Expr, Leaf, Op, Ranking, Rule, Scorecard, Table

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
    if isinstance(part, Op):
        yield from part.args
        if not (part.args and part.args[0].type.kind == "list"):
            yield part.where
    elif isinstance(part, Leaf):
        yield part.left
        for test in part.tests:
            yield from test.limits
    elif part is not None and hasattr(part, "parts"):
        yield from part.parts


def inside(formula: Expr | None) -> Iterator[Part]:
    """What lies inside the outermost operation of a formula."""
    yield from _within(formula)


def parts_of(rule: Rule) -> Iterator[Part]:
    """Every expression and condition of a rule; a ranking's are about other records."""
    if isinstance(rule.body, Ranking):
        return
    rows = [*criteria_of(rule), *([rule.body.otherwise] if isinstance(rule.body, Table) else [])]
    for row in rows:
        yield from (row.condition, row.when, *row.then.values())
    if isinstance(rule.body, Scorecard):
        for item in rule.body.items:
            yield item.formula
            for condition, worth in item.bands:
                yield from (condition, worth)
