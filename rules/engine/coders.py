"""Places a record's values on the ladders of the engine, exactly.

A coder gives the rung of a value (see rules.engine.engine): 0 for not known, odd between limits, even on a limit. Most
values are a fact as given, or the ratio of two; these are read straight from the record and never divided. Everything
else is evaluated as the reference does it. Both ways must agree, and the tests hold them against each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from rules.judging.evaluate import Scope
from rules.judging.readers import Pair, Place, reader
from rules.model import Expr
from rules.operations.comparisons import sort_key
from rules.values.exact import Type, Value

Coder = Callable[[Scope], int]


def coder(left: Expr, right: Expr | None, ladder: Sequence[Any], mirrored: bool, place: Place) -> Coder:
    """How to place the left value on its ladder, or against the right value."""
    pair = place.pair(left)
    if right is not None:
        theirs, code = place.pair(right), _against(left, right, place)
        if pair is not None and theirs is not None:
            code = _ratios(pair, theirs, code)
    elif left.type.values:
        return _by_table(left, ladder, mirrored, place)
    elif pair is not None and ladder:
        code = _of_value(left, ladder, place)
        if len(ladder) == 1:
            return _ratio_to(pair, Fraction(ladder[0]), mirrored, _mirror(code, 4) if mirrored else code)
        code = _ratio(pair, ladder, code)
    else:
        code = _of_value(left, ladder, place)
    return _mirror(code, 4 if right is not None else 2 * len(ladder) + 2) if mirrored else code


def _mirror(code: Coder, rungs: int) -> Coder:
    flipped = [0, *range(rungs - 1, 0, -1)]
    return lambda scope: flipped[code(scope)]


def ordinal(value: Value, type: Type) -> Any:
    """The number or day that places a value on a ladder; of values that are listed, the place in their list."""
    if not type.values:
        return value
    return -type.values.index(value) if type.ranked else type.values.index(value)


def _of_value(left: Expr, ladder: Sequence[Any], place: Place) -> Coder:
    type, read, number = left.type, reader(left, place), left.type.is_number

    def code(scope: Scope) -> int:
        value = read(scope)
        if value is None:
            return 0
        key = value if number else ordinal(value, type)
        return bisect_left(ladder, key) + bisect_right(ladder, key) + 1

    return code


def _by_table(left: Expr, ladder: Sequence[Any], mirrored: bool, place: Place) -> Coder:
    """Every value there can be has its rung ready."""
    top = len(ladder) + 1 if mirrored else 0
    places = {value: bisect_left(ladder, ordinal(value, left.type)) + 1 for value in left.type.values}
    rungs: Mapping[Value, int] = {None: 0} | {value: abs(top - rung) for value, rung in places.items()}
    read = reader(left, place)
    return lambda scope: rungs[read(scope)]


def _ratio(pair: Pair, ladder: Sequence[Any], otherwise: Coder) -> Coder:
    """A ratio against whole limits: both times the limits' common denominator, so that nothing is rounded."""
    around, top, bottom = pair
    scale = lcm(*(Fraction(limit).denominator for limit in ladder))
    limits = [int(limit * scale) for limit in ladder]

    def code(scope: Scope) -> int:
        record = scope.record.get(around) if around else scope.record
        if record is None:
            return otherwise(scope)
        part, whole = record.get(top), record.get(bottom)
        if part is None or not whole:
            return 0
        floor, rest = divmod(part * scale, whole)
        below: int = bisect_right(limits, floor)
        return 2 * below + 1 if rest else bisect_left(limits, floor) + below + 1

    return code


def _ratio_to(pair: Pair, limit: Fraction, mirrored: bool, otherwise: Coder) -> Coder:
    """A ratio against one limit, as most are held: multiplied crosswise."""
    around, top, bottom = pair
    above, below, (limit_top, limit_bottom) = *((1, 3) if mirrored else (3, 1)), limit.as_integer_ratio()

    def code(scope: Scope) -> int:
        record = scope.record.get(around) if around else scope.record
        if record is None:
            return otherwise(scope)
        part, whole = record.get(top), record.get(bottom)
        if part is None or not whole:
            return 0
        low, high = part * limit_bottom, limit_top * whole
        return 2 if low == high else above if (low > high) is (whole > 0) else below

    return code


def _against(left: Expr, right: Expr, place: Place) -> Coder:
    type, mine, theirs = left.type, reader(left, place), reader(right, place)

    def code(scope: Scope) -> int:
        value, limit = mine(scope), theirs(scope)
        if value is None or limit is None:
            return 0
        if not type.is_ordered:
            return 2 + int(value != limit)
        low, high = sort_key(value, type), sort_key(limit, type)
        return 2 + int(low > high) - int(low < high)

    return code


def _ratios(left: Pair, right: Pair, otherwise: Coder) -> Coder:
    """A ratio against a ratio, multiplied crosswise."""
    left_around, left_top, left_bottom = left
    right_around, right_top, right_bottom = right

    def code(scope: Scope) -> int:
        record = scope.record
        mine = record.get(left_around) if left_around else record
        theirs = record.get(right_around) if right_around else record
        if mine is None or theirs is None:
            return otherwise(scope)
        part, whole = mine.get(left_top), mine.get(left_bottom)
        other_part, other_whole = theirs.get(right_top), theirs.get(right_bottom)
        if part is None or other_part is None or not whole or not other_whole:
            return 0
        low, high = part * other_whole, other_part * whole
        if low == high:
            return 2
        return 3 if ((low > high) is (whole > 0)) is (other_whole > 0) else 1

    return code
