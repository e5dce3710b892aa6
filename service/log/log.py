"""The decision log: the class through which the service appends, finds and reads lines, and keeps editions."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple, Unpack

import orjson
from sqlalchemy import Connection

from rules.values.text import NotFound
from service.log import introducing, migrate, reader, statements
from service.log.database import Database
from service.log.doubts import Doubts
from service.log.entry import CLOCK, EXPIRY, SEEN, Anchor, Entry, Line, Once, microseconds, new_id, prepare
from service.log.errors import NO_SIGNER, Forged, InputsExpired, Misconfigured, SealError
from service.log.kinds import READS
from service.log.probing import probe
from service.log.reader import Query
from service.log.rights import Rights
from service.log.seal import Sealer
from service.log.signing import Publics, Signer
from service.log.tables import editions, insert
from service.log.tickets import Ticket
from service.log.writer import Writer


def utc_now() -> datetime:
    return datetime.now(UTC)


class Found(NamedTuple):
    """Lines, and by seq why some of them are not believed: no good signature covers those."""

    lines: Sequence[Line]
    doubts: Mapping[int, str]


BEATS = 4  # signs of life within the time that the clock may be ahead of the last line


class DecisionLog:
    """Appends entries for good, and finds them again. Many threads may share one, and many processes a database."""

    def __init__(
        self,
        url: str,
        sealer: Sealer,
        signer: Signer | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        tolerance: timedelta = timedelta(seconds=5),
        ahead: timedelta | None = None,
    ) -> None:
        """Without a signer nothing can be written. `known`, the public keys to believe, are the signer's; where there
        are none, the first key that the log names is believed."""
        self.database = Database(url)
        self.sealer, self.signer, self.clock = sealer, signer, clock
        self.known: Publics = signer.known if signer else {}
        self.refused: dict[int, str] = {}  # statements that were read and not believed: seq, and why
        self._rights = Rights(self.database)
        self._ahead = ahead
        self.writer = Writer(self.database, signer, clock, tolerance, ahead)

    def upgrade(self) -> None:
        """Bring the tables to the newest form. Several workers may start at once."""
        migrate.upgrade(self.database)

    def introduce(self, by: str) -> None:
        """Have the signing key known to the log: its first line names it. Misconfigured where it may not sign."""
        introducing.introduce(self.database, self._signing(), self.clock(), by)

    def carry_over(self, by: str, through: int, again: Sequence[Entry] = ()) -> None:
        """Vouch for the lines there are, which end at `through` and were written before there were signatures, and
        write some of them again: without a signature of its own no statement is believed."""
        said = {"carried_over": through, "by": by}
        introducing.carry_over(self.database, self._signing(), self.clock(), said, again)

    def accept_clock(self, by: str) -> tuple[datetime, datetime]:
        """Write a line that takes the clock for right, be it far ahead of the last line or behind it; returns the
        time of that line, and the clock's."""
        return introducing.accept_clock(self.database, self._signing(), self.clock(), by)

    def beat(self) -> None:
        """Write a sign of life where the last line is a while old, so that a quiet day is not taken for a clock gone
        wrong."""
        if self._ahead is not None and (at := self.last_at()) and self.clock() - at > self._ahead / BEATS:
            body = orjson.dumps({})
            self.append([Entry(new_id(self.clock()), CLOCK, "", "", "", "", "", "", SEEN, "", body)])

    def last_at(self) -> datetime | None:
        """The time of the last line; None in an empty log."""
        last = self.head()
        return datetime.fromisoformat(last.at) if last.seq else None

    def succeed(self, new: Signer, by: str, retires: Sequence[str]) -> None:
        """Introduce another signing key, and retire some; without a signer, by its own signature."""
        introducing.succeed(self.database, self.signer or new, new, self.clock(), by, retires)

    def append(
        self, entries: Sequence[Entry], once: Once | None = None, still: Callable[[Any], bool] | None = None
    ) -> Once | None:
        """Write all of them or none, and return when they are durable.

        Where the key of `once` was used before for the same request, nothing is written and the stored answer is
        returned. `still` is asked, in the same transaction, whether what the entries rest on is as it was: Overtaken
        where it is not. KeyReused where the key was used for another request, Repeated where an id is in the log
        already, LogUnavailable where nothing could be written.
        """
        return self.finish(self.begin(entries, once, still))

    def begin(
        self, entries: Sequence[Entry], once: Once | None = None, still: Callable[[Any], bool] | None = None
    ) -> Ticket:
        """Queue entries without waiting. Nothing may be answered before `finish` returns."""
        if any(one.kind == EXPIRY for one in entries):
            raise ValueError(f"entries of kind {EXPIRY} are written by the log itself")
        prepared = [prepare(one, self.sealer) for one in entries]
        if once is not None:
            sealed = self.sealer.seal(_once_id(once.caller, once.name), once.response)
            once = dataclasses.replace(once, response=sealed)
        ticket = Ticket(prepared, once, still, done=once is None and not prepared)
        if not ticket.done:
            self.writer.begin(ticket)
        return ticket

    def finish(self, ticket: Ticket) -> Once | None:
        """Wait until a ticket is durable; returns and raises like `append`."""
        stored = self.writer.finish(ticket)
        return None if stored is None else self._opened(stored)

    def record_expiry(self, entry: Entry) -> None:
        """For service.log.retention alone."""
        ticket = Ticket([prepare(entry, self.sealer)], None)
        self.writer.begin(ticket)
        self.finish(ticket)

    def earlier(self, caller: str, name: str) -> Once | None:
        """The answer stored under an Idempotency-Key."""
        stored = self.database.read(
            lambda connection: reader.once(connection, caller, name, microseconds(self.clock()))
        )
        return None if stored is None else self._opened(stored)

    def get(self, id: str) -> Line | None:
        """The line of this id; Forged where no good signature covers it."""

        def read(connection: Connection) -> Line | None:
            line = reader.get(connection, id)
            if line is not None and not self._genuine(connection, [line]):
                raise Forged(line.seq)
            return line

        return self.database.read(read)

    def find(self, **query: Unpack[Query]) -> Sequence[Line]:
        """The lines that fit, as they stand, in the order of the log or newest first."""
        return self.database.read(lambda connection: reader.find(connection, query), READS)

    def number(self, **query: Unpack[Query]) -> int:
        """How many lines fit."""
        return self.database.read(lambda connection: reader.number(connection, query), READS)

    def search(self, **query: Unpack[Query]) -> Found:
        """Like `find`, with why some of the lines are not believed."""

        def read(connection: Connection) -> Found:
            lines = reader.find(connection, query)
            return Found(lines, Doubts(connection, self.known).of(line.seq for line in lines))

        found = self.database.read(read, READS)
        self.refused |= found.doubts
        return found

    def about(self, id: str) -> Sequence[Line]:
        """The lines that refer to this one, and that a good signature covers."""
        return self.database.read(lambda connection: self._genuine(connection, reader.about(connection, id)))

    def inputs(self, id: str) -> bytes:
        """The inputs sealed with an entry. NotFound where there is no such entry, or it came without inputs."""
        line, content = self.database.read(lambda connection: reader.sealed_of(connection, id))
        if line is None or not line.sealed_sha256:
            raise NotFound(f"日志里没有 {id} 的输入。", f"The log has no inputs of {id}.")
        if content is None:
            if line.seq <= self.expired():
                raise InputsExpired(id)
            raise SealError(f"{id} 的输入不见了。", f"The inputs of {id} are gone.")
        if sha256(content).digest() != line.sealed_sha256:
            raise SealError(f"{id} 的输入已被改动。", f"The inputs of {id} were altered.")
        return self.sealer.open(id, content)

    def believed(self, kind: str, *outcomes: str, newest: bool = False, limit: int | None = None) -> Sequence[Line]:
        """The lines of a kind about no decision whose own signature is good; the others count for nothing."""
        told = self.refused.setdefault

        def read(connection: Connection) -> tuple[Line, ...]:
            found = statements.believed(connection, self.known, kind, *outcomes, newest=newest, refuse=told)
            return tuple(islice(found, limit))

        return self.database.read(read)

    def rights(self, kind: str, *outcomes: str) -> Sequence[Line]:
        """Like `believed`, of lines that give and take rights: LogUnavailable where lines of the log are missing."""
        return self._rights.statements(self.known, self.refused, kind, outcomes)

    def count(self) -> None:
        """LogUnavailable where lines are missing: of those since the last count, of all at the first."""
        self._rights.check()

    def newest(self, kind: str, *outcomes: str) -> int:
        """The seq of the newest line that `believed` looks at, whether it is believed or not; 0 where there is none."""
        return self.database.read(lambda connection: statements.newest(connection, kind, outcomes))

    def unchanged(self, seq: int, kind: str, *outcomes: str) -> Callable[[Any], bool]:
        """Asks the cursor of a transaction whether `newest` is still this seq."""
        return statements.unchanged(self.database.mark, seq, kind, outcomes)

    def expired(self) -> int:
        """The last seq whose inputs have expired."""
        return self.database.read(lambda connection: statements.expired(connection, self.known))

    def head(self) -> Anchor:
        return self.database.read(reader.head)

    def ready(self) -> None:
        """Raise LogUnavailable if an append would fail: one is tried, and taken back. Takes about a second at most."""
        self.database.check()
        self.database.refuse_held()
        self.writer.recall()
        probe(self.database, self.writer.examine, self.writer.stuck)
        self.count()

    def backlog(self) -> tuple[int, float]:
        """The number of entries that wait to be written, and the age of the oldest in seconds."""
        return self.writer.waiting()

    def keep_edition(self, sha256: str, plan: str, date: str, files: Mapping[str, str]) -> None:
        """Archive an edition, once, so that its decisions can be replayed when its folder is long changed.
        One that is there already is left as it is."""
        packed = zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))
        statement = f"{insert(editions, self.database.mark)} ON CONFLICT (sha256) DO NOTHING"

        def add(cursor: Any) -> None:
            cursor.execute(statement, (sha256, plan, date, packed))

        if self.edition(sha256) is None:
            self.database.write(add)

    def edition(self, sha256: str) -> Mapping[str, str] | None:
        return self.database.read(lambda connection: reader.edition(connection, sha256))

    def archived(self) -> Sequence[tuple[str, str, str, Mapping[str, str]]]:
        """Hash, plan, date and files of every archived edition, unchecked."""
        return self.database.read(reader.archived)

    def close(self) -> None:
        self.database.close()

    def _genuine(self, connection: Connection, lines: Sequence[Line]) -> Sequence[Line]:
        """Those of some lines that a good signature covers; the others are remembered among `refused`."""
        doubts = Doubts(connection, self.known).of(line.seq for line in lines)
        self.refused |= doubts
        return [line for line in lines if line.seq not in doubts]

    def _signing(self) -> Signer:
        if self.signer is None:
            raise Misconfigured(*NO_SIGNER)
        return self.signer

    def _opened(self, stored: Once) -> Once:
        response = self.sealer.open(_once_id(stored.caller, stored.name), stored.response)
        return dataclasses.replace(stored, response=response)


def _once_id(caller: str, name: str) -> str:
    """The id under which a stored answer is sealed: no id of an entry has a blank in it."""
    return f"once {caller} {name}"
