"""`village-credit policies show`: the editions there are, and the rules of one in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

import click

from rules import Edition
from rules.judging.decision import vars_of
from rules.model import (
    Assignment,
    Criterion,
    Fact,
    Rule,
    items_of,
    subject_read,
)
from rules.model.uses import behind, read_by
from rules.values.exact import plain
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import Lang, Text
from rules.variants.readings import others
from rules.words.book import STOPS, Book
from rules.words.book import Line as Told
from rules.words.items import as_in_the_plan, decision_items, ratio_of, sides_of, value_of
from rules.words.particulars import Under, nowhere
from rules.words.phrases import taken, tried
from rules.words.wording import Wording
from service.commands.common import Settings, common, one_of, reread, root_of
from service.commands.screen import as_json, show

DERIVED = Text("推算的事实和规定的数值", "Facts worked out from others, and values that are set")
GIVEN = Text("由外部提供的事实", "Facts that a case gives")
READINGS, PLAN = Text("解读", "Readings"), Text("方案", "The plan")
SPREAD = (READINGS, PLAN)  # whose items say too much for one line


@click.command("show")
@click.argument("edition", required=False)
@click.option("--decision", metavar="DECISION", help="只看一项判定 / one decision only")
@reread
@common
def show_edition(settings: Settings, edition: str | None, decision: str | None, readings: Mapping[str, str]) -> None:
    """查看版本清单，或一个版本的全部规则 / list the editions, or print the rules of one"""
    if edition is None and decision is None and not readings:
        _list(settings)
        return
    chosen = settings.named(edition, readings) if edition else settings.edition(settings.today(), readings)
    decided: dict[str, Rule | Assignment] = {**chosen.rules, **chosen.assignments}
    rules = [one_of(decided, decision, "判定", "decision")] if decision else as_in_the_plan(chosen)
    if settings.json:
        derived = [fact for one in chosen.subjects.values() for fact in one.facts.values() if not fact.given]
        if decision:
            needed = behind(chosen, read_by(rules[0]))
            derived = [fact for fact in derived if (fact.subject, fact.name) in needed]
        items = [_assignment(chosen, one) if isinstance(one, Assignment) else _rule(chosen, one) for one in rules]
        head = _summary(chosen, settings.last_day(edition, chosen))
        as_json({**head, "rules": items, "facts": [_fact(chosen, fact) for fact in derived]})
        return
    folder = root_of(edition, settings.policies) if edition else settings.policies
    for block in printed(chosen, settings.lang, decision, others(folder, chosen)):
        show(block, settings.color)


Block = list[Line | Row]


def printed(edition: Edition, lang: Lang, decision: str | None = None, under: Under = nowhere) -> Iterator[Block]:
    """All that an edition says but the text of its clauses; or a decision, and what it works out and rests on. `under`
    gives the edition under an option of a reading."""
    book, say = Book(edition, under=under), Wording(edition, lang)
    decided: dict[str, Rule | Assignment] = {**edition.rules, **edition.assignments}
    titled = line(Span(say.text(edition.title), "title"), Span(f"  {edition.id}", "dim"))
    yield [titled, *(line(Span(say.text(one), "unknown")) for one in tried(edition))]
    for one in as_in_the_plan(edition) if decision is None else [decided[decision]]:
        yield [line(), *_decided(book, one, lang)]
    facts = [fact for one in edition.subjects.values() for fact in one.facts.values()]
    if decision is not None:
        needed = behind(edition, read_by(decided[decision]))
        facts = [fact for fact in facts if (fact.subject, fact.name) in needed]
    sections = [(DERIVED, _facts(book, (fact for fact in facts if not fact.given)))]
    if decision is None:
        sections += [
            (GIVEN, _facts(book, (fact for fact in facts if fact.given))),
            (READINGS, book.of_kind("reading")),
            (PLAN, book.of_kind("plan", "subject")),
        ]
    for title, lines in sections:
        if lines:
            told = [part for one in lines for part in (_spread(one, lang) if title in SPREAD else [_line(one, lang)])]
            yield [line(), line(Span(say.text(title), "title")), *told]


def _facts(book: Book, facts: Iterable[Fact]) -> list[Told]:
    return [book.line(f"{fact.subject}.{fact.name}") for fact in facts]


def _line(told: Told, lang: Lang) -> Row:
    clause, path = Span(told.item.clause, "dim"), Span(told.path, "dim")
    return row(clause, told.item.title.get(lang), told.whole(lang), path, indent=2)


def _spread(told: Told, lang: Lang) -> Iterator[Line | Row]:
    """An item that says much: its sentence, then its particulars line by line."""
    clause, path, words = Span(told.item.clause, "dim"), Span(told.path, "dim"), told.words(lang)
    yield row(clause, told.item.title.get(lang), path, indent=2)
    alone = [one.get(lang) for one in told.particulars]
    each = alone if told.item.kind == "reading" else _particulars(told, lang)
    yield from (line(one, indent=4) for one in (words, *each) if one)


def _particulars(told: Told, lang: Lang) -> Iterator[str]:
    """The particulars, those of one thing in one line behind its name."""
    within, join = ("·", "；") if lang == "zh" else (" · ", "; ")
    named = [(one.name.get(lang).rpartition(within), one.value.get(lang).rstrip(STOPS)) for one in told.particulars]
    for head, ones in groupby(named, key=lambda one: one[0][0]):
        colon = "：" if lang == "zh" else ": "
        said = join.join(f"{name}{colon}{value}" for (_, _, name), value in ones)
        yield f"{head}  {said}" if head else said


def _fact(edition: Edition, fact: Fact) -> dict[str, Any]:
    """A fact that no case gives, in words; a ratio with its numerator and denominator."""
    say = Wording(edition, "zh"), Wording(edition, "en")
    return {
        "fact": f"{fact.subject}.{fact.name}", "clause": fact.clause, "title": vars_of(fact.title),
        **{one.lang: value_of(fact, one) for one in say},
        **{key: {one.lang: one.expr(part, fact.subject) for one in say} for key, part in ratio_of(fact).items()},
    }  # fmt: skip


def _list(settings: Settings) -> None:
    store = settings.store()
    plans = store.plans
    if settings.plan is not None:
        plans = {settings.plan: one_of(plans, settings.plan, "方案", "plan")}
    editions = [edition for plan in plans.values() for edition in plan]
    rows = []
    for one in editions:
        until = str(store.ends(one) or settings.pick("至今", "open"))
        count = settings.pick(f"{len(one.rules)} 项判定", f"{len(one.rules)} decisions")
        if number := len(one.assignments):
            count += settings.pick(f"，{number} 项分派", f", {number} assignment{'' if number == 1 else 's'}")
        title = one.title.get(settings.lang)
        rows.append(row(Span(one.id, "title"), f"{one.effective_from} – {until}", count, Span(title, "dim")))
    settings.tell([_summary(edition, store.ends(edition)) for edition in editions], rows)


def _summary(edition: Edition, ends: date | None) -> dict[str, Any]:
    return {
        "edition": edition.id,
        "title": vars_of(edition.title),
        "effective": {"from": plain(edition.effective_from), "to": plain(ends)},
        "sha256": edition.sha256,
        "decisions": [*edition.rules],
        "assignments": [*edition.assignments],
    }


def _decided(book: Book, one: Rule | Assignment, lang: Lang) -> Iterator[Line | Row]:
    """A decision and its items: of each its condition or value, whom it applies to, what follows, and the rest."""
    head = book.line(one.id)
    yield line(Span(head.item.title.get(lang), "title"), Span(f"  {one.id} · {one.clause}", "dim"))
    yield from (line(Span(one, "dim"), indent=2) for one in _particulars(head, lang))
    for told in book.below(one.id):
        item = told.item
        yield row(Span(item.clause, "dim"), item.title.get(lang), told.whole(lang), indent=2)


def _assignment(edition: Edition, one: Assignment) -> dict[str, Any]:
    _, *items = decision_items(one, sides_of(edition))
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
    """A decision with all its items, in the order of the words that are printed."""
    judged = {f"{rule.id}.{one.id}": one for one in items_of(rule) if isinstance(one, Criterion)}
    if rule.body.otherwise is not None:
        judged[f"{rule.id}.otherwise"] = rule.body.otherwise
    _, *items = decision_items(rule, sides_of(edition))
    return {
        **_head(rule),
        "particulars": [
            {"name": vars_of(one.name), "value": vars_of(one.value)} for one in Book(edition).line(rule.id).particulars
        ],
        "items": [
            {"id": path.removeprefix(f"{rule.id}."), "clause": item.clause, "title": vars_of(item.title),
             **(_criterion(edition, rule, judged[path]) if path in judged else {}),
             **{name: vars_of(side.text) for name, side in item.sides.items()}}
            for path, item in items
        ],
    }  # fmt: skip


def _criterion(edition: Edition, rule: Rule, one: Criterion) -> dict[str, Any]:
    reading = edition.readings.get(one.reading)
    zh, en = (say.condition(one.condition, subject_read(rule), rule.subject) for say in sides_of(edition))
    read = {} if reading is None else {"reading": vars_of(taken(reading))}
    return {"rejects": one.reject, "set_by": one.set_by, "zh": zh, "en": en, **read}
