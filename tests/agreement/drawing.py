"""Draws cases for any edition: facts missing, zero, on and beside every limit the edition holds, and huge."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from rules.model import Const, Edition, Fact, Op, Ref
from rules.model.uses import wholes_of
from rules.values.exact import exact, shift
from rules.values.limits import HUGE

SMALL = (0, 1, 2, 3, 4, 5, 9, 10, 11, 20, 99, 100, 101, 200, 399, 400, 1000, 3000)
DAY = timedelta(days=1)
DAYS = (date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29), date(1960, 2, 29), date(2027, 2, 28), date(2026, 8, 31))


def walk(thing: Any) -> Iterator[Any]:
    """Everything that an edition is made of."""
    yield thing
    if is_dataclass(thing):
        for one in fields(thing):
            yield from walk(getattr(thing, one.name))
    elif isinstance(thing, Mapping):
        for one in thing.values():
            yield from walk(one)
    elif isinstance(thing, tuple):
        for one in thing:
            yield from walk(one)


class Drawing:
    """Draws for one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.mood, self.given = 0.7, 0.1  # how often a flag is true, and a conclusion comes with the facts
        parts = list(walk((dict(edition.subjects), dict(edition.rules))))
        self.limits: dict[str, set[Any]] = {}
        for one in parts:
            if isinstance(one, Const):
                self.limits.setdefault(one.type.kind, set()).add(one.value)
            elif isinstance(one, Fact):
                for _, value in one.dated:
                    self.limits.setdefault(one.type.kind, set()).add(value)
        self.rates = sorted(self.limits.get("rate", {Fraction(1, 2)}))
        self.pools: dict[str, list[Any]] = {}
        ratios = [one for one in parts if isinstance(one, Op) and one.name == "ratio"]
        self.bottoms = {op.args[0].name: op.args[1].name for op in ratios if all(isinstance(a, Ref) for a in op.args)}
        self.spans = sorted(value for value in self.limits.get("count", ()) if 0 < value < 4000)

    def day(self, random: Random) -> date:
        known = sorted(self.limits.get("date", ())) or [date(2026, 12, 31)]
        return random.choice([*known, date(2027, 2, 28), date(2028, 2, 29)]) + random.randint(-1, 1) * DAY

    def case(self, random: Random, subject: str, on: date) -> dict[str, Any]:
        """Facts as the checker takes and returns them."""
        gaps = random.choice((0, 0, 0.1, 0.4))
        self.mood, self.given = random.choice(((0.7, 0.1), (0.97, 0.1), (0.97, 0.9), (0.5, 0.5)))
        return self._record(random, subject, on, gaps, random.choice((1, 2)), self._around(subject))

    def _around(self, subject: str) -> list[str]:
        found: list[str] = []
        while subject := self.edition.subjects[subject].within:
            found.append(subject)
        return found

    def _record(
        self, random: Random, subject: str, on: date, gaps: float, depth: int, around: list[str]
    ) -> dict[str, Any]:
        known = self.edition.subjects[subject].facts
        facts = {name: fact for name, fact in known.items() if fact.given}
        record: dict[str, Any] = {}
        for name in sorted(facts, key=lambda name: len(wholes_of(known, known[name]))):
            if random.random() >= gaps:
                value = self._value(random, facts[name], record, on, gaps, depth)
                if value is not None:
                    record[name] = value
        for level in around:
            if random.random() >= gaps:
                record[level] = self._record(random, level, on, gaps, depth - 1, [])
        for rule in self.edition.rules.values():
            if rule.subject == subject and random.random() < self.given and rule.type.choices:
                record[rule.id] = random.choice(rule.type.choices)
        return record

    def _value(self, random: Random, fact: Fact, record: dict[str, Any], on: date, gaps: float, depth: int) -> Any:
        kind = fact.type.kind
        if kind == "boolean":
            return random.random() < self.mood
        if kind == "choice":
            return random.choice(fact.type.choices)
        if kind == "date":
            day = self._date(random, on)
            day = day if fact.minimum is None else max(day, fact.minimum)
            return day if fact.maximum is None else min(day, fact.maximum)
        if kind == "list":
            around = [] if random.random() < 0.7 else self._around(fact.type.of)
            size = random.choice((0, 1, 2, 3, 4, 4, 7)) if depth > 0 else 0
            return [self._item(random, fact.type.of, on, gaps, depth - 1, around, n) for n in range(size)]
        return self._number(random, fact, record)

    def _item(self, random: Random, subject: str, on: date, gaps: float, depth: int, around: list[str], n: int) -> Any:
        record = self._record(random, subject, on, gaps, depth, around)
        return record | ({"id": f"{subject}-{n}"} if random.random() < 0.5 else {})

    def _date(self, random: Random, on: date) -> date:
        start = random.choice((on, on, random.choice(DAYS), *sorted(self.limits.get("date", ()))))
        if self.spans and random.random() < 0.7:
            start = shift(on, -random.choice(self.spans), random.choice(("year", "month", "day"))) or on
        try:
            return start + random.randint(-1, 1) * DAY
        except OverflowError:
            return start

    def _number(self, random: Random, fact: Fact, record: dict[str, Any]) -> Any:
        value = random.choice(self._pool(fact.type.kind))
        known = wholes_of(self.edition.subjects[fact.subject].facts, fact)
        wholes = [record[name] for name in known if record.get(name) is not None]
        whole = min(wholes) if wholes else record.get(self.bottoms.get(fact.name, ""))
        if whole is not None and random.random() < 0.8:
            value = self._part(random, whole)
        if fact.type.kind in ("amount", "points") and random.random() < 0.2:
            value += random.choice((Fraction(-1, 100), Fraction(1, 100)))
        if fact.type.kind == "count":
            value = int(value // 1)
        most = min([v for v in (fact.maximum, *wholes, HUGE - 1) if v is not None])
        value = min(value, most)
        return exact(max(value, fact.minimum) if fact.minimum is not None else value)

    def _pool(self, kind: str) -> list[Any]:
        """On and beside every limit of a kind, and numbers that have nothing to do with any."""
        if kind not in self.pools:
            near = [value + step for value in self.limits.get(kind, ()) for step in (-1, 0, 1)]
            if kind == "rate":
                near = [value + step for value in self.rates for step in (Fraction(-1, 10000), 0, Fraction(1, 10000))]
            self.pools[kind] = [*near, *((0, 1) if kind == "rate" else (*SMALL, 10**12, HUGE - 1))]
        return self.pools[kind]

    def _part(self, random: Random, whole: Any) -> Any:
        """None or all of a whole, or a share of it on or beside a rate: the one drawn is worked out, and no other."""
        number = random.choice(range(3 + 3 * len(self.rates)))
        if number < 3:
            return (0, whole - 1, whole)[number]
        rate, step = divmod(number - 3, 3)
        return whole * self.rates[rate] // 1 + step - 1
