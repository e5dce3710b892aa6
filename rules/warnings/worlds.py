"""All situations that a few conditions can tell apart: finitely many, so trying them all settles a question.

A value compared with fixed limits can stand on a limit or on either side of it; compared with another fact it
is less, equal or greater. Values are taken to vary freely, which allows situations that never arise: what
holds in all of them holds in fact, so "always" and "never" are right, and "cannot say" costs a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import product
from math import prod
from typing import Any

from rules.model import Comparison, Condition, Const, Edition, Expr, Group, Leaf, Op, Ref, leaves_in
from rules.model.uses import fact_of, is_part
from rules.operations import COMPARE, OPERATIONS
from rules.operations.comparisons import join, sort_key
from rules.operations.operation import Span
from rules.values.exact import Value

MOST = 10_000  # situations tried before giving up

Key = tuple[Any, ...]
World = Mapping[int, Any]


def shape(thing: Any) -> Any:
    """The content of an expression or a condition, which compares as such: a Leaf equals itself alone."""
    if isinstance(thing, Leaf | Group | Comparison | Op):
        return (type(thing), *(shape(getattr(thing, one.name)) for one in fields(thing)))
    return tuple(map(shape, thing)) if isinstance(thing, tuple) else thing


@dataclass(frozen=True)
class Space:
    """The situations of one subject's records in an edition."""

    edition: Edition
    subject: str
    numbers: dict[Key, int] = field(default_factory=dict, compare=False)  # of the things that tests look at
    tests: dict[Leaf, list[tuple[int, Callable[[Any], bool]]]] = field(default_factory=dict, compare=False)

    def always(self, given: Condition | None, then: Sequence[Condition | None]) -> bool:
        """Whether in every situation of `given` some condition of `then` holds. None holds always."""
        tried = self._worlds([given, *then])
        return tried is not None and all(
            any(self.holds(one, world) for one in then) for world in tried if self.holds(given, world)
        )

    def never(self, condition: Condition | None) -> bool:
        """Whether a condition holds in no situation."""
        return self.always(condition, ())

    def holds(self, condition: Condition | None, world: World) -> bool:
        if condition is None:
            return True
        if isinstance(condition, Group):
            return bool(join(condition, [self.holds(part, world) for part in condition.parts]))
        return all(passes(world[number]) for number, passes in self._tests(condition))

    def _tests(self, leaf: Leaf) -> list[tuple[int, Callable[[Any], bool]]]:
        """The tests of a leaf, each with the number of what it looks at; a leaf is asked in thousands of situations."""
        if leaf not in self.tests:
            self.tests[leaf] = [self._test(leaf.left, test) for test in leaf.tests]
        return self.tests[leaf]

    def _test(self, left: Expr, test: Comparison) -> tuple[int, Callable[[Any], bool]]:
        key, fixed = self._key(left, test)
        number, compare = self.numbers.setdefault(key, len(self.numbers)), COMPARE[test.operator]
        if fixed is not None:
            limits = [(sort_key(limit, left.type), 0) for limit in fixed]
            return number, lambda value: any(compare(value, limit) for limit in limits)
        return number, (lambda value: value is True) if test.operator == "one_of" else (lambda value: compare(value, 0))

    def _key(self, left: Expr, test: Comparison) -> tuple[Key, list[Value] | None]:
        """What a comparison looks at, and its limits where they are fixed."""
        limits = [self.fixed(limit) for limit in test.limits]
        if None not in limits:
            return (shape(left),), limits
        if test.operator == "one_of":
            return (shape(left), shape(test)), None
        return (shape(left), shape(test.limits[0]), "other"), None

    def fixed(self, expr: Expr) -> Value:
        """The value of a literal, or of a fact that the edition gives one value once and for all."""
        if isinstance(expr, Const):
            return expr.value
        fact = fact_of(self.edition, expr.scope or self.subject, expr) if isinstance(expr, Ref) else None
        return fact.dated[0][1] if fact is not None and len(fact.dated) == 1 else None

    # --- the situations ------------------------------------------------------------------------------

    def _worlds(self, conditions: Sequence[Condition | None]) -> Iterator[World] | None:
        domains: dict[int, list[Any]] = {}
        for condition in conditions:
            for leaf in leaves_in(condition):
                self._extend(domains, leaf)
        if prod(len(domain) for domain in domains.values()) > MOST:
            return None
        return (dict(zip(domains, values, strict=True)) for values in product(*domains.values()))

    def _extend(self, domains: dict[int, list[Any]], leaf: Leaf) -> None:
        kind = leaf.left.type
        for test, (number, _) in zip(leaf.tests, self._tests(leaf), strict=True):
            limits = self._key(leaf.left, test)[1]
            domain = domains.setdefault(number, [])
            if limits is None:
                wanted: list[Any] = [True, False] if test.operator == "one_of" else [-1, 0, 1]
            elif kind.values:
                wanted = [(sort_key(one, kind), 0) for one in kind.values]
            else:
                wanted = self._rungs(leaf.left, limits)
            domain += [one for one in wanted if one not in domain]

    def _rungs(self, left: Expr, limits: Sequence[Value]) -> list[Any]:
        """The limits and a point on either side of each, as far as the value can get there."""
        least, most = Spans(self.edition, self.subject).of(left)
        if is_whole(self.edition, self.subject, left):
            tried = [(limit + step, 0) for limit in limits for step in (-1, 0, 1)]
        else:
            tried = [(limit, step) for limit in limits for step in (-1, 0, 1)]
        return [
            one for one in tried if (least is None or one >= (least, 0)) and (most is None or one <= (most, 0))
        ] or [(least if least is not None else most, 0)]


def is_whole(edition: Edition, subject: str, expr: Expr) -> bool:
    """Whether a count can only be a whole number: a mean or a product need not be."""
    if expr.type.kind != "count":
        return False
    if isinstance(expr, Op):
        return OPERATIONS[expr.name].whole
    fact = fact_of(edition, expr.scope or subject, expr) if isinstance(expr, Ref) else None
    if fact is None or fact.given:
        return fact is not None
    return isinstance(fact.formula, Op) and OPERATIONS[fact.formula.name].whole


@dataclass(frozen=True, slots=True)
class Spans:
    """The least and the greatest values of expressions about one subject's records, as far as they are plain.

    Each derived fact is computed once (`known`), however many formulas read it."""

    edition: Edition
    subject: str
    known: dict[tuple[str, str], Span] = field(default_factory=dict)

    def of(self, expr: Expr) -> Span:
        if isinstance(expr, Const):
            return expr.value, expr.value
        if isinstance(expr, Op):
            return OPERATIONS[expr.name].span(expr, self)
        home = expr.scope or self.subject
        fact = fact_of(self.edition, home, expr)
        if fact is None:
            return None, None
        if fact.formula is None:
            return fact.minimum, fact.maximum
        if (home, fact.name) not in self.known:
            self.known[home, fact.name] = self.within(home).of(fact.formula)
        return self.known[home, fact.name]

    def within(self, subject: str) -> Spans:
        return Spans(self.edition, subject, self.known)

    def is_part(self, part: Expr, whole: Expr) -> bool:
        return is_part(self.edition, self.subject, part, whole)
