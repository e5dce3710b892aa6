"""The items of an edition and their sides: sentences in both languages about some of the fields of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rules.model import Criterion, Outcome, ScoreItem
from rules.model.places import Place
from rules.values.text import Text
from rules.words.wording import Wording


class Spoken(NamedTuple):
    """A side in one language: as a whole, and in parts that can be compared with those of another under the same
    frame (the join of a condition, the outputs of a row)."""

    whole: str
    parts: tuple[str, ...] = ()
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence of an item about some of its fields. It is worded only when asked for."""

    words: Sequence[Wording]
    say: Callable[[Wording], str | Spoken]
    fields: tuple[Place, ...]  # seen from the item

    @property
    def spoken(self) -> tuple[Spoken, Spoken]:
        zh, en = (Spoken(one) if isinstance(one, str) else one for one in map(self.say, self.words))
        return zh, en

    @property
    def text(self) -> Text:
        return Text(*(one.whole for one in self.spoken))


@dataclass(frozen=True, slots=True)
class Item:
    """A part of an edition that a difference names, and its place."""

    kind: str  # plan | fact | decision | item | reading | clause
    title: Text
    clause: str
    place: Place
    sides: Mapping[str, Side]


Items = Iterator[tuple[str, Item]]  # by path


class Sides(tuple[Wording, ...]):
    """Makes sides in the languages of some wordings."""

    __slots__ = ()

    def of(self, say: Callable[[Wording], str | Spoken], *fields: str | Place) -> Side:
        """A side about fields; one without a field is about the item as a whole."""
        return Side(self, say, tuple((one,) if isinstance(one, str) else one for one in fields or ((),)))

    def text(self, text: Text | str, *fields: str | Place) -> Side:
        both = Text(text, text) if isinstance(text, str) else text
        return self.of(lambda say: say.text(both), *fields)

    def titles(self, named: Mapping[str, Outcome] | Mapping[str, Text], field: str) -> Side:
        """The titles of outcomes or choices."""
        titles = [one if isinstance(one, Text) else one.title for one in named.values()]
        return self.of(lambda say: say.pick("、", ", ").join(map(say.text, titles)), field)


def untitled(sentence: str, one: Criterion | ScoreItem, say: Wording) -> str:
    """A sentence without the title that it begins with, where that stands before it already."""
    return sentence.removeprefix(f"{say.text(one.title)}{say.pick(' ', ' is ')}")


def framed(sentence: str, one: Criterion | ScoreItem, say: Wording) -> str:
    """The frame of a sentence: the title left out of it, so that sentences about two facts are given whole."""
    return "" if untitled(sentence, one, say) == sentence else say.text(one.title)
