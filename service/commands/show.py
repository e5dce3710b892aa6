"""`village-credit policies show`: the editions there are, and the rules of one in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from rules import Edition
from rules.judging.decision import vars_of
from rules.model import (
    Assignment,
    Criterion,
    Rule,
    Scorecard,
    ScoreItem,
    criteria_of,
    otherwise_of,
    outputs_of,
    subject_read,
)
from rules.values.exact import plain
from rules.values.layout import Line, Row, Span, line, row
from rules.words.fields import FIELDS
from rules.words.items import Speller
from rules.words.wording import Wording
from service.commands.common import Settings, common, one_of
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
    chosen = settings.named(edition) if edition else settings.edition(settings.today())
    decided: dict[str, Rule | Assignment] = {**chosen.rules, **chosen.assignments}
    rules = [one_of(decided, decision, "判定", "decision")] if decision else list(decided.values())
    if settings.json:
        items = (_assignment(chosen, one) if isinstance(one, Assignment) else _rule(chosen, one) for one in rules)
        as_json({**_summary(chosen), "rules": list(items)})
        return
    say = Wording(chosen, settings.lang)
    show([line(Span(say.text(chosen.title), "title"), Span(f"  {chosen.id}", "dim"))], settings.color)
    for rule in rules:
        show([line()], settings.color)
        show(_assigned(rule, say) if isinstance(rule, Assignment) else _printed(rule, say), settings.color)


def _list(settings: Settings) -> None:
    editions = [edition for plan in settings.store().plans.values() for edition in plan]
    rows = []
    for one in editions:
        until = str(one.effective_to or settings.pick("至今", "open"))
        count = settings.pick(f"{len(one.rules)} 项判定", f"{len(one.rules)} decisions")
        if number := len(one.assignments):
            count += settings.pick(f"，{number} 项分派", f", {number} assignment{'' if number == 1 else 's'}")
        title = one.title.get(settings.lang)
        rows.append(row(Span(one.id, "title"), f"{one.effective_from} – {until}", count, Span(title, "dim")))
    settings.tell([_summary(edition) for edition in editions], rows)


def _summary(edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition.id,
        "title": vars_of(edition.title),
        "effective": {"from": plain(edition.effective_from), "to": plain(edition.effective_to)},
        "sha256": edition.sha256,
        "decisions": [*edition.rules],
        "assignments": [*edition.assignments],
    }


def _printed(rule: Rule, say: Wording) -> Iterator[Line | Row]:
    subject = say.text(say.edition.subjects[rule.subject].title)
    about = Span(f"  {rule.id} · {subject} · {rule.clause}", "dim")
    yield line(Span(say.text(rule.title), "title"), about)
    for one in _rows(rule):
        text = say.condition(one.condition, subject_read(rule), rule.subject)
        text = text.removeprefix(f"{say.text(one.title)} ")  # it stands in the column before
        if one.reject:
            text = say.pick(f"不得：{text}", f"must not be so: {text}")
        if one.when is not None:
            when = say.condition(one.when, subject_read(rule), rule.subject)
            text = say.pick(f"{text}（适用于：{when}）", f"{text} (where {when})")
        outcome = rule.outcomes.get(one.outcome)
        follows = "" if outcome is None else f"→ {say.text(outcome.title)}"
        words = " ".join(filter(None, (text, follows, _given(one, rule, say))))
        yield row(Span(one.clause, "dim"), say.text(one.title), words, indent=2)
    if isinstance(rule.body, Scorecard):
        for item in rule.body.items:
            yield row(Span(item.clause, "dim"), say.text(item.title), _points(item, rule, say), indent=2)


def _rows(rule: Rule) -> tuple[Criterion, ...]:
    otherwise = otherwise_of(rule)
    return (*criteria_of(rule), *([] if otherwise is None else [otherwise]))


def _given(one: Criterion, rule: Rule, say: Wording) -> str:
    """The outputs of a row of a table."""
    outputs = outputs_of(rule)
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
    """The balanced measures of an assignment, with weight and tolerance, and its limits."""
    (_, head), *items = Speller(say.edition).assignment(one)
    kinds = " → ".join(say.text(say.edition.subjects[name].title) for name in (one.subject, one.bearer))
    yield line(Span(say.text(head.title), "title"), Span(f"  {one.id} · {kinds} · {one.clause}", "dim"))
    for _, item in items:
        texts = [
            f"{say.text(FIELDS[name])} {say.text(side.text)}" if name in FIELDS_SHOWN else say.text(side.text)
            for name, side in item.sides.items()
        ]
        yield row(Span(item.clause, "dim"), say.text(item.title), say.pick("，", ", ").join(texts), indent=2)


def _assignment(edition: Edition, one: Assignment) -> dict[str, Any]:
    _, *items = Speller(edition).assignment(one)
    set_by = {f"{one.id}.{each.id}": each.set_by for each in one.balance} | {f"{one.id}.keep": one.keep_set_by}
    return {
        **_head(one),
        "bearer": one.bearer,
        "items": [
            {"id": path.removeprefix(f"{one.id}."), "clause": item.clause, "title": vars_of(item.title),
             **{name: vars_of(side.text) for name, side in item.sides.items()},
             **({"set_by": dict.fromkeys(("zh", "en"), set_by[path])} if path in set_by else {})}
            for path, item in items
        ],
    }  # fmt: skip


def _head(rule: Rule | Assignment) -> dict[str, Any]:
    return {
        "decision": rule.id,
        "kind": rule.kind,
        "subject": rule.subject,
        "clause": rule.clause,
        "title": vars_of(rule.title),
        "outcomes": {one.id: vars_of(one.title) for one in rule.outcomes.values()},
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
