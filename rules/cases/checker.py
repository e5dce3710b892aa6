"""Checks the facts of a case against the fact dictionary, strictly and all at once, and gives exact values.

A fact that is missing is no error: it is unknown. A fact that is not of its type, not in its range, or not in the
dictionary is: the text "0.9" is no number, true is no 1, and a float has lost its exact value already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from rules.model import Edition, Fact
from rules.values.exact import Number, Type, Value, exact, read_date, read_literal
from rules.values.ids import WANTED, is_id
from rules.values.limits import HUGE, MOST_RECORDS, PLACES
from rules.values.text import Text, near
from rules.words.wording import Wording

MOST_NESTED = 100  # steps of a pointer
MOST_DIGITS = 40  # before the point and after it: nothing longer is turned into a fraction, which could take minutes

TOO_DEEP = ("too_deep", "记录嵌套得太深。", "Records are nested too deeply.")
NO_MAPPING = ("not_a_mapping", "这里要一组“事实: 值”。", "A mapping of facts is wanted here.")
REPEATED = ("repeated_id", "这个编号在列表里不止一次，无法判断以哪条记录为准。",
            "The id stands in the list more than once; which record is right?")  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactProblem:
    """One thing wrong with the facts of a case; `pointer` is a JSON Pointer (RFC 6901) below `facts`."""

    pointer: str
    code: str
    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "zh": self.zh, "en": self.en}


class FactError(Exception):
    """The facts of a case cannot be used, with every reason why."""

    def __init__(self, problems: tuple[FactProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.pointer}: {problem.en}" for problem in problems))
        self.problems = problems


class _Bad(Exception):
    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.facts = (code, zh, en)


Read = Callable[[Any], Value]  # the exact value of a fact as given; raises _Bad


@dataclass(frozen=True, slots=True)
class _Known:
    """The facts that a record of one subject may hold."""

    facts: dict[str, Fact]
    readers: dict[str, Read]  # of all facts but lists
    wholes: dict[str, str]  # of a fact that is part of another
    around: frozenset[str]  # subjects whose record may stand in it
    conclusions: Mapping[str, Collection[str]]  # the outcomes of decisions, which may be given as facts
    names: frozenset[str]  # of facts and conclusions


class FactChecker:
    """Checks cases against the fact dictionary of one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.zh, self.en = edition, Wording(edition, "zh"), Wording(edition, "en")
        self.known = {subject: self._known(subject) for subject in edition.subjects}
        self.unknown = {rule.id: rule.role("unknown") for rule in edition.rules.values()}

    def _known(self, subject: str) -> _Known:
        given = {name: fact for name, fact in self.edition.subjects[subject].facts.items() if fact.given}
        numbers = {name for name, fact in given.items() if fact.type.is_number}
        rules = {rule.id: sorted(rule.outcomes) for rule in self.edition.rules.values() if rule.subject == subject}
        return _Known(
            given,
            {name: self._reader(fact) for name, fact in given.items() if fact.type.kind != "list"},
            {name: fact.part_of for name, fact in given.items() if {name, fact.part_of} <= numbers},
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
        if problems:
            raise FactError(tuple(problems))
        return record

    def _around(self, subject: str) -> frozenset[str]:
        levels, level = set[str](), self.edition.subjects[subject].within
        while level and level not in levels:
            levels.add(level)
            level = self.edition.subjects[level].within
        return frozenset(levels)

    def _record(
        self, subject: str, facts: Any, at: str, problems: list[FactProblem], around: frozenset[str]
    ) -> dict[str, Any]:
        if at.count("/") > MOST_NESTED or not isinstance(facts, Mapping):
            problems.append(FactProblem(at, *(TOO_DEEP if isinstance(facts, Mapping) else NO_MAPPING)))
            return {}
        known, record = self.known[subject], dict[str, Any]()
        readers = known.readers
        for name, value in facts.items():
            if value is None and (name in known.names or name in around or (at and name == "id")):
                continue
            try:
                if (read := readers.get(name)) is not None:
                    record[name] = read(value)
                elif name in known.facts:
                    record[name] = self._list(known.facts[name].type, value, _below(at, name), problems)
                elif name in around:
                    record[name] = self._record(name, value, _below(at, name), problems, frozenset())
                elif name in known.conclusions:
                    if (outcome := self._conclusion(name, value, known.conclusions[name])) is not None:
                        record[name] = outcome
                elif name == "id" and at:
                    record[name] = _identity(value)
                else:
                    names = [*known.facts, *around, *known.conclusions]
                    raise _unknown(name, names, self.edition.subjects[subject].facts)
            except _Bad as bad:
                problems.append(FactProblem(_below(at, name), *bad.facts))
        self._check_parts(known, record, at, problems)
        return record

    def _check_parts(self, known: _Known, record: Mapping[str, Any], at: str, problems: list[FactProblem]) -> None:
        """A part never exceeds its whole: both figures cannot be true."""
        for name, of in known.wholes.items():
            value, whole = record.get(name), record.get(of)
            if value is not None and whole is not None and value > whole:
                fact, title, zh, en = known.facts[name], known.facts[of].title, self.zh.value, self.en.value
                problems.append(FactProblem(
                    f"{at}/{name}", "part_exceeds_whole",
                    f"{fact.title.zh}（{zh(value, fact.type)}）不可能多于{title.zh}（{zh(whole, fact.type)}）。",
                    f"{fact.title.en} ({en(value, fact.type)}) cannot exceed {title.en} ({en(whole, fact.type)}).",
                ))  # fmt: skip

    def _ahead(self, subject: str, record: Mapping[str, Any], at: str, on: date) -> Iterator[FactProblem]:
        """Dates after the day of the decision, in the records around and in lists too."""
        facts = self.known[subject].facts
        for name, value in record.items():
            if isinstance(value, date):
                if value > on and not facts[name].ahead:
                    yield FactProblem(f"{at}/{name}", "in_future", *in_future(on))
            elif isinstance(value, dict):
                yield from self._ahead(name, value, f"{at}/{name}", on)
            elif isinstance(value, list):
                for place, one in enumerate(value):
                    yield from self._ahead(facts[name].type.of, one, f"{at}/{name}/{place}", on)

    def _conclusion(self, name: str, value: Any, outcomes: Collection[str]) -> Value:
        return None if _one_of(outcomes, value) == self.unknown[name] else value

    def _reader(self, fact: Fact) -> Read:
        match fact.type.kind:
            case "boolean":
                return _boolean
            case "choice":
                return partial(_one_of, fact.choices)
            case "date":
                return partial(self._date, fact)
        return self._numbers(fact)

    def _numbers(self, fact: Fact) -> Read:
        least = -HUGE if fact.minimum is None else fact.minimum
        most = HUGE if fact.maximum is None else fact.maximum
        low, high = max(least, 1 - HUGE), min(most, HUGE - 1)

        def read(value: Any) -> Value:
            if type(value) is int and low <= value <= high:
                return value
            number = _number(value, fact.type, fact.decimals)
            return number if least <= number <= most and -HUGE < number < HUGE else self._out_of_range(fact, number)

        return read

    def _date(self, fact: Fact, value: Any) -> date:
        day = value if type(value) is date else read_date(value) if isinstance(value, str) else None
        if day is None:
            raise _Bad("not_a_date", "请写日期，如 2026-12-31。", "Write a date, as in 2026-12-31.")
        if (fact.minimum or day) <= day <= (fact.maximum or day):
            return day
        return self._out_of_range(fact, day)  # type: ignore[no-any-return] # it always raises

    def _out_of_range(self, fact: Fact, value: Value) -> Value:
        for code, (zh, en) in limits(fact, self.zh, self.en).items():
            if value < fact.minimum if code in ("too_small", "too_early") else value > fact.maximum:
                raise _Bad(code, zh, en)
        raise _Bad("too_large", "数字大得不合常理。", "The number is beyond all reason.")

    def _list(self, type: Type, value: Any, here: str, problems: list[FactProblem]) -> Value:
        if not isinstance(value, list | tuple):
            raise _Bad("not_a_list", "这里要一个列表。", "A list is wanted here.")
        if len(value) > MOST_RECORDS:
            raise _Bad("too_many", f"最多 {MOST_RECORDS} 条记录。", f"At most {MOST_RECORDS} records.")
        around = self.known[type.of].around
        records = [self._record(type.of, item, f"{here}/{place}", problems, around) for place, item in enumerate(value)]
        seen: set[str] = set()
        for place, record in enumerate(records):
            if (name := record.get("id")) in seen:
                problems.append(FactProblem(f"{here}/{place}/id", *REPEATED))
            elif name is not None:
                seen.add(name)
        return records


def _identity(value: Any) -> str:
    if not isinstance(value, str) or is_id(value) is None:
        raise _Bad("not_an_id", *WANTED)
    return value


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise _Bad("not_boolean", "请写 true 或 false。", "Write true or false.")


def limits(fact: Fact, zh: Wording, en: Wording) -> dict[str, tuple[str, str]]:
    """The messages about values beyond the bounds of a fact, by code."""
    day = fact.type.kind == "date"
    least, most = ((zh.value(one, fact.type), en.value(one, fact.type)) for one in (fact.minimum, fact.maximum))
    low = ("too_early", "早", "before") if day else ("too_small", "小", "below")
    high = ("too_late", "晚", "after") if day else ("too_large", "大", "above")
    ends = [(low, least)] * (fact.minimum is not None) + [(high, most)] * (fact.maximum is not None)
    return {code: (f"不能{word}于 {of[0]}。", f"It cannot be {than} {of[1]}.") for (code, word, than), of in ends}


def in_future(on: date) -> tuple[str, str]:
    """The message about a date after the day of the decision."""
    return f"不能晚于判定日（{on}）。", f"It cannot be after the day of the decision ({on})."


def _number(value: Any, type_: Type, decimals: bool = False) -> Value:
    if type(value) is int:
        return value
    if type_.kind == "count" and not decimals:
        raise _Bad("not_whole", "请写整数。", "Write a whole number.")
    if type(value) is str and type_.kind == "rate" and value.endswith("%"):
        literal = read_literal(value)
        if literal is not None:
            return _fine(literal.value)
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < MOST_DIGITS:
        if abs(value.as_tuple().exponent) < MOST_DIGITS:  # type: ignore[arg-type] # a finite one has a number there
            return _fine(Fraction(value))
        raise _too_fine()
    if isinstance(value, Fraction):
        return exact(value)
    how = ('，例如 0.018 或 "1.8%"', ', as in 0.018 or "1.8%"') if type_.kind == "rate" else ("", "")
    raise _Bad("not_a_number", f"请写数字{how[0]}。", f"Write a number{how[1]}.")


def _fine(number: Number) -> Number:
    """The number, if it has no more places than a figure may have."""
    if (number * 10**PLACES).denominator != 1:
        raise _too_fine()
    return exact(number)


def _too_fine() -> _Bad:
    return _Bad("too_fine", f"小数最多 {PLACES} 位。", f"At most {PLACES} decimal places.")


def _one_of(codes: Collection[str], value: Any) -> str:
    if isinstance(value, str) and value in codes:
        return value
    hint, listed = _hint(value, codes), ", ".join([*codes][:20])
    raise _Bad("not_a_choice", f"请写其中之一：{listed}。{hint.zh}", f"Write one of: {listed}.{hint.en}")


def _unknown(name: Any, known: list[str], facts: Mapping[str, Fact]) -> _Bad:
    if name in facts:
        return _Bad("derived", "这个事实由公式算出，不必提供。", "This fact is derived by a formula: do not give it.")
    hint = _hint(str(name), known)
    return _Bad("unknown_fact", f"没有这个事实。{hint.zh}", f"There is no such fact.{hint.en}")


def _hint(value: Any, known: Collection[str]) -> Text:
    guess = near(value, tuple(known)) if isinstance(value, str) else ""
    return Text(f"是不是 {guess}？", f" Perhaps {guess}?") if guess else Text("", "")


def _below(at: str, name: Any) -> str:
    """The pointer of a fact in a record."""
    return f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"
