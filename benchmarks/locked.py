"""How soon callers are told where another program holds the log's database.

    python -m benchmarks.locked [--callers 64] [--database postgresql+psycopg://…]

Starts the service with two workers, holds the database (SQLite: the lock of a writer; PostgreSQL: the table), sends
that many decisions at once and asks /readyz all the while; says how often each status came, and how long it took.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.api.calling import example
from tests.running import Running, running

SECONDS = 15.0  # for which it is held


@contextmanager
def held(address: str) -> Iterator[None]:
    """The database as another program holds it."""
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.rollback()
        return
    import psycopg  # noqa: PLC0415 -- not needed for SQLite

    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE log IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def timed(call: Callable[[], tuple[int, object, object]]) -> tuple[int, float]:
    began = time.monotonic()
    status, *_ = call()
    return status, time.monotonic() - began


def asked(server: Running, callers: int) -> dict[str, list[tuple[int, float]]]:
    """Status and seconds of decisions and of /readyz, asked until the time is over."""
    found: dict[str, list[tuple[int, float]]] = {"decision": [], "readyz": []}
    case, until = example("village_qualifies"), time.monotonic() + SECONDS

    def decide() -> None:
        while time.monotonic() < until:
            found["decision"].append(timed(lambda: server.call("POST", "/v1/decisions/credit_village", case)))

    def look() -> None:
        while time.monotonic() < until:
            found["readyz"].append(timed(lambda: server.call("GET", "/readyz")))

    threads = [threading.Thread(target=decide) for _ in range(callers)] + [threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        others = {"database": chosen.database} if chosen.database else {}
        with running(Path(folder), workers=2, threads=32, rate_limit=10**9, **others) as server:
            server.call("POST", "/v1/decisions/credit_village", example("village_qualifies"))
            with held(server.environment["VILLAGE_CREDIT_DATABASE"]):
                found = asked(server, chosen.callers)
    for name, answers in found.items():
        statuses = dict(Counter(status for status, _ in answers))
        seconds = [took for _, took in answers]
        print(f"{name}: {len(answers)} answers, by status {statuses}, longest {max(seconds):.2f} s, "
              f"median {sorted(seconds)[len(seconds) // 2]:.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
