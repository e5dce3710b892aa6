"""Keeps each worker to one processor, where there is a worker for each.

The threads of a worker run Python one at a time. On several processors each that is woken waits on another one for the
interpreter, and finds its memory in no cache: half as many requests again are answered without that.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

ALL: frozenset[int] = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
_held: list[int] = []  # the lock of this worker's processor, for as long as it lives


def keep_to_one(folder: Path, workers: int) -> None:
    """Keep this process to a processor that fewest of so many workers have, who agree in a folder. Nothing is done on
    systems that cannot, and where processors are left over: the system then shares them out better."""
    if not ALL or workers < len(ALL):
        return
    for worker in range(workers):
        lock = os.open(folder / f"worker-{worker}", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        _held.append(lock)
        processor = sorted(ALL)[worker % len(ALL)]
        for thread in Path("/proc/self/task").iterdir():  # those that the server has made already
            with suppress(OSError):  # it has ended meanwhile, or a container forbids it
                os.sched_setaffinity(int(thread.name), {processor})
        return


def leave(process: int) -> None:
    """Let a process that a worker started use all processors."""
    if ALL:
        with suppress(OSError):  # it has ended
            os.sched_setaffinity(process, ALL)
