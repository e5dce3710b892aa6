"""Whatever happens to the database, nothing is answered that is not logged, and the service recovers by itself."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from service.log import DecisionLog, Sealer, Signer, verify
from tests.api.calling import start
from tests.log.disks import NO_MOUNT, fill, may_mount, small_disk
from tests.log.postgres import Server
from tests.running import Running, running

CASE = {"subject": {"id": "V-1"}, "on": "2026-12-31", "facts": {"households": 300, "a_grade_households": 164}}
PATIENCE = 60


def decide(server: Running) -> tuple[int, dict[str, object]]:
    status, body, headers = server.call("POST", "/v1/decisions/credit_village", CASE)
    if status == 503:
        assert headers["content-type"] == "application/problem+json"
        assert headers["retry-after"]
        assert body["type"] == "/problems/unavailable"
    return status, body


def until(server: Running, wanted: int) -> dict[str, object]:
    """Ask until the answer has this status; every answer before has the one or the other."""
    patience = time.monotonic() + PATIENCE
    while True:
        status, body = decide(server)
        assert status in (200, 503), body
        if status == wanted:
            return body
        assert time.monotonic() < patience


def suffers(server: Running, breaks: Callable[[], object], mends: Callable[[], object], said: str) -> None:
    """Good, broken, good again: with a 503 that says why, and a log with every answer that was given."""
    assert decide(server)[0] == 200
    breaks()
    assert said in until(server, 503)["detail"]
    status, ready, _ = server.call("GET", "/readyz")
    assert status == 503
    assert said in ready["log"]["zh"]
    mends()
    until(server, 200)
    assert server.call("GET", "/readyz")[0] == 200


def verified(server: Running, url: str) -> int:
    """How many decisions the log holds; it is intact."""
    sealer = Sealer.of(server.environment["VILLAGE_CREDIT_SEAL_KEYS"], server.environment["VILLAGE_CREDIT_BLIND_KEY"])
    log = DecisionLog(url, sealer, Signer.of(server.environment["VILLAGE_CREDIT_SIGNING_KEY"]))
    try:
        assert not verify(log).flaws
        return len(log.find(kind="decision", limit=10_000))
    finally:
        log.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    if not may_mount(tmp_path / "try"):
        pytest.skip(NO_MOUNT)
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_a_full_disk_is_a_503_until_there_is_room(tmp_path: Path, disk: Path) -> None:
    url = f"sqlite:///{disk / 'log.db'}"
    with running(tmp_path, database=url, log_level="error") as server:
        suffers(server, lambda: fill(disk), (disk / "filler").unlink, "已满")
        assert verified(server, url) == 2


def test_a_damaged_database_file_is_a_503_until_the_good_one_is_back(tmp_path: Path, sqlite: str) -> None:
    path = Path(sqlite.removeprefix("sqlite:///"))
    good = path.with_suffix(".good")

    def damage() -> None:
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.rename(good)
        path.write_bytes(b"not a database" * 1000)

    def mend() -> None:
        path.unlink()
        good.rename(path)

    with running(tmp_path, database=sqlite, log_level="error") as server:
        suffers(server, damage, mend, "损坏")
        assert verified(server, sqlite) == 2


def test_a_database_that_is_away_is_a_503_until_it_is_back(tmp_path: Path, postgresql: str, server: Server) -> None:
    with running(tmp_path, database=postgresql, log_level="error") as service:
        suffers(service, server.kill, server.start, "连接不上")
        assert verified(service, postgresql) == 2


def test_a_clock_that_goes_back_is_a_503_until_it_is_right(tmp_path: Path) -> None:
    api = start(tmp_path)
    try:
        ask = api.caller("caller")
        assert ask.post("/v1/decisions/credit_village", CASE).status_code == 200
        api.clock.now -= timedelta(hours=1)
        refused = ask.post("/v1/decisions/credit_village", CASE)
        assert refused.status_code == 503
        assert "时间" in refused.json["detail"]
        assert refused.headers["Retry-After"]
        api.clock.now += timedelta(hours=1)
        assert ask.post("/v1/decisions/credit_village", CASE).status_code == 200
    finally:
        api.close()
