"""The database behind the log: reads from a pool, writes in turns, and every failure under its name."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import URL, Connection, Executable, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError, SQLAlchemyError

from service.log.errors import LogError, LogUnavailable, Misconfigured, reason_of
from service.log.kinds import WRITES, Kind, Postgresql, Sqlite

Result = TypeVar("Result")
DISK = {errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_full", errno.EROFS: "read_only", errno.EACCES: "read_only"}

KINDS: Mapping[str, Callable[[URL], Kind]] = {"sqlite": Sqlite, "postgresql": Postgresql}
ALL: WeakSet[Database] = WeakSet()
LEFT_ALONE: list[object] = []
SLOW = 0.25  # seconds after which a read that fails has waited for something, and the next would wait as long
HELD = 1.0  # seconds for which all reads are then refused at once


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
        # Those who waited for a connection of the pool would each try a new one in vain, one after the other.
        self.engine, self.mark = self.kind.engine(self.refuse_held), self.kind.mark
        self.turn = threading.Lock()
        self.after_fork: list[Callable[[], None]] = []
        self._writer: tuple[Any, Any, Any] | None = None
        self._held: tuple[float, LogUnavailable] | None = None  # the last read that waited in vain, and when
        ALL.add(self)

    def write(self, work: Callable[[Any], Result]) -> Result:
        """Do it in a transaction beside which nobody else writes."""
        with self.turn:
            return self.transact(work)

    def transact(self, work: Callable[[Any], Result], milliseconds: int | None = None) -> Result:
        """Do it like `write`, for a caller that has the turn already; with so little patience, where that is said."""
        with self._alone_among_processes():
            connection, cursor = _twice(
                lambda: self._begin(milliseconds)
            )  # nothing was asked of it yet, so a dead connection does no harm
            try:
                result = work(cursor)
                connection.commit()
            except BaseException as error:
                self._undo(connection)
                if isinstance(error, self.kind.conflicts):
                    raise Conflict(str(error)) from error
                if not isinstance(error, LogError):
                    self._drop()
                if isinstance(error, self.kind.error):
                    raise self._unavailable(error) from error
                raise
            return result

    def attempt(self, work: Callable[[Any], None], seconds: float, *, keep: bool = False) -> bool:
        """Do it in a transaction that is taken back unless it is to `keep`, waiting for so long at most: for the turn
        among threads, among processes, and for the database. False where others wrote all the while."""
        until = time.monotonic() + seconds
        if not self.turn.acquire(timeout=seconds):
            return False
        try:
            with _disk():
                if not self.kind.acquire_soon(until - time.monotonic()):
                    return False
            _twice(lambda: self._attempt(work, max(1, round(1000 * (until - time.monotonic()))), keep))
        finally:
            self.turn.release()
        return True

    def _attempt(self, work: Callable[[Any], None], milliseconds: int, keep: bool) -> None:
        try:
            with closing(self.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
                self.kind.wait_for(connection.driver_connection, SLOW + milliseconds / 1000)
                try:
                    self._hurry(cursor, milliseconds)
                    work(cursor)
                    if keep:
                        connection.commit()
                finally:
                    connection.rollback()
        except (SQLAlchemyError, self.kind.error) as error:
            raise self._unavailable(error) from error

    def _hurry(self, cursor: Any, milliseconds: int) -> None:
        """Begin a transaction with little patience, for it alone."""
        hurried, begins, calm = self.kind.hurries
        cursor.execute(hurried.format(milliseconds))
        try:
            cursor.execute(begins)
        finally:
            if calm:
                cursor.execute(calm)

    def read(self, work: Callable[[Connection], Result], seconds: float = WRITES) -> Result:
        """Do it on a connection of the pool; once more on a fresh one where that turns out to be dead. LogUnavailable
        at once where another read has just waited in vain: they all fail together."""
        self.refuse_held()
        began = time.monotonic()

        def attempt() -> Result:
            with self.reading(seconds) as connection:
                self.refuse_held()  # it may have waited for the connection
                return work(connection)

        try:
            return _twice(attempt)
        except LogUnavailable as error:
            if time.monotonic() - began > SLOW and not self._is_held():
                self._held = time.monotonic(), error
            raise

    def refuse_held(self) -> None:
        """Raise what a read has just waited for in vain."""
        if self._held is not None and self._is_held():
            raise LogUnavailable(self._held[1].code, self._held[1].detail)

    def _is_held(self) -> bool:
        return self._held is not None and time.monotonic() - self._held[0] < HELD

    @contextmanager
    def reading(self, seconds: float | None = None, **options: Any) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(**options) as connection:
                self.kind.wait_for(connection.connection.driver_connection, seconds)
                yield connection
        except (SQLAlchemyError, self.kind.error) as error:
            raise self._unavailable(error) from error

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction to change the tables in, beside which nobody writes; it makes the database where it can."""
        with _disk():
            self.kind.create()
        with self._in_turn() as connection:
            yield connection

    def change(self, statement: Executable) -> int:
        """Change rows beside the log in a transaction beside which nobody else writes; how many were changed."""
        with self._in_turn() as connection:
            return connection.execute(statement).rowcount

    @contextmanager
    def _in_turn(self) -> Iterator[Connection]:
        with self.turn, self._alone_among_processes(), self.reading() as connection, connection.begin():
            if self.kind.take_turn:
                connection.exec_driver_sql(self.kind.take_turn)
            yield connection

    @contextmanager
    def _alone_among_processes(self) -> Iterator[None]:
        with _disk():
            self.kind.acquire()
            try:
                yield
            except LogUnavailable as error:
                self.kind.failed(error.code)
                raise
            finally:
                self.kind.release()

    @contextmanager
    def snapshot(self, rows: int) -> Iterator[Connection]:
        """One state of the database for a long read, which comes in portions of so many rows."""
        self.read(lambda connection: connection.execute(text("SELECT 1")))  # leaves a dead connection behind
        with self.reading(yield_per=rows, **self.kind.snapshot) as connection:
            yield connection

    def check(self) -> None:
        """Raise where the disk would not take more, as far as that can be seen from here."""
        with _disk():
            self.kind.check()

    def close(self) -> None:
        with self.turn:
            self._drop()
            self.engine.dispose()
            self.kind.close()

    def forked(self) -> None:
        """In a child, leave the parent's connections alone: to close them would close the parent's."""
        LEFT_ALONE.append((self._writer, self.engine.pool))
        self.engine.dispose(close=False)
        self._writer, self.turn = None, threading.Lock()
        for forget in self.after_fork:
            forget()

    def _undo(self, connection: Any) -> None:
        try:
            connection.rollback()
        except Exception:  # noqa: BLE001 -- the first error is raised, not this
            self._drop()

    def _begin(self, milliseconds: int | None) -> tuple[Any, Any]:
        """Begin on the one connection for writing, which is kept: to fetch it costs time."""
        try:
            if self._writer is None or self.kind.stale(self._writer[0]):
                self._drop()
                connection = self.engine.raw_connection()
                self.kind.wait_for(connection.driver_connection, WRITES)
                self._writer = connection, connection.driver_connection, connection.cursor()
            _, driver, cursor = self._writer
            if milliseconds is None:
                cursor.execute(self.kind.begins)
            else:
                self._hurry(cursor, milliseconds)
        except (SQLAlchemyError, self.kind.error) as error:
            self._drop()
            raise self._unavailable(error) from error
        return driver, cursor

    def _drop(self) -> None:
        if self._writer is not None:
            connection, *_ = self._writer
            self._writer = None
            connection.invalidate()

    def _unavailable(self, error: Exception) -> LogUnavailable:
        """The error under its name. Every connection of the pool is in doubt, so none is used again."""
        self.engine.dispose()
        if isinstance(error, InvalidRequestError):  # the pool gave up: a file that is gone, or changes all the time
            return LogUnavailable("away", str(error))
        origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        return LogUnavailable(reason_of(origin), str(origin))


def _twice(attempt: Callable[[], Result]) -> Result:
    """Try once more where the first connection turns out to be dead: that shows at once, or nobody answers."""
    began = time.monotonic()
    try:
        return attempt()
    except LogUnavailable as error:
        if error.code != "away" or time.monotonic() - began > SLOW:
            raise
    return attempt()


@contextmanager
def _disk() -> Iterator[None]:
    """Name the failures beside the database itself: of its folder, or of the file of the lock."""
    try:
        yield
    except OSError as error:
        raise LogUnavailable(DISK.get(error.errno or 0, "away"), str(error)) from error


def _forked() -> None:
    for database in ALL:
        database.forked()


os.register_at_fork(after_in_child=_forked)
