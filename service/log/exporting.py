"""Writes the log out, line by line as it stands; the same log gives the same bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

import orjson
from sqlalchemy import Connection, select

from service.log import reader
from service.log.doubts import Doubts
from service.log.entry import FIELDS, Line
from service.log.tables import log as lines

if TYPE_CHECKING:
    from service.log.log import DecisionLog

Format = Literal["ndjson", "parquet"]
DIGITS = 12  # at least, so that names sort like lines
NAME = re.compile(rf"log-(\d{{{DIGITS},}})-(\d{{{DIGITS},}})\.ndjson")
DOUBT = "doubt"  # the member of a line that says why it is not believed, a code of verification.WORDS
Write = Callable[[Sequence[Line], Mapping[int, str]], object]
Tick = Callable[[int], object]
AT_ONCE = 10000  # lines in memory, and of a group in Parquet


class Exported(NamedTuple):
    """How many lines were written, how many of them no good signature covers, and the first of these with its code."""

    lines: int
    doubted: int
    first: tuple[int, str] | None


def export(
    log: DecisionLog,
    stream: IO[bytes],
    format: Format = "ndjson",
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    tick: Tick = lambda lines: None,
) -> Exported:
    """Write the lines from `start` up to before `end`. Sealed inputs stay sealed."""

    def places(connection: Connection) -> tuple[int | None, int | None]:
        after = None if start is None else reader.place(connection, start)
        return after, None if end is None else reader.last_before(connection, end) + 1

    return _export(log, _ndjson(stream) if format == "ndjson" else _parquet(stream), places, tick)


def _export(
    log: DecisionLog,
    writer: AbstractContextManager[Write],
    places: Callable[[Connection], tuple[int | None, int | None]],
    tick: Tick,
) -> Exported:
    """Write the lines between two places, as one moment has them; those that no good signature covers are marked."""
    total, wrong = 0, 0
    first: tuple[int, str] | None = None
    with log.database.snapshot(AT_ONCE) as connection, writer as write:
        asked = reader.within(select(*reader.COLUMNS), *places(connection)).order_by(lines.c.seq)
        doubts = Doubts(connection, log.known)
        for portion in connection.execute(asked).partitions(AT_ONCE):
            some = [reader.line(row) for row in portion]
            doubted = doubts.of(line.seq for line in some)
            write(some, doubted)
            first = first or next(((line.seq, doubted[line.seq]) for line in some if line.seq in doubted), None)
            total, wrong = total + len(some), wrong + len(doubted)
            tick(len(portion))
    return Exported(total, wrong, first)


def export_next(log: DecisionLog, folder: Path, tick: Tick = lambda lines: None) -> tuple[Path | None, Exported]:
    """Write what the files of a folder lack into another, whole or not at all; no path where that is nothing.

    Their names say which lines they hold, so one after the other they are the log, and verify like it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ends = [int(found[2]) for one in folder.iterdir() if (found := NAME.fullmatch(one.name))]
    done, part = max(ends, default=0), folder / "next.part"
    with part.open("wb") as stream:
        made = _export(log, _ndjson(stream), lambda _: (done, None), tick)
        stream.flush()
        os.fsync(stream.fileno())
    if not made.lines:
        part.unlink()
        return None, made
    first, last = (str(seq).zfill(DIGITS) for seq in (done + 1, done + made.lines))
    return part.rename(folder / f"log-{first}-{last}.ndjson"), made


@contextmanager
def _ndjson(stream: IO[bytes]) -> Iterator[Write]:
    yield lambda portion, doubts: stream.writelines(spelled(line, doubts.get(line.seq)) for line in portion)


@contextmanager
def _parquet(stream: IO[bytes]) -> Iterator[Write]:
    import pyarrow as pa  # type: ignore[import-untyped] # noqa: PLC0415 -- slow to import, and needed for this alone
    from pyarrow import parquet  # noqa: PLC0415

    kinds = {"seq": pa.int64(), "at": pa.timestamp("us", tz="UTC"), "sealed_sha256": pa.binary(), "hash": pa.binary(),
             "signed_from": pa.int64(), "signature": pa.binary()}  # fmt: skip
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in (*FIELDS, DOUBT)])

    def write(portion: Sequence[Line], doubts: Mapping[int, str]) -> None:
        rows = [{**_values(line), "body": line.body.decode(errors="replace"), DOUBT: doubts.get(line.seq)}
                for line in portion]  # fmt: skip
        file.write_table(pa.Table.from_pylist(rows, schema), row_group_size=AT_ONCE)

    with parquet.ParquetWriter(stream, schema, compression="zstd") as file:
        yield write


def spelled(line: Line, doubt: str | None = None) -> bytes:
    """A line of NDJSON, marked where it is not believed."""
    said = as_dict(line) if doubt is None else {**as_dict(line), DOUBT: doubt}
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


_of = attrgetter(*FIELDS)


def _values(line: Line) -> dict[str, Any]:
    return dict(zip(FIELDS, _of(line), strict=True))


def as_dict(line: Line) -> dict[str, Any]:
    """A line for JSON. Its body is JSON already, and is not spelled anew where it fits on a line."""
    at = line.at.isoformat(timespec="microseconds")
    digests = {name: getattr(line, name).hex() for name in ("sealed_sha256", "hash", "signature")}
    return {**_values(line), "at": at, "body": _json(line.body), **digests}


def _json(body: bytes) -> Any:
    try:
        read = orjson.loads(body)
        return read if b"\n" in body else orjson.Fragment(body)
    except orjson.JSONDecodeError:  # the body was tampered with
        return body.decode(errors="replace")
