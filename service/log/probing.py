"""Whether an append would succeed: tried by one that is taken back, with little patience. And an answer in time to
whoever asks, for what a halted database holds up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from service.log.database import Database
from service.log.errors import LogUnavailable
from service.log.tables import add, log, once, sealed

Result = TypeVar("Result")
SOON = 0.4  # seconds to wait in all: for the turn among threads, among processes, and for the database


def probe(database: Database, work: Callable[[Any], None], stuck: Callable[[], bool]) -> None:
    """Try an append; LogUnavailable where it fails. `work` looks at the end of the log before it.

    Where others write all the while, the log works, unless whoever writes here is `stuck`."""

    def tried(cursor: Any) -> None:
        work(cursor)
        for table in (log, sealed, once):  # empty values: no line is numbered 0
            add(cursor, table, database.mark, 1, [column.type.python_type() for column in table.columns])

    was_stuck = stuck()
    if not database.attempt(tried, SOON) and (was_stuck or stuck()):
        raise LogUnavailable("locked")


class Aside(Generic[Result]):
    """Has something done in a thread of its own, once at a time: who asks meanwhile waits for the same, and each for so
    many seconds at most. LogUnavailable after that, while it goes on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._mutex = threading.Lock()
        self._under_way: Future[Result] | None = None

    def ask(self, work: Callable[[], Result]) -> Result:
        with self._mutex:
            if self._under_way is None or self._under_way.done():
                self._under_way = Future()
                threading.Thread(target=_done, args=(self._under_way, work), daemon=True).start()
            wanted = self._under_way
        try:
            return wanted.result(self._seconds)
        except TimeoutError:
            raise LogUnavailable("away", f"no answer within {self._seconds:g} seconds") from None


def _done(promised: Future[Result], work: Callable[[], Result]) -> None:
    try:
        promised.set_result(work())
    except BaseException as error:  # noqa: BLE001 -- whoever asked gets it
        promised.set_exception(error)
