"""Takes the records of a file out of its sheets, cell by cell, into one table of text; all rows are accounted for."""

from __future__ import annotations

import csv
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

from rules.model import Edition
from rules.table.columns import KEY
from rules.values.text import shown
from service.county.intake.forms import Read, Refused, chosen, plain, reader
from service.county.intake.grids import TEXTS, Cell, Grid, Merged, Row, Unreadable, csv_grid
from service.county.intake.headings import MEMBER, NAMED, Heading, Match, Names, first_row, heading_of
from service.county.intake.mapping import SheetMap
from service.county.intake.records import Kinds, filled, records
from service.county.intake.texts import squashed
from service.county.intake.workbooks import grids

ROW = "row__"
SPAN = 10**9  # rows of a sheet: the number of a row is that of its sheet times this, and its own
UNSTORED = "formula_without_value"


@dataclass(frozen=True, slots=True)
class SheetRead:
    """The rows of a sheet below its heading: records kept and set aside, and those not used, by kind. `why` says why a
    sheet was not read at all."""

    sheet: str
    rows: int
    kept: int = 0
    aside: int = 0
    unused: Mapping[str, int] = field(default_factory=dict)
    why: str = ""
    heading: str = ""
    above: int = 0  # rows above the heading


@dataclass(slots=True)
class Taken:
    """What was taken from a file: columns by name in the order of the table, faults by row and column, totals."""

    path: Path
    columns: dict[str, Match] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    lists: dict[str, str] = field(default_factory=dict)  # heading -> fact
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    sheets: list[SheetRead] = field(default_factory=list)
    places: list[str] = field(default_factory=list)  # the sheets in the order of the file
    totals: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # row, name -> text


def grids_of(path: Path) -> Iterator[Grid]:
    """The sheets of a file that is text or a workbook."""
    return iter([csv_grid(path)]) if path.suffix.lower() in TEXTS else grids(path)


def take(
    path: Path, edition: Edition, subject: str, table: Path, sheet_maps: Sequence[SheetMap] | None = None
) -> Taken:
    """Write the records of a file to a table of text; Unreadable where no sheet holds any that can be told."""
    names, taken = Names(edition, subject), Taken(path)
    chosen_ = [(place, grid, _without_lists(heading, names, taken))
               for place, grid, heading in _chosen(path, names, sheet_maps, taken)]  # fmt: skip
    for _, _, heading in chosen_:
        for one in heading.columns:
            taken.columns.setdefault(one.name, one)
    for stray in (one for _, _, heading in chosen_ for one in heading.strays):
        found = names.find(stray)
        if found is not None and squashed(taken.columns[found[0]].heading) == squashed(stray):
            raise Unreadable(path, f"标题行里 {shown(stray)} 出现了不止一次。",
                             f"The heading names {shown(stray)} more than once.")  # fmt: skip
    taken.strays = list(dict.fromkeys(one for _, _, heading in chosen_ for one in heading.strays))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([ROW, *(one.heading for one in taken.columns.values())])
        for place, grid, heading in chosen_:
            writer.writerows(_Sheet(taken, names, place, grid, heading).rows())
    if unstored := [one for one in taken.faults if one[2] == UNSTORED]:
        row, column, _ = unstored[0]
        raise Unreadable(
            path,
            f"“{column}”第 {row % SPAN} 行等 {len(unstored)} 格是公式，文件里没有存结果。请用 Excel 打开、保存后再用。",
            f"{len(unstored)} cells are formulas without a stored value (the first: {column}, row {row % SPAN}). "
            "Open the file in Excel and save it.",
        )
    return taken


def _without_lists(heading: Heading, names: Names, taken: Taken) -> Heading:
    """The heading without columns of lists, which a cell cannot hold; they are noted."""
    lists = [one for one in heading.columns if one.name in names.facts and names.facts[one.name].type.kind == "list"]
    taken.lists |= {one.heading: one.name for one in lists}
    return replace(heading, columns=tuple(one for one in heading.columns if one not in lists))


def _chosen(
    path: Path, names: Names, maps: Sequence[SheetMap] | None, taken: Taken
) -> Iterator[tuple[int, Grid, Heading]]:
    """The sheets to be read, with their headings; all others are accounted for as not read."""
    found = list[tuple[int, Grid, Heading]]()
    rows, all_ = list[int](), list(grids_of(path))
    for place, grid in enumerate(all_):
        taken.places.append(grid.name)
        why, heading = _heading(grid, names, maps, path)
        if heading is None and len(all_) == 1 and why == "no_heading":
            heading = first_row(grid)
        if heading is not None:
            found.append((place, grid, heading))
        else:
            rows.append(_unread(taken, grid, why))
    placed = [heading for _, _, heading in found if heading.at(names.above) is not None]
    for place, grid, heading in found:
        if names.above and placed and heading.at(names.above) is None:
            _unread(taken, grid, "no_above")
        else:
            yield place, grid, heading
    if not found:
        raise _no_heading(path, rows, taken)


def _unread(taken: Taken, grid: Grid, why: str) -> int:
    """The number of rows of a sheet that is not read; it is noted."""
    rows = sum(1 for _, cells in grid.rows() if filled(cells))
    if rows or grid.name:
        taken.sheets.append(SheetRead(grid.name, rows, unused={why: rows} if rows else {}, why=why))
    return rows


def _heading(grid: Grid, names: Names, maps: Sequence[SheetMap] | None, path: Path) -> tuple[str, Heading | None]:
    """The heading of a sheet, or why it is not read."""
    if maps is not None:
        own = next((one for one in maps if one.sheet == grid.name), None)
        return ("not_mapped", None) if own is None else ("", own.heading(grid, names, path))
    if grid.hidden:
        return "hidden", None
    others = {squashed(word) for id, one in names.edition.subjects.items() if one is not names.subject
              for word in (id, one.title.zh)}  # fmt: skip
    if squashed(grid.name) in others:
        return "other_subject", None
    heading = heading_of(grid, names, needs=[KEY]) or heading_of(grid, names, needs=[])
    return "no_heading", heading


def _no_heading(path: Path, rows: Iterable[int], taken: Taken) -> Unreadable:
    if not any(rows):
        return Unreadable(path, "表是空的。", "The table is empty.")
    sheets = "、".join(f"{one.sheet or path.name}（{one.rows} 行，{NOT_READ[one.why][0]}）" for one in taken.sheets)
    english = ", ".join(f"{one.sheet or path.name} ({one.rows} rows, {NOT_READ[one.why][1]})" for one in taken.sheets)
    return Unreadable(
        path,
        f"找不到标题行：前几行里没有认得的列名。{sheets}。可用 `county look` 看看，写出对应关系，再用 --mapping 读。",
        f"No heading was found: no row begins a table with known columns. {english}. `county look` shows the file and "
        "writes a mapping for --mapping.",
    )


NOT_READ: Mapping[str, tuple[str, str]] = {
    "hidden": ("隐藏的工作表", "hidden sheet"),
    "other_subject": ("属于另一种对象", "of another subject"),
    "no_heading": ("没有认得的标题行", "no heading that is known"),
    "no_above": ("没有写明所属上级的列", "no column of the record above"),
    "not_mapped": ("对应关系里没有", "not in the mapping"),
    "total": ("合计行", "totals"),
    "note": ("说明或标记", "notes or marks"),
    "member": ("同一户的其他成员", "other members of a record"),
}


def originals(
    path: Path, edition: Edition, subject: str, rows: Container[int], maps: Sequence[SheetMap] | None = None
) -> Iterator[tuple[int, dict[str, tuple[Match | None, Cell]]]]:
    """Some rows of a file as they stand in it: the cells by what they hold, each with its column."""
    names, taken = Names(edition, subject), Taken(path)
    for place, grid, heading in _chosen(path, names, maps, taken):
        for number, cells in _Sheet(taken, names, place, grid, heading).filled_down():
            if (row := place * SPAN + number) in rows:
                yield row, {one.name: (one, cells[one.place]) for one in heading.columns if one.place < len(cells)}


class _Sheet:
    """The rows of one sheet on their way into the table."""

    def __init__(self, taken: Taken, names: Names, place: int, grid: Grid, heading: Heading) -> None:
        self.taken, self.grid, self.heading, self.offset = taken, grid, heading, place * SPAN
        self.at = {one.name: one for one in heading.columns}
        self.reads = [_reader(self.at[name], names) if name in self.at else None for name in taken.columns]
        self.places = [self.at[name].place if name in self.at else -1 for name in taken.columns]
        self.shown = [one.heading for one in taken.columns.values()]
        self.id, self.above, self.member = (self._place(one) for one in (KEY, names.above, MEMBER))
        members = names.edition.extracts.members.get(names.id)
        self.heads = frozenset(map(squashed, members.head if members is not None else ()))
        self.numbers = {one.place for one in heading.columns if one.name in names.facts and
                        names.facts[one.name].type.is_number}  # fmt: skip
        self.width = 0
        self.members = 0

    def _place(self, name: str) -> int | None:
        return self.at[name].place if name in self.at else None

    def rows(self) -> Iterator[list[str]]:
        """The records as text; in the end, the account of the sheet."""
        kinds, count = Kinds(), 0
        found = records(self.filled_down(), self.heading, self.id, self.above, kinds)
        for number, cells in self._heads(found) if self.member is not None else found:
            count += 1
            yield self._record(number, cells)
        for number, cells in kinds.totals:
            self.taken.totals.append((self.offset + number, dict(zip(self.taken.columns, self._texts(cells),
                                                                     strict=True))))  # fmt: skip
        unused = {"total": len(kinds.totals), "note": len(kinds.notes), "member": self.members}
        top = takewhile(lambda row: row[0] < self.heading.first, self.grid.rows())
        above = sum(1 for _, cells in top if filled(cells))
        lines = {self.heading.first, self.heading.last}
        self.taken.sheets.append(SheetRead(
            self.grid.name, count + sum(unused.values()), count, 0, {key: one for key, one in unused.items() if one},
            heading="-".join(map(str, sorted(lines))), above=above,
        ))  # fmt: skip

    def filled_down(self) -> Iterator[Row]:
        """The rows with merged cells filled down; a number merged over several records says nothing about one."""
        open_ = [one for one in self.grid.merged if one.top > self.heading.last and one.bottom > one.top]
        ids = {(one.top, one.bottom) for one in open_ if one.left == self.id}
        values: dict[Merged, Cell] = {}
        by_row: dict[int, list[Merged]] = {}
        for one in open_:
            for row in range(one.top, one.bottom + 1):
                by_row.setdefault(row, []).append(one)
        for number, cells in self.grid.rows():
            for one in by_row.get(number, ()):
                left = one.left
                if left >= len(cells):
                    continue
                if number == one.top:
                    values[one] = cells[left]
                if left in self.numbers and (one.top, one.bottom) not in ids:
                    self._fault(number, left, "merged_number")
                    cells[left] = ""
                else:
                    cells[left] = values[one]
            if number == self.heading.last:
                self.width = len(cells)
            yield number, cells

    def _heads(self, found: Iterable[Row]) -> Iterator[Row]:
        """One row a record: that of its head. Rows of records without a head are left as they are."""
        headed, waiting = set[str](), list[Row]()
        for number, cells in found:
            own = squashed(plain(cells[self.member])) if self.member is not None and self.member < len(cells) else ""
            if own and own not in self.heads:
                waiting.append((number, cells))
            else:
                headed.add(self._id(cells))
                yield number, cells
        for number, cells in waiting:
            if self._id(cells) in headed:
                self.members += 1
            else:
                yield number, cells

    def _id(self, cells: Sequence[Cell]) -> str:
        return plain(cells[self.id]) if self.id is not None and self.id < len(cells) else ""

    def _record(self, number: int, cells: list[Cell]) -> list[str]:
        if self.grid.loose and len(cells) != self.width and (len(cells) < self.width or filled(cells[self.width :])):
            raise Unreadable(
                self.taken.path,
                f"第 {number} 行有 {len(cells)} 格，标题行有 {self.width} 格。含有逗号或引号的格要用双引号括起来。",
                f"Row {number} has {len(cells)} cells, the heading {self.width}. "
                "Put cells with commas or quotes in double quotes.",
            )
        return [str(self.offset + number), *self._texts(cells, number)]

    def _texts(self, cells: Sequence[Cell], number: int = 0) -> list[str]:
        """The cells of a row as text; those that are refused are blank. Faults are noted of a row with a number."""
        texts = []
        for read, place in zip(self.reads, self.places, strict=True):
            text = ""
            if read is not None and place < len(cells):
                try:
                    text = read(cells[place])
                except Refused as refused:
                    if number:
                        self._fault(number, place, refused.code)
            texts.append(text)
        if number and self.grid.faults:
            for place in self.places:
                if (code := self.grid.faults.get((number, place))) is not None:
                    self._fault(number, place, code)
        return texts

    def _fault(self, number: int, place: int, code: str) -> None:
        self.taken.faults.append((self.offset + number, self.shown[self.places.index(place)], code))


def _reader(match: Match, names: Names) -> Read:
    if match.name in names.decided:
        outcomes = names.decided[match.name].outcomes.values()
        return chosen({one.id: (one.title.zh, one.title.en) for one in outcomes})
    return reader(names.facts.get(match.name), replace(match.form, blank=match.form.blank if match.name in names.facts
                                                       else frozenset()))  # fmt: skip


__all__ = ["NAMED", "NOT_READ", "ROW", "SPAN", "SheetRead", "Taken", "grids_of", "originals", "take"]
