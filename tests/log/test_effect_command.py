"""`village-credit policies effect` and `shadow`, as they are typed."""

import json
from contextlib import closing
from datetime import UTC, datetime

from service.log import Sealer, Signer
from service.log.log import DecisionLog
from tests.api.calling import SECRETS, Clock, start
from tests.desk.drafting import key
from tests.desk.test_replay import village
from tests.log.samples import key_file
from tests.log.test_desk_commands import BASE, NEW, OLD, document, edit, run, said  # noqa: F401 -- fixtures

DAY = "2031-01-01"


def drafted(said, tmp_path):
    folder = tmp_path / "draft"
    draft = said("zhang", "draft", "base", "--for", DAY, "--to", str(folder))["id"]
    edit(folder, OLD, NEW)
    said("zhang", "draft", "--from", str(folder))
    return draft


def test_an_effect_is_told_in_words_and_as_data(run, said, tmp_path):
    draft = drafted(said, tmp_path)
    told = said("zhang", "effect", draft)
    assert (told["status"], told["replay"], told["shadow"], told["heirs"]) == ("done", None, None, [])
    assert [one["en"] for one in told["changes"]]
    assert told["county"]["not"]["en"].startswith("There is no county run of this plan:")
    done = run("policies", "effect", draft, "--as", "zhang", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    assert "held against base/2026-05-01" in done.stdout
    assert "6" in done.stdout
    readings = said("zhang", "effect", draft, "--readings")
    assert readings["tried"]["not"]["en"].startswith("There is no county run of this plan:")


def test_past_decisions_are_judged_again_with_the_seal_keys(run, said, sqlite, tmp_path, monkeypatch):
    draft = drafted(said, tmp_path)
    api = start(
        tmp_path, Clock(datetime.now(UTC)), database=sqlite, signing_key=str(key_file(tmp_path / "signing.pem"))
    )
    case = village(1)
    log_id = key(api, "caller").post("/decisions/limit", {"plan": "base", **case}).json["log_id"]
    api.close()
    for name, text in SECRETS.items():
        monkeypatch.setenv(f"VILLAGE_CREDIT_{name}", text)
    period = "2020-01-01..2099-01-01"
    told = said("li", "effect", draft, "--replay", period)["replay"]
    assert (told["judged"], told["decisions"][0]["amounts"][0]["after"]) == (1, "60000")
    assert told["decisions"][0]["turns"][0]["lines"] == []
    done = run("policies", "effect", draft, "--as", "li", "--replay", period, "--lang", "en")
    assert "of 1 decisions logged 1 were judged again" in done.stdout
    assert "50000 → 60000 yuan" in done.stdout
    signer = Signer.read(key_file(tmp_path / "signing.pem"))
    with closing(DecisionLog(sqlite, Sealer.without_keys(), signer)) as log:
        assert {one.refers_to for one in log.find(kind="inputs_read")} == {log_id}
    refused = run("policies", "effect", draft, "--as", "zhang", "--replay", period, "--lang", "en")
    assert refused.exit_code == 2
    assert "replay_period" in refused.stderr


def test_what_cannot_be_asked_is_refused(run, said, tmp_path):
    draft = drafted(said, tmp_path)
    for words, why in (
        (("--replay", "2026-02-30..2026-03-01"), "--replay reads"),
        (("--replay", "2026-03-02..2026-03-01"), "--replay reads"),
        (("--readings", "--sweep", "a.b=1..2/1"), "Use one of"),
    ):
        done = run("policies", "effect", draft, "--as", "li", "--lang", "en", *words)
        assert (done.exit_code, why in done.stderr) == (2, True), done.stderr


def test_a_shadow_is_begun_and_ended(run, said, tmp_path):
    draft = drafted(said, tmp_path)
    until = said("zhang", "effect", draft)["replay"]
    assert until is None
    refused = run("policies", "shadow", draft, "--as", "zhang", "--until", DAY, "--reason", "x", "--lang", "en")
    assert (refused.exit_code, "permission shadow" in refused.stderr) == (2, True), refused.stderr
    far = run("policies", "shadow", draft, "--as", "li", "--until", "2099-01-01", "--reason", "x", "--lang", "en")
    assert (far.exit_code, "The last day is from today" in far.stderr) == (2, True)
    today = far.stderr.partition("(")[2].partition(")")[0]
    begun = said("li", "shadow", draft, "--until", today, "--reason", "看一天")
    assert (begun["until"], begun["reason"]) == (today, "看一天")
    shown = run("policies", "effect", draft, "--as", "zhang", "--lang", "en")
    assert "in shadow #2" in shown.stdout
    ended = said("li", "shadow", draft, "--end", "--reason", "够了")
    assert ended["ended_by"]
    neither = run("policies", "shadow", draft, "--as", "li", "--reason", "x", "--lang", "en")
    assert (neither.exit_code, json.dumps(neither.stderr).count("--end")) == (2, 1)


CHILD = """\
plan: child
title: {zh: 子方案, en: Child}
issuer: {zh: 试验, en: Trial}
effective: {from: 2031-01-01}
extends: {plan: base, edition: 2026-05-01}
"""


def test_a_child_and_its_parents_draft_tell_of_one_another(run, said, tmp_path, document):
    """What it is tried on, the warnings that it then has on its parent's draft, and why neither is withdrawn."""
    folder = tmp_path / "child"
    folder.mkdir()
    (folder / "plan.yaml").write_text(CHILD, encoding="utf-8")
    (folder / "clauses.yaml").write_text("clauses:\n  一: {text: 信用户占比高于70%。}\n", encoding="utf-8")
    child = said("zhang", "draft", "child", "--for", DAY, "--from", str(folder))["id"]
    told = said("zhang", "effect", child)
    assert (told["status"], told["against"]["edition"]) == ("done", "base/2026-05-01")
    assert told["cases"]["broken"] == []
    act = said("zhang", "submit", child, "--reason", "沿用", "--source", document)
    seen = [word for one in told["warnings"] for word in ("--acknowledge", one["id"])]
    assert seen
    said("li", "approve", child, "--sha256", act["changes"][0]["sha256"], *seen)

    parent = said("zhang", "amend", "base/2026-05-01", "--to", str(tmp_path / "parent"))["id"]
    edit(tmp_path / "parent", OLD, NEW)
    done = run("policies", "draft", "--from", str(tmp_path / "parent"), "--as", "zhang", "--lang", "en")
    assert "child/2031-01-01  “Child” (from 2031-01-01)" in done.stdout
    done = run("policies", "effect", parent, "--as", "zhang", "--lang", "en").stdout
    assert "changes with it: “Child” (from 2031-01-01)  child/2031-01-01" in done
    heir = done.partition("changes with it")[2]
    assert "In “Child” (from 2031-01-01), which inherits this" in heir
    assert "which inherits this" not in done.partition("changes with it")[0]
    refused = run("policies", "withdraw", "child/2031-01-01", "--reason", "推迟", "--as", "li", "--lang", "en")
    assert refused.exit_code
    assert "is the only edition of its plan" in refused.stderr
