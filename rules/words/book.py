"""An edition to look things up in: what an item says, since when, where a fact is used, what rests on a clause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import get_args

from rules.model import Edition
from rules.model.uses import read_by, read_by_items
from rules.values.text import Lang, NotFound
from rules.words.clauses import Trace, trace
from rules.words.items import beside, items
from rules.words.particulars import Particular, Particulars, Under, nowhere
from rules.words.searched import Word, searched
from rules.words.sentences import JOIN, sentence
from rules.words.sides import Item

STOPS = "。."


@dataclass(frozen=True, slots=True)
class Line:
    """An item and what it says, under its path: `decision`, `decision.item`, `subject.fact`, `readings.reading`."""

    path: str
    item: Item
    beside: Callable[[Item], Iterable[Particular]] = field(default=lambda _item: (), compare=False)

    def words(self, lang: Lang) -> str:
        return sentence(self.item, lang)

    @property
    def particulars(self) -> list[Particular]:
        """What the sentence leaves out."""
        return [*self.beside(self.item)]

    def whole(self, lang: Lang) -> str:
        """The sentence and the particulars, one after another: none keeps the full stop that it may end with."""
        told = (self.words(lang), *(one.get(lang) for one in self.particulars))
        return JOIN.get(lang).join(one.rstrip(STOPS) for one in told if one)


@dataclass(frozen=True, slots=True)
class Spell:
    """The time from a day on during which an item said the same; None where there was no such item."""

    edition: str
    start: date
    line: Line | None


class Book:
    """One edition among those of its plan, the oldest first."""

    def __init__(self, edition: Edition, editions: Sequence[Edition] = (), under: Under = nowhere) -> None:
        """`under` gives the edition under an option of a reading, as `Particulars` takes it."""
        self.edition, self._under = edition, under
        self._editions = editions or (edition,)

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """Every item of the edition, and what else it says, by path."""
        listed = items(self.edition) | beside(self.edition)
        told = Particulars(self.edition, listed, self._under)
        return {path: Line(path, item, told.of) for path, item in listed.items()}

    def line(self, path: str) -> Line:
        """The item of a path; NotFound where there is none."""
        if path not in self.lines:
            raise NotFound(f"版本 {self.edition.id} 里没有 {path}", f"edition {self.edition.id} has no {path}")
        return self.lines[path]

    def of_kind(self, *kinds: str) -> list[Line]:
        """The items of some kinds (plan, subject, fact, decision, item, reading) that say something."""
        return [line for line in self.lines.values() if line.item.kind in kinds and line.whole("zh")]

    def below(self, path: str) -> list[Line]:
        """The items that a decision or a subject is made of."""
        return [line for name, line in self.lines.items() if name.startswith(f"{path}.")]

    def history(self, path: str) -> list[Spell]:
        """What an item said in the editions of the plan, the oldest first; those that say the same are one."""
        spells: list[Spell] = []
        before = None
        for edition, found in self._all:
            line = Line(path, found[path]) if path in found else None
            said = line and line.words("zh")
            if said != before:
                spells.append(Spell(edition.id, edition.effective_from, line))
            before = said
        return spells

    @cached_property
    def uses(self) -> Mapping[str, Sequence[str]]:
        """The paths of the items and facts that read a fact or rest on a decision, by its path."""
        found: dict[str, dict[str, None]] = {}
        for path, used in self._reads():
            found.setdefault(used, {})[path] = None
        return {used: [*paths] for used, paths in found.items()}

    @cached_property
    def clauses(self) -> Mapping[str, Trace]:
        """The clauses in the plan's order, with what rests on each."""
        return {one.clause.id: one for one in trace(self.edition)}

    def search(self, text: str) -> list[Line]:
        """The items that have each word of a text in their title, words, clause or path, in either language. A word
        that is a figure finds what says that figure, however it is written."""
        asked = searched(text)
        return [line for line in self.lines.values() if asked and all(_has(line, one) for one in asked)]

    @cached_property
    def _all(self) -> list[tuple[Edition, Mapping[str, Item]]]:
        return [(one, items(one)) for one in self._editions]

    def _reads(self) -> Iterator[tuple[str, str]]:
        for rule in self.edition.rules.values():
            for item, refs in read_by_items(rule).items():
                path = f"{rule.id}.{item}" if item else rule.id
                for subject, ref in refs:
                    yield path, f"{subject}.{ref.name}" if ref.what == "fact" else ref.name
        for assignment in self.edition.assignments.values():
            for subject, ref in read_by(assignment):
                yield assignment.id, f"{subject}.{ref.name}" if ref.what == "fact" else ref.name
        for one in self.edition.subjects.values():
            for fact in one.facts.values():
                for subject, ref in read_by(fact):
                    yield f"{one.name}.{fact.name}", f"{subject}.{ref.name}" if ref.what == "fact" else ref.name


def _has(line: Line, word: Word) -> bool:
    said = [f"{line.item.title.get(lang)} {line.words(lang)}" for lang in get_args(Lang)]
    return word.in_text(f"{line.path} {line.item.clause}") or any(word.in_text(one) or word.said(one) for one in said)
