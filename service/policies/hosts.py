"""Which hosts serve which policies: each says so every few seconds, in a table beside the log.

Nothing is decided by it: whoever may write to the database can write there what he likes.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.exact_json import dumps
from service.log import DecisionLog
from service.log.entry import MICROSECOND, microseconds, moment
from service.log.tables import hosts, insert
from service.policies.compiled import Snapshot

BEAT = timedelta(seconds=10)  # of one host, whichever of its workers writes
SILENT = timedelta(minutes=2)  # after which a host is not counted any more
FORGOTTEN = timedelta(days=1)  # after which its row goes
PATIENCE = 0.3  # seconds to wait for the database: less than a probe of /readyz waits for whoever holds it


@dataclass(frozen=True, slots=True)
class Host:
    """A host that was heard of lately, and what it serves: sha256 by edition."""

    name: str
    digest: str
    editions: dict[str, str]
    seen: datetime


class Hosts:
    """Writes this host's row, and reads those of all."""

    def __init__(self, log: DecisionLog, port: int) -> None:
        self._log, self.name = log, f"{socket.gethostname()}:{port}"
        self._told = "", 0.0  # the digest that this worker saw in the row last, and when

    def tell(self, snapshot: Snapshot) -> None:
        """Say what this host serves, unless that was said just now; LogUnavailable where it cannot be."""
        digest, looked = self._told
        if digest == snapshot.digest and time.monotonic() - looked < BEAT.total_seconds():
            return
        if not self._fresh(snapshot.digest) and not self._log.database.attempt(
            lambda cursor: self._write(cursor, snapshot), PATIENCE, keep=True
        ):
            return  # others write all the while: the next look tries again
        self._told = snapshot.digest, time.monotonic()

    def listed(self) -> Sequence[Host]:
        """Those that were heard of lately, by name."""
        asked = select(*hosts.columns).where(hosts.c.seen > self._before(SILENT)).order_by(hosts.c.host)
        rows = self._log.database.read(lambda connection: connection.execute(asked).all(), PATIENCE)
        return [Host(name, digest, _editions(editions), moment(seen)) for name, digest, editions, seen in rows]

    def _fresh(self, digest: str) -> bool:
        """Whether another worker of this host has just said the same."""
        asked = select(hosts.c.seen).where(
            hosts.c.host == self.name, hosts.c.digest == digest, hosts.c.seen > self._before(BEAT)
        )
        return self._log.database.read(lambda connection: connection.execute(asked).first()) is not None

    def _write(self, cursor: Any, snapshot: Snapshot) -> None:
        mark = self._log.database.mark
        editions = {name: one.edition.sha256 for name, one in snapshot.compiled.items()}
        row = self.name, snapshot.digest, dumps(editions).decode(), microseconds(self._log.clock())
        changed = "digest = excluded.digest, editions = excluded.editions, seen = excluded.seen"
        cursor.execute(f"{insert(hosts, mark)} ON CONFLICT (host) DO UPDATE SET {changed}", row)
        cursor.execute(f"DELETE FROM {hosts.name} WHERE seen < {mark}", (self._before(FORGOTTEN),))  # noqa: S608

    def _before(self, age: timedelta) -> int:
        return microseconds(self._log.clock()) - age // MICROSECOND


def _editions(text: str) -> dict[str, str]:
    """What a row says of editions; none where no host can have written it: its digest still differs, and is told."""
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and all(isinstance(one, str) for one in said.values()) else {}
