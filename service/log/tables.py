"""The tables, as the migrations make them. Times are microseconds since 1970, UTC: whole numbers on every database."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

from service.log.entry import Row
from service.log.errors import LogUnavailable

WHOLE = BigInteger().with_variant(Integer(), "sqlite")  # there, INTEGER is the row's own number: no second tree

AT_ONCE = 500  # rows of one statement: each step of a driver lets go of the interpreter, and has to get it back

TEXT, BYTES = Text, LargeBinary
metadata = MetaData()


def keys(type: Any, *names: str) -> list[Column[Any]]:
    return [Column(name, type, primary_key=True, autoincrement=False) for name in names]


def columns(type: Any, *names: str) -> list[Column[Any]]:
    return [Column(name, type, nullable=False) for name in names]


log = Table(
    "log", metadata, *keys(WHOLE, "seq"), *columns(WHOLE, "at"),
    *columns(TEXT, "id", "kind", "caller", "request_id", "plan", "edition", "decision", "on_date", "outcome"),
    *columns(TEXT, "subject"), *columns(BYTES, "body"), *columns(TEXT, "refers_to", "traceparent"),
    *columns(BYTES, "sealed_sha256", "hash"),
    *columns(TEXT, "signer"), *columns(WHOLE, "signed_from"), *columns(BYTES, "signature"),
)  # fmt: skip
sealed = Table("sealed", metadata, *keys(WHOLE, "seq"), *columns(BYTES, "content"))
once = Table(  # a response is sealed: it may say what the inputs were
    "once", metadata, *keys(TEXT, "caller", "name"), *columns(BYTES, "fingerprint", "response"),
    *columns(WHOLE, "status", "until"),
)  # fmt: skip
credentials = Table(  # of people; the log has the sha256 of each hash
    "credentials", metadata, *keys(TEXT, "person"), *columns(TEXT, "hash"), *columns(WHOLE, "failures", "since"),
)  # fmt: skip
sessions = Table(  # of people; `token` is the sha256 of what stands in the cookie
    "sessions", metadata, *keys(TEXT, "token"), *columns(TEXT, "person"), *columns(WHOLE, "created", "seen"),
    *columns(TEXT, "mac"),
)  # fmt: skip
hosts = Table(  # what each serves; `editions` is JSON, sha256 by edition
    "hosts", metadata, *keys(TEXT, "host"), *columns(TEXT, "digest", "editions"), *columns(WHOLE, "seen"),
)  # fmt: skip
editions = Table("editions", metadata, *keys(TEXT, "sha256"), *columns(TEXT, "plan", "date"), *columns(BYTES, "files"))
drafts = Table("drafts", metadata, *keys(TEXT, "id"), *columns(TEXT, "plan", "day"))
revisions = Table(  # of drafts; `base` is the edition (`plan/day`) that a draft would follow or amend, and its hash
    "draft_revisions", metadata, *keys(TEXT, "draft"), *keys(WHOLE, "revision"), *columns(WHOLE, "at"),
    *columns(TEXT, "by_person", "base", "base_sha256"), *columns(BYTES, "files"), *columns(TEXT, "signature"),
)  # fmt: skip
shadow_counts = Table(  # of drafts in shadow: what became of requests, by outcome as answered and as it would be
    "shadow_counts", metadata, *keys(TEXT, "shadow", "what", "decision", "was", "now"), *columns(WHOLE, "number"),
)  # fmt: skip
shadow_lines = Table(
    "shadow_lines", metadata, *keys(TEXT, "shadow", "log_id"), *columns(TEXT, "decision", "was", "now"),
)  # fmt: skip


@cache
def insert(table: Table, mark: str, rows: int = 1) -> str:
    """The statement that adds so many rows, for a driver whose parameters are marked so."""
    names, row = ", ".join(table.columns.keys()), f"({', '.join([mark] * len(table.columns))})"
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608


def add_all(cursor: Any, table: Table, mark: str, rows: Sequence[Row]) -> None:
    """Add rows like `add`, in few statements."""
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        add(cursor, table, mark, len(some), [*chain.from_iterable(some)])


def add(cursor: Any, table: Table, mark: str, rows: int, values: Sequence[Any]) -> None:
    """Add rows; LogUnavailable where the database takes them and does not store them (a rule, a trigger)."""
    cursor.execute(insert(table, mark, rows), values)
    if cursor.rowcount != rows:
        raise LogUnavailable("swallowed", table.name)
