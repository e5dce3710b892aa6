"""Evaluates expressions and conditions against a record, plainly and exactly. None is "not known" throughout.

A Scope is one record seen from one decision: its own facts, the records it lies within, and the decision date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from rules.judging.bounds import bounds, certain, settled
from rules.model import Condition, Const, Edition, Expr, Leaf, Op
from rules.operations import OPERATIONS
from rules.operations.comparisons import join, passes
from rules.values.exact import Range, Value

Record = Mapping[str, Any]


class Conclusions(Protocol):
    """Decides other decisions for the record of a scope."""

    def conclude(self, decision: str, output: str, scope: Scope) -> Value:
        """The outcome, or an output; None when not known."""
        ...

    def missing(self, decision: str, scope: Scope, path: str) -> Sequence[Any]:
        """The facts for want of which a conclusion is not known."""
        ...

    def ranged(self, expr: Expr, scope: Scope) -> bool:
        """Whether an expression is not known because a fact is known within bounds only."""
        ...

    def left(self, decision: str, scope: Scope) -> Any:
        """What a conclusion that is not known leaves."""
        ...


class Scope:
    """A record, what lies around it, and the date. Lives for one decision only."""

    __slots__ = ("absent", "conclusions", "edition", "listed", "memo", "on", "outer", "own", "record", "subject")

    def __init__(
        self,
        edition: Edition,
        subject: str,
        record: Record,
        on: date,
        conclusions: Conclusions,
        own: Scope | None = None,
    ) -> None:
        self.edition, self.subject, self.record, self.on = edition, subject, record, on
        self.conclusions = conclusions
        self.own = own  # the scope this one was reached from; ancestors further out are looked up there
        self.outer: dict[str, Scope] = {}
        self.listed = False  # whether it is a record of a list
        self.absent = False  # a record around that the case does not bring: its constants alone are known
        self.memo: dict[Any, Value] = {}

    def named(self, name: str) -> Scope | None:
        """The scope a reference speaks of: this record, the decision's own subject, or a record around it."""
        if not name or name == self.subject:
            return self
        if name == "own":
            return self.own
        if name in self.outer:
            return self.outer[name]
        record = self.record.get(name)
        if not isinstance(record, Mapping) and self.own is not None:
            return self.own.named(name)
        around = self.outer[name] = Scope(self.edition, name, record or {}, self.on, self.conclusions, self)
        around.listed, around.absent = self.listed, record is None
        return around

    def inside(self, subject: str, record: Record) -> Scope:
        """The scope of a record of a list of this one."""
        inner = Scope(self.edition, subject, record, self.on, self.conclusions, self)
        inner.listed = True
        return inner

    def records_of(self, subject: str, records: Sequence[Record]) -> list[Scope]:
        """The scopes of the records of a list. The decision's own record gives the same ones at every look, so that
        each is judged once; seen from a record of a list, they would be as many as its square."""
        if self.own is not None:
            return [self.inside(subject, record) for record in records]
        kept = self.memo.get(("listed", id(records)))
        if kept is None:  # with the list itself, so that no other one can come to have its identity
            kept = self.memo["listed", id(records)] = records, [self.inside(subject, record) for record in records]
        scopes: list[Scope] = kept[1]
        return scopes

    def evaluate(self, expr: Expr) -> Value:
        return evaluate(expr, self)

    def range(self, expr: Expr) -> Range | None:
        return bounds(expr, self, given=True)

    def allowed(self, expr: Expr) -> Range | None:
        return bounds(expr, self, given=True, allowed=True)

    def ranged(self, expr: Expr) -> bool:
        return self.conclusions.ranged(expr, self)

    def holds(self, condition: Condition) -> bool | None:
        return holds(condition, self)

    def fact(self, name: str) -> Value:
        """The value of a given, derived or dated fact of this record; of a derived one the only one that its range
        leaves, if that is all that is known."""
        fact = self.edition.subjects[self.subject].facts[name]
        if fact.given:
            return self.record.get(name)
        if self.absent and not fact.constant:
            return None
        if name not in self.memo:
            if fact.formula is not None:
                value = evaluate(fact.formula, self)
                self.memo[name] = certain(fact.formula, self) if value is None and fact.type.is_number else value
            else:
                past = [value for start, value in fact.dated if start <= self.on]
                self.memo[name] = past[-1] if past else None
        return self.memo[name]


def evaluate(expr: Expr, scope: Scope) -> Value:
    """The exact value of an expression; None where a fact it needs is missing or a denominator is zero."""
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Op):
        operation = OPERATIONS[expr.name]
        if not operation.strict:
            return operation.value(expr, scope)
        values = [evaluate(arg, scope) for arg in expr.args]
        return None if None in values else operation.value(expr, *values)
    if expr.what == "on":
        return scope.on
    if expr.what == "total":
        return scope.memo.get((expr.name,))
    target = scope.named(expr.scope)
    if target is None:
        return None
    if expr.what == "fact":
        return target.fact(expr.name)
    return None if target.absent else target.conclusions.conclude(expr.name, expr.output, target)


def holds(condition: Condition, scope: Scope) -> bool | None:
    """Whether a condition holds of a record: True, False, or None where that cannot be told."""
    if isinstance(condition, Leaf):
        return leaf_holds(condition, scope)
    return join(condition, [holds(part, scope) for part in condition.parts])


def leaf_holds(leaf: Leaf, scope: Scope) -> bool | None:
    """Whether all comparisons of a value hold; where a side is known within bounds, of all its possible values."""
    left, type = evaluate(leaf.left, scope), leaf.left.type
    verdicts = [
        passes(one.operator, left, [evaluate(limit, scope) for limit in one.limits], type) for one in leaf.tests
    ]
    if False in verdicts:
        return False
    return settled(leaf, scope) if None in verdicts else True
