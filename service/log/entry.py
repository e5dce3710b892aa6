"""Entries to write to the log, and lines read from it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

EPOCH = datetime.fromtimestamp(0, UTC)
MICROSECOND = timedelta(microseconds=1)
EXPIRY = "expiry"  # the one kind that the log writes itself


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log, before it is written. What does not apply is empty."""

    id: str  # new_id()
    kind: str
    caller: str  # id of the API key; empty for the command line
    request_id: str
    plan: str
    edition: str  # its sha256
    decision: str
    on: str  # ISO date
    outcome: str
    subject: str  # Sealer.blind(), never the id itself
    body: bytes  # JSON that may be read without the key
    refers_to: str = ""  # id of the entry this one is about
    inputs: bytes | None = field(default=None, repr=False)  # to be sealed, and kept apart


@dataclass(frozen=True, slots=True)
class Once:
    """The answer to a request that may be sent again under the same Idempotency-Key, `name`."""

    caller: str
    name: str
    fingerprint: bytes
    response: bytes = field(repr=False)
    status: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log, as it stands there."""

    seq: int
    at: datetime
    id: str
    kind: str
    caller: str
    request_id: str
    plan: str
    edition: str
    decision: str
    on: str
    outcome: str
    subject: str
    body: bytes
    refers_to: str
    sealed_sha256: bytes  # of the sealed inputs; empty where there were none
    hash: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far the log reached at a moment. Kept elsewhere, it proves later that no line was taken off the end."""

    seq: int
    hash: str
    at: str

    def as_dict(self) -> dict[str, str | int]:
        return {"seq": self.seq, "hash": self.hash, "at": self.at}


# Seeded by the system in every process. Unlike the system's own chance it costs no system call, at each of which a
# thread lets go of the interpreter and has to get it back.
_random = Random()  # noqa: S311 -- unique is enough: who may read a line is checked
_chance = _random.getrandbits
os.register_at_fork(after_in_child=_random.seed)


def new_id(now: datetime) -> str:
    """A unique id that sorts by time: milliseconds, then chance."""
    return f"{int(now.timestamp() * 1000):012x}{_chance(80):020x}"


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    """The time; the nearest there is for a number that no clock wrote, so that a tampered line can be shown."""
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if microseconds > 0 else datetime.min.replace(tzinfo=UTC)
