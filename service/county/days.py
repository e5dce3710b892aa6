"""The same query on many days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from rules.model import Edition


def on_days(edition: Edition, days: Sequence[date], build: Callable[[date], str]) -> list[str]:
    """A query for each of some days, in their order.

    To plan one takes longer than to run it over a hundred thousand rows. A day stands in a query as itself, and in
    what is in force on it; so, where nothing comes into force in between and the queries of the first and of the last
    day differ in nothing but the day, those of the others do neither."""
    first, last = build(days[0]), build(days[-1])
    if _steady(edition, days[0], days[-1]) and first.replace(_spelt(days[0]), _spelt(days[-1])) == last:
        return [first.replace(_spelt(days[0]), _spelt(day)) for day in days]
    return [build(day) for day in days]


def _steady(edition: Edition, first: date, last: date) -> bool:
    """Whether every dated value stays what it is."""
    starts = (start for subject in edition.subjects.values() for fact in subject.facts.values()
              for start, _ in fact.dated)  # fmt: skip
    return not any(first < start <= last for start in starts)


def _spelt(day: date) -> str:
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"
