"""An edition spelled out as items under lasting names, each with its sides in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rules.model import Checklist, Criterion, Edition, Fact, Ranking, Rule, Scorecard, ScoreItem, Table
from rules.model.uses import place
from rules.values.text import Lang, Text
from rules.words.wording import Wording

Pair = tuple[str, str]
LANGS: tuple[Lang, Lang] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Item:
    """Something an edition says: a criterion, a fact, a reading."""

    kind: str  # plan | fact | decision | item | reading | clause
    title: Pair
    clause: str
    sides: Mapping[str, Pair]


def items(edition: Edition) -> dict[str, Item]:
    """Everything an edition says, by path."""
    found = dict(_plan(edition))
    words = [Wording(edition, lang) for lang in LANGS]
    for rule in edition.rules.values():
        found[rule.id] = _decision(rule)
        for name, item in Speller(rule, words).spelled().items():
            found[f"{rule.id}.{name}"] = item
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            found[f"{subject.name}.{fact.name}"] = _fact(fact, words, both(subject.title))
    for reading in edition.readings.values():
        chosen = reading.readings.get(reading.chosen, Text(reading.chosen, reading.chosen))
        found[f"readings.{reading.id}"] = Item("reading", both(reading.title), reading.clause, {"chosen": both(chosen)})
    for clause in edition.clauses.values():
        title = f"{clause.id} {clause.heading}".strip()
        found[f"clauses.{clause.id}"] = Item("clause", (title, title), clause.id, {"text": same(clause.text)})
    return found


def both(text: Text) -> Pair:
    return text.zh, text.en


def same(text: str) -> Pair:
    return text, text


def _plan(edition: Edition) -> Iterable[tuple[str, Item]]:
    def item(zh: str, en: str, value: Pair) -> Item:
        return Item("plan", (zh, en), "", {"value": value})

    until = edition.effective_to
    yield "plan.from", item("生效日", "In force from", same(edition.effective_from.isoformat()))
    yield "plan.to", item("失效日", "In force to", same(until.isoformat() if until else ""))
    yield "plan.title", item("方案名称", "Title of the plan", both(edition.title))
    yield "plan.issuer", item("发文单位", "Issuer", both(edition.issuer))
    yield "plan.source", item("来源文件", "Source", same(edition.source.get("sha256", "")))


def _decision(rule: Rule) -> Item:
    names = [outcome.title for outcome in rule.outcomes.values()]
    sides = {
        "title": both(rule.title),
        "clause": same(rule.clause),
        "type": same(rule.kind),
        "choices": ("、".join(one.zh for one in names), ", ".join(one.en for one in names)),
        **({"order": same(", ".join(one.id for one in rows_of(rule)))} if rule.kind == "table" else {}),
    }
    return Item("decision", both(rule.title), rule.clause, sides)


def rows_of(rule: Rule) -> tuple[Criterion, ...]:
    """The items of a decision that are conditions."""
    match rule.body:
        case Checklist(criteria=criteria):
            return criteria
        case Table(rows=rows, otherwise=otherwise):
            return (*rows, otherwise)
        case Scorecard(vetoes=vetoes, ceilings=ceilings):
            return (*vetoes, *ceilings)
        case Ranking(eligible=eligible):
            return eligible


def _fact(fact: Fact, words: list[Wording], subject: Pair) -> Item:
    formula, counted = fact.formula, fact.counted
    sides: dict[str, Pair] = {
        "title": both(fact.title),
        "type": same(str(fact.type)),
        "lever": same(fact.lever),
    }
    if formula is not None:
        sides["value"] = spelled(words, lambda say: say.expr(formula, fact.subject))
    elif fact.dated:
        sides["value"] = spelled(words, lambda say: _dated(fact, say))
    else:
        sides["value"] = spelled(words, lambda say: _range(fact, say))
    if counted is not None:
        sides["counted"] = spelled(words, lambda say: say.expr(counted, fact.subject))
    if fact.choices:
        titles = list(fact.choices.values())
        sides["choices"] = ("、".join(one.zh for one in titles), ", ".join(one.en for one in titles))
    if fact.about:
        sides["about"] = both(fact.about)
    title = (f"{subject[0]}·{fact.title.zh}", f"{subject[1]}: {fact.title.en}")
    return Item("fact", title, fact.clause, {name: side for name, side in sides.items() if any(side)})


def _dated(fact: Fact, say: Wording) -> str:
    shown = [(start, say.value(value, fact.type)) for start, value in fact.dated]
    if len(shown) == 1 and shown[0][0].year == 1:
        return shown[0][1]
    return say.pick("，", ", ").join(f"{start}{say.pick('起 ', ': ')}{value}" for start, value in shown)


def _range(fact: Fact, say: Wording) -> str:
    if fact.minimum is None and fact.maximum is None:
        return ""
    low, high = ("…" if one is None else say.value(one, fact.type) for one in (fact.minimum, fact.maximum))
    return f"{low} – {high}"


def spelled(words: list[Wording], say: Callable[[Wording], str]) -> Pair:
    zh, en = (say(one) for one in words)
    return zh, en


class Speller:
    """Spells out the items of one decision."""

    def __init__(self, rule: Rule, words: list[Wording]) -> None:
        self.rule, self.words, self.subject = rule, words, place(rule)

    def spelled(self) -> dict[str, Item]:
        body = self.rule.body
        found = {one.id or "otherwise": self._criterion(one) for one in rows_of(self.rule)}
        if isinstance(body, Scorecard):
            found |= {one.id: self._scored(one) for one in body.items}
            for condition, grade in body.grades:
                title = both(self.rule.outcomes[grade].title)
                said = spelled(self.words, lambda say, at=condition: say.condition(at, self.subject))  # type: ignore[misc]
                found[f"grades.{grade}"] = Item("item", title, self.rule.clause, {"condition": said})
            bounds = ["…" if one is None else str(one) for one in (body.least, body.most)]
            total = {"value": same(" – ".join(bounds))}
            found["total"] = Item("item", ("总分范围", "Range of the total"), self.rule.clause, total)
        if isinstance(body, Ranking):
            keys = [(one.title.zh, one.title.en) for one in body.order]
            order = (" > ".join(zh for zh, _ in keys), " > ".join(en for _, en in keys))
            sides = {"order": order, "take": same(str(body.take or "")), "ties": same(body.ties)}
            found["order"] = Item("item", ("排序", "Order"), self.rule.clause, sides)
        return found

    def _criterion(self, one: Criterion) -> Item:
        sides = {
            "condition": spelled(self.words, lambda say: self._condition(one, say)),
            "applies": spelled(self.words, lambda say: say.condition(one.when, self.subject) if one.when else ""),
            "outcome": both(self.rule.outcomes[one.outcome].title) if one.outcome in self.rule.outcomes else same(""),
            "then": spelled(self.words, lambda say: self._then(one, say)),
            "clause": same(one.clause),
            "set_by": same(one.set_by),
            "title": both(one.title),
        }
        return Item("item", both(one.title), one.clause, {name: side for name, side in sides.items() if any(side)})

    def _condition(self, one: Criterion, say: Wording) -> str:
        said = say.condition(one.condition, self.subject, self.rule.subject)
        return say.pick(f"不得 {said}", f"not: {said}") if one.reject else said

    def _then(self, one: Criterion, say: Wording) -> str:
        outputs = self.rule.body.outputs if isinstance(self.rule.body, Table) else {}
        return say.pick("，", ", ").join(
            f"{say.text(outputs[name].title)} {say.expr(expr, self.subject, codes=outputs[name].choices)}"
            for name, expr in one.then.items()
        )

    def _scored(self, one: ScoreItem) -> Item:
        formula = one.formula
        if formula is not None:
            said = spelled(self.words, lambda say: say.expr(formula, self.subject))
        else:
            said = spelled(self.words, lambda say: say.pick("；", "; ").join(self._bands(one, say)))
        sides = {
            "condition": said,
            "clause": same(one.clause),
            "set_by": same(one.set_by),
            "title": both(one.title),
        }
        return Item("item", both(one.title), one.clause, sides)

    def _bands(self, one: ScoreItem, say: Wording) -> list[str]:
        return [f"{say.condition(at, self.subject)} {say.expr(worth, self.subject)}" for at, worth in one.bands]
