"""What an edition says beside the sentences of its items: every field that no sentence tells, by its name.

The fields are found in the dataclasses of the model, so that a new one is told at once, by every reader of an edition
alike. A field that says what goes without saying (it is empty, or as it is where the plan is silent) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, NamedTuple

from rules.model import Condition, Const, Criterion, Dimension, Edition, Fact, Group, Leaf, Op, Ref, ScoreItem
from rules.model.decisions import Assignment, Grade, Outcome, Output, Rule
from rules.model.edition import Clause, Reading, Subject
from rules.model.expressions import Expr
from rules.model.places import FOLLOWING, Difference, Place, at, parts
from rules.values.exact import Type
from rules.values.kinds import said as named
from rules.values.text import Mark, Text
from rules.words.diff import Change, diff
from rules.words.phrases import FIELDS, SAME, UNITS, VALUES, read_as
from rules.words.sides import Item
from rules.words.untold import Untold, notation, reader

NODES = (Const, Ref, Op, Leaf, Group)
BESIDE: Mapping[type, frozenset[str]] = {  # fields that stand beside the sentence of an item: its path, title, clause
    Rule: frozenset({"id", "title", "clause"}),
    Assignment: frozenset({"id", "title", "clause"}),
    Criterion: frozenset({"id", "title", "clause"}),
    ScoreItem: frozenset({"id", "title", "clause"}),
    Dimension: frozenset({"id", "title", "clause"}),
    Grade: frozenset({"id", "clause"}),
    Fact: frozenset({"name", "subject", "title", "clause"}),
    Subject: frozenset({"name", "title"}),
    Reading: frozenset({"id", "title", "clause"}),
    Clause: frozenset({"id", "heading"}),
    Output: frozenset({"title"}),  # its other fields are named by it
}


class Particular(NamedTuple):
    """A field and its value, in words."""

    name: Text
    value: Text

    def get(self, lang: str) -> str:
        return f"{self.name.get(lang)}{'：' if lang == 'zh' else ': '}{self.value.get(lang)}"


Under = Callable[[str, str], Edition | None]


def nowhere(name: str, option: str) -> None:
    """Where the files of an edition are not at hand, it is not made under other readings."""


class Particulars:
    """The particulars of the items of one edition."""

    def __init__(self, edition: Edition, items: Mapping[str, Item], under: Under = nowhere) -> None:
        """`under` gives the edition under an option of a reading, so that what it changes is told in words."""
        self.edition, self._items, self._under = edition, items, under
        self._untold = Untold(edition, edition, {item.place: item.title for item in items.values()})
        self._changed: dict[tuple[tuple[str, str], ...], list[Change]] = {}  # by the readings of the other edition
        self._told: dict[Place, set[Place]] = {}  # of the item at a place, the fields that its sides tell
        for item in items.values():
            self._told.setdefault(item.place, set()).update(
                field for side in item.sides.values() for field in side.fields
            )

    def of(self, item: Item) -> Iterator[Particular]:
        """What the sides of an item leave out."""
        return self._below(item.place, at(self.edition, item.place), len(item.place))

    def _below(self, place: Place, thing: Any, skipped: int) -> Iterator[Particular]:
        within = place[skipped:]
        told = within in self._told[place[:skipped]]
        if (within and place in self._told) or (told and within != ("outcomes",)):  # of these, the titles are told
            return
        whole = isinstance(thing, (*NODES, Outcome)) or _texts(thing) or _is_change(place)
        inner = None if whole else parts(thing)
        if inner is None:
            one = Difference(place, thing, thing)
            yield Particular(self._untold.name(one, skipped), self._words(one))
            return
        usual = {one.name: one for one in fields(thing)} if is_dataclass(thing) else {}
        for step, part in inner.items():
            if step in usual and (step in BESIDE.get(type(thing), ()) or _goes_without_saying(usual[step], part)):
                continue
            yield from self._below((*place, step), part, skipped)

    def _words(self, one: Difference) -> Text:
        value = one.new
        if texts := _texts(value):
            return Text("；".join(text.zh for text in texts), "; ".join(text.en for text in texts))
        if isinstance(value, NODES):
            return Text(*(self._said(value, one.place, lang) for lang in (0, 1)))
        if one.place[-1] == "reading" and value in self.edition.readings:
            return read_as(self.edition.readings[value])
        if _is_change(one.place):
            return self._changes(one.place, value)
        if one.place[-1] in ("id", "name"):  # a code, and not what it is called
            return Text(str(value), str(value))
        if isinstance(value, Outcome):
            role = VALUES.get(("role", value.role), Text(value.role, value.role))
            return Text(f"{value.id}，{role.zh}", f"{value.id}, {role.en}")
        return self._type(value) if isinstance(value, Type) else self._untold.shown(one)

    def _changes(self, place: Place, value: Mapping[str, Any]) -> Text:
        """What an option of a reading changes: what the edition says otherwise under it; as the file says it where the
        edition cannot be made under it."""
        _, name, _, option = place
        if (other := self._under(name, option)) is None:
            return Text(*("; ".join(f"{self._item(path, lang)}: {notation(change)}" for path, change in value.items())
                          for lang in ("zh", "en")))  # fmt: skip
        if (under := tuple(other.under.items())) not in self._changed:
            self._changed[under] = diff(self.edition, other)
        decided = {path.partition(".")[0] for path in value} - self.edition.subjects.keys()
        changes = [
            one for one in self._changed[under]
            if one.aspect != "needs" and (one.path in value or one.path.partition(".")[0] in decided)
        ]  # fmt: skip
        return Text("；".join(one.text("zh") for one in changes) or SAME.zh,
                    "; ".join(one.text("en") for one in changes) or SAME.en)  # fmt: skip

    def _item(self, path: str, lang: str) -> str:
        """An item that a reading changes: by its title, too, where the plan has it."""
        item = self._items.get(path)
        return path if item is None else f"{item.title.get(lang)}{'（{}）' if lang == 'zh' else ' ({})'}".format(path)

    def _type(self, type: Type) -> Text:
        """A type; of a count what it counts, of a list whose records it has, of a choice whether its codes have an
        order."""
        title, ranked = named(type), FIELDS["ranked"]
        if type.kind == "count":
            subject = self.edition.subjects.get(type.unit)
            unit = UNITS.get(type.unit, Text(type.unit, type.unit)) if subject is None else subject.title
            return Text(title.zh.replace(f"`{type.unit}`", unit.zh), title.en.replace(type.unit, unit.en))
        if type.of in self.edition.subjects:
            of = self.edition.subjects[type.of].title
            return Text(f"{title.zh}（{of.zh}）", f"{title.en} ({of.en})")
        return Text(f"{title.zh}，{ranked.zh}", f"{title.en}, {ranked.en}") if type.ranked else title

    def _said(self, thing: Expr | Condition, place: Place, lang: int) -> str:
        subject, own = reader(self.edition, place)
        if subject not in self.edition.subjects:
            return notation(thing)
        say = self._untold.words[lang][1].at(subject, own)
        return say.condition(thing) if isinstance(thing, Leaf | Group) else say.expr(thing)


def _texts(thing: Any) -> list[Text]:
    """The texts of a mapping that has only such: they are told together."""
    values = [*thing.values()] if isinstance(thing, Mapping) else []
    return values if all(isinstance(one, Text) for one in values) else []


def _is_change(place: Place) -> bool:
    """Whether a place is what an option of a reading changes, which is told as a whole."""
    return place[0] == "readings" and place[2:3] == ("changes",) and len(place) > 3


def _goes_without_saying(field: Field[Any], value: Any) -> bool:
    if field.name in FOLLOWING or isinstance(value, Mark) or value is None or value in ("", ()) or value == {}:
        return True
    return field.default is not MISSING and type(value) is type(field.default) and value == field.default
