"""The tables, as the migrations make them. Times are microseconds since 1970, UTC: whole numbers on every database."""

from __future__ import annotations

from functools import cache

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

WHOLE = BigInteger().with_variant(Integer(), "sqlite")  # there, INTEGER is the row's own number: no second tree

metadata = MetaData()


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


log = Table(
    "log",
    metadata,
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("at", WHOLE, nullable=False),
    *_texts("id", "kind", "caller", "request_id", "plan", "edition", "decision", "on_date", "outcome", "subject"),
    Column("body", LargeBinary, nullable=False),
    *_texts("refers_to"),
    Column("sealed_sha256", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
sealed = Table(
    "sealed",
    metadata,
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
once = Table(
    "once",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("response", LargeBinary, nullable=False),  # sealed: it may say what the inputs were
    Column("status", WHOLE, nullable=False),
    Column("until", WHOLE, nullable=False),
)
editions = Table(
    "editions",
    metadata,
    Column("sha256", Text, primary_key=True),
    *_texts("plan", "date"),
    Column("files", LargeBinary, nullable=False),
)


@cache
def insert(table: Table, mark: str, rows: int = 1) -> str:
    """The statement that adds so many rows, for a driver whose parameters are marked so."""
    names, row = ", ".join(table.columns.keys()), f"({', '.join([mark] * len(table.columns))})"
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608
