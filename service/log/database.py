"""The database behind the log: reads from a pool, writes in turns, and every failure under its name."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError, SQLAlchemyError

from service.log.errors import LogError, LogUnavailable, Misconfigured, reason_of
from service.log.postgresql import Postgresql
from service.log.sqlite import Sqlite

Found = TypeVar("Found")
KINDS = {"sqlite": Sqlite, "postgresql": Postgresql}
DISK = {errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_full", errno.EROFS: "read_only", errno.EACCES: "read_only"}


class Conflict(Exception):
    """The database refuses these rows, not the connection."""


class Database:
    """A transaction of ours is a function of its cursor: it is committed when the function returns."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            kind = KINDS[parsed.get_backend_name()]
        except (ArgumentError, KeyError):
            raise Misconfigured(
                "日志数据库的地址应为 sqlite:////路径/文件.db 或 postgresql://…。",
                "The log's database wants an address sqlite:////path/to/file.db or postgresql://…",
            ) from None
        self.kind = kind(parsed)
        self.engine = self.kind.engine()
        self.turn = threading.Lock()

    @property
    def mark(self) -> str:
        return self.kind.mark

    def write(self, work: Callable[[Any], Found]) -> Found:
        """Do it in a transaction beside which nobody else writes."""
        with self.turn:
            return self.transact(work)

    def transact(self, work: Callable[[Any], Found]) -> Found:
        """The same, for whoever has the turn already."""
        try:
            self.kind.acquire()
            try:
                return self._committed(work)
            finally:
                self.kind.release()
        except OSError as error:
            raise LogUnavailable(DISK.get(error.errno or 0, "away"), str(error)) from error

    def read(self, work: Callable[[Connection], Found]) -> Found:
        """Do it on a connection of the pool; once more on a fresh one where that turns out to be dead."""
        try:
            with self.reading() as connection:
                return work(connection)
        except LogUnavailable as error:
            if error.code != "away":
                raise
        with self.reading() as connection:
            return work(connection)

    @contextmanager
    def reading(self, **options: Any) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(**options) as connection:
                yield connection
        except (SQLAlchemyError, self.kind.error) as error:
            raise self._unavailable(error) from error

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction to change the tables in, beside which nobody writes; it makes the database where it can."""
        self.kind.create()
        self.kind.acquire()
        try:
            with self.reading() as connection, connection.begin():
                if self.kind.take_turn:
                    connection.exec_driver_sql(self.kind.take_turn)
                yield connection
        finally:
            self.kind.release()

    @contextmanager
    def snapshot(self, rows: int) -> Iterator[Connection]:
        """One state of the database for a long read, which comes in portions of so many rows."""
        self.read(lambda connection: connection.execute(text("SELECT 1")))  # leaves a dead connection behind
        with self.reading(**self.kind.snapshot({"yield_per": rows})) as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()
        self.kind.close()

    def _committed(self, work: Callable[[Any], Found]) -> Found:
        connection, cursor = self._begun()
        try:
            found = work(cursor)
            connection.commit()
        except BaseException as error:
            with suppress(Exception):  # what went wrong first is what is told
                connection.rollback()
            if isinstance(error, (LogError, *self.kind.conflicts)):  # not the connection's fault
                connection.close()
                if isinstance(error, LogError):
                    raise
                raise Conflict(str(error)) from error
            connection.invalidate()
            if isinstance(error, self.kind.error):
                raise self._unavailable(error) from error
            raise
        cursor.close()
        connection.close()
        return found

    def _begun(self) -> tuple[Any, Any]:
        """An open transaction. Nothing was asked of it yet, so a dead connection of the pool does no harm."""
        try:
            return self._begin()
        except LogUnavailable as error:
            if error.code != "away":
                raise
        return self._begin()

    def _begin(self) -> tuple[Any, Any]:
        connection = None
        try:
            connection = self.engine.raw_connection()
            cursor = connection.cursor()
            self.kind.begin(cursor)
        except (SQLAlchemyError, self.kind.error) as error:
            if connection is not None:
                connection.invalidate()
            raise self._unavailable(error) from error
        return connection, cursor

    def _unavailable(self, error: Exception) -> LogUnavailable:
        """What happened, by its name. Every connection of the pool is in doubt, so none is used again."""
        self.engine.dispose()
        if isinstance(error, InvalidRequestError):  # the pool gave up: a file that is gone, or changes all the time
            return LogUnavailable("away", str(error))
        origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        return LogUnavailable(reason_of(origin), str(origin))
