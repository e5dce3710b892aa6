"""`readings` of a request: what is tried under another reading is marked, and is no decision of record."""

import pytest

from tests.api.calling import errors, example

DECIDE, WHAT_IF = "/v1/decisions/credit_village", "/v1/what-if/credit_village"
ABOVE = {"a_grade_share_operator": "above"}  # the example stands on the limit


def asked(readings=ABOVE, **more):
    return {**example("village_qualifies"), "readings": readings, **more}


def test_a_decision_under_another_reading_is_marked_and_not_logged(api, caller):
    caller.decided("credit_village", example("village_qualifies"))
    before = api.service.log.head().seq
    tried = caller.decide("credit_village", asked()).json

    assert (tried["of_record"], tried["readings"], tried["outcome"]) == (False, ABOVE, "not_qualified")
    assert "log_id" not in tried
    assert api.service.log.head().seq == before


def test_the_plans_own_reading_makes_a_decision_of_record(caller):
    decided = caller.decided("credit_village", asked({"a_grade_share_operator": "at_least"}))

    assert decided["log_id"]
    assert decided.keys() & {"of_record", "readings"} == set()
    assert decided["outcome"] == "qualified"


@pytest.mark.parametrize(("readings", "wrong"), [
    ({"a_grade_share_operato": "above"}, ("/readings/a_grade_share_operato", "no_such_reading")),
    ({"a_grade_share_operator": "none"}, ("/readings/a_grade_share_operator", "no_such_reading")),
    ({"township_reach": "titled_only", "npl_without_loans": "zero", "npl_measure": "loans"},
     ("/readings", "edition.readings_clash")),
    ({"a": 1}, ("/readings/a/value", "not_text")), ([], ("/readings", "not_a_mapping")),
])  # fmt: skip
@pytest.mark.parametrize("path", [DECIDE, WHAT_IF])
def test_readings_are_checked(analyst, path, readings, wrong):
    assert wrong in errors(analyst.post(path, asked(readings)))


def test_a_batch_makes_decisions_of_record(caller):
    (result,) = caller.post(f"{DECIDE}/batch", {"cases": [asked()]}).json["results"]

    assert [one["code"] for one in result["problem"]["errors"]] == ["not_of_record"]


def test_what_if_compares_with_the_plans_own_reading(analyst):
    found = analyst.post(WHAT_IF, asked()).json

    assert (found["now"]["outcome"], found["then"]["outcome"]) == ("qualified", "not_qualified")
    assert "readings" not in found["now"]
    assert found["then"]["readings"] == ABOVE


def test_readings_and_overrides_add_up(analyst):
    found = analyst.post(WHAT_IF, asked(overrides={"credit_village.filing_share": "10%"})).json
    below = analyst.post(WHAT_IF, asked(overrides={"credit_village.a_grade_share": "10%"}))

    assert found["then"]["readings"] == ABOVE
    assert [one["operator"] for one in found["then"]["findings"][0]["comparisons"][0]["tests"]] == ["above"]
    assert errors(below) == [("/overrides/credit_village.a_grade_share", "no_such_figure")]


def test_a_fact_that_only_the_other_reading_takes_may_be_given(analyst):
    body = asked({"a_grade_denominator": "resident"})
    body["facts"]["resident_households"] = 390
    found = analyst.post(WHAT_IF, body).json

    assert (found["now"]["outcome"], found["then"]["outcome"]) == ("qualified", "qualified")
    assert errors(analyst.post(DECIDE, {**body, "readings": {}})) == [("/facts/resident_households", "unknown_fact")]


def test_a_replay_takes_readings(caller, auditor):
    log_id = caller.decided("credit_village", example("village_qualifies"))["log_id"]
    replayed = auditor.post(f"/v1/decisions/{log_id}/replay", {"readings": ABOVE}).json

    assert (replayed["before"]["outcome"], replayed["after"]["outcome"]) == ("qualified", "not_qualified")
    assert replayed["after"]["readings"] == ABOVE


def test_the_document_names_the_readings_and_their_choices(analyst):
    schemas = analyst.get("/openapi.json").json["components"]["schemas"]

    assert schemas["Readings"]["properties"]["a_grade_share_operator"]["enum"] == ["at_least", "above"]
    assert "readings" not in schemas["Decision"]["required"]


def test_every_reading_and_fact_that_is_wrong_is_named_at_once(caller):
    """But no fact that the edition does not take: the reading that was meant may take it."""
    case = {
        "subject": {"id": ""},
        "facts": {"households": "x", "homes": 1},
        "readings": {"nothing": "x", "a_grade_share_operator": "other"},
    }
    assert errors(caller.decide("credit_village", case)) == [
        ("/subject/id", "not_an_id"),
        ("/readings/nothing", "no_such_reading"),
        ("/readings/a_grade_share_operator", "no_such_reading"),
        ("/facts/households", "not_whole"),
    ]
