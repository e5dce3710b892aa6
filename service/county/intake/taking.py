"""Takes the records of a file out of its sheets, cell by cell, into one table of text; all rows are accounted for."""

from __future__ import annotations

import csv
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from rules.model import Edition
from rules.table.columns import KEY
from rules.values.text import shown
from service.county.intake.filling import dittos, undittoed, unmerged
from service.county.intake.forms import Read, Refused, chosen, plain, reader
from service.county.intake.grids import Cell, Row, Unreadable, filled, repeated
from service.county.intake.headings import Heading, Match, without_unit
from service.county.intake.mapping import EMPTY, MappedFiles
from service.county.intake.names import MEMBER, Names
from service.county.intake.records import Kinds, counted, records
from service.county.intake.sheets import ROW, SPAN, Chosen, SheetRead, Taken, chosen_sheets
from service.county.intake.texts import squashed
from service.county.intake.units import MONEY, stated

UNSTORED = "formula_without_value"


def take(
    paths: Sequence[Path], edition: Edition, subject: str, table: Path, mapping: MappedFiles = EMPTY, *,
    only: str | None = None,
) -> Taken:  # fmt: skip
    """Write the records of files, of all their sheets or of one `only`, to a table of text; Unreadable where a file has
    no sheet of records that can be told."""
    names, taken = Names(edition, subject), Taken()
    chosen_ = [replace(one, heading=_without_lists(one.heading, names, taken))
               for one in chosen_sheets(paths, names, mapping, taken, only)]  # fmt: skip
    taken.read = list(_read(taken, chosen_))
    for one in chosen_:
        _one_unit(one, names)
        for match in one.heading.columns:
            taken.columns.setdefault(match.name, match)
    taken.placed = {one.at: one.heading.above for one in chosen_ if one.heading.above}
    if taken.placed and names.above:
        title = edition.subjects[names.above].title.zh
        taken.columns.setdefault(names.above, Match(-1, title, names.above, names.form(names.above)))
    strays = [(one.grid.path, stray) for one in chosen_ for stray in one.heading.strays]
    _once(taken, names, strays)
    _note(taken, names, chosen_)
    taken.strays = list(dict.fromkeys(one for _, one in strays))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([ROW, *(one.heading for one in taken.columns.values())])
        for one in chosen_:
            writer.writerows(_Sheet(taken, names, one).rows())
    _stored(taken)
    return taken


def _read(taken: Taken, chosen_: Sequence[Chosen]) -> Iterator[tuple[Match, str]]:
    """The columns as the sheets have them, once each, with the names of the sheets where others have them otherwise."""
    sheets: dict[tuple[str, str, str], tuple[Match, list[str]]] = {}
    for one in chosen_:
        for match in one.heading.columns:
            sheets.setdefault((match.name, match.heading, match.unit), (match, []))[1].append(taken.sheet(one.at))
    yield from ((match, "" if len(own) == len(chosen_) else "、".join(own)) for match, own in sheets.values())


def _one_unit(one: Chosen, names: Names) -> None:
    """Unreadable where a sheet states several units, and a column has none of its own."""
    if len(one.heading.units) > 1 and (doubtful := without_unit(one.heading, names)) is not None:
        units = "、".join(one.heading.units)
        raise Unreadable(
            one.grid.path,
            f"表头写着“{units}”，说不清{shown(doubtful.heading)}是哪一个。请在标题里写明单位。",
            f"The sheet states {units}: in which of them is {shown(doubtful.heading)}? Write the unit into the "
            "heading.",
        )


def _note(taken: Taken, names: Names, chosen_: Sequence[Chosen]) -> None:
    """Note what is hidden and what is struck through in sheets, and the columns that one of them lacks."""
    for one in chosen_:
        name, grid, own = taken.sheet(one.at), one.grid, {match.name for match in one.heading.columns}
        if grid.folded:
            taken.folded[name] = grid.folded
        if one.heading.ditto and (same := dittos(grid, one.heading)):
            taken.dittos[name or grid.path.name] = same
        if struck := tuple(row for row in grid.struck if row > one.heading.last):
            taken.struck[name] = struck
        if not grid.told:
            taken.untold.append(name)
        taken.veiled += [match.heading for match in one.heading.columns
                         if any(first <= match.place <= last for first, last in grid.veiled)]  # fmt: skip
        lacks = [match.heading for key, match in taken.columns.items() if key not in own and
                 not (key == names.above and one.heading.above)]  # fmt: skip
        if lacks:
            taken.lacking[name] = lacks


def _stored(taken: Taken) -> None:
    """Unreadable where cells are formulas of which the file has no value."""
    if unstored := [one for one in taken.faults if one[2] == UNSTORED]:
        row, column, _ = unstored[0]
        raise Unreadable(
            taken.places[row // SPAN].path,
            f"“{column}”第 {row % SPAN} 行等 {len(unstored)} 格是公式，文件里没有存结果。请用 Excel 打开、保存后再用。",
            f"{len(unstored)} cells are formulas without a stored value (the first: {column}, row {row % SPAN}). "
            "Open the file in Excel and save it.",
        )


def _once(taken: Taken, names: Names, strays: Iterable[tuple[Path, str]]) -> None:
    """Unreadable where a heading that is not used is that of a column all the same."""
    for path, stray in strays:
        found = names.find(stray)
        if found is not None and squashed(taken.columns[found[0]].heading) == squashed(stray):
            raise repeated(path, stray)


def _without_lists(heading: Heading, names: Names, taken: Taken) -> Heading:
    """The heading without columns of lists, which a cell cannot hold; they are noted."""
    lists = [one for one in heading.columns if one.name in names.facts and names.facts[one.name].type.kind == "list"]
    taken.lists |= {one.heading: one.name for one in lists}
    return replace(heading, columns=tuple(one for one in heading.columns if one not in lists))


class _Sheet:
    """The rows of one sheet on their way into the table."""

    def __init__(self, taken: Taken, names: Names, one: Chosen) -> None:
        heading = one.heading
        self.taken, self.grid, self.heading, self.offset = taken, one.grid, heading, one.place * SPAN
        self.names = names
        self.at = {one.name: one for one in heading.columns}
        self.reads = [_reader(self.at[name], names) if name in self.at else None for name in taken.columns]
        self.places = [self.at[name].place if name in self.at else -1 for name in taken.columns]
        self.given = [heading.above if name == names.above else "" for name in taken.columns]
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
        found = records(self.filled_down(), self.heading, self.id, self.above, kinds, self.names.names)
        for number, cells in self._heads(found) if self.member is not None else found:
            count += 1
            yield self._record(number, cells)
        self._one_heading(kinds.headings)
        self._no_unit_below(kinds.notes)
        for number, cells in kinds.totals:
            texts = dict(zip(self.taken.columns, self._texts(cells), strict=True))
            records_ = counted(cells, (self.id, self.above), self.names.subject.title.zh)
            self.taken.totals.append((self.offset + number, texts, records_))
        unused = {"total": len(kinds.totals), "note": len(kinds.notes), "member": self.members}
        top = takewhile(lambda row: row[0] < self.heading.first, self.grid.rows())
        above = sum(1 for _, cells in top if filled(cells))
        lines = {self.heading.first, self.heading.last}
        self.taken.sheets.append(SheetRead(
            self.grid.name, count + sum(unused.values()), count, 0, {key: one for key, one in unused.items() if one},
            heading="-".join(map(str, sorted(lines))), above=above, file=self.grid.path.name,
        ))  # fmt: skip

    def _one_heading(self, headings: Sequence[Row]) -> None:
        """Unreadable where another heading stands among the records: those below it have other columns."""
        for number, _ in headings:
            raise Unreadable(
                self.grid.path,
                f"第 {number} 行又是标题行，和第 {self.heading.last} 行的列不一样。请拆成两张工作表，或把列排成一样。",
                f"Row {number} is another heading, and not that of row {self.heading.last}: part the tables, or give "
                "them the same columns.",
            )

    def _no_unit_below(self, notes: Sequence[Row]) -> None:
        """Unreadable where a note below the records states a unit that amounts above it are not read in."""
        doubtful = without_unit(self.heading, self.names)
        for number, cells in notes:
            units = [one for one in stated(one for one in cells if isinstance(one, str)) if MONEY[one] > 1]
            if units and doubtful is not None:
                column = shown(doubtful.heading)
                raise Unreadable(
                    self.grid.path,
                    f"第 {number} 行的说明写着单位是{'、'.join(units)}。请把单位写进标题，如 {column}（万元）。",
                    f"The note in row {number} states {', '.join(units)}: write the unit into the headings.",
                )

    def filled_down(self) -> Iterator[Row]:
        """The rows with merged cells filled down, and 同上 as the mapping says."""
        rows = unmerged(self.grid, self.heading, self.numbers, self._fault)
        for number, cells in undittoed(rows, self.heading, self.names.above):
            if number == self.heading.last:
                self.width = len(cells)
            yield number, cells

    def _heads(self, found: Iterable[Row]) -> Iterator[Row]:
        """One row a record: that of its head. Rows of records without a head are left as they are; a member without an
        id is one of the head above."""
        headed, waiting = set[str](), list[Row]()
        for number, cells in found:
            own = squashed(plain(cells[self.member])) if self.member is not None and self.member < len(cells) else ""
            if own and own not in self.heads:
                if headed and not self._id(cells):
                    self.members += 1
                else:
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
                self.grid.path,
                f"第 {number} 行有 {len(cells)} 格，标题行有 {self.width} 格。含有逗号或引号的格要用双引号括起来。",
                f"Row {number} has {len(cells)} cells, the heading {self.width}. "
                "Put cells with commas or quotes in double quotes.",
            )
        return [str(self.offset + number), *self._texts(cells, number)]

    def _texts(self, cells: Sequence[Cell], number: int = 0) -> list[str]:
        """The cells of a row as text; those that are refused are blank. Faults are noted of a row with a number."""
        texts = []
        for read, place, given in zip(self.reads, self.places, self.given, strict=True):
            text = given
            if read is not None and place < len(cells):
                try:
                    text = read(cells[place])
                except Refused as refused:
                    text = refused.text
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
    return reader(names.facts.get(match.name), match.form)


def originals(
    paths: Sequence[Path], edition: Edition, subject: str, rows: Container[int], mapping: MappedFiles = EMPTY, *,
    only: str | None = None,
) -> Iterator[tuple[int, dict[str, tuple[Match | None, Cell]]]]:  # fmt: skip
    """Some rows of files as they stand in them: the cells by what they hold, each with its column."""
    names, taken = Names(edition, subject), Taken()
    for one in chosen_sheets(paths, names, mapping, taken, only):
        heading = one.heading
        for number, cells in _Sheet(taken, names, one).filled_down():
            if (row := one.place * SPAN + number) in rows:
                own = {names.above: (None, heading.above)} if names.above and heading.above else {}
                yield row, own | {match.name: (match, cells[match.place]) for match in heading.columns
                                  if match.place < len(cells)}  # fmt: skip
