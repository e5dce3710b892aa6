"""`village-credit policies show`: the editions there are, and the rules of one in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from rules import Edition
from rules.model import (
    Assignment,
    Criterion,
    Rule,
    ScoreItem,
    criteria_of,
    subject_read,
)
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import Text
from rules.words.fields import FIELDS
from rules.words.items import Speller
from rules.words.wording import Wording
from service.commands.common import Bad, Settings, common
from service.commands.screen import as_json, show

FIELDS_SHOWN = ("weight", "tolerance")  # of an assignment: sides that their field names


@click.command("show")
@click.argument("edition", required=False)
@click.option("--decision", metavar="DECISION", help="只看一项判定 / one decision only")
@common
def show_edition(settings: Settings, edition: str | None, decision: str | None) -> None:
    """查看版本清单，或一个版本的全部规则 / list the editions, or print the rules of one"""
    if edition is None and decision is None:
        _list(settings)
        return
    found = settings.named(edition) if edition else settings.edition(settings.today())
    decided: dict[str, Rule | Assignment] = {**found.rules, **found.assignments}
    if decision is not None and decision not in decided:
        known = ", ".join(decided)
        raise Bad(f"没有判定 {decision}（现有：{known}）。", f"There is no decision {decision} (there are: {known}).")
    rules = [decided[decision]] if decision else list(decided.values())
    if settings.json:
        told = (_assignment(found, one) if isinstance(one, Assignment) else _rule(found, one) for one in rules)
        as_json({**_summary(found), "rules": list(told)})
        return
    say = Wording(found, settings.lang)
    show([line(Span(say.text(found.title), "title"), Span(f"  {found.id}", "dim"))], settings.color)
    for rule in rules:
        show([line()], settings.color)
        show(list(_assigned(rule, say) if isinstance(rule, Assignment) else _printed(rule, say)), settings.color)


def _list(settings: Settings) -> None:
    editions = [edition for found in settings.store().plans.values() for edition in found]
    if settings.json:
        as_json([_summary(edition) for edition in editions])
        return
    rows = []
    for one in editions:
        until = str(one.effective_to or settings.pick("至今", "open"))
        number = len(one.rules) + len(one.assignments)
        count = settings.pick(f"{number} 项判定", f"{number} decisions")
        title = one.title.get(settings.lang)
        rows.append(row(Span(one.id, "title"), f"{one.effective_from} – {until}", count, Span(title, "dim")))
    show(rows, settings.color)


def _summary(edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition.id,
        "title": {"zh": edition.title.zh, "en": edition.title.en},
        "effective": {
            "from": edition.effective_from.isoformat(),
            "to": edition.effective_to.isoformat() if edition.effective_to else None,
        },
        "sha256": edition.sha256,
        "decisions": [*edition.rules, *edition.assignments],
    }


def _printed(rule: Rule, say: Wording) -> Iterator[Line | Row]:
    subject = say.text(say.edition.subjects[rule.subject].title)
    about = Span(f"  {rule.id} · {subject} · {rule.clause}", "dim")
    yield line(Span(say.text(rule.title), "title"), about)
    for one in _rows(rule):
        said = say.condition(one.condition, subject_read(rule), rule.subject)
        said = said.removeprefix(f"{say.text(one.title)} ")  # it stands in the column before
        if one.reject:
            said = say.pick(f"不得：{said}", f"must not be so: {said}")
        if one.when is not None:
            when = say.condition(one.when, subject_read(rule), rule.subject)
            said = say.pick(f"{said}（适用于：{when}）", f"{said} (where {when})")
        outcome = rule.outcomes.get(one.outcome)
        follows = "" if outcome is None else f"→ {say.text(outcome.title)}"
        words = " ".join(filter(None, (said, follows, _given(one, rule, say))))
        yield row(Span(one.clause, "dim"), say.text(one.title), words, indent=2)
    for item in rule.body.items:
        yield row(Span(item.clause, "dim"), say.text(item.title), _points(item, rule, say), indent=2)


def _rows(rule: Rule) -> tuple[Criterion, ...]:
    return (*criteria_of(rule), *([] if rule.body.otherwise is None else [rule.body.otherwise]))


def _given(one: Criterion, rule: Rule, say: Wording) -> str:
    """What a row of a table gives."""
    outputs = rule.body.outputs
    given = [
        f"{say.text(outputs[name].title)} {say.expr(expr, rule.subject, codes=outputs[name].choices)}"
        for name, expr in one.then.items()
    ]
    return say.pick(f"（{'，'.join(given)}）", f"({', '.join(given)})") if given else ""


def _points(item: ScoreItem, rule: Rule, say: Wording) -> str:
    if item.formula is not None:
        return say.expr(item.formula, rule.subject)
    bands = (f"{say.condition(at, rule.subject)}: {say.expr(worth, rule.subject)}" for at, worth in item.bands)
    return say.pick("；", "; ").join(bands)


def _assigned(one: Assignment, say: Wording) -> Iterator[Line | Row]:
    """What an assignment balances, with weight and tolerance, and what bounds it."""
    (_, head), *items = Speller(say.edition).assignment(one)
    kinds = " → ".join(say.text(say.edition.subjects[name].title) for name in (one.subject, one.bearer))
    yield line(Span(say.text(head.title), "title"), Span(f"  {one.id} · {kinds} · {one.clause}", "dim"))
    for _, item in items:
        said = [
            f"{say.text(FIELDS[name])} {say.text(side.text)}" if name in FIELDS_SHOWN else say.text(side.text)
            for name, side in item.sides.items()
        ]
        yield row(Span(item.clause, "dim"), say.text(item.title), say.pick("，", ", ").join(said), indent=2)


def _assignment(edition: Edition, one: Assignment) -> dict[str, Any]:
    _, *items = Speller(edition).assignment(one)
    set_by = {f"{one.id}.{each.id}": each.set_by for each in one.balance} | {f"{one.id}.keep": one.keep_set_by}
    return {
        **_head(one),
        "bearer": one.bearer,
        "items": [
            {"id": path.removeprefix(f"{one.id}."), "clause": item.clause, "title": _both(item.title),
             **{name: _both(side.text) for name, side in item.sides.items()},
             **({"set_by": _both(Text(set_by[path], set_by[path]))} if path in set_by else {})}
            for path, item in items
        ],
    }  # fmt: skip


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _head(rule: Rule | Assignment) -> dict[str, Any]:
    return {
        "decision": rule.id,
        "kind": rule.kind,
        "subject": rule.subject,
        "clause": rule.clause,
        "title": {"zh": rule.title.zh, "en": rule.title.en},
        "outcomes": {one.id: {"zh": one.title.zh, "en": one.title.en} for one in rule.outcomes.values()},
    }


def _rule(edition: Edition, rule: Rule) -> dict[str, Any]:
    zh, en = Wording(edition, "zh"), Wording(edition, "en")
    return {
        **_head(rule),
        "items": [
            {
                "id": one.id,
                "clause": one.clause,
                "rejects": one.reject,
                "set_by": one.set_by,
                "zh": zh.condition(one.condition, subject_read(rule), rule.subject),
                "en": en.condition(one.condition, subject_read(rule), rule.subject),
            }
            for one in _rows(rule)
        ],
    }
