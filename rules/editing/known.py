"""What an edition has names for, read from the text of its files, so that it is known of a draft with faults too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.editing.address import Data, Refused, entries, word
from rules.editing.texts import Texts, data_of, merged
from rules.model import CONSTANTS
from rules.values.text import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """A word that may be written in a place, and what it means."""

    word: str
    title: Text


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The data of the files by name; those that cannot be read are left out."""

    files: Mapping[str, Data]
    _made: dict[tuple[str, str, str], tuple[Choice, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Texts) -> Known:
        files = {}
        for file in texts.files:
            try:
                files[file] = data_of(merged(texts, file))
            except Refused:
                continue
        return cls(files)

    def choices(self, what: str, file: str, subject: str) -> tuple[Choice, ...]:
        """What there is of `what` (rules.shapes.Pattern.names), seen from a decision's file and a subject."""
        asked = (what, file, subject)
        if asked not in self._made:
            self._made[asked] = self._choices(what, file, subject)
        return self._made[asked]

    def _choices(self, what: str, file: str, subject: str) -> tuple[Choice, ...]:
        found = {
            "outcomes": lambda: titled(self._at(file, "outcomes")),
            "readings": lambda: titled(self._at("readings", "readings")),
            "subjects": lambda: titled(self._at("facts", "subjects")),
            "clauses": lambda: titled(self._at("clauses", "clauses")),
            "facts": lambda: self._facts(subject),
        }
        return tuple(found[what]()) if what in found else ()

    def fact(self, subject: str, name: str) -> Data:
        """The declaration of a fact as it is named from a subject; that of a decision says its outcomes; else ""."""
        owner, dot, rest = name.rpartition(".")
        owner = (subject if owner == "own" else owner) if dot else subject
        fact = self._at("facts", "subjects", owner, "facts", rest) or self._at("facts", CONSTANTS, rest)
        return fact or (self.files.get(rest, "") if self._at(rest, "outcomes") else "")

    def title(self, subject: str, name: str) -> Text | None:
        """What a fact, or a decision, is called."""
        return title_in(self.fact(subject, name))

    def codes(self, subject: str, name: str) -> tuple[Choice, ...]:
        """The codes that a fact, or a decision, comes out with."""
        fact = self.fact(subject, name)
        return tuple(titled(entries(fact).get("choices") or entries(fact).get("outcomes", "")))

    def output(self, decision: str, name: str) -> tuple[Text, tuple[Choice, ...]]:
        """What an output of a decision is called, and its codes; the name where it has no title."""
        said = self._at(decision, "outputs", name)
        return title_in(said) or Text(name, name), tuple(titled(entries(said).get("choices", "")))

    def _facts(self, subject: str) -> Iterator[Choice]:
        """The facts of a subject, the decisions about it, then those of the subjects around, and the constants."""
        yield from titled(self._at("facts", "subjects", subject, "facts"))
        for name, file in self.files.items():
            if entries(file).get("subject") == subject:
                yield Choice(name, title_in(file) or Text(name, name))
        around, seen = self._at("facts", "subjects", subject, "within"), {subject}
        while isinstance(around, str) and around and around not in seen:
            seen.add(around)
            for one in titled(self._at("facts", "subjects", around, "facts")):
                yield Choice(f"{around}.{one.word}", one.title)
            around = self._at("facts", "subjects", around, "within")
        yield from titled(self._at("facts", CONSTANTS))

    def _at(self, file: str, *steps: str) -> Data:
        data: Data = self.files.get(file, "")
        for step in steps:
            data = entries(data).get(step, "")
        return data


def titled(of: Data) -> Iterator[Choice]:
    for name, one in entries(of).items():
        yield Choice(name, title_in(one) or Text(name, name))


def title_in(of: Data) -> Text | None:
    """The title of an item; a clause has a heading instead, and a title may be all there is."""
    if heading := word(entries(of).get("heading", "")):
        return Text(heading, heading)
    title = entries(entries(of).get("title", of))
    zh, en = word(title.get("zh", "")), word(title.get("en", ""))
    return Text(zh, en) if zh else None
