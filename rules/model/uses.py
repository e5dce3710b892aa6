"""Which facts and decisions an expression or a condition rests on, directly and through derived facts."""

from __future__ import annotations

from collections.abc import Iterator

from rules.judging.outcomes import criteria_of
from rules.model import (
    Assignment,
    Condition,
    Const,
    Criterion,
    Edition,
    Expr,
    Fact,
    Group,
    Leaf,
    Op,
    Ranking,
    Ref,
    Rule,
    Scorecard,
    ScoreItem,
    Table,
)

Used = tuple[str, Ref]  # the subject whose record it is read from, and the reference


def refs(thing: Expr | Condition | None, subject: str, own: str = "") -> Iterator[Used]:
    """Every reference written in an expression or condition, in the order written."""
    match thing:
        case None | Const():
            return
        case Ref():
            home = subject if thing.scope == "" else own if thing.scope == "own" else thing.scope
            yield home, thing
        case Leaf():
            yield from refs(thing.left, subject, own)
            for test in thing.tests:
                for limit in test.limits:
                    yield from refs(limit, subject, own)
        case Group():
            for part in thing.parts:
                yield from refs(part, subject, own)
        case Op():
            for arg in thing.args:
                yield from refs(arg, subject, own)
            inner = _inner(thing)
            yield from refs(thing.each, inner or subject, subject if inner else own)
            yield from refs(thing.where, inner or subject, subject if inner else own)


def _inner(op: Op) -> str:
    """The subject of the records an operation looks into, if it looks into a list."""
    return op.args[0].type.of if op.args and op.args[0].type.kind == "list" else ""


def fact_of(edition: Edition, subject: str, ref: Ref) -> Fact | None:
    """The fact a reference names; None where it names a decision or the date."""
    found = edition.subjects.get(subject) if ref.what == "fact" else None
    return None if found is None else found.facts.get(ref.name)


def behind(edition: Edition, used: Iterator[Used]) -> dict[tuple[str, str], Fact]:
    """The facts referred to, and those they are derived from, each once."""
    found: dict[tuple[str, str], Fact] = {}
    waiting = list(used)
    while waiting:
        subject, ref = waiting.pop(0)
        fact = fact_of(edition, subject, ref)
        if fact is not None and (subject, fact.name) not in found:
            found[subject, fact.name] = fact
            waiting += refs(fact.formula, subject)
    return found


def place(rule: Rule) -> str:
    """The subject whose records a rule's criteria speak of: a ranking's are those of its list."""
    return rule.body.over.type.of if isinstance(rule.body, Ranking) else rule.subject


def of_criterion(rule: Rule, criterion: Criterion) -> Iterator[Used]:
    """What a criterion, a row or an `otherwise` reads: its condition, whom it applies to, its outputs."""
    subject, own = place(rule), rule.subject
    yield from refs(criterion.condition, subject, own)
    yield from refs(criterion.when, subject, own)
    for expr in criterion.then.values():
        yield from refs(expr, subject, own)


def of_item(rule: Rule, item: ScoreItem) -> Iterator[Used]:
    """What an item of a scorecard reads."""
    yield from refs(item.shown, rule.subject)
    yield from refs(item.formula, rule.subject)
    for condition, worth in item.bands:
        yield from refs(condition, rule.subject)
        yield from refs(worth, rule.subject)


def of_rule(rule: Rule) -> Iterator[Used]:
    """Everything a decision reads."""
    for criterion in criteria_of(rule):
        yield from of_criterion(rule, criterion)
    match rule.body:
        case Table(otherwise=otherwise):
            yield from of_criterion(rule, otherwise)
        case Scorecard(items=items):
            for item in items:
                yield from of_item(rule, item)
        case Ranking(over=over, order=order):
            yield from refs(over, rule.subject)
            for key in order:
                yield from refs(key.by, place(rule), rule.subject)


def of_assignment(assignment: Assignment) -> Iterator[Used]:
    """Everything an assignment reads, of the records and of the bearers."""
    for dimension in assignment.balance:
        yield from refs(dimension.measure, assignment.subject)
    for ref in (assignment.share, assignment.most):
        yield from refs(ref, assignment.bearer)
