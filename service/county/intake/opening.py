"""Tells what a file is by what it holds: names lie, as those of pages and texts that systems call .xls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from service.county.intake.grids import COMMAS, TEXTS, Grid, Unreadable, csv_grid
from service.county.intake.pages import page_grids
from service.county.intake.workbooks import grids

LOOKED = 1 << 12  # bytes
ZIP, COMPOUND = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
LOCKED = "EncryptedPackage".encode("utf-16-le")
CONTENTS = "[Content_Types].xml"  # of any workbook of Excel, wherever its parts lie
IN_ZIP = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}


def grids_of(path: Path) -> Iterator[Grid]:
    """The sheets of a file that is text, a page or a workbook; Unreadable where it is none of them."""
    kind = _kind(path)
    if kind == ".csv":
        return iter([csv_grid(path)])
    return page_grids(path) if kind == ".html" else grids(path, kind)


def _kind(path: Path) -> str:
    """The kind of a file, as the name of such files ends; that of the name where the content does not say."""
    with path.open("rb") as file:
        start = file.read(LOOKED)
    if start.startswith(COMPOUND):
        if LOCKED in path.read_bytes():
            raise Unreadable(path, "工作簿设了密码。请去掉密码后另存。",
                             "The workbook is locked by a password: save it without one.")  # fmt: skip
        return ".xls"
    if start.startswith(ZIP):
        return _in_zip(path)
    if start.lstrip().lower().startswith(b"mime-version:"):
        raise Unreadable(path, "这是网页存档（.mht）。请用 Excel 打开后另存为 .xlsx。",
                         "This is an archive of a web page (.mht): open it in Excel and save it as .xlsx.")  # fmt: skip
    words = start.decode("latin-1").replace("\0", "").lower()
    if words.lstrip("ï»¿ÿþ ").startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in words:
        raise Unreadable(path, "这是 XML 表格 2003。请用 Excel 打开后另存为 .xlsx。",
                         "This is an XML spreadsheet of 2003: open it in Excel and save it as .xlsx.")  # fmt: skip
    if "<table" in words or "<html" in words or "<!doctype html" in words:
        return ".html"
    first = words.partition("\n")[0]
    named = path.suffix.lower()
    return ".csv" if named in TEXTS or any(one in first for one in COMMAS) else named


def _in_zip(path: Path) -> str:
    try:
        with ZipFile(path) as file:
            names = file.namelist()
    except BadZipFile:
        return path.suffix.lower()
    kind = next((kind for name, kind in IN_ZIP.items() if name in names), "")
    if not kind and CONTENTS in names:
        return path.suffix.lower()
    if not kind:
        raise Unreadable(path, "这是压缩文件，不是表格。请解压后给里面的表格。",
                         "This is an archive and no table: unpack it, and name the files in it.")  # fmt: skip
    return kind
