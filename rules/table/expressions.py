"""Expressions on a table: each operation of rules.judging.evaluate in columns, with the same answer in every row."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

import ibis

from rules.model import Const, Expr, Op
from rules.table import dates, lists, numbers
from rules.table.errors import NotTabular
from rules.table.numbers import Num
from rules.table.values import Cell, choose, compare, constant, every, known, order_key, unknown

if TYPE_CHECKING:
    from rules.table.frame import Frame


def evaluate(expr: Expr, frame: Frame) -> Cell:
    """The value of an expression in every row."""
    if isinstance(expr, Const):
        return constant(expr.value, expr.type)
    if isinstance(expr, Op):
        found = frame.worked_out(expr)
        return OPERATIONS[expr.name](expr, frame) if found is None else found
    if expr.what == "on":
        return frame.on
    if expr.what == "total":
        return frame.totals[expr.name]["total"]
    target = frame.named(expr.scope)
    if target is None:
        return unknown(expr.type)
    if expr.what == "fact":
        return target.fact(expr.name)
    return target.conclusion(expr.name, expr.output, expr.type)


def _args(op: Op, frame: Frame) -> list[Cell]:
    return [evaluate(arg, frame) for arg in op.args]


def _ratio(op: Op, frame: Frame) -> Num:
    top, bottom = _args(op, frame)
    return numbers.divide(top, bottom, frame.flags)


def _sum(op: Op, frame: Frame) -> Cell:
    return reduce(lambda left, right: numbers.add(left, right, frame.flags), _args(op, frame))


def _difference(op: Op, frame: Frame) -> Cell:
    first, *others = _args(op, frame)
    return reduce(lambda left, right: numbers.add(left, numbers.negative(right), frame.flags), others, first)


def _product(op: Op, frame: Frame) -> Cell:
    return reduce(lambda left, right: numbers.multiply(left, right, frame.flags), _args(op, frame))


def _extreme(operator: str) -> Callable[[Op, Frame], Cell]:
    """The argument that stands so to all others; not known where any is not."""

    def operation(op: Op, frame: Frame) -> Cell:
        args = _args(op, frame)
        keys = [order_key(arg, op.type) for arg in args]
        wins = [
            every([compare(operator, key, other, frame.flags) for other in keys if other is not key] or [known(arg)])
            for key, arg in zip(keys, args, strict=True)
        ]
        return choose(list(zip(wins, args, strict=True)), None, op.type, frame.flags)

    return operation


def _measured(measure: Callable[..., Num]) -> Callable[[Op, Frame], Num]:
    def operation(op: Op, frame: Frame) -> Num:
        return measure(*_args(op, frame))

    return operation


def _known(op: Op, frame: Frame) -> Cell:
    return known(evaluate(op.args[0], frame))


def _plus(op: Op, frame: Frame) -> Cell:
    start, length = _args(op, frame)
    if length.value is not None and length.bottom != 1:
        return ibis.null("date")  # no whole period
    if not length.fixed or length.bottom != 1:
        raise NotTabular("date plus", "期限不一定是整数", "a period that need not be whole")
    return dates.moved(start, length, op.option)


def _round(op: Op, frame: Frame) -> Num:
    """Value / step to a whole number, times step: by the remainder, so that nothing is divided."""
    flags = frame.flags
    value, step = _args(op, frame)
    if value.fixed and step.fixed:
        same = numbers.alike([value, step], flags)
        assert same is not None
        return numbers.rounded(same[0], same[1].top, same[1].most, op.option, flags)
    top, most = numbers.times(value.top, value.most, step.bottom, step.deep, flags)
    unit, large = numbers.times(step.top, step.most, value.bottom, value.deep, flags)
    bottom, deep = numbers.times(value.bottom, value.deep, step.bottom, step.deep, flags)
    return numbers.rounded(Num(top, bottom, most, deep), unit, large, op.option, flags)


def _first_known(op: Op, frame: Frame) -> Cell:
    return choose([(known(arg), arg) for arg in _args(op, frame)], None, op.type, frame.flags)


def _choose(op: Op, frame: Frame) -> Cell:
    assert op.where is not None  # the grammar demands it
    holds = frame.holds(op.where)
    yes, no = _args(op, frame)
    return choose([(holds, yes), (~holds, no)], None, op.type, frame.flags)


def _holds(op: Op, frame: Frame) -> Cell:
    assert op.where is not None  # the grammar demands it
    return frame.holds(op.where)


OPERATIONS: dict[str, Callable[[Op, Frame], Cell]] = {
    "ratio": _ratio,
    "sum": _sum,
    "difference": _difference,
    "product": _product,
    "least": _extreme("at_most"),
    "greatest": _extreme("at_least"),
    "completed_years": _measured(dates.years_between),
    "completed_months": _measured(dates.months_between),
    "days": _measured(dates.days_between),
    "year_of": _measured(dates.year_of),
    "month_of": _measured(dates.month_of),
    "known": _known,
    "plus": _plus,
    "round": _round,
    "first_known": _first_known,
    "choose": _choose,
    "holds": _holds,
    **lists.OPERATIONS,
}
