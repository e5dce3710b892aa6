"""Several workers are one service: they serve the same edition, swap together, and stop when their work is done."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.running import GONE, Running, running

BASE = Path(__file__).parents[1] / "policy" / "base"  # a small plan: every worker compiles each change
FILE = "2026-05-01/standing.yaml"
PATH = "/v1/decisions/standing"
CASE = {"subject": {"id": "V-1"}, "on": "2026-12-31", "facts": {"households": 300, "a_grade_households": 164}}
SWAPS, CLIENTS = 100, 4


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    shutil.copytree(BASE, folder / BASE.name)
    return folder


def limit(policies: Path, text: str) -> None:
    """Write another limit into the policy, in one step."""
    file = policies / BASE.name / FILE
    base = (BASE / FILE).read_text(encoding="utf-8")
    assert "55%" in base
    part = file.with_suffix(".part")
    part.write_text(base.replace("55%", text), encoding="utf-8")
    part.replace(file)


def ready(server: Running) -> dict[str, object]:
    _, body, _ = server.call("GET", "/readyz")
    return body


def seen(server: Running) -> tuple[str, str]:
    """The limit a decision was held to, and the edition it names."""
    status, body, _ = server.call("POST", PATH, CASE)
    assert status == 200, body
    first = body["findings"][0]
    return first["comparisons"][0]["tests"][0]["limit"], body["edition_sha256"]


def until(server: Running, wanted: str) -> None:
    """Wait until the limit is live."""
    patience = time.monotonic() + 60
    while seen(server)[0] != wanted:
        assert time.monotonic() < patience, (wanted, ready(server), server.log.read_text()[-2000:])
        threading.Event().wait(0.02)  # the folder is looked at every 0.05 seconds


def test_no_request_fails_or_is_mixed_during_a_hundred_swaps_under_load(tmp_path: Path, policies: Path) -> None:
    with running(tmp_path, workers=2, policies=policies, published_in="sandbox", reload_seconds=0.05) as server:
        found: dict[str, set[str]] = {}
        stop = threading.Event()
        orders: list[list[str]] = [[] for _ in range(CLIENTS)]

        def ask(order: list[str]) -> None:
            while not stop.wait(0.005):  # a client that never pauses leaves the workers no processor to swap on
                shown, sha = seen(server)
                found.setdefault(sha, set()).add(shown)
                order.append(shown)

        with ThreadPoolExecutor(CLIENTS) as pool:
            asking = [pool.submit(ask, order) for order in orders]
            try:
                for number in range(SWAPS):
                    percent = 40 + number % 50
                    limit(policies, f"{percent}%")
                    until(server, f"{percent / 100:g}")
            finally:
                stop.set()
            for one in asking:
                one.result()
        assert all(len(limits) == 1 for limits in found.values()), "one edition, one limit: nothing is mixed"
        assert len(found) >= 50
        for order in orders:
            changes = [shown for shown, before in zip(order[1:], order, strict=False) if shown != before]
            assert changes, "every client saw the policies change"
            assert all(one != two for one, two in zip(changes, changes[2:], strict=False)), "and none change back"


def test_a_bad_edition_never_replaces_a_good_one_and_readyz_says_why(tmp_path: Path, policies: Path) -> None:
    with running(tmp_path, workers=2, policies=policies, published_in="sandbox", reload_seconds=0.05) as server:
        limit(policies, "155")
        patience = time.monotonic() + 60
        while not (body := ready(server))["policies"]["rejected"]:
            assert time.monotonic() < patience
        (problem, *_) = body["policies"]["rejected"]
        assert problem["file"] == f"{BASE.name}/{FILE}"
        assert problem["line"] > 1
        assert problem["zh"]
        assert problem["en"]
        assert body["status"] == "ok"
        assert seen(server)[0] == "0.55"
        while not told(server, "village_credit_policies_rejected 1.0"):
            assert time.monotonic() < patience
        limit(policies, "60%")
        until(server, "0.6")
        while (body := ready(server))["policies"]["rejected"] or not told(
            server, "village_credit_policies_rejected 0.0"
        ):
            assert time.monotonic() < patience


def told(server: Running, metric: str) -> bool:
    return metric in server.call("GET", "/metrics")[1].decode()


def test_a_service_starts_with_broken_policies_on_those_that_were_live_last(tmp_path: Path, policies: Path) -> None:
    with running(tmp_path, policies=policies, published_in="sandbox") as server:
        limit(policies, "61%")
        until(server, "0.61")
        assert server.stop() == 0
        (policies / BASE.name / FILE).write_text("decision: [", encoding="utf-8")
        server.restart()
        assert seen(server)[0] == "0.61"
        assert ready(server)["policies"]["rejected"]


def test_a_worker_that_dies_is_replaced(tmp_path: Path, policies: Path) -> None:
    with running(tmp_path, workers=2, policies=policies) as server:
        patience = time.monotonic() + 60
        while len(before := workers(server)) < 2:  # the service answers as soon as the first is there
            assert time.monotonic() < patience
        os.kill(before[-1], signal.SIGKILL)
        while before[-1] in (now := workers(server)) or len(now) < len(before):
            assert time.monotonic() < patience
            with suppress(*GONE):  # what that worker had in hand is lost, and nothing else
                assert seen(server)[0] == "0.55"
        server.wait()  # a worker votes before it listens
        assert seen(server)[0] == "0.55"


def workers(server: Running) -> list[int]:
    """The processes that vote on policies."""
    places = Path("/dev/shm"), Path(tempfile.gettempdir())  # noqa: S108 -- where `serve` puts it
    named = (
        f"village-credit-{server.process.pid}-*/votes"  # one that was killed, and had the same number, may lie there
    )
    votes = max((found for place in places for found in place.glob(named)), key=lambda one: one.stat().st_mtime_ns)
    return [int(vote.name) for vote in votes.iterdir() if vote.name.isdecimal() and Path(f"/proc/{vote.name}").exists()]


def test_what_is_under_way_is_finished_when_the_service_is_told_to_stop(tmp_path: Path, policies: Path) -> None:
    with running(tmp_path, workers=2, policies=policies) as server:
        line = json.dumps(CASE).encode() + b"\n"
        body = line * 4000
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(server.call, "POST", f"{PATH}/batch", body, Content_Type="application/x-ndjson")
            patience = time.monotonic() + 60
            while "village_credit_decisions_total{" not in server.call("GET", "/metrics")[1].decode():
                assert time.monotonic() < patience
            assert server.stop() == 0
            status, answered, _ = asked.result()
        assert status == 200
        assert answered.count(b"\n") == 4000
        assert b"problem" not in answered


def test_a_stopped_service_leaves_its_log_in_one_file(tmp_path: Path, policies: Path) -> None:
    """Somebody copies it, and must not lose the newest lines."""
    with running(tmp_path, workers=2, policies=policies) as server:
        for _ in range(20):
            assert server.call("POST", PATH, CASE)[0] == 200
        assert (tmp_path / "demo.db-wal").stat().st_size > 0
        assert server.stop() == 0
    assert not (tmp_path / "demo.db-wal").exists()
    copy = shutil.copy(tmp_path / "demo.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM log WHERE kind = 'decision'").fetchone() == (20,)
