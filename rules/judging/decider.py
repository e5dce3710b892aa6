"""Turns a record into a Decision. The engine and the reference share this path; only their comparisons differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rules.judging.decision import NOT_EXACT, Decision, Finding, Missing
from rules.judging.evaluate import Scope
from rules.judging.findings import Writer
from rules.judging.kinds import judge, remaining, wanted
from rules.judging.left import NOTHING, Left
from rules.judging.missing import missing, once
from rules.judging.outcomes import Judgement, Truth, Verdict, check
from rules.judging.readers import Reading, evaluator
from rules.model import Edition, Expr, Rule, criteria_of
from rules.values.exact import Type, Value

_made = tuple.__new__  # binding the arguments of a named tuple takes longer


class Decider(ABC):
    """Decides the rules of one edition. Subclasses say how truth is established, and how the values shown are read."""

    reading: Reading = staticmethod(evaluator)

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._writers: dict[str, Writer] = {}

    @abstractmethod
    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth:
        """Whether each comparison of a stage of a rule holds of a record."""

    def verdicts(self, rule: Rule, scope: Scope) -> Sequence[Verdict]:
        """The verdicts that may differ from the default: here all of them."""
        truth = self.truth(rule, 0, scope)
        return [(criterion, check(criterion, truth)) for criterion in criteria_of(rule)]

    def scope(self, rule: Rule, facts: Mapping[str, Any], on: date) -> Scope:
        return Scope(self.edition, rule.subject, facts, on, self)

    def conclude(self, decision: str, output: str, scope: Scope) -> Value:
        """The conclusion of another decision for a record: as given with its facts, or decided now."""
        rule = self.edition.rules[decision]
        if not output and decision in scope.record:
            return scope.record[decision]
        judgement = self.judgement(rule, scope)
        if output:
            return judgement.outputs.get(output)
        return None if rule.outcomes[judgement.outcome].role == "unknown" else judgement.outcome

    def judgement(self, rule: Rule, scope: Scope) -> Judgement:
        """Judge a rule, once per record."""
        judged: Judgement | None = scope.memo.get((rule.id, "judged"))
        if judged is None:
            judged = scope.memo[(rule.id, "judged")] = judge(rule, scope, self)
        return judged

    def judge(self, decision: str, facts: Mapping[str, Any], on: date) -> Judgement:
        """The outcome and the codes of the criteria that are not met or not known; nothing is written out.

        `facts` are as rules.cases.checker.check returns them."""
        rule = self.edition.rule(decision)
        return judge(rule, self.scope(rule, facts, on), self)

    def decide(self, decision: str, facts: Mapping[str, Any], on: date, subject_id: str = "") -> Decision:
        """Decide, with a finding for every criterion, what is missing, and the decisions it rests on.

        `facts` are as rules.cases.checker.check returns them."""
        rule = self.edition.rule(decision)
        return self._decision(rule, Scope(self.edition, rule.subject, facts, on, self), subject_id)

    def _decision(self, rule: Rule, scope: Scope, subject_id: str) -> Decision:
        judgement = self.judgement(rule, scope)
        return _made(Decision, (
            self.edition,
            rule,
            subject_id,
            scope.on,
            scope.record,
            judgement.outcome,
            self.findings(rule, judgement, scope),
            self._typed(rule, judgement.outputs) if judgement.outputs else {},
            tuple([(name, self._typed(rule, outputs, True)) for name, outputs in judgement.measures])
            if judgement.measures
            else (),
            judgement.ranking,
            self._missing(rule, judgement, scope, "") if judgement.outcome == rule.roles.get("unknown") else (),
            self.left(rule.id, scope),
            self._chained(rule, scope, subject_id) if rule.needs else {},
        ))  # fmt: skip

    def _typed(self, rule: Rule, outputs: Mapping[str, Value], unknown: bool = False) -> dict[str, tuple[Value, Type]]:
        """Outputs with their types; those that are not known only where they are wanted."""
        declared = rule.body.outputs
        return {name: (value, declared[name].type) for name, value in outputs.items() if unknown or value is not None}

    def findings(self, rule: Rule, judgement: Judgement, scope: Scope) -> tuple[Finding, ...]:
        """One finding for each criterion, row, veto, item and ceiling of a rule, in the plan's order."""
        return self._writer(rule).findings(self._all_truth(rule, scope), judgement, scope)

    def _all_truth(self, rule: Rule, scope: Scope) -> Truth:
        return self.truth(rule, 0, scope) if rule.body.over is None else {}

    def _writer(self, rule: Rule) -> Writer:
        """The writer of a rule's findings, built once."""
        writer = self._writers.get(rule.id)
        if writer is None:
            writer = self._writers[rule.id] = Writer(rule, self.edition, self.reading)
        return writer

    def missing(self, decision: str, scope: Scope, path: str) -> Sequence[Missing]:
        """The missing facts of another decision about a record."""
        rule = self.edition.rules[decision]
        return self._missing(rule, self.judgement(rule, scope), scope, path)

    def left(self, decision: str, scope: Scope) -> Left:
        """What is left of the outcome and outputs of a decision about a record, worked out once."""
        rule, place = self.edition.rules[decision], ("left", decision)
        if place not in scope.memo:
            judgement = self.judgement(rule, scope)
            told = judgement.outcome != rule.roles.get("unknown")
            scope.memo[place] = NOTHING if told else remaining(rule, judgement, scope)
        return scope.memo[place]  # type: ignore[no-any-return]

    def ranged(self, expr: Expr, scope: Scope) -> bool:
        """Whether an expression is not known because a fact is known within bounds only."""
        return any(one.why == NOT_EXACT for one in missing(expr, scope))

    def _missing(self, rule: Rule, judgement: Judgement, scope: Scope, path: str) -> tuple[Missing, ...]:
        if judgement.outcome != rule.role("unknown"):
            return ()
        return once(scope, (rule.id, path), lambda: wanted(rule, self._all_truth(rule, scope), judgement, scope, path))

    def _chained(self, rule: Rule, scope: Scope, subject_id: str) -> dict[str, Decision]:
        """The decisions about the same record that this one rests on, unless they came with the facts. Each is made
        once, however many others rest on it."""
        made: dict[str, Decision] = scope.memo.setdefault("chained", {})
        needed = [
            name for name in rule.needs if self.edition.rules[name].subject == rule.subject and name not in scope.record
        ]
        for name in needed:
            if name not in made:
                made[name] = self._decision(self.edition.rules[name], scope, subject_id)
        return {name: made[name] for name in needed}
