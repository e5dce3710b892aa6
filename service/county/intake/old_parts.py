"""What the reader leaves out of .xls and .ods: errors, formats of numbers, hidden rows and columns, rows struck
through."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

import xlrd
from xlrd.biffh import XLRDError

from service.county.intake.dress import SHORT, Dress, Looks, dress_of

_SHORTENED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[Ee][+-]?[0-9]+")  # as a cell shows its number
_NONE = re.compile(r"0(?:\.0*)?[a-z]+")  # a width
EMPTY = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
PERCENT = Dress(times=100, after="%")
_BROKEN = (XLRDError, struct.error, IndexError, KeyError, AssertionError, ValueError, TypeError, AttributeError)


def xls_looks(path: Path) -> Mapping[str, Looks] | None:
    """What is left out of the sheets of an .xls, by name; None where that cannot be told."""
    try:
        with xlrd.open_workbook(str(path), formatting_info=True, logfile=_Quiet()) as book:
            return {one.name: _xls(book, one) for one in book.sheets()}
    except _BROKEN:  # writers of .xls differ, and the values are read by another
        return None


class _Quiet:
    """Where xlrd writes what it thinks of a file."""

    def write(self, _: str) -> None:
        """Drop it."""

    def flush(self) -> None:
        """Nothing is kept."""


def _xls(book: Any, sheet: Any) -> Looks:
    faults, dress = dict[tuple[int, int], str](), dict[tuple[int, int], Dress]()
    dresses = {place: one for place, xf in enumerate(book.xf_list)
               if (one := dress_of(book.format_map[xf.format_key].format_str)) is not None}  # fmt: skip
    lines = {place for place, font in enumerate(book.font_list) if font.struck_out}
    lined = {place for place, xf in enumerate(book.xf_list) if xf.font_index in lines}
    struck = set[int]()
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind not in EMPTY and lined and sheet.cell_xf_index(row, column) in lined:
                struck.add(row + 1)
            if kind == xlrd.XL_CELL_ERROR:
                faults[row + 1, column] = "error_value"
            elif kind == xlrd.XL_CELL_NUMBER and (own := dresses.get(sheet.cell_xf_index(row, column))) is not None:
                dress[row + 1, column] = own
    folded = sum(1 for row, one in sheet.rowinfo_map.items() if (one.hidden or one.height == 0) and _holds(sheet, row))
    veiled = tuple((column, column) for column, one in sorted(sheet.colinfo_map.items()) if one.hidden or not one.width)
    return Looks(faults, dress, folded, veiled, tuple(sorted(struck)))


def _holds(sheet: Any, row: int) -> bool:
    return row < sheet.nrows and any(one not in EMPTY for one in sheet.row_types(row))


# --- .ods


def ods_looks(path: Path) -> Mapping[str, Looks] | None:
    """What is left out of the sheets of an .ods, by name; None where that cannot be told."""
    try:
        with ZipFile(path) as file:
            content = ET.fromstring(file.read("content.xml"))  # noqa: S314 -- expat bounds entities
    except (BadZipFile, KeyError, ET.ParseError):
        return None
    narrow = {_at(style, "name") for style in content.iter() if _kind(style) == "style"
              for one in style if _NONE.fullmatch(_at(one, "column-width"))}  # fmt: skip
    lined = {_at(style, "name") for style in content.iter() if _kind(style) == "style"
             for one in style if _at(one, "text-line-through-style") not in ("", "none")}  # fmt: skip
    return {_at(one, "name"): _ods(one, narrow, lined) for one in content.iter() if _kind(one) == "table"}


def _ods(table: ET.Element, narrow: set[str], lined: set[str]) -> Looks:
    dress, folded, number, struck = dict[tuple[int, int], Dress](), 0, 1, list[int]()
    for row, hidden in _lines(table, "table-row"):
        cells = list(_spread(row))
        if any(_at(one, "value-type") for _, one in cells):
            folded += hidden
            struck += [number] if any(_at(one, "style-name") in lined for _, one in cells) else []
            dress |= {(number, place): own for place, one in cells if (own := _dress(one)) is not None}
        number += int(_at(row, "number-rows-repeated") or 1)
    veiled, place = list[tuple[int, int]](), 0
    for column, hidden in _lines(table, "table-column"):
        wide = int(_at(column, "number-columns-repeated") or 1)
        if hidden or _at(column, "style-name") in narrow:
            veiled.append((place, place + wide - 1))
        place += wide
    return Looks({}, dress, folded, tuple(veiled), tuple(struck))


def _dress(cell: ET.Element) -> Dress | None:
    kind = _at(cell, "value-type")
    if kind == "percentage":
        return PERCENT
    return SHORT if kind == "float" and _SHORTENED.fullmatch("".join(cell.itertext()).strip()) else None


def _lines(part: ET.Element, kind: str, *, hidden: bool = False) -> Iterator[tuple[ET.Element, bool]]:
    """The rows or the columns of a table, within groups too, and whether each is hidden."""
    for one in part:
        if _kind(one) == kind:
            yield one, hidden or _at(one, "visibility") in ("collapse", "filter")
        elif _kind(one).startswith((f"{kind}-group", f"table-header-{kind.removeprefix('table-')}", f"{kind}s")):
            yield from _lines(one, kind, hidden=hidden or _at(one, "display") == "false")


def _spread(row: ET.Element) -> Iterator[tuple[int, ET.Element]]:
    """The cells of a row with their places, those that stand for several at each."""
    place = 0
    for one in row:
        times = int(_at(one, "number-columns-repeated") or 1)
        if _at(one, "value-type"):
            yield from ((place + more, one) for more in range(times))
        place += times


def _kind(one: ET.Element) -> str:
    return one.tag.rpartition("}")[2]


def _at(one: ET.Element, name: str) -> str:
    """An attribute, of whatever name space."""
    return next((value for key, value in one.attrib.items() if key.rpartition("}")[2] == name), "")
