"""Exact numbers on a table: fractions of two whole numbers, compared by cross-multiplication, never divided.

A whole number is int64 while its bound says that it fits, then decimal(38,0). Where even 38 digits might not do, the
factors are held to what does; a row with a larger one is flagged as beyond the table and gets no answer from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import isqrt, lcm
from operator import add as sum_of
from operator import and_, ge, gt, le, lt, mul
from typing import Any, NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops

from rules import operations
from rules.table.errors import NotTabular
from rules.values.exact import Value

Truth = Any  # a bool, or a column of booleans
Flags = list[Any]  # where a row is beyond the table's arithmetic

NARROW, WIDE = 2**63 - 1, 10**37
INT64, D38 = dt.int64, dt.Decimal(38, 0)


class Whole(NamedTuple):
    """An int that is the same in every row, or a column of int64 or decimal(38,0); none is further from 0 than
    `most`."""

    column: Any
    most: int

    @property
    def fixed(self) -> bool:
        return isinstance(self.column, int)

    @property
    def wide(self) -> bool:
        return self.most > NARROW or (not self.fixed and bool(self.column.type().is_decimal()))


@dataclass(frozen=True, slots=True)
class Num:
    """top / bottom; not known where either is null; bottom is above 0."""

    top: Whole
    bottom: Whole

    @property
    def scale(self) -> int | None:
        """The denominator, where it is the same in every row."""
        return self.bottom.column if self.bottom.fixed else None

    @property
    def value(self) -> Fraction | None:
        """The value, where it is the same in every row."""
        return Fraction(self.top.column, self.bottom.column) if self.top.fixed and self.bottom.fixed else None


def whole(value: int) -> Whole:
    return Whole(value, abs(value))


def constant(value: Value) -> Num:
    top, bottom = Fraction(value).as_integer_ratio()
    return Num(whole(top), whole(bottom))


def counted(column: Any, most: int) -> Num:
    """A whole number: a column, or an int."""
    return Num(whole(column) if isinstance(column, int) else Whole(column, most), whole(1))


def unknown() -> Num:
    return counted(ibis.null(INT64), 0)


def nowhere(num: Num) -> bool:
    """Whether a number is not known in any row: what is worked out from it need not be written out."""
    return any(not part.fixed and isinstance(op := part.column.op(), ops.Literal) and op.value is None
               for part in (num.top, num.bottom))  # fmt: skip


def literal(value: int, wide: bool = False) -> Any:
    """A whole number as a column. Raises NotTabular where 38 digits do not hold it."""
    if abs(value) >= 10**D38.precision:
        raise _too_long()
    return ibis.literal(value, D38 if wide or abs(value) > NARROW else INT64)


def _too_long() -> NotTabular:
    return NotTabular("digits", "要用超过 38 位的数字计算", "it takes numbers of more than 38 digits")


def lift(part: Whole, wide: bool = False) -> Any:
    """A whole number as a column, of the wide type if asked."""
    if part.fixed:
        return literal(part.column, wide)
    return part.column.cast(D38) if wide and not part.column.type().is_decimal() else part.column


def equal(left: Any, right: Any) -> Truth:
    """SQL's `=`. Ibis's own `==` makes IS NULL of it where one side is a null written out."""
    return ops.Equals(left, right).to_expr()


def null_like(column: Any) -> Any:
    return ibis.null(column.type())


# --- whole numbers ---------------------------------------------------------------------------------------------------


def held(part: Whole, limit: int, flags: Flags) -> Whole:
    """A whole number held to a limit: null, and the row flagged, where it exceeds it. Raises NotTabular where every
    row would be flagged."""
    if part.most <= limit:
        return part
    if part.fixed or not limit:
        raise _too_long()
    within = part.column.abs() <= literal(limit, part.wide)
    flags.append(~within)
    return Whole(ibis.ifelse(within, part.column, null_like(part.column)), limit)


def times(left: Whole, right: Whole, flags: Flags) -> Whole:
    if left.fixed and right.fixed:
        return whole(left.column * right.column)
    for one, other in ((left, right), (right, left)):
        if one.fixed and one.column in (0, 1):
            nothing = ibis.ifelse(lift(other).isnull(), null_like(lift(other)), literal(0))
            return other if one.column else Whole(nothing, 0)
    if left.most * right.most > WIDE:
        most_left, most_right = _limits(left, right)
        left, right = held(left, most_left, flags), held(right, most_right, flags)
    return _joined(mul, left, right, left.most * right.most)


def _limits(left: Whole, right: Whole) -> tuple[int, int]:
    """How large two factors may get: what is small or fixed stays as it is."""
    root = isqrt(WIDE)
    if left.fixed or (left.most <= root and not right.fixed):
        return left.most, WIDE // left.most
    return (WIDE // right.most, right.most) if right.fixed or right.most <= root else (root, root)


def plus(left: Whole, right: Whole, flags: Flags) -> Whole:
    if left.fixed and right.fixed:
        return whole(left.column + right.column)
    for one, other in ((left, right), (right, left)):
        if one.fixed and one.column == 0:
            return other
    left, right = held(left, WIDE, flags), held(right, WIDE, flags)
    return _joined(sum_of, left, right, left.most + right.most)


def _joined(how: Callable[[Any, Any], Any], left: Whole, right: Whole, most: int) -> Whole:
    wide = most > NARROW or left.wide or right.wide
    column = how(lift(left, wide), lift(right, wide))
    return Whole(column.cast(D38) if wide else column, most)


# --- fractions -------------------------------------------------------------------------------------------------------


def alike(nums: Sequence[Num], flags: Flags) -> list[Num] | None:
    """The numbers over one fixed denominator; None where one of them has none."""
    scales = [num.scale for num in nums if num.scale is not None]
    if len(scales) < len(nums):
        return None
    bottom = lcm(*scales)
    return [Num(times(num.top, whole(bottom // scale), flags), whole(bottom))
            for num, scale in zip(nums, scales, strict=True)]  # fmt: skip


def crosswise(left: Num, right: Num, flags: Flags) -> tuple[Whole, Whole]:
    """The tops of both over one bottom."""
    if same := alike([left, right], flags):
        return same[0].top, same[1].top
    return times(left.top, right.bottom, flags), times(right.top, left.bottom, flags)


def common(left: Num, right: Num, flags: Flags) -> Whole:
    """The bottom over which `crosswise` puts both."""
    if left.scale is not None and right.scale is not None:
        return whole(lcm(left.scale, right.scale))
    return times(left.bottom, right.bottom, flags)


def add(left: Num, right: Num, flags: Flags) -> Num:
    return Num(plus(*crosswise(left, right, flags), flags), common(left, right, flags))


def negative(num: Num) -> Num:
    return Num(Whole(-num.top.column, num.top.most), num.bottom)


def multiply(left: Num, right: Num, flags: Flags) -> Num:
    if (fixed := left.value) is not None and (other := right.value) is not None:
        return constant(fixed * other)
    return Num(times(left.top, right.top, flags), times(left.bottom, right.bottom, flags))


def divide(left: Num, right: Num, flags: Flags) -> Num:
    """Left / right; not known over zero."""
    if nowhere(left) or nowhere(right):
        return unknown()
    if right.top.fixed:
        return multiply(left, _turned(right), flags) if right.top.column else unknown()
    return _signed(*crosswise(left, right, flags))


def _turned(num: Num) -> Num:
    top = num.bottom if num.top.column > 0 else Whole(-num.bottom.column, num.bottom.most)
    return Num(top, whole(abs(num.top.column)))


def _signed(top: Whole, bottom: Whole) -> Num:
    """A fraction whose denominator may be zero or below."""
    column, below = lift(top), lift(bottom)
    turned = ibis.cases((below > 0, column), (below < 0, -column), else_=null_like(column))
    nonzero = ibis.ifelse(equal(below, literal(0, bottom.wide)), null_like(below), below.abs())
    return Num(Whole(turned, top.most), Whole(nonzero, bottom.most))


def known(num: Num) -> Truth:
    parts = [part.column.notnull() for part in (num.top, num.bottom) if not part.fixed]
    return reduce(and_, parts) if parts else ibis.literal(True)


def choose(cases: Sequence[tuple[Truth, Num]], other: Num | None, flags: Flags) -> Num:
    """The number of the first case that is true; `other`, or not known, where none is."""
    nums = [num for _, num in cases] + ([] if other is None else [other])
    same = alike(nums, flags)
    when, given = [case for case, _ in cases], same or nums
    bottom = same[0].bottom if same else _chosen(when, [num.bottom for num in given])
    return Num(_chosen(when, [num.top for num in given]), bottom)


def _chosen(when: Sequence[Truth], parts: Sequence[Whole]) -> Whole:
    wide = any(part.wide for part in parts)
    columns = [lift(part, wide) for part in parts]
    last = columns[-1] if len(columns) > len(when) else null_like(columns[0])
    if all(part.fixed for part in parts):  # DuckDB would compute on with 32 bits
        last = ops.Cast(last, to=last.type()).to_expr()
    return Whole(ibis.cases(*zip(when, columns, strict=False), else_=last), max(part.most for part in parts))


# --- comparisons -----------------------------------------------------------------------------------------------------

COMPARE: dict[str, Callable[[Any, Any], Truth]] = {
    "at_least": ge,
    "above": gt,
    "at_most": le,
    "below": lt,
    "equals": equal,
    "one_of": equal,
}
operations.require("operators that tables do not know", operations.COMPARE, COMPARE)


def compare(operator: str, left: Num, right: Num, flags: Flags) -> Truth:
    """Whether left stands to right as the operator says; null where either is not known."""
    if nowhere(left) or nowhere(right):
        return ibis.null("boolean")
    limit, scale = right.value, left.scale
    if limit is not None and scale is not None and not left.top.fixed:
        return _against(operator, left.top, limit * scale)
    one, two = crosswise(left, right, flags)
    if one.fixed and two.fixed:
        one, two = whole((one.column > two.column) - (one.column < two.column)), whole(0)
    wide = one.wide or two.wide
    return COMPARE[operator](lift(one, wide), lift(two, wide))


def _against(operator: str, top: Whole, limit: Fraction) -> Truth:
    """A whole number against a limit that need not be whole: the nearest whole limit says the same, and so does one
    just out of reach for all that are further."""
    limit = max(min(limit, Fraction(top.most + 1)), Fraction(-top.most - 1))
    down, up = limit.numerator // limit.denominator, -(-limit.numerator // limit.denominator)
    if COMPARE[operator] is equal and up != down:
        return ops.NotEquals(top.column, top.column).to_expr()  # false, but null where the number is not known
    return COMPARE[operator](top.column, literal(up if operator in ("at_least", "below") else down, top.wide))
