"""Statements that give and take rights, read as one whole: a line that took a right away must not be missing.

Each statement is believed by its own signature, and so says nothing of one that was deleted. Lines are numbered without
a gap and none is ever deleted, so a deletion shows by the count.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from service.log import statements
from service.log.database import Database
from service.log.entry import Line
from service.log.errors import LogUnavailable
from service.log.kinds import READS, WRITES
from service.log.signing import Publics
from service.log.tables import log

MISSING = "lines_missing"  # a reason of LogUnavailable


class Rights:
    """Remembers how far the log was whole and which statements there were. LogUnavailable once one of them is gone, or
    was altered: until the service is restarted."""

    _lost: bool  # whether something was gone
    _whole: int  # no line up to here is missing
    _read: dict[str, frozenset[int]]  # by kind, the lines that were believed

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Lock()  # an older look must not be held against a newer one
        self._forget()
        database.after_fork.append(self._forget)

    def statements(
        self, known: Publics, refused: dict[int, str], kind: str, outcomes: Sequence[str]
    ) -> tuple[Line, ...]:
        """The believed lines of a kind; `refused` takes in the others."""

        def look(connection: Connection) -> tuple[Line, ...]:
            self._count(connection)
            return tuple(statements.believed(connection, known, kind, *outcomes, refuse=refused.setdefault))

        with self._turn:
            found = self._database.read(look, self._patience)
            read = frozenset(line.seq for line in found)
            self._hold(self._read.get(kind, frozenset()) <= read)
            self._read[kind] = read
            return found

    def check(self) -> None:
        """Count the lines that came since the last look; all of them at the first."""
        with self._turn:
            self._database.read(self._count, self._patience)

    @property
    def _patience(self) -> float:
        """Every decision waits for this: not for long, once all lines were counted."""
        return WRITES if self._whole else READS

    def _count(self, connection: Connection) -> None:
        counted = select(func.count()).select_from(log)  # of all of them, an index is read and not the table
        if self._whole:
            counted = counted.where(log.c.seq > self._whole)
        last = select(func.max(log.c.seq))
        number, end = connection.execute(select(counted.scalar_subquery(), last.scalar_subquery())).one()
        self._hold(number == (end or 0) - self._whole)
        self._whole = end or 0

    def _hold(self, whole: bool) -> None:
        """Raise where something is gone, and from then on: nothing read later makes up for it."""
        self._lost = self._lost or not whole
        if self._lost:
            raise LogUnavailable(MISSING)

    def _forget(self) -> None:
        """At the start, and in a forked child."""
        self._lost, self._whole, self._read = False, 0, {}
