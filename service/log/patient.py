"""A connection to PostgreSQL that gives up a server that says nothing: a host that is frozen, a process that is halted.
Its kernel still takes what is sent, so no time-out of the network notices. Imported for PostgreSQL alone.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg

WORDS = "the server has said nothing for %g seconds"


class Patient(psycopg.Connection[Any]):
    """Waits for an answer as long as it is told to, and closes itself then: what became of the statement is unknown."""

    patience: float | None = None  # seconds for one statement; None for as long as it takes

    def wait(self, gen: Any, *args: Any, **told: Any) -> Any:
        if self.patience is None:
            return super().wait(gen, *args, **told)
        try:
            return super().wait(_bounded(gen, self.patience), *args, **told)
        except _SilentError:
            self.close()
            raise psycopg.OperationalError(WORDS % self.patience) from None


class _SilentError(Exception):
    """Nothing came in time."""


def _bounded(gen: Generator[Any, Any, Any], seconds: float) -> Generator[Any, Any, Any]:
    """What psycopg does for a statement, which asks to be woken now and then, until the time is over."""
    until = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > until:
                raise _SilentError
            wanted = gen.send(ready)
    except StopIteration as done:
        return done.value
