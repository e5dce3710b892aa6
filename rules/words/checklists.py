"""The words of a checklist in the rulebook, and the cells that criteria of all kinds of decision have there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.model import Checklist, Criterion, Dimension, Rule, ScoreItem
from rules.values.markdown import cell, table
from rules.words.wording import Wording

SET_BY = {"plan": "方案", "lender": "农信社（示例）"}


def lines(rule: Rule, body: Checklist, words: Wording) -> Iterator[str]:
    """The criteria of a checklist for the rulebook."""
    yield from criteria_lines(rule, body.criteria, words)


def criteria_lines(rule: Rule, criteria: Sequence[Criterion], words: Wording, otherwise: str = "") -> Iterator[str]:
    """Criteria as a table; `otherwise` is the consequence of all that are not met, where no outcome is."""
    rows = [
        (
            named(one),
            cell(_asked(one, words)),
            cell(one.group_title.zh if one.group_title else one.group),
            otherwise or outcome_of(rule, one.outcome or rule.role("not_met")),
            one.clause,
            SET_BY[one.set_by],
        )
        for one in criteria
    ]
    yield from table(("项目", "要求", "组", "不符合时", "条款", "数值由谁定"), rows)
    yield ""


def _asked(one: Criterion, words: Wording) -> str:
    asked = words.condition(one.condition)
    asked = f"不得：{asked}" if one.reject else asked
    return asked if one.when is None else f"{words.condition(one.when)}时：{asked}"


def named(one: Criterion | ScoreItem | Dimension) -> str:
    """The title and the id of an item."""
    return f"{cell(one.title.zh)} `{one.id}`"


def outcome_of(rule: Rule, outcome: str) -> str:
    return cell(rule.outcomes[outcome].title.zh) if outcome in rule.outcomes else ""
