"""What is published is served, whatever becomes of the folder; what is in force is locked."""

import shutil
from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from rules import read_store
from service.commands.main import cli
from service.policies.archive import live_last
from service.publishing import (
    APPROVED,
    IMPORTED,
    SUBMITTED,
    WITHDRAWN,
    Act,
    Change,
    acts,
    files_of,
    newest,
    publish,
    published,
)
from service.publishing.desk import Desk
from service.publishing.drafting import earlier
from tests.api.calling import NOON, Clock, start
from tests.editions import POLICIES as SHIPPED
from tests.log.samples import tamper

BASE = SHIPPED.parent / "tests/policy/base"
FIRST, SECOND = "base/2026-05-01", "base/2027-05-01"
CASE = {"subject": {"id": "V-1"}, "on": "2026-12-31", "facts": {"households": 300, "a_grade_households": 164}}


@pytest.fixture
def policies(tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(BASE, folder / "base")
    return folder


@pytest.fixture(params=["database", "folder"])
def mode(request):
    return request.param


def limit(root, text, name=FIRST):
    """Write another limit into an edition."""
    file = root / name / "standing.yaml"
    file.write_text((BASE / "2026-05-01/standing.yaml").read_text("utf-8").replace("55%", text), "utf-8")


def second(root, text):
    """A second edition, with a limit of its own."""
    shutil.copytree(root / FIRST, root / SECOND)
    plan = root / SECOND / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("2026-05-01", "2027-05-01"), "utf-8")
    limit(root, text, SECOND)


def approve(api, root, *names, by="person-b"):
    """Publish editions as they lie in a folder, as the desk would."""
    store, log = read_store(root, warn=False), api.service.log
    now = published(log).releases
    today = api.clock().date()
    found = {name: store.edition(name) for name in names}
    changes = tuple(
        Change(name, one.sha256, now[name].sha256 if name in now else "", name in now and one.effective_from <= today)
        for name, one in found.items()
    )
    act = Act(outcome=APPROVED, by=by, authors=("person-a",), reason="县政府文件", draft="d-1", changes=changes)
    return publish(log, act, {one.sha256: files_of(root, name) for name, one in found.items()}, newest(log))


def ready(api):
    return api.nobody().get("/readyz").json["policies"]


def judged(api, on="2026-12-31"):
    """The limit by which a case of a day is decided."""
    found = api.caller("caller").decided("standing", {**CASE, "on": on})
    return found["findings"][0]["comparisons"][0]["tests"][0]["limit"]


def untaken(api):
    return [(one["file"], one["code"]) for one in ready(api)["untaken"]]


def test_the_first_start_publishes_the_folder_in_one_act(own, policies, mode):
    api = own(policies=policies, published_in=mode)
    [act] = acts(api.service.log)
    assert (act.outcome, [one.edition for one in act.changes]) == (IMPORTED, [FIRST])
    assert act.by
    again = own(policies=policies, published_in=mode)
    assert len(acts(again.service.log)) == 1


def test_a_locked_file_that_is_changed_is_not_taken_and_told(own, policies, mode):
    api = own(policies=policies, published_in=mode)
    limit(policies, "60%")
    api.reload()
    assert judged(api) == "0.55"
    assert untaken(api) == [(f"{FIRST}/standing.yaml", "locked_changed")]
    lines = (policies / FIRST / "standing.yaml").read_text("utf-8").splitlines()
    assert "60%" in lines[ready(api)["untaken"][0]["line"] - 1]
    assert "standing.yaml" in api.nobody().get("/").text
    assert "village_credit_policies_untaken 1.0" in api.nobody().get("/metrics").text
    limit(policies, "55%")
    api.reload()
    assert untaken(api) == []


def test_a_start_with_a_changed_broken_or_gone_folder_serves_what_was_published_last(own, policies, mode):
    own(policies=policies, published_in=mode)
    limit(policies, "60%")
    assert judged(own(policies=policies, published_in=mode)) == "0.55"
    (policies / FIRST / "standing.yaml").write_text("decision: [", "utf-8")
    assert judged(own(policies=policies, published_in=mode)) == "0.55"
    shutil.rmtree(policies)
    assert judged(own(policies=policies, published_in=mode)) == "0.55"


def test_what_was_amended_while_a_host_was_down_is_served_though_its_folder_is_broken(own, policies, tmp_path, mode):
    api = own(policies=policies, published_in=mode)
    draft = tmp_path / "draft"
    shutil.copytree(policies, draft)
    limit(draft, "60%")
    approve(api, draft, FIRST)
    (policies / FIRST / "standing.yaml").write_text("decision: [", "utf-8")
    assert judged(own(policies=policies, published_in=mode)) == "0.6"


def test_an_approved_amendment_is_taken_and_says_so_in_every_decision(own, policies, tmp_path, mode):
    api = own(policies=policies, published_in=mode)
    before = api.caller("caller").decided("standing", CASE)
    assert "amended" not in before
    draft = tmp_path / "draft"
    shutil.copytree(policies, draft)
    limit(draft, "60%")
    act = approve(api, draft, FIRST)
    api.reload()
    assert judged(api) == "0.6"
    auditor, caller = api.caller("auditor"), api.caller("caller")
    after = caller.decided("standing", CASE)
    said = {"act": act.id, "at": act.at.isoformat(), "reason": act.reason}
    assert after["amended"] == said
    batch = caller.post("/v1/decisions/standing/batch", {"cases": [CASE]})
    assert batch.json["results"][0]["amended"] == said, batch.text
    for log_id, amended in ((before["log_id"], None), (after["log_id"], said)):
        assert auditor.get(f"/v1/decisions/{log_id}/explanation").json.get("amended") == amended
        for kind in ("text/plain", "text/html"):
            told = auditor.get(f"/v1/decisions/{log_id}/explanation", headers={"Accept": kind}).text
            assert (act.reason in told) is (amended is not None)
    assert len(untaken(api)) == 1, "the folder has the text of before"
    limit(policies, "60%")
    api.reload()
    assert (judged(api), untaken(api)) == ("0.6", [])


def test_a_new_edition_in_the_folder_is_taken_where_the_folder_is_the_truth_alone(own, policies, mode):
    api = own(policies=policies, published_in=mode)
    second(policies, "70%")
    api.reload()
    if mode == "database":
        assert judged(api, "2027-06-01") == "0.55"
        assert untaken(api) == [(f"{SECOND}/plan.yaml", "unpublished")]
    else:
        assert judged(api, "2027-06-01") == "0.7"
        limit(policies, "80%", SECOND)
        api.reload()
        assert judged(api, "2027-06-01") == "0.8", "its day has not come: it is not locked"
        assert len(acts(api.service.log)) == 1


def test_in_a_folder_an_edition_is_locked_on_its_day_in_the_services_time_zone(own, policies):
    """The day begins in the time zone that is set, not in that of the server or of who looks."""
    clock = Clock(NOON)
    api = own(policies=policies, published_in="folder", clock=clock)
    second(policies, "70%")
    api.reload()
    midnight = NOON.replace(year=2027, month=4, day=30, hour=16, minute=0)  # 1 May in Shanghai
    clock.now = midnight - timedelta(seconds=1)
    api.reload()
    assert SECOND not in published(api.service.log).releases
    assert judged(api, "2027-05-01") == "0.7"
    clock.now = midnight
    api.reload()
    assert acts(api.service.log)[-1].changes[0].edition == SECOND
    limit(policies, "80%", SECOND)
    api.reload()
    assert judged(api, "2027-05-01") == "0.7"
    assert untaken(api) == [(f"{SECOND}/standing.yaml", "locked_changed")]


@pytest.mark.parametrize(("zone", "moment", "limit_then"), [
    ("Asia/Shanghai", "2027-04-30T15:59:59+00:00", "0.55"), ("Asia/Shanghai", "2027-04-30T16:00:00+00:00", "0.7"),
    ("America/New_York", "2027-04-30T16:00:00+00:00", "0.55"), ("America/New_York", "2027-05-01T04:00:00+00:00", "0.7"),
])  # fmt: skip
def test_what_is_approved_takes_force_on_its_day_by_itself(own, policies, tmp_path, zone, moment, limit_then):
    """Nothing is done on that day, so nothing can be slept over."""
    clock = Clock(NOON)
    api = own(policies=policies, clock=clock, time_zone=ZoneInfo(zone))
    draft = tmp_path / "draft"
    shutil.copytree(policies, draft)
    second(draft, "70%")
    approve(api, draft, SECOND)
    api.reload()
    clock.now = type(NOON).fromisoformat(moment)
    case = {key: value for key, value in CASE.items() if key != "on"}
    found = api.caller("caller").decided("standing", case)
    assert found["findings"][0]["comparisons"][0]["tests"][0]["limit"] == limit_then


def test_of_two_editions_without_a_last_day_one_is_in_force_and_ends_where_the_next_begins(own, policies):
    second(policies, "70%")
    api = own(policies=policies)
    page = api.nobody().get("/?lang=zh").text
    assert page.count("今日有效") == 1
    assert "2027-04-30" in page
    [first, last] = api.caller("caller").get("/v1/plans/base/editions").json["editions"]
    assert (first["to"], last["to"]) == ("2027-04-30", None)


def test_an_edition_that_was_withdrawn_does_not_come_back_from_the_folder(own, policies):
    clock = Clock(NOON.replace(year=2026, month=4, day=1))
    api = own(policies=policies, clock=clock)
    sha256 = published(api.service.log).releases[FIRST].sha256
    act = Act(outcome=WITHDRAWN, by="person-b", changes=(Change(FIRST, "", sha256),))
    publish(api.service.log, act, {}, newest(api.service.log))
    api.reload()
    assert [one["code"] for one in ready(api)["rejected"]] == ["no_editions"]
    assert published(api.service.log).releases == {}


def test_a_withdrawal_that_is_taken_out_of_the_log_brings_nothing_back(own, policies, mode):
    """Not into a service that runs, and not into one that starts: nobody is let in, and /readyz says why."""
    clock = Clock(NOON.replace(year=2027, month=4, day=30))
    api = own(policies=policies, clock=clock)
    second(policies, "70%")
    approve(api, policies, SECOND)
    sha256 = published(api.service.log).releases[SECOND].sha256
    act = Act(outcome=WITHDRAWN, by="person-b", changes=(Change(SECOND, "", sha256),))
    withdrawn = publish(api.service.log, act, {}, newest(api.service.log))
    shutil.rmtree(policies / SECOND)
    api.reload()
    api.service.people.add("later", "later", "auditor")
    tamper(api.service.log, f"DELETE FROM log WHERE seq = {withdrawn.seq}")  # noqa: S608
    clock.now = clock.now.replace(month=5, day=1)
    for one in (api, own(policies=policies, clock=clock)):
        one.reload()
        found = one.nobody().get("/readyz")
        assert found.status_code == 503
        assert SECOND not in [each["edition"] for each in found.json["policies"]["live"]]
        assert found.json["policies"]["rejected"][0]["code"] == "lines_missing"


def test_an_amendment_is_told_with_the_reason_for_which_it_was_submitted(own, policies, tmp_path):
    api = own(policies=policies)
    draft = tmp_path / "draft"
    shutil.copytree(policies, draft)
    limit(draft, "60%")
    act = Act(outcome=SUBMITTED, by="person-a", draft="d-1", reason="县政府更正")
    publish(api.service.log, act, {}, newest(api.service.log))
    approve(api, draft, FIRST)
    api.reload()
    assert api.caller("caller").decided("standing", CASE)["amended"]["reason"] == "县政府更正"


def test_in_a_sandbox_all_goes_live_and_it_is_said(own, policies):
    api = own(policies=policies, published_in="sandbox")
    assert acts(api.service.log) == ()
    limit(policies, "60%")
    api.reload()
    assert judged(api) == "0.6"
    assert ready(api)["published_in"] == "sandbox"
    (policies / FIRST / "standing.yaml").write_text("decision: [", "utf-8")
    api.reload()
    page = api.nobody().get("/?lang=zh").text
    assert "沙盒" in page
    assert 'id="refused"' in page


def test_an_archive_that_was_altered_is_not_served_and_stops_nothing_that_runs(own, policies, tmp_path):
    api = own(policies=policies)
    with api.service.log.database.alone() as connection:
        connection.exec_driver_sql("DROP TRIGGER editions_no_update")
        connection.exec_driver_sql("UPDATE editions SET files = x'00'")
    draft = tmp_path / "draft"
    shutil.copytree(policies, draft)
    second(draft, "70%")
    approve(api, draft, SECOND)
    api.reload()
    assert judged(api) == "0.55"
    assert [one["code"] for one in ready(api)["rejected"]] == ["edition_changed"]


def test_a_folder_that_is_taken_in_with_another_content_than_was_live_is_told(own, policies, monkeypatch):
    """Before publishing stood in the log, a folder's content was live without a word of approval."""
    before = own(policies=policies, published_in="sandbox")
    old = live_last(before.service.log)[FIRST]
    before.close()
    limit(policies, "5%")
    said = []
    logger = SimpleNamespace(warning=lambda event, **more: said.append(more["code"]))
    monkeypatch.setattr("service.app.observing.log", logger)
    words = ["policies", "check", "--policies", str(policies), "--against-log", "--lang", "en"]
    environment = {"VILLAGE_CREDIT_DATABASE": f"sqlite:///{before.folder / 'log.db'}"}
    checked = CliRunner(env=environment).invoke(cli, words)
    assert f"Edition {FIRST} is not what it was when it was live last" in checked.stdout
    for _ in range(2):  # it stays told
        api = start(before.folder, policies=policies)
        told = [one for one in api.nobody().get("/readyz").json["policies"]["warnings"] if one["code"] == "taken_over"]
        assert [one["file"] for one in told] == [f"{FIRST}/plan.yaml"]
        assert old[:12] in told[0]["en"]
        home = api.nobody().get("/?lang=en").text
        assert f"{FIRST}/plan.yaml" in home
        assert "nobody has approved that" in home
        assert dict([earlier(Desk(api.service.log, api.service.people, ZoneInfo("Asia/Shanghai")), old[:12])])[FIRST][
            "plan.yaml"
        ]  # the way out that it names
        assert said == ["taken_over"]
        said.clear()
        api.close()


def test_a_folder_that_is_taken_in_as_it_was_live_is_no_warning(own, policies):
    before = own(policies=policies, published_in="sandbox")
    limit(policies, "60%")
    before.reload()
    now = before.service.policies.current().compiled[FIRST].edition.sha256
    assert live_last(before.service.log) == {FIRST: now}
    before.close()
    api = start(before.folder, policies=policies)
    warnings = api.nobody().get("/readyz").json["policies"]["warnings"]
    assert "taken_over" not in {one["code"] for one in warnings}
    api.close()
