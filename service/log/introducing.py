"""Lines about signing keys: the first, those that carry an older log over, and those that change the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.exact_json import dumps
from service.log import chaining
from service.log.database import Database
from service.log.entry import ACCEPTED, CLOCK, Entry, microseconds, moment, new_id, prepare
from service.log.errors import Misconfigured
from service.log.seal import Sealer
from service.log.signing import INTRODUCED, SIGNING, Signer
from service.log.statements import KEYS, trust
from service.log.tables import insert, log


def introduce(database: Database, signer: Signer, now: datetime, by: str) -> None:
    """Write the first line of an empty log. Misconfigured where lines are there and none of them knows the key."""

    def work(cursor: Any) -> None:
        last = chaining.head(cursor)
        if last.seq == 0:
            _write(cursor, database.mark, last, now, signer, [_introduction(signer, now, {"by": by})])
            return
        if last.keys == 0:
            raise Misconfigured(
                f"日志有 {last.seq} 行还没有签名：核对之后用 village-credit log carry-over 接续。",
                f"The log has {last.seq} lines without signatures: check them, then village-credit log carry-over.",
            )
        cursor.execute(KEYS)
        if not trust(cursor.fetchall(), signer.known).live(signer.id):
            raise Misconfigured(f"签名密钥 {signer.id} 已停用。", f"The signing key {signer.id} is retired.")

    database.write(work)


def carry_over(
    database: Database, signer: Signer, now: datetime, said: Mapping[str, Any], again: Sequence[Entry]
) -> None:
    """Vouch for the lines there are, up to said["carried_over"], which were written before there were signatures; and
    say some of them again."""

    def work(cursor: Any) -> None:
        last = chaining.head(cursor)
        if last.keys or last.seq != said["carried_over"]:
            raise Misconfigured("日志已有签名，或又多了几行。", "The log has signatures already, or more lines.")
        _write(cursor, database.mark, last, now, signer, [_introduction(signer, now, said), *again])

    database.write(work)


def succeed(database: Database, signer: Signer, new: Signer, now: datetime, by: str, retires: Sequence[str]) -> None:
    """Introduce another key and retire those named; signed by a key that the log knows, or where it is lost by the
    new one itself."""
    said = {"retires": list(retires), "by": by, **({"lost": True} if signer.id == new.id else {})}

    def work(cursor: Any) -> None:
        last = chaining.head(cursor)
        _write(cursor, database.mark, last, now, signer, [_introduction(new, now, said)])

    database.write(work)


def accept_clock(database: Database, signer: Signer, now: datetime, by: str) -> tuple[datetime, datetime]:
    """Write a line with the clock's time, before or long after that of the last line; returns both times."""

    def work(cursor: Any) -> datetime:
        last = chaining.head(cursor)
        body = dumps({"from": moment(last.at).isoformat(), "to": now.isoformat(), "by": by})
        entry = Entry(new_id(now), CLOCK, "", "", "", "", "", "", ACCEPTED, "", body)
        lines, _, _ = chaining.chained([prepare(entry, Sealer.without_keys())], last, microseconds(now), signer)
        cursor.execute(insert(log, database.mark), lines[0])
        return moment(last.at)

    return database.write(work), now


def _introduction(key: Signer, now: datetime, said: Mapping[str, Any]) -> Entry:
    body = dumps({"key": key.id, "public": key.public.hex(), **said})
    return Entry(new_id(now), SIGNING, "", "", "", "", "", "", INTRODUCED, "", body)


def _write(
    cursor: Any, mark: str, last: chaining.Head, now: datetime, signer: Signer, entries: Sequence[Entry]
) -> None:
    prepared = [prepare(one, Sealer.without_keys()) for one in entries]
    lines, _, _ = chaining.chained(prepared, last, max(microseconds(now), last.at), signer)
    for line in lines:
        cursor.execute(insert(log, mark), line)
