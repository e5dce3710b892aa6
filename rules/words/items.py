"""An edition as items under lasting names: decisions, criteria, facts, readings, each with the sides that it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from rules.model import (
    Assignment,
    Criterion,
    Edition,
    Fact,
    Group,
    Key,
    Outcome,
    Ranking,
    Rule,
    Scorecard,
    ScoreItem,
    criteria_of,
    otherwise_of,
    outputs_of,
    subject_read,
)
from rules.model.places import Place, parts
from rules.values.exact import RATE
from rules.values.text import Lang, Text
from rules.words.fields import NONE, VALUES
from rules.words.wording import Wording

LANGS: tuple[Lang, Lang] = ("zh", "en")


class Spoken(NamedTuple):
    """A side in one language: as a whole, and in parts that can be compared with those of another under the same
    frame (the join of a condition, the outputs of a row)."""

    whole: str
    parts: tuple[str, ...] = ()
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What an item says about some of its fields. It is spoken only when asked for."""

    words: Sequence[Wording]
    say: Callable[[Wording], Spoken]
    fields: tuple[Place, ...]  # seen from the item

    @property
    def spoken(self) -> tuple[Spoken, Spoken]:
        zh, en = map(self.say, self.words)
        return zh, en

    @property
    def text(self) -> Text:
        return Text(*(one.whole for one in self.spoken))


@dataclass(frozen=True, slots=True)
class Item:
    """Something an edition says, and its place in it."""

    kind: str  # plan | fact | decision | item | reading | clause
    title: Text
    clause: str
    place: Place
    sides: Mapping[str, Side]


def items(edition: Edition) -> dict[str, Item]:
    """Everything an edition says, by path."""
    return dict(Speller(edition).items())


class Speller:
    """Spells out an edition in both languages."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.words = [Wording(edition, lang) for lang in LANGS]

    def items(self) -> Iterator[tuple[str, Item]]:
        edition = self.edition
        yield from self._plan()
        for rule in edition.rules.values():
            yield from self._rule(rule)
        for name, subject in edition.subjects.items():
            for fact in subject.facts.values():
                yield f"{name}.{fact.name}", self._fact(fact, subject.title)
        for reading in edition.readings.values():
            chosen = reading.readings.get(reading.chosen, Text(reading.chosen, reading.chosen))
            sides = {"chosen": self.text(chosen, "chosen")}
            place = ("readings", reading.id)
            yield f"readings.{reading.id}", Item("reading", reading.title, reading.clause, place, sides)
        for clause in edition.clauses.values():
            title = f"{clause.id} {clause.heading}".strip()
            sides = {"text": self.text(Text(clause.text, clause.text), "text")}
            place = ("clauses", clause.id)
            yield f"clauses.{clause.id}", Item("clause", Text(title, title), clause.id, place, sides)
        for assignment in edition.assignments.values():
            yield from self.assignment(assignment)

    # --- sides

    def side(self, say: Callable[[Wording], str | Spoken], *fields: str | Place) -> Side:
        """A side that speaks of fields; one without a field speaks of the item as a whole."""

        def spoken(words: Wording) -> Spoken:
            said = say(words)
            return Spoken(said) if isinstance(said, str) else said

        return Side(self.words, spoken, tuple((one,) if isinstance(one, str) else one for one in fields or ((),)))

    def text(self, text: Text, *fields: str | Place) -> Side:
        return self.side(lambda say: say.text(text), *fields)

    # --- items

    def _plan(self) -> Iterator[tuple[str, Item]]:
        edition = self.edition
        for path, title, field, value in (
            ("from", Text("生效日", "In force from"), "effective_from", edition.effective_from),
            ("to", Text("失效日", "In force to"), "effective_to", edition.effective_to or VALUES["effective_to", None]),
            ("title", Text("方案名称", "Title of the plan"), "title", edition.title),
            ("issuer", Text("发文单位", "Issuer"), "issuer", edition.issuer),
            ("source", Text("来源文件", "Source"), "source", "; ".join(f"{a}: {b}" for a, b in edition.source.items())),
        ):
            text = value if isinstance(value, Text) else Text(str(value), str(value))
            yield f"plan.{path}", Item("plan", title, "", (field,), {"value": self.text(text)})

    def _rule(self, rule: Rule) -> Iterator[tuple[str, Item]]:
        place = ("rules", rule.id)
        named = {"choices": self._titles(rule.outcomes, "outcomes")}
        yield rule.id, Item("decision", rule.title, rule.clause, place, named)
        otherwise = otherwise_of(rule)
        called = Counter(one.title for one in criteria_of(rule))
        for field, listed in (parts(rule.body) or {}).items():
            for one in listed if isinstance(listed, tuple) else ():
                if isinstance(one, Criterion):
                    at, alike = (*place, "body", field, one.id), called[one.title] > 1
                    yield f"{rule.id}.{one.id}", self._criterion(rule, one, at, alike=alike)
        if otherwise is not None:
            yield f"{rule.id}.otherwise", self._criterion(rule, otherwise, (*place, "body", "otherwise"))
        body = rule.body
        if isinstance(body, Scorecard):
            yield from self._scorecard(rule, body)
        if isinstance(body, Ranking):
            sides = {"order": self.side(lambda say: _order(rule, body, say), "order")}
            yield f"{rule.id}.order", Item("item", Text("排序", "Order"), rule.clause, (*place, "body"), sides)

    def _titles(self, named: Mapping[str, Outcome] | Mapping[str, Text], field: str) -> Side:
        titles = [one if isinstance(one, Text) else one.title for one in named.values()]
        return self.side(lambda say: say.pick("、", ", ").join(map(say.text, titles)), field)

    def _criterion(self, rule: Rule, one: Criterion, place: Place, *, alike: bool = False) -> Item:
        subject, own, when = subject_read(rule), rule.subject, one.when
        limits = place[-2] == "ceilings"  # a ceiling lowers a grade: it forbids nothing
        sides = {"condition": self.side(lambda say: _condition(rule, one, say, limits=limits), "condition", "reject")}
        if when is not None:
            sides["applies"] = self.side(lambda say: say.condition(when, subject, own), "when")
        if one.outcome in rule.outcomes:
            sides["ceiling" if limits else "outcome"] = self.text(rule.outcomes[one.outcome].title, "outcome")
        if one.then:
            sides["then"] = self.side(lambda say: _then(rule, one, say), "then")
        # rows are often called by the fact that they read
        title = sides["condition"].text if alike else one.title
        return Item("item", title, one.clause, place, sides)

    def _scorecard(self, rule: Rule, body: Scorecard) -> Iterator[tuple[str, Item]]:
        place = ("rules", rule.id, "body")
        for one in body.items:
            side = self.side(partial(_scored, rule, one), "formula", "bands", "shown")
            at = (*place, "items", one.id)
            yield f"{rule.id}.{one.id}", Item("item", one.title, one.clause, at, {"condition": side})
        for condition, grade in body.grades:
            side = self.side(partial(Wording.condition, condition=condition, subject=rule.subject), (0,))
            title = rule.outcomes[grade].title
            at = (*place, "grades", grade)
            yield f"{rule.id}.grades.{grade}", Item("item", title, rule.clause, at, {"condition": side})
        bounds = " – ".join("…" if one is None else str(one) for one in (body.least, body.most))
        sides = {"value": self.text(Text(bounds, bounds), "least", "most")}
        yield f"{rule.id}.total", Item("item", Text("总分", "Total"), rule.clause, place, sides)

    def _fact(self, fact: Fact, subject: Text) -> Item:
        counted, last = fact.counted, fact.last
        sides = {"value": self.side(lambda say: _value(fact, say), "formula", "dated", "minimum", "maximum")}
        if counted is not None:
            sides["counted"] = self.side(lambda say: say.expr(counted, fact.subject), "counted")
        if last is not None:
            sides["last"] = self.side(lambda say: say.expr(last, fact.subject), "last")
        if fact.choices:
            sides["choices"] = self._titles(fact.choices, "choices")
        title = Text(f"{subject.zh}·{fact.title.zh}", f"{subject.en}: {fact.title.en}")
        return Item("fact", title, fact.clause, ("subjects", fact.subject, "facts", fact.name), sides)

    def assignment(self, one: Assignment) -> Iterator[tuple[str, Item]]:
        """An assignment, what it balances, what a bearer can take, and what stays."""
        place, keep = ("assignments", one.id), one.keep
        yield (
            one.id,
            Item("decision", one.title, one.clause, place, {"choices": self._titles(one.outcomes, "outcomes")}),
        )
        for each in one.balance:
            sides = {
                "condition": self.side(partial(Wording.expr, expr=each.measure, subject=one.subject), "measure"),
                "weight": self.text(Text(str(each.weight), str(each.weight)), "weight"),
                "tolerance": self.side(partial(Wording.value, value=each.tolerance, type=RATE), "tolerance"),
            }
            yield f"{one.id}.{each.id}", Item("item", each.title, each.clause, (*place, "balance", each.id), sides)
        for name, title, ref in (
            ("share", Text("应担的份额", "Fair share"), one.share),
            ("most", Text("最多几个", "How many at most"), one.most),
        ):
            if ref is not None:
                side = self.side(partial(Wording.expr, expr=ref, subject=one.bearer))
                yield f"{one.id}.{name}", Item("item", title, one.clause, (*place, name), {"value": side})
        if keep is not None:
            title, sides = (
                Text("沿用上次分派", "What stays of the last assignment"),
                {"value": self.side(lambda say: say.value(keep, RATE))},
            )
            yield f"{one.id}.keep", Item("item", title, one.clause, (*place, "keep"), sides)


# --- how the sides read


def _condition(rule: Rule, one: Criterion, say: Wording, *, limits: bool) -> Spoken:
    condition, subject, own = one.condition, subject_read(rule), rule.subject
    whole = say.condition(condition, subject, own)
    if isinstance(condition, Group):
        frame, inner = f"{condition.join} {condition.least}", condition.parts
        spoken = [say.condition(part, subject, own) for part in inner]
    else:
        frame, spoken = _titled(whole, one, say), [_untitled(whole, one, say)]
    if one.reject and not limits:
        return Spoken(say.pick(f"不得 {whole}", f"not: {whole}"), tuple(spoken), f"not {frame}")
    return Spoken(whole, tuple(spoken), frame)


def _untitled(said: str, one: Criterion | ScoreItem, say: Wording) -> str:
    """A sentence without the title that it begins with, where that stands before it already."""
    return said.removeprefix(f"{say.text(one.title)}{say.pick(' ', ' is ')}")


def _titled(said: str, one: Criterion | ScoreItem, say: Wording) -> str:
    """The frame of a sentence: the title left out of it, so that sentences about two facts are told whole."""
    return "" if _untitled(said, one, say) == said else say.text(one.title)


def _then(rule: Rule, one: Criterion, say: Wording) -> Spoken:
    outputs, subject = outputs_of(rule), subject_read(rule)
    given = [
        f"{say.text(outputs[name].title)} {say.expr(expr, subject, codes=outputs[name].choices)}"
        for name, expr in one.then.items()
    ]
    return Spoken(say.pick("，", ", ").join(given), tuple(given), " ".join(one.then))


def _scored(rule: Rule, one: ScoreItem, say: Wording) -> Spoken:
    if one.formula is not None:
        return Spoken(say.expr(one.formula, rule.subject))
    bands = [(say.condition(at, rule.subject), say.expr(worth, rule.subject)) for at, worth in one.bands]
    whole = say.pick("；", "; ").join(f"{said} {worth}" for said, worth in bands)
    frame = _titled(bands[0][0], one, say) if bands else ""
    return Spoken(whole, tuple(f"{_untitled(said, one, say)} {worth}" for said, worth in bands), frame)


def _order(rule: Rule, body: Ranking, say: Wording) -> str:
    keys = ((_key(rule, one, say), say.text(VALUES.get(("first", one.first), NONE))) for one in body.order)
    return " > ".join(say.pick(f"{title}（{first}）", f"{title} ({first})") for title, first in keys)


def _key(rule: Rule, one: Key, say: Wording) -> str:
    """The value that a ranking goes by, behind its title where that is another."""
    title, by = say.text(one.title), say.expr(one.by, subject_read(rule), rule.subject)
    return title if title == by else f"{title}{say.pick('：', ': ')}{by}"


def _value(fact: Fact, say: Wording) -> str:
    if fact.formula is not None:
        return say.expr(fact.formula, fact.subject, codes=fact.choices)
    if fact.dated:
        return _dated(fact, say)
    if fact.minimum is None and fact.maximum is None:
        return ""
    low, high = ("…" if one is None else say.value(one, fact.type) for one in (fact.minimum, fact.maximum))
    return f"{low} – {high}"


def _dated(fact: Fact, say: Wording) -> str:
    shown = [(start, say.value(value, fact.type)) for start, value in fact.dated]
    if len(shown) == 1 and shown[0][0].year == 1:
        return shown[0][1]
    return say.pick("，", ", ").join(f"{start}{say.pick('起 ', ': ')}{value}" for start, value in shown)
