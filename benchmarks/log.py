"""What the decision log costs: `python -m benchmarks.log [URL]`, on SQLite in a temporary folder by default.

CPU is that of the process, system calls included; beside it, what bare sqlite3 takes for rows of the same size.
"""

import base64
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Thread

from service.log import DecisionLog, Entry, Sealer, Signer, new_id, verify

BATCH, BODY, INPUTS = 500, b'{"findings":"%s"}' % (b"x" * 300), b'{"facts":"%s"}' % (b"y" * 500)
KEY = base64.b64encode(bytes(32)).decode()
SEALER = Sealer.of(f"k1:{KEY}", KEY)
SEALED = len(SEALER.seal("", INPUTS))


def entry(number: int) -> Entry:
    return Entry(
        id=new_id(datetime.now(UTC)),
        kind="decision",
        caller="a1b2c3d4e5f6",
        request_id="0123456789abcdef0123456789abcdef",
        plan="plan",
        edition="e" * 64,
        decision=f"decision {number % 7}",
        on="2026-12-31",
        outcome=f"outcome {number % 3}",
        subject=f"{number * 2654435761 % 2**64:032x}",
        body=BODY,
        inputs=INPUTS,
    )


def cost(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median CPU and elapsed microseconds of one call."""
    cpu, wall = [], []
    for _ in range(rounds):
        start, started = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - start)
        wall.append(time.perf_counter() - started)
    return median(cpu) * 1e6, median(wall) * 1e6


def bare(folder: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    """The least that SQLite does for one row and for a batch: two tables, the same indexes, synced."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                      "CREATE TABLE log (seq INTEGER PRIMARY KEY, id TEXT, subject TEXT, rest BLOB)",
                      "CREATE TABLE sealed (seq INTEGER PRIMARY KEY, content BLOB)",
                      "CREATE UNIQUE INDEX a ON log (id)", "CREATE INDEX b ON log (subject, seq)",
                      "CREATE INDEX c ON log (rest, seq) WHERE 0"):  # fmt: skip
        connection.execute(statement)
    seq = iter(range(1, sys.maxsize))

    def write(number: int) -> None:
        seqs = [next(seq) for _ in range(number)]
        lines = [(n, f"{n:032x}", f"{n * 2654435761 % 2**64:032x}", BODY + bytes(300)) for n in seqs]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", lines)
        connection.executemany("INSERT INTO sealed VALUES (?, ?)", [(n, bytes(SEALED)) for n in seqs])
        connection.execute("COMMIT")

    return lambda: write(1), lambda: write(BATCH)


def crowd(log: DecisionLog, threads: int, each: int) -> float:
    """Appends a second, of threads that wait for each other's commits."""
    entries = [[entry(number) for number in range(each)] for _ in range(threads)]
    crowd = [Thread(target=lambda mine=mine: [log.append([one]) for one in mine]) for mine in entries]
    started = time.perf_counter()
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    return threads * each / (time.perf_counter() - started)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/log.db"
        log = DecisionLog(url, SEALER, Signer.new(Path(folder) / "signing.pem"))
        log.upgrade()
        batch = [[entry(number) for number in range(BATCH)] for _ in range(41)]
        single = [[entry(number)] for number in range(1001)]
        one, many = bare(Path(folder))
        print(f"body {len(BODY)} bytes, inputs {len(INPUTS)} bytes, {log.database.engine.dialect.name}")
        print(f"{'':<44}{'CPU µs':>10}{'elapsed µs':>12}")
        for name, work, rounds, rows in (
            (f"append of {BATCH}, for each row", lambda: log.append(batch.pop()), 40, BATCH),
            ("  bare sqlite3, the same size", many, 40, BATCH),
            ("append of one", lambda: log.append(single.pop()), 1000, 1),
            ("  bare sqlite3, the same size", one, 1000, 1),
        ):
            work()
            cpu, wall = cost(work, rounds)
            print(f"{name:<44}{cpu / rows:>10.1f}{wall / rows:>12.1f}")
        for threads in (1, 8, 32):
            rate = crowd(log, threads, 2000 // threads)
            print(f"{f'{threads} threads, one entry at a time':<44}{rate:>10.0f} a second")
        lines = log.head().seq
        cpu, wall = cost(lambda: verify(log), 1)
        print(f"{f'verify, for each of {lines} lines':<44}{cpu / lines:>10.1f}{wall / lines:>12.1f}")
        log.close()


if __name__ == "__main__":
    main()
