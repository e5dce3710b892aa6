"""Exact numbers on a table: fractions of two whole numbers, compared by cross-multiplication, never divided.

A whole number is int64 while its bound says that it fits, then decimal(38,0). Where even 38 digits might not do, the
factors are held to what does; a row with a larger one is flagged as beyond the table and gets no answer from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops

from rules import operations
from rules.values.exact import Value

Whole = Any  # an int, or a column of whole numbers (int64 or decimal(38,0))
Truth = Any  # a bool, or a column of booleans
Flags = list[Any]  # where a row is beyond the table's arithmetic

NARROW, WIDE = 2**63 - 1, 10**37
INT64, D38 = dt.int64, dt.Decimal(38, 0)


@dataclass(frozen=True, slots=True)
class Num:
    """top / bottom; not known where either is null. The bounds say how large both can get; bottom is above 0."""

    top: Whole
    bottom: Whole
    most: int
    deep: int

    @property
    def fixed(self) -> bool:
        """Whether the denominator is the same in every row."""
        return isinstance(self.bottom, int)

    @property
    def value(self) -> Fraction | None:
        """The value, where it is the same in every row."""
        return Fraction(self.top, self.bottom) if isinstance(self.top, int) and isinstance(self.bottom, int) else None


def constant(value: Value) -> Num:
    fraction = Fraction(value)
    return Num(fraction.numerator, fraction.denominator, abs(fraction.numerator), fraction.denominator)


def counted(column: Whole, most: int) -> Num:
    """A column of whole numbers."""
    return Num(column, 1, most, 1)


def unknown() -> Num:
    return Num(ibis.null(INT64), 1, 0, 1)


def literal(value: int, wide: bool = False) -> Any:
    return ibis.literal(value, D38 if wide or abs(value) > NARROW else INT64)


def lift(whole: Whole, wide: bool = False) -> Any:
    """A whole number as a column, of the wide type if asked."""
    if isinstance(whole, int):
        return literal(whole, wide)
    return whole.cast(D38) if wide and not whole.type().is_decimal() else whole


def equal(left: Any, right: Any) -> Truth:
    """SQL's `=`. Ibis's own `==` makes IS NULL of it where one side is a null written out."""
    return ops.Equals(left, right).to_expr()


def null_like(whole: Any) -> Any:
    return ibis.null(whole.type())


# --- whole numbers ---------------------------------------------------------------------------------------------------


def held(whole: Whole, most: int, limit: int, flags: Flags) -> tuple[Whole, int]:
    """A whole number held to a limit: null, and the row flagged, where it exceeds it."""
    if most <= limit or isinstance(whole, int):
        return whole, min(most, limit)
    within = whole.abs() <= lift(limit, whole.type().is_decimal())
    flags.append(~within)
    return ibis.ifelse(within, whole, null_like(whole)), limit


def times(left: Whole, most_left: int, right: Whole, most_right: int, flags: Flags) -> tuple[Whole, int]:
    """The product, and its bound."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right, abs(left * right)
    for one, other, most in ((left, right, most_right), (right, left, most_left)):
        if isinstance(one, int) and one in (0, 1):
            return (other, most) if one else (ibis.ifelse(other.isnull(), null_like(other), literal(0)), 0)
    if most_left * most_right > WIDE:
        limit_left, limit_right = _limits(most_left, most_right)
        left, most_left = held(left, most_left, limit_left, flags)
        right, most_right = held(right, most_right, limit_right, flags)
    most = most_left * most_right
    wide = most > NARROW or _is_wide(left) or _is_wide(right)
    product = lift(left, wide) * lift(right, wide)
    return (product.cast(D38) if wide else product), most


def _limits(left: int, right: int) -> tuple[int, int]:
    root = isqrt(WIDE)
    if left <= root:
        return left, WIDE // left
    return (WIDE // right, right) if right <= root else (root, root)


def _is_wide(whole: Whole) -> bool:
    return not isinstance(whole, int) and bool(whole.type().is_decimal())


def plus(left: Whole, most_left: int, right: Whole, most_right: int, flags: Flags) -> tuple[Whole, int]:
    """The sum, and its bound."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right, abs(left + right)
    for one, other, most in ((left, right, most_right), (right, left, most_left)):
        if isinstance(one, int) and one == 0:
            return other, most
    left, most_left = held(left, most_left, WIDE, flags)
    right, most_right = held(right, most_right, WIDE, flags)
    most = most_left + most_right
    wide = most > NARROW or _is_wide(left) or _is_wide(right)
    total = lift(left, wide) + lift(right, wide)
    return (total.cast(D38) if wide else total), most


# --- fractions -------------------------------------------------------------------------------------------------------


def over(num: Num, bottom: int, flags: Flags) -> Num:
    """The same number over a multiple of its fixed denominator."""
    factor = bottom // num.bottom
    top, most = times(num.top, num.most, factor, factor, flags)
    return Num(top, bottom, most, bottom)


def alike(nums: list[Num], flags: Flags) -> list[Num] | None:
    """The numbers over one fixed denominator; None where one of them has none."""
    if not all(num.fixed for num in nums):
        return None
    bottom = lcm(*(num.bottom for num in nums))
    return [over(num, bottom, flags) for num in nums]


def add(left: Num, right: Num, flags: Flags) -> Num:
    if same := alike([left, right], flags):
        top, most = plus(same[0].top, same[0].most, same[1].top, same[1].most, flags)
        return Num(top, same[0].bottom, most, same[0].deep)
    one = times(left.top, left.most, right.bottom, right.deep, flags)
    two = times(right.top, right.most, left.bottom, left.deep, flags)
    top, most = plus(*one, *two, flags)
    return Num(top, *_bottoms(left, right, flags, most))


def _bottoms(left: Num, right: Num, flags: Flags, most: int) -> tuple[Whole, int, int]:
    bottom, deep = times(left.bottom, left.deep, right.bottom, right.deep, flags)
    return bottom, most, deep


def negative(num: Num) -> Num:
    return Num(-num.top, num.bottom, num.most, num.deep)


def multiply(left: Num, right: Num, flags: Flags) -> Num:
    if (fixed := left.value) is not None and (other := right.value) is not None:
        return constant(fixed * other)
    top, most = times(left.top, left.most, right.top, right.most, flags)
    return Num(top, *_bottoms(left, right, flags, most))


def divide(left: Num, right: Num, flags: Flags) -> Num:
    """Left / right; not known over zero."""
    if isinstance(right.top, int):
        return unknown() if right.top == 0 else multiply(left, constant(1 / Fraction(right.top, 1)), flags) \
            if right.fixed and right.bottom == 1 else multiply(left, _turned(right), flags)  # fmt: skip
    if left.fixed and right.fixed and left.bottom == right.bottom == 1:
        return _signed(left.top, left.most, right.top, right.most)
    top, most = times(left.top, left.most, right.bottom, right.deep, flags)
    bottom, deep = times(right.top, right.most, left.bottom, left.deep, flags)
    if left.fixed and right.fixed:  # the shared part of two scales needs no digits
        common = lcm(left.bottom, right.bottom)
        top, most = times(left.top, left.most, common // left.bottom, common // left.bottom, flags)
        bottom, deep = times(right.top, right.most, common // right.bottom, common // right.bottom, flags)
    return _signed(top, most, bottom, deep)


def _turned(num: Num) -> Num:
    sign = 1 if num.top > 0 else -1
    return Num(num.bottom if sign > 0 else -num.bottom, abs(num.top), num.deep, abs(num.top))


def _signed(top: Whole, most: int, bottom: Whole, deep: int) -> Num:
    """A fraction whose denominator may be zero or below."""
    column = lift(top)
    turned = ibis.cases((bottom > 0, column), (bottom < 0, -column), else_=null_like(column))
    return Num(
        turned, ibis.ifelse(equal(bottom, literal(0, _is_wide(bottom))), null_like(bottom), bottom.abs()), most, deep
    )


def known(num: Num) -> Truth:
    if num.value is not None:
        return True
    parts = [part.notnull() for part in (num.top, num.bottom) if not isinstance(part, int)]
    return parts[0] & parts[1] if len(parts) > 1 else parts[0]


def choose(cases: list[tuple[Truth, Num]], other: Num | None, flags: Flags) -> Num:
    """The number of the first case that is true; `other`, or not known, where none is."""
    nums = [num for _, num in cases] + ([] if other is None else [other])
    same = alike(nums, flags)
    given = same or nums
    wide = any(_is_wide(num.top) or num.most > NARROW for num in given)
    tops = [lift(num.top, wide) for num in given]
    last = null_like(tops[0]) if other is None else tops[-1]
    top = ibis.cases(*((case, one) for (case, _), one in zip(cases, tops, strict=False)), else_=last)
    most, deep = max(num.most for num in given), max(num.deep for num in given)
    if same:
        return Num(top, same[0].bottom, most, deep)
    wide = any(_is_wide(num.bottom) or num.deep > NARROW for num in given)
    bottoms = [lift(num.bottom, wide) for num in given]
    last = null_like(bottoms[0]) if other is None else bottoms[-1]
    bottom = ibis.cases(*((case, one) for (case, _), one in zip(cases, bottoms, strict=False)), else_=last)
    return Num(top, bottom, most, deep)


# --- comparisons -----------------------------------------------------------------------------------------------------

COMPARE: dict[str, Callable[[Any, Any], Truth]] = {
    "at_least": lambda left, right: left >= right,
    "above": lambda left, right: left > right,
    "at_most": lambda left, right: left <= right,
    "below": lambda left, right: left < right,
    "equals": equal,
    "one_of": equal,
}
operations.require("operators that tables do not know", operations.COMPARE, COMPARE)


def compare(operator: str, left: Num, right: Num, flags: Flags) -> Truth:
    """Whether left stands to right as the operator says; null where either is not known."""
    limit = right.value
    if limit is not None and left.fixed and not isinstance(left.top, int):
        return _against(operator, left.top, limit * left.bottom)
    if left.fixed and right.fixed:
        same = alike([left, right], flags)
        assert same is not None
        one, two = (same[0].top, same[0].most), (same[1].top, same[1].most)
    else:
        one = times(left.top, left.most, right.bottom, right.deep, flags)
        two = times(right.top, right.most, left.bottom, left.deep, flags)
    if isinstance(one[0], int) and isinstance(two[0], int):
        return COMPARE[operator](*(ibis.literal(part[0], D38) for part in (one, two)))
    wide = any(_is_wide(part) or most > NARROW for part, most in (one, two))
    return COMPARE[operator](lift(one[0], wide), lift(two[0], wide))


def _against(operator: str, top: Whole, limit: Fraction) -> Truth:
    """A whole number against a limit that need not be whole: the nearest whole limit says the same."""
    down = limit.numerator // limit.denominator
    up = -(-limit.numerator // limit.denominator)
    if COMPARE[operator] is equal and up != down:
        return ops.NotEquals(top, top).to_expr()  # false, but null where the number is not known
    return COMPARE[operator](top, lift(up if operator in ("at_least", "below") else down, _is_wide(top)))


# --- rounding --------------------------------------------------------------------------------------------------------


def rounded(value: Num, step: Whole, large: int, how: str, flags: Flags) -> Num:
    """A number to a multiple of step / bottom: by the remainder, so that nothing is divided. Of both, the top has to
    fit into int64, as engines differ over remainders of decimals."""
    if isinstance(step, int):
        if step == 0:
            return unknown()
        if isinstance(value.top, int):
            value = Num(literal(value.top), value.bottom, value.most, value.deep)
    top, most = held(value.top, value.most, NARROW // 4, flags)
    step, large = held(step, large, NARROW // 4, flags)
    top, step = lift(top).cast(INT64), lift(step).cast(INT64)
    step = ibis.ifelse(equal(step, literal(0)), null_like(step), step)
    sign = ibis.ifelse(step < 0, literal(-1), literal(1))
    size, turned = step.abs(), top * sign
    rest = turned % size
    rest = ibis.ifelse(rest < 0, rest + size, rest)
    up = {"down": literal(0), "up": ibis.ifelse(rest > 0, size, literal(0)),
          "half_up": ibis.ifelse(rest * 2 >= size, size, literal(0))}[how]  # fmt: skip
    return Num((turned - rest + up) * sign, value.bottom, most + large, value.deep)
