"""Reads workbooks (.xlsx, .xlsm, .xls, .ods) sheet by sheet, and finds cells whose value a workbook does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from service.county.intake.grids import Faults, Grid, Merged, Row, Unreadable

_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_ERROR = re.compile(rb'\bt="e"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"[^>]*(?<!/)>')  # with cells
_VEILED = re.compile(rb'<(?:\w+:)?col\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_FIRST, _LAST = re.compile(rb'\bmin="([0-9]+)"'), re.compile(rb'\bmax="([0-9]+)"')
_LETTERS = 26
Spans = tuple[tuple[int, int], ...]


def grids(path: Path) -> Iterator[Grid]:
    """The sheets of a workbook; Unreadable where it is none, or is locked by a password."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            parts = _Parts.of(path)
            for meta in book.sheets_metadata:
                if meta.typ in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
                    yield _grid(book.get_sheet_by_name(meta.name), meta, parts)
    except PasswordError:
        raise Unreadable(path, "工作簿设了密码。请去掉密码后另存。",
                         "The workbook is locked by a password: save it without one.") from None  # fmt: skip
    except (CalamineError, BadZipFile, ET.ParseError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unreadable(path, f"不是可用的 Excel 文件（{why}）。请用 Excel 打开后另存为 .xlsx。",
                         f"This is no workbook that can be read ({why}). Open it in Excel and save it as .xlsx."
                         ) from None  # fmt: skip


def _grid(sheet: CalamineSheet, meta: SheetMetadata, parts: _Parts) -> Grid:
    kept: list[Row] = []

    def rows() -> list[Row]:
        if not kept:
            kept.extend(enumerate(sheet.to_python(skip_empty_area=False), 1))
        return kept

    merged = tuple(Merged(top + 1, left, bottom + 1, right)
                   for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())  # fmt: skip
    hidden = meta.visible is not SheetVisibleEnum.Visible
    faults, folded, veiled = parts.seen(meta.name)
    return Grid(meta.name, rows, hidden=hidden, merged=merged, faults=faults, epoch=parts.epoch, folded=folded,
                veiled=veiled)  # fmt: skip


class _Parts:
    """The XML of a workbook, as far as the reader leaves it out: the day zero, formulas without values, errors."""

    def __init__(self, path: Path | None, sheets: Mapping[str, str], epoch: int | None) -> None:
        self.path, self.sheets, self.epoch = path, sheets, epoch

    @classmethod
    def of(cls, path: Path) -> _Parts:
        with suppress(BadZipFile, KeyError), ZipFile(path) as file:
            book = ET.fromstring(file.read("xl/workbook.xml"))  # noqa: S314 -- expat bounds entities
            links = ET.fromstring(file.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
            targets = {one.get("Id"): one.get("Target", "") for one in links}
            sheets, late = dict[str, str](), False
            for one in book.iter():
                kind = one.tag.rpartition("}")[2]
                if kind == "sheet":
                    id = next((value for key, value in one.attrib.items() if key.endswith("}id")), None)
                    sheets[one.get("name", "")] = str(PurePosixPath("/xl") / targets.get(id, "")).lstrip("/")
                elif kind == "workbookPr":
                    late = one.get("date1904") in ("1", "true")
            return cls(path, sheets, 1904 if late else 1900)
        return cls(None, {}, None)

    def seen(self, name: str) -> tuple[Faults, int, Spans]:
        """The faults of the cells of a sheet, how many of its rows are hidden, and which columns."""
        if self.path is None or name not in self.sheets:
            return {}, 0, ()
        with ZipFile(self.path) as file:
            if self.sheets[name] not in file.namelist():
                return {}, 0, ()
            text = file.read(self.sheets[name])
        if b"hidden=" not in text:  # sooner told than by the expressions
            return self._faults(text), 0, ()
        veiled = tuple((int(first[1]) - 1, int(last[1]) - 1) for one in _VEILED.findall(text)
                       if (first := _FIRST.search(one)) and (last := _LAST.search(one)))  # fmt: skip
        return self._faults(text), len(_HIDDEN.findall(text)), veiled

    @staticmethod
    def _faults(text: bytes) -> Faults:
        """Formulas without stored values, and errors, by row and column: read as they are they would be blank."""
        formulas = (b"<f" in text or b":f" in text) and _FORMULA.search(text) is not None
        if not formulas and b't="e"' not in text:
            return {}
        faults: dict[tuple[int, int], str] = {}
        for attributes, inside in _CELL.findall(text):
            error = _ERROR.search(attributes) is not None
            if (error or (_FORMULA.search(inside) and not _VALUE.search(inside))) and (
                place := _PLACE.search(attributes)
            ):
                column = 0
                for letter in place[1].decode():
                    column = column * _LETTERS + ord(letter) - ord("A") + 1
                faults[int(place[2]), column - 1] = "error_value" if error else "formula_without_value"
        return faults
