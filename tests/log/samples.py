"""Entries to write, and a clock that goes where it is told."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service.log import DecisionLog, Entry, Sealer, Signer, new_id
from service.log.signing import id_of

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
SEAL_KEY = base64.b64encode(bytes(range(32))).decode()
BLIND_KEY = base64.b64encode(bytes(range(32, 64))).decode()
SEALER = Sealer.of(f"k1:{SEAL_KEY}", BLIND_KEY)


def private_key(seed):
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def signer(seed=1, *also):
    """The same key for the same seed, which trusts the public keys named as well."""
    key = private_key(seed)
    public = key.public_key().public_bytes_raw()
    return Signer(id_of(public), public, {id_of(one): one for one in (public, *also)}, key)


def key_file(path, seed=1):
    path.touch(mode=0o600)
    path.write_bytes(private_key(seed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


SIGNER = signer()


class Clock:
    """Stands still until it is set."""

    def __init__(self, now=START):
        self.now = now

    def __call__(self):
        return self.now

    def forward(self, seconds):
        self.now += timedelta(seconds=seconds)


def entry(**said):
    """A decision with inputs; with fields as said."""
    usual = {
        "id": new_id(START),
        "kind": "decision",
        "caller": "key-1",
        "request_id": "request-1",
        "plan": "plan",
        "edition": "e" * 64,
        "decision": "d1",
        "on": "2026-05-01",
        "outcome": "yes",
        "subject": SEALER.blind("张三"),
        "body": '{"结论":"可以"}'.encode(),
        "inputs": b'{"age":30}',
    }
    return Entry(**{**usual, **said})


def opened(url, clock=None, **settings):
    log = DecisionLog(url, SEALER, settings.pop("signer", SIGNER), clock=clock or Clock(), **settings)
    log.upgrade()
    return log


def rows(log, statement):
    """What a statement finds, behind the log's back."""
    return log.database.read(lambda connection: [tuple(row) for row in connection.exec_driver_sql(statement)])


def tamper(log, *statements):
    """Change the database as somebody with its password can: without the triggers."""
    sqlite = log.database.mark == "?"
    found = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if sqlite
        else "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    drops = [f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}") for name, table in rows(log, found)]

    def work(cursor):
        for statement in drops:
            cursor.execute(statement)
        for statement in statements:
            cursor.execute(*statement) if isinstance(statement, tuple) else cursor.execute(statement)

    log.database.write(work)
