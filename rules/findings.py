"""Writes out what a judgement rests on: a Finding for every criterion, citing its clause.

What a finding always says (titles, operators, fixed limits) is worked out once for a rule; only the values seen and
the verdicts are filled in for a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.coders import Place, Reader, reader
from rules.decision import Compared, Finding, Item, Part
from rules.expressions import Scope, evaluate
from rules.judge import Judgement, Truth, check, criteria_of, holds
from rules.model import (
    Condition,
    Const,
    Criterion,
    Edition,
    Expr,
    Leaf,
    Op,
    Ranking,
    Ref,
    Rule,
    Scorecard,
    ScoreItem,
    Table,
    Text,
)
from rules.values import Value


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A comparison as it will be shown: what is known beforehand, and how to read the rest off a record."""

    leaf: Leaf
    of: Compared
    value: Reader
    fixed: tuple[Value, ...] | None
    limits: tuple[Reader, ...]

    def part(self, truth: Truth, scope: Scope) -> Part:
        limits = self.fixed if self.fixed is not None else tuple(limit(scope) for limit in self.limits)
        return Part(self.of, self.value(scope), limits, truth[self.leaf])


@dataclass(frozen=True, slots=True)
class _Line:
    """A criterion as it will be shown."""

    criterion: Criterion
    item: Item
    comparisons: tuple[_Comparison, ...]

    def finding(self, truth: Truth, scope: Scope) -> Finding:
        criterion = self.criterion
        if criterion.when is None and criterion.condition is (only := self.comparisons[0]).leaf:  # most are as plain
            said = truth[only.leaf]
            verdict = said if said is None else said is not criterion.reject
            return Finding(self.item, verdict, (only.part(truth, scope),))
        applies = criterion.when is None or holds(criterion.when, truth) is not False
        parts = tuple([comparison.part(truth, scope) for comparison in self.comparisons])
        return Finding(self.item, check(criterion, truth), parts, applies)


class Writer:
    """Writes the findings of one rule. A ranking places records and finds nothing."""

    def __init__(self, rule: Rule, edition: Edition) -> None:
        self.rule, self.place = rule, Place(edition, rule.subject)
        body = rule.body
        criteria = () if isinstance(body, Ranking) else criteria_of(rule)
        role = "row" if isinstance(body, Table) else "criterion"
        self.lines = [self._line(criterion, role) for criterion in criteria]
        self.items: list[tuple[ScoreItem, Item, Compared | None]] = []
        if isinstance(body, Scorecard):
            self.vetoes = [self._line(veto, "veto") for veto in body.vetoes]
            self.ceilings = [self._line(ceiling, "ceiling") for ceiling in body.ceilings]
            self.items = [self._scored(item) for item in body.items]

    def _line(self, criterion: Criterion, role: str) -> _Line:
        item = Item(
            criterion.id, role, criterion.title, criterion.clause, criterion.set_by,
            criterion.group, criterion.group_title, criterion.reject, criterion.outcome,
        )  # fmt: skip
        return _Line(criterion, item, tuple(self._comparisons(criterion.condition)))

    def _comparisons(self, condition: Condition) -> Iterator[_Comparison]:
        if not isinstance(condition, Leaf):
            for part in condition.parts:
                yield from self._comparisons(part)
            return
        tests = condition.tests
        fixed = all(isinstance(limit, Const) for test in tests for limit in test.limits)
        yield _Comparison(
            condition,
            self._compared(condition.left, tuple(test.operator for test in tests)),
            reader(condition.left, self.place),
            tuple(_values([limit.value for limit in test.limits if isinstance(limit, Const)]) for test in tests)
            if fixed
            else None,
            tuple(reader(test.limits[0], self.place) for test in tests),
        )

    def _compared(self, expr: Expr, operators: tuple[str, ...] = ()) -> Compared:
        title = title_of(expr, self.place.edition, self.rule.subject, "")
        return Compared(path_of(expr), title, expr.type, operators)

    def _scored(self, item: ScoreItem) -> tuple[ScoreItem, Item, Compared | None]:
        shown = None if item.shown is None else self._compared(item.shown)
        return item, Item(item.id, "item", item.title, item.clause, item.set_by), shown

    def findings(self, truth: Truth, judgement: Judgement, scope: Scope) -> tuple[Finding, ...]:
        """One finding for every criterion, row, veto, item and ceiling, in the plan's order."""
        if not isinstance(self.rule.body, Scorecard):
            return tuple([line.finding(truth, scope) for line in self.lines])
        return (
            *(veto.finding(truth, scope) for veto in self.vetoes),
            *self._points(judgement, scope),
            *(ceiling.finding(truth, scope) for ceiling in self.ceilings),
        )

    def _points(self, judgement: Judgement, scope: Scope) -> Iterator[Finding]:
        for score, item, compared in self.items:
            points = judgement.points[score.id]
            known = True if points is not None else None
            seen: tuple[Part, ...] = ()
            if compared is not None and score.shown is not None:
                seen = (Part(compared, evaluate(score.shown, scope), (), known),)
            yield Finding(item, known, seen, True, points)


def _values(values: list[Value]) -> Value:
    return tuple(values) if len(values) > 1 else values[0]


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
