"""Finds items that can never decide: implied by another, covered by rows above, met by all or by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

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
    Rule,
    children,
    items_of,
    lists_of,
    parts_of,
    subject_read,
)
from rules.operations.operation import Span
from rules.problems.problem import Problems
from rules.values.exact import DATE
from rules.values.figures import told
from rules.values.text import Mark, Text
from rules.warnings.worlds import Space, Spans

MOST_COMPARED = 100  # items of a list that are held against each other: the time grows with their square


def check_limits(edition: Edition, problems: Problems) -> None:
    """Refuse limits beyond the values that there can be: all pass, or none, and a unit or a figure is mistaken."""
    things: list[Rule | Assignment | Fact] = [*edition.rules.values(), *edition.assignments.values()]
    things += (fact for subject in edition.subjects.values() for fact in subject.facts.values())
    spans = Spans(edition, "")
    for thing in things:
        marks = {one.id: one.mark for one in items_of(thing)} if isinstance(thing, Rule) else {}
        for part in parts_of(thing):
            for leaf, subject in _leaves(part.what, part.subject):
                if leaf.left.type.is_number or leaf.left.type == DATE:
                    check_limit(leaf, spans.within(subject).of(leaf.left), marks.get(part.item, thing.mark), problems)


def _leaves(thing: Expr | Condition, subject: str) -> Iterator[tuple[Leaf, str]]:
    if isinstance(thing, Leaf):
        yield thing, subject
    for child, inside in children(thing):
        yield from _leaves(child, inside or subject)


def check_limit(leaf: Leaf, span: Span, mark: Mark, problems: Problems) -> None:
    """Refuse the limits of a comparison that lie beyond the values there can be, told at a mark."""
    least, most = span
    if least == most:  # a constant is compared: a switch
        return
    for limit in (limit for test in leaf.tests for limit in test.limits if isinstance(limit, Const)):
        if (least is not None and limit.value < least) or (most is not None and limit.value > most):
            ends = [Text("…", "…") if end is None else told(end, leaf.left.type) for end in span]
            between = Text(*(" – ".join(pair) for pair in zip(*ends, strict=True)))
            problems.add(mark, "limit.beyond", limit=told(limit.value, limit.type), span=between)


def check_redundant(edition: Edition, problems: Problems) -> None:
    """Warn of items that change no decision."""
    for rule in edition.rules.values():
        space = Space(edition, subject_read(rule))
        if rule.body.rows:
            _rows(space, rule, problems)
            continue
        for criteria in lists_of(rule):  # a ceiling is kept to by failing its condition
            plain = [one for one in criteria if not _alone(space, rule, one, problems)]
            _implied(space, rule, plain[:MOST_COMPARED], problems)


def unmet(criterion: Criterion) -> Condition:
    """The condition under which a criterion is not met."""
    failed = criterion.condition if criterion.reject else Group("none", (criterion.condition,))
    return failed if criterion.when is None else Group("all", (criterion.when, failed))


def _alone(space: Space, rule: Rule, criterion: Criterion, problems: Problems) -> bool:
    """Whether a criterion is met by all, or by nobody whom it applies to, whatever else is asked."""
    if space.never(criterion.when):
        code = "warning.never_applies"
    elif space.never(unmet(criterion)):
        code = "warning.always_met"
    elif space.always(criterion.when, (unmet(criterion),)):
        code = "warning.nobody"
    else:
        return False
    problems.warn(criterion.mark, code, path=f"{rule.id}.{criterion.id}", id=criterion.id)
    return True


def _implied(space: Space, rule: Rule, criteria: Sequence[Criterion], problems: Problems) -> None:
    """A criterion says nothing new where another, with an outcome as strong, fails whenever it does."""
    strength = partial(_strength, rule)
    for number, criterion in enumerate(criteria):
        for other_number, other in enumerate(criteria):
            if other is criterion or strength(other) > strength(criterion):
                continue
            if not space.always(unmet(criterion), (unmet(other),)):
                continue
            mutual = strength(other) == strength(criterion) and space.always(unmet(other), (unmet(criterion),))
            if mutual and other_number > number:
                continue  # of two that say the same, the later one is reported
            code = "warning.same" if mutual else "warning.implied"
            problems.warn(criterion.mark, code, path=f"{rule.id}.{criterion.id}", id=criterion.id, other=other.id,
                          line=other.mark.line)  # fmt: skip
            break


def _strength(rule: Rule, criterion: Criterion) -> int:
    """The place of a criterion's outcome: of several that fail, the one with the least place decides."""
    return rule.strength.get(criterion.outcome or rule.role("not_met"), 0)


def _rows(space: Space, rule: Rule, problems: Problems) -> None:
    for number, row in enumerate(rule.body.rows):
        above, path = [one.condition for one in rule.body.rows[:number]], f"{rule.id}.{row.id}"
        if space.never(row.condition):
            problems.warn(row.mark, "warning.row_never", path=path, id=row.id)
        elif rule.body.hit == "first" and number < MOST_COMPARED and space.always(row.condition, above):
            problems.warn(row.mark, "warning.row_covered", path=path, id=row.id)
