"""Finds items that can never decide: implied by another, covered by rows above, met by all or by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rules.model import Condition, Criterion, Edition, Group, Rule, lists_of, subject_read
from rules.problems.problem import Problems
from rules.warnings.worlds import Space

MOST_COMPARED = 100  # items of a list that are held against each other: the time grows with their square


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
