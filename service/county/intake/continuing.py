"""Tells a sheet without a heading whose rows go on where those of another sheet end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from rules.table.columns import KEY
from rules.values.text import shown
from service.county.intake.grids import Cell, Grid, Unreadable, filled
from service.county.intake.headings import LOOKED, Heading
from service.county.intake.names import Names

FEWEST = 3  # columns: a sheet of notes has one or two


def refuse_continuing(bare: Iterable[Grid], headings: Sequence[Heading], names: Names) -> None:
    """Unreadable where a sheet without a heading holds records of a sheet beside it: they are not to be left out."""
    for grid in bare:
        if any(_goes_on(grid, one, names) for one in headings):
            raise Unreadable(
                grid.path,
                f"工作表 {shown(grid.name)} 没有标题行，却像是接着前一张表的记录："
                "请把标题行复制到它的最上面；不是记录的，请删去这张表。",
                f"Sheet {shown(grid.name)} has no heading, and rows like the records of the sheet before: copy the "
                "heading to its top, or delete the sheet if they are none.",
            )


def _goes_on(grid: Grid, heading: Heading, names: Names) -> bool:
    """Whether most of the first rows have an id, the record above, half of the columns and none beyond them."""
    rows = [cells for _, cells in islice(grid.rows(), LOOKED) if filled(cells)]
    own = [one.place for one in heading.columns]
    sure = [heading.at(name) for name in (KEY, names.above) if name]
    if len(own) < FEWEST or None in sure:
        return False
    alike = sum(_alike(cells, own, [place for place in sure if place is not None]) for cells in rows)
    return alike * 2 > len(rows)


def _alike(cells: Sequence[Cell], own: Sequence[int], sure: Sequence[int]) -> bool:
    there = {place for place, cell in enumerate(cells) if filled([cell])}
    return there.issuperset(sure) and len(there & {*own}) * 2 >= len(own) and max(there) <= max(own)
