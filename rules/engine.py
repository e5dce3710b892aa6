"""Compiles an edition to one durable_rules network, and decides through it.

Every comparison of the edition becomes intervals of *rungs* on a field. A field is a value with all the limits a rule
holds it against, sorted: a ladder. Between and on the limits lie its rungs: below the first limit, on it, above it,
on the second ... A value is placed on its ladder exactly, in integers, and only the rung enters the engine. So one
field serves any number of criteria, and the cost of a decision grows with its facts, hardly with its criteria.

Rung 0 is "not known" and has a rule of its own. What the engine does not say is therefore settled too: the network
counts its firings against the number due (see rules.network), so that silence is checked, never assumed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

from rules.decider import Decider
from rules.expressions import COMPARE, Scope, evaluate, sort_key
from rules.judge import Truth, check, criteria_of, leaves, silent_verdict, stages
from rules.model import Condition, Const, Criterion, Edition, Expr, Group, Leaf, Op, Ref, Rule
from rules.model import Test as Comparison
from rules.network import Network, Probe
from rules.network import Rule as Interval
from rules.values import Value

Coder = Callable[[Scope], int]


@dataclass(slots=True)
class _Field:
    """One value and its ladder, or (without a ladder) one value against another: below, equal, above."""

    left: Expr
    right: Expr | None
    leaves: list[tuple[Leaf, bool]] = field(default_factory=list)
    ladder: list[Any] = field(default_factory=list)

    @property
    def rungs(self) -> int:
        return 4 if self.right is not None else 2 * len(self.ladder) + 2

    def settle(self) -> None:
        if self.right is None:
            self.ladder = sorted({_key(limit, self.left) for leaf, _ in self.leaves for limit in _limits(leaf)})

    def rungs_where(self, leaf: Leaf) -> list[bool]:
        """For rungs 1, 2, ...: whether the leaf holds there."""
        return [all(self._holds(test, rung) for test in leaf.tests) for rung in range(1, self.rungs)]

    def _holds(self, test: Comparison, rung: int) -> bool:
        if self.right is not None:
            return COMPARE[test.operator](rung, 2)
        places = [2 * bisect_left(self.ladder, _key(limit, self.left)) + 2 for limit in test.limits]
        return rung in places if test.operator == "one_of" else COMPARE[test.operator](rung, places[0])


@dataclass(slots=True)
class _Block:
    """The comparisons of one stage of one rule: where its values come from, and what each firing means."""

    coders: tuple[Coder, ...]
    silence: dict[Leaf, bool | None]
    effects: dict[int, tuple[tuple[Leaf, bool | None], ...]]
    touches: dict[int, tuple[int, ...]]  # firing -> the criteria that it may turn
    always: frozenset[int]  # criteria that silence alone does not settle
    criteria: tuple[Criterion, ...]
    probe: Probe

    def fired(self, scope: Scope) -> list[int]:
        return self.probe([coder(scope) for coder in self.coders])

    def truth(self, fired: Iterable[int]) -> dict[Leaf, bool | None]:
        truth = self.silence.copy()
        for number in fired:
            truth.update(self.effects[number])
        return truth

    def suspects(self, fired: Iterable[int]) -> list[Criterion]:
        places = set(self.always)
        for number in fired:
            places.update(self.touches[number])
        return [self.criteria[place] for place in sorted(places)]


class Engine(Decider):
    """Decides the rules of one edition through durable_rules. Compile once; safe under threads and forks.

    Raises NetworkError rather than give an answer the engine did not prove complete."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition)
        compiler = _Compiler()
        drafts = {
            (rule.id, stage): compiler.add(rule, stage)
            for rule in edition.rules.values()
            for stage in range(stages(rule))
        }
        self.network = Network([one.rungs for one in compiler.fields], compiler.rules)
        self._blocks = {key: draft.block(self.network) for key, draft in drafts.items()}

    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth:
        key = (rule.id, stage, "truth")
        if key not in scope.memo:
            block = self._blocks[rule.id, stage]
            scope.memo[key] = block.truth(block.fired(scope))
        truth: Truth = scope.memo[key]
        return truth

    def suspects(self, rule: Rule, stage: int, scope: Scope) -> tuple[Truth, Sequence[Criterion]]:
        block = self._blocks[rule.id, stage]
        fired = block.fired(scope)
        truth = block.truth(fired)
        scope.memo[(rule.id, stage, "truth")] = truth
        return truth, block.suspects(fired)

    def close(self) -> None:
        self.network.close()


@dataclass(slots=True)
class _Draft:
    """A block before its network exists."""

    rule: Rule
    stage: int
    first: int
    fields: list[_Field]
    effects: dict[int, tuple[tuple[Leaf, bool | None], ...]]

    def block(self, network: Network) -> _Block:
        silence: dict[Leaf, bool | None] = dict(leaves(self.rule, self.stage))
        criteria = () if self.stage else criteria_of(self.rule)
        settled = silent_verdict(self.rule)
        readers: dict[Leaf, list[int]] = {}
        for place, criterion in enumerate(criteria):
            for leaf in _leaves_of(criterion):
                readers.setdefault(leaf, []).append(place)
        return _Block(
            tuple(coder(one) for one in self.fields),
            silence,
            self.effects,
            {
                number: tuple(place for leaf, _ in effects for place in readers.get(leaf, ()))
                for number, effects in self.effects.items()
            },
            frozenset(place for place, one in enumerate(criteria) if check(one, silence) is not settled),
            criteria,
            network.probe(range(self.first, self.first + len(self.fields))),
        )


class _Compiler:
    """Numbers the fields and intervals of all blocks of an edition for one network."""

    def __init__(self) -> None:
        self.fields: list[_Field] = []
        self.rules: list[Interval] = []

    def add(self, rule: Rule, stage: int) -> _Draft:
        fields: dict[tuple[Expr, Expr | None], _Field] = {}
        for leaf, silent in leaves(rule, stage):
            right = next((limit for limit in _limits(leaf) if not isinstance(limit, Const)), None)
            fields.setdefault((leaf.left, right), _Field(leaf.left, right)).leaves.append((leaf, silent))
        draft = _Draft(rule, stage, len(self.fields), list(fields.values()), {})
        for one in draft.fields:
            one.settle()
            number = len(self.fields)
            self.fields.append(one)
            self._rule(draft, number, (0, 0), [(leaf, None) for leaf, _ in one.leaves])
            spans: dict[tuple[int, int], list[tuple[Leaf, bool | None]]] = {}
            for leaf, silent in one.leaves:
                for span in _runs(one.rungs_where(leaf), not silent):
                    spans.setdefault(span, []).append((leaf, not silent))
            for span, effects in spans.items():
                self._rule(draft, number, span, effects)
        return draft

    def _rule(
        self, draft: _Draft, number: int, span: tuple[int, int], effects: list[tuple[Leaf, bool | None]]
    ) -> None:
        draft.effects[len(self.rules)] = tuple(effects)
        self.rules.append(Interval(number, *span))


def _runs(truths: Sequence[bool], wanted: bool) -> Iterator[tuple[int, int]]:
    """The runs of rungs (counted from 1) at which the truth is the wanted one."""
    start = 0
    for rung, truth in enumerate([*truths, not wanted], 1):
        if truth is wanted and not start:
            start = rung
        elif truth is not wanted and start:
            yield start, rung - 1
            start = 0


def _limits(leaf: Leaf) -> Iterator[Expr]:
    return (limit for test in leaf.tests for limit in test.limits)


def _leaves_of(criterion: Criterion) -> Iterator[Leaf]:
    pending: list[Condition] = [criterion.condition] + ([criterion.when] if criterion.when else [])
    while pending:
        condition = pending.pop()
        if isinstance(condition, Group):
            pending.extend(condition.parts)
        else:
            yield condition


def _key(limit: Expr, left: Expr) -> Any:
    assert isinstance(limit, Const)
    return _ordinal(limit.value, left)


def _ordinal(value: Value, left: Expr) -> Any:
    """The number or day that places a value on a ladder; a choice stands at its place in its list."""
    if left.type.kind == "choice":
        key = sort_key(value, left.type)
        return left.type.choices.index(key) if isinstance(key, str) else key
    return value.toordinal() if isinstance(value, date) else value


# --- coders: from a record to a rung -----------------------------------------------------------------------------


def coder(one: _Field) -> Coder:
    """How to place a record's value on the ladder of a field."""
    left, right = one.left, one.right
    if right is not None:
        return _against(left, right)
    if left.type.kind in ("choice", "boolean"):
        return _by_table(one)
    if isinstance(left, Ref) and left.what == "fact" and left.type.is_number:
        return _of_fact(one)
    return _of_value(one)


def _reader(expr: Expr) -> Callable[[Scope], Value]:
    """Reads a given fact of the record itself straight away; anything else is evaluated."""
    if isinstance(expr, Ref) and expr.what == "fact" and not expr.scope:
        name = expr.name

        def read(scope: Scope) -> Value:
            record = scope.record
            return record[name] if name in record else evaluate(expr, scope)

        return read
    return lambda scope: evaluate(expr, scope)


def _against(left: Expr, right: Expr) -> Coder:
    type = left.type

    def code(scope: Scope) -> int:
        value, limit = evaluate(left, scope), evaluate(right, scope)
        if value is None or limit is None:
            return 0
        low, high = sort_key(value, type), sort_key(limit, type)
        return 2 + (low > high) - (low < high) if type.is_ordered else 2 + (low != high)

    return code


def _by_table(one: _Field) -> Coder:
    choices = (False, True) if one.left.type.kind == "boolean" else one.left.type.choices
    rungs = {value: _rung(one.ladder, _ordinal(value, one.left)) for value in choices}
    read = _reader(one.left)
    get = rungs.get

    def code(scope: Scope) -> int:
        value = read(scope)
        return 0 if value is None else get(value, 1)

    return code


def _of_value(one: _Field) -> Coder:
    left, ladder = one.left, one.ladder

    def code(scope: Scope) -> int:
        value = evaluate(left, scope)
        return 0 if value is None else _rung(ladder, _ordinal(value, left))

    return code


def _of_fact(one: _Field) -> Coder:
    read, ladder = _reader(one.left), one.ladder

    def code(scope: Scope) -> int:
        value = read(scope)
        return 0 if value is None else bisect_left(ladder, value) + bisect_right(ladder, value) + 1

    return code


def _rung(ladder: Sequence[Any], key: Any) -> int:
    return bisect_left(ladder, key) + bisect_right(ladder, key) + 1


def scaled(ladder: Sequence[Any]) -> tuple[int, list[int]]:
    """The ladder in whole numbers: each limit times the common denominator of all."""
    scale = lcm(*(Fraction(limit).denominator for limit in ladder))
    return scale, [int(limit * scale) for limit in ladder]


__all__ = ["Engine", "Op"]
