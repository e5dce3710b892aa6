"""Which lines are not believed, whatever they are about: those that no good signature covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from service.log import reader
from service.log.entry import NO_LINE, Line
from service.log.signing import Publics
from service.log.statements import AT_ONCE, keys, linked, signed
from service.log.tables import log

UNSIGNED = "unsigned"


class Doubts:
    """Asks one state of the log. A signature stands at the end of what was written together, so all from a line to
    there is hashed anew, once for all lines asked about that it covers.

    Lines from before there were signatures are believed: one that is signed vouches for them, which only a verification
    of all of them can hold against it."""

    def __init__(self, connection: Connection, known: Publics) -> None:
        self._connection, self._trusted = connection, keys(connection, known)
        self._end: int | None = None  # no signature stands at this line or after it

    def of(self, seqs: Iterable[int]) -> Mapping[int, str]:
        """Why some lines are not believed, by seq; nothing about those that are."""
        found: dict[int, str] = {}
        left = sorted((seq for seq in seqs if seq > self._trusted.carried_over), reverse=True)
        while left:
            first = left[-1]
            end = None if self._end is not None and first >= self._end else self._group(first, left, found)
            if end is None:  # nothing that comes after is signed either
                self._end = first if self._end is None else min(first, self._end)
                return found | dict.fromkeys(left, UNSIGNED)
            while left and left[-1] <= end:
                left.pop()
        return found

    def _group(self, first: int, asked: Sequence[int], found: dict[int, str]) -> int | None:
        """The place of the signature that covers a line, with what is wrong of the lines asked about up to there; None
        where there is none."""
        rows = select(*log.columns).where(log.c.seq >= first - 1).order_by(log.c.seq)
        before, broken = NO_LINE, 0  # broken: the last line that is not as its hash says, which covers those before it
        with self._connection.execute(rows.execution_options(yield_per=AT_ONCE)) as read:
            for row in read:
                line = reader.line(row)
                if line.seq >= first and linked(line, before) != bytes(line.hash):
                    broken = line.seq
                before = bytes(line.hash)
                if line.seq >= first and line.signature:
                    code = signed(line, before, self._trusted)
                    for seq in (one for one in asked if one <= line.seq):
                        if why := _why(seq, line, broken, code):
                            found[seq] = why
                    return line.seq
        return None


def _why(seq: int, signature: Line, broken: int, code: str) -> str:
    """Why the signature at a line leaves another in doubt; empty where it does not. `code` is what is wrong with it."""
    if signature.signed_from > seq:
        return UNSIGNED
    return code or ("signature_wrong" if seq <= broken else "")
