"""`village-credit decisions`: what can be decided, and which facts each decision needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from rules import Edition
from rules.model.needs import needed
from rules.values.layout import Line, Row, Span, line, row
from rules.words.wording import Wording
from service.commands.common import Bad, Settings, common
from service.commands.screen import as_json, show


@click.command()
@click.argument("decision", required=False)
@common
def decisions(settings: Settings, decision: str | None) -> None:
    """能判定什么，各需要哪些事实 / what can be decided, and which facts each needs"""
    edition = settings.edition(settings.today())
    if decision is not None and decision not in edition.rules:
        known = ", ".join(edition.rules)
        raise Bad(f"没有判定 {decision}（现有：{known}）。", f"There is no decision {decision} (there are: {known}).")
    names = [decision] if decision else list(edition.rules)
    if settings.json:
        as_json([_needs(edition, name) for name in names])
        return
    say = Wording(edition, settings.lang)
    for name in names:
        show(list(_listed(edition, name, say)), settings.color)


def _listed(edition: Edition, name: str, say: Wording) -> Iterator[Line | Row]:
    rule = edition.rules[name]
    subject = say.text(edition.subjects[rule.subject].title)
    yield line(Span(name, "title"), f"  {say.text(rule.title)}", Span(f"  {subject} · {rule.clause}", "dim"))
    for (level, fact_name), fact in needed(edition, rule).items():
        whose = "" if level == rule.subject else f"{level}."
        unit = fact.type.unit or "|".join(fact.choices) or fact.type.kind
        yield row(f"{whose}{fact_name}", Span(unit, "dim"), say.text(fact.title), indent=2)


def _needs(edition: Edition, name: str) -> dict[str, Any]:
    rule = edition.rules[name]
    return {
        "decision": name,
        "title": {"zh": rule.title.zh, "en": rule.title.en},
        "subject": rule.subject,
        "clause": rule.clause,
        "rests_on": list(rule.needs),
        "outcomes": list(rule.outcomes),
        "facts": [
            {"subject": level, "fact": fact_name, "type": str(fact.type), "choices": list(fact.choices),
             "title": {"zh": fact.title.zh, "en": fact.title.en}}
            for (level, fact_name), fact in needed(edition, rule).items()
        ],
    }  # fmt: skip
