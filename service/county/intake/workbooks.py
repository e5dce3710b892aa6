"""Reads workbooks (.xlsx, .xlsm, .xls, .ods) sheet by sheet, each cell as people see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import BadZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from service.county.intake.dress import Looks
from service.county.intake.grids import Grid, Merged, Row, Unreadable
from service.county.intake.old_parts import ods_looks, xls_looks
from service.county.intake.parts import Parts

LooksOf = Callable[[str], Looks]
UNTOLD = Looks(told=False)


def grids(path: Path, kind: str) -> Iterator[Grid]:
    """The sheets of a workbook of a kind; Unreadable where it is none, or is locked by a password."""
    try:
        with _opened(path, kind) as book:
            looks, epoch = _looks(path, kind)
            for meta in book.sheets_metadata:
                if meta.typ in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
                    yield replace(_grid(book.get_sheet_by_name(meta.name), meta, looks, epoch), path=path)
    except PasswordError:
        raise Unreadable(path, "工作簿设了密码。请去掉密码后另存。",
                         "The workbook is locked by a password: save it without one.") from None  # fmt: skip
    except (CalamineError, BadZipFile, ET.ParseError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unreadable(path, f"不是可用的 Excel 文件（{why}）。请用 Excel 打开后另存为 .xlsx。",
                         f"This is no workbook that can be read ({why}). Open it in Excel and save it as .xlsx."
                         ) from None  # fmt: skip


@contextmanager
def _opened(path: Path, kind: str) -> Iterator[CalamineWorkbook]:
    """The workbook; that of a file whose name says another kind is told by what it holds."""
    if path.suffix.lower() == kind:
        with CalamineWorkbook.from_path(path) as book:
            yield book
    else:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            yield book


def _looks(path: Path, kind: str) -> tuple[LooksOf, int | None]:
    """How the sheets of a workbook look, by name, and the year from which its days are numbered, where it is known."""
    if (parts := Parts.of(path)) is not None:
        return parts.looks, parts.epoch
    known = (ods_looks if kind == ".ods" else xls_looks)(path) or {}
    return lambda name: known.get(name, UNTOLD), None


def _grid(sheet: CalamineSheet, meta: SheetMetadata, looks_of: LooksOf, epoch: int | None) -> Grid:
    kept, looks = list[Row](), looks_of(meta.name)

    def rows() -> list[Row]:
        if not kept:
            kept.extend(enumerate(sheet.to_python(skip_empty_area=False), 1))
            for (row, column), dress in looks.dress.items():
                if row <= len(kept) and column < len(kept[row - 1][1]):
                    kept[row - 1][1][column] = dress.on(kept[row - 1][1][column])
        return kept

    merged = tuple(Merged(top + 1, left, bottom + 1, right)
                   for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())  # fmt: skip
    hidden = meta.visible is not SheetVisibleEnum.Visible
    return Grid(meta.name, rows, hidden=hidden, merged=merged, faults=looks.faults, epoch=epoch, folded=looks.folded,
                veiled=looks.veiled, struck=looks.struck, told=looks.told)  # fmt: skip
