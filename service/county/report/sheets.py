"""Writes a sheet of a workbook, a line at a time.

xlsxwriter makes an object of every cell and escapes it anew; a county has some hundred thousand, most of them the same
few titles. Its own bytes are written here, each text escaped once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped] # ships no types

WIDE, NARROW, BESIDE = 48, 6, 3  # the width of a column in letters, and the room for the arrow of its filter
LONGEST, FIRST_WIDE = 31, 0x2E80  # letters of the name of a sheet; the first character as wide as two
MOST = 32_767 * 2  # bytes of a text in UTF-16
FIRST = date(1899, 12, 30)  # the day 0 of Excel
ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what Excel reads otherwise than it stands
Looks = Mapping[str, Any]


def sheet_name(title: str, taken: Collection[str]) -> str:
    """The name of a sheet that Excel takes: short, without its signs, and like no other."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip("'")
    ends = ("", *(f" {number}" for number in range(2, len(taken) + 2)))
    return next(one for end in ends if (one := name[: LONGEST - len(end)] + end).lower() not in taken)


def write_sheet(
    book: Any, looks: Looks, name: str, heads: Sequence[str], rows: Iterable[Iterable[Any]], tones: Sequence[str] = ()
) -> None:
    """A sheet with columns as wide as what stands in them; `tones` are the looks of numbers by column. The book keeps
    no more than a row in memory (`constant_memory`)."""
    sheet = book.add_worksheet(sheet_name(name, {one.get_name().lower() for one in book.worksheets()}))
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, heads, looks["head"])
    widths, number = [_width(one) + BESIDE for one in heads], 0
    columns = [(xl_col_to_name(place), looks.get(tone) if tone else None)
               for place, tone in enumerate([*tones, *[""] * len(heads)][: len(heads)])]  # fmt: skip
    for number, row in enumerate(rows, 1):
        _write_line(sheet, looks, number, columns, row, widths)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(WIDE, max(NARROW, width + 1)))
    sheet.autofilter(0, 0, max(number, 1), len(heads) - 1)


def _write_line(
    sheet: Any, looks: Looks, number: int, columns: Sequence[tuple[str, Any]], row: Iterable[Any], widths: list[int]
) -> None:
    """One row, behind those before; `widths` grow with it."""
    sheet._write_single_row(number)  # noqa: SLF001 -- the heads, where they still wait
    cells: list[str] = []
    for place, ((column, tone), cell) in enumerate(zip(columns, row, strict=True)):
        if cell is None:
            continue
        if isinstance(cell, str):
            text, wide = _text(cell)
            cells.append(f'<c r="{column}{number + 1}" t="inlineStr"><is><t{text}</t></is></c>')
        else:
            value, look, wide = _number(cell, looks, tone)
            style = f' s="{look._get_xf_index()}"' if look else ""  # noqa: SLF001 -- numbered as they are first used
            cells.append(f'<c r="{column}{number + 1}"{style}><v>{value:.16G}</v></c>')
        widths[place] = max(widths[place], wide)
    if cells:
        sheet._check_dimensions(number, 0)  # noqa: SLF001 -- the sheet says how many rows it has
        sheet.fh.write(f'<row r="{number + 1}">{"".join(cells)}</row>')


def _number(cell: Any, looks: Looks, tone: Any) -> tuple[float, Any, int]:
    """A cell that is no text as Excel's number, with its look and its width."""
    if isinstance(cell, date):
        return (cell - FIRST).days, looks["day"], _width(cell)
    if isinstance(cell, Decimal):
        return float(cell), tone or looks["money"], _width(cell)
    return cell, tone, _width(cell)


@lru_cache(maxsize=10_000)
def _text(cell: str) -> tuple[str, int]:
    """What stands behind `<t` of a text, and its width."""
    short = cell if len(cell) * 4 <= MOST else cell.encode("utf-16-le")[:MOST].decode("utf-16-le", "ignore")
    safe = ESCAPED.sub(_escaped, short)
    kept = ' xml:space="preserve"' if safe[:1].isspace() or safe[-1:].isspace() else ""
    return f"{kept}>{escape(safe)}", _width(cell)


def _escaped(found: re.Match[str]) -> str:
    sign = found.group()
    return f"_x005F{sign}" if sign.startswith("_") else f"_x{ord(sign):04X}_"


def _width(cell: Any) -> int:
    """The width of a cell in letters; those of Chinese are twice as wide."""
    text = f"{cell:,.2f}" if isinstance(cell, float | Decimal) else str(cell)
    return len(text) + sum(ord(one) >= FIRST_WIDE for one in text)
