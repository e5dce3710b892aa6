"""Group commit: one of the waiting threads leads, and writes the lines of all of them in one transaction. Each waits at
a lock of its own: in a queue at one, the next leader would stand behind all finished threads, while the disk is idle.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from service.log.chaining import Head, chained, head
from service.log.database import Conflict, Database
from service.log.entry import MICROSECOND, Once, Prepared, Row, microseconds
from service.log.errors import NO_SIGNER, KeyReused, LogUnavailable, Misconfigured, Overtaken, Repeated
from service.log.signing import Signer
from service.log.statements import KEYS, trust
from service.log.tables import add_all, log, once, sealed
from service.log.tickets import Ticket, settle

KEEP_ONCE = timedelta(days=1) // MICROSECOND  # for which an Idempotency-Key stands for its request
ENOUGH = 10000  # rows of one transaction, after which the others wait for the next
UNSEEN, FRESH = ("disk", "disk_full"), 10.0  # failures that a try taken back may not meet; the seconds they count for
LONG = 0.8  # seconds of one transaction after which it is no longer taken for honest work
HELD = 1.0  # seconds for which all are refused at once after one has waited for the database in vain
HURRIED = 300  # milliseconds that the next then waits for it: threads that wait answer nothing else, nor /readyz
PATIENCE = 0.006  # seconds that a leader waits at most for as many as came last time


class Writer:
    """Keeps the chain: one line after the other, times that never go back, keys that stand for one request."""

    _led: bool  # whether a thread leads now

    def __init__(
        self,
        database: Database,
        signer: Signer | None,
        clock: Callable[[], datetime],
        tolerance: timedelta,
        ahead: timedelta | None,
    ) -> None:
        self._database, self._signer, self._clock = database, signer, clock
        self._allowed = -1  # the last word on signing keys by which ours may sign
        self._tolerance = tolerance // MICROSECOND
        self._ahead = None if ahead is None else ahead // MICROSECOND
        self._forget()
        database.after_fork.append(self._forget)
        self._mark = mark = database.mark
        of_key = f"FROM once WHERE caller = {mark} AND name = {mark}"
        self._find_once, self._drop_once = f"SELECT fingerprint, response, status, until {of_key}", f"DELETE {of_key}"

    def begin(self, ticket: Ticket) -> None:
        """Queue a ticket: the next leader writes it. LogUnavailable at once where the database was held just now."""
        self._refuse_held()
        with self._mutex:
            self._pending.append(ticket)
            if len(self._pending) == self._crowd:
                self._gathered.set()

    def finish(self, ticket: Ticket) -> Once | None:
        """Return when it is durable; the stored answer if its key was used before."""
        with self._mutex:
            ticket.waits = not ticket.done
            ticket.leads = ticket.waits and not self._led
            self._led = self._led or ticket.leads
        if ticket.waits and not ticket.leads:
            self._wait(ticket)
        if ticket.leads:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.stored

    def waiting(self) -> tuple[int, float]:
        """The number of entries that wait, and the seconds that the first of them has waited."""
        tickets = tuple(self._pending)
        return sum(len(one.entries) for one in tickets), time.monotonic() - tickets[0].since if tickets else 0.0

    def examine(self, cursor: Any) -> None:
        """Raise where the end of the log forbids an append."""
        last = self._end(cursor)
        self._live(cursor, last.keys)
        self._now(last.at)

    def stuck(self) -> bool:
        """Whether what is being written takes too long for honest work, or could not be written just now."""
        return self._held is not None or time.monotonic() - (self._since or math.inf) > LONG

    def recall(self) -> None:
        """Raise the last failure while it is fresh: a try that stores nothing would not meet it, or wait for it."""
        self._refuse_held()
        if self._failure is not None and time.monotonic() - self._failure[0] < FRESH:
            raise LogUnavailable(self._failure[1])

    def _refuse_held(self) -> None:
        if (held := self._held) is not None and time.monotonic() - held[0] < HELD:
            raise LogUnavailable(held[1])

    def _forget(self) -> None:
        """Empty the queue: at the start, and in a forked child, which has none of its parent's threads."""
        self._since: float | None = None  # when the transaction under way began
        self._written: tuple[object, object] | None = None  # the last line that was written here
        self._failure: tuple[float, str] | None = None
        self._held: tuple[float, str] | None = None  # the last write that waited in vain, unless one succeeded since
        self._pending: deque[Ticket] = deque()
        self._mutex = threading.Lock()
        self._led = False
        self._crowd = 1  # how many were written together last
        self._gathered = threading.Event()

    def _wait(self, ticket: Ticket) -> None:
        try:
            ticket.gate.acquire()
        except BaseException:  # interrupted: it is not to be written any more, and must not be left to lead
            with self._mutex:
                ticket.waits = False
                if ticket in self._pending:
                    self._pending.remove(ticket)
            if ticket.leads:
                self._hand_over()
            raise

    def _lead(self, mine: Ticket) -> None:
        """Write queued tickets until mine is written, in transactions of limited size; others lead later ones."""
        taken: list[list[Ticket]] = []
        try:
            with self._database.turn:
                while not mine.done:
                    self._gather()
                    taken.append(tickets := self._join([]))
                    self._since = time.monotonic()
                    self._commit(tickets)
                    if isinstance(tickets[0].error, LogUnavailable):
                        taken.append(self._give_up(tickets[0].error))
        finally:
            self._since = None
            for one in (written := [*chain.from_iterable(taken)]):
                if not one.done:  # the leader was interrupted
                    one.error, one.done = LogUnavailable("fault"), True
            self._hand_over()
            with self._mutex:
                waiting = [one for one in written if one.waits and one is not mine]
            for one in waiting:
                one.gate.release()

    def _give_up(self, error: LogUnavailable) -> list[Ticket]:
        """Fail all who wait: each would wait as long for the same, one after the other."""
        with self._mutex:
            waiting, self._pending = list(self._pending), deque()
        settle(waiting, lambda: LogUnavailable(error.code, error.detail))
        return waiting

    def _gather(self) -> None:
        """Wait a moment for a crowd like the last: a commit takes as long for one as for many. Who comes alone, after
        one who came alone, does not wait."""
        with self._mutex:
            if len(self._pending) >= self._crowd:
                return
            self._gathered.clear()
        self._gathered.wait(PATIENCE)

    def _hand_over(self) -> None:
        """Let the first waiting thread lead before results are handed out: the disk is free."""
        with self._mutex:
            heir = next((one for one in self._pending if one.waits), None)
            self._led = heir is not None
            if heir is not None:
                heir.leads = True
                heir.gate.release()

    def _join(self, tickets: list[Ticket]) -> list[Ticket]:
        """Have those who wait join the tickets of a transaction, while there is room."""
        rows = sum(len(one.entries) for one in tickets)
        with self._mutex:
            while self._pending and (not tickets or rows + len(self._pending[0].entries) <= ENOUGH):
                tickets.append(self._pending.popleft())
                rows += len(tickets[-1].entries)
            self._crowd = len(tickets)
        return tickets

    def _commit(self, tickets: list[Ticket], *, alone: bool = False) -> None:
        """Write all, and who comes until it begins, in one transaction; each `alone` where a row is refused."""
        try:
            patience = None if self._held is None else HURRIED
            written = self._database.transact(lambda cursor: self._fill(cursor, tickets, alone), patience)
        except Conflict:
            if len(tickets) > 1:
                for one in tickets:
                    self._commit([one], alone=True)
                return
            settle(tickets, Repeated)
        except LogUnavailable as error:
            code, detail, now = error.code, error.detail, time.monotonic()
            if code in UNSEEN:
                self._failure = now, code
            self._held = (now, code) if code == "locked" or now - (self._since or now) > LONG else None
            settle(tickets, lambda: LogUnavailable(code, detail))
        else:
            self._written, self._failure, self._held = written, None, None
            for one in tickets:
                one.done = True

    def _end(self, cursor: Any) -> Head:
        """The last line; LogUnavailable where the last one that was written here is not in the log any more."""
        last = head(cursor)
        if self._written is not None and (last.seq, last.hash) != self._written:
            cursor.execute(f"SELECT hash FROM log WHERE seq = {self._mark}", (self._written[0],))  # noqa: S608
            row = cursor.fetchone()
            if row is None or bytes(row[0]) != self._written[1]:
                raise LogUnavailable("rolled_back")
        return last

    def _fill(self, cursor: Any, tickets: list[Ticket], alone: bool) -> tuple[object, object]:
        """Write tickets; the number and the hash of the last line then."""
        last = self._end(cursor)
        signer = self._live(cursor, last.keys)
        if not alone:  # whoever came while other processes wrote
            self._join(tickets)
        at = self._now(last.at)
        answered: dict[tuple[str, str], Once] = {}
        entries: list[Prepared] = []
        keys: list[Row] = []
        for one in tickets:
            one.stored, one.error = None, None
            if one.still is not None:  # what came before it may have changed what it rests on
                last = self._add(cursor, entries, last, at, signer)
                entries = []
                if not one.still(cursor):
                    one.error = Overtaken()
                    continue
            if one.once is not None:
                if self._answered(cursor, one, at, answered):
                    continue
                key = answered[one.once.caller, one.once.name] = one.once
                keys.append((key.caller, key.name, key.fingerprint, key.response, key.status, at + KEEP_ONCE))
            entries += one.entries
        last = self._add(cursor, entries, last, at, signer)
        add_all(cursor, once, self._mark, keys)
        return last.seq, last.hash

    def _add(self, cursor: Any, entries: list[Prepared], last: Head, at: int, signer: Signer) -> Head:
        """Add entries to the chain; its last line then."""
        lines, contents, end = chained(entries, last, at, signer)
        add_all(cursor, log, self._mark, lines)
        add_all(cursor, sealed, self._mark, contents)
        return end

    def _live(self, cursor: Any, word: int) -> Signer:
        """Our key, which the log must not have retired: asked anew whenever it has a new word on keys."""
        if self._signer is None:
            raise Misconfigured(*NO_SIGNER)
        if word != self._allowed:
            cursor.execute(KEYS)
            if not trust(cursor.fetchall(), self._signer.known).live(self._signer.id):
                raise LogUnavailable("signer")
            self._allowed = word
        return self._signer

    def _now(self, last: int) -> int:
        """The time for the next lines: the clock's, or the last line's where the clock stepped back a little."""
        now = microseconds(self._clock())
        self.check_clock(now, last)
        return max(now, last)

    def check_clock(self, now: int, last: int) -> None:
        """Raise where the clock is too far behind the last line, or so far ahead that an operator has to say it is
        right: a line from the future stops everybody until the time in it has come."""
        if last - now > self._tolerance:
            raise LogUnavailable("clock")
        if last and self._ahead is not None and now - last > self._ahead:
            raise LogUnavailable("clock_ahead")

    def _answered(self, cursor: Any, ticket: Ticket, at: int, answered: dict[tuple[str, str], Once]) -> bool:
        """Whether a ticket's key was used before and is still kept; the ticket gets the stored answer or KeyReused."""
        asked = ticket.once
        assert asked is not None
        name = (asked.caller, asked.name)
        stored = answered.get(name)
        if stored is None:
            cursor.execute(self._find_once, name)
            row = cursor.fetchone()
            if row is None:
                return False
            fingerprint, response, status, until = row
            if until <= at:
                cursor.execute(self._drop_once, name)
                return False
            stored = answered[name] = Once(*name, bytes(fingerprint), bytes(response), status)
        if stored.fingerprint == asked.fingerprint:
            ticket.stored = stored
        else:
            ticket.error = KeyReused(asked.name)
        return True
