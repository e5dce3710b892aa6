"""Finds lines of the log. Times never go back along the chain, so a time is found by bisection, without an index."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Connection, Select, select

from service.log.chain import NO_LINE
from service.log.entry import EPOCH, EXPIRY, Anchor, Line, Once, microseconds, moment
from service.log.tables import log
from service.log.tables import once as answers
from service.log.tables import sealed as contents

COLUMNS = tuple(log.columns)
FIELDS = tuple(field.name for field in fields(Line))


class Wanted(TypedDict, total=False):
    """The fields of Query as keywords."""

    subject: str | None
    decision: str | None
    outcome: str | None
    caller: str | None
    kind: str | None
    start: datetime | None
    end: datetime | None
    after_seq: int | None
    before_seq: int | None
    newest_first: bool
    limit: int


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; None where anything will do. `start` is in, `end` is not."""

    subject: str | None = None
    decision: str | None = None
    outcome: str | None = None
    caller: str | None = None
    kind: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    after_seq: int | None = None
    before_seq: int | None = None
    newest_first: bool = False
    limit: int = 100


def line(row: Any) -> Line:
    """A row of COLUMNS."""
    found: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
    return Line(**{**found, "at": moment(found["at"])})


def get(connection: Connection, id: str) -> Line | None:
    found = connection.execute(select(*COLUMNS).where(log.c.id == id)).first()
    return None if found is None else line(found)


def find(connection: Connection, query: Query) -> Sequence[Line]:
    asked = select(*COLUMNS)
    for name in ("subject", "decision", "outcome", "caller", "kind"):
        wanted = getattr(query, name)
        if wanted is not None:
            asked = asked.where(log.c[name] == wanted)
    after, before = query.after_seq, query.before_seq
    if query.start is not None:
        after = max(after or 0, place(connection, query.start))
    if query.end is not None:
        until = place(connection, query.end) + 1
        before = until if before is None else min(before, until)
    asked = within(asked, after, before).limit(query.limit)
    asked = asked.order_by(log.c.seq.desc() if query.newest_first else log.c.seq)
    return [line(row) for row in connection.execute(asked)]


def within(asked: Select[Any], after: int | None, before: int | None) -> Select[Any]:
    if after is not None:
        asked = asked.where(log.c.seq > after)
    if before is not None:
        asked = asked.where(log.c.seq < before)
    return asked


def about(connection: Connection, id: str) -> Sequence[Line]:
    # The index leaves out lines that refer to nothing, and is used where the question leaves them out too.
    asked = select(*COLUMNS).where(log.c.refers_to == id, log.c.refers_to.op("<>")("")).order_by(log.c.seq)
    return [line(row) for row in connection.execute(asked)]


def sealed_of(connection: Connection, id: str) -> tuple[Line | None, bytes | None, int]:
    """An entry, its sealed inputs, and up to which seq inputs have expired."""
    found = get(connection, id)
    if found is None:
        return None, None, 0
    content = connection.execute(select(contents.c.content).where(contents.c.seq == found.seq)).scalar()
    return found, None if content is None else bytes(content), 0 if content is not None else expired(connection)


def expired(connection: Connection) -> int:
    """The last seq whose inputs have expired."""
    asked = select(log.c.body).where(log.c.decision == "", log.c.outcome == EXPIRY, log.c.kind == EXPIRY)
    body = connection.execute(asked.order_by(log.c.seq.desc()).limit(1)).scalar()
    return 0 if body is None else int(json.loads(body)["through"])


def once(connection: Connection, caller: str, name: str, now: int) -> Once | None:
    columns = answers.c.fingerprint, answers.c.response, answers.c.status
    asked = select(*columns).where(answers.c.caller == caller, answers.c.name == name, answers.c.until > now)
    found = connection.execute(asked).first()
    return None if found is None else Once(caller, name, bytes(found[0]), bytes(found[1]), found[2])


def head(connection: Connection) -> Anchor:
    asked = select(log.c.seq, log.c.hash, log.c.at).order_by(log.c.seq.desc()).limit(1)
    found = connection.execute(asked).first()
    seq, hash, at = (0, NO_LINE, 0) if found is None else found
    return Anchor(seq, bytes(hash).hex(), moment(at).isoformat() if seq else EPOCH.isoformat())


def place(connection: Connection, when: datetime) -> int:
    """The last seq before a moment, by halving."""
    target = microseconds(when)
    low, high = 0, head(connection).seq  # the answer is between the two, both ends in
    while low < high:
        middle = (low + high + 1) // 2
        at = connection.execute(select(log.c.at).where(log.c.seq == middle)).scalar()
        if at is not None and at < target:
            low = middle
        else:
            high = middle - 1
    return low
