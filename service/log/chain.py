"""The chain: each line's hash covers the line and the hash of the line before."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import Any, NamedTuple

from service.log.entry import Entry
from service.log.seal import Sealer

NO_LINE = bytes(sha256().digest_size)  # what the first line follows
ORDER = Struct(">qq")
LENGTHS = Struct(">QQQ")

Row = tuple[int | str | bytes, ...]


class Prepared(NamedTuple):
    """An entry as its columns, sealed and spelled out; only its place in the chain is open."""

    columns: tuple[str | bytes, ...]
    canonical: bytes
    sealed: bytes | None


def prepare(entry: Entry, sealer: Sealer) -> Prepared:
    """ValueError where a text cannot be stored on every database."""
    sealed = None if entry.inputs is None else sealer.seal(entry.id, entry.inputs)
    columns = (
        entry.id,
        entry.kind,
        entry.caller,
        entry.request_id,
        entry.plan,
        entry.edition,
        entry.decision,
        entry.on,
        entry.outcome,
        entry.subject,
        entry.body,
        entry.refers_to,
        b"" if sealed is None else sha256(sealed).digest(),
    )
    return Prepared(columns, canonical(columns), sealed)


def canonical(columns: Sequence[Any]) -> bytes:
    """The columns between `at` and `hash` as bytes; no two lines are spelled the same.

    NUL ends each text and so may not stand in one. The two that are bytes come with their length.
    """
    *texts, body, refers_to, digest = columns
    texts.append(refers_to)
    spelled = "\0".join(texts).encode()
    if spelled.count(b"\0") != len(texts) - 1:
        raise ValueError("a text holds the character NUL")
    return b"".join((LENGTHS.pack(len(spelled), len(body), len(digest)), spelled, body, digest))


def link(before: bytes, seq: int, at: int, canonical: bytes) -> bytes:
    return sha256(before + ORDER.pack(seq, at) + canonical).digest()
