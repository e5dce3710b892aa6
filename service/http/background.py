"""Writes the server's own log in the background, many lines at a time.

At each system call a thread lets go of the interpreter and, among many threads, gets it back only after others: a write
for every request cost a tenth of the request's time. The last lines before a crash can be lost; the decision log, which
proves what was answered, goes another way.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import deque
from contextlib import suppress
from io import RawIOBase
from multiprocessing.util import Finalize
from typing import BinaryIO

GATHER = 0.02  # seconds for which lines gather


class Background(RawIOBase):
    """A stream that takes lines at once and passes them on soon."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lines, self._some = stream, deque[bytes](), threading.Event()
        self._turn = threading.Lock()
        threading.Thread(target=self._run, name="log", daemon=True).start()
        atexit.register(self._pass_on)
        Finalize(None, self._pass_on, exitpriority=0)  # a worker ends without what `atexit` holds

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._lines.append(data)
        if not self._some.is_set():
            self._some.set()
        return len(data)

    def flush(self) -> None:
        """Soon."""

    def _run(self) -> None:
        while self._some.wait():
            time.sleep(GATHER)
            self._some.clear()
            self._pass_on()

    def _pass_on(self) -> None:
        with self._turn, suppress(ValueError):  # the stream may be closed already when the process ends
            self._stream.write(b"".join(self._lines.popleft() for _ in range(len(self._lines))))
            self._stream.flush()
