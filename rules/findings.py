"""Writes out what a judgement rests on: a Finding for every criterion, citing its clause.

What a finding always says (titles, operators, fixed limits) is worked out once for a rule; only the values seen and
the verdicts are filled in for a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.decision import Finding, Part
from rules.expressions import Scope, evaluate
from rules.judge import Judgement, Truth, check, criteria_of, holds
from rules.model import Condition, Const, Criterion, Edition, Expr, Leaf, Op, Ranking, Ref, Rule, Scorecard, ScoreItem, Table, Text
from rules.values import Value


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A comparison as it will be shown."""

    leaf: Leaf
    fact: str
    title: Text
    operators: tuple[str, ...]
    fixed: tuple[Value, ...] | None

    def part(self, truth: Truth, scope: Scope) -> Part:
        leaf = self.leaf
        limits = self.fixed if self.fixed is not None else tuple(_limit(test.limits, scope) for test in leaf.tests)
        value = evaluate(leaf.left, scope)
        return Part(self.fact, self.title, value, leaf.left.type, self.operators, limits, truth[leaf])


def _limit(limits: Sequence[Expr], scope: Scope) -> Value:
    values = tuple(evaluate(limit, scope) for limit in limits)
    return values if len(values) > 1 else values[0]


class Writer:
    """Writes the findings of one rule."""

    def __init__(self, rule: Rule, edition: Edition) -> None:
        self.rule, self.edition = rule, edition
        judged = () if isinstance(rule.body, Ranking) else criteria_of(rule)  # a ranking places, it finds nothing
        self.comparisons = {criterion.id: tuple(self._shown(criterion.condition)) for criterion in judged}

    def _shown(self, condition: Condition) -> Iterator[_Comparison]:
        if not isinstance(condition, Leaf):
            for part in condition.parts:
                yield from self._shown(part)
            return
        fixed = [
            tuple(limit.value for limit in test.limits if isinstance(limit, Const)) for test in condition.tests
        ]
        constant = all(len(values) == len(test.limits) for values, test in zip(fixed, condition.tests, strict=True))
        yield _Comparison(
            condition,
            path_of(condition.left),
            title_of(condition.left, self.edition, self.rule.subject, ""),
            tuple(test.operator for test in condition.tests),
            tuple(values if len(values) > 1 else values[0] for values in fixed) if constant else None,
        )

    def findings(self, truth: Truth, judgement: Judgement, scope: Scope) -> tuple[Finding, ...]:
        """One finding for every criterion, row, veto, item and ceiling, in the plan's order."""
        body = self.rule.body
        if isinstance(body, Scorecard):
            return (
                *(self._finding(veto, "veto", truth, scope) for veto in body.vetoes),
                *(self._scored(item, judgement.points[item.id], scope) for item in body.items),
                *(self._finding(ceiling, "ceiling", truth, scope) for ceiling in body.ceilings),
            )
        if isinstance(self.rule.body, Ranking):
            return ()
        role = "row" if isinstance(body, Table) else "criterion"
        return tuple(self._finding(criterion, role, truth, scope) for criterion in criteria_of(self.rule))

    def _finding(self, criterion: Criterion, role: str, truth: Truth, scope: Scope) -> Finding:
        return Finding(
            criterion.id,
            role,
            criterion.title,
            criterion.clause,
            criterion.set_by,
            criterion.group,
            check(criterion, truth),
            tuple(shown.part(truth, scope) for shown in self.comparisons[criterion.id]),
            criterion.when is None or holds(criterion.when, truth) is not False,
            criterion.reject,
            None,
            criterion.outcome,
        )

    def _scored(self, item: ScoreItem, points: Value, scope: Scope) -> Finding:
        seen: tuple[Part, ...] = ()
        known = points is not None or None
        if (shown := item.shown) is not None:
            title = title_of(shown, self.edition, self.rule.subject, "")
            seen = (Part(path_of(shown), title, evaluate(shown, scope), shown.type, (), (), known),)
        return Finding(
            item.id, "item", item.title, item.clause, item.set_by, "", known, seen, True, False, points
        )


def path_of(expr: Expr) -> str:
    return expr.path if isinstance(expr, Ref) else expr.name if isinstance(expr, Op) else ""


def title_of(expr: Expr, edition: Edition, subject: str, own: str) -> Text:
    """The title of the fact or decision an expression names, seen from a record of a subject."""
    if not isinstance(expr, Ref):
        return Text("计算值", "computed value")
    if expr.what in ("outcome", "output"):
        return edition.rules[expr.name].title
    if expr.what == "total":
        return Text("总分", "total points")
    if expr.what == "on":
        return Text("决定日期", "decision date")
    whose = subject if expr.scope == "" else own if expr.scope == "own" else expr.scope
    named = edition.subjects[whose]
    title = named.facts[expr.name].title
    if whose == subject:
        return title
    return Text(f"{named.title.zh}{title.zh}", f"{named.title.en}: {title.en}")
