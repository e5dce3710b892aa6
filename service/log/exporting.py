"""Writes the log out, line by line as it stands; the same log gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any, Literal

import orjson
from sqlalchemy import select

from service.log import reader
from service.log.entry import FIELDS, Line
from service.log.tables import log as lines

if TYPE_CHECKING:
    from service.log.log import DecisionLog

Format = Literal["ndjson", "parquet"]
AT_ONCE = 10000  # lines in memory, and of a group in Parquet


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
    writer = _ndjson if format == "ndjson" else _parquet
    total = 0
    with log.database.snapshot(AT_ONCE) as connection, writer(stream) as write:
        after = None if start is None else reader.place(connection, start)
        before = None if end is None else reader.last_before(connection, end) + 1
        asked = reader.within(select(*reader.COLUMNS), after, before).order_by(lines.c.seq)
        for portion in connection.execute(asked).partitions(AT_ONCE):
            write([reader.line(row) for row in portion])
            total += len(portion)
            tick(len(portion))
    return total


Write = Callable[[Sequence[Line]], object]


@contextmanager
def _ndjson(stream: IO[bytes]) -> Iterator[Write]:
    yield lambda portion: stream.writelines(
        orjson.dumps(as_dict(line), option=orjson.OPT_APPEND_NEWLINE) for line in portion
    )


@contextmanager
def _parquet(stream: IO[bytes]) -> Iterator[Write]:
    import pyarrow as pa  # type: ignore[import-untyped] # noqa: PLC0415 -- slow to import, and needed for this alone
    from pyarrow import parquet  # noqa: PLC0415

    kinds = {"seq": pa.int64(), "at": pa.timestamp("us", tz="UTC"), "sealed_sha256": pa.binary(), "hash": pa.binary(),
             "signed_from": pa.int64(), "signature": pa.binary()}  # fmt: skip
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in FIELDS])

    def write(portion: Sequence[Line]) -> None:
        rows = [{**_values(line), "body": line.body.decode(errors="replace")} for line in portion]
        file.write_table(pa.Table.from_pylist(rows, schema), row_group_size=AT_ONCE)

    with parquet.ParquetWriter(stream, schema, compression="zstd") as file:
        yield write


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
