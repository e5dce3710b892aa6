"""Killed at any moment, the service loses no answer it gave and gives no answer twice."""

from __future__ import annotations

import random
import shutil
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from service.log import DecisionLog, Sealer, Signer, verify
from tests.running import GONE, Running, running
from tests.serving.preloaded import forked

BASE = Path(__file__).parents[1] / "policy" / "base"  # a small plan: every start reads it three times
KILLS, CLIENTS = 50, 6
FACTS = {"households": 300, "a_grade_households": 164}


@dataclass(slots=True)
class Load:
    """Clients that ask, each question under a key of its own, and ask again until it is answered."""

    server: Running
    answers: dict[str, dict[str, object]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)
    up: threading.Event = field(default_factory=threading.Event)
    anew: int = 0

    def ask(self, client: int) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            subject = f"V-{client}-{number}"
            body = {"subject": {"id": subject}, "on": "2026-12-31", "facts": FACTS}
            while True:
                self.up.wait()
                try:
                    status, answer, headers = self.server.call(
                        "POST", "/v1/decisions/standing", body, Idempotency_Key=subject
                    )
                except GONE:
                    if self.over.is_set():
                        return
                    continue
                assert status == 200, answer
                self.answers[subject] = answer
                self.anew += "idempotent-replayed" in headers
                break


def test_fifty_kills_under_load_lose_no_answer_and_repeat_none(tmp_path: Path, url: str) -> None:
    chance = random.Random(50)
    shutil.copytree(BASE, tmp_path / "policies" / "base")
    own = {"database": url, "log_level": "error", "workers": 2, "policies": tmp_path / "policies"}
    with running(tmp_path, forked, **own) as server:
        load = Load(server)
        with ThreadPoolExecutor(CLIENTS) as pool:
            asking = [pool.submit(load.ask, client) for client in range(CLIENTS)]
            try:
                for _ in range(KILLS):
                    load.up.set()
                    threading.Event().wait(chance.uniform(0.0, 0.15))
                    load.up.clear()
                    server.kill()
                    server.restart()
            finally:  # or the pool waits for ever, and hides what went wrong
                load.over.set()
                load.up.set()
            for one in asking:
                one.result()
        environment = server.environment
    log = DecisionLog(url, Sealer.of(environment["VILLAGE_CREDIT_SEAL_KEYS"], environment["VILLAGE_CREDIT_BLIND_KEY"]),
                      Signer.of(environment["VILLAGE_CREDIT_SIGNING_KEY"]))  # fmt: skip
    try:
        report = verify(log)
        lines = log.find(kind="decision", limit=1_000_000)
        ids = {log.sealer.blind(subject): answer["log_id"] for subject, answer in load.answers.items()}
    finally:
        log.close()
    assert not report.flaws
    assert len(load.answers) > KILLS, "there was load"
    logged = {line.subject: line for line in lines}
    assert max(Counter(line.subject for line in lines).values()) == 1, "no question has two lines"
    for subject, log_id in ids.items():
        assert logged[subject].id == log_id
        assert logged[subject].outcome == "not_qualified"
    assert len(logged) - len(ids) <= CLIENTS, "what is logged and was not answered is at most what was under way"
