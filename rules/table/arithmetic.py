"""Arithmetic on a table, in fractions: ratio, sum, difference, product, the least and the greatest, rounding."""

from __future__ import annotations

from functools import reduce

from rules.model import Op
from rules.table import numbers
from rules.table.frame import Frame
from rules.table.numbers import Num
from rules.table.translations import arguments, translates
from rules.table.values import Cell, choose, compare, every, known, order_key


@translates("ratio")
def _ratio(op: Op, frame: Frame) -> Num:
    top, bottom = arguments(op, frame)
    return numbers.divide(top, bottom, frame.flags)


@translates("sum")
def _sum(op: Op, frame: Frame) -> Cell:
    return reduce(lambda left, right: numbers.add(left, right, frame.flags), arguments(op, frame))


@translates("difference")
def _difference(op: Op, frame: Frame) -> Cell:
    first, *others = arguments(op, frame)
    return reduce(lambda left, right: numbers.add(left, numbers.negative(right), frame.flags), others, first)


@translates("product")
def _product(op: Op, frame: Frame) -> Cell:
    return reduce(lambda left, right: numbers.multiply(left, right, frame.flags), arguments(op, frame))


@translates("least")
def _least(op: Op, frame: Frame) -> Cell:
    return _extreme("at_most", op, frame)


@translates("greatest")
def _greatest(op: Op, frame: Frame) -> Cell:
    return _extreme("at_least", op, frame)


def _extreme(operator: str, op: Op, frame: Frame) -> Cell:
    """The argument that stands so to all others; not known where any is not."""
    args = arguments(op, frame)
    keys = [order_key(arg, op.type) for arg in args]
    wins = [
        every([compare(operator, key, other, frame.flags) for other in keys if other is not key] or [known(arg)])
        for key, arg in zip(keys, args, strict=True)
    ]
    return choose(list(zip(wins, args, strict=True)), None, op.type, frame.flags)


@translates("round")
def _round(op: Op, frame: Frame) -> Num:
    """Value / step to a whole number, times step: by the remainder, so that nothing is divided."""
    flags = frame.flags
    value, step = arguments(op, frame)
    if value.fixed and step.fixed:
        same = numbers.alike([value, step], flags)
        assert same is not None
        return numbers.rounded(same[0], same[1].top, same[1].most, op.option, flags)
    top, most = numbers.times(value.top, value.most, step.bottom, step.deep, flags)
    unit, large = numbers.times(step.top, step.most, value.bottom, value.deep, flags)
    bottom, deep = numbers.times(value.bottom, value.deep, step.bottom, step.deep, flags)
    return numbers.rounded(Num(top, bottom, most, deep), unit, large, op.option, flags)
