"""Writes tables as they come: Parquet in row groups of one size, CSV as Excel wants it, or an Excel workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter

ROWS = 65_536  # of a row group, whatever the size of the pieces that come
MOST_IN_EXCEL = 1_048_575
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # of a workbook: the same bytes on every day


class Sink(Protocol):
    def write(self, table: pa.Table) -> None: ...
    def close(self) -> None: ...


class Parquet:
    """Row groups of ROWS rows, made of pieces of any size."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.waiting: pa.Table = schema.empty_table()
        self.writer = pq.ParquetWriter(path, schema, compression="zstd")

    def write(self, table: pa.Table) -> None:
        self.waiting = pa.concat_tables([self.waiting, table])
        while len(self.waiting) >= ROWS:
            self._group(self.waiting.slice(0, ROWS))
            self.waiting = self.waiting.slice(ROWS)

    def _group(self, table: pa.Table) -> None:
        self.writer.write_table(table.combine_chunks(), row_group_size=ROWS)

    def close(self) -> None:
        if len(self.waiting):
            self._group(self.waiting)
        self.writer.close()


class Csv:
    """Text with a heading. `encoding` is as Excel makes it: UTF-8 with a byte order mark, or GB18030."""

    def __init__(self, path: Path, schema: pa.Schema, encoding: str) -> None:
        self.file = path.open("w", encoding=encoding, newline="")
        self.writer = csv.writer(self.file, lineterminator="\r\n")
        self.names = [name for name in schema.names if not pa.types.is_list(schema.field(name).type)]
        self.writer.writerow(self.names)

    def write(self, table: pa.Table) -> None:
        columns = [table[name] for name in self.names]
        texts = [pc.fill_null(one.cast(pa.string()), "").to_pylist() for one in columns]
        part = io.StringIO()
        csv.writer(part, lineterminator="\r\n").writerows(zip(*texts, strict=True))
        self.file.write(part.getvalue())

    def close(self) -> None:
        self.file.close()


class Excel:
    """One sheet, row by row, so that memory stays flat."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.book = xlsxwriter.Workbook(path, {"constant_memory": True})
        self.book.set_properties({"created": MADE})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.sheet = self.book.add_worksheet(path.stem)
        self.names = [name for name in schema.names if not pa.types.is_list(schema.field(name).type)]
        self.sheet.write_row(0, 0, self.names)
        self.row = 0

    def write(self, table: pa.Table) -> None:
        if self.row + len(table) > MOST_IN_EXCEL:
            raise ValueError(f"a sheet of Excel holds {MOST_IN_EXCEL} rows: write parquet or csv")
        for cells in zip(*(table[name].to_pylist() for name in self.names), strict=True):
            self.row += 1
            for place, cell in enumerate(cells):
                if hasattr(cell, "isoformat"):
                    self.sheet.write_datetime(self.row, place, cell, self.day)
                elif cell is not None:
                    self.sheet.write(self.row, place, cell)

    def close(self) -> None:
        self.book.close()


def sink(path: Path, schema: pa.Schema, encoding: str) -> Sink:
    """What writes a file, by its ending."""
    if path.suffix == ".parquet":
        return Parquet(path, schema)
    return Excel(path, schema) if path.suffix == ".xlsx" else Csv(path, schema, encoding)


@contextmanager
def writing(path: Path, schema: pa.Schema, encoding: str = "utf-8-sig") -> Iterator[Sink]:
    """A sink that is closed in the end; what is half written has another name."""
    half = path.with_name(f"half-{path.name}")
    made = sink(half, schema, encoding)
    yield made
    made.close()
    half.replace(path)


def write(path: Path, tables: Iterable[pa.Table], encoding: str = "utf-8-sig") -> None:
    """Write tables of one schema to one file."""
    first, *rest = tables
    with writing(path, first.schema, encoding) as out:
        for table in (first, *rest):
            out.write(table)
