"""A difference that no sentence tells: the name of its field, and its value as it was and as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Any

from rules.model import Comparison, Const, Edition, Group, Leaf, Op, Ref, subject_read
from rules.model.places import ABSENT, ORDER, Difference, Place, at, parts
from rules.values.exact import POINTS, RATE, Type, decimal_text, plain
from rules.values.text import Text
from rules.values.traits import PERSONAL_TRAITS
from rules.words.phrases import FIELDS, LISTED, NONE, VALUES
from rules.words.wording import Wording

TYPES = {"full_marks": POINTS, "least": POINTS, "missing": POINTS, "most": POINTS, "keep": RATE, "tolerance": RATE}

CODES = ("id", "group", "scatter_group")  # told as they are: something else may have the same id, and a title
WHOSE = {"total": "subject", "outcome": "decision", "by": "decision", "share": "shares"}  # settings of the report


class Untold:
    """Names fields and shows values of two editions in both languages."""

    def __init__(self, old: Edition, new: Edition, called: Mapping[Place, Text]) -> None:
        """`called` has the titles of items by their places."""
        self.old, self.new, self.called = old, new, called
        self.words = [[Wording(edition, lang) for edition in (old, new)] for lang in ("zh", "en")]
        self._editions = (new,) if old is new else (old, new)
        self._known: dict[tuple[int, Place], dict[Any, Text]] = {}  # what `_inside` found, by edition and place

    def name(self, one: Difference, skipped: int) -> Text:
        """The steps of a place behind the first few, by the titles of what they lead to."""
        steps: list[Text] = []
        thing: Any = self.new if at(self.new, one.place[:-1]) is not ABSENT else self.old
        titles = self._titles(one)
        for number, step in enumerate(one.place):
            field, thing = is_dataclass(thing), (parts(thing) or {}).get(step, ABSENT)
            if number >= skipped and step != "body":
                steps.append(self._step(step, thing, titles, field=field))
        return Text("·".join(step.zh for step in steps), " · ".join(step.en for step in steps))

    def _step(self, step: Any, thing: Any, titles: Mapping[Any, Text], *, field: bool) -> Text:
        if step is ORDER:
            return FIELDS["order"]
        if isinstance(step, int):
            return Text(f"第{step + 1}项", f"no. {step + 1}")
        if field:
            return FIELDS.get(step, Text(step, step))
        title = getattr(thing, "title", None)
        return title if isinstance(title, Text) else titles.get(step, Text(str(step), str(step)))

    def values(self, one: Difference) -> tuple[Text, Text]:
        """The value as it was and as it is: in words, or in codes where these read alike."""
        titles = self._titles(one)
        old, new = (
            Text(*(self._shown(value, one, titles, lang, side) for lang in (0, 1)))
            for side, value in enumerate((one.old, one.new))
        )
        if old.zh != new.zh and old.en != new.en:
            return old, new
        before, after = (self._code(value, one, side) for side, value in enumerate((one.old, one.new)))
        return Text(before, before), Text(after, after)

    def shown(self, one: Difference) -> Text:
        """The value as it is."""
        titles = self._titles(one)
        return Text(*(self._shown(one.new, one, titles, lang, 1) for lang in (0, 1)))

    def _code(self, value: Any, one: Difference, side: int) -> str:
        type = self._type(one, side)
        return figure(value, type) if type is not None and isinstance(value, int | Fraction) else notation(value)

    def _shown(self, value: Any, one: Difference, titles: Mapping[Any, Text], lang: int, side: int) -> str:
        say, field = self.words[lang][side], one.place[-1]
        if isinstance(value, str | bool | None) and (field, value) in VALUES:
            return say.text(VALUES[field, value])
        if field == "trait" and value in PERSONAL_TRAITS:
            return say.text(PERSONAL_TRAITS[value])
        if value is ABSENT or value is None or value in ("", ()):
            return say.text(NONE)
        if isinstance(value, Text):
            return say.text(value)
        if isinstance(value, str):
            return say.text(titles[value]) if value in titles and field not in CODES else value
        if isinstance(value, tuple) and all(isinstance(item, str | int) for item in value):
            return say.text(LISTED).join(say.text(titles[item]) if item in titles else str(item) for item in value)
        type = None if parts(value) or isinstance(value, tuple | list | Type) else self._type(one, side)
        return notation(value) if type is None else say.value(value, type)

    def _type(self, one: Difference, side: int) -> Type | None:
        """The type of the value at a place."""
        if isinstance((one.old, one.new)[side], bool):
            return Type("boolean")
        for length in range(len(one.place) - 1, -1, -1):
            thing = at((self.old, self.new)[side], one.place[:length])
            if isinstance(thing, Const) or (
                thing is not ABSENT and one.place[length] in ("dated", "minimum", "maximum")
            ):
                return thing.type  # type: ignore[no-any-return]
        return TYPES.get(one.place[-1])

    def _titles(self, one: Difference) -> dict[Any, Text]:
        """The titles of codes that may stand at a place, those nearest to it last."""
        titles: dict[Any, Text] = {}
        for number, edition in enumerate(self._editions):
            for length in range(len(one.place)):
                key = number, one.place[:length]
                if key not in self._known:
                    self._known[key] = _inside(at(edition, one.place[:length]))
                titles |= self._known[key]
            titles |= _beside(edition, one.place)
        if one.place[-1] == "name":
            titles |= self._referred(one.place[:-1])
        if one.place[-1] is ORDER:
            titles |= {place[-1]: title for place, title in self.called.items() if place[:-1] == one.place[:-1]}
        return titles

    def _referred(self, place: Place) -> dict[Any, Text]:
        """The titles of the facts that a reference reads before and after, which items may have as ids too."""
        titles: dict[Any, Text] = {}
        for edition, words in zip((self.old, self.new), zip(*self.words, strict=True), strict=True):
            ref, place_read = at(edition, place), reader(edition, place)
            if isinstance(ref, Ref):
                titles[ref.name] = Text(*(say.at(*place_read).reference(ref) for say in words))
        return titles


def _inside(thing: Any) -> dict[Any, Text]:
    """The titles that a thing gives to its parts, and to the codes and names that it maps."""
    inner = parts(thing) or {}
    named = [one for part in inner.values() if isinstance(part, Mapping) for one in part.items()]
    titles = (
        (name, one if isinstance(one, Text) else getattr(one, "title", None)) for name, one in (*inner.items(), *named)
    )
    return {name: title for name, title in titles if isinstance(title, Text)}


def _beside(edition: Edition, place: Place) -> dict[Any, Text]:
    """The titles of what the words of extracts are for, and of what a setting of the report takes from the subject or
    the decision named beside it."""
    if place[0] == "extracts":
        subject = next((edition.subjects[step] for step in place if step in edition.subjects), None)
        facts = [] if subject is None else [subject.facts[step] for step in place if step in subject.facts]
        return reduce(or_, map(_inside, facts), _inside(subject)) | {"id": FIELDS["id"]}
    if place[0] != "report":
        return {}
    name = getattr(at(edition, place[:-1]), WHOSE.get(place[-1], ""), "")
    rule = edition.rules.get(name)
    subject = edition.subjects.get(name if rule is None else rule.subject)
    return _inside(subject) | (_inside(rule) | _inside(rule.body) if rule is not None else {})


def reader(edition: Edition, place: Place) -> tuple[str, str]:
    """The subject whose record an expression is read of, and the one around its list."""
    kept, name = place[0], place[1]
    if kept == "rules":
        rule = edition.rules[name]  # the list of a ranking is a fact of the record that it is of
        subject, own = rule.subject if place[2:4] == ("body", "over") else subject_read(rule), rule.subject
    elif kept == "report":
        subject, own = _reported(edition, place), ""
    else:
        subject, own = (name if kept == "subjects" else edition.assignments[name].subject), ""
    for length, step in enumerate(place):
        thing = at(edition, place[:length])
        if isinstance(thing, Op) and thing.inside and step in ("each", "where"):
            subject, own = thing.inside, subject
    return subject, own


def _reported(edition: Edition, place: Place) -> str:
    """The subject that a condition of the report is about."""
    report, judged = edition.report, edition.rules.get(edition.report.titles)
    held = judged.subject if judged else ""
    about = {"funnel": report.funnel_subject, "expired": report.expired_subject, "held": held}
    return about.get(place[1]) or str(getattr(at(edition, place[:3]), "subject", ""))


def notation(thing: Any) -> str:
    """Anything of the model in an unambiguous notation of codes, brackets and exact figures, the same in all languages.

    `product(sum(savings, interest), 50%)`. Two things that differ never read alike."""
    match thing:
        case Const(value=value, type=type):
            return figure(value, type)
        case Ref():
            return thing.path if thing.what in ("fact", "outcome", "output") else f"{thing.what}({thing.path})"
        case Op():
            name = f"{thing.name}[{thing.option}]" if thing.option else thing.name
            inner = [notation(one) for one in thing.args]
            inner += [f"{key}: {notation(one)}" for key, one in (("each", thing.each), ("where", thing.where)) if one]
            return f"{name}({', '.join(inner)})"
        case Leaf():
            return f"{notation(thing.left)} {' & '.join(map(notation, thing.tests))}"
        case Comparison():
            return f"{thing.operator} {', '.join(map(notation, thing.limits))}"
        case Group():
            join = thing.join if not thing.least else f"{thing.join} {thing.least}"
            return f"{join}({'; '.join(map(notation, thing.parts))})"
        case Text():
            return f"{thing.zh} / {thing.en}"
        case Type():
            more = [", ".join(thing.choices), thing.ranked and "ranked", thing.of and f"of {thing.of}"]
            return " ".join([str(thing), *(f"[{one}]" for one in more if one)])
    return _collected(thing)


def _collected(thing: Any) -> str:
    if isinstance(thing, tuple | list):
        return f"[{', '.join(map(notation, thing))}]"
    inner = parts(thing)
    if inner is None:
        return str(thing)
    members = (
        f"{name}: {notation(one)}" for name, one in inner.items() if name != "mark" and one not in (None, "", ())
    )
    return f"{{{', '.join(members)}}}"


def figure(value: Any, type: Type) -> str:
    """A literal with all its digits, and its unit."""
    if not type.is_number:
        return str(plain(value))
    return (
        f"{decimal_text(value * 100, 12)}%" if type.kind == "rate" else f"{decimal_text(value, 12)} {type.unit}".strip()
    )
