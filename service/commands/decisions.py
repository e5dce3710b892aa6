"""`village-credit decisions`: what can be decided, and which facts each decision needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from rules import Edition
from rules.judging.decision import vars_of
from rules.model import Rule
from rules.model.needs import needed
from rules.values.layout import Line, Row, Span, line, row
from rules.words.wording import Wording
from service.commands.common import Settings, common, one_of
from service.commands.screen import as_json, show


@click.command()
@click.argument("decision", required=False)
@common
def decisions(settings: Settings, decision: str | None) -> None:
    """能判定什么，各需要哪些事实 / what can be decided, and which facts each needs"""
    edition = settings.edition(settings.today())
    rules = [one_of(edition.rules, decision, "判定", "decision")] if decision else list(edition.rules.values())
    if settings.json:
        as_json([_needs(edition, rule) for rule in rules])
        return
    say = Wording(edition, settings.lang)
    for rule in rules:
        show(_listed(edition, rule, say), settings.color)


def _listed(edition: Edition, rule: Rule, say: Wording) -> Iterator[Line | Row]:
    subject = say.text(edition.subjects[rule.subject].title)
    yield line(Span(rule.id, "title"), f"  {say.text(rule.title)}", Span(f"  {subject} · {rule.clause}", "dim"))
    for (level, fact_name), fact in needed(edition, rule).items():
        whose = "" if level == rule.subject else f"{level}."
        unit = fact.type.unit or "|".join(fact.choices) or fact.type.kind
        yield row(f"{whose}{fact_name}", Span(unit, "dim"), say.text(fact.title), indent=2)


def _needs(edition: Edition, rule: Rule) -> dict[str, Any]:
    return {
        "decision": rule.id,
        "title": vars_of(rule.title),
        "subject": rule.subject,
        "clause": rule.clause,
        "rests_on": list(rule.needs),
        "outcomes": list(rule.outcomes),
        "facts": [
            {"subject": level, "fact": fact_name, "type": str(fact.type), "choices": list(fact.choices),
             "title": vars_of(fact.title)}
            for (level, fact_name), fact in needed(edition, rule).items()
        ],
    }  # fmt: skip
