"""A draft in shadow judges live requests beside the edition in force; no answer changes."""

import json
from datetime import date, timedelta
from unittest.mock import Mock

import pytest

from service.app import create_app
from service.exact_json import dumps
from service.log import LogUnavailable, verify
from service.shadow import Beside, beside, shadows, tally
from tests.api.calling import Api, errors, kind
from tests.desk.drafting import key, person
from tests.desk.test_replay import BAR, HIGHER, VILLAGE, edited, village
from tests.log.deskwork import NEW, OLD

UNTIL = "2027-01-05"
WANTED = {"until": UNTIL, "reason": "看一个星期"}


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    """Nothing is judged beside before the test asks for it."""
    monkeypatch.setattr(Beside, "_begin", lambda self: None)


@pytest.fixture
def draft(editor):
    return edited(editor, editor.begin(), (OLD, NEW), (BAR, HIGHER))


def begun(who, draft, **others):
    answer = who.post(f"/drafts/{draft['id']}/shadow", WANTED | others)
    assert answer.status_code == 201, answer.text
    return answer.json


def decide(caller, decision, *cases):
    answers = [caller.post(f"/decisions/{decision}", {"plan": "base", **one}) for one in cases]
    assert {one.status_code for one in answers} == {200}
    return [one.json for one in answers]


def judged(beside):
    while beside._waiting:
        beside.judge_waiting()
    beside.keep()


def seen(who, draft):
    return who.get(f"/drafts/{draft['id']}/effect").json["shadow"]


def test_requests_are_judged_beside_and_no_answer_changes(small, editor, approver, caller, draft):
    before = decide(caller, "limit", village(1))[0]
    said = begun(approver, draft)
    assert (said["draft"], said["until"], said["beside"], said["by"]) == (
        draft["id"], UNTIL, "base/2026-05-01", approver.id)  # fmt: skip
    after = decide(caller, "limit", village(1), village(2), village(3, order="poor", sound=False))
    bare = {"log_id", "at"}
    assert {k: v for k, v in after[0].items() if k not in bare} == {k: v for k, v in before.items() if k not in bare}
    county = {"average_share": 0.5}
    standing = decide(caller, "standing", *({**one, "facts": one["facts"] | {"county": county}}
                                            for one in (village(4, share=60), village(5, share=80))))  # fmt: skip
    assert [one["outcome"] for one in standing] == ["qualified", "qualified"]
    judged(small.service.beside)
    found = seen(key(small, "auditor"), draft)
    assert (found["on"], found["edited_since"], found["judged"], found["changed"], found["cannot"]) == (
        True, False, 5, 1, {})  # fmt: skip
    by = {one["decision"]: one for one in found["decisions"]}
    assert by["limit"]["amounts"] == [{"output": "amount", "turn": "more", "count": 2,
                                       "title": {"zh": "金额", "en": "Amount"}}]  # fmt: skip
    [turn] = by["standing"]["turns"]
    assert (turn["before"]["outcome"], turn["after"]["outcome"], turn["count"]) == ("qualified", "not_qualified", 1)
    assert turn["after"]["title"]["zh"] == "不达标"
    assert turn["lines"] == [standing[0]["log_id"]]
    hidden = seen(approver, draft)["decisions"]
    assert {id for one in hidden for turn in one["turns"] for id in turn["lines"]} == set()
    assert verify(small.service.log).intact


def test_a_batch_is_judged_beside_and_a_dry_run_is_not(small, approver, caller, draft):
    begun(approver, draft)
    cases = [{"plan": "base", **village(n)} for n in range(3)]
    assert caller.post("/decisions/limit/batch", {"cases": cases}).status_code == 200
    decide(caller, "limit", {**village(9), "dry_run": True})
    judged(small.service.beside)
    assert seen(approver, draft)["judged"] == 3


def test_what_could_not_be_logged_is_not_counted(small, approver, caller, draft, monkeypatch):
    """It was never decided: whoever asked was told so."""
    begun(approver, draft)
    one, batch = {"plan": "base", **village(1)}, {"cases": [{"plan": "base", **village(2)}]}
    with monkeypatch.context() as away:
        away.setattr(small.service.log.writer, "_commit", Mock(side_effect=LogUnavailable("locked")))
        assert caller.post("/decisions/limit", one).status_code == 503
        assert caller.post("/decisions/limit", one, Idempotency_Key="k-1").status_code == 503
        assert caller.post("/decisions/limit/batch", batch).status_code == 503
    judged(small.service.beside)
    assert seen(approver, draft)["judged"] == 0
    for _ in range(2):  # asked twice, decided once
        assert caller.post("/decisions/limit", one, Idempotency_Key="k-2").status_code == 200
    judged(small.service.beside)
    assert seen(approver, draft)["judged"] == 1


def test_what_finds_no_place_in_the_queue_is_counted(small, approver, caller, draft, monkeypatch):
    monkeypatch.setattr(beside, "ROOM", 2)
    begun(approver, draft)
    decide(caller, "limit", *(village(n) for n in range(5)))
    judged(small.service.beside)
    found = seen(approver, draft)
    assert (found["judged"], found["cannot"]) == (2, {"dropped": 3})


def test_inputs_that_wait_take_no_more_memory_than_is_allowed(small, approver, caller, draft, monkeypatch):
    begun(approver, draft)
    decide(caller, "limit", village(1))
    [first] = small.service.beside._waiting
    monkeypatch.setattr(beside, "MOST", 2 * len(first.inputs) + 1)
    decide(caller, "limit", *(village(n) for n in range(2, 6)))
    judged(small.service.beside)
    assert seen(approver, draft)["cannot"] == {"dropped": 3}
    decide(caller, "limit", village(6))
    judged(small.service.beside)
    found = seen(approver, draft)
    assert (found["judged"], found["cannot"]) == (3, {"dropped": 3})


def test_it_goes_on_with_the_content_it_was_begun_with(small, editor, approver, caller, draft):
    begun(approver, draft)
    edited(editor, draft, (NEW, OLD))
    decide(caller, "limit", village(1))
    judged(small.service.beside)
    found = seen(approver, draft)
    assert (found["edited_since"], found["revision"], found["on"]) == (True, 2, True)
    assert found["decisions"][0]["amounts"][0]["count"] == 1
    page = approver.client.get(f"/desk/drafts/{draft['id']}/effect").text
    assert "草稿之后又改过" in page


def test_it_ends_after_its_day(small, approver, caller, draft):
    begun(approver, draft, until="2026-12-31")
    small.clock.now += timedelta(days=1)
    small.service.beside.look()
    assert small.service.beside.plans == {}
    late = person(small, "late", "approver")
    assert seen(late, draft)["on"] is False


@pytest.mark.parametrize("how", ["end", "discard"])
def test_it_ends_where_somebody_ends_it_or_gives_the_draft_up(small, editor, approver, caller, draft, how):
    begun(approver, draft)
    if how == "end":
        assert approver.post(f"/drafts/{draft['id']}/shadow/end", {"reason": "够了"}).json["ended_by"] == approver.id
    else:
        assert editor.post(f"/drafts/{draft['id']}/discard", {"reason": "不要了"}).status_code == 201
        small.service.beside.look()
    assert small.service.beside.plans == {}
    decide(caller, "limit", village(1))
    assert not small.service.beside._waiting
    assert kind(approver.post(f"/drafts/{draft['id']}/shadow/end", {"reason": "又"})) == (409, "conflict")


def test_two_hosts_count_into_one(small, approver, caller, draft):
    begun(approver, draft)
    other = Api(create_app(small.service.settings, small.clock), small.clock, small.folder)
    decide(caller, "limit", village(1))
    decide(key(other, "caller"), "limit", village(2), village(3))
    for one in (small, other):
        judged(one.service.beside)
    found = seen(approver, draft)
    other.close()
    assert (found["judged"], found["decisions"][0]["amounts"][0]["count"]) == (3, 3)


def test_what_was_found_waits_for_the_database(small, approver, caller, draft, monkeypatch):
    begun(approver, draft)
    decide(caller, "limit", village(1))
    with monkeypatch.context() as patch:
        patch.setattr(small.service.log.database, "attempt", lambda *args, **more: False)
        judged(small.service.beside)
    assert seen(approver, draft)["judged"] == 0
    small.service.beside.keep()
    small.service.beside.keep()
    assert seen(approver, draft)["judged"] == 1


def test_a_line_that_was_never_written_is_not_noted(small, approver, draft):
    said = begun(approver, draft)
    one = tally.Differing(said["id"], "f" * 32, "limit", "granted", "refused")
    assert tally.keep(small.service.log, {tally.Key(said["id"], "judged", "limit", "granted", "refused"): 1}, [one])
    [turn] = seen(key(small, "auditor"), draft)["decisions"][0]["turns"]
    assert (turn["count"], turn["lines"]) == (1, [])


def test_other_editions_and_failures_are_counted(small, editor, approver, caller, draft):
    said = begun(approver, draft)
    one = small.service.beside.plans["base"][0]
    made = {"log_id": "x", "plan": "base", "decision": "limit", "on": date(2026, 12, 31), "outcome": "granted",
            "outputs": {}, "inputs": dumps({"subject": {"id": "V"}, "facts": VILLAGE})}  # fmt: skip
    shadow, judge = small.service.beside, one.judge
    shadow._judge(one, beside.Made(edition="base/2025-01-01", **made))
    shadow._judge(one, beside.Made(edition="base/2026-05-01", **{**made, "decision": "gone"}))
    strange = dumps({"subject": {"id": "V"}, "facts": {"order": 7}})
    shadow._judge(one, beside.Made(edition="base/2026-05-01", **{**made, "inputs": strange}))
    shadow._judge(one, beside.Made(edition="base/2026-05-01", **{**made, "inputs": b"{}"}))
    shadow._judge(beside.Judging(one.shadow, None), beside.Made(edition="base/2026-05-01", **made))
    shadow.keep()
    assert judge is not None
    assert tally.found(small.service.log, said["id"])["cannot"] == {
        "failed": 1, "no_decision": 1, "other_edition": 1, "unfit": 1, "unusable": 1}  # fmt: skip


def test_who_may_and_when(small, editor, approver, caller, draft):
    address = f"/drafts/{draft['id']}/shadow"
    assert kind(editor.post(address, WANTED)) == (403, "forbidden")
    assert kind(key(small, "approver", approver.id).post(address, WANTED)) == (403, "forbidden")
    assert kind(approver.post(address, WANTED | {"until": "2026-12-30"})) == (409, "conflict")
    assert kind(approver.post(address, WANTED | {"until": "2027-12-31"})) == (409, "conflict")
    assert errors(approver.post(address, {"until": UNTIL})) == [("/reason", "required")]
    same = editor.begin(day="2027-02-01", amend=False)
    same = editor.send("PUT", f"/drafts/{same['id']}/files", {"files": {"plan.yaml": "plan: ["}}, If_Match='"1"').json
    assert kind(approver.post(f"/drafts/{same['id']}/shadow", WANTED)) == (409, "not-publishable")
    begun(approver, draft)
    assert kind(approver.post(address, WANTED)) == (409, "conflict")
    assert [one.draft for one in shadows(small.service.log)] == [draft["id"]]
    [line] = small.service.log.find(kind="shadow")
    assert (line.caller, json.loads(line.body)["reason"]) == (approver.id, WANTED["reason"])
    assert line.signature


def test_the_page_begins_shows_and_ends_it(small, approver, caller, draft):
    csrf = approver.headers["X-CSRF-Token"]
    address = f"/desk/drafts/{draft['id']}/shadow"
    assert approver.client.post(address, data={"csrf": csrf, "do": "start", **WANTED}).status_code == 303
    decide(caller, "limit", village(1))
    judged(small.service.beside)
    shown = approver.client.get(f"/desk/drafts/{draft['id']}/effect").text
    assert "正在影子运行" in shown
    assert "判定了 1 个请求，0 个结论不同" in shown
    assert "1 个增加" in shown
    assert "In shadow" in approver.client.get(f"/desk/drafts/{draft['id']}/effect?lang=en").text
    ready = small.nobody().get("/readyz").json["shadows"]
    assert [(one["edition"], one["until"]) for one in ready] == [("base/2027-01-01", UNTIL)]
    assert approver.client.post(address, data={"csrf": csrf, "do": "end", "reason": "够了"}).status_code == 303
    assert "已结束" in approver.client.get(f"/desk/drafts/{draft['id']}/effect").text
    again = approver.client.post(
        address, data={"csrf": csrf, "do": "end", "reason": "x"}, headers={"Accept": "text/html"}
    )
    assert (again.status_code, 'role="alert"' in again.text) == (422, True)


def test_a_day_that_cannot_be_is_told_beside_what_was_typed(small, approver, draft):
    data = {"csrf": approver.headers["X-CSRF-Token"], "do": "start", "until": "2026-01-01", "reason": "看一个星期"}
    told = approver.client.post(f"/desk/drafts/{draft['id']}/shadow", data=data, headers={"Accept": "text/html"})
    assert told.status_code == 422
    assert "最后一天要在今天" in told.text
    assert 'value="2026-01-01"' in told.text
    assert 'value="看一个星期"' in told.text
    assert shadows(small.service.log) == ()


def test_the_thread_judges_by_itself(small, approver, caller, draft, monkeypatch):
    monkeypatch.undo()
    begun(approver, draft)
    shadow = small.service.beside
    decide(caller, "limit", village(1))
    while not shadow.told["judged"]:
        shadow._thread.join(0.01)
    assert shadow._thread.name == "shadow"
