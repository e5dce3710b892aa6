"""`/v1/decisions/{id}/explanation`, `/inputs`, `/replay`: what opens the sealed inputs and leaves a line about it."""

import json
import re
import shutil
from datetime import date
from unittest.mock import Mock

import pytest

from rules import FactChecker
from rules.words.explain import explain
from service.http.turns import Turns
from service.log import LogUnavailable
from tests.api.calling import DATE, PLAN, POLICIES, errors, example, kind

NEXT = "2026-10-01"
FACT = "{type: count, unit: household, counted: {count: household}, title: {zh: 全村农户数"


@pytest.fixture
def decided(caller):
    return caller.decided("credit_village", example("village_misses_narrowly"))


def opened(api, log_id):
    return [(line.kind, line.caller, json.loads(line.body)) for line in api.service.log.about(log_id)]


def id_of(caller):
    return caller.key.split("_")[1]


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1, text.count(old)
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def editions(tmp_path):
    """The shipped policies, and a second edition that asks for more."""
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES / PLAN, folder / PLAN)
    shutil.copytree(folder / PLAN / DATE, folder / PLAN / NEXT)
    replace(folder / PLAN / DATE / "plan.yaml", f"from: {DATE}", f"from: {DATE}, to: 2026-09-30")
    replace(folder / PLAN / NEXT / "plan.yaml", f"from: {DATE}", f"from: {NEXT}")
    replace(folder / PLAN / NEXT / "credit_village.yaml", "at_least: 55%", "at_least: 95%")
    return folder


# --- explanation


@pytest.mark.parametrize(("language", "lang"), [(None, "zh"), ("zh-CN", "zh"), ("en", "en"), ("en-US,zh;q=0.3", "en")])
@pytest.mark.parametrize("type", ["text/plain", "text/html", "application/json"])
def test_an_explanation_comes_in_two_languages_and_three_formats(caller, decided, language, lang, type):
    headers = {"Accept": type} | ({} if language is None else {"Accept-Language": language})

    answer = caller.get(f"/v1/decisions/{decided['log_id']}/explanation", headers=headers)

    assert answer.status_code == 200
    assert answer.mimetype == type
    assert answer.headers["Content-Language"] == lang
    assert {"Accept", "Accept-Language"} <= {name.strip() for name in answer.headers["Vary"].split(",")}
    if type == "application/json":
        assert answer.json["explanation"].keys() == {"zh", "en"}
    else:
        assert decided["title"][lang] in answer.text


def test_few_explanations_are_made_at_once_and_who_would_wait_too_long_is_told(api, caller, decided, monkeypatch):
    turns = Turns(1, waiting=0)
    monkeypatch.setattr("service.api.explanations.TURNS", turns)
    before = api.service.log.head().seq
    with turns.turn():
        answer = caller.get(f"/v1/decisions/{decided['log_id']}/explanation")

    assert kind(answer) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert api.service.log.head().seq == before  # nothing was shown, so nothing was opened
    assert caller.get(f"/v1/decisions/{decided['log_id']}/explanation").status_code == 200


@pytest.mark.parametrize("type", ["text/plain", "text/html", "application/json"])
def test_what_it_would_take_is_left_out_where_it_takes_long_and_said_to_be(own, type):
    caller = own(distance_seconds=0.0).caller("caller")
    decided = caller.decided("credit_village", example("village_misses_narrowly"))
    answer = caller.get(f"/v1/decisions/{decided['log_id']}/explanation", headers={"Accept": type})

    assert answer.status_code == 200
    assert "时间不够，未测算" in answer.text


def test_an_explanation_ends_with_the_time_of_its_request(own):
    caller = own(request_seconds=0.0).caller("caller")
    decided = caller.decided("credit_village", example("village_misses_narrowly"))

    assert kind(caller.get(f"/v1/decisions/{decided['log_id']}/explanation")) == (503, "busy")


def test_the_text_is_the_cores_own(api, caller, decided):
    body, engine = example("village_misses_narrowly"), api.engine()
    facts = FactChecker(engine.edition).check("village", body["facts"])
    decision = engine.decide("credit_village", facts, date.fromisoformat(body["on"]), body["subject"]["id"])
    for lang in ("zh", "en"):
        sent = {"Accept": "text/plain", "Accept-Language": lang}
        answer = caller.get(f"/v1/decisions/{decided['log_id']}/explanation", headers=sent)
        assert answer.text == explain(decision, lang) + "\n"


@pytest.mark.parametrize("type", ["text/plain", "text/html", "application/json"])
def test_how_deep_it_goes_is_for_the_reader_to_say(caller, decided, type):
    path = f"/v1/decisions/{decided['log_id']}/explanation"
    said = [caller.get(f"{path}?depth={depth}", headers={"Accept": type}).text for depth in (0, 1)]
    assert "219个农户 ÷" not in said[0]
    assert "A级及以上户数 219个农户 ÷ 全村农户数 400个农户" in said[1]


@pytest.mark.parametrize(("depth", "error"), [("-1", "out_of_range"), ("101", "out_of_range"), ("x", "not_whole")])
def test_a_depth_that_is_none_is_told(caller, decided, depth, error):
    answer = caller.get(f"/v1/decisions/{decided['log_id']}/explanation?depth={depth}")
    assert errors(answer) == [("/depth", error)]


def test_the_tree_of_reasons_is_that_of_the_text(caller, decided):
    found = caller.get(f"/v1/decisions/{decided['log_id']}/explanation").json
    share = found["reasons"]["zh"]["because"][0]
    assert share == {
        "title": "A级及以上信用户占比", "seen": "54.75%", "wanted": "应不低于 55%", "state": "not_met",
        "formula": "= A级及以上户数 219个农户 ÷ 全村农户数 400个农户", "clause": "四(三)1(1)", "source": "四(三)1(1)",
        "below": [{"title": "解读：A级及以上信用户占比恰为55%，取“达到55%即符合（客户书面口径）”"}],
    }  # fmt: skip
    assert any(share["formula"] in line for line in found["explanation"]["zh"])


def test_as_json_it_holds_the_decision_and_what_would_change_it(caller, decided):
    found = caller.get(f"/v1/decisions/{decided['log_id']}/explanation").json

    assert {name: found[name] for name in decided if name != "chained"} == {
        name: value for name, value in decided.items() if name != "chained"
    }
    assert found["distances"]


def test_a_format_that_is_not_there_is_told_with_those_that_are(caller, decided):
    path = f"/v1/decisions/{decided['log_id']}/explanation"

    answer = caller.get(path, headers={"Accept": "application/pdf"})

    assert kind(answer) == (406, "not-acceptable")
    assert "text/html" in answer.json["detail"]
    for accept in ("*/*", "text/*", "application/pdf, text/html;q=0.1"):
        assert caller.get(path, headers={"Accept": accept}).status_code == 200


def test_nobody_elses_decision_is_explained(api, decided):
    other = api.caller("caller")

    assert kind(other.get(f"/v1/decisions/{decided['log_id']}/explanation")) == (404, "not-found")
    assert opened(api, decided["log_id"]) == []


def test_that_it_was_explained_stands_in_the_log(api, caller, decided):
    caller.get(f"/v1/decisions/{decided['log_id']}/explanation")

    assert opened(api, decided["log_id"]) == [("inputs_read", id_of(caller), {"why": "explanation"})]


# --- inputs


def test_an_auditor_reads_the_inputs_as_they_came_and_is_logged(api, auditor, caller):
    body = b'{"subject":{"id":"V-1"},"on":"2026-12-31","facts":{"loan_balance":0.10,"households":7,"county":null}}'
    log_id = caller.decided("credit_village", body)["log_id"]

    answer = auditor.get(f"/v1/decisions/{log_id}/inputs")

    assert answer.status_code == 200
    assert b'"facts":{"loan_balance":0.10,"households":7,"county":null}' in answer.data
    assert answer.json["subject"] == {"id": "V-1"}
    assert opened(api, log_id) == [("inputs_read", id_of(auditor), {"why": "inputs"})]


@pytest.mark.parametrize("role", ["caller", "analyst", "admin"])
def test_nobody_else_reads_inputs_not_even_ones_own(api, role):
    somebody = api.caller(role)
    log_id = somebody.decided("credit_village", {"subject": {"id": "V"}, "facts": {}})["log_id"]

    assert kind(somebody.get(f"/v1/decisions/{log_id}/inputs")) == (403, "forbidden")
    assert opened(api, log_id) == []


# --- replay


def test_made_again_a_decision_is_the_same(api, auditor, decided):
    answer = auditor.post(f"/v1/decisions/{decided['log_id']}/replay", {})

    assert answer.status_code == 200
    assert (answer.json["same"], answer.json["differences"]) == (True, [])
    assert {**answer.json["before"], "log_id": decided["log_id"]} == decided
    assert answer.json["after"] == answer.json["before"]
    assert opened(api, decided["log_id"]) == [("inputs_read", id_of(auditor), {"why": "replay"})]


def test_under_another_edition_the_difference_is_told(own, editions):
    api = own(policies=editions)
    analyst = api.caller("analyst")
    first = analyst.decided("credit_village", example("village_qualifies"))
    assert (first["edition"], first["outcome"]) == (DATE, "qualified")

    found = analyst.post(f"/v1/decisions/{first['log_id']}/replay", {"edition": f"{PLAN}/{NEXT}"}).json

    assert found["same"] is False
    assert (found["before"]["edition"], found["after"]["edition"]) == (DATE, NEXT)
    assert found["after"]["outcome"] == "not_qualified"
    assert {"what": "outcome", "before": "qualified", "after": "not_qualified"} in found["differences"]
    changed = [one["criterion"] for one in found["differences"] if one["what"] == "finding"]
    assert changed == ["a_grade_share"]


def test_on_another_day_the_day_differs(auditor, decided):
    found = auditor.post(f"/v1/decisions/{decided['log_id']}/replay", {"on": "2027-01-31"}).json

    assert {"what": "on", "before": decided["on"], "after": "2027-01-31"} in found["differences"]


def test_on_a_day_before_one_of_its_dates_a_case_is_not_judged(caller, auditor):
    case = example("village_qualifies")
    facts = {**case["facts"], "notice_posted_on": "2026-12-01"}
    first = caller.decided("credit_village", {**case, "on": "2026-12-31", "facts": facts})

    answer = auditor.post(f"/v1/decisions/{first['log_id']}/replay", {"on": "2026-11-30"})

    assert (kind(answer), errors(answer)) == ((409, "conflict"), [("/facts/notice_posted_on", "in_future")])
    assert auditor.post(f"/v1/decisions/{first['log_id']}/replay", {}).json["same"] is True


def test_an_edition_that_is_gone_from_the_folder_is_still_replayed(own, editions):
    api = own(policies=editions, published_in="sandbox")
    analyst = api.caller("analyst")
    first = analyst.decided("credit_village", {**example("village_qualifies"), "on": "2026-12-31"})
    assert first["edition"] == NEXT
    shutil.rmtree(editions / PLAN / NEXT)
    api.reload()
    assert [one["date"] for one in analyst.get(f"/v1/plans/{PLAN}/editions").json["editions"]] == [DATE]

    found = analyst.post(f"/v1/decisions/{first['log_id']}/replay", {}).json

    assert found["same"] is True
    assert found["after"]["edition"] == NEXT
    explained = analyst.get(f"/v1/decisions/{first['log_id']}/explanation")
    assert explained.status_code == 200


@pytest.mark.parametrize(("body", "error"), [
    ({"edition": "no-such/2026-01-01"}, ("/edition", "unknown_edition")), ({"edition": 5}, ("/edition", "not_text")),
    ({"edition": "x\0"}, ("/edition", "not_printable")), ({"on": "x"}, ("/on", "not_a_date")),
    ({"more": 1}, ("/more", "unknown_field")),
])  # fmt: skip
def test_what_is_asked_of_a_replay_is_checked(auditor, decided, body, error):
    assert errors(auditor.post(f"/v1/decisions/{decided['log_id']}/replay", body)) == [error]


def test_facts_that_do_not_fit_the_other_edition_are_told(own, editions):
    replace(
        editions / PLAN / NEXT / "facts.yaml", FACT, FACT.replace("type: count", "type: count, maximum: 300 households")
    )
    analyst = own(policies=editions).caller("analyst")
    first = analyst.decided("credit_village", example("village_qualifies"))

    answer = analyst.post(f"/v1/decisions/{first['log_id']}/replay", {"edition": f"{PLAN}/{NEXT}"})

    assert kind(answer) == (409, "conflict")
    assert errors(answer) == [("/facts/households", "too_large")]


def test_replay_is_not_for_callers(caller, decided):
    assert kind(caller.post(f"/v1/decisions/{decided['log_id']}/replay", {})) == (403, "forbidden")


def test_anothers_decision_is_opened_by_those_who_may_read_inputs_only(analyst, admin, auditor, decided):
    for way in ("explanation", "replay"):
        path = f"/v1/decisions/{decided['log_id']}/{way}"
        answers = [one.get(path) if way == "explanation" else one.post(path, {}) for one in (analyst, admin, auditor)]
        assert [answer.status_code for answer in answers] == [403, 403, 200]


def test_a_replay_as_it_was_needs_no_body(auditor, decided):
    answer = auditor.post(f"/v1/decisions/{decided['log_id']}/replay", b"", type="")

    assert answer.status_code == 200
    assert answer.json["same"] is True


def test_outcomes_that_are_all_left_are_not_listed_as_none(caller):
    """An empty list would say that no outcome is possible."""
    case = {"subject": {"id": "H-1"}, "facts": {}}
    assert caller.decided("grant", case)["left"] == {"outputs": {"limit": {"at_least": 0, "at_most": 200000}}}


def test_an_answer_that_waits_says_what_is_left(api, caller):
    facts = example("household_granted")
    del facts["facts"]["conduct"]
    decided = caller.decided("grant", facts)

    assert decided["outcome"] == "needs_information"
    assert decided["left"] == {"outcomes": ["submit_for_approval", "finish_collection_offer_other_services"],
                               "outputs": {"limit": {"at_least": 0, "at_most": 100000}}}  # fmt: skip
    assert decided["chained"]["grading"]["outcome"] == "needs_information"
    schema = api.nobody().get("/openapi.json").json["components"]["schemas"]
    assert set(decided["left"]) == set(schema["Left"]["properties"])
    told = caller.get(f"/v1/decisions/{decided['log_id']}/explanation").text
    assert "? 建议额度 0元至10万元 信息补齐后才能确定" in re.sub(" +", " ", told)


@pytest.mark.parametrize(("method", "path"), [("GET", "explanation"), ("GET", "inputs"), ("POST", "replay")])
def test_where_the_look_cannot_be_logged_nothing_is_shown(own, monkeypatch, method, path):
    api = own()
    case = {"subject": {"id": "V-secret"}, "facts": {"households": 7431}}
    log_id = api.caller("caller").decided("credit_village", case)["log_id"]
    auditor = api.caller("auditor")
    monkeypatch.setattr(api.service.log, "append", Mock(side_effect=LogUnavailable("away")))

    answer = auditor.send(method, f"/v1/decisions/{log_id}/{path}")

    assert kind(answer) == (503, "unavailable")
    assert "V-secret" not in answer.text
    assert "7431" not in answer.text
