"""Entries to write to the log, lines read from it, and the chain: each line's hash covers the line and the hash of the
line before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from operator import attrgetter
from random import Random
from struct import Struct
from typing import Any, NamedTuple

from service.log.seal import Sealer

EPOCH = datetime.fromtimestamp(0, UTC)
MICROSECOND = timedelta(microseconds=1)
DAYS = timedelta(days=2)  # left at both ends, for any time zone
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC) + DAYS, datetime.max.replace(tzinfo=UTC) - DAYS
EXPIRY = "expiry"  # the one kind that the log writes itself
CLOCK, ACCEPTED, SEEN = "clock", "accepted", "seen"  # a kind: an operator's word for the time, or a sign of life
NO_LINE = bytes(sha256().digest_size)  # the hash before the first line
ORDER = Struct(">qq")
LENGTHS = Struct(">QQQ")

Row = tuple[int | str | bytes, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that an entry and its line share. Those that do not apply are empty."""

    id: str  # new_id()
    kind: str
    caller: str  # id of the client; empty for the command line
    request_id: str
    plan: str
    edition: str  # its sha256
    decision: str
    on: str  # ISO date
    outcome: str
    subject: str  # Sealer.blind(), never the id itself
    body: bytes  # JSON that may be read without the key
    refers_to: str = ""  # id of the entry this one is about
    traceparent: str = ""  # of the request, W3C Trace Context


@dataclass(frozen=True, slots=True)
class Entry(Columns):
    """One line of the log, before it is written."""

    inputs: bytes | None = field(default=None, repr=False)  # to be sealed, and kept apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Columns):
    """One line of the log, as it stands there."""

    seq: int
    at: datetime
    sealed_sha256: bytes  # of the sealed inputs; empty where there were none
    hash: bytes
    signer: str = ""  # id of the key that signed this line and those before it, from `signed_from` on
    signed_from: int = 0
    signature: bytes = b""  # empty where a later line's covers this one


@dataclass(frozen=True, slots=True)
class Once:
    """The answer to a request that may be sent again under the same Idempotency-Key, `name`."""

    caller: str
    name: str
    fingerprint: bytes
    response: bytes = field(repr=False)
    status: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the log at a moment. Kept elsewhere, it proves later that no line was taken off the end."""

    seq: int
    hash: str
    at: str


SHARED = tuple(one.name for one in fields(Columns))
SIGNED = ("signer", "signed_from", "signature")
FIELDS = ("seq", "at", *SHARED, "sealed_sha256", "hash", *SIGNED)  # of a line, in the order of the table
UNSIGNED: Row = ("", 0, b"")

# Seeded by the system in every process. Unlike the system's own chance it costs no system call, at each of which a
# thread lets go of the interpreter and has to get it back.
_random = Random()  # noqa: S311 -- unique is enough: who may read a line is checked
chance = _random.getrandbits
os.register_at_fork(after_in_child=_random.seed)


def new_id(now: datetime) -> str:
    """A unique id that sorts by time: milliseconds, then chance."""
    return f"{int(now.timestamp() * 1000):012x}{chance(80):020x}"


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    """The time; the nearest that every time zone has for a number that no clock wrote, so that a tampered line can be
    shown."""
    try:
        return min(max(EPOCH + timedelta(microseconds=microseconds), EARLIEST), LATEST)
    except OverflowError:
        return LATEST if microseconds > 0 else EARLIEST


# --- the chain


class Prepared(NamedTuple):
    """An entry as its columns, sealed and spelled out; only its place in the chain is open."""

    columns: tuple[str | bytes, ...]
    canonical: bytes
    sealed: bytes | None
    is_statement: bool  # about no decision: signed by itself, for it is believed by itself


_columns_of = attrgetter(*SHARED)


def prepare(entry: Entry, sealer: Sealer) -> Prepared:
    """ValueError where a text cannot be stored on every database."""
    sealed = None if entry.inputs is None else sealer.seal(entry.id, entry.inputs)
    columns = (*_columns_of(entry), b"" if sealed is None else sha256(sealed).digest())
    return Prepared(columns, canonical(columns), sealed, not entry.decision)


def canonical(columns: Sequence[Any]) -> bytes:
    """The columns between `at` and `hash` as bytes; no two lines are spelled the same.

    NUL ends each text and so may not stand in one. The two that are bytes come with their length. The traceparent is
    spelled where there is one: lines from before it was kept have none.
    """
    *texts, body, refers_to, traceparent, digest = columns
    texts += [refers_to, traceparent] if traceparent else [refers_to]
    spelled = "\0".join(texts).encode()
    if spelled.count(b"\0") != len(texts) - 1:
        raise ValueError("a text holds the character NUL")
    return b"".join((LENGTHS.pack(len(spelled), len(body), len(digest)), spelled, body, digest))


def link(before: bytes, seq: int, at: int, canonical: bytes) -> bytes:
    """The hash of a line from the hash before it, its place and time, and its canonical bytes."""
    return sha256(before + ORDER.pack(seq, at) + canonical).digest()
