"""The XML of .xlsx and .xlsm, as far as the reader leaves it out: the day zero, formulas without values, errors,
formats of numbers, hidden rows and columns, rows struck through."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from xlrd.formatting import std_format_strings

from service.county.intake.dress import Dress, Looks, dress_of
from service.county.intake.grids import Faults, place_of

_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)  # not one that holds nothing: <c/>
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_STYLE = re.compile(rb'\bs="([0-9]+)"')
_ERROR = re.compile(rb'\bt="e"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b[^>]*\b(?:hidden="(?:1|true)"|ht="0(?:\.0*)?")[^>]*(?<!/)>')  # with cells
_VEILED = re.compile(rb'<(?:\w+:)?col\b[^>]*\b(?:hidden="(?:1|true)"|width="0(?:\.0*)?")[^>]*>')
_FIRST, _LAST = re.compile(rb'\bmin="([0-9]+)"'), re.compile(rb'\bmax="([0-9]+)"')


class Parts:
    """The parts of one workbook: the parts of its sheets by name, the day zero, the dress of its styles, and the styles
    that strike through."""

    def __init__(
        self, path: Path, sheets: Mapping[str, str], epoch: int, dress: Mapping[bytes, Dress], struck: frozenset[bytes]
    ) -> None:
        self.path, self.sheets, self.epoch, self.dress, self.struck = path, sheets, epoch, dress, struck

    @classmethod
    def of(cls, path: Path) -> Parts | None:
        """The parts of a workbook; None where it has no such parts."""
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
            styles = file.read("xl/styles.xml") if "xl/styles.xml" in file.namelist() else b"<none/>"
            return cls(path, sheets, 1904 if late else 1900, dict(_dresses(styles)), frozenset(_strikes(styles)))
        return None

    def looks(self, name: str) -> Looks:
        """What the reader leaves out of a sheet."""
        with ZipFile(self.path) as file:
            if self.sheets.get(name) not in file.namelist():
                return Looks()
            text = file.read(self.sheets[name])
        veiled = tuple((int(first[1]) - 1, int(last[1]) - 1) for one in _VEILED.findall(text.partition(b"sheetData")[0])
                       if (first := _FIRST.search(one)) and (last := _LAST.search(one)))  # fmt: skip
        hidden = b"hidden=" in text or b'ht="0' in text  # sooner told than by the expression
        dress = {place: self.dress[style] for place, style in _styled(text, self.dress)}
        struck = sorted({row for (row, _), _ in _styled(text, self.struck)})
        return Looks(_faults(text), dress, len(_HIDDEN.findall(text)) if hidden else 0, veiled, tuple(struck))


def _styled(text: bytes, styles: Collection[bytes]) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The cells of a sheet that hold something and have one of some styles, with their styles."""
    if not styles:
        return
    for attributes in re.findall(rb'<(?:\w+:)?c\s([^>]*\bs="(?:' + b"|".join(styles) + rb')"[^>]*)(?<!/)>', text):
        if (place := _PLACE.search(attributes)) and (style := _STYLE.search(attributes)):
            yield (int(place[2]), place_of(place[1].decode())), style[1]


def _strikes(styles: bytes) -> Iterator[bytes]:
    """The styles of cells, by number, whose font strikes through."""
    parts = {part.tag.rpartition("}")[2]: list(part) for part in ET.fromstring(styles)}  # noqa: S314
    lined = {str(number) for number, font in enumerate(parts.get("fonts", ()))
             if any(one.tag.endswith("}strike") and one.get("val") not in ("0", "false") for one in font)}  # fmt: skip
    yield from (str(number).encode() for number, one in enumerate(parts.get("cellXfs", ()))
                if one.get("fontId") in lined)  # fmt: skip


def _dresses(styles: bytes) -> Iterator[tuple[bytes, Dress]]:
    """The styles of cells, by number, whose formats say more than the numbers."""
    codes: dict[int, str] = dict(std_format_strings)  # those that have no words in the file
    for part in ET.fromstring(styles):  # noqa: S314
        kind = part.tag.rpartition("}")[2]
        if kind == "numFmts":
            codes |= {int(one.get("numFmtId", "-1")): one.get("formatCode", "") for one in part}
        elif kind == "cellXfs":
            for number, one in enumerate(part):
                dress = dress_of(codes.get(int(one.get("numFmtId", "0")), ""))
                if dress is not None:
                    yield str(number).encode(), dress


def _faults(text: bytes) -> Faults:
    """Formulas without stored values, and errors, by row and column: read as they are they would be blank."""
    formulas = (b"<f" in text or b":f" in text) and _FORMULA.search(text) is not None
    if not formulas and b't="e"' not in text:
        return {}
    faults: dict[tuple[int, int], str] = {}
    for attributes, inside in _CELL.findall(text):
        error = _ERROR.search(attributes) is not None
        if (error or (_FORMULA.search(inside) and not _VALUE.search(inside))) and (place := _PLACE.search(attributes)):
            faults[int(place[2]), place_of(place[1].decode())] = "error_value" if error else "formula_without_value"
    return faults
