"""Common to all kinds of decision in columns: the verdicts of criteria, and the columns derived from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from rules.model import Criterion, Rule
from rules.table.errors import about
from rules.table.frame import Frame
from rules.table.numbers import Truth
from rules.table.values import every, untold


def verdicts_of(rule: Rule, criteria: Sequence[Criterion], frame: Frame) -> Mapping[str, Truth]:
    """The truth of each criterion, settled."""
    found = {}
    for criterion in criteria:
        with about(criterion.id, rule.id):
            found[criterion.id] = check(criterion, frame)
    return frame.settle(rule.id, found)


def check(criterion: Criterion, frame: Frame) -> Truth:
    """Whether a criterion is met; one that does not apply is."""
    verdict = frame.holds(criterion.condition)
    if criterion.reject:
        verdict = ~verdict
    return verdict if criterion.when is None else verdict | ~frame.holds(criterion.when)


def code(name: str) -> Any:
    """An outcome as a column that is the same in every row."""
    return ibis.literal(name)


def tell(rule: Rule, frame: Frame, outcome: Any, stage: str = "") -> Mapping[str, Any]:
    """Settle an outcome: much reads it."""
    return frame.settle(f"{rule.id}$told{stage}", {"outcome": outcome})


def strongest(rule: Rule, criteria: Sequence[Criterion], verdicts: Mapping[str, Truth]) -> list[tuple[Truth, Any]]:
    """From the strongest outcome of a criterion down: one that is not met gives it, else one that cannot be told
    hides what comes after."""
    levels: dict[str, list[Truth]] = {}
    for criterion in criteria:
        levels.setdefault(criterion.outcome or rule.role("not_met"), []).append(verdicts[criterion.id])
    cases = []
    for name in sorted(levels, key=lambda name: rule.strength[name]):
        together = every(levels[name])
        cases += [(~together, code(name)), (untold(together), code(rule.role("unknown")))]
    return cases
