"""Sign-ins that failed, as lines of the log: bounded, however many somebody tries, and without what was typed.

A wrong password of a person is a line of its own; the lock after five of them bounds those. Tries at a login that is
locked, or that nobody has, are counted, and a line tells their number every so often.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from service.exact_json import dumps
from service.log import DecisionLog, Entry, LogUnavailable, new_id
from service.people.persons import PERSON, Person

FAILED, REFUSED = "sign_in_failed", "sign_ins_refused"  # what comes of lines of kind PERSON
UNKNOWN, LOCKED = "unknown", "locked"  # tries at a login that nobody has, or that is locked
NOT_CONFIRMED = "not_confirmed"  # by the organisation's provider
EVERY = timedelta(minutes=15)  # of a process, a line about those
MOST = 1000  # failures that wait for the log; any more are only counted


class Refusals:
    """Takes failures down while somebody waits for an answer, and writes them when that is given: how long it takes
    must not tell whether there is such a login."""

    def __init__(self, log: DecisionLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._failed: list[tuple[str, bool]] = []
        self._counted: Counter[str] = Counter()
        self._since, self._told = log.clock(), datetime.min.replace(tzinfo=log.clock().tzinfo)

    def failed(self, person: Person, *, locks: bool) -> None:
        """The wrong password of a person; whether the login is locked by it."""
        with self._lock:
            if len(self._failed) < MOST:
                self._failed.append((person.id, locks))
            else:
                self._count(FAILED)

    def refused(self, why: str) -> None:
        """A try that is UNKNOWN, LOCKED or NOT_CONFIRMED."""
        with self._lock:
            self._count(why)

    def write(self) -> None:
        """Write what waits and is due; where the log is away, it waits on."""
        with self._lock:
            now = self._log.clock()
            entries = [*self._lines(now)]
            if not entries:
                return
            try:
                self._log.append(entries)
            except LogUnavailable:
                return
            self._failed.clear()
            if self._due(now):
                self._counted.clear()
                self._told = now

    def _lines(self, now: datetime) -> Iterator[Entry]:
        for person, locks in self._failed:
            yield self._line(FAILED, {"person": person, "locks": locks})
        if self._due(now):
            yield self._line(REFUSED, {"since": self._since.isoformat(), **self._counted})

    def _due(self, now: datetime) -> bool:
        return bool(self._counted) and now - self._told >= EVERY

    def _count(self, what: str) -> None:
        if not self._counted:
            self._since = self._log.clock()
        self._counted[what] += 1

    def _line(self, outcome: str, said: object) -> Entry:
        return Entry(new_id(self._log.clock()), PERSON, "", "", "", "", "", "", outcome, "", dumps(said))
