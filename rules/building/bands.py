"""Checks that bands over a number leave no gap and do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rules.files.source import Node
from rules.model import Comparison, Const, Expr
from rules.operations import COMPARE, OPERATORS
from rules.problems.problem import Problems
from rules.values.exact import Type, Value
from rules.values.figures import told
from rules.values.text import Text

_SAID = {
    "below": ("低于 {} ", "below {}"),
    "at_most": ("不超过 {} ", "up to {}"),
    "at_least": ("{} 及以上", "from {} up"),
    "above": ("高于 {} ", "above {}"),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval; an edge is (value, 0) on the value and (value, 1) just above it; None is endless."""

    node: Node
    low: tuple[Any, int] | None
    high: tuple[Any, int] | None  # the first edge that is no longer inside

    @classmethod
    def of(cls, node: Node, tests: Sequence[Comparison]) -> Interval | None:
        """The band between fixed limits; None where a test has no fixed limit, or is no bound."""
        lows, highs = [], []
        for test in tests:
            limit, operator = test.limits[0], OPERATORS[test.operator]
            if not isinstance(limit, Const) or (operator.low is None and operator.high is None):
                return None
            lows += [] if operator.low is None else [(limit.value, operator.low)]
            highs += [] if operator.high is None else [(limit.value, operator.high)]
        return cls(node, max(lows, default=None), min(highs, default=None))


def check_bands(bands: Sequence[Interval], type: Type, minimum: Value, maximum: Value, problems: Problems) -> None:
    """Report gaps, overlaps and empty bands, from the least to the greatest value there can be."""
    for band in bands:
        if band.low is not None and band.high is not None and band.low >= band.high:
            problems.add(band.node, "bands.empty")
            return
    ordered = sorted(bands, key=lambda band: (band.low is not None, band.low or ()))
    first, last = ordered[0], ordered[-1]
    if first.low is not None and (minimum is None or first.low > (minimum, 0)):
        problems.add(first.node, "bands.gap_below", **_beyond(first.low, type, "below", "at_most"))
    for left, right in pairwise(ordered):
        if left.high is None or right.low is None or left.high > right.low:
            edge = _edge(right.low or left.high, type)
            problems.add(right.node, "bands.overlap", value=edge, line=left.node.mark.line)
        elif left.high < right.low and left.high[0] == right.low[0]:
            problems.add(right.node, "bands.gap_at", value=_edge(right.low, type))
        elif left.high < right.low:
            problems.add(right.node, "bands.gap", low=_edge(left.high, type), high=_edge(right.low, type))
    if last.high is not None and (maximum is None or last.high <= (maximum, 0)):
        problems.add(last.node, "bands.gap_above", **_beyond(last.high, type, "at_least", "above"))


def check_open_bands(
    bands: Sequence[tuple[Node, Sequence[Comparison]]], minimum: Value, maximum: Value, problems: Problems
) -> None:
    """Report bands with limits that are no fixed figures, unless each begins where another ends: nobody knows which of
    two facts will be the greater, so that bands between them leave a gap or overlap."""
    lows, highs = [], []
    for node, tests in bands:
        limits = [(test.limits[0], OPERATORS[test.operator]) for test in tests]
        if any(operator.low is operator.high is None for _, operator in limits):
            return
        lows.append((node, _ends(((limit, one.low) for limit, one in limits), (minimum, 0))))
        highs.append(_ends(((limit, one.high) for limit, one in limits), (maximum, 1)))
    for node, low in lows:
        if low not in highs:
            problems.add(node, "bands.apart")
            return
        highs.remove(low)
    if all(low for _, low in lows):
        problems.add(bands[0][0], "bands.apart")


def _ends(limits: Iterable[tuple[Expr, int | None]], last: tuple[Value, int]) -> list[tuple[Expr, int]]:
    """The edges of a band on one side; none where it reaches the last value that there can be."""
    edges = [(limit, edge) for limit, edge in limits if edge is not None]
    return [(limit, edge) for limit, edge in edges if not (isinstance(limit, Const) and (limit.value, edge) == last)]


def _beyond(edge: tuple[Any, int], type: Type, *operators: str) -> dict[str, Any]:
    """The values past an edge, in words and as the band that would cover them; `operators` by which side it is on."""
    value, operator = _edge(edge, type), operators[edge[1]]
    zh, en = _SAID[operator]
    return {"range": Text(zh.format(value.zh), en.format(value.en)),
            "band": Text(f"{operator}: {value.zh.strip('`')}", f"{operator}: {value.en}")}  # fmt: skip


def _edge(edge: tuple[Any, int] | None, type: Type) -> Text:
    return told(None if edge is None else edge[0], type)


def can_hold(tests: Sequence[Comparison]) -> bool:
    """Whether some value passes all the comparisons that have a fixed limit."""
    limits = [limit for test in tests for limit in test.limits]
    fixed = [limit.value for limit in limits if isinstance(limit, Const)]
    if not fixed or len(fixed) < len(limits):
        return True

    def passes(candidate: tuple[Value, int], test: Comparison) -> bool:
        edges = [(limit.value, 0) for limit in test.limits if isinstance(limit, Const)]
        return any(COMPARE[test.operator](candidate, edge) for edge in edges)

    # it is enough to try the limits themselves, and a point on either side of each
    return any(all(passes((value, side), test) for test in tests) for value in fixed for side in (-1, 0, 1))
