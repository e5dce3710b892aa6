"""Compiles an edition to one durable_rules network, and decides through it.

Every comparison of the edition becomes intervals of *rungs* on a field. A field is a value with all the limits a rule
holds it against, sorted: a ladder. Between and on the limits lie its rungs: below the first limit, on it, above it,
on the second ... A value is placed on its ladder exactly, in integers, and only the rung enters the engine. So one
field serves any number of criteria, and the cost of a decision grows with its facts, hardly with its criteria.

Rung 0 is "not known" and has a rule of its own. What the engine does not say is therefore settled too: the network
counts its firings against the number due (see rules.engine.network), so that silence is checked, never assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rules.engine.blocks import Answer, Block, compiled
from rules.engine.memory import MOST, Memory
from rules.judging.decider import Decider
from rules.judging.decision import Finding
from rules.judging.evaluate import Scope
from rules.judging.kinds import KINDS
from rules.judging.outcomes import Judgement, Truth, Verdict
from rules.judging.readers import reader
from rules.model import Edition, Rule


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
            (rule.id, stage): compiled(edition, rule, stage, self.memory)
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


def _asked(block: Block, scope: Scope) -> Answer:
    """The answer for a record, asked once."""
    answer: Answer | None = scope.memo.get(block)
    if answer is None:
        answer = scope.memo[block] = block.ask(scope)
    return answer
