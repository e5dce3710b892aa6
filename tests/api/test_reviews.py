"""Human review of an automated decision: asked for by a person, concluded by somebody who did not decide."""

import pytest

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
