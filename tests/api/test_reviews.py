"""Human review of an automated decision: asked for by a person, concluded by somebody who did not decide."""

from datetime import timedelta

import pytest

from service.exact_json import loads
from tests.api.calling import errors, kind

CASE = {"subject": {"id": "V-1"}, "facts": {}}


@pytest.fixture
def log_id(caller):
    return caller.decided("credit_village", CASE)["log_id"]


@pytest.fixture
def request_id(caller, log_id):
    answer = caller.post(f"/v1/decisions/{log_id}/review-requests", {"reason": "数字有误"})
    assert answer.status_code == 201
    return answer.json["id"]


def test_a_request_and_its_outcome_stand_beside_the_decision(caller, analyst, log_id, request_id):
    said = {"result": "changed", "outcome": "qualified", "note": "查实"}
    answer = analyst.post(f"/v1/review-requests/{request_id}/outcome", said)

    assert answer.status_code == 201
    assert answer.json["decision_log_id"] == log_id
    asked, concluded = caller.get(f"/v1/decisions/{log_id}").json["reviews"]
    assert (asked["kind"], asked["id"]) == ("review_requested", request_id)
    assert {name: concluded[name] for name in ("kind", "id", "request", "result", "outcome")} == {
        "kind": "reviewed", "id": answer.json["id"], "request": request_id, "result": "changed", "outcome": "qualified",
    }  # fmt: skip


def test_the_words_of_people_are_sealed(api, caller, analyst, log_id, request_id):
    analyst.post(f"/v1/review-requests/{request_id}/outcome", {"result": "upheld", "note": "不公开的话"})

    shown = caller.get(f"/v1/decisions/{log_id}").text + str(api.service.log.about(log_id))

    assert "数字有误" not in shown
    assert "不公开的话" not in shown
    assert "数字有误".encode() in api.service.log.inputs(request_id)


def test_whoever_decided_does_not_review(analyst):
    log_id = analyst.decided("credit_village", CASE)["log_id"]
    request_id = analyst.post(f"/v1/decisions/{log_id}/review-requests", {}).json["id"]

    answer = analyst.post(f"/v1/review-requests/{request_id}/outcome", {"result": "upheld"})

    assert kind(answer) == (409, "conflict")


def test_a_request_has_one_outcome(api, analyst, request_id):
    path = f"/v1/review-requests/{request_id}/outcome"

    assert analyst.post(path, {"result": "upheld"}).status_code == 201
    for somebody in (analyst, api.caller("admin")):
        assert kind(somebody.post(path, {"result": "changed"})) == (409, "conflict")


def test_a_decision_may_be_reviewed_again_on_another_request(caller, analyst, log_id, request_id):
    second = caller.post(f"/v1/decisions/{log_id}/review-requests", {}).json["id"]

    for one in (request_id, second):
        assert analyst.post(f"/v1/review-requests/{one}/outcome", {"result": "upheld"}).status_code == 201


def test_nobody_asks_for_review_of_what_it_may_not_see(api, log_id):
    assert kind(api.caller("caller").post(f"/v1/decisions/{log_id}/review-requests", {})) == (404, "not-found")


def test_a_caller_does_not_conclude(caller, request_id):
    assert kind(caller.post(f"/v1/review-requests/{request_id}/outcome", {"result": "upheld"})) == (403, "forbidden")


@pytest.mark.parametrize("id", ["x", "0" * 32, "%00"])
def test_a_request_that_is_not_there_is_not_found(analyst, id):
    assert kind(analyst.post(f"/v1/review-requests/{id}/outcome", {"result": "upheld"})) == (404, "not-found")


def test_a_decision_is_no_request(analyst, log_id):
    answer = analyst.post(f"/v1/review-requests/{log_id}/outcome", {"result": "upheld"})

    assert kind(answer) == (404, "not-found")


@pytest.mark.parametrize(("body", "error"), [
    ({}, ("/result", "required")), ({"result": "maybe"}, ("/result", "not_a_choice")),
    ({"result": "upheld", "note": ""}, ("/note", "wrong_length")),
    ({"result": "upheld", "note": "x" * 1001}, ("/note", "wrong_length")),
    ({"result": "upheld", "more": 1}, ("/more", "unknown_field")), ({"result": None}, ("/result", "null")),
    ([], ("", "not_a_mapping")),
])  # fmt: skip
def test_an_outcome_is_checked(analyst, request_id, body, error):
    assert errors(analyst.post(f"/v1/review-requests/{request_id}/outcome", body)) == [error]


def test_a_decision_is_changed_to_another_outcome_than_it_has(analyst, request_id):
    body = {"result": "changed", "outcome": "needs_information"}
    answer = analyst.post(f"/v1/review-requests/{request_id}/outcome", body)

    assert errors(answer) == [("/outcome", "not_a_choice")]
    assert answer.json["errors"][0]["en"] == "Write one of: qualified, not_qualified."


def test_a_decision_with_figures_may_keep_its_outcome_and_change_in_them(caller, analyst):
    decided = caller.decided("grant", {"subject": {"id": "H-1"}, "facts": {}})
    asked = caller.post(f"/v1/decisions/{decided['log_id']}/review-requests", {}).json["id"]
    body = {"result": "changed", "outcome": decided["outcome"], "note": "额度有误"}

    assert analyst.post(f"/v1/review-requests/{asked}/outcome", body).status_code == 201


def test_what_may_be_written_is_said(analyst, request_id):
    told = analyst.post(f"/v1/review-requests/{request_id}/outcome", {"result": "maybe", "note": ""}).json["errors"]

    assert {one["pointer"]: one["zh"] for one in told} == {
        "/result": "请写其中之一：upheld, changed。", "/note": "要有 1 到 1000 个字符。",
    }  # fmt: skip


def test_a_request_without_a_reason_needs_no_body(caller, log_id):
    assert caller.post(f"/v1/decisions/{log_id}/review-requests", b"", type="").status_code == 201


def test_the_open_requests_are_listed_by_due_day(own):
    api = own()
    caller, analyst = api.caller("caller"), api.caller("analyst")
    ids = []
    for _ in range(3):
        log_id = caller.decided("credit_village", CASE)["log_id"]
        ids.append(caller.post(f"/v1/decisions/{log_id}/review-requests", {}).json["id"])
        api.clock.now += timedelta(days=1)
    analyst.post(f"/v1/review-requests/{ids[1]}/outcome", {"result": "upheld"})

    def listed(query=""):
        answer = analyst.get(f"/v1/review-requests{query}")
        assert answer.status_code == 200, answer.text
        return answer.json["review_requests"]

    assert [one["id"] for one in listed()] == ids
    assert [one["state"] for one in listed()] == ["open", "closed", "open"]
    assert [one["due"] for one in listed()] == ["2027-01-15", "2027-01-16", "2027-01-17"]
    assert [one["id"] for one in listed("?state=open")] == [ids[0], ids[2]]
    assert [one["id"] for one in listed("?state=open&due=2027-01-16")] == [ids[0]]
    [done] = listed("?state=closed")
    assert (done["id"], done["result"]) == (ids[1], "upheld")


def test_a_list_of_requests_has_pages(own):
    caller = own().caller("caller")
    log_id = caller.decided("credit_village", CASE)["log_id"]
    ids = [caller.post(f"/v1/decisions/{log_id}/review-requests", {}).json["id"] for _ in range(3)]

    first = caller.get("/v1/review-requests?limit=2").json
    second = caller.get(f"/v1/review-requests?limit=2&cursor={first['next']}").json

    assert [one["id"] for one in first["review_requests"] + second["review_requests"]] == ids
    assert second["next"] is None


def test_a_client_sees_its_own_requests_and_no_others(api, caller, request_id):
    other = api.caller("caller")

    assert request_id in {one["id"] for one in caller.get("/v1/review-requests?limit=1000").json["review_requests"]}
    assert other.get("/v1/review-requests").json["review_requests"] == []
    assert kind(other.get(f"/v1/review-requests/{request_id}")) == (404, "not-found")


def test_whoever_asked_reads_the_outcome_and_its_note(caller, analyst, request_id):
    analyst.post(f"/v1/review-requests/{request_id}/outcome", {"result": "upheld", "note": "与档案一致"})

    found = caller.get(f"/v1/review-requests/{request_id}").json

    assert (found["state"], found["result"]) == ("closed", "upheld")
    assert (found["reason"], found["note"]) == ("数字有误", "与档案一致")


def test_an_open_request_opens_its_case_to_a_reviewer_and_to_nobody_else(api, caller, analyst, log_id, request_id):
    paths = [f"/v1/decisions/{log_id}/{one}" for one in ("explanation", "inputs")]

    assert [analyst.get(path).status_code for path in paths] == [200, 200]
    looks = [loads(one.body)["why"] for one in api.service.log.about(log_id) if one.kind == "inputs_read"]
    assert looks == ["explanation", "inputs"]
    analyst.post(f"/v1/review-requests/{request_id}/outcome", {"result": "upheld"})
    assert [analyst.get(path).status_code for path in paths] == [403, 403]


def test_an_outcome_sent_again_under_its_key_is_answered_again(api, analyst, request_id):
    path, same = f"/v1/review-requests/{request_id}/outcome", {"headers": {"Idempotency-Key": "o1"}}

    first = analyst.post(path, {"result": "upheld"}, **same)
    again = analyst.post(path, {"result": "upheld"}, **same)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert kind(analyst.post(path, {"result": "upheld"})) == (409, "conflict")
    assert kind(api.caller("analyst").post(path, {"result": "upheld"}, **same)) == (409, "conflict")
