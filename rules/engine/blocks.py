"""The comparisons of one stage of one rule: asks the rule network for the truth of each, and remembers what it proved.

See rules.engine.engine for what rungs are and why an answer depends on them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

from rules.engine.coders import Coder, coder
from rules.engine.ladders import Field, limits_of
from rules.engine.memory import Memory, Table, Vector
from rules.engine.network import Network, Probe
from rules.engine.network import Rule as Interval
from rules.judging.decision import Finding
from rules.judging.evaluate import Scope
from rules.judging.findings import Placed
from rules.judging.kinds import KINDS, leaves
from rules.judging.outcomes import Judgement, Truth, Verdict, check
from rules.judging.readers import Place
from rules.model import Const, Edition, Expr, Leaf, Rule, criteria_of, leaves_in, subject_read


@dataclass(frozen=True, slots=True)
class _Effect:
    """The meaning of the firing of one rule, where the value of its field is known; else its comparisons are open."""

    field: int
    truth: Mapping[Leaf, bool]
    criteria: frozenset[int]  # the places of those that read them


Ready = tuple[Finding | None, ...]
Fired = tuple[tuple[Truth, frozenset[int]], ...]  # the truth that each firing brings, and the criteria that read it


@dataclass(slots=True, eq=False)
class Answer:
    """The proved answer to one vector of rungs, with the conclusions that follow from it alone. It holds no value of
    a case."""

    fired: int
    truth: Truth
    verdicts: tuple[Verdict, ...]  # those that may differ from the default, in the plan's order
    judgement: Judgement | None  # where the verdicts settle it
    codes: Vector
    ready: Ready | None = None  # the findings that show a code or flag; None before they are wanted
    others: tuple[Placed, ...] = ()  # how the others are written


@dataclass(slots=True, eq=False)
class Block:
    """The comparisons of one stage of one rule: where its values come from, and what each firing means.

    The first fields are the given codes and flags: each value has a rung of its own, and stands for it in a vector."""

    rule: Rule
    fields: tuple[Field, ...]
    codes: tuple[str, ...]
    given: Callable[[Mapping[str, Any]], tuple[Any, ...]]  # reads them from a record that has them all
    coders: tuple[Coder, ...]  # of all fields
    others: tuple[Coder, ...]  # of those that are no code or flag
    silence: dict[Leaf, bool | None]
    effects: list[_Effect]
    criteria: tuple[Mapping[bool | None, Verdict], ...]  # the verdicts there can be on each
    always: frozenset[int]  # the places of criteria that do not have the default verdict even in silence
    probe: Probe
    memory: Memory
    known: Table[Vector, Answer]
    ready: Table[Vector, Ready]  # the findings that codes and flags settle
    proved: tuple[Table[Any, Fired], ...]  # field by field: what fires at a rung, which is so beside any other rungs

    def ask(self, scope: Scope) -> Answer:
        """The answer for a record: remembered for its vector of codes and rungs, or proved now."""
        rungs = [coder(scope) for coder in self.others]
        try:
            codes = self.given(scope.record)
        except KeyError:
            codes = tuple(map(scope.record.get, self.codes))
        if 0 in rungs and (answer := self._ranged(scope, codes, rungs)) is not None:
            return answer
        key = (codes, *rungs)
        answer = self.known.get(key)
        if answer is None:
            answer = self.prove(scope, codes, (*codes, *rungs))
            self.memory.keep(self.known, key, answer)
        else:
            self.memory.hits += 1
        return answer

    def _ranged(self, scope: Scope, codes: Vector, rungs: Sequence[int]) -> Answer | None:
        """The answer where values are known within bounds: proved at every rung of their ranges, of which each
        comparison keeps the truth that is the same at all. None where there is no such value."""
        others = self.fields[len(codes) :]
        ends = {n: ends for n, rung in enumerate(rungs) if not rung and (ends := others[n].ends(scope))}
        if not ends:
            return None
        steps = range(1 + max(high - low for low, high in ends.values()))
        return self.prove(scope, codes, *(
            (*codes, *[min(ends[n][0] + step, ends[n][1]) if n in ends else rung for n, rung in enumerate(rungs)])
            for step in steps
        ))  # fmt: skip

    def prove(self, scope: Scope, codes: Vector, *vectors: Vector) -> Answer:
        """The answer at several vectors for the comparisons that have one truth at all. Raises NetworkError where the
        rule network proves none; then nothing is remembered."""
        truths: list[dict[Leaf, bool | None]] = []
        fired, unsettled = 0, set(self.always)
        for vector in vectors:
            truths.append(self.silence.copy())
            for brought, criteria in chain.from_iterable(self._firing(scope, vector)):
                truths[-1].update(brought)
                unsettled |= criteria
                fired += 1
        truth = truths.pop()
        for other in truths:
            truth.update((leaf, None) for leaf, value in other.items() if value is not truth[leaf])
        looked_at = [self.criteria[place] for place in sorted(unsettled)]
        verdicts = tuple([said[check(said[None][0], truth)] for said in looked_at])
        conclude = KINDS[type(self.rule.body)].conclude
        judgement = None if conclude is None else conclude(self.rule, verdicts)
        return Answer(fired, truth, verdicts, judgement, codes)

    def _firing(self, scope: Scope, vector: Vector) -> Sequence[Fired]:
        """What fires of each field: as it was proved of each rung, or asked of the rule network now. A rule reads one
        field, so that it fires at a rung of it whatever the others are."""
        try:
            firing = [proved[rung] for proved, rung in zip(self.proved, vector, strict=True)]
        except KeyError:
            return self._asked(scope, vector)
        self.memory.joined += 1
        return firing

    def _asked(self, scope: Scope, vector: Vector) -> Sequence[Fired]:
        self.memory.misses += 1
        placed = len(self.codes)
        rungs = [*[coder(scope) for coder in self.coders[:placed]], *vector[placed:]]
        firing: list[Fired] = [()] * len(rungs)
        for number in self.probe(rungs):
            effect = self.effects[number]
            truth = effect.truth if rungs[effect.field] else dict.fromkeys(effect.truth)
            firing[effect.field] += ((truth, effect.criteria),)
        if self.memory.most:
            for proved, rung, fired in zip(self.proved, vector, firing, strict=True):
                self.memory.keep(proved, rung, fired)
        return firing


def compiled(edition: Edition, rule: Rule, stage: int, memory: Memory) -> Block:
    """The comparisons of a stage as one network."""
    silence, records = list(leaves(rule, stage)), Place(edition, subject_read(rule))
    fields, codes = _in_order(_fields(silence), records)
    criteria = () if stage else criteria_of(rule)
    all_silent, settled = dict[Leaf, bool | None](silence), rule.body.silent_verdict
    always = frozenset(n for n, criterion in enumerate(criteria) if check(criterion, all_silent) is not settled)
    readers: dict[Leaf, set[int]] = {}
    for place, criterion in enumerate(criteria):
        for leaf in leaves_in(criterion.condition, criterion.when):
            readers.setdefault(leaf, set()).add(place)
    intervals: list[Interval] = []
    effects: list[_Effect] = []
    for number, one in enumerate(fields):
        one.settle()
        for (low, high), says in one.spans().items():
            intervals.append(Interval(number, low, high))
            places = frozenset[int]().union(*(readers.get(leaf, ()) for leaf, _ in says))
            effects.append(_Effect(number, dict(says), places))
    coders = tuple(coder(one.left, one.right, one.ladder, one.mirrored, records) for one in fields)
    return Block(
        rule,
        fields,
        codes,
        itemgetter(*codes) if len(codes) > 1 else lambda record: tuple([record[code] for code in codes]),
        coders,
        coders[len(codes) :],
        all_silent,
        effects,
        tuple({verdict: (criterion, verdict) for verdict in (True, False, None)} for criterion in criteria),
        always,
        Network([one.rungs for one in fields], intervals).probe(range(len(fields))),
        memory,
        memory.table(1 + len(all_silent)),
        memory.table(1 + len(criteria)),
        tuple(memory.table(1) for _ in fields),
    )


def _in_order(fields: Iterable[Field], records: Place) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields, the given codes and flags first, whose names are told beside."""
    named = [(records.given(one.left) if one.dense else None, one) for one in fields]
    named.sort(key=lambda pair: pair[0] is None)
    return tuple(one for _, one in named), tuple(ref.name for ref, _ in named if ref is not None)


def _fields(silence: Iterable[tuple[Leaf, bool]]) -> list[Field]:
    """The values compared, each with all its comparisons."""
    fields: dict[tuple[Expr, Expr | None], Field] = {}
    for leaf, silent in silence:
        right = next((limit for limit in limits_of(leaf) if not isinstance(limit, Const)), None)
        fields.setdefault((leaf.left, right), Field(leaf.left, right)).leaves.append((leaf, silent))
    return list(fields.values())
