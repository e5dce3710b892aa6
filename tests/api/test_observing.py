"""What operators see: one log line a request without a fact, a subject or a key; counts; health."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from rules.engine.memory import Memory
from service.http import observing
from service.log import DecisionLog
from tests.api.calling import DATE, PLAN, POLICIES, ROOT, start
from tests.running import running

SECRET_ID, SECRET_FIGURE, SECRET_WORDS = "Zhang-San-4711", 918273645, "unspeakable-words"
CASE = {"subject": {"id": SECRET_ID}, "facts": {"households": SECRET_FIGURE}}


def asked(server):
    """Requests of every kind, good and bad, all of them about one person."""
    decided = server.call("POST", "/v1/decisions/credit_village", CASE, X_Request_ID="seen-1")[1]
    path = f"/v1/decisions/{decided['log_id']}"
    yield server.call("POST", "/v1/decisions/credit_village", {**CASE, SECRET_WORDS: SECRET_WORDS})
    yield server.call("POST", "/v1/decisions/credit_village", {**CASE, "subject": {"id": "11010519491231002X"}})
    yield server.call("POST", "/v1/decisions/credit_village", b'{"subject": "Zhang-San-4711')
    yield server.call("POST", "/v1/decisions/credit_village/batch", {"cases": [CASE, {}]}, Idempotency_Key=SECRET_WORDS)
    body = json.dumps(CASE).encode() + b"\n" + SECRET_WORDS.encode()
    yield server.call("POST", "/v1/decisions/credit_village/batch", body, Content_Type="application/x-ndjson")
    yield server.call("GET", f"/v1/decisions?subject={SECRET_ID}")
    yield server.call("GET", f"/v1/decisions/{SECRET_ID}")
    yield server.call("GET", f"/{SECRET_ID}?{SECRET_WORDS}")
    for accept in ("text/plain", "text/html", "application/json"):
        yield server.call("GET", f"{path}/explanation", Accept=accept)
    yield server.call("GET", f"{path}/inputs", role="auditor")
    yield server.call("POST", f"{path}/replay", {}, role="analyst")
    yield server.call("POST", f"{path}/review-requests", {"reason": SECRET_WORDS})
    what_if = {**CASE, "overrides": {f"credit_village.{SECRET_WORDS}": "1%"}}
    yield server.call("POST", "/v1/what-if/credit_village", what_if, role="analyst")
    yield server.call("GET", "/v1/plans", Authorization=f"Bearer {SECRET_WORDS}")
    yield server.call("GET", "/v1/plans", X_Request_ID=f"{SECRET_WORDS} {SECRET_ID}")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The log of a server that was asked a good deal, its keys, what it answered, and its metrics."""
    with running(tmp_path_factory.mktemp("seen"), workers=2) as server:
        answers = list(asked(server))
        metrics = server.call("GET", "/metrics")[1].decode()
    return server.log.read_text(), server.keys, answers, metrics


def test_no_fact_subject_word_or_key_is_in_the_log_of_the_server(seen):
    log, keys, answers, _ = seen

    assert {status // 100 for status, _, _ in answers} == {2, 4}
    for secret in (SECRET_ID, str(SECRET_FIGURE), SECRET_WORDS, "11010519491231002X", *keys.values(),
                   *(key.split("_", 2)[2] for key in keys.values())):  # fmt: skip
        assert secret not in log


def test_nor_in_its_metrics(seen):
    *_, metrics = seen

    assert "village_credit_decisions_total" in metrics
    for secret in (SECRET_ID, str(SECRET_FIGURE), SECRET_WORDS):
        assert secret not in metrics


def test_every_request_has_a_line_of_json(seen):
    log, _, answers, _ = seen
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request" and line["route"] != "/healthz"]

    assert len([line for line in requests if str(line["route"]).startswith("/v1")]) >= len(answers)
    assert {"request_id", "method", "route", "status", "ms", "caller"} <= requests[0].keys()
    assert [line["route"] for line in requests if line["request_id"] == "seen-1"] == ["/v1/decisions/<decision>"]
    assert [line for line in lines if line["event"] != "request" and line["level"] == "error"] == []


def test_the_metrics_of_all_workers_count_decisions_and_criteria(seen):
    *_, metrics = seen

    outcome = re.search(
        r'village_credit_decisions_total\{decision="credit_village",outcome="needs_information"\} (\S+)', metrics
    )
    assert float(outcome[1]) == 3  # alone, in a batch, in a stream
    criterion = re.search(
        r'criteria_total\{criterion="a_grade_share",decision="credit_village",verdict="unknown"\} (\S+)', metrics
    )
    assert float(criterion[1]) == 3
    assert "village_credit_request_seconds_bucket" in metrics
    assert "village_credit_edition{" in metrics


FAILING = """
import sys
import threading
from pathlib import Path
from tests.api.calling import ROOT, start

api = start(Path(sys.argv[1]))
sender = api.caller("caller")

@api.app.before_request
def fail():
    raise RuntimeError(sys.argv[2])

answer = sender.decide("credit_village", {"subject": {"id": "V"}, "facts": {}})
print(answer.status_code, answer.mimetype, answer.text)
api.close()
"""


def test_metrics_are_told_while_a_worker_starts_and_without_what_the_dead_said_of_the_moment(tmp_path, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for kind in ("counter", "gauge_livemax", "histogram"):
        (tmp_path / f"{kind}_1.db").touch()  # just opened: it has no size yet
    for name, pid in (("gauge_livemax", gone.pid), ("gauge_livesum", os.getpid()), ("counter", gone.pid)):
        said = MmapedDict(str(tmp_path / f"{name}_{pid}.db"))
        said.write_value(mmap_key(name, name, [], [], "help"), 7.0, 0.0)
        said.close()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    told = [line for line in observing.exposition().decode().splitlines() if not line.startswith("#")]
    assert sorted(told) == ["counter 7.0", "gauge_livesum 7.0"]


def test_of_an_error_nobody_expected_the_log_has_the_place_and_not_the_message(tmp_path):
    """Its message could quote a case."""
    done = subprocess.run(
        [sys.executable, "-c", FAILING, tmp_path, SECRET_WORDS], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("500 application/problem+json")
    [line] = [json.loads(line) for line in done.stderr.splitlines()]
    assert (line["event"], line["error"]) == ("unexpected", "RuntimeError")
    assert line["places"][-1].endswith(" fail")
    assert line["request_id"] in done.stdout
    assert SECRET_WORDS not in done.stdout + done.stderr


def test_answers_of_the_engine_are_counted_once_each():
    def counted():
        name = "village_credit_engine_answers_total"
        return [REGISTRY.get_sample_value(name, {"how": how}) or 0 for how in ("proved", "remembered")]

    memory, before = Memory(10), counted()
    memory.misses, memory.hits, memory.joined = 2, 3, 1
    observing._answers([memory])
    memory.hits = 6
    observing._answers([memory])
    observing._answers([memory])

    assert [now - then for now, then in zip(counted(), before, strict=True)] == [2, 7]


def decided():
    labels = {"decision": "credit_village", "outcome": "needs_information"}
    return REGISTRY.get_sample_value("village_credit_decisions_total", labels)


def test_a_log_that_is_away_answers_503_and_nothing_is_decided(tmp_path):
    api = start(tmp_path)
    sender = api.caller("caller")
    assert sender.decide("credit_village", CASE).status_code == 200
    (tmp_path / "log.db").rename(tmp_path / "away.db")
    for leftover in tmp_path.glob("log.db-*"):
        leftover.unlink()
    api.service.log.close()
    counted = decided()

    answer = sender.decide("credit_village", CASE)
    api.close()

    assert decided() == counted

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["type"] == "/problems/unavailable"


def test_healthz_is_alive_and_readyz_says_what_is_live(api):
    assert api.nobody().get("/healthz").json == {"status": "ok"}
    ready = api.nobody().get("/readyz").json
    assert ready["status"] == "ok"
    [live] = ready["policies"]["live"]
    assert live["sha256"] == api.engine().edition.sha256


def test_readyz_answers_in_time_though_the_database_does_not(own, monkeypatch):
    monkeypatch.setattr("service.pages.operations.WITHIN", 0.01)
    api, going_on = own(), threading.Event()
    monkeypatch.setattr(DecisionLog, "ready", lambda log: going_on.wait())
    answer = api.nobody().get("/readyz")
    going_on.set()
    assert (answer.status_code, answer.json["log"]["code"]) == (503, "away")
    assert answer.json["policies"]["hosts"] is None


def test_dates_that_want_a_look_are_told_by_readyz_and_the_start_page(own, tmp_path):
    """A plan that ends, and an edition put into service after its first day, while another judged."""
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES / PLAN, folder / PLAN)
    plan = folder / PLAN / DATE / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace(f"{{from: {DATE}}}", f"{{from: {DATE}, to: 2026-11-30}}"), "utf-8")
    api = own(policies=folder, published_in="sandbox")

    def told():
        return [(one["file"], one["code"]) for one in api.nobody().get("/readyz").json["policies"]["warnings"]]

    assert told() == [(f"{PLAN}/{DATE}/plan.yaml", "warning.ends")]
    assert "现行版本需要核对" in api.nobody().get("/").text
    api.clock.now += timedelta(days=1)
    late = folder / PLAN / "2026-12-01"
    shutil.copytree(plan.parent, late)
    text = plan.read_text("utf-8").replace(f"{{from: {DATE}, to: 2026-11-30}}", "{from: 2026-12-01}")
    (late / "plan.yaml").write_text(text, "utf-8")
    api.reload()
    assert told() == [(f"{PLAN}/2026-12-01/plan.yaml", "warning.back_dated")]
