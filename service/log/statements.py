"""Lines that are believed one by one: keys, editions, expiries, signing keys. Each has a signature of its own, and
counts only where that is good: whoever writes to the database can add a line, and sign none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from service.log import reader
from service.log.entry import EXPIRY, NO_LINE, SHARED, Line, canonical, link, microseconds
from service.log.signing import INTRODUCED, SIGNING, Publics, Trust
from service.log.tables import log

AT_ONCE = 100  # lines in memory
COLUMNS = ", ".join(f"log.{column.name}" for column in log.columns)
KEYS = (
    f"SELECT {COLUMNS}, before.hash FROM log LEFT JOIN log AS before ON before.seq = log.seq - 1 "  # noqa: S608
    f"WHERE log.decision = '' AND log.outcome = '{INTRODUCED}' AND log.kind = '{SIGNING}' ORDER BY log.seq"
)
NEWEST_KEY = f"SELECT max(seq) FROM log WHERE decision = '' AND outcome = '{INTRODUCED}' AND kind = '{SIGNING}'"  # noqa: S608


def trust(rows: Sequence[Any], known: Publics) -> Trust:
    """The keys to believe, from the rows of KEYS."""
    found = Trust(known)
    for *row, before in rows:
        line = reader.line(row)
        found.begin(line.body)
        if not fault(line, before, found):
            found.learn(line.seq, line.body)
    return found


def believed(
    connection: Connection,
    known: Publics,
    kind: str,
    *outcomes: str,
    newest: bool = False,
    refuse: Callable[[int, str], object] = lambda seq, code: None,
) -> Iterator[Line]:
    """The lines of a kind whose signature is good, in order or newest first; `refuse` is told of the others, but for
    those from before there were signatures."""
    trusted = keys(connection, known)
    before = log.alias()
    asked = (
        select(*log.columns, before.c.hash)
        .join_from(log, before, before.c.seq == log.c.seq - 1, isouter=True)
        .where(log.c.decision == "", log.c.outcome.in_(outcomes), log.c.kind == kind)  # found by an index
        .order_by(log.c.seq.desc() if newest else log.c.seq)
    )
    with connection.execute(asked.execution_options(yield_per=AT_ONCE)) as rows:
        for *row, hash in rows:
            line = reader.line(row)
            if not (code := fault(line, hash, trusted)):
                yield line
            elif line.seq > trusted.carried_over:
                refuse(line.seq, code)


def newest(connection: Connection, kind: str, outcomes: Sequence[str]) -> int:
    """The seq of the newest line of a kind about no decision; 0 where there is none."""
    asked = select(func.max(log.c.seq)).where(log.c.decision == "", log.c.outcome.in_(outcomes), log.c.kind == kind)
    return int(connection.execute(asked).scalar() or 0)


def unchanged(mark: str, seq: int, kind: str, outcomes: Sequence[str]) -> Callable[[Any], bool]:
    """Asks the cursor of a transaction, whose parameters are marked so, whether this is the newest line of a kind."""
    marks = ", ".join([mark] * len(outcomes))
    asked = f"SELECT max(seq) FROM log WHERE decision = '' AND outcome IN ({marks}) AND kind = {mark}"  # noqa: S608

    def still(cursor: Any) -> bool:
        cursor.execute(asked, (*outcomes, kind))
        return (cursor.fetchone()[0] or 0) == seq

    return still


def expired(connection: Connection, known: Publics) -> int:
    """The last seq whose inputs have expired."""
    newest = next(believed(connection, known, EXPIRY, EXPIRY, newest=True), None)
    return 0 if newest is None else int(json.loads(newest.body)["through"])


def fault(line: Line, before: bytes | None, trusted: Trust) -> str:
    """Why a line that stands alone is not believed; empty where it is."""
    if not line.signature or line.signed_from != line.seq:
        return "unsigned"
    return signed(line, linked(line, bytes(before or NO_LINE)), trusted)


def keys(connection: Connection, known: Publics) -> Trust:
    """The keys to believe."""
    return trust(connection.exec_driver_sql(KEYS).all(), known)


def linked(line: Line, before: bytes | None) -> bytes | None:
    """The hash of a line after that; None where it has a text that we never write: it was tampered with."""
    columns = (*(getattr(line, name) for name in SHARED), line.sealed_sha256)
    try:
        return None if before is None else link(before, line.seq, microseconds(line.at), canonical(columns))
    except ValueError:
        return None


def signed(line: Line, hash: bytes | None, trusted: Trust) -> str:
    """Why the signature at a line is not believed for that hash; empty where it is."""
    if hash is None:
        return "signature_wrong"
    return trusted.fault(line.signed_from, line.seq, hash, line.signer, bytes(line.signature))
