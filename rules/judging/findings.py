"""Writes the findings of a judgement: one for every criterion, citing its clause.

The fixed parts (titles, operators, constant limits) are built once for a rule; values and verdicts are added for each
case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rules.judging.bounds import seen
from rules.judging.decision import Compared, Finding, Item, Part, Ready
from rules.judging.evaluate import Scope
from rules.judging.outcomes import Judgement, Truth, check, holds
from rules.judging.readers import Place, Reader, Reading
from rules.model import CONSTANTS, Condition, Const, Criterion, Edition, Expr, Leaf, Op, Ref, Rule, ScoreItem
from rules.values.exact import Value
from rules.values.text import Text


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A comparison as it will be shown: its fixed part, and readers for its value and limits."""

    leaf: Leaf
    of: Compared
    value: Reader
    fixed: tuple[Value, ...] | None
    limits: Reader

    @property
    def few(self) -> tuple[Value, ...]:
        """All values the comparison can show, where they can be listed."""
        if self.fixed is None:
            return ()
        return self.of.type.values

    def part(self, truth: bool | None, scope: Scope) -> Part:
        limits = self.limits(scope) if self.fixed is None else self.fixed
        value = self.value(scope)
        return Part(self.of, seen(self.leaf.left, scope) if value is None else value, limits, truth)


Write = Callable[[Scope, Judgement], Finding]  # writes the finding on one item
Placed = tuple[int, Write]  # after the place of the finding among all of the rule
Line = Callable[[Truth], Placed]  # chooses how: what is the same for all cases of one truth is settled once


def _line(place: int, criterion: Criterion, item: Item, comparisons: Sequence[_Comparison]) -> Line:
    """The line of a criterion."""
    if not criterion.plain:
        return lambda truth: (place, _joined(criterion, item, comparisons, truth))
    (only,) = comparisons
    settled = _looked_up if only.few else _plain
    writes = {holding: (place, settled(criterion, item, only, holding)) for holding in (True, False, None)}
    leaf = only.leaf
    return lambda truth: writes[truth[leaf]]


def _joined(criterion: Criterion, item: Item, comparisons: Sequence[_Comparison], truth: Truth) -> Write:
    applies = criterion.when is None or holds(criterion.when, truth) is not False
    verdict, held = check(criterion, truth), [(one, truth[one.leaf]) for one in comparisons]
    return lambda scope, _judgement: Finding(
        item, verdict, tuple([one.part(holding, scope) for one, holding in held]), applies
    )


def _plain(criterion: Criterion, item: Item, only: _Comparison, holding: bool | None) -> Write:
    """A criterion that is one comparison, as most are. Tuples are made directly: binding arguments takes longer."""
    left, of, value, fixed, limits = only.leaf.left, only.of, only.value, only.fixed, only.limits
    verdict, make = check(criterion, {only.leaf: holding}), tuple.__new__

    def write(scope: Scope, _judgement: Judgement) -> Finding:
        observed = value(scope)
        if observed is None:
            observed = seen(left, scope)
        return make(Finding, (item, verdict, ((of, observed, fixed or limits(scope), holding),), True, None))

    return write


def _looked_up(criterion: Criterion, item: Item, only: _Comparison, holding: bool | None) -> Write:
    """One comparison of a value with few possible values: every possible finding is built in advance."""
    value, limits, verdict = only.value, only.fixed or (), check(criterion, {only.leaf: holding})
    ready = {seen: Ready(item, verdict, (Part(only.of, seen, limits, holding),)) for seen in (None, *only.few)}
    return lambda scope, _judgement: ready[value(scope)]


def _scored(
    place: int, item: Item, shown: Expr | None, compared: Compared | None, stands: Sequence[tuple[Condition, Item]]
) -> Line:
    """An item that gives points, beside the value that they are given for. `stands` has the item as it is where a band
    holds, of bands that stand in another clause."""

    def write(scope: Scope, judgement: Judgement) -> Finding:
        points = judgement.points[item.id]
        known = True if points is not None else None
        parts = () if shown is None or compared is None else (Part(compared, seen(shown, scope), (), known),)
        at = next((stood for condition, stood in stands if scope.holds(condition)), item)
        return Finding(at, known, parts, True, points)

    placed = place, write
    return lambda _truth: placed


class Writer:
    """Writes the findings of one rule. `reading` gives the readers of values."""

    def __init__(self, rule: Rule, edition: Edition, reading: Reading) -> None:
        self.rule, self.place, self.reader = rule, Place(edition, rule.subject), reading
        listed = [(one, role) for name, role in rule.body.finding_roles.items() for one in getattr(rule.body, name)]
        self.lines = [self._line(n, one, role) for n, (one, role) in enumerate(listed)]
        self.open = {n: self.lines[n] for n, (one, _) in enumerate(listed) if not self._looked_up(one)}

    def _line(self, place: int, one: Criterion | ScoreItem, role: str) -> Line:
        if isinstance(one, Criterion):
            return _line(place, one, item_of(one, role), tuple(self._comparisons(one.condition)))
        item = Item(one.id, role, one.title, one.clause, one.set_by)
        apart = any((band.clause, band.set_by) != (one.clause, one.set_by) for band in one.bands)
        stands = [
            (band.condition, replace(item, clause=band.clause, set_by=band.set_by)) for band in one.bands if apart
        ]
        return _scored(place, item, one.shown, None if one.shown is None else self._compared(one.shown), stands)

    def _looked_up(self, one: Criterion | ScoreItem) -> bool:
        """Whether the finding follows from the given code or flag that is compared: it is then a Ready one."""
        return isinstance(one, Criterion) and one.plain and all(
            by.few and self.place.given(by.leaf.left) for by in self._comparisons(one.condition))  # fmt: skip

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
            _together([(test.limits[0], self.reader(test.limits[0], self.place)) for test in tests]),
        )

    def _compared(
        self, expr: Expr, operators: tuple[str, ...] = (), fixed: tuple[Value, ...] | None = None
    ) -> Compared:
        title = title_of(expr, self.place.edition, self.rule.subject, "")
        return Compared(path_of(expr), title, expr.type, operators, fixed)

    def findings(self, truth: Truth, judgement: Judgement, scope: Scope) -> tuple[Finding, ...]:
        """One finding for every item that has one, in the plan's order."""
        return tuple([write(scope, judgement) for _, write in [line(truth) for line in self.lines]])

    def ready(self, findings: Sequence[Finding]) -> tuple[Finding | None, ...]:
        """Of the findings on a case, those that every case with the same given codes and flags has; None for others."""
        return tuple([None if n in self.open else one for n, one in enumerate(findings)])

    def others(self, truth: Truth) -> tuple[Placed, ...]:
        """How the others are written, for all cases of one truth."""
        return tuple([line(truth) for line in self.open.values()])


def item_of(criterion: Criterion, role: str) -> Item:
    """The fixed part of every finding on a criterion."""
    return Item(
        criterion.id, role, criterion.title, criterion.clause, criterion.set_by,
        criterion.group, criterion.group_title, criterion.reject, criterion.outcome,
    )  # fmt: skip


def _together(limits: Sequence[tuple[Expr, Reader]]) -> Reader:
    """One reader of several limits, or of their ranges; a single one is the common case."""
    if len(limits) > 1:
        each = [_together([one]) for one in limits]
        return lambda scope: tuple([value for read in each for value in read(scope)])
    ((limit, read),) = limits

    def only(scope: Scope) -> Value:
        value = read(scope)
        return (seen(limit, scope) if value is None else value,)

    return only


def _values(values: list[Value]) -> Value:
    return tuple(values) if len(values) > 1 else values[0]


def path_of(expr: Expr) -> str:
    return expr.path if isinstance(expr, Ref) else expr.name if isinstance(expr, Op) else ""


def title_of(expr: Expr, edition: Edition, subject: str, own: str) -> Text:
    """The title of the fact or decision an expression names, seen from a record of a subject."""
    if not isinstance(expr, Ref):
        return Text("计算值", "computed value")
    if expr.what == "outcome":
        return edition.rules[expr.name].title
    if expr.what == "output":
        return _output_title(edition.rules[expr.name], expr.output)
    if expr.what == "total":
        return edition.rules[expr.name].body.outputs["total"].title
    if expr.what == "on":
        return Text("判定日期", "decision date")
    whose = subject if expr.scope == "" else own if expr.scope == "own" else expr.scope
    named = edition.subjects[whose]
    title = named.facts[expr.name].title
    if whose in (subject, CONSTANTS):
        return title
    return Text(f"{named.title.zh}{title.zh}", f"{named.title.en}: {title.en}")


def _output_title(rule: Rule, output: str) -> Text:
    """The title of an output, after that of its decision where they differ."""
    own = rule.body.outputs[output].title
    zh = own.zh if own.zh == rule.title.zh else f"{rule.title.zh}的{own.zh}"
    return Text(zh, own.en if own.en == rule.title.en else f"{rule.title.en}: {own.en}")
