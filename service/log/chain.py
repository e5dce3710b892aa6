"""The chain: each line's hash covers the line and the hash of the line before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct

from service.log.entry import Entry
from service.log.seal import Sealer

NO_LINE = bytes(sha256().digest_size)  # what the first line follows
ORDER = Struct(">qq")
TEXTS = 11  # the columns between `at` and `body`, and `refers_to`
LENGTHS = Struct(f">{TEXTS + 2}I")

Row = tuple[int | str | bytes, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
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


def canonical(columns: Sequence[str | bytes]) -> bytes:
    """The columns between `at` and `hash` as bytes, each with its length: no two lines are spelled the same."""
    id, kind, caller, request_id, plan, edition, decision, on, outcome, subject, body, refers_to, digest = columns
    texts = (id, kind, caller, request_id, plan, edition, decision, on, outcome, subject, refers_to)
    parts = [text.encode() for text in texts]  # type: ignore[union-attr] # bytes here are a tampered line: AttributeError
    joined = b"".join(parts)
    if b"\0" in joined:
        raise ValueError("a text holds the character NUL")
    return b"".join((LENGTHS.pack(*map(len, parts), len(body), len(digest)), joined, body, digest))  # type: ignore[list-item]


def link(before: bytes, seq: int, at: int, canonical: bytes) -> bytes:
    return sha256(before + ORDER.pack(seq, at) + canonical).digest()
