"""The task of an assignment, and the exact score of an answer to it. No solver is needed here.

A Task is the question: what every record weighs in every dimension, who can bear, who bore last. An answer names a
bearer for every record, by place. The score of an answer is the weighted mean, over the dimensions, of how far the
bearer farthest from his fair share is from it, as a part of that share: 0 is perfect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

from rules.judging.decision import Missing
from rules.judging.evaluate import Scope, evaluate
from rules.judging.missing import missing
from rules.judging.reference import Reference
from rules.model import Assignment, Edition, Expr
from rules.values.text import Text

Answer = Sequence[int]  # for each record the place of its bearer
Records = Mapping[str, Mapping[str, Any]]  # id -> facts, checked and exact


@dataclass(frozen=True, slots=True)
class Bearer:
    id: str
    share: Fraction  # of a full load
    most: int | None = None  # records


@dataclass(frozen=True)
class Task:
    """One question. Bearers without a share are not in it; `last` is None where the last bearer is not either."""

    assignment: Assignment
    records: tuple[str, ...]
    weights: tuple[tuple[Fraction, ...], ...]  # by dimension, then record
    bearers: tuple[Bearer, ...]
    last: tuple[int | None, ...] = ()  # by record; empty where nothing is to be kept

    @cached_property
    def fair(self) -> tuple[tuple[Fraction, ...], ...]:
        """The fair share of every bearer, by dimension."""
        shares = sum(bearer.share for bearer in self.bearers)
        return tuple(tuple(sum(row) * one.share / shares for one in self.bearers) for row in self.weights)

    @cached_property
    def keep(self) -> int:
        """The number of records that must stay with their last bearer."""
        return ceil(Fraction(self.assignment.keep or 0) * sum(one is not None for one in self.last))

    def stays(self, answer: Answer) -> int:
        return sum(old is not None and old == new for old, new in zip(self.last, answer, strict=False))

    def mean(self, spreads: Sequence[Fraction]) -> Fraction:
        """The weighted mean of a figure for each dimension."""
        weights = [one.weight for one in self.assignment.balance]
        return Fraction(sum(w * one for w, one in zip(weights, spreads, strict=True))) / sum(weights)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record or bearer of which something is not known."""

    subject: str
    id: str
    missing: tuple[Missing, ...]


class Incomplete(Exception):
    """Not everything is known that the assignment looks at."""

    def __init__(self, wanted: tuple[Wanted, ...]) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def task(
    edition: Edition, assignment: Assignment, on: date, records: Records, bearers: Records, last: Mapping[str, str]
) -> Task:
    """The question that records, bearers and the last assignment (record to bearer) put; Incomplete if any is open."""
    plain, wanted = Reference(edition), dict[tuple[str, str], dict[Missing, None]]()

    def values(expr: Expr, subject: str, facts_of: Records) -> Iterator[Fraction]:
        """The value for each record; what is missing is gathered, and counts as zero meanwhile."""
        for name, facts in facts_of.items():
            scope = Scope(edition, subject, facts, on, plain)
            if (value := evaluate(expr, scope)) is None:
                wanted.setdefault((subject, name), {}).update(dict.fromkeys(missing(expr, scope)))
            yield Fraction(value or 0)

    weights = tuple(tuple(values(one.measure, assignment.subject, records)) for one in assignment.balance)
    share, most = assignment.share, assignment.most
    shares = [Fraction(1)] * len(bearers) if share is None else list(values(share, assignment.bearer, bearers))
    if wanted:
        raise Incomplete(tuple(Wanted(*key, tuple(facts)) for key, facts in wanted.items()))
    scopes = [Scope(edition, assignment.bearer, facts, on, plain) for facts in bearers.values()]
    limits = [None if most is None else evaluate(most, scope) for scope in scopes]
    able = tuple(Bearer(*one) for one in zip(bearers, shares, limits, strict=True) if one[1] > 0)
    places = {one.id: place for place, one in enumerate(able)}
    kept = tuple(places.get(last.get(name, "")) for name in records) if last else ()
    return Task(assignment, tuple(records), weights, able, kept)


# --- can it be done


def obstacles(asked: Task) -> tuple[Text, ...]:
    """Why no answer is possible; nothing where one is. There are no other reasons than these."""
    count, reasons = len(asked.records), list[Text]()
    if not count:
        return (Text("没有要分派的记录。", "There is nothing to assign."),)
    if not asked.bearers:
        zh, en = (
            "没有能承担的人：应担份额都是 0，或名单是空的。",
            "Nobody can bear: all shares are 0, or the list is empty.",
        )
        return (Text(zh, en),)
    if (room := _room(asked, lambda _: count)) < count:
        reasons.append(Text(
            f"共有 {count} 个要分派，而各人上限之和只有 {room}，还差 {count - room}。请提高上限或增加人手。",
            f"There are {count} to assign, but the limits of all bearers add up to {room}: {count - room} too few. "
            "Raise limits, or add bearers.",
        ))  # fmt: skip
    held = Counter(asked.last)
    if (stay := _room(asked, lambda place: held[place])) < asked.keep:
        had = sum(one is not None for one in asked.last)
        reasons.append(Text(
            f"上次的 {had} 个至少要有 {asked.keep} 个不换人，而按各人上限最多留住 {stay} 个。"
            "请提高上限或降低沿用比例。",
            f"Of the last {had} at least {asked.keep} are to stay, but by the limits at most {stay} can. "
            "Raise limits, or lower the part that stays.",
        ))  # fmt: skip
    return tuple(reasons)


def _room(asked: Task, wanted: Callable[[int], int]) -> int:
    """The number of records that fit, if each bearer takes its maximum."""
    return sum(
        wanted(place) if one.most is None else min(wanted(place), one.most) for place, one in enumerate(asked.bearers)
    )


# --- how good is it


@dataclass(frozen=True, slots=True)
class Load:
    """The load of one bearer, and by what part of the fair share it is off: above 0 is too much."""

    bearer: Bearer
    records: int
    totals: tuple[Fraction, ...]
    fair: tuple[Fraction, ...]
    off: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, looked at exactly."""

    loads: tuple[Load, ...]
    spreads: tuple[Fraction, ...]  # by dimension: how far the farthest bearer is off
    score: Fraction
    even: tuple[bool, ...]  # by dimension: whether the spread is tolerated
    outcome: str


def judged(asked: Task, answer: Answer) -> Judged:
    """The loads and the balance of an answer."""
    places, balance = range(len(asked.bearers)), asked.assignment.balance
    totals = [[Fraction(0)] * len(asked.bearers) for _ in balance]
    for sums, row in zip(totals, asked.weights, strict=True):
        for place, weight in zip(answer, row, strict=True):
            sums[place] += weight
    held = Counter(answer)
    off = [
        [(has - due) / due if due else Fraction(0) for has, due in zip(sums, fair, strict=True)]
        for sums, fair in zip(totals, asked.fair, strict=True)
    ]
    loads = tuple(
        Load(asked.bearers[k], held[k], *(tuple(row[k] for row in table) for table in (totals, asked.fair, off)))
        for k in places
    )
    spreads = tuple(max(map(abs, row)) for row in off)
    even = tuple(spread <= one.tolerance for spread, one in zip(spreads, balance, strict=True))
    outcome = asked.assignment.role("met" if all(even) else "not_met")
    return Judged(loads, spreads, asked.mean(spreads), even, outcome)


def least_spreads(asked: Task) -> tuple[Fraction, ...]:
    """A lower bound of the spread by dimension: one bearer takes the heaviest record, and with fewer records than
    bearers another takes none."""
    idle = Fraction(len(asked.records) < len(asked.bearers))
    least = []
    for row, fair in zip(asked.weights, asked.fair, strict=True):
        most = max(fair, default=Fraction(0))
        heaviest = (max(row) - most) / most if most else Fraction(0)
        least.append(max(Fraction(0), heaviest, idle if most else Fraction(0)))
    return tuple(least)
