"""Compiles an edition to one durable_rules network, and decides through it.

Every comparison of the edition becomes intervals of *rungs* on a field. A field is a value with all the limits a rule
holds it against, sorted: a ladder. Between and on the limits lie its rungs: below the first limit, on it, above it,
on the second ... A value is placed on its ladder exactly, in integers, and only the rung enters the engine. So one
field serves any number of criteria, and the cost of a decision grows with its facts, hardly with its criteria.

Rung 0 is "not known" and has a rule of its own. What the engine does not say is therefore settled too: the network
counts its firings against the number due (see rules.network), so that silence is checked, never assumed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.coders import Coder, Place, coder, ordinal
from rules.decider import Decider
from rules.expressions import Scope
from rules.judge import Truth, check, criteria_of, leaves, silent_verdict, stages
from rules.model import Const, Criterion, Edition, Expr, Leaf, Ranking, Rule, leaves_in
from rules.network import Network, Probe
from rules.network import Rule as Interval

Span = tuple[int, int]


@dataclass(slots=True)
class _Field:
    """One value and its ladder, or (without a ladder) one value against another: below, equal, above."""

    left: Expr
    right: Expr | None
    leaves: list[tuple[Leaf, bool]] = field(default_factory=list)
    ladder: list[Any] = field(default_factory=list)
    mirrored: bool = False  # rungs counted from the top: intervals that reach the last rung cost the network least

    @property
    def dense(self) -> bool:
        """Whether the ladder holds every value there can be, so that nothing lies between its limits."""
        return self.right is None and self.left.type.kind in ("choice", "boolean")

    @property
    def rungs(self) -> int:
        return 4 if self.right is not None else len(self.ladder) + 1 if self.dense else 2 * len(self.ladder) + 2

    def settle(self) -> None:
        """Build the ladder, and count its rungs from the end at which most comparisons fire."""
        if self.dense:
            values = (False, True) if self.left.type.kind == "boolean" else self.left.type.choices
            self.ladder = sorted(ordinal(value, self.left.type) for value in values)
        elif self.right is None:
            self.ladder = sorted({_key(limit, self.left) for leaf, _ in self.leaves for limit in _limits(leaf)})
        ends = 0
        for leaf, silent in self.leaves:
            firing = self.firing(leaf, not silent)
            ends += any(low == 1 for low, _ in firing) - any(high == self.rungs - 1 for _, high in firing)
        self.mirrored = ends < 0

    def firing(self, leaf: Leaf, when: bool) -> list[Span]:
        """The runs of rungs (from 1) at which a comparison holds, or those at which it does not."""
        top = self.rungs - 1
        spans = self._holding(leaf, top)
        if not when:
            edges = [1, *(edge for low, high in spans for edge in (low - 1, high + 1)), top]
            spans = list(zip(edges[::2], edges[1::2], strict=True))
        if self.mirrored:
            spans = [(top + 1 - high, top + 1 - low) for low, high in spans]
        return [(low, high) for low, high in spans if low <= high]

    def _holding(self, leaf: Leaf, top: int) -> list[Span]:
        """Where all tests of a comparison hold: one run, but for `one_of`."""
        low, high = 1, top
        among: list[int] | None = None
        for test in leaf.tests:
            places = sorted(self._place(limit) for limit in test.limits)
            place = places[0]
            match test.operator:
                case "one_of":
                    among = [one for one in places if among is None or one in among]
                case "at_least" | "above":
                    low = max(low, place + (test.operator == "above"))
                case "at_most" | "below":
                    high = min(high, place - (test.operator == "below"))
                case _:
                    low, high = max(low, place), min(high, place)
        if among is not None:
            return _joined([one for one in among if low <= one <= high])
        return [(low, high)] if low <= high else []

    def _place(self, limit: Expr) -> int:
        """The rung of a limit."""
        if self.right is not None:
            return 2
        place = bisect_left(self.ladder, _key(limit, self.left))
        return place + 1 if self.dense else 2 * place + 2

    def spans(self) -> tuple[list[Leaf], dict[Span, list[tuple[Leaf, bool]]]]:
        """The intervals of rungs at which comparisons fire, and those that need a rule of their own for "not known".

        Where all of a field fire on one interval next to rung 0, that interval takes rung 0 in."""
        spans: dict[Span, list[tuple[Leaf, bool]]] = {}
        for leaf, silent in self.leaves:
            for span in self.firing(leaf, not silent):
                spans.setdefault(span, []).append((leaf, not silent))
        if len(spans) == 1:
            ((span, effects),) = spans.items()
            if span[0] == 1 and len(effects) == len(self.leaves):
                return [], {(0, span[1]): effects}
        return [leaf for leaf, _ in self.leaves], spans


class _Truth(dict[Leaf, bool | None]):
    """What the engine said; of what it did not speak of, what silence means."""

    __slots__ = ("silence",)
    silence: dict[Leaf, bool | None]

    def __missing__(self, leaf: Leaf) -> bool | None:
        return self.silence[leaf]


@dataclass(frozen=True, slots=True)
class _Effect:
    """What the firing of one rule says, at a known value of its field, and which criteria that may turn."""

    field: int
    says: tuple[tuple[Leaf, bool], ...]
    touches: tuple[int, ...]


@dataclass(slots=True)
class _Block:
    """The comparisons of one stage of one rule: where its values come from, and what each firing means."""

    coders: tuple[Coder, ...]
    silence: dict[Leaf, bool | None]
    effects: list[_Effect]
    always: frozenset[int]  # criteria that silence alone does not settle
    criteria: tuple[Criterion, ...]
    probe: Probe

    def ask(self, scope: Scope) -> tuple[_Truth, set[int]]:
        """What the engine says of a record, and the criteria that this may turn."""
        rungs = [coder(scope) for coder in self.coders]
        truth, turned = _Truth(), set(self.always)
        truth.silence = self.silence
        for number in self.probe(rungs):
            effect = self.effects[number]
            known = rungs[effect.field] != 0
            for leaf, said in effect.says:
                truth[leaf] = said if known else None
            turned.update(effect.touches)
        return truth, turned


class Engine(Decider):
    """Decides the rules of one edition through durable_rules. Compile once; safe under threads and forks.

    Each stage of a decision has a rule set of its own: the engine's look-up slows down with all the rules of a set,
    asked or not (measured: 9.3 against 4.0 µs for a village). Raises NetworkError rather than give an answer that the
    engine did not prove complete."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition)
        self._blocks = {
            (rule.id, stage): _compile(edition, rule, stage)
            for rule in edition.rules.values()
            for stage in range(stages(rule))
        }

    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth:
        key = (rule.id, stage, "truth")
        if key not in scope.memo:
            scope.memo[key] = self._blocks[rule.id, stage].ask(scope)[0]
        truth: Truth = scope.memo[key]
        return truth

    def suspects(self, rule: Rule, stage: int, scope: Scope) -> tuple[Truth, Sequence[Criterion]]:
        block = self._blocks[rule.id, stage]
        truth, turned = block.ask(scope)
        scope.memo[rule.id, stage, "truth"] = truth
        criteria = block.criteria
        return truth, [criteria[place] for place in (sorted(turned) if len(turned) > 1 else turned)]

    def close(self) -> None:
        """Free the rule sets; decisions under way finish first."""
        for block in self._blocks.values():
            block.probe.close()


def _compile(edition: Edition, rule: Rule, stage: int) -> _Block:
    """The comparisons of a stage as one network."""
    fields: dict[tuple[Expr, Expr | None], _Field] = {}
    silence = leaves(rule, stage)
    for leaf, silent in silence:
        right = next((limit for limit in _limits(leaf) if not isinstance(limit, Const)), None)
        fields.setdefault((leaf.left, right), _Field(leaf.left, right)).leaves.append((leaf, silent))
    criteria = () if stage else criteria_of(rule)
    readers: dict[Leaf, list[int]] = {}
    for place, criterion in enumerate(criteria):
        for leaf in leaves_in(criterion.condition, criterion.when):
            readers.setdefault(leaf, []).append(place)
    intervals: list[Interval] = []
    effects: list[_Effect] = []

    def add(number: int, low: int, high: int, says: Iterable[tuple[Leaf, bool]]) -> None:
        said = tuple(says)
        touched = dict.fromkeys(place for leaf, _ in said for place in readers.get(leaf, ()))
        intervals.append(Interval(number, low, high))
        effects.append(_Effect(number, said, tuple(touched)))

    for number, one in enumerate(fields.values()):
        one.settle()
        unknown, spans = one.spans()
        if unknown:
            add(number, 0, 0, ((leaf, True) for leaf in unknown))
        for (low, high), says in spans.items():
            add(number, low, high, says)
    subject = rule.body.over.type.of if isinstance(rule.body, Ranking) else rule.subject
    records, all_silent = Place(edition, subject), dict[Leaf, bool | None](silence)
    settled = silent_verdict(rule)
    return _Block(
        tuple(coder(one.left, one.right, one.ladder, one.mirrored, records) for one in fields.values()),
        all_silent,
        effects,
        frozenset(n for n, criterion in enumerate(criteria) if check(criterion, all_silent) is not settled),
        criteria,
        Network([one.rungs for one in fields.values()], intervals).probe(range(len(fields))),
    )


def _joined(places: Sequence[int]) -> list[Span]:
    """Single rungs in order as runs."""
    spans: list[Span] = []
    for place in places:
        if spans and spans[-1][1] == place - 1:
            spans[-1] = (spans[-1][0], place)
        elif not spans or spans[-1][1] != place:
            spans.append((place, place))
    return spans


def _limits(leaf: Leaf) -> Iterator[Expr]:
    return (limit for test in leaf.tests for limit in test.limits)


def _key(limit: Expr, left: Expr) -> Any:
    assert isinstance(limit, Const)
    return ordinal(limit.value, left.type)
