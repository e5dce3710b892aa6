"""What a count and a total over a list may come to where some of its records cannot be told in or out."""

from __future__ import annotations

from collections.abc import Sequence

from rules.model import Expr, Op, Ref
from rules.operations.operation import Scope
from rules.values.exact import Range, exact


def records_in(op: Op, scope: Scope) -> Sequence[Scope] | None:
    """The records of the list of an operation; None where it is not known."""
    records = scope.evaluate(op.args[0])
    if records is None:
        return None
    return scope.records_of(op.args[0].type.of, records)


def count_range(op: Op, scope: Scope) -> Range | None:
    """From the records that are in to those that may be."""
    scopes = records_in(op, scope)
    if scopes is None:
        return None
    verdicts = [True if op.where is None else inner.holds(op.where) for inner in scopes]
    sure = verdicts.count(True)
    return Range(sure, sure + verdicts.count(None))


def total_range(op: Op, scope: Scope) -> Range | None:
    """The amounts of the records that are in, and those of the others as far as they can go to either side. An amount
    that is not given lies within the bounds of its fact."""
    scopes = records_in(op, scope)
    if scopes is None or op.each is None:
        return None
    ends: list[Range] = []
    for inner in scopes:
        verdict = True if op.where is None else inner.holds(op.where)
        amount = Range(0, 0) if verdict is False else inner.range(op.each) or _allowed(op.each, inner)
        if amount is None:
            return None
        ends.append(amount if verdict is not None else _with_nothing(amount))
    lows, highs = [one.at_least for one in ends], [one.at_most for one in ends]
    return Range(None if None in lows else exact(sum(lows)), None if None in highs else exact(sum(highs)))


def _allowed(expr: Expr, scope: Scope) -> Range | None:
    """The values that a given fact of a record may have; None for anything else."""
    own = isinstance(expr, Ref) and expr.what == "fact" and not expr.scope
    fact = scope.edition.subjects[scope.subject].facts[expr.name] if own else None  # type: ignore[union-attr]
    return None if fact is None or not fact.given else Range(fact.minimum, fact.maximum)


def _with_nothing(amount: Range) -> Range:
    """A range and 0."""
    low, high = amount
    return Range(None if low is None else min(low, 0), None if high is None else max(high, 0))
