"""A table to which columns are added: each rests on earlier ones, and they are computed in as few stages as possible.

A column is written over stand-ins, tables of one column each. Only when a result is asked for are columns sorted into
stages, each a select over the one before that carries no more than later ones read. On many days, the columns that do
not rest on the day are worked out before there is a row for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import ibis
import ibis.expr.operations as ops

from rules.table.columns import SEPARATOR
from rules.table.errors import NotTabular, about
from rules.table.numbers import Flags
from rules.table.order import heights, stages
from rules.table.values import some, truth

BEYOND = "beyond"
WORKING = "$"  # in the names of columns on the way
DAY = f"{WORKING}{WORKING}day"
LONGEST = 5_000  # parts; an engine still plans that in a moment


@dataclass(frozen=True, slots=True)
class Days:
    """Days to judge on, in a table of one column."""

    table: Any

    @classmethod
    def of(cls, days: Iterable[date]) -> Days:
        """Each once: on a day that stood there twice a record would count twice."""
        each = ibis.array([ibis.literal(day, "date") for day in dict.fromkeys(days)])
        return cls(each.unnest().name(DAY).as_table())

    def each(self, table: Any) -> Any:
        """The rows of a table once for every day; rows that have their day already as they are."""
        return table if DAY in table.columns else table.cross_join(self.table).select(*table.columns, DAY)


When = date | Days


def surveyed(name: str, column: Any) -> dict[str, Any]:
    """The columns that an expression reads, by their names; refused where its length, written out in full, would keep
    an engine planning for ever: a lambda in SQL cannot name its parts."""
    fields: dict[str, Any] = {}
    with about(_told(name)):
        try:
            length = _length(column.op(), {}, fields)
        except RecursionError:  # too deep to be written at all
            length = LONGEST + 1
        if length > LONGEST:
            raise NotTabular("length", "写出来太长", "written out it grows too long")
    return fields


def _told(name: str) -> str:
    """The fact or the decision that a column is worked out for, as the plan writes it; "" of a part of a formula."""
    subject, _, fact = name.strip(WORKING).rpartition(f"{SEPARATOR}{WORKING}")
    fact = fact.partition(WORKING)[0]
    return "" if fact.isdecimal() else f"{subject}.{fact}" if subject else fact


def _length(node: Any, seen: dict[Any, int], fields: dict[str, Any]) -> int:
    if id(node) not in seen:
        if isinstance(node, ops.Field):
            fields[node.name] = node
        inner = () if isinstance(node, ops.Field) else node.__children__
        seen[id(node)] = 1 + sum(_length(one, seen, fields) for one in inner)
    return seen[id(node)]


@dataclass(frozen=True, slots=True)
class Settled:
    """A column over stand-ins, and those that it reads."""

    column: Any
    reads: Mapping[str, Any]


class Rows:
    """A table, and the columns that are worked out beside it."""

    def __init__(self, table: Any, days: Days | None = None) -> None:
        self.table, self.types = table, dict(table.schema())
        self.days = None if DAY in self.types else days
        if self.days is not None:
            self.types |= dict(self.days.table.schema())
        self.flags: Flags = []  # where a row is beyond the arithmetic
        self.settled: dict[str, Settled] = {}
        self.beyonds = [BEYOND] if BEYOND in self.types else []

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table, with the day."""
        return (*self.table.columns, *(() if self.days is None else self.days.table.columns))

    def read(self, name: str) -> Any:
        """A column, of the table or settled."""
        return _stand_in(name, self.types[name])

    def extend(self, columns: Mapping[str, Any]) -> None:
        """Settle columns: what reads them does not repeat them."""
        new = dict(columns)
        if self.flags:
            self.beyonds.append(f"{WORKING}{BEYOND}{len(self.beyonds)}")
            new[self.beyonds[-1]] = some([ibis.coalesce(flag, truth(False)) for flag in self.flags])
            self.flags.clear()
        for name, column in new.items():
            self.settled[name] = Settled(column, surveyed(name, column))
            self.types[name] = column.type()

    def beyond(self) -> Any | None:
        """Whether a row is beyond the arithmetic; None where none can be."""
        self.extend({})
        return some([self.read(name) for name in self.beyonds]) if self.beyonds else None

    def daily(self, columns: Iterable[Any]) -> bool:
        """Whether any of some columns rests on the day."""
        return DAY in self._resting(columns)

    def select(self, columns: Mapping[str, Any], many: str = "") -> Any:
        """A table of columns that may read what is settled. With `many`, rows that are alike in all that the day is
        held against are one, and a column of that name says how many they are."""
        resting = {} if self.days is None else self._resting(columns.values())
        if self.days is None or DAY not in resting:
            return self._staged(columns)
        settled = {name: self.settled[name] for name, on_day in resting.items() if on_day and name != DAY}
        reads = [*(one.reads for one in settled.values()), *(surveyed(*one) for one in columns.items())]
        names = dict.fromkeys(name for one in reads for name in one if not resting[name])
        before = self._staged({name: self.read(name) for name in names or self.table.columns[:1]})
        if many:
            before = before.group_by(before.columns).agg(**{many: before.count()})
        rows = Rows(self.days.each(before))
        rows.settled, rows.types = settled, self.types | rows.types
        return rows.select({**columns, many: rows.read(many)} if many else columns)

    def _below(self, name: str) -> Iterable[str] | None:
        return self.settled[name].reads if name in self.settled else None

    def _resting(self, columns: Iterable[Any]) -> dict[str, bool]:
        """All that columns rest on, each with whether it rests on the day itself."""
        resting: dict[str, bool] = {}
        for name in heights((name for column in columns for name in surveyed("", column)), self._below):
            resting[name] = name == DAY or any(resting[one] for one in self._below(name) or ())
        return resting

    def _staged(self, columns: Mapping[str, Any]) -> Any:
        end = {name: Settled(column, surveyed(name, column)) for name, column in columns.items()}
        levels = stages(heights((name for one in end.values() for name in one.reads), self._below))
        steps = [*({name: self.settled[name] for name in level} for level in levels), end]
        last = {name: number for number, stage in enumerate(steps) for one in stage.values() for name in one.reads}
        table = self.table.op()
        for number, stage in enumerate(steps):
            carried = {name: ops.Field(table, name) for name in table.schema if last.get(name, 0) > number}
            table = ops.Project(table, carried | _bound(stage, table))  # Ibis's select looks for aggregates first
        return table.to_expr()


@cache
def _stand_in(name: str, type: Any) -> Any:
    return ibis.table({name: type}, name=WORKING)[name]


def _bound(stage: Mapping[str, Settled], table: ops.Relation) -> dict[str, Any]:
    """Columns over stand-ins as columns of a table; all at once, as Ibis rebuilds them slowly."""
    fields = {field: ops.Field(table, name) for one in stage.values() for name, field in one.reads.items()}
    all_ = ops.StructColumn(tuple(stage), tuple(one.column.op() for one in stage.values())).replace(fields)
    return dict(zip(all_.names, all_.values, strict=True))
