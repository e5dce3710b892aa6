"""Judges whole tables of records under an edition, with the same answers as the engine gives case by case.

judge = TableJudge(edition, on=date(2026, 12, 31))
judged = judge.judge(name, connection.read_parquet("records.parquet"))  # nothing has run yet
judged.to_parquet("judged.parquet")

In: an edition, a date, a table of ibis. Out: columns of outcomes, verdicts and outputs. May be imported by the service.
"""

from __future__ import annotations

import ibis

from rules.table.aggregate import Counting, Repeated
from rules.table.columns import facts_schema
from rules.table.errors import NotTabular, TableError
from rules.table.judge import TableJudge
from rules.table.rows import DAY, Days
from rules.table.values import BOTTOM, TOP

# Each stage of a judgement is a select over the one before; merged into one, their expressions would multiply.
ibis.options.sql.fuse_selects = False

__all__ = ["BOTTOM", "DAY", "TOP", "Counting", "Days", "NotTabular", "Repeated", "TableError", "TableJudge",
           "facts_schema"]  # fmt: skip
