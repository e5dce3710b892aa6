"""Outcomes in columns, from the truth of a rule's conditions: rules.judging.outcomes for all rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from rules.model import Checklist, Criterion, Rule, Scorecard, Table
from rules.table.decision_tables import table
from rules.table.errors import NotTabular, about
from rules.table.frame import Frame, Judged
from rules.table.judged import code, strongest, tell, verdicts_of
from rules.table.numbers import Truth
from rules.table.scorecards import scorecard


def judge(rule: Rule, frame: Frame) -> Judged:
    """Decide a rule for every row."""
    body = rule.body
    with about(rule.id, rule.id):
        if isinstance(body, Checklist):
            verdicts = verdicts_of(rule, body.criteria, frame)
            return Judged(tell(rule, frame, _checklist(rule, body.criteria, verdicts)), verdicts)
        if isinstance(body, Table):
            return table(rule, body, frame)
        if isinstance(body, Scorecard):
            return scorecard(rule, body, frame)
        raise NotTabular("ranking", "要把全部记录一起排序", "it orders all records of a list at once")


def _checklist(rule: Rule, criteria: Sequence[Criterion], verdicts: Mapping[str, Truth]) -> Any:
    return ibis.cases(*strongest(rule, criteria, verdicts), else_=code(rule.role("met")))
