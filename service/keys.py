"""API keys: who may call, and what. A key is shown once; what is kept of it cannot be turned back into it."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, select

from service.log.database import Database
from service.log.entry import microseconds, moment
from service.log.errors import LogUnavailable
from service.log.tables import api_keys, insert

PREFIX = "vc"
ID, SECRET = 6, 32  # bytes of chance

# `read_own` and `explain` reach what the key itself decided; with `read_log`, what any key decided.
_CALL = frozenset({"decide", "explain", "policies", "read", "request_review"})
_ANALYSE = frozenset({"read_all", "record_review", "replay", "what_if"})
_AUDIT = frozenset({"explain", "inputs", "policies", "read", "read_all", "replay"})

PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "caller": _CALL,
        "analyst": _CALL | _ANALYSE,
        "auditor": _AUDIT,
        "admin": _CALL | _ANALYSE,  # and not the inputs of people: that is the auditor's
    }
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret."""

    id: str
    name: str
    role: str
    sha256: bytes
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None

    def live(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


class Keys:
    """The keys in the database, and a copy in memory that is never older than `refresh` seconds where that can be.

    While the database is away the copy goes on for ten times as long: whoever asks is told what is wrong by the log,
    not by a refusal of a good key.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        refresh: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._clock, self._refresh, self._monotonic = database, clock, refresh, monotonic
        self._keys: Mapping[str, ApiKey] = {}
        self._read: float | None = None
        self._lock = threading.Lock()

    def check(self, text: str) -> ApiKey | None:
        """The key that this is, if it may be used now. No query while the copy is fresh."""
        prefix, _, rest = text.partition("_")
        id, _, _ = rest.partition("_")
        key = self._current().get(id)
        given = sha256(text.encode(errors="replace")).digest()
        same = hmac.compare_digest(given, key.sha256 if key else bytes(len(given)))
        return key if key and prefix == PREFIX and same and key.live(self._clock()) else None

    def add(self, name: str, role: str, expires: datetime | None = None) -> tuple[ApiKey, str]:
        """A new key, and the text to hand out, which nobody can read again. KeyError for a role there is not."""
        PERMISSIONS[role]
        id = secrets.token_hex(ID)
        text = f"{PREFIX}_{id}_{secrets.token_urlsafe(SECRET)}"
        key = ApiKey(id, name, role, sha256(text.encode()).digest(), self._clock(), expires)
        until = None if expires is None else microseconds(expires)
        row = (id, name, role, key.sha256, microseconds(key.created), until, None)
        statement = insert(api_keys, self._database.mark)
        self._database.write(lambda cursor: cursor.execute(statement, row))
        self._read = None
        return key, text

    def listed(self) -> tuple[ApiKey, ...]:
        """All keys, the oldest first."""
        return self._database.read(_all)

    def revoke(self, id: str) -> bool:
        """End a key; False where there is none, or it was revoked before."""
        mark = self._database.mark
        statement = f"UPDATE api_keys SET revoked = {mark} WHERE id = {mark} AND revoked IS NULL"  # noqa: S608
        values = microseconds(self._clock()), id

        def end(cursor: Any) -> bool:
            cursor.execute(statement, values)
            return bool(cursor.rowcount)

        ended = self._database.write(end)
        self._read = None
        return ended

    def _current(self) -> Mapping[str, ApiKey]:
        age = self._age()
        if age is not None and age < self._refresh:
            return self._keys
        # One thread asks; the others go on with what there is, if there is something.
        if not self._lock.acquire(blocking=age is None):
            return self._keys
        try:
            age = self._age()
            if age is None or age >= self._refresh:
                self._renew(age)
            return self._keys
        finally:
            self._lock.release()

    def _renew(self, age: float | None) -> None:
        now = self._monotonic()
        try:
            self._keys = {key.id: key for key in self._database.read(_all)}
        except LogUnavailable:
            if age is None or age >= 10 * self._refresh:
                raise
        else:
            self._read = now

    def _age(self) -> float | None:
        read = self._read
        return None if read is None else self._monotonic() - read


def _all(connection: Connection) -> tuple[ApiKey, ...]:
    return tuple(map(_key, connection.execute(select(api_keys).order_by(api_keys.c.created, api_keys.c.id))))


def _key(row: Row[Any]) -> ApiKey:
    id, name, role, digest, created, expires, revoked = tuple[Any, ...](row)
    times = (None if at is None else moment(at) for at in (expires, revoked))
    return ApiKey(id, name, role, bytes(digest), moment(created), *times)
