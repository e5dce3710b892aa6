"""Retention: inputs are deleted when their time is over, and the log says so and still verifies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection, select

from service.log import reader
from service.log.entry import EXPIRY, Entry, microseconds, new_id
from service.log.tables import sealed

if TYPE_CHECKING:
    from service.log.log import DecisionLog

AT_ONCE = 1000  # rows of one transaction: whoever wants to append waits no longer than that


@dataclass(frozen=True, slots=True)
class Expired:
    """The last seq whose inputs have expired, and the numbers of inputs and answers deleted now."""

    through: int
    inputs: int
    answers: int


def expire(
    log: DecisionLog,
    before: datetime,
    caller: str = "",
    tick: Callable[[int], object] = lambda rows: None,
) -> Expired:
    """Delete the inputs of entries older than a moment, and the stored answers whose time is over.

    First an entry says up to where inputs have expired, then they are deleted in portions: an expiry that is cut
    short has promised too much rather than too little, and is completed by the next.
    """
    through = log.database.read(lambda connection: reader.place(connection, before))
    done = log.expired()
    if log.database.read(lambda connection: _any(connection, done, through)):
        body = orjson.dumps({"before": before.isoformat(), "through": through})
        log.record_expiry(Entry(new_id(log.clock()), EXPIRY, caller, "", "", "", "", "", EXPIRY, "", body))
        done = through
    inputs = _delete_all(log, "sealed", "seq", "seq", done, tick)
    answers = _delete_all(log, "once", "caller, name", "until", microseconds(log.clock()), tick)
    return Expired(done, inputs, answers)


def _any(connection: Connection, after: int, through: int) -> bool:
    """Whether an expiry up to there would delete anything that no expiry covers."""
    asked = select(sealed.c.seq).where(sealed.c.seq > after, sealed.c.seq <= through).limit(1)
    return connection.execute(asked).first() is not None


def _delete_all(log: DecisionLog, table: str, key: str, column: str, last: int, tick: Callable[[int], object]) -> int:
    """Delete the rows of a table up to a value of a column, in portions; their number."""
    chosen = f"SELECT {key} FROM {table} WHERE {column} <= {log.database.mark} ORDER BY {key} LIMIT {AT_ONCE}"  # noqa: S608

    def portion(cursor: Any) -> int:
        cursor.execute(f"DELETE FROM {table} WHERE ({key}) IN ({chosen})", (last,))  # noqa: S608
        return int(cursor.rowcount)

    total = 0
    while deleted := log.database.write(portion):
        total += deleted
        tick(deleted)
    return total
