"""Publishing on several hosts: killed at any step it is done or not at all; all hosts serve the same, and no answer
fails or is mixed."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from rules import read_store
from service.log import DecisionLog, verify
from service.log.database import Database
from service.log.log import utc_now
from service.log.signing import Signer
from service.publishing import APPROVED, Act, Change, acts, editions_of, files_of, newest, publish, published
from tests.log.samples import SEALER, opened
from tests.running import Running, running
from tests.serving.test_workers import BASE, limit, ready, seen, until

NAME = f"{BASE.name}/2026-05-01"
CLIENTS = 3


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    shutil.copytree(BASE, folder / BASE.name)
    return folder


def amend(log: DecisionLog, policies: Path, text: str) -> Act:
    """Publish the edition with another limit, as approved by a second person."""
    limit(policies, text)
    sha256, files = read_store(policies, warn=False).edition(NAME).sha256, files_of(policies, NAME)
    now = published(log).releases.get(NAME)
    change = Change(NAME, sha256, now.sha256 if now else "", amends=now is not None)
    act = Act(outcome=APPROVED, by="person-b", authors=("person-a",), reason="x", draft=text, changes=(change,))
    return publish(log, act, {sha256: files}, newest(log))


def watch(last: int) -> None:
    """Kill this process at that step: before or after a statement or commit of a transaction for writing."""
    begin, count = Database._begin, iter(range(last + 1))

    def step() -> None:
        if next(count) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    class Watched:
        def __init__(self, inner: object) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> object:
            found = getattr(self._inner, name)
            if name not in ("execute", "commit"):
                return found

            def call(*words: object) -> object:
                step()
                done = found(*words)
                step()
                return done

            return call

    def begun(database: Database, milliseconds: int | None) -> tuple[Watched, Watched]:
        connection, cursor = begin(database, milliseconds)
        return Watched(connection), Watched(cursor)

    Database._begin = begun  # type: ignore[method-assign, assignment]


def test_killed_at_any_step_it_is_published_with_its_line_or_not_at_all(url: str, policies: Path) -> None:
    with closing(opened(url, utc_now)) as log:
        amend(log, policies, "50%")
    outcomes, step = set(), 0
    while True:
        text = f"{51 + step}%"
        pid = os.fork()
        if pid == 0:
            try:
                watch(step)
                amend(opened(url, utc_now), policies, text)
            finally:
                os._exit(0)
        _, status = os.waitpid(pid, 0)
        with closing(opened(url, utc_now)) as log:
            written = [one.draft for one in acts(log) if one.draft == text]
            limit(policies, text)
            is_published = published(log).releases[NAME].sha256 == read_store(policies, warn=False).edition(NAME).sha256
            assert is_published == bool(written)
            assert editions_of(log, {NAME: published(log).releases[NAME].sha256}), "with all its content"
            assert verify(log).intact
        outcomes.add(is_published)
        if status == 0:
            break
        step += 1
    assert (outcomes, step > 5) == ({True, False}, True), "it was killed before the commit, and after it"


@contextmanager
def hosts(tmp_path: Path, url: str, policies: Path) -> Iterator[list[Running]]:
    """Hosts with one database and one signing key, each with a folder of its own."""
    folders = tmp_path / "first", tmp_path / "second"
    for folder in folders:
        shutil.copytree(policies, folder / "policies")
    own = {"database": url, "reload_seconds": 0.05}
    with running(folders[0], policies=folders[0] / "policies", **own) as first:
        for name in ("signing.pem", "demo.json"):
            shutil.copy(folders[0] / name, folders[1] / name)
        with running(folders[1], policies=folders[1] / "policies", **own) as second:
            yield [first, second]


def log_of(url: str, tmp_path: Path) -> DecisionLog:
    return DecisionLog(url, SEALER, Signer.read(tmp_path / "first/signing.pem"))


def test_two_hosts_publish_under_load_with_no_failed_or_mixed_answer(
    tmp_path: Path, postgresql: str, policies: Path
) -> None:
    with hosts(tmp_path, postgresql, policies) as [first, second], closing(log_of(postgresql, tmp_path)) as log:
        draft = shutil.copytree(policies, tmp_path / "draft")
        found: dict[str, set[str]] = {}
        stop = threading.Event()

        def ask(server: Running) -> None:
            while not stop.wait(0.005):
                shown, sha = seen(server)
                found.setdefault(sha, set()).add(shown)

        with ThreadPoolExecutor(2 * CLIENTS) as pool:
            asking = [pool.submit(ask, server) for server in (first, second) for _ in range(CLIENTS)]
            try:
                for percent in range(60, 70):
                    amend(log, draft, f"{percent}%")
                    for server in (first, second):
                        until(server, f"{percent / 100:g}")
            finally:
                stop.set()
            for one in asking:
                one.result()
        assert all(len(limits) == 1 for limits in found.values()), "one edition, one limit"
        assert len(found) == 11
        assert ready(first)["policies"]["digest"] == ready(second)["policies"]["digest"]


def test_a_host_that_was_down_meanwhile_comes_back_with_what_was_published(
    tmp_path: Path, postgresql: str, policies: Path
) -> None:
    """Its folder is of before, and broken by now."""
    with hosts(tmp_path, postgresql, policies) as [first, second], closing(log_of(postgresql, tmp_path)) as log:
        assert second.stop() == 0
        amend(log, shutil.copytree(policies, tmp_path / "draft"), "60%")
        until(first, "0.6")
        (tmp_path / "second/policies" / NAME / "standing.yaml").write_text("decision: [", encoding="utf-8")
        second.restart()
        assert seen(second)[0] == "0.6"
        assert ready(second)["policies"]["source"] == "database"
        patience = time.monotonic() + 60
        while "policies not taken" not in second.log.read_text():
            assert time.monotonic() < patience
