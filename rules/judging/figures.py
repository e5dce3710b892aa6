"""Figures of a case as sums of what its levers add to them, and the values they can take.

A comparison of such sums, or of quotients of them, is a linear row of whole numbers; of any other figure the least and
the greatest value are worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from rules.judging.bounds import bounds
from rules.judging.evaluate import Scope
from rules.judging.trials import Trials
from rules.model import Expr, Fact, Leaf, Op, Ref
from rules.operations import OPERATIONS
from rules.operations.comparisons import DOWNWARD
from rules.values.exact import Value

Box = Mapping[str, tuple[int, int]]  # lever -> the fewest and the most steps
Form = dict[str, Fraction]  # lever -> by how much a step of it raises the figure; "" is the figure as it stands
Quotient = tuple[Form, Form]
Span = tuple[Value, Value]  # the least and the greatest value; None is endless
ENDLESS: Span = (None, None)


class Row(NamedTuple):
    """Whole numbers of which the sum, with the steps of each lever times its own, is not to be negative."""

    slopes: Mapping[str, int]
    start: int

    def most(self, box: Box) -> int:
        """The greatest sum in a box."""
        return self.start + sum(slope * box[name][slope > 0] for name, slope in self.slopes.items())

    def lack(self, way: Mapping[str, int]) -> int:
        """By how much the sum is negative after some steps."""
        return max(0, -self.start - sum(slope * way[name] for name, slope in self.slopes.items()))


class Figures:
    """The figures of one case."""

    def __init__(self, trials: Trials) -> None:
        self.trials, self.corners = trials, trials.corners()
        self.at = trials.start  # the figures of the case from which those that levers do not move are read

    def limits(self) -> tuple[Row, ...]:
        """That every figure stays within its bounds, and every part within its wholes."""
        trials, found = self.trials, []
        for part, whole in trials.pairs:
            found += self._gap(self.figure(whole), self.figure(part))
        for fact in trials.moved.values():
            if fact.type.is_number:
                least, most = trials.bounds(fact)
                found += self._gap(self.figure(fact), None if least is None else plain_number(least))
                found += self._gap(None if most is None else plain_number(most), self.figure(fact))
        return tuple(found)

    @staticmethod
    def _gap(greater: Quotient | None, less: Quotient | None) -> list[Row]:
        """That one figure is not below another, as far as both are sums of levers."""
        if greater is None or less is None or greater[1] != less[1]:
            return []
        return [row_of(plus(greater[0], less[0], -1))]

    def rows(self, leaf: Leaf, box: Box) -> list[Row] | None:
        """A comparison of figures as rows, of which the others say that nothing is divided by nought; None where they
        are no sums of levers."""
        found = [self._rows_at(corner, leaf, box) for corner in self.corners]
        self.at = self.trials.start
        return None if None in found else [row for rows in found for row in rows or ()]

    def _rows_at(self, corner: Scope, leaf: Leaf, box: Box) -> list[Row] | None:
        self.at, (test,) = corner, leaf.tests
        left, limit = self.quotient(leaf.left), self.quotient(test.limits[0])
        if left is None or limit is None or any((span(form, box)[0] or 0) < 0 for _, form in (left, limit)):
            return None
        tops = _times(left[0], limit[1]), _times(limit[0], left[1])
        if tops[0] is None or tops[1] is None:
            return None
        gap = plus(tops[0], tops[1], -1)
        if test.operator in DOWNWARD:
            gap = plus({}, gap, -1)
        return [row_of(gap, strict=test.operator in ("above", "below")),
                *(row_of(form, strict=True) for _, form in (left, limit))]  # fmt: skip

    def quotient(self, expr: Expr) -> Quotient | None:
        """A figure as one sum of levers over another; None where it is no such."""
        if not expr.type.is_number:
            return None
        if not self.trials.touched(expr):
            value = self.at.evaluate(expr)
            return None if value is None else plain_number(value)
        if isinstance(expr, Ref):
            fact = self.trials.own(expr)
            return None if fact is None else self.figure(fact)
        parts = [self.quotient(arg) for arg in expr.args] if isinstance(expr, Op) else []
        known = [part for part in parts if part is not None]
        if not isinstance(expr, Op) or len(known) < len(parts) or expr.name not in _QUOTIENTS:
            return None
        found: Quotient | None = known[0]
        for part in known[1:]:
            found = _QUOTIENTS[expr.name](found, part) if found is not None else None
        return found

    def figure(self, fact: Fact) -> Quotient | None:
        """A fact as one sum of levers over another."""
        value = self.at.fact(fact.name)
        slopes: Form = self.trials.slopes.get(fact.name, {})
        if fact.given or (not slopes and fact.formula is None):
            return None if value is None else ({"": Fraction(value), **slopes}, {"": Fraction(1)})
        base = None if fact.formula is None else self.quotient(fact.formula)
        if base is None or not slopes:
            return base
        moved = _times(slopes, base[1])
        return None if moved is None else (plus(base[0], moved), base[1])

    def spans(self, expr: Expr, box: Box) -> Span:
        """The least and the greatest value of a figure while the levers stay within a box."""
        quotient = self.quotient(expr)
        if quotient is not None:
            return _ratio_span([span(form, box) for form in quotient])
        if not self.trials.touched(expr):
            return bounds(expr, self.trials.start) or ENDLESS
        if isinstance(expr, Ref):
            fact = self.trials.own(expr)
            if expr.what == "total" or (expr.what == "output" and expr.output == "total"):
                return self.total(expr.name, box)
            return ENDLESS if fact is None or fact.formula is None or fact.lever else self.spans(fact.formula, box)
        if not isinstance(expr, Op) or expr.name not in _SPANS:
            return ENDLESS
        ends = [self.spans(arg, box) for arg in expr.args]
        if expr.name != "round":
            return _SPANS[expr.name](ends)
        step = ends[1][0]
        low, high = (None if None in (end, step) else OPERATIONS["round"].value(expr, end, step) for end in ends[0])
        return low, high

    def total(self, rule: str, box: Box) -> Span:
        """The total of a scorecard."""
        return ENDLESS


def plain_number(value: Value) -> Quotient:
    return {"": Fraction(value)}, {"": Fraction(1)}


def row_of(form: Form, *, strict: bool = False) -> Row:
    """A sum of levers that is not to be negative (`strict`: to be above zero) as a row."""
    size = lcm(*(value.denominator for value in form.values()))
    slopes = {name: int(value * size) for name, value in form.items() if name and value}
    common = gcd(*slopes.values()) or 1  # steps come whole: 3x + 3y >= 4 is x + y >= 2
    return Row({name: slope // common for name, slope in slopes.items()},
               (int(form.get("", 0) * size) - strict) // common)  # fmt: skip


def span(form: Form, box: Box) -> Span:
    ends = [(form.get("", Fraction(0)),) * 2]
    ends += [tuple(sorted(value * end for end in box[name])) for name, value in form.items() if name]  # type: ignore[misc]
    return sum(low for low, _ in ends), sum(high for _, high in ends)


def plus(first: Form, second: Form, times: int = 1) -> Form:
    return {name: first.get(name, Fraction(0)) + times * second.get(name, 0) for name in first | second}


def _times(first: Form, second: Form) -> Form | None:
    """The product of two sums; None where neither is a plain number."""
    for one, other in ((first, second), (second, first)):
        if not any(value for name, value in other.items() if name):
            return {name: value * other.get("", 0) for name, value in one.items()}
    return None


def _over(top: Form | None, bottom: Form | None) -> Quotient | None:
    return None if top is None or bottom is None else (top, bottom)


def _added(first: Quotient, second: Quotient, times: int = 1) -> Quotient | None:
    if first[1] == second[1]:
        return plus(first[0], second[0], times), first[1]
    tops = _times(first[0], second[1]), _times(second[0], first[1])
    top = None if tops[0] is None or tops[1] is None else plus(tops[0], tops[1], times)
    return _over(top, _times(first[1], second[1]))


_QUOTIENTS: Mapping[str, Callable[[Quotient, Quotient], Quotient | None]] = {
    "sum": _added,
    "difference": lambda first, second: _added(first, second, -1),
    "product": lambda first, second: _over(_times(first[0], second[0]), _times(first[1], second[1])),
    "ratio": lambda first, second: _over(_times(first[0], second[1]), _times(first[1], second[0])),
}


# --- the least and the greatest value, by operation


def hull(spans: Sequence[Span]) -> Span:
    lows, highs = zip(*spans, strict=True)
    return None if None in lows else min(lows), None if None in highs else max(highs)


def _sum_span(spans: Sequence[Span]) -> Span:
    lows, highs = zip(*spans, strict=True)
    return None if None in lows else sum(lows), None if None in highs else sum(highs)


def _difference_span(spans: Sequence[Span]) -> Span:
    return _sum_span([spans[0], *((None if high is None else -high, None if low is None else -low)
                                  for low, high in spans[1:])])  # fmt: skip


def _product_span(spans: Sequence[Span]) -> Span:
    first, *rest = spans
    for one in rest:
        if None in first or None in one:
            return ENDLESS
        corners = [a * b for a in first for b in one]
        first = min(corners), max(corners)
    return first


def _ratio_span(spans: Sequence[Span]) -> Span:
    """Divided by what may be nought, a figure has no end; by what may be negative, it may be any."""
    (low, high), (least, most) = spans
    if None in (low, high, least, most) or least < 0 or (least == 0 and low < 0) or most == 0:
        return ENDLESS
    if least == 0:
        return Fraction(low) / most, None
    corners = [Fraction(top) / bottom for top in (low, high) for bottom in (least, most)]
    return min(corners), max(corners)


def _least_span(spans: Sequence[Span]) -> Span:
    lows, highs = zip(*spans, strict=True)
    return None if None in lows else min(lows), min((high for high in highs if high is not None), default=None)


def _greatest_span(spans: Sequence[Span]) -> Span:
    lows, highs = zip(*spans, strict=True)
    return max((low for low in lows if low is not None), default=None), None if None in highs else max(highs)


_SPANS = {
    "sum": _sum_span, "difference": _difference_span, "product": _product_span, "ratio": _ratio_span,
    "least": _least_span, "greatest": _greatest_span, "round": hull, "first_known": hull, "choose": hull,
}  # fmt: skip
