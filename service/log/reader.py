"""Finds lines of the log. Times hardly ever go back along the chain, so a time is found by halving."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

import orjson
from sqlalchemy import CompoundSelect, Connection, Select, func, select, text, union_all

from service.log.entry import ACCEPTED, CLOCK, EPOCH, FIELDS, NO_LINE, Anchor, Line, Once, microseconds, moment
from service.log.tables import editions, log
from service.log.tables import once as answers
from service.log.tables import sealed as contents

COLUMNS = tuple(log.columns)
NARROW = ("subject", "decision", "trace_id")  # what finds few lines of an outcome by an index
TRACED = text("log.traceparent <> ''")  # spelled out, as its index has it
BYTEWISE = {"sqlite": "BINARY", "postgresql": "C"}  # the order of the index, whatever the language of the database


class Query(TypedDict, total=False):
    """The lines asked for; all where a key is left out or None. `start` is in, `end` is not."""

    subject: str | None
    decision: str | None
    outcome: str | None
    caller: str | None
    kind: str | None
    trace_id: str | None
    start: datetime | None
    end: datetime | None
    after_seq: int | None
    before_seq: int | None
    newest_first: bool
    limit: int  # 100 where it is left out


def line(row: Any) -> Line:
    """A row of COLUMNS."""
    values: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
    return Line(**{**values, "at": moment(values["at"])})


def get(connection: Connection, id: str) -> Line | None:
    row = connection.execute(select(*COLUMNS).where(log.c.id == id)).first()
    return None if row is None else line(row)


def find(connection: Connection, query: Query) -> Sequence[Line]:
    asked = select(*COLUMNS)
    if query.get("outcome") is not None and all(query.get(name) is None for name in NARROW):
        asked = asked.where(log.c.seq.in_(_by_decision(connection, query)))
    else:
        asked = _those(connection, asked, query)
    return [line(row) for row in connection.execute(_page(asked, query))]


def _by_decision(connection: Connection, query: Query) -> CompoundSelect[Any]:
    """The page of an outcome, of each decision: the index of outcomes begins with the decision."""
    parts = [_page(_those(connection, select(log.c.seq), {**query, "decision": decision}), query).subquery()
             for decision in _decisions(connection)]  # fmt: skip
    return union_all(*(select(part.c.seq) for part in parts))


def _decisions(connection: Connection) -> Sequence[str]:
    """Every decision that the log has lines of, each found by the one before it; empty text for what is about none."""
    found = [""]
    while (
        one := connection.execute(select(func.min(log.c.decision)).where(log.c.decision > found[-1])).scalar()
    ) is not None:
        found.append(one)
    return found


def _page(asked: Select[Any], query: Query) -> Select[Any]:
    return asked.order_by(log.c.seq.desc() if query.get("newest_first") else log.c.seq).limit(query.get("limit", 100))


def number(connection: Connection, query: Query) -> int:
    """How many lines fit, whatever the limit."""
    return int(connection.execute(_those(connection, select(func.count()).select_from(log), query)).scalar() or 0)


def _those(connection: Connection, asked: Select[Any], query: Query) -> Select[Any]:
    exact = query.get("decision") is not None and query.get("outcome") is not None
    for name in ("subject", "decision", "outcome", "caller", "kind"):
        if (wanted := query.get(name)) is not None:
            # SQLite counts no lines, and would read all of a client's rather than those of an outcome by their index.
            aside = name == "caller" and exact and connection.dialect.name == "sqlite"
            asked = asked.where((log.c[name].concat("") if aside else log.c[name]) == wanted)
    if (trace := query.get("trace_id")) is not None:
        order = BYTEWISE[connection.dialect.name]
        known = log.c.traceparent.collate(order)  # with BETWEEN, PostgreSQL takes no order of its ends
        asked = asked.where(known >= f"00-{trace}-", known < f"00-{trace}-~", TRACED)
    after, before = query.get("after_seq"), query.get("before_seq")
    if (caller := query.get("caller")) is not None:  # who made nothing, or of late alone, is not looked for in all
        first, last = _span(connection, caller)
        after, before = max(after or 0, first - 1), last + 1 if before is None else min(before, last + 1)
    if (start := query.get("start")) is not None:
        after, asked = max(after or 0, place(connection, start)), asked.where(log.c.at >= microseconds(start))
    if (end := query.get("end")) is not None:
        until, asked = last_before(connection, end) + 1, asked.where(log.c.at < microseconds(end))
        before = until if before is None else min(before, until)
    return within(asked, after, before)


def _span(connection: Connection, caller: str) -> tuple[int, int]:
    """The first and the last seq of what a client had written; nothing lies between 1 and 0."""
    first, last = (select(end(log.c.seq)).where(log.c.caller == caller) for end in (func.min, func.max))
    return connection.execute(first).scalar() or 1, connection.execute(last).scalar() or 0


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


def sealed_of(connection: Connection, id: str) -> tuple[Line | None, bytes | None]:
    """An entry, and its sealed inputs."""
    entry = get(connection, id)
    if entry is None:
        return None, None
    content = connection.execute(select(contents.c.content).where(contents.c.seq == entry.seq)).scalar()
    return entry, None if content is None else bytes(content)


def once(connection: Connection, caller: str, name: str, now: int) -> Once | None:
    columns = answers.c.fingerprint, answers.c.response, answers.c.status
    asked = select(*columns).where(answers.c.caller == caller, answers.c.name == name, answers.c.until > now)
    row = connection.execute(asked).first()
    return None if row is None else Once(caller, name, bytes(row[0]), bytes(row[1]), row[2])


def head(connection: Connection) -> Anchor:
    asked = select(log.c.seq, log.c.hash, log.c.at).order_by(log.c.seq.desc()).limit(1)
    seq, hash, at = connection.execute(asked).first() or (0, NO_LINE, 0)
    return Anchor(seq, bytes(hash).hex(), moment(at).isoformat() if seq else EPOCH.isoformat())


def place(connection: Connection, when: datetime) -> int:
    """The last seq up to which every line is before a moment."""
    for first, last in _runs(connection):
        if (found := _halved(connection, microseconds(when), first, last)) < last:
            return found
    return head(connection).seq


def last_before(connection: Connection, when: datetime) -> int:
    """The last seq of a line before a moment. It is the same place, unless somebody set the clock back."""
    for first, last in reversed(_runs(connection)):
        if (found := _halved(connection, microseconds(when), first, last)) >= first:
            return found
    return 0


def _runs(connection: Connection) -> list[tuple[int, int]]:
    """The first and last seq of each part of the log within which time does not go back: it may at a line by which an
    operator accepts the clock, and nowhere else."""
    asked = select(log.c.seq).where(log.c.decision == "", log.c.outcome == ACCEPTED, log.c.kind == CLOCK)
    starts = [1, *(seq for seq in connection.execute(asked.order_by(log.c.seq)).scalars().all() if seq > 1)]
    return list(zip(starts, [*(seq - 1 for seq in starts[1:]), head(connection).seq], strict=True))


def _halved(connection: Connection, target: int, first: int, last: int) -> int:
    """The last seq of a part whose time is before the target; the one before the first where there is none."""
    low, high = first - 1, last  # the answer is between the two, both ends in
    while low < high:
        middle = (low + high + 1) // 2
        at = connection.execute(select(log.c.at).where(log.c.seq == middle)).scalar()
        if at is not None and at < target:
            low = middle
        else:
            high = middle - 1
    return low


def edition(connection: Connection, sha256: str) -> Mapping[str, str] | None:
    """The files of an archived edition."""
    packed = connection.execute(select(editions.c.files).where(editions.c.sha256 == sha256)).scalar()
    return None if packed is None else unpacked(packed)


def archived(connection: Connection) -> Sequence[tuple[str, str, str, Mapping[str, str]]]:
    """Hash, plan, date and files of every archived edition."""
    asked = select(*editions.columns).order_by(editions.c.plan, editions.c.date, editions.c.sha256)
    return [(sha256, plan, date, unpacked(packed)) for sha256, plan, date, packed in connection.execute(asked)]


def unpacked(packed: bytes) -> Mapping[str, str]:
    """The files as they were packed; none where they were tampered with, which no hash fits."""
    try:
        files: Mapping[str, str] = orjson.loads(zlib.decompress(packed))
    except (ValueError, zlib.error):
        return {}
    return files
