"""Opens extracts as tables of DuckDB: Parquet as it is, CSV and Excel as text with the number of each row."""

from __future__ import annotations

import codecs
import csv
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from rules.values.text import TextError
from service.county.backend import Duck, named, quoted

ENCODINGS = ("utf-8", "gb18030")  # Excel writes GB18030 in China; a byte order mark means UTF-8
ROW = "row__"
PIECE = 1 << 20
KINDS = (".csv", ".xlsx", ".parquet")


class FileError(TextError):
    """A file or a folder that will not do."""

    def __init__(self, path: Path, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.path, self.where = path, str(path)


class Unreadable(FileError):
    """A file that cannot be read as a table."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of records of one subject."""

    subject: str
    path: Path
    joined: bool = False  # read with columns from other files

    @property
    def first(self) -> int:
        """The number of the first record's row as people see it: a sheet has a heading."""
        return 1 if self.path.suffix == ".parquet" else 2


def opened(duck: Duck, source: Source, scratch: Path) -> str:
    """The name of a table that holds the file, with the row each record stands in."""
    kind = source.path.suffix.lower()
    name = f"raw_{source.subject}_{kind[1:]}"  # one is a view, the others are tables
    if kind not in KINDS:
        raise Unreadable(source.path, f"只读 {' '.join(KINDS)} 文件。", f"Only {' '.join(KINDS)} files are read.")
    try:
        if kind == ".parquet":
            duck.run(f"CREATE OR REPLACE VIEW {named(name)} AS {numbered(source)}")
            return name
        text = _sheet(source.path, scratch) if kind == ".xlsx" else _utf8(source.path, scratch)
        with text.open(encoding="utf-8", newline="") as file:
            comma = max(",\t;", key=file.readline().count)
            file.seek(0)
            heading = _heading(source.path, next(csv.reader(file, delimiter=comma), []))
        row = f"row_number() OVER () + {source.first - 1}" if kind == ".csv" else f"CAST({ROW} AS BIGINT)"
        types = ", ".join(f"{quoted(one)}: 'VARCHAR'" for one in heading)
        columns = "*" if kind == ".csv" else f"* EXCLUDE ({ROW})"
        duck.run(
            f"CREATE OR REPLACE TABLE {named(name)} AS SELECT {columns}, {row} AS {ROW} FROM read_csv({quoted(text)}, "
            f"header = true, delim = {quoted(comma)}, columns = {{{types}}}, auto_detect = false, quote = '\"', "
            "escape = '\"', strict_mode = true)"
        )
    except (OSError, UnicodeError, Unreadable):
        raise
    except Exception as error:  # noqa: BLE001 -- DuckDB's own, which stays in its module
        if kind == ".csv" and (broken := _broken(text, comma)) is not None:
            raise Unreadable(source.path, *broken) from None
        why = str(error).splitlines()[0]
        broken = f"不是可用的表格（{why}）。", f"This is no table that can be read ({why})."
        raise Unreadable(source.path, *broken) from None
    return name


def _heading(path: Path, cells: list[str]) -> list[str]:
    """The names of the columns; they are not guessed at, for a guess may pass over rows that do not fit it."""
    if not cells:
        raise Unreadable(path, "表是空的，或第一行是空行：第一行须是标题行。",
                         "The table is empty, or its first row is: that has to be the heading.")  # fmt: skip
    first = 0 if cells[:1] == [ROW] else 1
    names = [one or f"column{place:02}" for place, one in enumerate(cells, first)]
    alike = [one.casefold() for one in names]  # as SQL tells names apart
    if twice := [one for place, one in enumerate(names) if alike[place] in alike[:place]]:
        shown = ", ".join(dict.fromkeys(twice))
        raise Unreadable(path, f"标题行里 {shown} 出现了不止一次。", f"The heading names {shown} more than once.")
    return names


def _broken(text: Path, comma: str) -> tuple[str, str] | None:
    """The first row of a CSV that has not as many cells as the heading, in words."""
    with text.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter=comma, strict=True)
        wanted, row = 0, 0
        try:
            for row, cells in enumerate(lines, 1):
                wanted = wanted or len(cells)
                if cells and len(cells) != wanted:
                    return (
                        f"第 {row} 行有 {len(cells)} 格，标题行有 {wanted} 格。第一行须是标题行；"
                        "含有逗号或引号的格要用双引号括起来。",
                        f"Row {row} has {len(cells)} cells, the heading {wanted}. The first row has to be the heading; "
                        "put cells with commas or quotes in double quotes.",
                    )
        except csv.Error:
            return f"第 {row + 1} 行的双引号没有成对。", f"The double quotes of row {row + 1} do not come in pairs."
    return None


def numbered(source: Source) -> str:
    """A query of a Parquet file, with the row that each record stands in."""
    return (
        f"SELECT * EXCLUDE (file_row_number), file_row_number + {source.first} AS {ROW} "
        f"FROM read_parquet({quoted(source.path.absolute())}, file_row_number = true)"
    )


def _utf8(path: Path, scratch: Path) -> Path:
    """The file, or a copy of it in UTF-8 without a mark."""
    with path.open("rb") as file:
        marked = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    for encoding in ("utf-8-sig",) if marked else ENCODINGS:
        as_it_is = encoding == ENCODINGS[0]  # read to the end, and not copied
        copy = Path(os.devnull) if as_it_is else scratch / f"{path.stem}.utf8.csv"
        with (
            suppress(UnicodeDecodeError),
            path.open(encoding=encoding, newline="") as old,
            copy.open("w", encoding="utf-8", newline="") as new,
        ):
            shutil.copyfileobj(old, new, PIECE)
            return path if as_it_is else copy
    raise Unreadable(path, "既不是 UTF-8 也不是 GB18030 编码。", "This is neither UTF-8 nor GB18030.")


def _sheet(path: Path, scratch: Path) -> Path:
    """The first sheet of a workbook as CSV."""
    copy = scratch / f"{path.stem}.sheet.csv"
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        with copy.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(_cells(book.worksheets[0].iter_rows(values_only=True)))
    finally:
        book.close()
    return copy


def _cells(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[str]]:
    """The number of each row and its cells, as people read them; a row without any is none."""
    width = 0
    for number, row in enumerate(rows, 1):
        first = not width
        width = width or max((place for place, one in enumerate(row, 1) if one is not None), default=0)
        cells = [_cell(one) for one in row[:width]]
        if any(cells):
            yield [ROW if first else str(number), *cells, *[""] * (width - len(cells))]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)
