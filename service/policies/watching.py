"""Looks at the policies folder every so often; the thread that does is started again where it dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST = 5  # threads in a row that died without one good look, after which no other is started


class Watcher:
    """A thread that looks, and one that waits for its end. Whatever goes wrong at a look is told in `trouble` and by
    `looked`, the time of the last good one; the next look tries again."""

    def __init__(self) -> None:
        self.trouble, self.looked = "", time.monotonic()
        self.watching, self.restarts = True, 0
        self._failed = 0  # threads that died since the last good look
        self._stop = threading.Event()

    def start(self, seconds: float, look: Callable[[], None]) -> None:
        """Have `look` called every so often, in threads that end with the process."""
        threading.Thread(target=self._keep, args=(seconds, look), name="policies", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _keep(self, seconds: float, look: Callable[[], None]) -> None:
        """Start the thread again each time it dies, unless it would only die again."""
        while True:
            try:
                thread = threading.Thread(target=self._watch, args=(seconds, look), name="look", daemon=True)
                thread.start()
                thread.join()
            except RuntimeError as error:  # the system has no thread to give
                self.trouble = type(error).__name__
                self._stop.wait(seconds)
            if self._stop.is_set():
                return
            self._failed += 1
            if self._failed > MOST:
                self.watching = False
                return
            self.restarts += 1

    def _watch(self, seconds: float, look: Callable[[], None]) -> None:
        while not self._stop.wait(seconds):
            try:
                look()
            except Exception as error:  # noqa: BLE001 -- a thread that ends would end all publishing for a while
                self.trouble = type(error).__name__
            except BaseException as error:  # noqa: BLE001 -- SystemExit, a panic of a library: the thread is done for
                self.trouble = type(error).__name__
                return
            else:
                self.trouble, self.looked, self._failed = "", time.monotonic(), 0
