"""Judges many days at once: a row for each record and day, with the day in a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from rules.table.length import WORKING

DAY = f"{WORKING}{WORKING}day"


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
