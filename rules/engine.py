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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.decider import Decider
from rules.expressions import COMPARE, Scope
from rules.coders import Coder, Place, coder, ordinal
from rules.judge import Truth, check, criteria_of, leaves, silent_verdict, stages
from rules.model import Condition, Const, Criterion, Edition, Expr, Group, Leaf, Ranking, Rule
from rules.model import Test as Comparison
from rules.network import Network, Probe
from rules.network import Rule as Interval

@dataclass(slots=True)
class _Field:
    """One value and its ladder, or (without a ladder) one value against another: below, equal, above."""

    left: Expr
    right: Expr | None
    leaves: list[tuple[Leaf, bool]] = field(default_factory=list)
    ladder: list[Any] = field(default_factory=list)
    mirrored: bool = False  # rungs counted from the top: intervals that reach the last rung cost the network least

    @property
    def rungs(self) -> int:
        return 4 if self.right is not None else 2 * len(self.ladder) + 2

    def settle(self) -> None:
        if self.right is None:
            self.ladder = sorted({_key(limit, self.left) for leaf, _ in self.leaves for limit in _limits(leaf)})
        ends = [self.rungs_where(leaf) for leaf, _ in self.leaves]
        firing = [(holds[0] is not silent) - (holds[-1] is not silent) for holds, (_, silent) in zip(ends, self.leaves, strict=True)]
        self.mirrored = sum(firing) > 0

    def rungs_where(self, leaf: Leaf) -> list[bool]:
        """For rungs 1, 2, ...: whether the leaf holds there."""
        holds = [all(self._holds(test, rung) for test in leaf.tests) for rung in range(1, self.rungs)]
        return holds[::-1] if self.mirrored else holds

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
        compiler = _Compiler(edition)
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

    place: Place
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
            tuple(coder(one.left, one.right, one.ladder, one.mirrored, self.place) for one in self.fields),
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

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.fields: list[_Field] = []
        self.rules: list[Interval] = []

    def add(self, rule: Rule, stage: int) -> _Draft:
        fields: dict[tuple[Expr, Expr | None], _Field] = {}
        for leaf, silent in leaves(rule, stage):
            right = next((limit for limit in _limits(leaf) if not isinstance(limit, Const)), None)
            fields.setdefault((leaf.left, right), _Field(leaf.left, right)).leaves.append((leaf, silent))
        subject = rule.body.over.type.of if isinstance(rule.body, Ranking) else rule.subject
        draft = _Draft(Place(self.edition, subject), rule, stage, len(self.fields), list(fields.values()), {})
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
    return ordinal(limit.value, left.type)
