"""Ladders: the limits that rules hold one value against, in order, and at which rungs each comparison fires.

Between and on the limits lie the rungs, counted from 1: below the first limit, on it, above it, on the second ...
Rung 0 is "not known". rules.engine.engine says why values become rungs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.engine.coders import ordinal
from rules.judging.bounds import Scope, bounds, signs
from rules.model import Const, Expr, Leaf
from rules.operations import COMPARE, require

Span = tuple[int, int]

# operator -> the rungs at which it holds, of the rung of its limit and the last rung
LADDERS: dict[str, Callable[[int, int], Span]] = {
    "at_least": lambda limit, top: (limit, top),
    "above": lambda limit, top: (limit + 1, top),
    "at_most": lambda limit, top: (1, limit),
    "below": lambda limit, top: (1, limit - 1),
    "equals": lambda limit, top: (limit, limit),
    "one_of": lambda limit, top: (limit, limit),
}
require("operators without a ladder", COMPARE, LADDERS)


@dataclass(slots=True)
class Field:
    """One value and its ladder, or (without a ladder) one value against another: below, equal, above."""

    left: Expr
    right: Expr | None
    leaves: list[tuple[Leaf, bool]] = field(default_factory=list)
    ladder: list[Any] = field(default_factory=list)
    mirrored: bool = False  # rungs counted from the top: intervals that reach the last rung cost the network least

    @property
    def dense(self) -> bool:
        """Whether the ladder holds every value there can be, so that nothing lies between its limits."""
        return self.right is None and bool(self.left.type.values)

    @property
    def rungs(self) -> int:
        return 4 if self.right is not None else len(self.ladder) + 1 if self.dense else 2 * len(self.ladder) + 2

    def settle(self) -> None:
        """Build the ladder, and count its rungs from the end at which most comparisons fire."""
        if self.dense:
            self.ladder = sorted(ordinal(value, self.left.type) for value in self.left.type.values)
        elif self.right is None:
            self.ladder = sorted({_key(limit, self.left) for leaf, _ in self.leaves for limit in limits_of(leaf)})
        ends = 0
        for leaf, silent in self.leaves:
            firing = self.firing(leaf, not silent)
            ends += any(low == 1 for low, _ in firing) - any(high == self.rungs - 1 for _, high in firing)
        self.mirrored = ends < 0

    def ends(self, scope: Scope) -> Span | None:
        """The first and the last rung of a value that is known within bounds; None where it is not."""
        mine = None if self.dense or not self.left.type.is_number else bounds(self.left, scope)
        if mine is None:
            return None
        if self.right is not None:
            theirs = bounds(self.right, scope)
            if theirs is None:
                return None
            ways = signs(mine, theirs)
            low, high = ways[0] + 2, ways[-1] + 2
        else:
            low = 1 if mine.at_least is None else self._rung(mine.at_least)
            high = self.rungs - 1 if mine.at_most is None else self._rung(mine.at_most)
        return (self.rungs - high, self.rungs - low) if self.mirrored else (low, high)

    def _rung(self, value: Any) -> int:
        return bisect_left(self.ladder, value) + bisect_right(self.ladder, value) + 1

    def firing(self, leaf: Leaf, when: bool) -> list[Span]:
        """The runs of rungs (from 1) at which a comparison holds, or those at which it does not."""
        top = self.rungs - 1
        spans = self._holding(leaf, top)
        if not when:
            edges = [1, *(edge for low, high in spans for edge in (low - 1, high + 1)), top]
            spans = list(zip(edges[::2], edges[1::2], strict=True))
        if self.mirrored:
            spans = [(top + 1 - high, top + 1 - low) for low, high in spans]
        return [(low, high) for low, high in spans if low <= high]

    def _holding(self, leaf: Leaf, top: int) -> list[Span]:
        """Where all tests of a comparison hold: one run, but for several limits, each of which is a rung."""
        low, high = 1, top
        among: list[int] | None = None
        for test in leaf.tests:
            runs = [LADDERS[test.operator](self._place(limit), top) for limit in test.limits]
            if len(runs) == 1:
                low, high = max(low, runs[0][0]), min(high, runs[0][1])
            else:
                among = sorted(rung for rung, _ in runs if among is None or rung in among)
        if among is not None:
            return _joined([one for one in among if low <= one <= high])
        return [(low, high)] if low <= high else []

    def _place(self, limit: Expr) -> int:
        """The rung of a limit."""
        if self.right is not None:
            return 2
        place = bisect_left(self.ladder, _key(limit, self.left))
        return place + 1 if self.dense else 2 * place + 2

    def spans(self) -> dict[Span, list[tuple[Leaf, bool]]]:
        """The intervals of rungs at which comparisons fire, with the truth of each, rung 0 ("not known") by itself.

        Where all of a field fire on one interval next to rung 0, that interval takes rung 0 in."""
        spans: dict[Span, list[tuple[Leaf, bool]]] = {}
        for leaf, silent in self.leaves:
            for span in self.firing(leaf, not silent):
                spans.setdefault(span, []).append((leaf, not silent))
        if len(spans) == 1:
            ((span, effects),) = spans.items()
            if span[0] == 1 and len(effects) == len(self.leaves):
                return {(0, span[1]): effects}
        return {(0, 0): [(leaf, True) for leaf, _ in self.leaves], **spans}


def _joined(places: Sequence[int]) -> list[Span]:
    """Single rungs in order as runs."""
    spans: list[Span] = []
    for place in places:
        if spans and spans[-1][1] == place - 1:
            spans[-1] = (spans[-1][0], place)
        elif not spans or spans[-1][1] != place:
            spans.append((place, place))
    return spans


def limits_of(leaf: Leaf) -> Iterator[Expr]:
    return (limit for test in leaf.tests for limit in test.limits)


def _key(limit: Expr, left: Expr) -> Any:
    assert isinstance(limit, Const)
    return ordinal(limit.value, left.type)
