"""An edition as items under lasting names: decisions, criteria, facts, readings, each with its sentences."""

from __future__ import annotations

from collections import Counter

from rules.model import (
    Assignment,
    Const,
    Criterion,
    Edition,
    Expr,
    Extracts,
    Fact,
    Group,
    Op,
    Report,
    Rule,
    criteria_of,
    subject_read,
)
from rules.model.places import Place, parts
from rules.operations import OPERATIONS
from rules.values.text import Text
from rules.words.kinds import body_of, kind_of
from rules.words.phrases import FIELDS, VALUES
from rules.words.sides import Item, Items, Side, Sides, Spoken, framed, untitled
from rules.words.wording import Wording


def items(edition: Edition) -> dict[str, Item]:
    """All items of an edition, by path."""
    sides = sides_of(edition)
    return {path: item for listed in (
        _plan(edition, sides),
        *(decision_items(rule, sides) for rule in edition.rules.values()),
        *(_facts(edition, name, sides) for name in edition.subjects),
        _texts(edition, sides),
        *(decision_items(one, sides) for one in edition.assignments.values()),
    ) for path, item in listed}  # fmt: skip


def beside(edition: Edition) -> dict[str, Item]:
    """What else an edition says, which is no rule and no text: whom it is about, its report, its extracts. By path, as
    items without sides."""
    subjects = {
        f"subjects.{one.name}": Item("subject", one.title, "", ("subjects", one.name), {})
        for one in edition.subjects.values()
    }
    empty = {"report": Report(), "extracts": Extracts(), "acknowledged": (), "after_lapse": False}
    said = [name for name, nothing in empty.items() if getattr(edition, name) != nothing]
    return subjects | {name: Item("plan", FIELDS[name], "", (name,), {}) for name in said}


def sides_of(edition: Edition) -> Sides:
    """Sides in Chinese and in English."""
    return Sides((Wording(edition, "zh"), Wording(edition, "en")))


def _plan(edition: Edition, sides: Sides) -> Items:
    for path, title, field, value in (
        ("from", Text("生效日", "In force from"), "effective_from", str(edition.effective_from)),
        ("to", Text("失效日", "In force to"), "effective_to",
         str(edition.effective_to) if edition.effective_to else VALUES["effective_to", None]),
        ("title", Text("方案名称", "Title of the plan"), "title", edition.title),
        ("issuer", Text("发文单位", "Issuer"), "issuer", edition.issuer),
        ("source", Text("来源文件", "Source"), "source", "; ".join(f"{a}: {b}" for a, b in edition.source.items())),
    ):  # fmt: skip
        yield f"plan.{path}", Item("plan", title, "", (field,), {"value": sides.text(value)})


def _texts(edition: Edition, sides: Sides) -> Items:
    for reading in edition.readings.values():
        chosen = sides.text(reading.readings.get(reading.chosen, reading.chosen), "chosen")
        place = ("readings", reading.id)
        yield f"readings.{reading.id}", Item("reading", reading.title, reading.clause, place, {"chosen": chosen})
    for clause in edition.clauses.values():
        title = f"{clause.id} {clause.heading}".strip()
        text = sides.text(clause.text, "text")
        place = ("clauses", clause.id)
        yield f"clauses.{clause.id}", Item("clause", Text(title, title), clause.id, place, {"text": text})


# --- facts


def _facts(edition: Edition, name: str, sides: Sides) -> Items:
    subject = edition.subjects[name].title
    for fact in edition.subjects[name].facts.values():
        title = Text(f"{subject.zh}·{fact.title.zh}", f"{subject.en}: {fact.title.en}")
        place = ("subjects", fact.subject, "facts", fact.name)
        yield f"{name}.{fact.name}", Item("fact", title, fact.clause, place, _fact(fact, sides))


def _fact(fact: Fact, sides: Sides) -> dict[str, Side]:
    counted, last = fact.counted, fact.last
    bounds = ("minimum", "maximum") if fact.given else ()
    sentences = {"value": sides.of(lambda say: value_of(fact, say), "formula", "dated", *bounds)}
    if counted is not None:
        sentences["counted"] = sides.of(lambda say: say.expr(counted, fact.subject), "counted")
    if last is not None:
        sentences["last"] = sides.of(lambda say: say.expr(last, fact.subject), "last")
    if fact.choices:
        sentences["choices"] = sides.titles(fact.choices, "choices")
    return sentences


def value_of(fact: Fact, say: Wording) -> str:
    """The formula of a fact, its values by date, or its bounds."""
    if fact.formula is not None:
        return say.expr(fact.formula, fact.subject, codes=fact.choices)
    dated = [(start, say.value(value, fact.type)) for start, value in fact.dated]
    if len(dated) == 1 and dated[0][0].year == 1:
        return dated[0][1]
    if dated:
        return say.pick("，", ", ").join(f"{start}{say.pick('起 ', ': ')}{value}" for start, value in dated)
    if fact.minimum is None and fact.maximum is None:
        return ""
    return " – ".join("…" if one is None else say.value(one, fact.type) for one in (fact.minimum, fact.maximum))


def ratio_of(fact: Fact) -> dict[str, Expr]:
    """The numerator and the denominator of a fact that is worked out as a ratio; nothing of any other."""
    op = fact.formula
    below = OPERATIONS[op.name].divisor if isinstance(op, Op) else None
    return {"numerator": op.args[0], "denominator": op.args[below]} if isinstance(op, Op) and below is not None else {}


# --- decisions


def as_in_the_plan(edition: Edition) -> list[Rule | Assignment]:
    """The decisions and assignments in the order of their clauses."""
    places = {clause: place for place, clause in enumerate(edition.clauses)}
    decided: list[Rule | Assignment] = [*edition.rules.values(), *edition.assignments.values()]
    return sorted(decided, key=lambda one: places.get(one.clause, len(places)))


def decision_items(one: Rule | Assignment, sides: Sides) -> Items:
    """A decision and all that it is made of."""
    field = "assignments" if isinstance(one, Assignment) else "rules"
    outcomes = {"choices": sides.titles(one.outcomes, "outcomes")}
    yield one.id, Item("decision", one.title, one.clause, (field, one.id), outcomes)
    if isinstance(one, Rule):
        yield from _criteria(one, sides)
    yield from kind_of(one).items(one, body_of(one), sides)


def _criteria(rule: Rule, sides: Sides) -> Items:
    """The criteria of all lists of a rule, each at its place."""
    place, otherwise = ("rules", rule.id, "body"), rule.body.otherwise
    alike = Counter(one.title for one in criteria_of(rule))
    for field, listed in (parts(rule.body) or {}).items():
        for one in listed if isinstance(listed, tuple) else ():
            if isinstance(one, Criterion):
                item = _criterion(rule, one, (*place, field, one.id), sides, alike=alike[one.title] > 1)
                yield f"{rule.id}.{one.id}", item
    if otherwise is not None:
        yield f"{rule.id}.otherwise", _criterion(rule, otherwise, (*place, "otherwise"), sides)


def _criterion(rule: Rule, one: Criterion, place: Place, sides: Sides, *, alike: bool = False) -> Item:
    subject, own, when = subject_read(rule), rule.subject, one.when
    limits = place[-2] == "ceilings"  # a ceiling lowers a grade: it forbids nothing
    sentences = {"condition": sides.of(lambda say: _condition(rule, one, say, limits=limits), "condition", "reject")}
    if when is not None:
        sentences["applies"] = sides.of(lambda say: say.condition(when, subject, own), "when")
    if one.outcome in rule.outcomes:
        row = one in rule.body.rows or one is rule.body.otherwise  # of any other, it follows where it is not met
        aspect = "ceiling" if limits else "outcome" if row else "unmet"
        sentences[aspect] = sides.text(rule.outcomes[one.outcome].title, "outcome")
    if one.then:
        sentences["then"] = sides.of(lambda say: _then(rule, one, say), "then")
    # rows are often called by the fact that they read
    title = sentences["condition"].text if alike else one.title
    return Item("item", title, one.clause, place, sentences)


def _condition(rule: Rule, one: Criterion, say: Wording, *, limits: bool) -> Spoken:
    condition, subject, own = one.condition, subject_read(rule), rule.subject
    whole = say.condition(condition, subject, own)
    if isinstance(condition, Group):
        frame = f"{condition.join} {condition.least}"
        each = tuple(say.condition(part, subject, own) for part in condition.parts)
    else:
        frame, each = framed(whole, one, say), (untitled(whole, one, say),)
    if one.reject and not limits:
        forbids = say.pick("不得：{}", "not: {}").format
        # "not" stands before every condition that it forbids; a part of a forbidden group is not forbidden by itself
        parts = () if isinstance(condition, Group) else tuple(map(forbids, each))
        return Spoken(forbids(whole), parts, f"not {frame}")
    return Spoken(whole, each, frame)


def _then(rule: Rule, one: Criterion, say: Wording) -> Spoken:
    outputs, subject = rule.body.outputs, subject_read(rule)
    given = []
    for name, expr in one.then.items():
        title, words = say.text(outputs[name].title), say.expr(expr, subject, codes=outputs[name].choices)
        colon = " " if isinstance(expr, Const) else say.pick("：", ": ")
        given.append(title if title == words else f"{title}{colon}{words}")
    return Spoken(say.pick("，", ", ").join(given), tuple(given), " ".join(one.then))
