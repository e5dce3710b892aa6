"""Intervals of the operations on a table: the least and greatest value that each can have by those of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce

import ibis

from rules.model import Const, Expr, Op, Ref
from rules.model.uses import is_part
from rules.table import numbers
from rules.table.arithmetic import rounded
from rules.table.frame import Frame
from rules.table.numbers import Flags, Num, Truth
from rules.table.values import balanced, choose, every, known, truth

NOTHING, ALL = numbers.constant(0), numbers.constant(1)


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a value, endless where null; `there` is whether a row has a value at all."""

    low: Num
    high: Num
    there: Truth


def point(cell: Num) -> Interval:
    """A value as an interval of its own."""
    return Interval(cell, cell, known(cell))


def surely(operator: str, left: Num, right: Num, flags: Flags) -> Truth:
    """Whether one number surely stands to another so; false where one is endless."""
    return ibis.coalesce(numbers.compare(operator, left, right, flags), truth(False))


Ends = tuple[Num, Num, Truth]


def _there(args: Sequence[Interval]) -> Truth:
    return every([one.there for one in args])


def _added(nums: Sequence[Num], flags: Flags) -> Num:
    return balanced(lambda one, two: numbers.add(one, two, flags), nums)  # type: ignore[no-any-return]


def _sum(_op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    return _added([one.low for one in args], frame.flags), _added([one.high for one in args], frame.flags), _there(args)


def _difference(op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    (whole, *parts), flags = args, frame.flags
    low = _added([whole.low, *(numbers.negative(one.high) for one in parts)], flags)
    high = _added([whole.high, *(numbers.negative(one.low) for one in parts)], flags)
    if len(parts) == 1 and is_part(frame.edition, frame.subject, op.args[1], op.args[0]):
        low = numbers.choose([(surely("at_least", low, NOTHING, flags), low)], NOTHING, flags)
    return low, high, _there(args)


def _product(op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    """Of factors that have both ends; of those that are not below zero the least too."""
    flags = frame.flags
    if all(_never_below_zero(arg, frame) for arg in op.args):  # shorter to write, and the same
        sides = ([one.low for one in args], [one.high for one in args])
        low, high = (balanced(lambda one, two: numbers.multiply(one, two, flags), side) for side in sides)
        return low, high, _there(args)
    low, high = reduce(partial(_corners, flags=flags), [(one.low, one.high) for one in args])
    closed = every([known(end) for one in args for end in (one.low, one.high)])
    least = every([surely("at_least", one.low, NOTHING, flags) for one in args])
    lowest = balanced(lambda one, two: numbers.multiply(one, two, flags), [one.low for one in args])
    low = numbers.choose([(closed, low), (least, lowest)], None, flags)
    return low, numbers.choose([(closed, high)], None, flags), _there(args)


def _never_below_zero(expr: Expr, frame: Frame) -> bool:
    """Whether a value can be told never to be below zero: a constant, or a given fact by its least value."""
    if isinstance(expr, Const):
        return bool(expr.value >= 0)
    own = isinstance(expr, Ref) and expr.what == "fact" and not expr.scope
    fact = frame.edition.subjects[frame.subject].facts[expr.name] if own else None
    return fact is not None and fact.given and fact.minimum is not None and fact.minimum >= 0


def _corners(one: tuple[Num, Num], two: tuple[Num, Num], flags: Flags) -> tuple[Num, Num]:
    """The least and the greatest product of the ends of two factors."""
    if all(end.value is not None for end in two) and two[0].value == two[1].value:  # a plain factor only turns them
        ends = [numbers.multiply(end, two[0], flags) for end in one]
        return (ends[0], ends[1]) if two[0].value >= 0 else (ends[1], ends[0])  # type: ignore[operator]
    corners = [numbers.multiply(mine, theirs, flags) for mine in one for theirs in two]
    return tuple(reduce(partial(_better, operator=how, flags=flags), corners)  # type: ignore[return-value]
                 for how in ("at_most", "at_least"))  # fmt: skip


def _better(one: Num, two: Num, operator: str, flags: Flags) -> Num:
    """The one of two numbers that stands so to the other; not known where either is not."""
    first = numbers.compare(operator, one, two, flags)
    return numbers.choose([(first, one), (~first, two)], None, flags)


def _ratio(op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    """Over what is above zero."""
    (top, bottom), flags = args, frame.flags
    over = {(one, other): numbers.divide(first, second, flags)
            for one, first in (("low", top.low), ("high", top.high))
            for other, second in (("low", bottom.low), ("high", bottom.high))}  # fmt: skip
    up, ends = surely("at_least", top.low, NOTHING, flags), known(bottom.high)
    low = numbers.choose([(up & ends, over["low", "high"]), (up, NOTHING)], over["low", "low"], flags)
    down = surely("at_most", top.high, NOTHING, flags)
    high = numbers.choose([(down & ends, over["high", "high"]), (down, NOTHING)], over["high", "low"], flags)
    if is_part(frame.edition, frame.subject, *op.args):
        high = numbers.choose([(up & ~surely("at_most", high, ALL, flags), ALL)], high, flags)
    return low, high, _there(args) & surely("above", bottom.low, NOTHING, flags)


def _extreme(operator: str) -> Callable[[Op, Sequence[Interval], Frame], Ends]:
    """At the end that the least or the greatest argument makes, those that are endless leave it open; at the other
    they do not matter."""

    def span(_op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
        def better(one: Num, two: Num) -> Num:
            return _better(one, two, operator, frame.flags)

        def known_one(one: Num, two: Num) -> Num:
            return numbers.choose([(known(one) & known(two), better(one, two)), (known(one), one)], two, frame.flags)

        sides = ([one.low for one in args], [one.high for one in args])
        joins = (better, known_one) if operator == "at_most" else (known_one, better)
        low, high = (balanced(join, side) for join, side in zip(joins, sides, strict=True))
        return low, high, _there(args)

    return span


def _round(op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    """To a step that is known and above zero."""
    value, step = args
    fixed = surely("above", step.low, NOTHING, frame.flags) & surely("equals", step.low, step.high, frame.flags)
    low, high = (rounded(end, step.low, op.option, frame.flags) for end in (value.low, value.high))
    return low, high, _there(args) & fixed


def _choose(op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    holds = frame.holds_where(op)
    low, high = (choose([(holds, yes), (~holds, no)], None, op.type, frame.flags)
                 for yes, no in zip(*((one.low, one.high) for one in args), strict=True))  # fmt: skip
    return low, high, ibis.coalesce(ibis.ifelse(holds, args[0].there, args[1].there), truth(False)) & known(holds)


SPANS: dict[str, Callable[[Op, Sequence[Interval], Frame], Ends]] = {
    "sum": _sum,
    "difference": _difference,
    "product": _product,
    "ratio": _ratio,
    "least": _extreme("at_most"),
    "greatest": _extreme("at_least"),
    "round": _round,
    "choose": _choose,
}
