"""Reads the tables of an HTML page: many systems write one and name it .xls, which Excel opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from service.county.intake.grids import Cell, Grid, Merged, encoding_of

MOST_WIDE = 1 << 14  # columns and rows that a cell may span: what a workbook has
STRUCK = ("s", "strike", "del")
UNSEEN = ("style", "script", "title", "head")


@dataclass(slots=True)
class _Table:
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    folded: int = 0
    struck: list[int] = field(default_factory=list)


class _Page(HTMLParser):
    """The tables of a page, in the order of their ends; text outside of cells is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open: list[_Table] = []
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell; ends may be left out."""
        about = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._end_cell()
            self.open.append(_Table())
        elif tag in UNSEEN:
            self.unseen += 1
        elif tag == "tr" and self.open:
            self._end_cell()
            self.open[-1].rows.append([])
            self.open[-1].folded += "display:none" in about.get("style", "").replace(" ", "").lower()
        elif tag in ("td", "th") and self.open and self.open[-1].rows:
            self._end_cell()
            self.cell, self.span = [], (_times(about.get("colspan", "")), _times(about.get("rowspan", "")))
        elif tag == "br":
            self.handle_data("\n")
        if self.open and (tag in STRUCK or "line-through" in about.get("style", "").lower()):
            self.open[-1].struck.append(len(self.open[-1].rows))

    def handle_endtag(self, tag: str) -> None:
        """End a cell, or a table."""
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self.open:
            self.tables.append(self.open.pop())

    def handle_data(self, data: str) -> None:
        """The text of a cell."""
        if self.cell is not None and not self.unseen:
            self.cell.append(data)

    def _end_cell(self) -> None:
        if self.cell is None:
            return
        table, (wide, high) = self.open[-1], self.span
        row, number = table.rows[-1], len(table.rows)
        while any(one.top < number <= one.bottom and one.left <= len(row) <= one.right for one in table.merged):
            row.append("")  # under a cell that stands over several rows
        if wide > 1 or high > 1:
            table.merged.append(Merged(number, len(row), number + high - 1, len(row) + wide - 1))
        row += ["".join(self.cell).strip(), *[""] * (wide - 1)]
        self.cell = None


def _times(text: str) -> int:
    return min(int(text), MOST_WIDE) if text.isdecimal() and text.isascii() and int(text) > 0 else 1


def page_grids(path: Path) -> Iterator[Grid]:
    """The tables of a page as sheets, numbered where there are several; a last one without its end counts."""
    page = _Page()
    page.feed(path.read_text(encoding=encoding_of(path)))
    page.close()
    page.handle_endtag("td")
    tables = [one for one in (*page.tables, *page.open) if one.rows]
    for number, one in enumerate(tables, 1):
        name, rows = f"表{number}" if len(tables) > 1 else "", list(enumerate(one.rows, 1))
        yield Grid(
            name,
            partial(list, rows),
            merged=tuple(one.merged),
            folded=one.folded,
            struck=tuple(sorted(set(one.struck))),
            path=path,
        )
