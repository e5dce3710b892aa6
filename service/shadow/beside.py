"""Judges requests under the drafts in shadow, beside the answers: in one thread of a worker, from a short queue, with
rests three times as long as the work, so that requests go first. What finds no place in the queue is counted."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from rules.values.exact import plain
from service import publishing
from service.county.simulation import moneyed
from service.effect.replaying import Judge
from service.exact_json import loads
from service.log import DecisionLog, LogError, LogUnavailable
from service.publishing.comparing import edition_of
from service.shadow.acts import OUTCOMES, SHADOW, Shadow, lasting, shadows
from service.shadow.tally import JUDGED, LESS, MONEY, MORE, UNKNOWN, Differing, Key, keep

ROOM, MOST = 256, 32 * 1000 * 1000  # requests that wait, and bytes of their inputs
RESTS = 3  # times as long as the work before them
EVERY = 2.0  # seconds between two looks at the tables
DROPPED, OTHER_EDITION, NO_DECISION, UNFIT, FAILED, UNUSABLE = (
    "dropped", "other_edition", "no_decision", "unfit", "failed", "unusable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as it is answered; `outputs` are plain values by name."""

    log_id: str
    plan: str
    edition: str  # plan/day
    decision: str
    on: date
    outcome: str
    outputs: Mapping[str, Any]
    inputs: bytes = field(repr=False)  # JSON as it is sealed: read, it takes ten times the memory


@dataclass(frozen=True, slots=True)
class Judging:
    """A shadow and what judges for it; None where its content cannot be used any more."""

    shadow: Shadow
    judge: Judge | None


class Beside:
    """The shadows that are on, in one worker."""

    def __init__(self, log: DecisionLog, today: Callable[[], date]) -> None:
        self._log, self._today = log, today
        self.plans: Mapping[str, tuple[Judging, ...]] = {}  # what requests look at
        self.told = Counter[str]()  # for metrics: requests by what became of them
        self._waiting, self._some = deque[Made](), threading.Event()
        self._held = 0  # bytes of inputs that wait
        self._counts, self._lines = Counter[Key](), list[Differing]()
        self._turn, self._looking = threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._seen: Hashable = None
        self._kept = 0.0

    def offer(self, made: Made) -> None:
        """Have a decision judged beside, soon; the caller goes on at once."""
        with self._turn:
            if len(self._waiting) < ROOM and self._held + len(made.inputs) <= MOST:
                self._waiting.append(made)
                self._held += len(made.inputs)
                self._some.set()
            else:
                for one in self.plans.get(made.plan, ()):
                    self._count(Key(one.shadow.id, DROPPED))

    def look(self) -> None:
        """Take up the shadows that were begun, leave those that have ended, and keep what was found. LogUnavailable
        where the database does not say: then all goes on as it is."""
        with self._looking:
            seen = self._log.newest(SHADOW, *OUTCOMES), publishing.newest(self._log), self._today()
            if seen != self._seen:
                on = lasting(shadows(self._log), publishing.acts(self._log), self._today()) if seen[0] else ()
                self.plans = self._judging(on)
                self._seen = seen
                if on and self._thread is None:
                    self._begin()
            if time.monotonic() - self._kept >= EVERY:
                self._keep()

    def listed(self) -> list[Shadow]:
        return [one.shadow for some in self.plans.values() for one in some]

    def keep(self) -> None:
        """Write what was found since, now."""
        with self._looking:
            self._keep()

    def _keep(self) -> None:
        """Write what was found since; where that cannot be done just now, the next look tries again."""
        with self._turn:
            counts, lines = Counter(self._counts), [*self._lines]
        if not counts or not keep(self._log, counts, lines):
            return
        with self._turn:
            self._counts -= counts
            del self._lines[: len(lines)]
            self._kept = time.monotonic()

    def judge_waiting(self) -> float:
        """Judge what waits first, if anything does; the seconds of processor that it took."""
        began = time.thread_time()
        made = None
        with self._turn, suppress(IndexError):
            made = self._waiting.popleft()
            self._held -= len(made.inputs)
        if made is not None:
            for one in self.plans.get(made.plan, ()):
                self._judge(one, made)
        return time.thread_time() - began

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        rest = threading.Event()
        while self._some.wait():
            self._some.clear()
            while self._waiting:
                rest.wait(RESTS * self.judge_waiting())

    def _judging(self, on: tuple[Shadow, ...]) -> dict[str, tuple[Judging, ...]]:
        """What judges for each shadow, by plan; those there are stay."""
        known = {one.shadow.id: one for some in self.plans.values() for one in some}
        found: dict[str, tuple[Judging, ...]] = {}
        for one in on:
            judging = known.get(one.id) or Judging(one, self._judge_of(one))
            found[one.plan] = (*found.get(one.plan, ()), judging)
        return found

    def _judge_of(self, shadow: Shadow) -> Judge | None:
        try:
            files = publishing.edition(self._log, shadow.sha256)
        except LogUnavailable:
            raise
        except LogError:  # altered
            return None
        edition = None if files is None else edition_of(files, shadow.edition)
        return None if edition is None else Judge(edition)

    def _judge(self, one: Judging, made: Made) -> None:
        """Judge a decision for a shadow, and count what comes of it. Whatever goes wrong is the shadow's alone."""
        if one.judge is None or made.edition != one.shadow.beside:
            counts, line = [Key(one.shadow.id, UNUSABLE if one.judge is None else OTHER_EDITION)], None
        else:
            try:
                counts, line = compared(one.shadow.id, one.judge, made)
            except Exception:  # noqa: BLE001 -- the thread goes on, and the count says so
                counts, line = [Key(one.shadow.id, FAILED)], None
        with self._turn:
            for key in counts:
                self._count(key)
            if line is not None and len(self._lines) < ROOM:  # few of each kind are listed anyway
                self._lines.append(line)

    def _count(self, key: Key) -> None:
        self._counts[key] += 1
        if key.what != MONEY:
            self.told[key.what] += 1


def compared(shadow: str, judge: Judge, made: Made) -> tuple[list[Key], Differing | None]:
    """What is to be counted of a decision, and its line where it comes out otherwise, or with other money."""
    if made.decision not in judge.edition.rules:
        return [Key(shadow, NO_DECISION)], None
    if (now := judge.decide(made.decision, loads(made.inputs), made.on)) is None:
        return [Key(shadow, UNFIT)], None
    counts = [Key(shadow, JUDGED, made.decision, made.outcome, now.outcome)]
    for name in sorted(moneyed(now.rule)):
        was, then = made.outputs.get(name), plain(now.outputs.get(name, (None, None))[0])
        if was != then:
            counts.append(Key(shadow, MONEY, made.decision, name, _turn(was, then)))
    if len(counts) == 1 and made.outcome == now.outcome:
        return counts, None
    return counts, Differing(shadow, made.log_id, made.decision, made.outcome, now.outcome)


def _turn(was: Any, now: Any) -> str:
    """What becomes of an amount, both as plain values."""
    if not all(isinstance(one, int | str) for one in (was, now)):
        return UNKNOWN
    return MORE if Fraction(now) > Fraction(was) else LESS
