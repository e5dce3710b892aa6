"""Checklists: every criterion is to be met."""

from __future__ import annotations

from collections.abc import Sequence

from rules.judging.evaluate import Scope
from rules.judging.left import Left, left
from rules.judging.outcomes import Answers, Judgement, Kind, Verdict, strongest, threatened
from rules.model import Checklist, Rule


def judge(rule: Rule, _body: Checklist, scope: Scope, answers: Answers) -> Judgement:
    """Judge a checklist for a record."""
    return conclude(rule, answers.verdicts(rule, scope))


def conclude(rule: Rule, verdicts: Sequence[Verdict]) -> Judgement:
    """The strongest outcome of an unmet criterion decides (the one declared first), unless an unknown criterion
    could bring a stronger one."""
    for _, verdict in verdicts:
        if verdict is not True:
            return Judgement(strongest(rule, verdicts), verdicts)
    return Judgement(rule.role("met"), verdicts)


def remaining(rule: Rule, _body: Checklist, judgement: Judgement, _scope: Scope) -> Left:
    """The outcome as it is without the criteria that cannot be told, and those that they could bring."""
    worst, stronger = threatened(rule, judgement.verdicts)
    return left(rule, {worst or rule.role("met"), *stronger}, {})


CHECKLIST = Kind(judge, conclude, left=remaining)
