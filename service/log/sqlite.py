"""SQLite: one file in WAL mode, each commit synced to the disk, writers taking turns by a lock on a file beside it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DisconnectionError

from service.log.errors import LogUnavailable, Misconfigured

READY = (
    "PRAGMA page_size = 16384",  # of a new file: a line with its inputs is large, and each page is a write of its own
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 4000",  # a checkpoint holds its commit up, so that fewer than one in a hundred has one
    "PRAGMA busy_timeout = 10000",  # for a program that does not know of our lock
    "PRAGMA recursive_triggers = ON",  # or INSERT OR REPLACE deletes without asking a trigger
)
PRIVATE = stat.S_IRUSR | stat.S_IWUSR
ROOM = 1000000  # bytes; with less, the disk counts as full


class Sqlite:
    """What is particular about SQLite."""

    mark = "?"
    take_turn = ""  # the lock on the file is it
    error: type[Exception] = sqlite3.Error
    conflicts: tuple[type[Exception], ...] = (sqlite3.IntegrityError, sqlite3.DataError)

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:":
            raise Misconfigured(
                "日志要存在文件里：sqlite:////路径/文件.db。", "The log wants a file: sqlite:////path/to/file.db."
            )
        self.path = Path(url.database).absolute()
        self._name = str(self.path)
        self._lock = -1
        self._owner = 0

    def engine(self) -> Engine:
        engine = create_engine("sqlite://", poolclass=QueuePool, creator=self._connect, pool_use_lifo=True)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        event.listen(engine, "connect", self._remember)
        event.listen(engine, "checkout", self._same_file)
        return engine

    def create(self) -> None:
        """Make the file, and its folder. Only the upgrade does: a file that is gone must not come back empty."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=PRIVATE)

    def acquire(self) -> None:
        """Wait for the turn among processes: asleep, where SQLite itself would ask again and again."""
        if self._owner != os.getpid():  # a forked child would share its parent's lock
            self._lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
            self._owner = os.getpid()
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def release(self) -> None:
        if self._owner == os.getpid():
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._owner == os.getpid():
            os.close(self._lock)
        self._owner = 0

    def begin(self, cursor: Any) -> None:
        cursor.execute("BEGIN IMMEDIATE")

    def stale(self, connection: Any) -> bool:
        """Whether a connection is not to the file that is there now."""
        try:
            return bool(connection.info.get("file") != self._identity())
        except OSError:
            return True

    def check(self) -> None:
        """Raise where the next write would not find room."""
        if self._room() < ROOM:
            self._shrink()
            if self._room() < ROOM:
                raise LogUnavailable("disk_full")

    def _room(self) -> int:
        disk = os.statvfs(self.path.parent)
        return disk.f_bavail * disk.f_frsize

    def _shrink(self) -> None:
        """Give back what the write-ahead log holds: after an append that found no room, that can be all there is."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA busy_timeout = 100")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def snapshot(self, options: dict[str, Any]) -> dict[str, Any]:
        """A read transaction sees one state already."""
        return options

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in READY:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def _identity(self) -> tuple[int, int]:
        found = os.stat(self._name)  # noqa: PTH116 -- a third of the time that Path takes
        return found.st_dev, found.st_ino

    def _remember(self, connection: Any, record: Any) -> None:
        with contextlib.suppress(OSError):  # gone again: the checkout finds out
            record.info["file"] = self._identity()

    def _same_file(self, connection: Any, record: Any, proxy: Any) -> None:
        """A connection to a file that was replaced or deleted writes where nobody reads."""
        if self.stale(record):
            raise DisconnectionError("the database file is another one now")
