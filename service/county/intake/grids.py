"""Opens extracts as grids of cells: the sheets of a workbook, or the one of a CSV, with rows as people count them."""

from __future__ import annotations

import codecs
import csv
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from string import ascii_uppercase

from rules.values.text import TextError, shown

Cell = str | int | float | bool | date | datetime | time | timedelta
Row = tuple[int, list[Cell]]  # as people count them, and the cells
Faults = Mapping[tuple[int, int], str]  # row and column -> code
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ENCODINGS = ("utf-8", "gb18030")  # Excel writes GB18030 in China
TEXTS, BOOKS = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".htm", ".html")
KINDS = (*TEXTS, *BOOKS, ".parquet")
PIECE = 1 << 20
COMMAS = ",\t;|"
LOOKED = 30  # lines that show how cells are parted


class FileError(TextError):
    """A file or a folder that will not do."""

    def __init__(self, path: Path, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.path, self.where = path, str(path)


class Unreadable(FileError):
    """A file that cannot be read as a table."""


WIDE, SURE = "\u0800", 2  # characters of three bytes: GB18030 has hardly a word that makes so many of them


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet of a file; a text has one without a name."""

    path: Path
    sheet: str = ""

    def named(self, among: Sequence[Place]) -> str:
        """Its name among sheets that are read together: with that of the file where there are several."""
        several = any(one.path != self.path for one in among)
        return " ".join(one for one in (self.path.name if several else "", self.sheet) if one)


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that were merged: rows from 1, columns from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet. `rows` reads its rows anew; `epoch` is the year from which its days are numbered, where it is known;
    `loose` says that rows may differ in length by mistake; `folded` is the number of hidden rows among them, `veiled`
    are the first and the last of columns that are hidden, `struck` the rows with cells that are struck through; `told`
    says whether that is known at all."""

    name: str
    rows: Callable[[], Iterable[Row]]
    hidden: bool = False
    merged: tuple[Merged, ...] = ()
    faults: Faults = field(default_factory=dict)
    epoch: int | None = None
    loose: bool = False
    folded: int = 0
    veiled: tuple[tuple[int, int], ...] = ()
    struck: tuple[int, ...] = ()
    told: bool = True
    path: Path = Path()  # of the file


def csv_grid(path: Path) -> Grid:
    """The one sheet of a text file; its cells are parted by commas, tabs, semicolons or bars."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        lines = list(islice(file, LOOKED))
    comma = max(COMMAS, key=lambda one: sum(line.count(one) for line in lines))

    def rows() -> Iterator[Row]:
        with path.open(encoding=encoding, newline="") as file:
            reader, first = csv.reader(file, delimiter=comma, strict=True), 1
            try:
                for cells in reader:
                    yield first, list(cells)
                    first = reader.line_num + 1
            except csv.Error:
                raise Unreadable(path, f"第 {first} 行的双引号没有成对。",
                                 f"The double quotes of row {first} do not come in pairs.") from None  # fmt: skip

    return Grid("", rows, loose=True, path=path)


def encoding_of(path: Path) -> str:
    """The encoding of a text file, by its mark or by reading it to the end."""
    with path.open("rb") as file:
        start = file.read(64)
    marked = next((name for mark, name in MARKS if start.startswith(mark)), "")
    zeros = start[1::2].count(0), start[::2].count(0)
    unmarked = ("utf-16-le",) if zeros[0] > zeros[1] else ("utf-16-be",) if zeros[1] else ENCODINGS
    for encoding in (marked,) if marked else unmarked:
        try:
            with path.open(encoding=encoding, newline="") as old, Path(os.devnull).open("w", encoding="utf-8") as new:
                shutil.copyfileobj(old, new, PIECE)
        except UnicodeError:
            continue
        if encoding == ENCODINGS[-1] and (line := _turn(path)):
            raise _unreadable(path, line)  # read as GB18030, lines of UTF-8 are other words
        return encoding
    raise _unreadable(path, _turn(path) or max(_line_refused(path, encoding) for encoding in unmarked))


def _unreadable(path: Path, line: int) -> Unreadable:
    return Unreadable(
        path,
        f"既不是 UTF-8、UTF-16 也不是 GB18030 编码，或混有几种：从第 {line} 行起读不了。请用 Excel 另存为“CSV UTF-8”。",
        f"This is neither UTF-8, UTF-16 nor GB18030, or a mixture: it cannot be read from line {line} on. Save it in "
        "Excel as CSV UTF-8.",
    )


def repeated(path: Path, heading: str) -> Unreadable:
    """The error about a heading that stands twice."""
    return Unreadable(
        path,
        f"标题行里 {shown(heading)} 出现了不止一次：请只留一列；并排的两张表，请上下接成一张。",
        f"The heading names {shown(heading)} more than once: keep one column; put tables that stand side by side one "
        "below the other.",
    )


def _turn(path: Path) -> int:
    """The line at which a text turns from UTF-8 to something else, or to UTF-8; 0 where it does not."""
    other = own = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                text = "" if line.isascii() else line.decode()
            except UnicodeError:
                other = other or number
            else:
                own = own or (number if sum(one >= WIDE for one in text) >= SURE else 0)
            if other and own:
                return max(other, own)
    return 0


def _line_refused(path: Path, encoding: str) -> int:
    """The first line of a text that is not in an encoding; 1 where lines are not told apart by a byte."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return number
    return 1


def letter_of(place: int) -> str:
    """The letters of a column, as people see it."""
    place, letters = place + 1, ""
    while place:
        place, rest = divmod(place - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters


def place_of(letters: str) -> int:
    """The inverse of `letter_of`; ValueError where a text is none."""
    place = 0
    for letter in letters.upper():
        place = place * len(ascii_uppercase) + ascii_uppercase.index(letter) + 1
    return place - 1


def filled(cells: Iterable[Cell]) -> int:
    """The number of cells that hold something."""
    return sum(1 for one in cells if not isinstance(one, str) or one.strip(" \t\r\n\u3000\u00a0\u200b\ufeff\x1a"))
