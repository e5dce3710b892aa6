"""Tells a sheet that lies on its side: the headings stand below one another, and every record is a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rules.model import Fact
from rules.table.columns import KEY
from rules.values.text import shown
from service.county.intake.forms import Refused, reader
from service.county.intake.grids import Cell, Grid, Unreadable, filled
from service.county.intake.headings import LOOKED, Heading
from service.county.intake.names import Names

WIDE = 3  # columns among which the headings stand
FEWEST = 3  # headings below one another
VALUES = 2  # of them with a value of their kind beside them: a sheet that explains columns has words there
_VALUE = re.compile(r"-?[0-9.]+%?|[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Lying:
    """A sheet on its side: how many headings stand below one another, and how many ids beside theirs (one at least)."""

    headings: int
    records: int


def lying(grid: Grid, names: Names, heading: Heading | None) -> Lying | None:
    """A sheet that has more headings below one another than beside one another, with values beside them."""
    rows = [cells for _, cells in islice(grid.rows(), LOOKED)]
    return next((one for place in range(WIDE) if (one := _below(rows, place, names, heading)) is not None), None)


def _below(rows: Sequence[Sequence[Cell]], place: int, names: Names, heading: Heading | None) -> Lying | None:
    found, records = dict[str, bool](), 1
    for cells in rows:
        known = names.find(str(cells[place])) if place < len(cells) else None
        if known is not None:
            beside = [one for one in cells[place + 1 :] if filled([one])]
            found.setdefault(known[0], _holds(names.facts.get(known[0]), names, beside[0] if beside else ""))
            records = max(records, len(beside)) if known[0] == KEY else records
    if len(found) < max(FEWEST, 1 + len(heading.columns if heading else ())) or sum(found.values()) < VALUES:
        return None
    return Lying(len(found), records)


def _holds(fact: Fact | None, names: Names, cell: Cell) -> bool:
    """Whether a cell is a number, a day or a choice as the fact beside it wants."""
    if fact is None or fact.type.kind in ("list", "boolean") or cell == "":
        return False
    try:
        text = reader(fact, names.form(fact.name))(cell)
    except Refused:
        return True
    return text in fact.choices if fact.choices else _VALUE.fullmatch(text) is not None


def turned(path: Path, sheet: str) -> Unreadable:
    """The error about such a sheet."""
    where = (f"工作表“{shown(sheet)}”", f"The sheet {shown(sheet)}") if sheet else ("这张表", "This table")
    return Unreadable(
        path,
        f"{where[0]}是横排的：列名自上而下写，每条记录占一列。请在 Excel 里全选、复制，用“选择性粘贴”的“转置”贴到新表，"
        "让列名在第一行、每条记录占一行。",
        f"{where[1]} lies on its side: the headings stand below one another, and every record is a column. Copy it all "
        "in Excel and paste it with Paste Special, Transpose, so that the headings are the first row.",
    )
