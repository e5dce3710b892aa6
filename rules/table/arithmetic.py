"""Formulas on a table: arithmetic in fractions, the least and the greatest, rounding, and choices between values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

from rules.model import Op
from rules.table import numbers
from rules.table.frame import Frame, Translation, arguments
from rules.table.numbers import Flags, Num
from rules.table.values import Cell, choose, compare, every, known, order_key


def _folded(combine: Callable[[Num, Num, Flags], Num]) -> Translation:
    def folded(op: Op, frame: Frame) -> Cell:
        return reduce(lambda left, right: combine(left, right, frame.flags), arguments(op, frame))

    return folded


def _minus(left: Num, right: Num, flags: Flags) -> Num:
    return numbers.add(left, numbers.negative(right), flags)


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
    return numbers.rounded(value, step, op.option, frame.flags)


def _first_known(op: Op, frame: Frame) -> Cell:
    return choose([(known(arg), arg) for arg in arguments(op, frame)], None, op.type, frame.flags)


def _known(op: Op, frame: Frame) -> Any:
    return known(frame.evaluate(op.args[0]))


def _choose(op: Op, frame: Frame) -> Cell:
    holds = frame.holds_where(op)
    yes, no = arguments(op, frame)
    return choose([(holds, yes), (~holds, no)], None, op.type, frame.flags)


def _holds(op: Op, frame: Frame) -> Any:
    return frame.holds_where(op)


TRANSLATIONS: dict[str, Translation] = {
    "ratio": _folded(numbers.divide),
    "sum": _folded(numbers.add),
    "difference": _folded(_minus),
    "product": _folded(numbers.multiply),
    "least": partial(_extreme, "at_most"),
    "greatest": partial(_extreme, "at_least"),
    "round": _round,
    "first_known": _first_known,
    "known": _known,
    "choose": _choose,
    "holds": _holds,
}
