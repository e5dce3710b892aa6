"""Checks the facts of a case against the fact dictionary, strictly and all at once, and gives exact values.

A fact that is missing is no error: it is unknown. A fact that is not of its type, not in its range, or not in the
dictionary is: the text "0.9" is no number, true is no 1, and a float has lost its exact value already. A number may be
given as a range, `{at_least: 268, at_most: 270}`; the ranges of a record stand in it under `RANGES`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.cases.errors import FactError, FactProblem
from rules.cases.ranges import narrowed
from rules.cases.reading import below, identity, range_of, unknown
from rules.judging.evaluate import Scope
from rules.judging.parts import Pair, parts_and_wholes
from rules.judging.reference import Reference
from rules.model import Edition, Fact
from rules.values.exact import RANGES, Range, Type, Value
from rules.values.kinds import KINDS, Read, Unread, not_among
from rules.values.limits import HUGE, MOST_RECORDS
from rules.words.wording import Wording

MOST_NESTED = 100  # steps of a pointer
HINTED = 100  # problems of a case; for names that are unknown beyond, nobody guesses which were meant

ALIEN = ("unknown_fact", "derived")  # of facts that an edition does not take
TOO_DEEP = ("too_deep", "记录嵌套得太深。", "Records are nested too deeply.")
NO_MAPPING = ("not_a_mapping", "这里要一组“事实: 值”。", "A mapping of facts is wanted here.")
REPEATED = ("repeated_id", "这个编号在列表里不止一次，无法判断以哪条记录为准。",
            "The id stands in the list more than once; which record is right?")  # fmt: skip
EMPTY_RANGE = ("empty_range", "没有数落在这个范围内：下限高于上限，或与它的总数、部分不符。",
               "No number lies in this range: its ends are reversed, or its whole or part contradicts it.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """The facts that a record of one subject may hold."""

    facts: dict[str, Fact]
    readers: dict[str, Read]  # of all facts but lists
    dates: tuple[str, ...]  # of the facts that may not lie after the day of the decision
    lists: tuple[tuple[str, str], ...]  # the facts that are lists, and the subjects of their records
    derived: list[Pair]  # parts and wholes of which one is worked out
    given: list[Pair]  # ... and those that a case gives itself
    around: tuple[str, ...]  # subjects whose record may stand in it, the nearest first
    conclusions: Mapping[str, Collection[str]]  # the outcomes of decisions, which may be given as facts
    names: frozenset[str]  # of facts and conclusions


class FactChecker:
    """Checks cases against the fact dictionary of one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.zh, self.en = edition, Wording(edition, "zh"), Wording(edition, "en")
        self.reference = Reference(edition)
        self.known = {subject: self._known(subject) for subject in edition.subjects}
        self.derived = any(known.derived for known in self.known.values())
        self.unknown = {rule.id: rule.role("unknown") for rule in edition.rules.values()}

    def _known(self, subject: str) -> _Known:
        given = {name: fact for name, fact in self.edition.subjects[subject].facts.items() if fact.given}
        parts = parts_and_wholes(self.edition, subject)
        rules = {rule.id: sorted(rule.outcomes) for rule in self.edition.rules.values() if rule.subject == subject}
        return _Known(
            given,
            {name: read for name, fact in given.items() if (read := self._reader(fact)) is not None},
            tuple(name for name, fact in given.items() if fact.type.kind == "date" and not fact.future),
            tuple((name, fact.type.of) for name, fact in given.items() if fact.type.kind == "list"),
            [pair for pair in parts if not pair.given],
            [pair for pair in parts if pair.given],
            self._around(subject),
            rules,
            frozenset((*given, *rules)),
        )

    def check(self, subject: str, facts: Any, on: date | None = None) -> dict[str, Any]:
        """The facts of a case as exact values; raises FactError with every problem found. `on`, the day of the
        decision, is the last day of every date that may not lie ahead."""
        problems: list[FactProblem] = []
        record = self._record(subject, facts, "", problems, self.known[subject].around)
        if on is not None:
            problems += self._ahead(subject, record, "", on)
        if not problems and self.derived:
            scope = Scope(self.edition, subject, record, on or self.edition.effective_from, self.reference)
            problems += self._worked_out(scope, "", daily=on is not None)
        if problems:
            raise FactError(tuple(problems))
        return record

    def check_beside(self, other: FactChecker, subject: str, facts: Any, on: date) -> dict[str, Any]:
        """The facts as `check` reads them, without those that only another edition takes: one case for both."""
        try:
            return self.check(subject, facts, on)
        except FactError as error:
            taken = {name for known in other.known.values() for name in known.facts}
            alien = [
                one.pointer for one in error.problems if one.code in ALIEN and one.pointer.rpartition("/")[2] in taken
            ]
            if len(alien) < len(error.problems):
                raise
        shared = deepcopy(facts)
        for pointer in alien:
            *above, name = pointer.split("/")[1:]
            record = shared
            for step in above:
                record = record[int(step) if isinstance(record, list) else step]
            del record[name]
        return self.check(subject, shared, on)

    def _around(self, subject: str) -> tuple[str, ...]:
        levels, level = list[str](), self.edition.subjects[subject].within
        while level and level not in levels:
            levels.append(level)
            level = self.edition.subjects[level].within
        return tuple(levels)

    def _record(
        self, subject: str, facts: Any, at: str, problems: list[FactProblem], around: tuple[str, ...]
    ) -> dict[str, Any]:
        if at.count("/") > MOST_NESTED or not isinstance(facts, Mapping):
            problems.append(FactProblem(at, *(TOO_DEEP if isinstance(facts, Mapping) else NO_MAPPING)))
            return {}
        known = self.known[subject]
        record: dict[str, Any] = {}  # `dict[str, Any]()` takes ten times as long
        ranges: dict[str, Range] = {}
        readers = known.readers
        for name, value in facts.items():
            if value is None and (name in known.names or name in around or (at and name == "id")):
                continue
            try:
                if (read := readers.get(name)) is not None:
                    given = read(value)
                    (ranges if isinstance(given, Range) else record)[name] = given
                elif name in known.facts:
                    record[name] = self._list(known.facts[name].type, value, below(at, name), problems)
                elif name in around:
                    record[name] = self._record(name, value, below(at, name), problems, ())
                elif name in known.conclusions:
                    if (outcome := self._conclusion(name, value, known.conclusions[name])) is not None:
                        record[name] = outcome
                elif name == "id" and at:
                    record[name] = identity(value)
                else:
                    few = len(problems) < HINTED  # to guess what was meant takes a comparison with every name
                    names = [*known.facts, *around, *known.conclusions] if few else []
                    raise unknown(name, names, self.edition.subjects[subject].facts)
            except Unread as unread:
                here = below(at, name)
                problems += [FactProblem(here + place, *reason) for place, reason in unread.reasons.items()]
        if ranges:
            pairs = [(pair.part, pair.whole) for pair in known.given]
            values, kept, empty = narrowed(record, ranges, known.facts, pairs)
            problems += [FactProblem(below(at, name), *EMPTY_RANGE) for name in empty]
            record |= values | ({RANGES: kept} if kept else {})
        problems += self._contradicting(known, record, at)
        return record

    def _contradicting(self, known: _Known, record: Mapping[str, Any], at: str) -> list[FactProblem]:
        """The contradictions of parts and wholes that a case gives itself."""
        return [
            self._exceeding(pair.part, pair.whole, value, most, f"{at}/{pair.part.name}")
            for pair in known.given
            if (value := record.get(pair.part.name)) is not None
            and (most := record.get(pair.whole.name)) is not None
            and value > most
            and all(record.get(name) is None for name in pair.between)
        ]

    def _worked_out(self, scope: Scope, at: str, *, daily: bool) -> Iterator[FactProblem]:
        """The contradictions of parts and wholes of which one is derived, in the records around and in lists too;
        `daily` those that go by the day as well."""
        known, record = self.known[scope.subject], scope.record
        for pair in known.derived:
            values = pair.worked_out(scope) if daily or not pair.daily else None
            if values is not None and None not in values and values[0] > values[1]:
                name = pair.named(record.keys() | record.get(RANGES, {}))
                yield self._exceeding(pair.part, pair.whole, *values, f"{at}/{name}")
        for name, of in known.lists:
            for place, one in enumerate(record.get(name, ())):
                yield from self._worked_out(scope.inside(of, one), f"{at}/{name}/{place}", daily=daily)
        for name in known.around:
            if isinstance(record.get(name), dict) and (around := scope.named(name)) is not None:
                yield from self._worked_out(around, f"{at}/{name}", daily=daily)

    def _exceeding(self, part: Fact, whole: Fact, value: Value, most: Value, at: str) -> FactProblem:
        """A part never exceeds its whole: both figures cannot be true."""
        zh, en = self.zh.value, self.en.value
        return FactProblem(
            at, "part_exceeds_whole",
            f"{part.title.zh}（{zh(value, part.type)}）不可能多于{whole.title.zh}（{zh(most, whole.type)}）。",
            f"{part.title.en} ({en(value, part.type)}) cannot exceed {whole.title.en} ({en(most, whole.type)}).",
        )  # fmt: skip

    def _ahead(self, subject: str, record: Mapping[str, Any], at: str, on: date) -> Iterator[FactProblem]:
        """Dates after the day of the decision, in the records around and in lists too."""
        known = self.known[subject]
        for name in known.dates:
            if (value := record.get(name)) is not None and value > on:
                yield FactProblem(f"{at}/{name}", "in_future", *in_future(on))
        for name, of in known.lists:
            for place, one in enumerate(record.get(name, ())):
                yield from self._ahead(of, one, f"{at}/{name}/{place}", on)
        for name in known.around:
            if isinstance(one := record.get(name), dict):
                yield from self._ahead(name, one, f"{at}/{name}", on)

    def _conclusion(self, name: str, value: Any, outcomes: Collection[str]) -> str | None:
        if not isinstance(value, str) or value not in outcomes:
            raise not_among(value, outcomes)
        return None if value == self.unknown[name] else value

    def _reader(self, fact: Fact) -> Read | None:
        reader = KINDS[fact.type.kind].reader
        if reader is None:
            return None
        if fact.type.is_number:
            return self._within(fact, reader(fact))
        return reader(fact) if fact.minimum is fact.maximum is None else self._between(fact, reader(fact))

    def _within(self, fact: Fact, figure: Read) -> Read:
        least = -HUGE if fact.minimum is None else fact.minimum
        most = HUGE if fact.maximum is None else fact.maximum
        low, high = max(least, 1 - HUGE), min(most, HUGE - 1)

        def read(value: Any) -> Value:
            if type(value) is int and low <= value <= high:
                return value
            if isinstance(value, dict):
                return range_of(value, read)
            number = figure(value)
            return number if least <= number <= most and -HUGE < number < HUGE else self._out_of_range(fact, number)

        return read

    def _between(self, fact: Fact, reader: Read) -> Read:
        def read(value: Any) -> Value:
            day = reader(value)
            return day if (fact.minimum or day) <= day <= (fact.maximum or day) else self._out_of_range(fact, day)

        return read

    def _out_of_range(self, fact: Fact, value: Value) -> Value:
        kind, messages = KINDS[fact.type.kind], limits(fact, self.zh, self.en)
        for (code, *_), beyond in (
            (kind.low, fact.minimum is not None and value < fact.minimum),
            (kind.high, fact.maximum is not None and value > fact.maximum),
        ):
            if beyond:
                raise Unread(code, *messages[code])
        raise Unread("too_large", "数字大得不合常理。", "The number is beyond all reason.")

    def _list(self, type: Type, value: Any, here: str, problems: list[FactProblem]) -> Value:
        if not isinstance(value, list | tuple):
            raise Unread("not_a_list", "这里要一个列表。", "A list is wanted here.")
        if len(value) > MOST_RECORDS:
            raise Unread("too_many", f"最多 {MOST_RECORDS} 条记录。", f"At most {MOST_RECORDS} records.")
        around = self.known[type.of].around
        records = [self._record(type.of, item, f"{here}/{place}", problems, around) for place, item in enumerate(value)]
        seen: set[str] = set()
        for place, record in enumerate(records):
            if (name := record.get("id")) in seen:
                problems.append(FactProblem(f"{here}/{place}/id", *REPEATED))
            elif name is not None:
                seen.add(name)
        return records


def limits(fact: Fact, zh: Wording, en: Wording) -> dict[str, tuple[str, str]]:
    """The messages about values beyond the bounds of a fact, by code."""
    kind, type = KINDS[fact.type.kind], fact.type
    return {
        code: (f"不能{word}于 {zh.value(end, type)}。", f"It cannot be {than} {en.value(end, type)}.")
        for (code, word, than), end in ((kind.low, fact.minimum), (kind.high, fact.maximum))
        if end is not None
    }


def in_future(on: date) -> tuple[str, str]:
    """The message about a date after the day of the decision."""
    return f"不能晚于判定日（{on}）。", f"It cannot be after the day of the decision ({on})."
