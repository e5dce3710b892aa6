"""Writes the log out, line by line as it stands; the same log gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Literal

import orjson
from sqlalchemy import Connection, select

from service.log import reader
from service.log.entry import Line
from service.log.tables import log as lines

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

    from service.log.log import DecisionLog

Format = Literal["ndjson", "parquet"]
AT_ONCE = 10000  # lines in memory, and of a group in Parquet
TEXTS = ("id", "kind", "caller", "request_id", "plan", "edition", "decision", "on", "outcome", "subject")


def export(
    log: DecisionLog,
    stream: IO[bytes],
    format: Format = "ndjson",
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    tick: Callable[[int], object] = lambda lines: None,
) -> int:
    """Write the lines from `start` up to before `end`, and say how many there were. Sealed inputs stay sealed."""
    write = _ndjson if format == "ndjson" else _parquet
    with log.database.snapshot(AT_ONCE) as connection:
        return write(_portions(connection, start, end), stream, tick)


def _portions(connection: Connection, start: datetime | None, end: datetime | None) -> Iterator[Sequence[Line]]:
    after = None if start is None else reader.place(connection, start)
    before = None if end is None else reader.place(connection, end) + 1
    asked = reader.within(select(*reader.COLUMNS), after, before).order_by(lines.c.seq)
    for portion in connection.execute(asked).partitions(AT_ONCE):
        yield [reader.line(row) for row in portion]


def _ndjson(portions: Iterator[Sequence[Line]], stream: IO[bytes], tick: Callable[[int], object]) -> int:
    total = 0
    for portion in portions:
        stream.writelines(orjson.dumps(as_dict(line), option=orjson.OPT_APPEND_NEWLINE) for line in portion)
        total += len(portion)
        tick(len(portion))
    return total


def _parquet(portions: Iterator[Sequence[Line]], stream: IO[bytes], tick: Callable[[int], object]) -> int:
    from pyarrow import Table, parquet  # noqa: PLC0415 -- slow to import, and needed for this alone

    total, schema = 0, _schema()
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for portion in portions:
            rows = [_columns(line) for line in portion]
            writer.write_table(Table.from_pylist(rows, schema), row_group_size=AT_ONCE)
            total += len(portion)
            tick(len(portion))
    return total


def _schema() -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415

    text, digest = pa.string(), pa.binary()
    return pa.schema(
        [
            ("seq", pa.int64()),
            ("at", pa.timestamp("us", tz="UTC")),
            *((name, text) for name in TEXTS),
            ("body", text),
            ("refers_to", text),
            ("sealed_sha256", digest),
            ("hash", digest),
        ]
    )


def _columns(line: Line) -> dict[str, Any]:
    named = {name: getattr(line, name) for name in ("seq", "at", *TEXTS, "refers_to", "sealed_sha256", "hash")}
    return {**named, "body": line.body.decode(errors="replace")}


def as_dict(line: Line) -> dict[str, Any]:
    """A line for JSON. Its body is JSON already, and is not spelled anew where it fits on a line."""
    named = {name: getattr(line, name) for name in TEXTS}
    digest = line.sealed_sha256.hex()
    at = line.at.isoformat(timespec="microseconds")
    body = _json(line.body)
    return {"seq": line.seq, "at": at, **named, "body": body, "refers_to": line.refers_to,
            "sealed_sha256": digest, "hash": line.hash.hex()}  # fmt: skip


def _json(body: bytes) -> Any:
    try:
        read = orjson.loads(body)
        return read if b"\n" in body else orjson.Fragment(body)
    except orjson.JSONDecodeError:  # not what we wrote
        return body.decode(errors="replace")
