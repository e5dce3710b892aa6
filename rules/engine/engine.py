"""Compiles an edition to one durable_rules network, and decides through it.

Every comparison of the edition becomes intervals of *rungs* on a field. A field is a value with all the limits a rule
holds it against, sorted: a ladder. Between and on the limits lie its rungs: below the first limit, on it, above it,
on the second ... A value is placed on its ladder exactly, in integers, and only the rung enters the engine. So one
field serves any number of criteria, and the cost of a decision grows with its facts, hardly with its criteria.

Rung 0 is "not known" and has a rule of its own. What the engine does not say is therefore settled too: the network
counts its firings against the number due (see rules.engine.network), so that silence is checked, never assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import Any

from rules.engine.coders import Coder, coder
from rules.engine.ladders import Field, limits_of
from rules.engine.memory import MOST, Memory, Table, Vector
from rules.engine.network import Network, Probe
from rules.engine.network import Rule as Interval
from rules.judging.decider import Decider
from rules.judging.decision import Finding
from rules.judging.evaluate import Scope
from rules.judging.findings import Placed
from rules.judging.kinds import KINDS, leaves
from rules.judging.outcomes import Judgement, Truth, Verdict, check
from rules.judging.readers import Place, reader
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
class _Answer:
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
class _Block:
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
    known: Table[Vector, _Answer]
    ready: Table[Vector, Ready]  # the findings that codes and flags settle
    proved: tuple[Table[Any, Fired], ...]  # field by field: what fires at a rung, which is so beside any other rungs

    def ask(self, scope: Scope) -> _Answer:
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

    def _ranged(self, scope: Scope, codes: Vector, rungs: Sequence[int]) -> _Answer | None:
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

    def prove(self, scope: Scope, codes: Vector, *vectors: Vector) -> _Answer:
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
        return _Answer(fired, truth, verdicts, judgement, codes)

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


class Engine(Decider):
    """Decides the rules of one edition through durable_rules. Compile once; safe under threads and forks.

    Each stage of a decision has a rule set of its own: the engine's look-up slows down with all the rules of a set,
    asked or not (measured: 9.3 against 4.0 µs for a village). An answer depends on the rungs alone, and what fires of a
    field on its own rung: a proved answer is remembered by its rungs, and as much by each of them, so that another is
    put together without asking. `remember` bounds how many. Raises NetworkError rather than give an answer that the
    engine did not prove complete."""

    reading = staticmethod(reader)

    def __init__(self, edition: Edition, remember: int = MOST) -> None:
        super().__init__(edition)
        self.memory = Memory(remember)
        self._blocks = {
            (rule.id, stage): _compile(edition, rule, stage, self.memory)
            for rule in edition.rules.values()
            for stage in range(rule.body.stages)
        }
        self._settled = {name: block for (name, _), block in self._blocks.items()
                         if KINDS[type(block.rule.body)].conclude is not None}  # fmt: skip

    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth:
        return _asked(self._blocks[rule.id, stage], scope).truth

    def verdicts(self, rule: Rule, scope: Scope) -> Sequence[Verdict]:
        return _asked(self._blocks[rule.id, 0], scope).verdicts

    def judge(self, decision: str, facts: Mapping[str, Any], on: date) -> Judgement:
        block = self._settled.get(decision)
        if block is None:
            return super().judge(decision, facts, on)
        answer = block.ask(Scope(self.edition, block.rule.subject, facts, on, self))
        assert answer.judgement is not None
        return answer.judgement

    def judgement(self, rule: Rule, scope: Scope) -> Judgement:
        block = self._settled.get(rule.id)
        return (block and _asked(block, scope).judgement) or super().judgement(rule, scope)

    def findings(self, rule: Rule, judgement: Judgement, scope: Scope) -> tuple[Finding, ...]:
        if not rule.body.finding_roles:
            return ()
        block = self._settled.get(rule.id) or self._blocks[rule.id, 0]
        answer = _asked(block, scope)
        if answer.ready is None:
            writer = self._writer(rule)
            answer.ready, answer.others = block.ready.get(answer.codes), writer.others(answer.truth)
            if answer.ready is None:
                written = writer.findings(answer.truth, judgement, scope)
                answer.ready = writer.ready(written)
                self.memory.keep(block.ready, answer.codes, answer.ready)
                return written
        findings: list[Any] = list(answer.ready)
        for place, write in answer.others:
            findings[place] = write(scope, judgement)
        return tuple(findings)

    def close(self) -> None:
        """Free the rule sets, and forget; decisions under way finish first."""
        for block in self._blocks.values():
            block.probe.close()
        self.memory.clear()


def _asked(block: _Block, scope: Scope) -> _Answer:
    """The answer for a record, asked once."""
    answer: _Answer | None = scope.memo.get(block)
    if answer is None:
        answer = scope.memo[block] = block.ask(scope)
    return answer


def _compile(edition: Edition, rule: Rule, stage: int, memory: Memory) -> _Block:
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
    return _Block(
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
