"""How far the signatures of a log reach, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from service.log.entry import ACCEPTED, CLOCK, EXPIRY, SHARED, moment
from service.log.signing import SIGNING, Trust

KIND, BODY, OUTCOME = (SHARED.index(name) for name in ("kind", "body", "outcome"))
Found = Iterator[tuple[int, str]]  # flaws: seq and code


class Coverage:
    """Each line has to be covered by a signature. Of those that none covers, the first is told."""

    def __init__(self, trust: Trust, keep: timedelta) -> None:
        self.trust, self._keep = trust, keep
        self.carried_over = 0
        self.good = 0  # the last line with a good signature of its own
        self._covered = 0  # the last line of which something is told, or that is signed

    def skip(self, last: int, seq: int) -> None:
        """The lines between the two are missing, which is told already."""
        if self._covered == last:
            self._covered = seq - 1

    def see(self, seq: int, at: Any, columns: Sequence[Any], hash: bytes, signed: Sequence[Any]) -> Found:
        """The flaws that a line brings up by its signature."""
        signer, first, signature = signed
        if not signature:
            return
        start, self._covered = self._covered + 1, seq
        kind, body = columns[KIND], columns[BODY]
        if kind == SIGNING:
            self.trust.begin(body)
        code = self._fault(first, seq, hash, signer, signature)
        if code:
            yield start, code
            return
        self.good = seq
        if kind == SIGNING:
            self.trust.learn(seq, body)
        if kind == SIGNING and start == 1 and _said(body, "carried_over") == first - 1:
            self.carried_over = first - 1
        elif first > start:
            yield start, "unsigned"
        if kind == EXPIRY and not self._due(at, body):
            yield seq, "expiry_early"

    def end(self, last: int) -> Found:
        """What is left at the end of the log."""
        if self._covered < last:
            yield self._covered + 1, "unsigned"

    def _fault(self, first: Any, seq: int, hash: bytes, signer: Any, signature: Any) -> str:
        try:
            return self.trust.fault(first, seq, hash, signer, signature)
        except (TypeError, ValueError):  # tampered values may be of any type
            return "signature_wrong"

    def _due(self, at: Any, body: bytes) -> bool:
        """Whether an expiry left inputs alone that have to be kept."""
        try:
            return datetime.fromisoformat(_said(body, "before")) <= moment(at) - self._keep
        except (TypeError, ValueError, OverflowError):
            return False


def accepts_clock(columns: Sequence[Any]) -> bool:
    """Whether a line, if its signature is good, is an operator's word that the clock is right."""
    return (columns[KIND], columns[OUTCOME]) == (CLOCK, ACCEPTED)


def _said(body: Any, name: str) -> Any:
    try:
        return json.loads(body).get(name)
    except (AttributeError, TypeError, ValueError):
        return None
