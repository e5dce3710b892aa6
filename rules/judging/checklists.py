"""Checklists: every criterion is to be met."""

from __future__ import annotations

from collections.abc import Sequence

from rules.judging.evaluate import Scope
from rules.judging.outcomes import Answers, Judgement, Kind, Verdict, strongest
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


CHECKLIST = Kind(judge, conclude)
