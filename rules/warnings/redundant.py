"""Finds items that can never decide: implied by another, covered by rows above, met by all or by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.model import Checklist, Condition, Criterion, Edition, Group, Rule, Scorecard, Table, subject_read
from rules.problems.problem import Problems
from rules.warnings.worlds import Space

MOST_COMPARED = 100  # items of a list that are held against each other: the time grows with their square


def check_redundant(edition: Edition, problems: Problems) -> None:
    """Warn of items that change no decision."""
    for rule in edition.rules.values():
        space = Space(edition, subject_read(rule))
        if isinstance(rule.body, Table):
            _rows(space, rule.body, problems)
            continue
        for criteria in _lists(rule):
            plain = [one for one in criteria if not _alone(space, one, problems)]
            _implied(space, rule, plain[:MOST_COMPARED], problems)


def _lists(rule: Rule) -> Iterator[Sequence[Criterion]]:
    """Lists whose criteria stand beside each other. A ceiling is kept to by failing its condition."""
    if isinstance(rule.body, Checklist):
        yield rule.body.criteria
    elif isinstance(rule.body, Scorecard):
        yield rule.body.vetoes
        yield rule.body.ceilings
    elif not isinstance(rule.body, Table):
        yield rule.body.eligible


def unmet(criterion: Criterion) -> Condition:
    """The condition under which a criterion is not met."""
    failed = criterion.condition if criterion.reject else Group("none", (criterion.condition,))
    return failed if criterion.when is None else Group("all", (criterion.when, failed))


def _alone(space: Space, criterion: Criterion, problems: Problems) -> bool:
    """Whether a criterion is met by all, or by nobody whom it applies to, whatever else is asked."""
    if space.never(criterion.when):
        problems.warn(criterion.mark, "warning.never_applies", id=criterion.id)
    elif space.never(unmet(criterion)):
        problems.warn(criterion.mark, "warning.always_met", id=criterion.id)
    elif space.always(criterion.when, (unmet(criterion),)):
        problems.warn(criterion.mark, "warning.nobody", id=criterion.id)
    else:
        return False
    return True


def _implied(space: Space, rule: Rule, criteria: Sequence[Criterion], problems: Problems) -> None:
    """A criterion says nothing new where another, with an outcome as strong, fails whenever it does."""
    strength = _strength(rule)
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
            problems.warn(criterion.mark, code, id=criterion.id, other=other.id, line=other.mark.line)
            break


def _strength(rule: Rule) -> _Strength:
    order = list(rule.outcomes)
    return _Strength(order[::-1] if isinstance(rule.body, Scorecard) else order, rule.role("not_met"))


class _Strength:
    """The place of a criterion's outcome: of several that fail, the one with the least place decides."""

    def __init__(self, order: list[str], usual: str) -> None:
        self.order, self.usual = order, usual

    def __call__(self, criterion: Criterion) -> int:
        outcome = criterion.outcome or self.usual
        return self.order.index(outcome) if outcome in self.order else 0


def _rows(space: Space, body: Table, problems: Problems) -> None:
    for number, row in enumerate(body.rows):
        above = [one.condition for one in body.rows[:number]]
        if space.never(row.condition):
            problems.warn(row.mark, "warning.row_never", id=row.id)
        elif body.hit == "first" and number < MOST_COMPARED and space.always(row.condition, above):
            problems.warn(row.mark, "warning.row_covered", id=row.id)
