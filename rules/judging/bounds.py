"""Numbers that are known within bounds: the range of an expression, and comparisons that a whole range settles.

A range of a case (`RANGES` in its record) is narrower than silence: the number is there, and lies between its ends. An
expression has a range where each given fact it needs has a value or a range and no divisor can be zero; and so have
numbers over a list of which some records cannot be told, whatever these may be (rules.operations.doubtful). A scorecard
of which an item cannot be told has no total, and no grade: its plan says what happens then.
Interval arithmetic takes its parts to vary freely, so a range may be wider than the truth and is never narrower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, Protocol

from rules.model import Const, Edition, Expr, Leaf, Op
from rules.model.uses import is_part
from rules.operations import OPERATIONS
from rules.operations import operation as operations
from rules.operations.comparisons import passes
from rules.operations.operation import Span, endless
from rules.values.exact import RANGES, Range, Type, Value

SIGN = Type("count")  # of a value less its limit: -1, 0 or 1


class Scope(operations.Scope, Protocol):
    """A record that has ranges, too."""

    edition: Edition
    subject: str
    record: Any
    listed: bool
    memo: dict[Any, Any]

    def named(self, name: str) -> Any: ...


def bounds(expr: Expr, scope: Scope, *, given: bool = False, allowed: bool = False) -> Range | None:
    """The range of an expression, a single value where it is known; None where it may have no value.

    `given` takes what is not given to stay so: then no list has a range of which a record cannot be told for want of
    a fact. So it is of the records of a list themselves: ranges of ranges are not looked for. Where it is `allowed`,
    what is not given of the record itself lies within the bounds of its fact."""
    given = given or scope.listed
    value = scope.evaluate(expr)
    if value is not None:
        return Range(value, value)
    if isinstance(expr, Const) or not expr.type.is_number:
        return None
    if isinstance(expr, Op):
        return _of_op(expr, scope, given, allowed)
    target = scope.named(expr.scope) if expr.what == "fact" else None
    if target is None:
        return None
    fact = target.edition.subjects[target.subject].facts[expr.name]
    if target.absent and not fact.constant:
        return None
    if fact.formula is None:
        ranges: dict[str, Range] = target.record.get(RANGES, {})
        limits = Range(fact.minimum, fact.maximum) if allowed and fact.given and target is scope else None
        return ranges.get(expr.name, limits)
    allowed = allowed and target is scope
    place = (RANGES, expr.name, given, allowed)
    if place not in target.memo:
        target.memo[place] = bounds(fact.formula, target, given=given, allowed=allowed)
    return target.memo[place]  # type: ignore[no-any-return]


def seen(expr: Expr, scope: Scope) -> Value:
    """The value of an expression, or its range; None where neither is known."""
    value = bounds(expr, scope)
    if value is None or value.at_least != value.at_most:
        return None if value == (None, None) else value
    return value.at_least


def certain(expr: Expr, scope: Scope) -> Value:
    """The value of an expression, or the only one that its range leaves; None where there may be another, or none."""
    found = seen(expr, scope)
    return None if isinstance(found, Range) else found


def _of_op(op: Op, scope: Scope, given: bool, allowed: bool) -> Range | None:
    operation = OPERATIONS[op.name]
    if op.inside:
        return None if given or operation.listed is None else operation.listed(op, scope)
    if operation.span is endless:
        return None
    asked = tuple(operation.asked(op, scope))
    if not operation.strict and len(asked) > 1:
        return None  # which of the arguments it is cannot be told
    given = given or operation.skips
    ranges = [bounds(arg, scope, given=given, allowed=allowed) for arg in asked]
    if None in ranges:
        return None
    divisor = None if operation.divisor is None else ranges[operation.divisor]
    if divisor is not None and _holds(divisor, 0):
        return None
    return Range(*operation.span(replace(op, args=asked), _Spans(scope, given, allowed)))


def _holds(range: Range, value: Value) -> bool:
    low, high = range
    return (low is None or low <= value) and (high is None or value <= high)


@dataclass(frozen=True, slots=True)
class _Spans:
    """The ranges of the expressions of one case, for operations."""

    scope: Scope
    given: bool
    allowed: bool

    def of(self, expr: Expr) -> Span:
        return bounds(expr, self.scope, given=self.given, allowed=self.allowed) or (None, None)

    def within(self, subject: str) -> _Spans:
        raise NotImplementedError(subject)  # operations over lists have no range

    def is_part(self, part: Expr, whole: Expr) -> bool:
        return is_part(self.scope.edition, self.scope.subject, part, whole)


def settled(leaf: Leaf, scope: Scope) -> bool | None:
    """Whether a comparison holds of every value that its sides can have; None where of some, or where one may have
    none."""
    mine, limits = bounds(leaf.left, scope), [limit for test in leaf.tests for limit in test.limits]
    if mine is None or not leaf.left.type.is_number:
        return None
    other = next((limit for limit in limits if not isinstance(limit, Const)), None)
    if other is None:
        tried = samples(mine, [limit.value for limit in limits if isinstance(limit, Const)])
        sides = [(value, [[limit.value for limit in test.limits] for test in leaf.tests]) for value in tried]  # type: ignore[union-attr]
    elif len(leaf.tests) > 1:  # each limit may vary on its own
        parts = [settled(replace(leaf, tests=(test,)), scope) for test in leaf.tests]
        return False if False in parts else None if None in parts else True
    elif (theirs := bounds(other, scope)) is None:
        return None
    else:
        sides = [(sign, [[0]]) for sign in signs(mine, theirs)]
    truths = {
        all(passes(test.operator, value, held, SIGN) for test, held in zip(leaf.tests, against, strict=True))
        for value, against in sides
    }
    return truths.pop() if len(truths) == 1 else None


def signs(left: Range, right: Range) -> list[int]:
    """How a value of one range can stand to a value of another: below (-1), equal, above."""
    (low, high), (least, most) = left, right
    below = low is None or most is None or low < most
    above = high is None or least is None or high > least
    apart = (high is not None and least is not None and high < least) or (
        low is not None and most is not None and low > most
    )
    return [sign for sign, possible in ((-1, below), (0, not apart), (1, above)) if possible]


def samples(range: Range, limits: Sequence[Value]) -> list[Value]:
    """Values of a range that stand in every way to some limits in which a value of it can."""
    low, high = range
    inside = sorted(limit for limit in limits if _holds(range, limit))
    ends = [end for end in (low, *limits, high) if end is not None]
    edges = [min(ends) - 1 if low is None else low, *inside, max(ends) + 1 if high is None else high]
    return [*edges, *(Fraction(one + other, 2) for one, other in pairwise(edges))]
