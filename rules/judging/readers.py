"""Reads exact values straight off a record: as `evaluate` does, but prepared once for an expression.

Most values are a fact as given, or an operation on such facts and the date. Everything else is evaluated. Both ways
must agree: the reference evaluates everything, and the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rules.judging.evaluate import Scope, evaluate
from rules.model import Const, Edition, Expr, Fact, Op, Ref
from rules.operations import OPERATIONS
from rules.values.exact import Value, ratio

Reader = Callable[[Scope], Value]
Reading = Callable[[Expr, "Place"], Reader]  # a way of reading values
Pair = tuple[str, str, str]  # the subject around the record ("" the record itself), and the facts of a ratio


@dataclass(frozen=True, slots=True)
class Place:
    """Whose records a block of comparisons reads."""

    edition: Edition
    subject: str

    def fact(self, expr: Expr) -> Fact | None:
        """The fact an expression names, on the record itself or on one around it."""
        if not isinstance(expr, Ref) or expr.what != "fact" or expr.scope == "own":
            return None
        return self.edition.subjects[expr.scope or self.subject].facts[expr.name]

    def given(self, expr: Expr) -> Ref | None:
        fact = self.fact(expr)
        return expr if isinstance(expr, Ref) and fact is not None and fact.given and not expr.scope else None

    def pair(self, expr: Expr) -> Pair | None:
        """The two given facts that an expression is the plain ratio of."""
        fact = self.fact(expr)
        formula = expr if fact is None else fact.formula
        scope = expr.scope if isinstance(expr, Ref) else ""
        if not isinstance(formula, Op) or formula.name != "ratio":
            return None
        place = Place(self.edition, scope or self.subject)
        top, bottom = (place.given(arg) for arg in formula.args)
        return None if top is None or bottom is None else (scope, top.name, bottom.name)


def evaluator(expr: Expr, _place: Place) -> Reader:
    """Evaluates an expression on each call, without preparation."""
    return lambda scope: evaluate(expr, scope)


def reader(expr: Expr, place: Place) -> Reader:
    """Reads the exact value of an expression off a record: as a compiled look-up where possible, else by `evaluate`."""
    if isinstance(expr, Const):
        value = expr.value
        return lambda scope: value
    if (ref := place.given(expr)) is not None:
        name = ref.name
        return lambda scope: scope.record.get(name)
    if (pair := place.pair(expr)) is not None:
        return _share(pair, expr)
    fact = place.fact(expr)
    formula = expr if fact is None or (isinstance(expr, Ref) and expr.scope) else fact.formula
    if isinstance(formula, Op) and OPERATIONS[formula.name].strict:
        args = [read for arg in formula.args if (read := _at_hand(arg, place)) is not None]
        if len(args) == len(formula.args):
            return _computed(formula, args, expr)
    return evaluator(expr, place)


def _at_hand(expr: Expr, place: Place) -> Reader | None:
    """Reads what needs no computing. What does is evaluated, which remembers it."""
    if isinstance(expr, Ref) and expr.what == "on":
        return lambda scope: scope.on
    if isinstance(expr, Const) or place.given(expr) is not None:
        return reader(expr, place)
    return None


def _computed(op: Op, args: Sequence[Reader], expr: Expr) -> Reader:
    """An operation, which is what an expression comes to; where it has no value, the expression still may."""
    compute = OPERATIONS[op.name].value

    def read(scope: Scope) -> Value:
        values = [arg(scope) for arg in args]
        return evaluate(expr, scope) if None in values else compute(op, *values)

    def read_two(scope: Scope) -> Value:
        value, other = first(scope), second(scope)
        return evaluate(expr, scope) if value is None or other is None else compute(op, value, other)

    if len(args) != 2:
        return read
    first, second = args
    return read_two


def _share(pair: Pair, expr: Expr) -> Reader:
    around, top, bottom = pair
    over = lru_cache(maxsize=64)(ratio)  # many cases lie within one township or county

    def read(scope: Scope) -> Value:
        record = scope.record
        part, whole = record.get(top), record.get(bottom)
        return evaluate(expr, scope) if part is None or not whole else ratio(part, whole)

    def read_around(scope: Scope) -> Value:
        record = scope.record.get(around)
        if record is None:
            return evaluate(expr, scope)
        part, whole = record.get(top), record.get(bottom)
        return evaluate(expr, scope) if part is None or not whole else over(part, whole)

    return read_around if around else read
