"""Formulas on a table: arithmetic in fractions, the least and the greatest, rounding, and choices between values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ibis

from rules.model import Op
from rules.table import numbers
from rules.table.frame import Frame, Translation, arguments
from rules.table.numbers import D38, INT64, NARROW, WIDE, Flags, Num, Whole, equal, held, lift, literal, null_like
from rules.table.values import Cell, balanced, choose, compare, every, known, order_key

SURE = 2**52  # below it a float tells whole numbers apart


def _folded(combine: Callable[[Num, Num, Flags], Num]) -> Translation:
    def folded(op: Op, frame: Frame) -> Cell:
        return balanced(lambda left, right: combine(left, right, frame.flags), arguments(op, frame))

    return folded


def _difference(op: Op, frame: Frame) -> Cell:
    first, *others = arguments(op, frame)
    parts = [first, *map(numbers.negative, others)]
    return balanced(lambda left, right: numbers.add(left, right, frame.flags), parts)


def _extreme(operator: str, op: Op, frame: Frame) -> Cell:
    """The argument that stands so to all others; not known where any is not."""
    args = arguments(op, frame)
    keys = [order_key(arg, op.type) for arg in args]
    wins = [
        every([compare(operator, key, other, frame.flags) for other in keys if other is not key] or [known(arg)])
        for key, arg in zip(keys, args, strict=True)
    ]
    return choose(list(zip(wins, args, strict=True)), None, op.type, frame.flags)


def _round(op: Op, frame: Frame) -> Num:
    value, step = arguments(op, frame)
    return rounded(value, step, op.option, frame.flags)


def rounded(value: Num, step: Num, how: str, flags: Flags) -> Num:
    """A number to a multiple of a step; of 0 there is none."""
    one, two = numbers.crosswise(value, step, flags)
    wide = max(one.most, two.most) > NARROW // 4
    one, two = (held(part, WIDE if wide else NARROW // 4, flags) for part in (one, two))
    unit = lift(two, wide)
    unit = ibis.ifelse(equal(unit, literal(0, wide)), null_like(unit), unit)
    sign = ibis.ifelse(unit < 0, literal(-1, wide), literal(1, wide))
    size, turned = unit.abs(), lift(one, wide) * sign
    turned = turned.cast(D38 if wide else INT64)
    rest = _wide_rest(turned, size, flags) if wide else _rest(turned, size)
    below = ibis.ifelse(turned < 0, literal(1, wide), literal(0, wide))  # a half goes away from zero
    up = {"down": literal(0, wide), "up": ibis.ifelse(rest > 0, size, literal(0, wide)),
          "half_up": ibis.ifelse(rest + rest >= size + below, size, literal(0, wide))}[how]  # fmt: skip
    top = (turned - rest + up) * sign
    top = Whole(top.cast(D38 if wide else INT64), one.most + two.most)
    return Num(top, numbers.common(value, step, flags))


def _rest(top: Any, size: Any) -> Any:
    rest = top % size
    return ibis.ifelse(rest < 0, rest + size, rest)


def _wide_rest(top: Any, size: Any, flags: Flags) -> Any:
    """The remainder of decimals, over which engines differ: of an estimated quotient, put right by one, and seen to
    lie between 0 and the size; a row of which the estimate is further out is flagged."""
    estimate = top.cast("float64") / size.cast("float64")
    near = estimate.abs() < SURE
    quotient = ibis.ifelse(near, estimate, ibis.null("float64")).floor().cast(D38)
    rest = (top - (quotient * size).cast(D38)).cast(D38)
    rest = ibis.cases((rest < 0, rest + size), (rest >= size, rest - size), else_=rest).cast(D38)
    within = (rest >= literal(0, True)) & (rest < size)
    flags += [~near, ~within]
    return ibis.ifelse(within, rest, null_like(rest))


def _choose(op: Op, frame: Frame) -> Cell:
    holds = frame.holds_where(op)
    yes, no = arguments(op, frame)
    return choose([(holds, yes), (~holds, no)], None, op.type, frame.flags)


TRANSLATIONS: dict[str, Translation] = {
    "ratio": _folded(numbers.divide),
    "sum": _folded(numbers.add),
    "difference": _difference,
    "product": _folded(numbers.multiply),
    "least": partial(_extreme, "at_most"),
    "greatest": partial(_extreme, "at_least"),
    "round": _round,
    "choose": _choose,
    "holds": lambda op, frame: frame.holds_where(op),
}
