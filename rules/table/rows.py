"""A table as it grows: columns that rest on others, put together in as few stages as that takes.

A column is written over stand-ins, tables of one column each. Only when a result is asked for are columns sorted into
stages, each a select over the one before that carries no more than later ones read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import ibis
import ibis.expr.operations as ops

from rules.table.length import WORKING, surveyed
from rules.table.numbers import Flags
from rules.table.values import some, truth

BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class Settled:
    """A column over stand-ins, and those that it reads."""

    column: Any
    reads: Mapping[str, Any]


class Rows:
    """A table, and the columns that are worked out beside it."""

    def __init__(self, table: Any) -> None:
        self.table, self.types = table, dict(table.schema())
        self.flags: Flags = []  # where a row is beyond the arithmetic
        self.settled: dict[str, Settled] = {}
        self.beyonds = [BEYOND] if BEYOND in self.types else []

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

    def select(self, columns: Mapping[str, Any]) -> Any:
        """A table of columns that may read what is settled."""
        end = {name: Settled(column, surveyed(name, column)) for name, column in columns.items()}
        heights: dict[str, int] = {}
        for one in end.values():
            self._heights(one.reads, heights)
        stages: list[dict[str, Settled]] = [{} for _ in range(max(heights.values(), default=0))]
        for name, height in heights.items():
            if height:
                stages[height - 1][name] = self.settled[name]
        stages.append(end)
        last = {name: number for number, stage in enumerate(stages) for one in stage.values() for name in one.reads}
        table = self.table.op()
        for number, stage in enumerate(stages):
            carried = {name: ops.Field(table, name) for name in table.schema if last.get(name, 0) > number}
            table = ops.Project(table, carried | _bound(stage, table))  # Ibis's select looks for aggregates first
        return table.to_expr()

    def _heights(self, names: Iterable[str], heights: dict[str, int]) -> int:
        """How many stages columns need; those of the table none."""
        for name in names:
            if name not in heights:
                known = self.settled.get(name)
                heights[name] = 0 if known is None else 1 + self._heights(known.reads, heights)
        return max((heights[name] for name in names), default=0)


@cache
def _stand_in(name: str, type: Any) -> Any:
    return ibis.table({name: type}, name=WORKING)[name]


def _bound(stage: Mapping[str, Settled], table: ops.Relation) -> dict[str, Any]:
    """Columns over stand-ins as columns of a table; all at once, as Ibis rebuilds them slowly."""
    fields = {field: ops.Field(table, name) for one in stage.values() for name, field in one.reads.items()}
    all_ = ops.StructColumn(tuple(stage), tuple(one.column.op() for one in stage.values())).replace(fields)
    return dict(zip(all_.names, all_.values, strict=True))
