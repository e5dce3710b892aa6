"""The next lines of the chain: hashed, signed, and ready to be inserted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from service.log.entry import NO_LINE, UNSIGNED, Prepared, Row, link
from service.log.signing import Signer
from service.log.statements import NEWEST_KEY
from service.log.tables import log

LAST = f"SELECT seq, at, hash, ({NEWEST_KEY}) FROM log ORDER BY seq DESC LIMIT 1"  # noqa: S608
SEQ, HASH = (list(log.columns.keys()).index(name) for name in ("seq", "hash"))


class Head(NamedTuple):
    """The last line, and that of the last word on signing keys."""

    seq: int
    at: int
    hash: bytes
    keys: int


def head(cursor: Any) -> Head:
    cursor.execute(LAST)
    seq, at, hash, keys = cursor.fetchone() or (0, 0, NO_LINE, 0)
    return Head(seq, at, bytes(hash), keys or 0)


def chained(entries: Iterable[Prepared], last: Head, at: int, signer: Signer) -> tuple[list[Row], list[Row], Head]:
    """The rows of log and of sealed for entries that follow the last line, and the last line then.

    One signature covers all of them, but that a statement has one of its own, and so has what stands before it.
    """
    lines: list[Row] = []
    contents: list[Row] = []
    seq, before, first = last.seq, last.hash, last.seq + 1
    for entry in entries:
        if entry.is_statement and first <= seq:
            lines[-1] = _signed(signer, first, lines[-1])
            first = seq + 1
        seq += 1
        before = link(before, seq, at, entry.canonical)
        lines.append((seq, at, *entry.columns, before, *UNSIGNED))
        if entry.sealed is not None:
            contents.append((seq, entry.sealed))
        if entry.is_statement:
            lines[-1] = _signed(signer, first, lines[-1])
            first = seq + 1
    if first <= seq:
        lines[-1] = _signed(signer, first, lines[-1])
    return lines, contents, last._replace(seq=seq, at=at if lines else last.at, hash=before)


def _signed(signer: Signer, first: int, row: Row) -> Row:
    """A row with the signature of the lines from `first` to it."""
    seq, hash = row[SEQ], row[HASH]
    assert isinstance(seq, int)
    assert isinstance(hash, bytes)
    return (*row[: HASH + 1], signer.id, first, signer.sign(first, seq, hash))
