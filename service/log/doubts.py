"""Which lines are not believed, whatever they are about: those that no good signature covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, select

from service.log import reader
from service.log.entry import NO_LINE, Line
from service.log.signing import Publics
from service.log.statements import keys, linked, signed
from service.log.tables import log

UNSIGNED = "unsigned"
NEAR = 64  # lines that are read on to the next one asked about, sooner than begin there anew


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
        while left and (self._end is None or left[-1] < self._end):
            for signature, hash, broken in self._signatures(left[-1]):
                asked: list[int] = []
                while left and left[-1] <= signature.seq:
                    asked.append(left.pop())
                if asked:
                    code = signed(signature, hash, self._trusted)
                    found |= {seq: why for seq in asked if (why := _why(seq, signature, broken, code))}
                if not left or left[-1] > signature.seq + NEAR:
                    break
            else:
                self._end = left[-1]
        return found | dict.fromkeys(left, UNSIGNED)

    def _signatures(self, first: int) -> Iterator[tuple[Line, bytes, int]]:
        """The lines with a signature, from that which covers a line on: each with the hash that it has to be good for,
        and the last line up to it that is not as its hash says, which covers those before that; 0 where none is."""
        rows = select(*log.columns).where(log.c.seq >= first - 1).order_by(log.c.seq)
        before, broken = NO_LINE, 0
        with self._connection.execute(rows.execution_options(yield_per=NEAR)) as read:
            for row in read:
                line = reader.line(row)
                if line.seq >= first and linked(line, before) != bytes(line.hash):
                    broken = line.seq
                before = bytes(line.hash)
                if line.seq >= first and line.signature:
                    yield line, before, broken
                    broken = 0


def _why(seq: int, signature: Line, broken: int, code: str) -> str:
    """Why the signature at a line leaves another in doubt; empty where it does not. `code` is what is wrong with it."""
    if signature.signed_from > seq:
        return UNSIGNED
    return code or ("signature_wrong" if seq <= broken else "")
