"""Mistakes as extracts have them, put in on purpose, each written down: to try what checks an extract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from examples.county_generator.chance import Chance

HOUSEHOLDS = ("duplicate_id", "born_in_future", "born_long_ago", "no_township", "no_village", "strange_village",
              "strange_code", "part_exceeds_whole", "below_zero", "graded_in_future", "no_id")  # fmt: skip
VILLAGES = ("duplicate_id", "no_township", "part_exceeds_whole", "below_zero")
NOTES = pa.schema([("file", pa.string()), ("row", pa.int64()), ("id", pa.string()), ("column", pa.string()),
                   ("fault", pa.string()), ("was", pa.string()), ("is", pa.string())])  # fmt: skip
Change = tuple[str, Any]
YUAN = Decimal("1.00")


def spoil(chance: Chance, name: str, table: pa.Table, first: int, share: float) -> tuple[pa.Table, pa.Table]:
    """A table with a share of its rows spoilt, and the notes of what was done. Rows count from 1."""
    kinds = VILLAGES if name == "villages" else HOUSEHOLDS
    numbers = np.arange(first, first + len(table))
    hit = np.flatnonzero(chance.below(f"faults/{name}", numbers, share))
    kind = (chance.uniform(f"faults/{name}/kind", numbers) * len(kinds)).astype(np.int64)
    columns: dict[str, list[Any]] = {}
    notes = []
    for at in hit:
        row = {column: table[column][int(at)].as_py() for column in table.column_names}
        fault = kinds[kind[at]]
        column, value = _mistake(fault, row, numbers[at])
        columns.setdefault(column, table[column].to_pylist())[at] = value
        notes.append((name, int(numbers[at]) + 1, row["id"], column, fault, str(row[column]), str(value)))
    for column, values in columns.items():
        place = table.column_names.index(column)
        table = table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))
    return table, pa.Table.from_arrays(
        [pa.array(one, field.type) for one, field in zip(zip(*notes, strict=True), NOTES, strict=True)]
        if notes
        else [pa.array([], field.type) for field in NOTES],
        schema=NOTES,
    )


def _mistake(fault: str, row: dict[str, Any], number: int) -> Change:
    letter = str(row["id"])[0]
    match fault:
        case "duplicate_id":
            return (
                "id",
                f"{letter}{int(number) or 2:0{len(row['id']) - 1}d}",
            )
        case "no_id":
            return "id", None
        case "no_township":
            return "township", None
        case "no_village":
            return "village", None
        case "strange_village":
            return "village", "V999999"
        case "born_in_future":
            return "birth_date", date(2091, 1, 1)
        case "born_long_ago":
            return "birth_date", date(1853, 7, 14)
        case "graded_in_future":
            return "graded_on", date(2099, 12, 31)
        case "strange_code":
            return "status", "resident?"
        case "below_zero":
            return "loan_balance", -YUAN
        case _ if "filed_households" in row:
            return "filed_households", row["collectable_households"] + 1
        case _:
            return "npl_balance", row["loan_balance"] + YUAN
