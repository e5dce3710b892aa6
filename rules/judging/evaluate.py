"""Evaluates expressions and conditions against a record, plainly and exactly. None is "not known" throughout.

A Scope is one record seen from one decision: its own facts, the records it lies within, and the decision date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from operator import attrgetter
from typing import Any, Protocol

from rules.model import Comparison, Condition, Const, Edition, Expr, Group, Leaf, Op
from rules.values.exact import Type, Value, completed_months, completed_years, exact, shift

Record = Mapping[str, Any]


class Conclusions(Protocol):
    """Decides other decisions for the record of a scope."""

    def conclude(self, decision: str, output: str, scope: Scope) -> Value:
        """The outcome, or an output; None when not known."""
        ...

    def missing(self, decision: str, scope: Scope, path: str) -> Sequence[Any]:
        """What a conclusion that is not known wants."""
        ...


class Scope:
    """A record, what lies around it, and the date. Lives for one decision only."""

    __slots__ = ("conclusions", "edition", "memo", "on", "outer", "own", "record", "subject")

    def __init__(self, edition: Edition, subject: str, record: Record, on: date, conclusions: Conclusions) -> None:
        self.edition, self.subject, self.record, self.on = edition, subject, record, on
        self.conclusions = conclusions
        self.own: Scope | None = None  # the scope this one was reached from
        self.outer: dict[str, Scope] = {}
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
        if isinstance(record, Mapping):
            return self._around(name, record)
        return None if self.own is None else self.own.named(name)

    def inside(self, subject: str, record: Record) -> Scope:
        """The scope of one record of a list."""
        scope = Scope(self.edition, subject, record, self.on, self.conclusions)
        scope.own = self
        return scope

    def _around(self, subject: str, record: Record) -> Scope:
        scope = Scope(self.edition, subject, record, self.on, self.conclusions)
        scope.own = self  # further ancestors (the county of the township) are looked up here
        self.outer[subject] = scope
        return scope

    def fact(self, name: str) -> Value:
        """The value of a given, derived or dated fact of this record."""
        fact = self.edition.subjects[self.subject].facts[name]
        if fact.given:
            return self.record.get(name)
        if name not in self.memo:
            if fact.formula is not None:
                self.memo[name] = evaluate(fact.formula, self)
            else:
                past = [value for start, value in fact.dated if start <= self.on]
                self.memo[name] = past[-1] if past else None
        return self.memo[name]


def evaluate(expr: Expr, scope: Scope) -> Value:
    """The exact value of an expression; None where a fact it needs is missing or a denominator is zero."""
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Op):
        return OPERATIONS[expr.name](expr, scope)
    if expr.what == "on":
        return scope.on
    if expr.what == "total":
        return scope.memo.get((expr.name,))
    target = scope.named(expr.scope)
    if target is None:
        return None
    if expr.what == "fact":
        return target.fact(expr.name)
    return target.conclusions.conclude(expr.name, expr.output, target)


def holds(condition: Condition, scope: Scope) -> bool | None:
    """Whether a condition holds of a record: True, False, or None where that cannot be told."""
    if isinstance(condition, Leaf):
        return leaf_holds(condition, scope)
    return join(condition, [holds(part, scope) for part in condition.parts])


def join(group: Group, parts: Sequence[bool | None]) -> bool | None:
    """Kleene's logic: an unknown part matters only where the known ones do not settle it."""
    true = sum(part is True for part in parts)
    possible = true + sum(part is None for part in parts)
    least = {"all": len(parts), "any": 1, "none": 1}.get(group.join, group.least)
    settled = True if true >= least else False if possible < least else None
    return (None if settled is None else not settled) if group.join == "none" else settled


def leaf_holds(leaf: Leaf, scope: Scope) -> bool | None:
    left = evaluate(leaf.left, scope)
    verdicts = [test_holds(left, test, leaf.left.type, scope) for test in leaf.tests]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def test_holds(left: Value, test: Comparison, type: Type, scope: Scope) -> bool | None:
    limits = [evaluate(limit, scope) for limit in test.limits]
    if left is None:
        return None
    if test.operator == "one_of":
        return True if left in limits else None if None in limits else False
    if limits[0] is None:
        return None
    return COMPARE[test.operator](sort_key(left, type), sort_key(limits[0], type))


def sort_key(value: Value, type: Type) -> Any:
    """What a value is compared by: the first choice of a ranked list is the highest."""
    if type.kind == "choice" and type.ranked:
        return -type.choices.index(value)
    return value


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": lambda left, right: left >= right,
    "above": lambda left, right: left > right,
    "at_most": lambda left, right: left <= right,
    "below": lambda left, right: left < right,
    "equals": lambda left, right: left == right,
}


# --- operations --------------------------------------------------------------------------------------------------


def _args(op: Op, scope: Scope) -> list[Value] | None:
    values = [evaluate(arg, scope) for arg in op.args]
    return None if None in values else values


def _numeric(compute: Callable[..., Value]) -> Callable[[Op, Scope], Value]:
    def operation(op: Op, scope: Scope) -> Value:
        values = _args(op, scope)
        return None if values is None else compute(*values)

    return operation


def _ratio(top: Any, bottom: Any) -> Value:
    if not bottom:
        return None
    share = Fraction(top, bottom)
    return share.numerator if share.denominator == 1 else share


def _sum(*values: Any) -> Value:
    return exact(sum(values))


def _product(*values: Any) -> Value:
    total = Fraction(1)
    for value in values:
        total *= value
    return exact(total)


def _difference(whole: Any, *parts: Any) -> Value:
    return exact(whole - sum(parts))


def _days(start: date, end: date) -> Value:
    return (end - start).days


def _best(choose: Callable[..., Value]) -> Callable[[Op, Scope], Value]:
    """The least or the greatest argument, in the order of its type."""

    def operation(op: Op, scope: Scope) -> Value:
        values = _args(op, scope)
        return None if values is None else choose(values, key=lambda value: sort_key(value, op.type))

    return operation


def _best_of(choose: Callable[..., Value]) -> Callable[[Op, Scope], Value]:
    """The lowest or the highest of a list, in the order of its type; of an empty list it is not known."""

    def operation(op: Op, scope: Scope) -> Value:
        values = _each(op, scope)
        return choose(values, key=lambda value: sort_key(value, op.type)) if values else None

    return operation


def _known(op: Op, scope: Scope) -> Value:
    return evaluate(op.args[0], scope) is not None


def _first_known(op: Op, scope: Scope) -> Value:
    return next((value for arg in op.args if (value := evaluate(arg, scope)) is not None), None)


def _choose(op: Op, scope: Scope) -> Value:
    assert op.where is not None
    truth = holds(op.where, scope)
    return None if truth is None else evaluate(op.args[0 if truth else 1], scope)


def _round(op: Op, scope: Scope) -> Value:
    values = _args(op, scope)
    if values is None or not values[1]:
        return None
    steps = Fraction(values[0]) / Fraction(values[1])
    floor = steps.numerator // steps.denominator
    rest = steps - floor
    up = {"down": False, "up": rest > 0, "half_up": rest * 2 >= 1}[op.option]
    return exact((floor + up) * Fraction(values[1]))


def _plus(op: Op, scope: Scope) -> Value:
    values = _args(op, scope)
    if values is None or not isinstance(values[1], int):
        return None
    return shift(values[0], values[1], op.option)


def _boolean(op: Op, scope: Scope) -> Value:
    assert op.where is not None
    return holds(op.where, scope)


# --- operations over the records of a list -----------------------------------------------------------------------


def _inside(op: Op, scope: Scope) -> list[Scope] | None:
    records = evaluate(op.args[0], scope)
    if records is None:
        return None
    subject = op.args[0].type.of
    return [scope.inside(subject, record) for record in records]


def _chosen(op: Op, scope: Scope) -> list[Scope] | None:
    """The records that `where` holds of; None where a record cannot be told in or out."""
    scopes = _inside(op, scope)
    if scopes is None or op.where is None:
        return scopes
    verdicts = [holds(op.where, inner) for inner in scopes]
    return None if None in verdicts else [inner for inner, verdict in zip(scopes, verdicts, strict=True) if verdict]


def _each(op: Op, scope: Scope) -> list[Value] | None:
    scopes = _chosen(op, scope)
    if scopes is None or op.each is None:
        return None
    values = [evaluate(op.each, inner) for inner in scopes]
    return None if None in values else values


def _count(op: Op, scope: Scope) -> Value:
    scopes = _chosen(op, scope)
    return None if scopes is None else len(scopes)


def _statistic(compute: Callable[[list[Any]], Value]) -> Callable[[Op, Scope], Value]:
    """A statistic of an empty list is not known."""

    def operation(op: Op, scope: Scope) -> Value:
        values = _each(op, scope)
        return compute(values) if values else None

    return operation


def _total(op: Op, scope: Scope) -> Value:
    values = _each(op, scope)
    return None if values is None else exact(sum(values))


def _mean(values: list[Any]) -> Value:
    return exact(Fraction(sum(values)) / len(values))


def _median(values: list[Any]) -> Value:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else exact(Fraction(ordered[half - 1] + ordered[half]) / 2)


def _quantified(op: Op, scope: Scope, join_by: str) -> Value:
    scopes = _inside(op, scope)
    if scopes is None or op.where is None:
        return None
    parts = [holds(op.where, inner) for inner in scopes]
    return join(Group(join_by, ()), parts)


def _every(op: Op, scope: Scope) -> Value:
    return _quantified(op, scope, "all")


def _some(op: Op, scope: Scope) -> Value:
    return _quantified(op, scope, "any")


def _rank(op: Op, scope: Scope) -> Value:
    """The place of the record at hand among its peers, 1 for the best; equals share the better place.
    Not known where there are no peers."""
    assert op.each is not None
    own, peers = evaluate(op.each, scope), _each(op, scope)
    if own is None or not peers:
        return None
    mine = sort_key(own, op.each.type)
    better = [sort_key(peer, op.each.type) for peer in peers]
    return 1 + sum(peer > mine if op.option == "highest" else peer < mine for peer in better)


def _streak(op: Op, scope: Scope) -> Value:
    """How many of the latest records, in the order of a number or year without gaps, the condition holds of."""
    scopes = _inside(op, scope)
    if scopes is None or op.each is None or op.where is None:
        return None
    keyed = [(evaluate(op.each, inner), inner) for inner in scopes]
    if any(key is None for key, _ in keyed):
        return None
    length, previous = 0, None
    for key, inner in sorted(keyed, key=lambda pair: pair[0], reverse=True):
        if previous is not None and isinstance(key, int) and key != previous - 1:
            break
        truth = holds(op.where, inner)
        if truth is None:
            return None
        if not truth:
            break
        length, previous = length + 1, key
    return length


NUMERIC: dict[str, Callable[..., Value]] = {  # not known where one of their arguments is not
    "ratio": _ratio,
    "sum": _sum,
    "difference": _difference,
    "product": _product,
    "completed_years": completed_years,
    "completed_months": completed_months,
    "days": _days,
    "year_of": attrgetter("year"),
    "month_of": attrgetter("month"),
}
OPERATIONS: dict[str, Callable[[Op, Scope], Value]] = {
    **{name: _numeric(compute) for name, compute in NUMERIC.items()},
    "least": _best(min),
    "greatest": _best(max),
    "known": _known,
    "plus": _plus,
    "round": _round,
    "first_known": _first_known,
    "choose": _choose,
    "holds": _boolean,
    "count": _count,
    "total": _total,
    "mean": _statistic(_mean),
    "median": _statistic(_median),
    "lowest": _best_of(min),
    "highest": _best_of(max),
    "every": _every,
    "some": _some,
    "rank": _rank,
    "streak": _streak,
}
