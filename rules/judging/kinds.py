"""The judging of every kind of decision, found by the type of its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.judging.checklists import CHECKLIST
from rules.judging.decision import Missing
from rules.judging.decision_tables import TABLE
from rules.judging.evaluate import Scope
from rules.judging.left import Left
from rules.judging.missing import missing, missing_for
from rules.judging.outcomes import Answers, Judgement, Kind, Truth, check
from rules.judging.rankings import RANKING
from rules.judging.scorecards import SCORECARD
from rules.model import Body, Checklist, Leaf, Ranking, Rule, Scorecard, Table, criteria_of, leaves_in

KINDS: Mapping[type[Body], Kind[Any]] = {Checklist: CHECKLIST, Table: TABLE, Scorecard: SCORECARD, Ranking: RANKING}


def judge(rule: Rule, scope: Scope, answers: Answers) -> Judgement:
    """Judge a rule for a record."""
    return KINDS[type(rule.body)].judge(rule, rule.body, scope, answers)


def leaves(rule: Rule, stage: int) -> Iterator[tuple[Leaf, bool]]:
    """The comparisons of a rule in a stage, each with its default truth: where no rule fires on it."""
    body = rule.body
    for criterion in () if stage else criteria_of(rule):
        yield from ((leaf, body.silent_verdict is not criterion.reject) for leaf in leaves_in(criterion.condition))
        yield from ((leaf, True) for leaf in leaves_in(criterion.when))
    yield from ((leaf, False) for leaf in leaves_in(*KINDS[type(body)].compared(body, stage)))


def wanted(rule: Rule, truth: Truth, judgement: Judgement, scope: Scope, path: str) -> Iterator[Missing]:
    """Yield the facts for want of which a rule is unknown, some of them repeatedly."""
    body = rule.body
    for criterion in () if body.over else criteria_of(rule):
        if check(criterion, truth) is None:
            yield from missing_for(criterion.condition, scope, path)
            if criterion.when is not None:
                yield from missing_for(criterion.when, scope, path)
    for expr in judgement.unknown:
        yield from missing(expr, scope, path)
    yield from KINDS[type(body)].missing(body, judgement, scope, path)


def remaining(rule: Rule, judgement: Judgement, scope: Scope) -> Left:
    """The outcomes and outputs that are left of a rule which is unknown."""
    return KINDS[type(rule.body)].left(rule, rule.body, judgement, scope)
