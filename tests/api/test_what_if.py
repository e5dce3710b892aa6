"""`POST /v1/what-if/{decision}`: the same case under other figures; nothing is decided by it."""

import shutil

import pytest

from service.http.turns import Turns
from tests.api.calling import DATE, PLAN, POLICIES, errors, example, kind

PATH = "/v1/what-if/credit_village"


def asked(**overrides):
    return {**example("village_qualifies"), "overrides": overrides or {"credit_village.a_grade_share": "60%"}}


def test_both_decisions_and_their_difference_are_told(analyst):
    found = analyst.post(PATH, asked()).json

    assert (found["now"]["outcome"], found["then"]["outcome"]) == ("qualified", "not_qualified")
    assert {"what": "outcome", "before": "qualified", "after": "not_qualified"} in found["differences"]


def test_what_is_said_of_now_is_what_would_be_decided(analyst):
    now = analyst.post(PATH, asked()).json["now"]
    decided = analyst.decided("credit_village", example("village_qualifies"))

    assert {**now, "log_id": decided["log_id"]} == decided


def test_it_is_no_decision_and_not_in_the_log(api, analyst):
    before = api.service.log.find(kind="decision", limit=9999)
    assert analyst.post(PATH, asked()).status_code == 200

    assert api.service.log.find(kind="decision", limit=9999) == before


@pytest.mark.parametrize(("overrides", "pointer", "code"), [
    ({}, "/overrides", "wrong_number"), ([], "/overrides", "not_a_mapping"), (None, "/overrides", "null"),
    ({"x": "1"}, "/overrides/x", "not_a_path"),
    ({"credit_village.no_such": "1"}, "/overrides/credit_village.no_such", "no_such_figure"),
    ({"credit_village.a_grade_share": 60}, "/overrides/credit_village.a_grade_share", "not_text"),
    ({"credit_village.a_grade_share": ""}, "/overrides/credit_village.a_grade_share", "not_a_limit"),
    ({"credit_village.a_grade_share": "60%}, x: {"}, "/overrides/credit_village.a_grade_share", "not_a_limit"),
    ({"credit_village.a_grade_share": "60%\n"}, "/overrides/credit_village.a_grade_share", "not_a_limit"),
    ({f"a.b{number}": "1%" for number in range(21)}, "/overrides", "wrong_number"),
])  # fmt: skip
def test_overrides_are_checked(analyst, overrides, pointer, code):
    assert errors(analyst.post(PATH, {**example("village_qualifies"), "overrides": overrides})) == [(pointer, code)]


def test_editions_are_compiled_one_at_a_time_and_who_would_wait_too_long_is_told(analyst, caller, monkeypatch):
    turns = Turns(1, waiting=0)
    monkeypatch.setattr("service.http.cases.COMPILING", turns)
    monkeypatch.setattr("service.api.what_if.COMPILING", turns)
    asked_too = {**example("village_qualifies"), "readings": {"a_grade_share_operator": "above"}}
    with turns.turn():
        answers = [analyst.post(PATH, asked()), caller.decide("credit_village", asked_too)]

    assert [kind(one) for one in answers] == [(503, "busy")] * 2
    assert all(int(one.headers["Retry-After"]) > 0 for one in answers)
    assert analyst.post(PATH, asked()).status_code == 200


def test_a_case_is_checked_before_an_edition_is_compiled_for_it(analyst, monkeypatch):
    monkeypatch.setattr("service.api.what_if.suppose", lambda *_: pytest.fail("compiled for nothing"))
    wrong = {**asked(), "facts": {"households": "x"}}

    assert errors(analyst.post(PATH, wrong)) == [("/facts/households", "not_whole")]


def test_overrides_are_required(analyst):
    assert errors(analyst.post(PATH, example("village_qualifies"))) == [("/overrides", "required")]


def test_what_is_wrong_with_case_and_overrides_is_told_at_once(analyst):
    body = {"subject": {"id": ""}, "facts": {"households": "x"}, "overrides": {"x": 1}}

    assert sorted(pointer for pointer, _ in errors(analyst.post(PATH, body))) == [
        "/facts/households", "/overrides/x", "/subject/id",
    ]  # fmt: skip


def test_an_edition_that_could_not_be_is_told_as_policy_staff_would_be(analyst):
    answer = analyst.post(PATH, asked(**{"credit_village.a_grade_share": "60 households"}))

    assert kind(answer) == (422, "invalid-input")
    assert {error["pointer"] for error in answer.json["errors"]} == {"/overrides/credit_village.a_grade_share"}


@pytest.mark.parametrize("path", ["{0}", "../{1}", "..{0}", "./{1}", "~/{1}"])
def test_no_path_leads_out_of_the_edition(own, tmp_path, path):
    """A figure is named by a file of the edition; no name may reach the file itself, and write to it."""
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    file = folder / PLAN / DATE / "credit_village.yaml"
    before = file.read_bytes()
    name = path.format(file.with_suffix(""), f"{DATE}/credit_village")

    answer = own(policies=folder).caller("analyst").post(PATH, asked(**{f"{name}.a_grade_share": "99%"}))

    assert kind(answer) == (422, "invalid-input")
    assert file.read_bytes() == before


def test_a_caller_may_not_ask_what_if(caller):
    assert kind(caller.post(PATH, asked())) == (403, "forbidden")


def test_a_decision_that_is_not_there_is_not_found(analyst):
    assert kind(analyst.post("/v1/what-if/no_such", asked())) == (404, "not-found")


def test_a_figure_that_is_not_there_comes_with_the_nearest(analyst):
    answer = analyst.post(PATH, asked(**{"credit_village.a_grade_shar": "60%"}))

    assert "credit_village.a_grade_share?" in answer.json["errors"][0]["en"]


@pytest.mark.parametrize(("start", "now"), [("2027-08-01", "2.9%"), ("2027-08-02", "3.0%")])
def test_of_values_by_date_the_one_in_force_on_the_day_of_the_case_is_changed(own, tmp_path, start, now):
    folder = shutil.copytree(POLICIES / PLAN, tmp_path / "policies" / PLAN).parent
    facts = folder / PLAN / DATE / "facts.yaml"
    text = facts.read_text("utf-8")
    facts.write_text(text.replace("dated: {2025-05-20: 3.0%}", f"dated: {{2025-05-20: 3.0%, {start}: 2.9%}}"), "utf-8")
    analyst = own(policies=folder).caller("analyst")

    def changed(limit):
        body = {**example("village_renewed"), "overrides": {"village.reference_rate": limit}}
        answer = analyst.post("/v1/what-if/village_measures", body)
        assert answer.status_code == 200, answer.json
        return answer.json["changed"]

    assert changed(now) == []
    assert changed("3.9%") == ["outputs"]


def test_one_figure_that_cannot_be_so_is_pointed_at(analyst):
    answer = analyst.post(PATH, asked(**{"credit_village.a_grade_share": "60"}))

    assert errors(answer) == [("/overrides/credit_village.a_grade_share", "type.no_unit")]


WRONG = [
    *(("credit_village.a_grade_share", wrong) for wrong in (
        "abc", "households", "101%", "-5%", "60", "60 households", "true", "2026-01-01", "1e2%", "60.%", "六成", "60％",
        "above x", "at_least 101%", "at_most 5 days",
    )),
    ("village.reference_rate", "abc"), ("village.reference_rate", "三成"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "wrong"), WRONG)
def test_a_wrong_figure_is_refused_before_an_edition_is_built_and_as_the_edition_would_be(
    analyst, monkeypatch, path, wrong
):
    with monkeypatch.context() as blind:
        blind.setattr("service.api.what_if.faults", lambda *_: ())
        whole = analyst.post(PATH, asked(**{path: wrong}))
    monkeypatch.setattr("service.api.what_if.suppose", lambda *_: pytest.fail("built for nothing"))
    told = analyst.post(PATH, asked(**{path: wrong}))

    assert kind(told) == kind(whole) == (422, "invalid-input")
    assert told.json["errors"] == whole.json["errors"]


def test_of_several_figures_each_that_is_wrong_is_pointed_at(analyst):
    answer = analyst.post(PATH, asked(**{"credit_village.a_grade_share": "abc", "village.reference_rate": "abc"}))

    assert errors(answer) == [("/overrides/credit_village.a_grade_share", "name.unknown"),
                              ("/overrides/village.reference_rate", "type.no_value")]  # fmt: skip
