"""The threads of a process that wait for bodies: each client has a part of them, and some are always left.

A thread that waits for a body cannot be called back, so health and readiness would queue behind callers that fell
silent half way. Bodies that have come are read within milliseconds: who finds no place waits a moment for one. Where
one has waited in vain, others are told at once until a place is left: a thread that waits answers nobody, nor health.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from service.http.problems import Problem
from service.http.turns import busy

PATIENCE = 0.25  # seconds
EACH, LEFT = 2, 8  # a client has half of the threads, an eighth is left for what has no body


class Readers:
    """The places of one process."""

    def __init__(self, threads: int, patience: float = PATIENCE) -> None:
        self.each, self.all = max(1, threads // EACH), max(1, threads - max(1, threads // LEFT))
        self._patience, self._change = patience, threading.Condition()
        self._of, self._waiting = Counter[str](), 0
        self._vain, self._full = set[str](), False  # clients, or all, of whom one waited in vain for what is still held

    @contextmanager
    def reading(self, client: str) -> Iterator[None]:
        """Have a place while a body is read; a Problem where there is none within a moment."""
        with self._change:
            if not self._free(client):
                self._wait(client)
            self._of[client] += 1
        try:
            yield
        finally:
            with self._change:
                self._of[client] -= 1
                self._vain.discard(client)
                self._full = False
                if not self._of[client]:
                    del self._of[client]
                if self._waiting:
                    self._change.notify_all()

    def _free(self, client: str) -> bool:
        return self._of[client] < self.each and self._of.total() < self.all

    def _wait(self, client: str) -> None:
        if not (self._full or client in self._vain):
            self._waiting += 1
            try:
                if self._change.wait_for(lambda: self._free(client), self._patience):
                    return
            finally:
                self._waiting -= 1
        if self._of[client] < self.each:
            self._full = True
            raise busy()
        self._vain.add(client)
        zh = "这把密钥同时发送的请求体太多，多数还没有发完。"
        en = "This key sends too many bodies at once, most of them not whole yet."
        raise Problem("too-many-requests", zh, en, headers={"Retry-After": "1"})
