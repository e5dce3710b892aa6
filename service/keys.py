"""API keys, the clients they belong to, and the permissions of roles.

A key is shown once; only a hash of it is stored. Decisions, Idempotency-Keys and rate limits belong to the client,
whose id is the id of its first key.
"""

from __future__ import annotations

import hmac
import json
import os
import pwd
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from service.exact_json import dumps
from service.log import DecisionLog, Entry, LogUnavailable, new_id

PREFIX = "vc"
ID, SECRET = 6, 32  # bytes of chance
KEY, ADDED, REVOKED = "key", "added", "revoked"  # a kind of lines, and what came of it

# `read` and `explain` reach the decisions of the client itself; with `read_all`, those of every client. `inputs`
# reaches the cases under review; with `inputs_all`, every case. `replay_period` has the machine judge past decisions
# again, and tells how many come out otherwise; it shows no inputs.
_CALL = frozenset({"decide", "explain", "policies", "read", "request_review"})
_ANALYSE = frozenset({"inputs", "read_all", "record_review", "replay", "what_if"})
_AUDIT = frozenset({"effect", "explain", "inputs", "inputs_all", "policies", "pull_log", "read", "read_all", "replay",
                    "replay_period"})  # fmt: skip

PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "caller": _CALL,
        "analyst": _CALL | _ANALYSE,
        "auditor": _AUDIT,
        "store": frozenset({"pull_log"}),  # a machine that keeps a copy of the log
        "editor": frozenset({"draft", "effect", "policies"}),  # policy staff
        # ... and who answers for what they write
        "approver": frozenset({"approve", "draft", "effect", "policies", "replay_period", "shadow", "withdraw"}),
        "admin": _CALL | _ANALYSE,  # and not all inputs of people: that is the auditor's
    }
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret."""

    id: str
    client: str
    name: str
    role: str
    sha256: bytes
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    person: str = ""  # whose it is: what it drafts, that person wrote

    def live(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


class Keys:
    """The keys in the log, with a copy in memory at most `refresh` seconds old. While the database is away the copy
    serves ten times as long: a good key is not refused because the database is down."""

    def __init__(
        self, log: DecisionLog, *, refresh: float = 2.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._log, self._refresh, self._monotonic = log, refresh, monotonic
        self._keys: Mapping[str, ApiKey] = {}
        self._read: float | None = None
        self._lock = threading.Lock()
        self._failures = 0  # how often nothing could be read
        self._error: LogUnavailable | None = None  # ... and why, the last time

    def check(self, text: str) -> ApiKey | None:
        """The key for this text, if it may be used now. No query while the copy is fresh."""
        prefix, _, rest = text.partition("_")
        id, _, _ = rest.partition("_")
        key = self._current().get(id)
        given = sha256(text.encode(errors="replace")).digest()
        same = hmac.compare_digest(given, key.sha256 if key else bytes(len(given)))
        return key if key and prefix == PREFIX and same and key.live(self._log.clock()) else None

    def still(self, key: ApiKey) -> bool:
        """Whether a key that was good may go on being used."""
        known = self._current().get(key.id)
        return known is not None and known.live(self._log.clock())

    def add(
        self, name: str, role: str, expires: datetime | None = None, client: str = "", person: str = ""
    ) -> tuple[ApiKey, str]:
        """Create a key of a client, or of a new one, and of a person where it drafts. Returns it with its full text,
        which cannot be read again. KeyError for an unknown role."""
        PERMISSIONS[role]
        id = secrets.token_hex(ID)
        text = f"{PREFIX}_{id}_{secrets.token_urlsafe(SECRET)}"
        digest = sha256(text.encode()).hexdigest()
        until = None if expires is None else expires.isoformat()
        said = {"key": id, "client": client or id, "name": name, "role": role, "sha256": digest, "expires": until,
                "person": person}  # fmt: skip
        self._say(ADDED, said)
        return self._all()[id], text

    def listed(self) -> tuple[ApiKey, ...]:
        """All keys, the oldest first."""
        return tuple(self._all().values())

    def revoke(self, id: str) -> bool:
        """Revoke a key; False for an unknown or already revoked key."""
        key = self._all().get(id)
        if key is None or key.revoked is not None:
            return False
        self._say(REVOKED, {"key": id})
        return True

    def _all(self) -> dict[str, ApiKey]:
        """The keys that the signed lines add up to, the oldest first. The first line about a key counts."""
        keys: dict[str, ApiKey] = {}
        for line in self._log.rights(KEY, ADDED, REVOKED):
            said = json.loads(line.body)
            key = keys.get(said["key"])
            if key is None and line.outcome == ADDED:
                until = said["expires"] and datetime.fromisoformat(said["expires"])
                digest = bytes.fromhex(said["sha256"])
                client = said.get("client", said["key"])  # lines of before there were clients name none
                keys[said["key"]] = ApiKey(said["key"], client, said["name"], said["role"], digest, line.at, until,
                                           person=said.get("person", ""))  # fmt: skip
            elif key is not None and line.outcome == REVOKED and key.revoked is None:
                keys[key.id] = replace(key, revoked=line.at)
        return keys

    def _say(self, deed: str, body: Mapping[str, Any]) -> None:
        said = dumps({**body, "by": user()})
        self._log.append([Entry(new_id(self._log.clock()), KEY, "", "", "", "", "", "", deed, "", said)])
        self._read = None

    def _current(self) -> Mapping[str, ApiKey]:
        age = self._age()
        if age is not None and age < self._refresh:
            return self._keys
        # One thread asks; the others go on with what there is, if there is something, and else fail with it.
        failures = self._failures
        if not self._lock.acquire(blocking=age is None):
            return self._keys
        try:
            if self._failures != failures and self._error is not None:
                raise LogUnavailable(self._error.code, self._error.detail)
            age = self._age()
            if age is None or age >= self._refresh:
                self._renew(age)
            return self._keys
        finally:
            self._lock.release()

    def _renew(self, age: float | None) -> None:
        now = self._monotonic()
        try:
            self._keys = self._all()
        except LogUnavailable as error:
            self._failures, self._error = self._failures + 1, error
            if age is None or age >= 10 * self._refresh:
                raise
        else:
            self._read = now

    def _age(self) -> float | None:
        read = self._read
        return None if read is None else self._monotonic() - read


def user() -> str:
    """The operating system's name of the user who typed the command."""
    with suppress(KeyError):  # a container's user may have no name
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    return str(os.getuid())
