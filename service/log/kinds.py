"""The two kinds of database. SQLite is one file in WAL mode, each commit synced to the disk, writers taking turns by a
lock on a file beside it. On PostgreSQL, through psycopg, they do by an advisory lock that ends with the transaction."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Any, ClassVar

from sqlalchemy import URL, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DisconnectionError

from service.log.errors import LogUnavailable, Misconfigured

PRIVATE = stat.S_IRUSR | stat.S_IWUSR
PATIENCE = 3000  # milliseconds that a write waits for its turn; who waits behind it fails with it
FOREIGN = 400  # ... for a program that takes no turns, and of a read for one that holds a table
WRITES, READS = 4.0, 10.0  # seconds for an answer to a statement, whose turn may take PATIENCE; of one that searches
CONNECTED = 1.0  # ... to the first ones on a new connection
WAITED = 0.3  # seconds after which whoever had the turn before is asked whether it failed
AS_TEXT = partial(str, encoding="utf-8", errors="replace")  # or one text that is none stops every list it is in
ROOM = 1000000  # bytes; with less, the disk counts as full


class Kind:
    """The differences between the databases. The defaults suit a server, which looks after itself."""

    mark: str  # of a parameter
    take_turn = ""  # the statement by which a transaction waits for its turn, if it is a statement
    begins: str  # the statement that begins a transaction for writing
    hurries: tuple[str, str, str]  # the same with little patience (milliseconds put in), and what restores it
    snapshot: ClassVar[Mapping[str, Any]] = {}  # options of a connection that sees one state of the database
    error: type[Exception]  # what the driver raises
    conflicts: tuple[type[Exception], ...]  # ... where it refuses rows

    def engine(self, before: Callable[[], None]) -> Engine:
        """`before` is called ahead of a new connection that could be tried in vain for long, and may refuse it."""
        raise NotImplementedError

    def wait_for(self, connection: Any, seconds: float | None) -> None:
        """Have a driver's connection wait so long for the answer to a statement; None for as long as it takes."""

    def create(self) -> None:
        """Make the database, where it is ours to make."""

    def acquire(self) -> None:
        """Wait for the turn among processes, where it does not come with the transaction. LogUnavailable where it did
        not come because another could not write: all who wait fail together."""

    def acquire_soon(self, seconds: float) -> bool:
        """Have the turn within some seconds; False where others had it all the while."""
        return True

    def failed(self, code: str) -> None:
        """Let those who wait know that a write failed."""

    def release(self) -> None:
        """Pass the turn on."""

    def close(self) -> None:
        """Let go of what is held beside the connections."""

    def stale(self, connection: Any) -> bool:
        """Whether a connection is not to the database that is there now."""
        return False

    def check(self) -> None:
        """Raise where the next write would not find room, as far as that can be seen."""

    @property
    def file(self) -> Path | None:
        """The file of the database, if it is one."""
        return None

    def pages(self) -> sqlite3.Connection | None:
        """A connection of which SQLite itself makes a copy, where that is how to make one."""
        return None

    def settle(self) -> None:
        """Bring everything that was written into the one file, where there is more than one."""


class Sqlite(Kind):
    """A file."""

    READY = (
        "PRAGMA page_size = 16384",  # of a new file: a line with its inputs is large, each page is a write of its own
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA wal_autocheckpoint = 4000",  # a checkpoint holds its commit up: fewer than one in a hundred has one
        f"PRAGMA busy_timeout = {FOREIGN}",  # for a program that does not know of our lock
        "PRAGMA recursive_triggers = ON",  # or INSERT OR REPLACE deletes without asking a trigger
        "PRAGMA temp_store = MEMORY",  # what a statement of many rows keeps to take itself back with: no file for each
    )
    hurries = "PRAGMA busy_timeout = {}", "BEGIN IMMEDIATE", f"PRAGMA busy_timeout = {FOREIGN}"
    mark, begins = "?", "BEGIN IMMEDIATE"  # the lock on the file is the turn; a read transaction sees one state already
    error = sqlite3.Error
    conflicts = (sqlite3.IntegrityError, sqlite3.DataError)

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:":
            raise Misconfigured(
                "日志要存在文件里：sqlite:////路径/文件.db。", "The log wants a file: sqlite:////path/to/file.db."
            )
        self.path = Path(url.database).absolute()
        self._name = str(self.path)
        self._lock = -1
        self._owner = 0

    def engine(self, before: Callable[[], None]) -> Engine:
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
        began = time.monotonic()
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        if time.monotonic() - began > WAITED and (code := self._failed_since(began)):
            self.release()
            raise LogUnavailable(code)

    def acquire_soon(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        with os.fdopen(os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)) as mine:
            while True:
                try:
                    fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() > until:
                        return False
                    time.sleep(0.005)
                else:
                    fcntl.flock(mine, fcntl.LOCK_UN)
                    return True

    def failed(self, code: str) -> None:
        if self._owner == os.getpid():
            os.pwrite(self._lock, f"{time.monotonic():020.6f} {code:20}".encode(), 0)

    def _failed_since(self, moment: float) -> str:
        """The code of a failure since then, by whichever process: they share the clock."""
        when, _, code = os.pread(self._lock, 41, 0).decode().partition(" ")
        return code.strip() if when and float(when) > moment else ""

    def release(self) -> None:
        if self._owner == os.getpid():
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._owner == os.getpid():
            os.close(self._lock)
        self._owner = 0

    def stale(self, connection: Any) -> bool:
        try:
            return bool(connection.info.get("file") != self._identity())
        except OSError:
            return True

    def check(self) -> None:
        if disk_usage(self.path.parent).free < ROOM:
            self._shrink()
            if disk_usage(self.path.parent).free < ROOM:
                raise LogUnavailable("disk_full")

    @property
    def file(self) -> Path:
        return self.path

    def pages(self) -> sqlite3.Connection:
        return self._connect()

    def settle(self) -> None:
        """Whoever copies the file of a service that has stopped has all of it."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _shrink(self) -> None:
        """Give back the room of the write-ahead log: after an append that found none, that can be all there is."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA busy_timeout = 100")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _connect(self) -> sqlite3.Connection:
        uri = f"{self.path.as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.text_factory = AS_TEXT
        try:
            for pragma in self.READY:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def _identity(self) -> tuple[int, int]:
        status = os.stat(self._name)  # noqa: PTH116 -- a third of the time that Path takes
        return status.st_dev, status.st_ino

    def _remember(self, connection: Any, record: Any) -> None:
        with contextlib.suppress(OSError):  # gone again: the checkout finds out
            record.info["file"] = self._identity()

    def _same_file(self, connection: Any, record: Any, proxy: Any) -> None:
        """A connection to a file that was replaced or deleted writes where nobody reads."""
        if self.stale(record):
            raise DisconnectionError("the database file is another one now")


class Postgresql(Kind):
    """A server."""

    TURN = 0x811C9DC5  # the number of our lock; any will do, if it stays
    REACH: ClassVar[Mapping[str, int]] = {
        "connect_timeout": 2,  # the least that libpq knows
        "keepalives_idle": 10,
        "tcp_user_timeout": 4000,  # a server that is gone without a word is given up after these milliseconds
    }
    READY = (
        f"SET lock_timeout = '{FOREIGN}ms'",  # of who reads: nothing but a change of the tables holds that up
        # A setting that acknowledges before the disk has it would make every promise of the log untrue.
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    )
    mark = "%s"
    take_turn = f"SELECT set_config('lock_timeout', '10s', true), pg_advisory_xact_lock({TURN})"
    begins = (
        f"SELECT set_config('lock_timeout', '{PATIENCE}ms', true), pg_advisory_xact_lock({TURN}), "
        f"set_config('lock_timeout', '{FOREIGN}ms', true)"  # whoever has the turn waits for no other honest writer
    )
    hurries = "SET LOCAL lock_timeout = '{}ms'", f"SELECT pg_advisory_xact_lock({TURN})", ""
    snapshot: ClassVar[Mapping[str, Any]] = {"isolation_level": "REPEATABLE READ"}

    def __init__(self, url: URL) -> None:
        try:
            import psycopg  # noqa: PLC0415 -- 9 MiB that a service on SQLite does without
        except ImportError:  # the extra `postgres` is not installed
            raise Misconfigured(
                "PostgreSQL 需要 psycopg：pip install 'psycopg[binary]'。",
                "PostgreSQL needs psycopg: pip install 'psycopg[binary]'.",
            ) from None
        self.url = url.set(drivername="postgresql+psycopg")
        from service.log.patient import Patient  # noqa: PLC0415

        self.error = psycopg.Error
        self.conflicts = (psycopg.IntegrityError, psycopg.DataError)
        self._connect = Patient.connect

    def engine(self, before: Callable[[], None]) -> Engine:
        def connect(args: Any, named: Any) -> Any:
            before()
            return self._connect(*args, **named)

        reach = {name: value for name, value in self.REACH.items() if name not in self.url.query}
        engine = create_engine(
            self.url, connect_args=reach, isolation_level="READ COMMITTED", pool_use_lifo=True, hide_parameters=True
        )
        event.listen(engine, "do_connect", lambda dialect, record, args, named: connect(args, named))
        event.listen(engine, "connect", self._make_ready)
        return engine

    def wait_for(self, connection: Any, seconds: float | None) -> None:
        connection.patience = seconds

    def _make_ready(self, connection: Any, record: Any) -> None:
        self.wait_for(connection, CONNECTED)
        with connection.cursor() as cursor:
            for statement in self.READY:
                cursor.execute(statement)
        connection.commit()
