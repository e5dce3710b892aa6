"""Ranges on a table: the least and greatest values of expressions in every row, and comparisons that these settle.

A fact that a row knows within bounds is null, and has its ends in columns beside it; numbers over a list have ends
where some of it cannot be told. Where none of these is reached there is no range, and
nothing is computed. An operation without a range of its own has its value, or none: never wrong.
"""

from __future__ import annotations

import ibis

from rules.model import Const, Expr, Leaf, Op, Ref
from rules.table import numbers
from rules.table.columns import ENDS, number_column
from rules.table.frame import Frame
from rules.table.listed import LISTED, place
from rules.table.numbers import Flags, Num, Truth
from rules.table.spans import SPANS, Ends, Interval, point, surely
from rules.table.values import Cell, every, known, some, truth


def interval(expr: Expr, frame: Frame) -> Interval | None:
    """The interval of an expression; None where no column of ends reaches it. In the records of a list only facts that
    they give have one: written out there, intervals of intervals grow too long."""
    if isinstance(expr, Const) or not expr.type.is_number:
        return None
    if not frame.settles:
        return _of_fact(expr, frame) if isinstance(expr, Ref) and not expr.scope else None
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
    return told(frame.evaluate(expr), expr, frame)


def told(cell: Cell, expr: Expr, frame: Frame) -> Cell:
    """The cell of an expression; where it is not known, the only value that its interval leaves."""
    if (span := interval(expr, frame)) is None:
        return cell
    place = ("told", id(expr))
    if place not in frame.memo:  # in a column of its own: it is written out many times
        cell = frame.settle(f"told{len(frame.memo)}$", {"value": cell})["value"]
        only = span.there & surely("at_least", span.low, span.high, frame.flags)
        frame.memo[place] = numbers.choose([(known(cell), cell), (only, span.low)], None, frame.flags)
    return frame.memo[place]


def allowed(expr: Expr, frame: Frame) -> Interval | None:
    """The interval of a number of the records themselves, written out, where what is not given lies within the bounds
    of its fact; None where nothing that could be missing is reached."""
    if isinstance(expr, Const) or not expr.type.is_number:
        return None
    if isinstance(expr, Op):
        given = [allowed(arg, frame) for arg in expr.args]
        if expr.inside or expr.name not in SPANS or not any(given):
            return None
        args = [one or point(frame.evaluate(arg)) for arg, one in zip(expr.args, given, strict=True)]
        return _if_open(frame.evaluate(expr), *SPANS[expr.name](expr, args, frame), frame.flags)
    fact = None if expr.scope or expr.what != "fact" else frame.edition.subjects[frame.subject].facts[expr.name]
    if fact is None or not (fact.given or fact.formula is not None):
        return None
    if fact.formula is not None:
        return allowed(fact.formula, frame)
    own = interval(expr, frame) or point(frame.fact(fact.name))
    ends = [numbers.unknown() if one is None else numbers.constant(one) for one in (fact.minimum, fact.maximum)]
    low, high = (_first(mine, end, frame.flags) for mine, end in zip((own.low, own.high), ends, strict=True))
    return Interval(low, high, truth(True))


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
    def stand(mine: str, how: str, theirs: str) -> Truth:
        return surely(how, getattr(left, mine), getattr(right, theirs), flags)

    if operator in BOTH:
        yes, no = (stand(*how) for how in BOTH[operator])
    else:
        yes = stand("low", "at_least", "high") & stand("high", "at_most", "low")
        no = stand("low", "above", "high") | stand("high", "below", "low")
    there = left.there & right.there
    return ibis.cases((there & yes, truth(True)), (there & no, truth(False)), else_=truth(None))
