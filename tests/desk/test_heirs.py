"""Editions that extend one another: what changes with a draft, and what has changed below one that waits."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from shutil import copytree

from service.publishing import acts, deciding
from service.publishing.desk import Desk
from service.publishing.remembered import worded
from tests.api.calling import Clock, start
from tests.desk.drafting import person, service
from tests.desk.test_replay import BAR, HIGHER, edited, village
from tests.log.deskwork import NEW, OLD, SHANGHAI
from tests.log.test_workflow import CHILD

ELEVEN = "amount: 11 万元"
OWN = "decision: limit\nrows:\n- {id: top, then: {amount: 7 万元}}\n"
TOLD = "金额 5万元 → 金额 7万元"


def approved(approver, editor, draft):
    assert editor.submit(draft).status_code == 201
    checked = approver.get(f"/drafts/{draft['id']}/check").json
    said = {"sha256": checked["sha256"], "acknowledged": [one["id"] for one in checked["warnings"]]}
    answer = approver.post(f"/drafts/{draft['id']}/approve", said)
    assert answer.status_code == 201, answer.text


def child(editor, day="2027-02-01", **files):
    """A draft of a plan that extends another."""
    files = {"plan.yaml": CHILD.replace("2027-02-01", day)} | {f"{name}.yaml": text for name, text in files.items()}
    answer = editor.post("/drafts", {"plan": "child", "day": day, "files": files})
    assert answer.status_code == 201, answer.text
    return answer.json


def test_what_changes_with_a_draft_is_told_edition_by_edition(small, editor, approver):
    approved(approver, editor, child(editor))
    amendment = edited(editor, editor.begin(day="2026-05-01", amend=True), (OLD, NEW), (BAR, HIGHER))
    address = f"/drafts/{amendment['id']}/effect"
    told = editor.get(address).json
    assert [one["edition"] for one in told["heirs"]] == ["child/2027-02-01"]
    assert [one["zh"] for one in told["changes"]] == [one["zh"] for one in told["heirs"][0]["changes"]]
    assert told["heirs"][0]["cases"] is None
    editor.post(address, None)
    small.service.effects.wait()
    told = editor.get(address).json
    assert (told["status"], told["failure"]) == ("done", "")
    cases = told["heirs"][0]["cases"]
    assert (cases["edition"], cases["missed"]) == ("child/2027-02-01", [])
    page = editor.client.get(f"/desk{address}").text
    assert "跟着改变的版本" in page
    assert "child/2027-02-01" in page
    assert "自己的测试案例" in page


def test_a_warning_of_an_heir_is_told_on_its_parents_draft_in_words(small, editor, approver):
    """Under the heir, by its title: of a file of its own, and of one that it inherits."""
    approved(approver, editor, child(editor, clauses="clauses:\n  一: {text: 信用户占比高于70%。}\n"))
    amendment = edited(editor, editor.begin(day="2026-05-01", amend=True), (OLD, NEW))
    address = f"/drafts/{amendment['id']}"
    [heir] = editor.get(f"{address}/effect").json["heirs"]
    assert heir["title"] == {"zh": "《子方案》（2027-02-01 起）", "en": "“Child” (from 2027-02-01)"}
    assert heir["warnings"]
    words = heir["title"]
    for one in heir["warnings"]:
        assert one["edition"] == "child/2027-02-01"
        assert one["file"].startswith("base/2026-05-01/")  # it inherits what its clause contradicts
        assert one["zh"].startswith(f"在沿用此处的{words['zh']}里：")
        assert one["en"].startswith(f"In {words['en']}, which inherits this: ")
        assert one["id"].endswith(" < child/2027-02-01")
    shown = editor.client.get(f"/desk{address}").text
    effect = editor.client.get(f"/desk{address}/effect?lang=en").text
    assert "在沿用此处的《子方案》（2027-02-01 起）里：" in shown
    assert "In “Child” (from 2027-02-01), which inherits this" in effect.partition('id="heirs"')[2]
    assert "which inherits this" not in effect.partition('id="heirs"')[0]
    for page in (shown, effect):
        assert "`standing" not in page
    approved(approver, editor, amendment)
    history = approver.client.get("/desk/editions/base/2026-05-01").text
    assert "在沿用此处的《子方案》（2027-02-01 起）里：" in history


def test_the_first_edition_of_a_plan_is_told_against_the_edition_that_it_extends(small, editor, approver):
    begun = child(editor, limit=OWN)
    address = f"/drafts/{begun['id']}"
    assert editor.submit(begun).status_code == 201
    told = approver.get(f"{address}/effect").json
    assert told["against"] == editor.begin(day="2026-05-01", amend=True)["base"]
    assert [one["zh"] for one in told["changes"] if TOLD in one["zh"]]
    waiting = approver.client.get(f"/desk{address}").text
    effect = approver.client.get(f"/desk{address}/effect").text
    form = editor.client.get(f"/desk{address}/form/limit").text
    checked = approver.get(f"{address}/check").json
    said = {"sha256": checked["sha256"], "acknowledged": [one["id"] for one in checked["warnings"]]}
    assert approver.post(f"{address}/approve", said).status_code == 201
    history = approver.client.get("/desk/editions/child/2027-02-01").text
    done = approver.client.get(f"/desk{address}").text
    for page in (waiting, effect, history, done):
        assert TOLD in page
        before = page.partition(TOLD)[0]
        assert re.search(r"(与|对照) [^<]*2026-05-01", before)
    assert TOLD in form
    assert "没有可对照的版本" not in waiting


def test_a_draft_that_was_approved_still_tells_what_it_changed(small, editor, approver):
    amendment = edited(editor, editor.begin(day="2026-05-01", amend=True), (OLD, NEW))
    following = edited(editor, editor.begin(), (OLD, ELEVEN))
    addresses = [f"/drafts/{one['id']}" for one in (amendment, following)]
    before = [[one["zh"] for one in editor.get(f"{one}/effect").json["changes"]] for one in addresses]
    for one in (following, amendment):
        approved(approver, editor, one)
    approved(approver, editor, edited(editor, editor.begin(day="2026-05-01", amend=True), (NEW, "amount: 8 万元")))
    for address, changes in zip(addresses, before, strict=True):
        page = approver.client.get(f"/desk{address}").text
        assert changes
        assert all(one in page for one in changes)
        assert "与已发布的一样" not in page
        assert "8 万元" not in page.partition('id="changes"')[2].partition("</section>")[0]
        assert [one["zh"] for one in approver.get(f"{address}/effect").json["changes"]] == changes


def test_what_has_changed_below_a_draft_that_waits_is_shown_to_whoever_approves(small, editor, approver):
    waiting = child(editor)
    assert editor.submit(waiting).status_code == 201
    address = f"/desk/drafts/{waiting['id']}"
    assert "提交之后，所沿用的版本变了" not in approver.client.get(address).text
    assert approver.get(f"/drafts/{waiting['id']}/effect").json["inherited"] is None
    approved(approver, editor, edited(editor, editor.begin(day="2026-05-01", amend=True), (OLD, ELEVEN)))
    told = approver.get(f"/drafts/{waiting['id']}/effect").json["inherited"]
    assert told["editions"] == ["base/2026-05-01"]
    [change] = told["changes"]
    assert "11" in change["zh"]
    for page in (address, f"{address}/effect"):
        shown = approver.client.get(page).text
        assert "提交之后，所沿用的版本变了" in shown
        assert change["zh"] in shown
        assert "/desk/editions/base/2026-05-01" in shown


def test_a_draft_below_which_something_changed_is_asked_for_again(small, editor, approver):
    """Its author is told at home, submits what is there, and the approval is of what is judged then."""
    waiting = child(editor)
    assert editor.submit(waiting).status_code == 201
    again = editor.submit(waiting)
    assert (again.status_code, again.json["type"]) == (409, "/problems/conflict")  # it waits already
    seen = approver.get(f"/drafts/{waiting['id']}/check").json
    approved(approver, editor, edited(editor, editor.begin(day="2026-05-01", amend=True), (OLD, ELEVEN)))
    assert editor.get(f"/drafts/{waiting['id']}").json["moved"] == ["base/2026-05-01"]
    for who, listed in ((editor, True), (approver, False)):
        home = who.client.get("/desk").text
        mine = home.partition("等我办的")[2].partition("我的草稿")[0]
        assert ("要重新提交" in mine) == listed
    page = approver.client.get(f"/desk/drafts/{waiting['id']}").text
    assert f"/desk/drafts/{waiting['id']}/approve" not in page
    for sha256 in (seen["sha256"], approver.get(f"/drafts/{waiting['id']}/check").json["sha256"]):
        said = {"sha256": sha256, "acknowledged": [one["id"] for one in seen["warnings"]]}
        refused = approver.post(f"/drafts/{waiting['id']}/approve", said)
        assert refused.status_code == 409
        assert "《试验方案》（2026-05-01 起）变了" in refused.json["detail"]
    approved(approver, editor, waiting)  # submitted again as it is
    assert editor.get(f"/drafts/{waiting['id']}").json["moved"] == []


def test_a_draft_of_a_parent_is_asked_for_again_where_an_heir_is_published_or_amended(small, editor, approver):
    amendment = edited(editor, editor.begin(day="2026-05-01", amend=True), (OLD, NEW))
    assert editor.submit(amendment).status_code == 201
    approved(approver, editor, child(editor))
    address = f"/desk/drafts/{amendment['id']}"
    for path in (address, f"{address}/effect"):
        page = approver.client.get(path).text
        assert "提交之后，沿用它的版本变了" in page
        assert "/desk/editions/child/2027-02-01" in page.partition('id="inherited"')[2].partition("</section>")[0]
    assert editor.submit(amendment).status_code == 201
    assert editor.get(f"/drafts/{amendment['id']}").json["moved"] == []
    heir = editor.post("/drafts", {"plan": "child", "day": "2027-02-01", "amend": True}).json
    heir = edited(editor, heir, ("子方案", "子方案（修订）"))
    approved(approver, editor, heir)
    assert editor.get(f"/drafts/{amendment['id']}").json["moved"] == ["child/2027-02-01"]
    assert editor.submit(amendment).status_code == 201
    [gone] = withdrawn(approver, "child/2027-02-01").json["warnings"]
    assert withdrawn(approver, "child/2027-02-01", acknowledged=[gone["id"]]).status_code == 201
    sha256 = editor.get(f"/drafts/{amendment['id']}/check").json["sha256"]
    refused = approver.post(f"/drafts/{amendment['id']}/approve", {"sha256": sha256})
    assert "提交之后《子方案（修订）》（2027-02-01 起）变了" in refused.json["detail"]
    assert "《子方案（修订）》（2027-02-01 起）" in approver.client.get(address).text
    approved(approver, editor, amendment)


def withdrawn(who, edition, **said):
    return who.post(f"/plans/{edition.replace('/', '/editions/')}/withdraw", {"reason": "推迟", **said})


def test_an_edition_on_which_others_rest_is_not_taken_back_and_that_is_told_before(small, editor, approver):
    approved(approver, editor, edited(editor, editor.begin(), (OLD, NEW)))
    head = CHILD.replace("edition: 2026-05-01", "edition: 2027-01-01")
    heir = editor.post("/drafts", {"plan": "child", "day": "2027-02-01", "files": {"plan.yaml": head}}).json
    approved(approver, editor, heir)
    words = "《子方案》（2027-02-01 起）沿用《试验方案》（2027-01-01 起），撤回之后就不能判定"
    page = approver.client.get("/desk/editions/base/2027-01-01").text
    assert words in page
    assert "/withdraw" not in page
    refused = withdrawn(approver, "base/2027-01-01")
    assert refused.status_code == 409
    assert words in refused.json["detail"]
    last = withdrawn(approver, "child/2027-02-01")  # nothing could be decided by its plan
    assert (last.status_code, last.json["type"]) == (409, "/problems/not-publishable")
    [warning] = last.json["warnings"]
    assert "是这个方案唯一的版本" in warning["zh"]
    assert "唯一的版本" in approver.client.get("/desk/editions/child/2027-02-01").text
    assert withdrawn(approver, "child/2027-02-01", acknowledged=[warning["id"]]).status_code == 201
    assert withdrawn(approver, "base/2027-01-01").status_code == 201


def test_what_waits_on_a_parent_that_was_taken_back_says_so(small, editor, approver):
    approved(approver, editor, edited(editor, editor.begin(), (OLD, NEW)))
    head = CHILD.replace("edition: 2026-05-01", "edition: 2027-01-01")
    waiting = editor.post("/drafts", {"plan": "child", "day": "2027-02-01", "files": {"plan.yaml": head}}).json
    assert editor.submit(waiting).status_code == 201
    assert withdrawn(approver, "base/2027-01-01").status_code == 201
    for page in ("", "/effect"):
        shown = approver.client.get(f"/desk/drafts/{waiting['id']}{page}").text
        assert "提交之后，所沿用的版本变了" in shown
        assert "找不到所继承的版本" in shown


def test_the_last_day_that_files_for_a_day_name_is_kept_and_gaps_are_told(small, editor, approver):
    head = CHILD.replace("from: 2027-02-01", "from: 2027-02-01, to: 2027-05-31")
    first = editor.post("/drafts", {"plan": "child", "day": "2027-02-01", "files": {"plan.yaml": head}}).json
    assert first["files"]["plan.yaml"] == head
    [ends] = editor.get(f"/drafts/{first['id']}/check").json["warnings"]
    assert ends["zh"].startswith("《子方案》：最后一个版本到 2027-05-31 为止")
    approved(approver, editor, first)
    for day, code in (("2027-08-01", "edition.gap"), ("2027-05-01", "edition.overlap"), ("2027-06-01", None)):
        following = editor.post("/drafts", {"plan": "child", "day": day}).json
        assert "to:" not in following["files"]["plan.yaml"]
        told = editor.get(f"/drafts/{following['id']}/check").json["errors"]
        assert [one["code"] for one in told] == ([code] if code else [])


def test_the_words_of_warnings_that_an_old_act_did_not_keep_are_worked_out_again(small, editor, approver, monkeypatch):
    """And where that cannot be done, it is said."""
    monkeypatch.setattr(deciding, "_worded", lambda checked: ())  # as acts were written once
    waiting = child(editor, clauses="clauses:\n  一: {text: 信用户占比高于70%。}\n")
    assert editor.submit(waiting).status_code == 201
    checked = approver.get(f"/drafts/{waiting['id']}/check").json
    ids = [one["id"] for one in checked["warnings"]]
    assert ids
    said = {"sha256": checked["sha256"], "acknowledged": [*ids, "gone facts.yaml:7"]}
    assert approver.post(f"/drafts/{waiting['id']}/approve", said).status_code == 201
    approved(approver, editor, edited(editor, editor.begin(day="2026-05-01", amend=True), (BAR, "at_least: 70%")))
    for page in ("/desk/editions/child/2027-02-01", f"/desk/drafts/{waiting['id']}"):
        shown = approver.client.get(page).text
        assert "在沿用此处的《子方案》（2027-02-01 起）里：" in shown
        assert "55%" in shown.partition("看过的提醒")[2]  # as it was then
        assert shown.count("当时没有记下这条提醒的文字，也不能再推算出来") == 1
        assert "facts.yaml:7" in shown
    log, people = small.service.log, small.service.people
    done = acts(log)
    old = replace(done[2], acknowledged=tuple(one.partition(" < ")[0] for one in ids))  # as they were called once
    assert [*worded(Desk(log, people, SHANGHAI), old, done)] == [*old.acknowledged]


def test_a_day_that_the_service_slept_over_has_come_when_it_wakes(tmp_path):
    api = service(tmp_path)
    editor, approver = person(api, "editor", "editor"), person(api, "approver", "approver")
    approved(approver, editor, edited(editor, editor.begin(), (OLD, NEW)))
    _, secret = api.service.keys.add("program", "caller")
    api.close()
    api.clock.now += timedelta(days=500)  # nobody was there on the day
    woken = start(tmp_path, api.clock, policies=tmp_path / "policies")
    headers = {"Authorization": f"Bearer {secret}"}
    case, client = village(1) | {"plan": "base"}, woken.app.test_client()
    said = [client.post("/v1/decisions/limit", json=case | on, headers=headers)
            for on in ({}, {"on": "2026-12-31"}, {"on": "2027-01-01"})]  # fmt: skip
    woken.close()
    assert [one.json["edition"] for one in said] == ["2027-01-01", "2026-05-01", "2027-01-01"]


def with_later(tmp_path):
    """The policies folder with an edition that nobody approved, in force on 2027-03-01."""
    service(tmp_path).close()
    folder = tmp_path / "policies" / "base"
    later = folder / "2027-03-01"
    copytree(folder / "2026-05-01", later)
    head = (later / "plan.yaml").read_text(encoding="utf-8")
    (later / "plan.yaml").write_text(head.replace("2026-05-01", "2027-03-01"), encoding="utf-8")
    return folder.parent


def test_an_edition_that_only_the_folder_has_is_told_at_the_desk(tmp_path):
    policies = with_later(tmp_path)
    for place, told in (("folder", True), ("database", False)):
        api = start(tmp_path, policies=policies, published_in=place)
        page = person(api, f"editor-{place}", "editor").client.get("/desk").text
        api.close()
        assert "base/2027-03-01" in page  # as taken, or as not taken
        assert ("没有它们的审批记录" in page) == told


def test_an_edition_is_in_force_from_the_midnight_of_the_services_zone(tmp_path):
    policies = with_later(tmp_path)
    clock = Clock(datetime(2027, 2, 28, 15, 59, tzinfo=UTC))  # 23:59 in Shanghai
    api = start(tmp_path, clock, policies=policies, published_in="folder")
    editor = person(api, "editor", "editor")
    before = editor.client.get("/desk").text
    clock.now = datetime(2027, 2, 28, 16, 0, tzinfo=UTC)
    api.reload()
    api.service.policies.current()
    after = editor.client.get("/desk").text
    api.close()
    assert "Asia/Shanghai" in before
    assert [text.count("今日有效") for text in (before, after)] == [1, 1]
    row = after.partition("/desk/editions/base/2027-03-01")[2].partition("</tr>")[0]
    assert "今日有效" in row
    assert "/desk/editions/base/2027-03-01" not in before
