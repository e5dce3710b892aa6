"""`village-credit policies show`: the editions there are, and the rules of one in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from rules import Edition
from rules.judging.decision import vars_of
from rules.model import (
    Assignment,
    Criterion,
    Fact,
    Op,
    Rule,
    items_of,
    subject_read,
)
from rules.model.uses import behind, read_by
from rules.operations import OPERATIONS
from rules.values.exact import plain
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import Text
from rules.words.items import decision_items, sides_of, value_of
from rules.words.phrases import FIELDS, VALUES, taken, tried
from rules.words.wording import Wording
from service.commands.common import Settings, common, one_of, reread
from service.commands.screen import as_json, show

FOLLOWING = {  # sides of an item behind the first
    "applies": Text("（适用于：{}）", " (where {})"),
    "outcome": Text(" → {}", " → {}"),
    "unmet": Text("；否则 → {}", "; otherwise → {}"),
    "least": Text("，最低 {}", ", at least {}"),
    "most": Text("，最高 {}", ", at most {}"),
    "missing": Text("；缺数据时 {}", "; {} where data is missing"),
    "ceiling": Text(" → 最高 {}", " → at most {}"),
    "then": Text("（{}）", " ({})"),
    **{name: Text(f"，{FIELDS[name].zh} {{}}", f", {FIELDS[name].en} {{}}") for name in ("weight", "tolerance")},
}


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
    rules = [one_of(decided, decision, "判定", "decision")] if decision else _as_in_the_plan(chosen, decided.values())
    derived = [fact for one in chosen.subjects.values() for fact in one.facts.values() if not fact.given]
    if decision:
        needed = behind(chosen, read_by(rules[0]))
        derived = [fact for fact in derived if (fact.subject, fact.name) in needed]
    if settings.json:
        items = [_assignment(chosen, one) if isinstance(one, Assignment) else _rule(chosen, one) for one in rules]
        as_json({**_summary(chosen), "rules": items, "facts": [_fact(chosen, fact) for fact in derived]})
        return
    say = Wording(chosen, settings.lang)
    head = line(Span(say.text(chosen.title), "title"), Span(f"  {chosen.id}", "dim"))
    show([head, *(line(Span(say.text(one), "unknown")) for one in tried(chosen))], settings.color)
    for rule in rules:
        show([line()], settings.color)
        show(list(_printed(rule, say)), settings.color)
    if derived:
        show(
            [
                line(),
                line(
                    Span(
                        settings.pick(
                            "推算的事实和规定的数值", "Facts worked out from others, and values that are set"
                        ),
                        "title",
                    )
                ),
            ],
            settings.color,
        )
        show((_derived(fact, say) for fact in derived), settings.color)


def _as_in_the_plan(edition: Edition, decided: Iterable[Rule | Assignment]) -> list[Rule | Assignment]:
    """The decisions in the order of their clauses."""
    places = {clause: place for place, clause in enumerate(edition.clauses)}
    return sorted(decided, key=lambda one: places.get(one.clause, len(places)))


def _derived(fact: Fact, say: Wording) -> Row:
    title = f"{say.text(say.edition.subjects[fact.subject].title)}{say.pick('·', ': ')}{say.text(fact.title)}"
    path = Span(f"{fact.subject}.{fact.name}", "dim")
    return row(Span(fact.clause, "dim"), title, value_of(fact, say), path, indent=2)


def _fact(edition: Edition, fact: Fact) -> dict[str, Any]:
    """A fact that no case gives, in words; a ratio with its numerator and denominator."""
    say = Wording(edition, "zh"), Wording(edition, "en")
    op = fact.formula
    top = OPERATIONS[op.name].divisor if isinstance(op, Op) else None
    parts = {} if top is None or not isinstance(op, Op) else {"numerator": op.args[0], "denominator": op.args[top]}
    return {
        "fact": f"{fact.subject}.{fact.name}", "clause": fact.clause, "title": vars_of(fact.title),
        **{one.lang: value_of(fact, one) for one in say},
        **{key: {one.lang: one.expr(part, fact.subject) for one in say} for key, part in parts.items()},
    }  # fmt: skip


def _list(settings: Settings) -> None:
    plans = settings.store().plans
    if settings.plan is not None:
        plans = {settings.plan: one_of(plans, settings.plan, "方案", "plan")}
    editions = [edition for plan in plans.values() for edition in plan]
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


def _printed(one: Rule | Assignment, say: Wording) -> Iterator[Line | Row]:
    """A decision and its items: of each its condition or value, whom it applies to, and what follows."""
    (_, head), *items = decision_items(one, sides_of(say.edition))
    subjects = (one.subject, one.bearer) if isinstance(one, Assignment) else (one.subject,)
    kinds = " → ".join(say.text(say.edition.subjects[name].title) for name in subjects)
    about = " · ".join((one.id, kinds, one.clause, *(say.text(how) for how in _how(one))))
    yield line(Span(say.text(head.title), "title"), Span(f"  {about}", "dim"))
    judged = one.balance if isinstance(one, Assignment) else items_of(one)
    readings = {f"{one.id}.{item.id}": item.reading for item in judged}
    for path, item in items:
        title, sides = say.text(item.title), {aspect: say.text(side.text) for aspect, side in item.sides.items()}
        first, *more = item.sides
        main = item.sides[first].spoken[0 if say.zh else 1]
        # the title stands before it, in whole or as its beginning
        words = say.pick("；", "; ").join(main.parts) if main.frame == title else main.whole
        words = "" if main.whole == title and "outcome" in sides else words
        words += "".join(say.text(FOLLOWING[one]).format(sides[one]) for one in more if one in FOLLOWING)
        if (reading := say.edition.readings.get(readings.get(path, ""))) is not None:
            words += f"{say.pick('；', '; ')}{say.text(taken(reading))}"
        yield row(Span(item.clause, "dim"), title, words.strip(), indent=2)


def _how(one: Rule | Assignment) -> Iterator[Text]:
    """How a table makes its answer, the clauses of its outputs, how many a ranking takes, and the full marks of
    a scorecard."""
    if isinstance(one, Assignment):
        return
    body = one.body
    for field in ("take", "ties") if body.order else ("hit", "by", "full_marks"):
        value = getattr(body, field, None)
        if (field, value) in VALUES:
            yield VALUES[field, value]
        elif value:
            name, shown = FIELDS[field], body.outputs[value].title if field == "by" else Text(f"{value}", f"{value}")
            yield Text(f"{name.zh} {shown.zh}", f"{name.en} {shown.en}")
    for output in body.outputs.values():
        if output.clause:
            yield Text(f"{output.title.zh} {output.clause}", f"{output.title.en} {output.clause}")


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
        "how": [vars_of(one) for one in _how(rule)],
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
