"""Past decisions judged again under a draft: added up, no input shown, every reading in the log."""

import json
import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from service.effect.feeding import Feed
from service.effect.replaying import Interrupted
from service.effect.replaying import replayed as judged_again
from service.exact_json import loads
from service.log import Entry, LogUnavailable, expire, new_id
from tests.api.calling import errors, kind
from tests.desk.drafting import key, person
from tests.log.deskwork import FIRST, NEW, OLD
from tests.log.samples import tamper

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
VILLAGE = {"order": "good", "income": 20000, "founded_on": "2020-01-01", "sound": True}
TODAY = "2026-12-31"
PERIOD = f"from={TODAY}&to={TODAY}"
BAR, HIGHER = "at_least: 55%", "at_least: 75%"


def village(number, share=60, **facts):
    counted = {"households": 100, "a_grade_households": share}
    return {"subject": {"id": f"V-{number}"}, "facts": {**VILLAGE, **counted, **facts}}


def decide(caller, decision, *cases):
    return [caller.post(f"/decisions/{decision}", {"plan": "base", **one}).json["log_id"] for one in cases]


def replayed(small, who, draft, period=PERIOD):
    """The result, worked out anew."""
    answer = who.post(f"/drafts/{draft['id']}/effect?{period}", None)
    assert answer.status_code == 202, answer.text
    small.service.effects.wait()
    told = who.get(f"/drafts/{draft['id']}/effect?{period}").json
    assert (told["status"], told["failure"]) == ("done", "")
    return told["replay"]


def opened_line(log, line):
    return Entry(new_id(log.clock()), "inputs_read", "me", "", "", "", line.decision, "", "", "", b"{}", line.id)


def lines(small, **query):
    return small.service.log.find(limit=1000, **query)


def edited(editor, draft, *changes):
    files = draft["files"]
    for old, new in changes:
        assert any(old in text for text in files.values())
        files = {name: text.replace(old, new) for name, text in files.items()}
    return editor.send("PUT", f"/drafts/{draft['id']}/files", {"files": files},
                       If_Match=f'"{draft["revision"]}"').json  # fmt: skip


def test_what_comes_out_otherwise_is_counted_and_the_money_added_up(small, editor, approver, caller):
    granted = decide(caller, "limit", village(1), village(2), village(3, order="poor"), village(3, order=None))
    standing = decide(caller, "standing", *(village(n, share=share) for n, share in ((4, 60), (5, 80), (6, 50))))
    draft = edited(editor, editor.begin(), (OLD, NEW), (BAR, HIGHER))
    found = replayed(small, approver, draft)
    assert (found["total"], found["judged"], found["left"], found["cannot"]) == (7, 7, 0, {})
    by = {one["decision"]: one for one in found["decisions"]}
    [sum] = by["limit"]["amounts"]
    known = {name: value for name, value in sum.items() if name not in ("output", "title")}
    assert known == {
        "before": "150000", "after": "180000", "more": "30000", "less": "0", "newly_known": "0",
        "no_longer_known": "0", "changed": 3, "unknown_before": 1, "unknown_after": 1,
    }  # fmt: skip
    assert (by["limit"]["changed"], by["limit"]["judged"]) == (0, 4)
    [turn] = by["standing"]["turns"]
    assert (turn["before"]["outcome"], turn["after"]["outcome"], turn["count"]) == (
        "needs_information", "not_qualified", 1)  # fmt: skip
    assert turn["lines"] == []  # an approver reads no decisions
    auditor = key(small, "auditor")
    seen = auditor.get(f"/drafts/{draft['id']}/effect?{PERIOD}").json["replay"]["decisions"]
    assert {id for one in seen for turn in one["turns"] for id in turn["lines"]} == {*granted[:3], standing[0]}
    opened = {one.refers_to for one in lines(small, kind="inputs_read")}
    assert opened == {*granted, *standing}
    assert {one.caller for one in lines(small, kind="inputs_read")} == {approver.id}
    assert not any(b"V-1" in file.read_bytes() for file in small.service.effects.folder.rglob("*") if file.is_file())


def test_what_cannot_be_judged_again_is_counted_by_why(small, caller):
    first = decide(caller, "limit", village(1), village(2), village(3))
    decide(caller, "standing", village(4))
    log, clock = small.service.log, small.clock
    clock.now += timedelta(days=1)
    later = clock.now.date().isoformat()
    expire(log, clock.now, "test")
    kept = decide(caller, "limit", village(5), village(6))
    decide(caller, "best", {"subject": {"id": "C-1"}, "facts": {"villages": []}})
    tamper(log, ("DELETE FROM sealed WHERE seq = ?", (log.get(kept[0]).seq,)))
    editor, approver = person(small, "editor", "editor"), person(small, "approver", "approver")
    renamed = [(f"{before}income", f"{before}household_income") for before in ("fact: ", "      ", "by: ")]
    draft = edited(editor, editor.begin(day="2028-01-01"), *renamed)
    files = {name: text for name, text in draft["files"].items() if name != "best.yaml"}
    draft = editor.send("PUT", f"/drafts/{draft['id']}/files", {"files": files}, If_Match='"2"').json
    found = replayed(small, approver, draft, f"from={TODAY}&to={later}")
    assert found["cannot"] == {"expired": 4, "no_decision": 1, "sealed": 1, "unfit": 1}
    assert (found["total"], found["judged"], found["decisions"]) == (7, 0, [])
    assert not {one.refers_to for one in lines(small, kind="inputs_read")} & {*first}  # those are not opened


def test_a_decision_that_nobody_signed_is_not_opened_and_not_judged(small, editor, approver, caller):
    [altered] = decide(caller, "limit", village(1))
    [good] = decide(caller, "limit", village(2))
    log = small.service.log
    tamper(log, ("UPDATE log SET on_date = '2027-06-01' WHERE seq = ?", (log.get(altered).seq,)))
    found = replayed(small, approver, edited(editor, editor.begin(), (OLD, NEW)))
    assert (found["judged"], found["cannot"]) == (1, {"unsigned": 1})
    assert {one.refers_to for one in lines(small, kind="inputs_read")} == {good}


def test_other_editions_and_plans_are_told_apart(small, editor, approver, caller):
    decide(caller, "limit", village(1))
    draft = edited(editor, editor.begin(), (OLD, NEW))
    log = small.service.log
    [line] = lines(small, kind="decision")
    feed = Feed(log, "decision", "another", line.edition, START, END, lambda one: 1 / 0)
    assert [*map(loads, feed())][-1] == {"end": {"cannot": {"other_plan": 1}, "left": 0}}
    feed = Feed(log, "decision", "base", "0" * 64, START, END, lambda one: 1 / 0)
    assert [*map(loads, feed())][-1] == {"end": {"cannot": {"other_edition": 1}, "left": 0}}
    assert draft["revision"] == 2


def test_a_period_is_bounded_by_number_and_time(small, caller):
    decide(caller, "limit", *(village(n) for n in range(5)))
    log = small.service.log
    [line, *_] = lines(small, kind="decision")
    ask = partial(Feed, log, "decision", "base", line.edition, START, END, lambda one: opened_line(log, one))
    said = [*map(loads, ask(most=2)())]
    assert [one.get("decision") for one in said] == [None, "limit", "limit", None]
    assert said[-1] == {"end": {"cannot": {}, "left": 3}}
    assert len(lines(small, kind="inputs_read")) == 2
    ticks = iter(range(0, 10**6, 1000))
    late = [*map(loads, ask(seconds=1.0, clock=lambda: next(ticks))())]
    assert late[-1] == {"end": {"cannot": {}, "left": 0}}  # one page was read: all five


def test_a_feed_that_breaks_off_is_no_result(small, editor, approver, caller, monkeypatch):
    decide(caller, "limit", village(1))
    draft = edited(editor, editor.begin(), (OLD, NEW))

    def away(*args, **kwargs):
        raise LogUnavailable("away")

    monkeypatch.setattr(small.service.log, "number", away)
    address = f"/drafts/{draft['id']}/effect?{PERIOD}"
    approver.post(address, None)
    small.service.effects.wait()
    told = approver.get(address).json
    assert (told["status"], told["replay"]) == ("failed", None)
    assert "database" in told["failure"]
    monkeypatch.undo()
    assert replayed(small, approver, draft)["judged"] == 1  # and it can be done again


def test_lines_that_end_too_soon_are_no_result(small):
    edition = small.engine(FIRST).edition
    with pytest.raises(Interrupted):
        judged_again(edition, edition, [b'{"total":1,"at":""}'], lambda done, of: None)


def test_more_is_judged_where_more_was_decided_since(small, editor, approver, caller):
    draft = edited(editor, editor.begin(), (OLD, NEW))
    assert replayed(small, approver, draft)["total"] == 0
    decide(caller, "limit", village(1))
    assert replayed(small, approver, draft)["total"] == 1


def test_it_is_of_the_content_that_it_was_worked_out_for(small, editor, approver, caller):
    decide(caller, "limit", village(1))
    draft = edited(editor, editor.begin(), (OLD, NEW))
    replayed(small, approver, draft)
    edited(editor, draft, (NEW, "amount: 7 万元"))
    told = approver.get(f"/drafts/{draft['id']}/effect?{PERIOD}").json
    assert (told["revision"], told["status"], told["replay"]) == (3, "none", None)


def test_only_whoever_may_has_inputs_read(small, editor, caller):
    draft = edited(editor, editor.begin(), (OLD, NEW))
    address = f"/drafts/{draft['id']}/effect"
    for method in ("GET", "POST", "DELETE"):
        assert kind(editor.send(method, f"{address}?{PERIOD}")) == (403, "forbidden")
    assert editor.get(address).status_code == 200
    assert kind(caller.get(address)) == (403, "forbidden")


@pytest.mark.parametrize(("asks", "said"), [
    (f"from={TODAY}", ("/to", "required")),
    (f"to={TODAY}", ("/from", "required")),
    ("from=2026-13-01&to=2026-12-01", ("/from", "not_a_date")),
    (f"what=readings&{PERIOD}", ("/from", "not_wanted")),
])  # fmt: skip
def test_what_is_no_period_is_refused(small, approver, editor, asks, said):
    draft = editor.begin()
    assert errors(approver.get(f"/drafts/{draft['id']}/effect?{asks}")) == [said]


def test_a_period_that_ends_before_it_begins_is_refused_at_both_ends(small, approver, editor):
    answer = approver.get(f"/drafts/{editor.begin()['id']}/effect?from=2026-12-02&to=2026-12-01")
    assert errors(answer) == [("/from", "after_to"), ("/to", "before_from")]


def test_the_ends_of_the_calendar(small, approver, editor):
    draft = edited(editor, editor.begin(), (OLD, NEW))
    assert replayed(small, approver, draft, "from=0001-01-01&to=9999-12-31")["total"] == 0


def test_the_page_asks_before_it_reads_and_links_to_the_lines(small, editor, approver, caller):
    decide(caller, "limit", village(1))
    draft = edited(editor, editor.begin(), (OLD, NEW))
    address = f"/desk/drafts/{draft['id']}/effect?from_day={TODAY}&to_day={TODAY}"
    asked = approver.client.get(address).text
    assert "每条都记入日志" in asked
    assert lines(small, kind="inputs_read") == []
    csrf = approver.headers["X-CSRF-Token"]
    assert approver.client.post(address, data={"csrf": csrf, "do": "again"}).status_code == 303
    small.service.effects.wait()
    shown = approver.client.get(address).text
    assert "重判了 1 条" in shown
    assert "50,000 → 60,000" in shown
    assert "/audit/" not in shown
    auditor = person(small, "auditor", "auditor")
    seen = auditor.client.get(f"{address}&lang=en").text
    assert "/audit/" in seen
    assert f'href="/desk/drafts/{draft["id"]}?' not in seen  # where an auditor may not go
    assert editor.client.get(address).status_code == 403
    for days, said in ((f"from_day={TODAY}", "from 和 to 要一起写"),
                       ("from_day=2026-12-02&to_day=2026-12-01", "结束日在起始日 2026-12-02 之前")):  # fmt: skip
        bad = approver.client.get(f"/desk/drafts/{draft['id']}/effect?{days}", headers={"Accept": "text/html"})
        assert bad.status_code == 422
        assert said in bad.text
        for name, _, day in (one.partition("=") for one in days.split("&")):  # the form is there to ask again
            assert re.search(f'<input[^>]* name="{name}"[^>]* value="{day}"', bad.text)
        answer = approver.client.post(bad.request.full_path, data={"csrf": csrf, "do": "again"})
        assert (answer.status_code, said in answer.text) == (422, True)


def test_a_page_says_how_many_lines_of_the_log_it_does_not_list(small, editor, approver, caller):
    decide(caller, "standing", village(1, share=60))
    draft = edited(editor, editor.begin(), (OLD, NEW), (BAR, HIGHER))
    replayed(small, approver, draft)
    [file] = small.service.effects.folder.glob("*/part-replay.json")
    told = json.loads(file.read_text("utf-8"))
    turn = next(turn for one in told["decisions"] for turn in one["turns"] if turn["lines"])
    turn["count"] = 1234
    file.write_text(json.dumps(told), "utf-8")
    auditor = person(small, "auditor", "auditor")
    page = auditor.client.get(f"/desk/drafts/{draft['id']}/effect?from_day={TODAY}&to_day={TODAY}").text
    assert "以上列了 1 条，另有 1,233 条没有列出。" in page
