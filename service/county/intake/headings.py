"""Finds the heading of a sheet, and the columns that are known by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from service.county.intake.forms import Form
from service.county.intake.grids import Cell, Grid, Merged, Row, filled, letter_of
from service.county.intake.names import Names
from service.county.intake.texts import clean
from service.county.intake.units import MONEY, bare, stated

LOOKED = 30  # rows among which the heading stands
NAMELESS = "{0} 列 / column {0}"
DEEPEST = 3  # rows of a heading
BETWEEN = "/"  # the parts of a heading in several rows


@dataclass(frozen=True, slots=True)
class Match:
    """The column of a heading: its place, the heading as it stands, the fact (or `id`, the subject above, `name`,
    MEMBER), the form of its cells, and the unit that it names."""

    place: int
    heading: str
    name: str
    form: Form
    unit: str = ""
    under: str = ""  # the heading above, which the name does not hold

    @classmethod
    def of(cls, place: int, heading: str, name: str, form: Form, unit: str, grid: Grid) -> Match:
        """The column of a sheet, whose days are numbered as the workbook numbers them."""
        return cls(place, heading, name, replace(form, epoch=grid.epoch), unit)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a sheet: its rows, its columns, headings that match nothing, the units stated above, and the
    record above that all its rows belong to, where no column says it; `ditto`: whether 同上 means the cell above."""

    first: int
    last: int
    columns: tuple[Match, ...]
    strays: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    above: str = ""
    ditto: bool = False

    def at(self, name: str) -> int | None:
        """The place of a column."""
        return next((one.place for one in self.columns if one.name == name), None)


def heading_of(grid: Grid, names: Names, *, needs: Sequence[str]) -> Heading | None:
    """The heading among the first rows of a sheet: the rows in which most columns are known, `needs` among them."""
    rows = _first(grid)
    best: Heading | None = None
    for at in range(len(rows)):
        for depth in range(1, min(DEEPEST, len(rows) - at) + 1):
            if depth > 1 and not _goes_on(grid.merged, rows, at, depth):
                break
            one = _heading(grid, rows, at, depth, names)
            known = {match.name for match in one.columns}
            if known.issuperset(needs) and (needs or known & (names.facts.keys() | names.decided.keys())):
                best = one if best is None or _better(one, best) else best
    return best if best is None else replace(best, strays=(*best.strays, *_nameless(grid, best)))


def _better(one: Heading, other: Heading) -> bool:
    """Whether a heading knows more columns, or more of their units, or as many in fewer rows: a title above all columns
    is no part of it."""
    return _worth(one) > _worth(other)


def _worth(one: Heading) -> tuple[int, int, int]:
    return len(one.columns), sum(1 for match in one.columns if match.unit), one.first - one.last


def first_row(grid: Grid) -> Heading | None:
    """The first row of a sheet as a heading of which nothing is known; None where the sheet is empty."""
    row = next((number for number, cells in _first(grid) if any(map(str, cells))), None)
    if row is None:
        return None
    return Heading(row, row, (), tuple(one for one in titles_at(grid, row, row) if one))


def titles_at(grid: Grid, first: int, last: int) -> list[str]:
    """The headings of the columns in some rows, each in one text."""
    rows = [(number, cells) for number, cells in _first(grid) if first <= number <= last]
    return [BETWEEN.join(parts) for parts in _titles(grid.merged, rows)] if rows else []


def _first(grid: Grid) -> list[Row]:
    return list(islice(grid.rows(), LOOKED))


def _goes_on(merged: Sequence[Merged], rows: Sequence[Row], at: int, depth: int) -> bool:
    """Whether the row is a heading of groups: merged across, or with blanks that the rows below fill."""
    number, last = rows[at][0], rows[at + depth - 1][0]
    if _units(rows[at + depth - 1][1]):
        return True
    if any(one.top == number and one.right > one.left and one.bottom < last for one in merged):
        return True
    return any(one.top == number and one.bottom >= last for one in merged)


def _units(cells: Sequence[Cell]) -> bool:
    """Whether a row below headings names their units."""
    return any(bare(one) in MONEY for one in cells if isinstance(one, str))


def _heading(grid: Grid, rows: Sequence[Row], at: int, depth: int, names: Names) -> Heading:
    titles = _titles(grid.merged, rows[at : at + depth])
    units = stated(cell for _, cells in rows[:at] for cell in cells if isinstance(cell, str))
    best: dict[str, Match] = {}
    ranks: dict[str, int] = {}
    for place, parts in enumerate(titles):
        match, rank = _column(place, parts, names, grid)
        if match is not None and rank < ranks.get(match.name, rank + 1):
            best[match.name], ranks[match.name] = match, rank
    columns = sorted(best.values(), key=lambda one: one.place)
    own = {one.place for one in columns}
    strays = tuple(BETWEEN.join(parts) for place, parts in enumerate(titles) if parts and place not in own)
    if len(units) == 1:
        columns = [_stated(one, units[0], names) for one in columns]
    return Heading(rows[at][0], rows[at + depth - 1][0], tuple(columns), strays, units)


def _column(place: int, parts: Sequence[str], names: Names, grid: Grid) -> tuple[Match | None, int]:
    """The column of a heading in parts, and its rank among those that hold the same; None where none fits."""
    options = {"".join(parts): "", **({parts[-1]: BETWEEN.join(parts[:-1])} if parts else {})}
    if len(parts) > 1:  # a row of units below the headings
        options[f"{''.join(parts[:-1])}({bare(parts[-1])})"] = ""
    for text, under in options.items():
        if (found := names.find(text)) is not None:
            name, form, unit = found
            form = replace(form, epoch=grid.epoch)
            return Match(place, BETWEEN.join(parts), name, form, unit, under), names.rank(text)
    return None, 0


def _nameless(grid: Grid, heading: Heading) -> list[str]:
    """The columns without a heading that hold something all the same, by their letters."""
    titles = titles_at(grid, heading.first, heading.last)
    below = (cells for number, cells in _first(grid) if number > heading.last)
    held = {place for cells in below for place, cell in enumerate(cells) if filled([cell])}
    return [NAMELESS.format(letter_of(one)) for one in sorted(held) if one >= len(titles) or not titles[one]]


def _titles(merged: Sequence[Merged], rows: Sequence[Row]) -> list[list[str]]:
    """The parts of the heading of each column, from above to below; merged ones stand over all their columns."""
    width = max(len(cells) for _, cells in rows)
    grid = [[clean(str(cell)) for cell in (*cells, *[""] * (width - len(cells)))] for _, cells in rows]
    for depth, (number, _) in enumerate(rows[:-1]):
        for one in merged:
            if one.top == number and one.left < width:
                grid[depth][one.left : one.right + 1] = [grid[depth][one.left]] * (min(one.right + 1, width) - one.left)
    return [[" ".join(line[place].split()) for line in grid if line[place]] for place in range(width)]


def _stated(match: Match, unit: str, names: Names) -> Match:
    """A column under a unit stated for the whole sheet, where it names none of its own."""
    if match.unit or names.kind(match.name) != "amount":
        return match
    form = names.with_unit(match.name, unit)
    return match if form is None else replace(match, form=replace(form, epoch=match.form.epoch), unit=unit)


def without_unit(heading: Heading, names: Names) -> Match | None:
    """A column of amounts of which nothing says in which unit they stand."""
    return next((one for one in heading.columns if not one.unit and names.kind(one.name) == "amount"), None)
