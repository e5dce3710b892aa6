"""Writes out what a judgement rests on: a Finding per criterion, and what is missing where something is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rules.decision import Finding, Missing, Part
from rules.expressions import Scope, evaluate
from rules.judge import Judgement, Truth, check, holds
from rules.model import (
    Checklist,
    Condition,
    Const,
    Criterion,
    Expr,
    Leaf,
    Op,
    Ref,
    Rule,
    Scorecard,
    ScoreItem,
    Table,
    Text,
)


def findings(rule: Rule, truth: Truth, judgement: Judgement, scope: Scope) -> tuple[Finding, ...]:
    """One finding for every criterion, row, veto, item and ceiling, in the plan's order."""
    body = rule.body
    if isinstance(body, Checklist):
        return tuple(finding(criterion, "criterion", truth, scope) for criterion in body.criteria)
    if isinstance(body, Table):
        return tuple(finding(row, "row", truth, scope) for row in body.rows)
    if isinstance(body, Scorecard):
        return (
            *(finding(veto, "veto", truth, scope) for veto in body.vetoes),
            *(scored(item, truth, judgement, scope) for item in body.items),
            *(finding(ceiling, "ceiling", truth, scope) for ceiling in body.ceilings),
        )
    return ()


def finding(criterion: Criterion, role: str, truth: Truth, scope: Scope) -> Finding:
    applies = criterion.when is None or holds(criterion.when, truth) is not False
    return Finding(
        criterion.id,
        role,
        criterion.title,
        criterion.clause,
        criterion.set_by,
        criterion.group,
        check(criterion, truth),
        tuple(parts(criterion.condition, truth, scope)),
        applies,
        criterion.reject,
        None,
        criterion.outcome,
    )


def scored(item: ScoreItem, truth: Truth, judgement: Judgement, scope: Scope) -> Finding:
    points = judgement.points[item.id]
    shown = () if item.shown is None else (_part(item.shown, truth, scope, points is not None),)
    verdict = True if points is not None else None
    return Finding(
        item.id, "item", item.title, item.clause, item.set_by, "", verdict, shown, True, False, points
    )


def parts(condition: Condition, truth: Truth, scope: Scope) -> Iterator[Part]:
    if not isinstance(condition, Leaf):
        for part in condition.parts:
            yield from parts(part, truth, scope)
        return
    limits = [[evaluate(limit, scope) for limit in test.limits] for test in condition.tests]
    yield Part(
        _path(condition.left),
        title_of(condition.left, scope),
        evaluate(condition.left, scope),
        condition.left.type,
        tuple(test.operator for test in condition.tests),
        tuple(tuple(values) if len(values) > 1 else values[0] for values in limits),
        truth[condition],
    )


def _part(expr: Expr, truth: Truth, scope: Scope, known: bool) -> Part:
    return Part(_path(expr), title_of(expr, scope), evaluate(expr, scope), expr.type, (), (), known or None)


def _path(expr: Expr) -> str:
    return expr.path if isinstance(expr, Ref) else expr.name if isinstance(expr, Op) else ""


def title_of(expr: Expr, scope: Scope) -> Text:
    """The title of the fact or decision an expression names."""
    if not isinstance(expr, Ref):
        return Text("计算值", "computed value")
    if expr.what in ("outcome", "output"):
        return scope.edition.rules[expr.name].title
    if expr.what == "total":
        return Text("总分", "total points")
    if expr.what == "on":
        return Text("决定日期", "decision date")
    subject = scope.subject if expr.scope == "" else scope.own.subject if expr.scope == "own" else expr.scope
    own = scope.edition.subjects[subject]
    title = own.facts[expr.name].title
    if subject == scope.subject:
        return title
    return Text(f"{own.title.zh}{title.zh}", f"{own.title.en}: {title.en}")


def missing(expr: Expr, scope: Scope, path: str = "") -> Iterator[Missing]:
    """The given facts for want of which an expression is not known, and denominators that are zero."""
    if isinstance(expr, Const) or evaluate(expr, scope) is not None:
        return
    if isinstance(expr, Op):
        yield from _missing_in(expr, scope, path)
        return
    target = scope.named(expr.scope)
    here = f"{path}{expr.path}"
    if target is None:
        yield Missing(here, title_of(expr, scope), "not_given")
    elif expr.what in ("outcome", "output"):
        yield Missing(here, title_of(expr, scope), "not_decided")
    elif expr.what == "fact":
        fact = scope.edition.subjects[target.subject].facts[expr.name]
        if fact.formula is None:
            yield Missing(here, title_of(expr, scope), "not_given")
        else:
            prefix = f"{path}{expr.scope}." if expr.scope else path
            yield from missing(fact.formula, target, prefix)


def _missing_in(op: Op, scope: Scope, path: str) -> Iterator[Missing]:
    for arg in op.args:
        yield from missing(arg, scope, path)
    if op.name == "ratio" and evaluate(op.args[1], scope) == 0:
        yield Missing(f"{path}{_path(op.args[1])}", title_of(op.args[1], scope), "zero")
    if op.where is not None and op.name in ("choose", "holds"):
        yield from missing_for(op.where, scope, path)
    elif op.args and op.args[0].type.kind == "list":
        yield from _missing_inside(op, scope, path)


def _missing_inside(op: Op, scope: Scope, path: str) -> Iterator[Missing]:
    records = evaluate(op.args[0], scope)
    if records is None:
        return
    if not records:
        yield Missing(f"{path}{_path(op.args[0])}", title_of(op.args[0], scope), "empty")
    for number, record in enumerate(records):
        inner = scope.inside(op.args[0].type.of, record)
        here = f"{path}{_path(op.args[0])}[{record.get('id', number)}]."
        if op.each is not None:
            yield from missing(op.each, inner, here)
        if op.where is not None:
            yield from missing_for(op.where, inner, here)
    if op.name == "rank" and op.each is not None:
        yield from missing(op.each, scope, path)


def missing_for(condition: Condition, scope: Scope, path: str = "") -> Iterator[Missing]:
    """What is missing for a condition, over all its comparisons."""
    if isinstance(condition, Leaf):
        yield from missing(condition.left, scope, path)
        for test in condition.tests:
            for limit in test.limits:
                yield from missing(limit, scope, path)
    else:
        for part in condition.parts:
            yield from missing_for(part, scope, path)


def all_missing(
    rule: Rule, verdicts: Sequence[tuple[Criterion, bool | None]], judgement: Judgement, scope: Scope
) -> tuple[Missing, ...]:
    """Everything that is missing for a decision, each fact once."""
    found: dict[tuple[str, str], Missing] = {}

    def note(missed: Iterator[Missing]) -> None:
        for one in missed:
            found.setdefault((one.fact, one.why), one)

    for criterion, verdict in verdicts:
        if verdict is None:
            note(missing_for(criterion.condition, scope))
            if criterion.when is not None:
                note(missing_for(criterion.when, scope))
    for expr in judgement.unknown:
        note(missing(expr, scope))
    if isinstance(rule.body, Scorecard):
        for item in rule.body.items:
            if judgement.points[item.id] is None:
                for expr in _read_by(item):
                    note(missing(expr, scope))
    return tuple(found.values())


def _read_by(item: ScoreItem) -> list[Expr]:
    exprs: Mapping[bool, Expr | None] = {True: item.formula, False: item.shown}
    return [expr for expr in exprs.values() if expr is not None]
