"""Decisions as rows of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules import Decision
from rules.judging.decision import Finding
from rules.values.layout import Row, Span, row
from rules.values.text import Text
from rules.words.explanation import TONES
from rules.words.wording import Wording
from service.commands.common import Settings


def summary(decision: Decision, settings: Settings) -> list[Row]:
    """A decision as a row: subject, outcome, clauses; several rows for many reasons."""
    say = Wording(decision.edition, settings.lang)
    outcome = decision.rule.outcomes[decision.outcome]
    said = Span(say.text(outcome.title), TONES[outcome.role])
    first, *more = lines_of(reasons(decision, say), say)
    rest = [row("", "", "", Span(one, "dim")) for one in more]
    return [row(decision.subject_id or "-", say.text(decision.rule.title), said, Span(first, "dim")), *rest]


def lines_of(found: Sequence[str], say: Wording) -> list[str]:
    """Two reasons a line, to fit the screen."""
    pairs = [found[at : at + 2] for at in range(0, len(found), 2)]
    return [say.pick("；", "; ").join(pair) for pair in pairs] or [""]


def reasons(decision: Decision, say: Wording) -> list[str]:
    """Unmet or missing criteria with clauses; the deciding row of a table and its outputs; the chosen records."""
    if decision.missing:
        first, *others = [say.text(one.title) for one in decision.missing]
        more = say.pick(f"等 {len(others) + 1} 项", f" and {len(others)} more") if others else ""
        return [f"{say.pick('缺：', 'wanted: ')}{first}{more}"]
    if decision.ranking:
        return [say.pick("、", ", ").join(one.id for one in decision.ranking if one.chosen)]
    found = [one for one in decision.findings if one.applies and one.role != "item"]
    body = decision.rule.body
    if body.otherwise is None:
        return [f"{say.text(one.title)} {one.clause}" for one in found if one.verdict is False]
    hits = [one for one in found if one.verdict is True]
    if body.hit == "first":
        hits = hits[:1]
    values = [say.value(value, type, _codes(decision, name)) for name, (value, type) in decision.outputs.items()]
    if not hits and decision.findings:
        return [body.otherwise.clause, *values]
    return [*(f"{_own_title(one, say)}{one.clause}" for one in hits), *values]


def _own_title(finding: Finding, say: Wording) -> str:
    """The title of a row, unless it only repeats the title of its fact."""
    parts = finding.parts
    return "" if len(parts) == 1 and parts[0].title == finding.title else f"{say.text(finding.title)} "


def _codes(decision: Decision, output: str) -> Mapping[str, Text]:
    return decision.rule.body.outputs[output].choices
