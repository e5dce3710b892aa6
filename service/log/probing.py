"""Whether an append would succeed: tried by one that is taken back, with little patience."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.log.database import Database
from service.log.errors import LogUnavailable
from service.log.tables import add, log, once, sealed

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
