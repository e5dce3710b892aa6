"""Ranges on a table: the least and greatest values of expressions in every row, and comparisons that these settle.

A fact that a row knows within bounds is null, and has its ends in columns beside it; numbers over a list have ends
where some of it cannot be told. Where none of these is reached there is no range, and
nothing is computed. An operation without a range of its own has its value, or none: never wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce

import ibis

from rules.model import Const, Expr, Leaf, Op, Ref
from rules.model.uses import is_part
from rules.table import numbers
from rules.table.arithmetic import rounded
from rules.table.columns import ENDS, number_column
from rules.table.frame import Frame
from rules.table.listed import LISTED, place
from rules.table.numbers import Flags, Num, Truth
from rules.table.values import Cell, balanced, choose, every, known, some, truth

NOTHING, ALL = numbers.constant(0), numbers.constant(1)


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a value, endless where null; `there` is whether a row has a value at all."""

    low: Num
    high: Num
    there: Truth


def interval(expr: Expr, frame: Frame) -> Interval | None:
    """The interval of an expression; None where no column of ends reaches it, and in the records of a list: written
    out there, intervals of intervals grow too long."""
    if isinstance(expr, Const) or not expr.type.is_number or not frame.settles:
        return None
    place = ("range", id(expr) if isinstance(expr, Op) else expr)
    if place not in frame.memo:
        made = _of_op(expr, frame) if isinstance(expr, Op) else _of_fact(expr, frame)
        frame.memo[place] = None if made is None else _settled(made, frame)
    return frame.memo[place]  # type: ignore[no-any-return]


def _settled(made: Interval, frame: Frame) -> Interval:
    name = f"range{len(frame.memo)}"
    cells = frame.settle(f"{name}$", {"low": made.low, "high": made.high, "there": made.there})
    return Interval(cells["low"], cells["high"], cells["there"])


def _of_fact(ref: Ref, frame: Frame) -> Interval | None:
    target = frame.named(ref.scope) if ref.what == "fact" else None
    if target is None:
        return None
    fact = target.edition.subjects[target.subject].facts[ref.name]
    if fact.formula is not None:
        return interval(fact.formula, target)
    ends = [target.column(fact.name + end) for end in ENDS]
    if all(end is None for end in ends):
        return None
    value = target.fact(fact.name)
    assert isinstance(value, Num)
    low, high = (numbers.unknown() if end is None else number_column(end, fact) for end in ends)
    there = some([known(value), known(low), known(high)])
    return Interval(_first(value, low, frame.flags), _first(value, high, frame.flags), there)


def _first(value: Num, other: Num, flags: Flags) -> Num:
    return numbers.choose([(known(value), value)], other, flags)


def _of_op(op: Op, frame: Frame) -> Interval | None:
    if op.inside:
        ends = _of_place(op, frame) if op.name == "rank" else LISTED[op.name](op, frame) if op.name in LISTED else None
        return None if ends is None else _if_open(frame.evaluate(op), *ends, frame.flags)
    given = [interval(arg, frame) for arg in op.args]
    if not any(given) or op.name not in SPANS:
        return None
    args = [one or point(frame.evaluate(arg)) for arg, one in zip(op.args, given, strict=True)]
    low, high, there = SPANS[op.name](op, args, frame)
    return Interval(low, high, there)


def _of_place(op: Op, frame: Frame) -> Ends | None:
    if op.each is None or not op.each.type.is_number:
        return None
    own = interval(op.each, frame) or point(frame.evaluate(op.each))
    return place(op, frame, own.low, own.high, own.there)


def _if_open(cell: Num, low: Num, high: Num, there: Truth, flags: Flags) -> Interval:
    """Ends that are worked out, record by record, for the rows alone that have no value."""
    there = ibis.cases((known(cell), truth(True)), else_=there)
    return Interval(_first(cell, low, flags), _first(cell, high, flags), there)


def certain(expr: Expr, frame: Frame) -> Cell:
    """The value of an expression in every row, or the only one that its interval leaves."""
    cell, span = frame.evaluate(expr), interval(expr, frame)
    if span is None:
        return cell
    only = span.there & _is("at_least", span.low, span.high, frame.flags)
    return numbers.choose([(known(cell), cell), (only, span.low)], None, frame.flags)


def point(cell: Num) -> Interval:
    """A value as an interval of its own."""
    return Interval(cell, cell, known(cell))


# --- operations ------------------------------------------------------------------------------------------------------

Ends = tuple[Num, Num, Truth]


def _there(args: Sequence[Interval]) -> Truth:
    return every([one.there for one in args])


def _is(operator: str, left: Num, right: Num, flags: Flags) -> Truth:
    """Whether one number surely stands to another so; false where one is endless."""
    return ibis.coalesce(numbers.compare(operator, left, right, flags), truth(False))


def _added(nums: Sequence[Num], flags: Flags) -> Num:
    return balanced(lambda one, two: numbers.add(one, two, flags), nums)  # type: ignore[no-any-return]


def _sum(_op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    return _added([one.low for one in args], frame.flags), _added([one.high for one in args], frame.flags), _there(args)


def _difference(op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    (whole, *parts), flags = args, frame.flags
    low = _added([whole.low, *(numbers.negative(one.high) for one in parts)], flags)
    high = _added([whole.high, *(numbers.negative(one.low) for one in parts)], flags)
    if len(parts) == 1 and is_part(frame.edition, frame.subject, op.args[1], op.args[0]):
        low = numbers.choose([(_is("at_least", low, NOTHING, flags), low)], NOTHING, flags)
    return low, high, _there(args)


def _product(_op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    """Of factors that have both ends; of those that are not below zero the least too."""
    flags = frame.flags
    low, high = reduce(partial(_corners, flags=flags), [(one.low, one.high) for one in args])
    closed = every([known(end) for one in args for end in (one.low, one.high)])
    least = every([_is("at_least", one.low, NOTHING, flags) for one in args])
    lowest = balanced(lambda one, two: numbers.multiply(one, two, flags), [one.low for one in args])
    low = numbers.choose([(closed, low), (least, lowest)], None, flags)
    return low, numbers.choose([(closed, high)], None, flags), _there(args)


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
    up, ends = _is("at_least", top.low, NOTHING, flags), known(bottom.high)
    low = numbers.choose([(up & ends, over["low", "high"]), (up, NOTHING)], over["low", "low"], flags)
    down = _is("at_most", top.high, NOTHING, flags)
    high = numbers.choose([(down & ends, over["high", "high"]), (down, NOTHING)], over["high", "low"], flags)
    if is_part(frame.edition, frame.subject, *op.args):
        high = numbers.choose([(up & ~_is("at_most", high, ALL, flags), ALL)], high, flags)
    return low, high, _there(args) & _is("above", bottom.low, NOTHING, flags)


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
    fixed = _is("above", step.low, NOTHING, frame.flags) & _is("equals", step.low, step.high, frame.flags)
    low, high = (rounded(end, step.low, op.option, frame.flags) for end in (value.low, value.high))
    return low, high, _there(args) & fixed


def _choose(op: Op, args: Sequence[Interval], frame: Frame) -> Ends:
    holds = frame.holds_where(op)
    low, high = (choose([(holds, yes), (~holds, no)], None, op.type, frame.flags)
                 for yes, no in zip(*((one.low, one.high) for one in args), strict=True))  # fmt: skip
    return low, high, ibis.coalesce(ibis.ifelse(holds, args[0].there, args[1].there), truth(False)) & holds.notnull()


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


# --- comparisons -----------------------------------------------------------------------------------------------------

# operator -> whether it holds of all values, and of none: of the ends of the left and of the right side
BOTH: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "at_least": (("low", "at_least", "high"), ("high", "below", "low")),
    "above": (("low", "above", "high"), ("high", "at_most", "low")),
    "at_most": (("high", "at_most", "low"), ("low", "above", "high")),
    "below": (("high", "below", "low"), ("low", "at_least", "high")),
}


def settled(leaf: Leaf, frame: Frame) -> Truth | None:
    """Whether a comparison holds of every value that its sides can have, null where of some; None where no column of
    ends reaches it."""
    limits = [limit for test in leaf.tests for limit in test.limits]
    sides = {id(side): interval(side, frame) for side in (leaf.left, *limits)}
    if not any(sides.values()):
        return None

    def side(expr: Expr) -> Interval:
        return sides[id(expr)] or point(frame.evaluate(expr))

    left = side(leaf.left)
    return every([some([_settled_by(test.operator, left, side(limit), frame.flags) for limit in test.limits])
                  for test in leaf.tests])  # fmt: skip


def _settled_by(operator: str, left: Interval, right: Interval, flags: Flags) -> Truth:
    def surely(mine: str, how: str, theirs: str) -> Truth:
        return _is(how, getattr(left, mine), getattr(right, theirs), flags)

    if operator in BOTH:
        yes, no = (surely(*how) for how in BOTH[operator])
    else:
        yes = surely("low", "at_least", "high") & surely("high", "at_most", "low")
        no = surely("low", "above", "high") | surely("high", "below", "low")
    there = left.there & right.there
    return ibis.cases((there & yes, truth(True)), (there & no, truth(False)), else_=truth(None))
