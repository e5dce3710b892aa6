"""Tells a sheet that lies on its side: the headings stand below one another, and every record is a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from rules.model import Fact
from rules.values.text import shown
from service.county.intake.forms import Refused, reader
from service.county.intake.grids import Cell, Grid, Unreadable, filled
from service.county.intake.headings import LOOKED, Heading, Names

WIDE = 3  # columns among which the headings stand
FEWEST = 3  # headings below one another
VALUES = 2  # of them with a value of their kind beside them: a sheet that explains columns has words there
_VALUE = re.compile(r"-?[0-9.]+%?|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_turned(grid: Grid, names: Names, heading: Heading | None) -> bool:
    """Whether more headings stand below one another than beside one another, with values beside them."""
    rows = [cells for _, cells in islice(grid.rows(), LOOKED)]
    return any(_below(rows, place, names, heading) for place in range(WIDE))


def _below(rows: Sequence[Sequence[Cell]], place: int, names: Names, heading: Heading | None) -> bool:
    found = dict[str, bool]()
    for cells in rows:
        known = names.find(str(cells[place])) if place < len(cells) else None
        if known is not None:
            beside = next((one for one in cells[place + 1 :] if filled([one])), "")
            found.setdefault(known[0], _holds(names.facts.get(known[0]), names, beside))
    return (len(found) >= max(FEWEST, 1 + len(heading.columns if heading else ()))
            and sum(found.values()) >= VALUES)  # fmt: skip


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
