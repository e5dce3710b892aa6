"""The decisions logged in a period, with their sealed inputs, for the process that judges them again: line by line
through a pipe, so that no input lies anywhere unsealed, and that process has no key.

That inputs are read is logged as for a single decision: by a line about each, before it is opened.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.values.text import NotFound
from service.exact_json import dumps
from service.log import DecisionLog, Entry, Found, InputsExpired, Line, LogError, SealError

AT_ONCE = 200  # lines that are read, and whose reading is logged, together
MOST = 20 * 1000  # decisions that are judged again, the newest
SECONDS = 600.0  # after which no more are


@dataclass(frozen=True)
class Feed:
    """Which decisions are read, and how that is logged: those of a `kind` of lines in a period, its end not in it, that
    were made under the content `edition` of a plan. The hash is of the content itself: of other contents it cannot be
    told what a draft changes."""

    log: DecisionLog
    kind: str
    plan: str
    edition: str
    start: datetime
    end: datetime
    opened: Callable[[Line], Entry]  # the line that says that a decision's inputs are read
    most: int = MOST
    seconds: float = SECONDS
    clock: Callable[[], float] = time.monotonic

    def __call__(self) -> Iterator[bytes]:
        """Lines of JSON: `total` first, then decisions, then `end` with what was not read and why. An error of the log
        comes as `broken`."""
        try:
            yield from self._lines()
        except LogError as error:
            yield _line({"broken": {"zh": error.zh, "en": error.en}})

    def _lines(self) -> Iterator[bytes]:
        total = self.log.number(kind=self.kind, start=self.start, end=self.end)
        yield _line({"total": total, "at": self.log.clock().isoformat()})
        until, seen, read, expired = self.clock() + self.seconds, 0, 0, self.log.expired()
        cannot = Counter[str]()
        before: int | None = None
        while (page := self._page(before)).lines:
            before, wanted = page.lines[-1].seq, list[Line]()
            for line in page.lines:
                seen += 1
                why = "unsigned" if line.seq in page.doubts else self._why_not(line, expired)
                cannot.update([why] if why else ())
                if not why:
                    wanted.append(line)
            more = self.most - read
            for said in self._opened(wanted[:more], cannot):
                read += 1
                yield said
            left = len(wanted[more:])
            if left or self.clock() > until:
                yield _line({"end": {"cannot": cannot, "left": left + max(total - seen, 0)}})
                return
        yield _line({"end": {"cannot": cannot, "left": 0}})

    def _page(self, before: int | None) -> Found:
        return self.log.search(kind=self.kind, start=self.start, end=self.end, before_seq=before, newest_first=True,
                               limit=AT_ONCE)  # fmt: skip

    def _why_not(self, line: Line, expired: int) -> str:
        if line.plan != self.plan:
            return "other_plan"
        if line.edition != self.edition:
            return "other_edition"
        return "expired" if line.seq <= expired else ""

    def _opened(self, lines: Sequence[Line], cannot: Counter[str]) -> Iterator[bytes]:
        """The decisions with their inputs, once it is logged that these are read."""
        if lines:
            self.log.append([self.opened(one) for one in lines])
        for one in lines:
            try:
                inputs = self.log.inputs(one.id)
            except InputsExpired:
                cannot["expired"] += 1
            except (SealError, NotFound):
                cannot["sealed"] += 1
            else:
                head = dumps({"log_id": one.id, "decision": one.decision, "on": one.on, "outcome": one.outcome})
                yield head[:-1] + b',"inputs":' + inputs + b"}\n"


def _line(said: dict[str, Any]) -> bytes:
    return dumps(said) + b"\n"
