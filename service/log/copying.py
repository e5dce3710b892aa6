"""Copies of the log: one file of SQLite, whatever the database, consistent while the service writes.

Of SQLite it is made page by page by SQLite itself; of PostgreSQL row by row, as one moment sees them (repeatable read).
The hashes of passwords go with it; sessions do not: one that was ended since would be good again.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, text

from service.log import migrate
from service.log.database import Database
from service.log.errors import LogUnavailable, Misconfigured, reason_of
from service.log.kinds import PRIVATE
from service.log.tables import (
    credentials,
    drafts,
    editions,
    insert,
    log,
    once,
    revisions,
    sealed,
    sessions,
    shadow_counts,
    shadow_lines,
)

TABLES = (log, sealed, once, editions, credentials, drafts, revisions, shadow_counts, shadow_lines)
AT_ONCE = 1000  # rows in memory
Tick = Callable[[int], object]


def backup(database: Database, file: Path, tick: Tick = lambda rows: None) -> int:
    """Write a copy to a file, whole or not at all; the number of lines in it."""
    with _new(file) as part:
        if (pages := database.kind.pages()) is not None:
            with closing(pages), _opened(part) as copy:
                pages.backup(copy)
        else:
            empty = Database(f"sqlite:///{part}")
            migrate.upgrade(empty)
            empty.close()
            with database.snapshot(AT_ONCE) as connection, _opened(part) as copy:
                _rows_out(connection, copy, tick)
        with _opened(part) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
            _end_sessions(copy)
            [(lines,)] = copy.execute("SELECT count(*) FROM log")
    return int(lines)


def restore(file: Path, database: Database, tick: Tick = lambda rows: None) -> int:
    """Fill an empty database from a copy; the number of lines in it. Misconfigured where anything is there already."""
    with _opened(file, "ro") as copy:
        [(lines,)] = copy.execute("SELECT count(*) FROM log")
        if (target := database.kind.file) is not None:
            with _new(target) as part, _opened(part) as whole:
                copy.backup(whole)
                _end_sessions(whole)
            return int(lines)
        if copy.execute("SELECT version_num FROM alembic_version").fetchall() != [(migrate.NEWEST,)]:
            raise Misconfigured(
                f"{file} 是旧版本的：先恢复成 SQLite 文件，升级之后再备份、恢复。",
                f"{file} is of an older version: restore it into SQLite, upgrade that, and take a copy of it.",
            )
        migrate.upgrade(database)
        with database.alone() as connection:
            if connection.execute(text("SELECT 1 FROM log LIMIT 1")).first():
                raise Misconfigured(
                    "数据库里已有日志，没有恢复。", "There is a log in the database; nothing was restored."
                )
            _rows_in(copy, connection, tick)
    return int(lines)


def _rows_out(connection: Connection, copy: sqlite3.Connection, tick: Tick) -> None:
    for table in TABLES:
        statement = insert(table, "?")
        for rows in connection.execute(text(_all(table))).partitions(AT_ONCE):
            copy.executemany(statement, [tuple(row) for row in rows])
            tick(len(rows) if table is log else 0)
    copy.commit()


def _rows_in(copy: sqlite3.Connection, connection: Connection, tick: Tick) -> None:
    for table in TABLES:
        found = copy.execute(_all(table))
        while rows := found.fetchmany(AT_ONCE):
            connection.execute(table.insert(), _named(table, rows))
            tick(len(rows) if table is log else 0)


def _end_sessions(copy: sqlite3.Connection) -> None:
    """Take the sessions out of a copy; there may be no table of them yet."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (sessions.name,)).fetchone():
        copy.execute("PRAGMA secure_delete = ON")
        copy.execute(f"DELETE FROM {sessions.name}")  # noqa: S608
        copy.commit()


def _named(table: Table, rows: Sequence[Any]) -> list[dict[str, Any]]:
    names = table.columns.keys()
    return [dict(zip(names, row, strict=True)) for row in rows]


def _all(table: Table) -> str:
    names = table.columns.keys()
    return f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {names[0]}"  # noqa: S608


@contextmanager
def _new(file: Path) -> Iterator[Path]:
    """A file beside it to be filled, which takes its name when it is whole and on the disk."""
    if file.exists():
        raise Misconfigured(f"{file} 已存在。", f"{file} is there already.")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=PRIVATE)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(file)
    finally:
        for left in (part, part.with_name(f"{part.name}.lock")):  # the second is of the tables made in it
            left.unlink(missing_ok=True)


@contextmanager
def _opened(file: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise LogUnavailable(reason_of(error), str(error)) from error
