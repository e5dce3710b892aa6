"""Processes that write and say what was acknowledged: `python -m tests.log.writer URL inherit|own`.

Each line read from standard input, `COUNT`, forks a writer of so many entries (0: until it is killed). It prints
`wrote PID ID` for each entry after its append has returned, and when it is gone, `gone PID STATUS` is printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from service.log import Once, new_id
from tests.log.samples import entry, opened

THREADS = 2
ROOT = Path(__file__).parents[2]


def now():
    return datetime.now(UTC)


def tell(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())  # in one piece: a pipe keeps short writes whole


def write(log, number):
    for _ in islice(count(), number or None):
        id = new_id(now())
        log.append([entry(id=id, request_id=str(os.getpid()))], Once("caller", id, b"", b"answer", 200))
        tell("wrote", os.getpid(), id)


def child(log, number):
    others = [threading.Thread(target=write, args=(log, number), daemon=True) for _ in range(THREADS - 1)]
    for thread in others:
        thread.start()
    write(log, number)
    for thread in others:
        thread.join()


def main(url, whose):
    log = opened(url, now) if whose == "inherit" else None
    if log is not None:
        log.append([entry(id="before")])
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                child(log or opened(url, now), int(line))
                status = 0
            finally:
                os._exit(status)
        threading.Thread(target=lambda pid=pid: tell("gone", *os.waitpid(pid, 0))).start()
    if log is not None:
        log.append([entry(id="after")])


class Writers:
    """The other end: starts writers, and reads what they say."""

    def __init__(self, url, whose="own"):
        command = [sys.executable, "-m", "tests.log.writer", url, whose]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1, cwd=ROOT)

    def start(self, number=0):
        self.process.stdin.write(f"{number}\n")

    def read(self):
        return self.process.stdout.readline().split()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
