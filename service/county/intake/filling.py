"""Fills the rows of a sheet down: merged cells, and 同上 where a mapping says that it means the cell above."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from rules.table.columns import KEY
from service.county.intake.forms import is_ditto
from service.county.intake.grids import Cell, Grid, Merged, Row, filled
from service.county.intake.headings import Heading
from service.county.intake.records import is_total

Fault = Callable[[int, int, str], None]  # row, place, code


def unmerged(grid: Grid, heading: Heading, numbers: Collection[int], fault: Fault) -> Iterator[Row]:
    """The rows with merged cells filled down; a number merged over several records says nothing about one."""
    open_ = [one for one in grid.merged if one.top > heading.last and one.bottom > one.top]
    ids = {(one.top, one.bottom) for one in open_ if one.left == heading.at(KEY)}
    values: dict[Merged, Cell] = {}
    by_row: dict[int, list[Merged]] = {}
    for one in open_:
        for row in range(one.top, one.bottom + 1):
            by_row.setdefault(row, []).append(one)
    for number, cells in grid.rows():
        for one in by_row.get(number, ()):
            left = one.left
            if left >= len(cells):
                continue
            if number == one.top:
                values[one] = cells[left]
            if left in numbers and (one.top, one.bottom) not in ids:
                fault(number, left, "merged_number")
                cells[left] = ""
            else:
                cells[left] = values[one]
        yield number, cells


def undittoed(rows: Iterable[Row], heading: Heading, above: str) -> Iterator[Row]:
    """The rows with the cell above in the place of 同上, where the mapping says so; no id is that of the row above, and
    a total between them is passed over."""
    id, belongs = heading.at(KEY), heading.at(above) if above else None
    places = [one.place for one in heading.columns if one.place != id] if heading.ditto else []
    last: dict[int, Cell] = {}
    for number, cells in rows:
        if number > heading.last and filled(cells) and not is_total(cells, id, belongs):
            for place in places:
                if place < len(cells):
                    cells[place] = last.get(place, cells[place]) if is_ditto(cells[place]) else cells[place]
                last[place] = cells[place] if place < len(cells) else ""
        yield number, cells


def dittos(grid: Grid, heading: Heading) -> int:
    """How many cells of columns that are known say 同上."""
    places = [one.place for one in heading.columns]
    return sum(place < len(cells) and is_ditto(cells[place])
               for number, cells in grid.rows() if number > heading.last for place in places)  # fmt: skip
