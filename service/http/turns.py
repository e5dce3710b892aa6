"""Dear work takes turns: few at once in a process, few waiting; any other is told at once to come again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.http.problems import Problem

PATIENCE = 5.0  # seconds that one waits for its turn


class Turns:
    """The turns of one kind of work."""

    def __init__(self, at_once: int, waiting: int, patience: float = PATIENCE) -> None:
        self._room = threading.BoundedSemaphore(at_once + waiting)
        self._places, self._patience = threading.BoundedSemaphore(at_once), patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it; a Problem where too many wait already, or the wait is too long."""
        if not self._room.acquire(blocking=False):
            raise busy()
        try:
            if not self._places.acquire(timeout=self._patience):
                raise busy()
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._room.release()


def busy() -> Problem:
    zh, en = (
        "同类请求正在处理的太多，这一个没有处理。",
        "Too many requests of this kind are under way; this one was left.",
    )
    return Problem("busy", zh, en, headers={"Retry-After": "5"})


def too_long(seconds: float) -> Problem:
    zh, en = f"超过 {seconds:g} 秒，已停止。", f"It took longer than {seconds:g} seconds and was stopped."
    return Problem("busy", zh, en, headers={"Retry-After": "30"})
