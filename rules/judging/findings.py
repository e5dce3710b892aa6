"""Writes out what a judgement rests on: a Finding for every criterion, citing its clause.

What a finding always says (titles, operators, fixed limits) is worked out once for a rule; only the values seen and
the verdicts are filled in for a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.judging.decision import Compared, Finding, Item, Part, Ready
from rules.judging.evaluate import Scope, evaluate
from rules.judging.outcomes import Judgement, Truth, check, criteria_of, holds
from rules.judging.readers import Place, Reader, Reading
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
)
from rules.values.exact import POINTS, Type, Value
from rules.values.text import Text


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A comparison as it will be shown: what is known beforehand, and how to read the rest off a record."""

    leaf: Leaf
    of: Compared
    value: Reader
    fixed: tuple[Value, ...] | None
    limits: Reader

    @property
    def few(self) -> tuple[Value, ...]:
        """All values there can be to show, where they are few."""
        if self.fixed is None:
            return ()
        return (True, False) if self.of.type.kind == "boolean" else self.of.type.choices

    def part(self, said: bool | None, scope: Scope) -> Part:
        limits = self.limits(scope) if self.fixed is None else self.fixed
        return Part(self.of, self.value(scope), limits, said)


Line = Callable[[Truth, Scope], Finding]  # writes the finding on one criterion


def _line(criterion: Criterion, item: Item, comparisons: Sequence[_Comparison]) -> Line:
    """How to write the finding on a criterion."""
    if not criterion.plain:
        return _joined(criterion, item, comparisons)
    (only,) = comparisons
    return _looked_up(criterion, item, only) if only.few else _plain(criterion, item, only)


def _joined(criterion: Criterion, item: Item, comparisons: Sequence[_Comparison]) -> Line:
    def line(truth: Truth, scope: Scope) -> Finding:
        applies = criterion.when is None or holds(criterion.when, truth) is not False
        parts = tuple([comparison.part(truth[comparison.leaf], scope) for comparison in comparisons])
        return Finding(item, check(criterion, truth), parts, applies)

    return line


def _plain(criterion: Criterion, item: Item, only: _Comparison) -> Line:
    """A criterion that is one comparison, as most are. `_make` spares binding the arguments by name."""
    leaf, of, value, fixed, limits, reject = only.leaf, only.of, only.value, only.fixed, only.limits, criterion.reject
    part, finding = Part._make, Finding._make

    def line(truth: Truth, scope: Scope) -> Finding:
        said = truth[leaf]
        shown = part((of, value(scope), limits(scope) if fixed is None else fixed, said))
        return finding((item, said if said is None else said is not reject, (shown,), True, None))

    return line


def _looked_up(criterion: Criterion, item: Item, only: _Comparison) -> Line:
    """One comparison of a value that can only be one of a few: every finding there can be is written now."""
    leaf, value, limits = only.leaf, only.value, only.fixed or ()
    ready = {
        (said, seen): Ready(item, check(criterion, {leaf: said}), (Part(only.of, seen, limits, said),))
        for said in (True, False, None)
        for seen in (None, *only.few)
    }
    return lambda truth, scope: ready[truth[leaf], value(scope)]


class Writer:
    """Writes the findings of one rule, in one way of reading values. A ranking places records and finds nothing."""

    def __init__(self, rule: Rule, edition: Edition, reading: Reading) -> None:
        self.rule, self.place, self.reader = rule, Place(edition, rule.subject), reading
        self.types = _output_types(rule)
        body = rule.body
        criteria = () if isinstance(body, Ranking) else criteria_of(rule)
        role = "row" if isinstance(body, Table) else "criterion"
        self.lines = [self._line(criterion, role) for criterion in criteria]
        self.items: list[tuple[ScoreItem, Item, Compared | None]] = []
        if isinstance(body, Scorecard):
            self.vetoes = [self._line(veto, "veto") for veto in body.vetoes]
            self.ceilings = [self._line(ceiling, "ceiling") for ceiling in body.ceilings]
            self.items = [self._scored(item) for item in body.items]

    def _line(self, criterion: Criterion, role: str) -> Line:
        item = Item(
            criterion.id, role, criterion.title, criterion.clause, criterion.set_by,
            criterion.group, criterion.group_title, criterion.reject, criterion.outcome,
        )  # fmt: skip
        return _line(criterion, item, tuple(self._comparisons(criterion.condition)))

    def _comparisons(self, condition: Condition) -> Iterator[_Comparison]:
        if not isinstance(condition, Leaf):
            for part in condition.parts:
                yield from self._comparisons(part)
            return
        tests = condition.tests
        fixed = (
            tuple(_values([limit.value for limit in test.limits if isinstance(limit, Const)]) for test in tests)
            if all(isinstance(limit, Const) for test in tests for limit in test.limits)
            else None
        )
        yield _Comparison(
            condition,
            self._compared(condition.left, tuple(test.operator for test in tests), fixed),
            self.reader(condition.left, self.place),
            fixed,
            _together([self.reader(test.limits[0], self.place) for test in tests]),
        )

    def _compared(
        self, expr: Expr, operators: tuple[str, ...] = (), fixed: tuple[Value, ...] | None = None
    ) -> Compared:
        title = title_of(expr, self.place.edition, self.rule.subject, "")
        return Compared(path_of(expr), title, expr.type, operators, fixed)

    def _scored(self, item: ScoreItem) -> tuple[ScoreItem, Item, Compared | None]:
        shown = None if item.shown is None else self._compared(item.shown)
        return item, Item(item.id, "item", item.title, item.clause, item.set_by), shown

    def findings(self, truth: Truth, judgement: Judgement, scope: Scope) -> tuple[Finding, ...]:
        """One finding for every criterion, row, veto, item and ceiling, in the plan's order."""
        if not isinstance(self.rule.body, Scorecard):
            return tuple([line(truth, scope) for line in self.lines])
        return (
            *(veto(truth, scope) for veto in self.vetoes),
            *self._points(judgement, scope),
            *(ceiling(truth, scope) for ceiling in self.ceilings),
        )

    def _points(self, judgement: Judgement, scope: Scope) -> Iterator[Finding]:
        for score, item, compared in self.items:
            points = judgement.points[score.id]
            known = True if points is not None else None
            seen: tuple[Part, ...] = ()
            if compared is not None and score.shown is not None:
                seen = (Part(compared, evaluate(score.shown, scope), (), known),)
            yield Finding(item, known, seen, True, points)


def _together(readers: Sequence[Reader]) -> Reader:
    """Reads several values; most often it is one."""
    if len(readers) == 1:
        (only,) = readers
        return lambda scope: (only(scope),)
    return lambda scope: tuple([read(scope) for read in readers])


def _output_types(rule: Rule) -> Mapping[str, Type]:
    if isinstance(rule.body, Table):
        return {name: output.type for name, output in rule.body.outputs.items()}
    return {"total": POINTS} if isinstance(rule.body, Scorecard) else {}


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
        return Text("判定日期", "decision date")
    whose = subject if expr.scope == "" else own if expr.scope == "own" else expr.scope
    named = edition.subjects[whose]
    title = named.facts[expr.name].title
    if whose == subject:
        return title
    return Text(f"{named.title.zh}{title.zh}", f"{named.title.en}: {title.en}")
