"""The headings that an edition knows: names, titles and declared words, cleaned of blanks, with their units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from rules.model import Column, Edition, Fact
from rules.table.columns import KEY, key_of
from rules.values.exact import NUMBERS
from rules.words.phrases import UNITS
from service.county.intake.forms import HAS, HAS_NOT, NO, TIMES, YES, Form
from service.county.intake.texts import squashed
from service.county.intake.units import MONEY, PERCENT, parted

IDS = (KEY, "编号")
NAMED = "name"  # the column of the names of records, by which those below may speak of them
NAMES = (NAMED, "名称")
MEMBER = "member__"
_MARKS = "*＊★"  # of columns that have to be filled in
_SHORTEST = 2  # letters that may be the end of a title
_ANSWER = "|".join(map(re.escape, YES | NO | HAS | HAS_NOT))
_WANTED = re.compile(r"[必选]填项?")
_DRESS = {  # in brackets behind a title, by the kind of its fact
    "boolean": re.compile(rf"({_ANSWER})[/、或]({_ANSWER})|{_WANTED.pattern}"),
    "date": re.compile(rf"年[-/.]?月[-/.]?日|y{{4}}[-/.]?mm?[-/.]?dd?|{_WANTED.pattern}"),
}


def asked(title: str) -> tuple[str, ...]:
    """The questions that yes or no answers as it does the title: 是否文明户 to 是文明户, 有无不良记录 to 有不良记录."""
    rest = title[1:]
    return (
        f"是否{title}",
        *({"是": (f"是否{rest}",), "有": (f"有无{rest}",), "已": (f"是否{rest}",)}.get(title[:1], ())),
    )


class Names:
    """The headings that an edition knows for the columns of one subject."""

    def __init__(self, edition: Edition, subject: str) -> None:
        self.edition, self.id, self.subject = edition, subject, edition.subjects[subject]
        self.above = self.subject.within
        self.columns: Mapping[str, Column] = edition.extracts.columns.get(subject, {})
        self.facts = {name: fact for name, fact in self.subject.facts.items() if fact.given}
        self.decided = {rule.id: rule for rule in edition.rules.values() if rule.subject == subject}
        self.names: dict[str, str] = {}  # those that say most surely what a column is come first
        for word, name in self._words():
            self.names.setdefault(squashed(word), name)
        self.ranks = {word: rank for rank, word in enumerate(self.names)}

    def _words(self) -> Iterator[tuple[str, str]]:
        yield from ((name, name) for name in (*self.facts, *self.decided))
        yield from ((title, name) for name, fact in self.facts.items() for title in fact.title)
        yield from ((word, KEY) for word in IDS)
        if self.above:
            title = self.edition.subjects[self.above].title
            yield from ((word, self.above) for word in (key_of(self.above), self.above, title.zh))
        yield from ((word, name) for name, column in self.columns.items() for word in column.headings)
        if (members := self.edition.extracts.members.get(self.id)) is not None:
            yield from ((word, MEMBER) for word in members.headings)
        yield from ((word, NAMED) for word in (*NAMES, *(self.subject.named or ())) if word not in self.facts)
        yield from ((one, name) for name, fact in self.facts.items() if fact.type.kind == "boolean"
                    for one in asked(fact.title.zh))  # fmt: skip
        if self.above:
            yield from ((word, self.above) for word in self.edition.subjects[self.above].named or ())

    @property
    def known(self) -> frozenset[str]:
        """All names that a column may have."""
        return frozenset((*self.names.values(), KEY, NAMED, *([self.above] if self.above else [])))

    def find(self, heading: str) -> tuple[str, Form, str] | None:
        """The column of a heading, with the form of its cells and the unit in its brackets; None where none fits."""
        word, unit = self._word(heading)
        if (name := self.names.get(word)) is None:
            return None
        form = self.form(name) if not unit else self.with_unit(name, unit) if name in self.facts else None
        return None if form is None else (name, form, unit)

    def rank(self, heading: str) -> int:
        """How surely a heading that is found says what its column is: of two, the lesser rank counts."""
        return self.ranks[self._word(heading)[0]]

    def _word(self, heading: str) -> tuple[str, str]:
        """The word of a heading, and the unit in its brackets; how cells are filled is no unit."""
        whole = squashed(heading).strip(_MARKS)
        if whole in self.names:
            return whole, ""
        word, unit = parted(whole) or (whole, "")
        word = word.strip(_MARKS)
        dress = _DRESS.get(self.kind(self.names.get(word, "")), _WANTED)
        return word, "" if dress.fullmatch(unit) else unit

    def ending(self, heading: str) -> tuple[str, ...]:
        """The columns that a heading may mean because it is the end of their words: 出生日期 is that of one title."""
        end = squashed(heading).strip(_MARKS)
        ends = (name for word, name in self.names.items() if word.endswith(end) and not end.isascii())
        return tuple(dict.fromkeys(ends)) if len(end) >= _SHORTEST else ()

    def title(self, name: str) -> str:
        """A column in Chinese, as a template heads it."""
        known = self.facts.get(name) or self.decided.get(name) or self.edition.subjects.get(name)
        return known.title.zh if known is not None else {KEY: IDS[1], NAMED: NAMES[1]}.get(name, name)

    def kind(self, name: str) -> str:
        """The kind of a fact; "" where a column holds none."""
        return self.facts[name].type.kind if name in self.facts else ""

    def form(self, name: str) -> Form:
        """How the cells of a column are filled, unless its heading says more."""
        column = self.columns.get(name, Column())
        means = {squashed(word): value for word, value in column.means.items()}
        blank = frozenset(squashed(word) for word in self.edition.extracts.blank) - means.keys()
        fact = self.facts.get(name)
        return Form(means=means, blank=blank, units=self._units(fact) if fact is not None else ())

    def _units(self, fact: Fact) -> tuple[str, ...]:
        unit, subject = fact.type.unit, self.edition.subjects.get(fact.type.unit)
        if fact.type.kind == "amount":
            return ("元",)
        words = (UNITS[unit].zh,) if unit in UNITS else ()
        titles = (subject.title.zh, f"个{subject.title.zh}", subject.title.zh[-1]) if subject is not None else (unit,)
        return tuple(dict.fromkeys(one for one in (*words, *titles, *self.OTHERS.get(unit, ())) if one))

    OTHERS: Mapping[str, tuple[str, ...]] = {"year": ("岁",), "month": ("月",), "day": ("日",), "household": ("户",)}

    def with_unit(self, name: str, unit: str) -> Form | None:
        """The form of a column whose numbers stand in a unit; None where its fact has another."""
        fact, form = self.facts[name], self.form(name)
        if fact.type.kind == "amount" and unit in MONEY:
            return replace(form, times=MONEY[unit])
        if fact.type.kind == "rate" and unit == PERCENT:
            return replace(form, percent=True)
        if fact.type.kind not in NUMBERS or fact.type.kind in ("amount", "rate"):
            return None
        times, bare = next(((number, unit[len(word):]) for word, number in TIMES.items() if word and
                            unit.startswith(word)), (1, unit))  # fmt: skip
        return replace(form, times=times) if bare in form.units else None
