"""Writes the workbook of the rows that are set aside, and of those with a cell that is not used: each row as it stood,
with its reasons and the wrong cells coloured, to be corrected there and read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # ships no types

from rules.table.columns import KEY
from rules.values.exact import read_date
from rules.values.ids import is_card
from service.county.backend import named
from service.county.intake.checks import BAD, Checks
from service.county.intake.forms import Form, plain
from service.county.intake.grids import Cell
from service.county.intake.headings import Match
from service.county.intake.inputs import ROW, SPAN, Source
from service.county.intake.mended import ORIGIN, seal, sheet_in, sheet_of
from service.county.intake.names import MEMBER, NAMED, NAMES, Names
from service.county.intake.taking import originals
from service.county.intake.titles import ID, heading, heading_of_above

MADE = datetime(2000, 1, 1)  # noqa: DTZ001 -- the same rows give the same bytes
MOST = 50 * 1000  # rows of a sheet
WIDE, NARROW = 40, 10
STATE, REASONS, ENGLISH = "处理", "出错原因", "Reasons"
ASIDE, KEPT = "整行未采用", "该格按未知处理，此行照常采用"


@dataclass(slots=True)
class Faulty:
    """A row with faults: its reasons, the columns they are in, whether it is set aside, and its cells."""

    zh: list[str] = field(default_factory=list)
    en: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    aside: bool = False
    cells: dict[str, tuple[Match | None, Cell]] = field(default_factory=dict)


def write_aside_book(checks: Checks, sources: Sequence[Source], path: Path) -> int:
    """Write a sheet for every table with faults; the number of rows."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": MADE})
    rows = 0
    for source in sources:
        own = checks.of(source.subject)
        if faulty := _faulty(own, source):
            _Sheet(book, own, source, faulty).write()
            rows += len(faulty)
    if not rows:
        book.add_worksheet().write_string(0, 0, "没有未采用的行或格。No row was set aside.")
    book.close()
    return rows


def _faulty(checks: Checks, source: Source) -> dict[int, Faulty]:
    """The rows of a file that have faults, by their numbers, with their cells."""
    subject = source.subject
    columns = checks.files[subject][1]
    names = {column: name for name, column in columns.facts.items()}
    names |= {KEY: KEY, columns.id: KEY, columns.above: checks.edition.subjects[subject].within}
    faults = checks.duck.run(f"SELECT {ROW}, col, code, len(facts) = 0 FROM {named(BAD + subject)} ORDER BY ALL")
    rows: dict[int, Faulty] = {}
    for row, column, code, aside in faults:
        if len(rows) < MOST or row in rows:
            one, (zh, en) = rows.setdefault(row, Faulty()), checks.messages[code]
            head = columns.id or KEY if column == KEY else column
            one.zh.append(f"{head}：{zh}")
            one.en.append(f"{head}: {en}")
            one.columns.add(names.get(column.partition(".")[0], column))
            one.aside |= aside
    for row, cells in _originals(checks, source, rows):
        rows[row].cells = cells
    return rows


def _originals(
    checks: Checks, source: Source, rows: Mapping[int, Faulty]
) -> Iterator[tuple[int, dict[str, tuple[Match | None, Cell]]]]:
    """The cells of rows as they stand in the file, or in the workbook where they were corrected."""
    subject, edition = source.subject, checks.edition
    replaced = checks.replaced[subject]
    file, columns = checks.files[subject]
    if file.taken is not None and (own := rows.keys() - replaced.keys()):
        yield from originals(source.paths, edition, subject, own, checks.mapping)
    elif file.taken is None and rows:
        there = {KEY: columns.id, edition.subjects[subject].within: columns.above, **columns.facts}
        numbers = ", ".join(map(str, rows))
        for one in checks.duck.dicts(f"SELECT * FROM {named(file.table)} WHERE {ROW} IN ({numbers})"):
            yield one[ROW], {name: (None, _cell(one[column])) for name, column in there.items()
                             if column and one[column] is not None and not isinstance(one[column], list)}  # fmt: skip
    for path in checks.mended:
        back = {one.row: row for row, one in replaced.items() if one.path == path and row in rows}
        if back:
            name = sheet_in(path, edition, subject)
            yield from ((back[row], cells) for row, cells in originals((path,), edition, subject, back, only=name))


def _cell(value: Any) -> Cell:
    """A value of a Parquet file as a cell."""
    return str(value) if isinstance(value, Decimal) else value


class _Sheet:
    """The sheet of one table."""

    def __init__(self, book: Any, checks: Checks, source: Source, faulty: Mapping[int, Faulty]) -> None:
        self.book, self.checks, self.source, self.faulty = book, checks, source, faulty
        self.edition, self.subject = checks.edition, checks.edition.subjects[source.subject]
        self.names = Names(checks.edition, source.subject)
        self.file, matched = checks.files[source.subject]
        if self.file.taken is not None:
            self.columns: dict[str, Match | None] = {**self.file.taken.columns}
        else:
            above = {self.subject.within: None} if matched.above else {}
            lists = (name for name, fact in self.subject.facts.items() if fact.type.of)
            self.columns = {KEY: None, **above, **{one: None for one in matched.facts if one not in {*lists}}}
        self.texts = self._texts()

    def _texts(self) -> dict[int, dict[str, str]]:
        """The cells of the rows as they were read, by column."""
        numbers = ", ".join(map(str, self.faulty))
        rows = self.checks.duck.dicts(f"SELECT * FROM {named(self.file.table)} WHERE {ROW} IN ({numbers})")
        return {one[ROW]: one for one in rows} if self.file.taken is not None else {}

    def write(self) -> None:
        """Write the heading, and a line for each row."""
        sheet = self.book.add_worksheet(sheet_of(self.edition, self.source.subject))
        head = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
        looks = [self.book.add_format({"num_format": form, **colour}) for colour in ({}, {"bg_color": "#FFC7CE"})
                 for form in ("@", "yyyy-mm-dd", "General")]  # fmt: skip
        about = (*(one.zh for one in ORIGIN), STATE, REASONS, ENGLISH)
        heads = [*about, *(self._head(name, match) for name, match in self.columns.items())]
        sheet.write_row(0, 0, heads, head)
        for place, text in enumerate(heads):
            wide = WIDE if text in (REASONS, ENGLISH) else max(NARROW, 2 * len(text))
            sheet.set_column(place, place, wide, looks[0])
        seals = {one.path: seal(one.path) for one in self.file.places}
        for number, (row, one) in enumerate(sorted(self.faulty.items()), 1):
            at = self.file.places[row // SPAN]
            origin = (at.path.name, at.sheet, str(row % SPAN), seals[at.path])
            sheet.write_row(number, 0, [*origin, ASIDE if one.aside else KEPT, "；".join(one.zh), "; ".join(one.en)])
            for place, name in enumerate(self.columns, len(about)):
                bad = name in one.columns
                _put(sheet, number, place, self._cell(row, one, name, bad=bad), looks[3:] if bad else looks[:3])
        sheet.freeze_panes(1, 0)

    def _head(self, name: str, match: Match | None) -> str:
        """The heading of a column: as it stands where that alone tells the column and its unit, else its title."""
        known = self.names.find(match.heading) if match is not None else None
        if match is not None and known is not None and known[0] == name and _alike(known[1], match.form):
            return match.heading
        if name in self.subject.facts:
            title = self.subject.facts[name].title.zh
            own = heading(self.edition, self.subject.facts[name], "zh")
            return f"{title}（{match.unit}）" if match is not None and match.unit and own != name else own
        members = self.edition.extracts.members.get(self.source.subject)
        if name == MEMBER and members is not None:
            return members.headings[0]
        above = heading_of_above(self.edition, self.source.subject, "zh")
        return {KEY: ID.zh, NAMED: NAMES[-1], self.subject.within: above}.get(name, name)

    def _cell(self, row: int, one: Faulty, name: str, *, bad: bool) -> Any:
        """A cell as it stood; blank where it holds an identity card number. Days are written as days, and a figure that
        stands in another unit than that of the column's first sheet with its own, in which it is then corrected."""
        match, cell = one.cells.get(name, (None, ""))
        if is_card(plain(cell)):
            return ""
        first, fact = self.columns[name], self.subject.facts.get(name)
        if fact is None or first is None or match is None:
            return cell
        moved = not _alike(match.form, first.form)
        if bad:
            unit = match.unit or "".join(first.form.units[:1])
            return f"{plain(cell).removesuffix(unit)}{unit}" if moved and cell != "" else cell
        text = str(self.texts.get(row, {}).get(first.heading) or "")
        if fact.type.kind == "date":
            return read_date(text) or cell
        return f"{text}{''.join(first.form.units[:1])}" if moved and text else cell


def _alike(one: Form, other: Form) -> bool:
    """Whether the numbers of two columns stand in the same unit."""
    return (one.times, one.percent) == (other.times, other.percent)


def _put(sheet: Any, row: int, place: int, cell: Any, looks: Sequence[Any]) -> None:
    text, day, figure = looks
    if isinstance(cell, date):
        sheet.write_datetime(row, place, cell, day)
    elif isinstance(cell, bool) or cell is None or cell == "":
        sheet.write(row, place, {True: "是", False: "否"}.get(cell, "") if isinstance(cell, bool) else "", text)
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell, figure)
    else:
        sheet.write_string(row, place, str(cell), text)
