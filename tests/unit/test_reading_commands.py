"""`--reading` on the command line, and `policies readings`."""

import json

import pytest

from tests.editions import read_once
from tests.unit.test_command import CASES, VILLAGES, call

ABOVE = ["--reading", "a_grade_share_operator=above"]
LIMITS = str(CASES / "village_qualifies.yaml")
DAY = ["--on", "2026-12-31"]


@pytest.fixture(autouse=True)
def shipped_read_once(monkeypatch):
    monkeypatch.setattr("service.commands.common.read_store", read_once)


def test_a_decision_says_under_which_reading_it_was_tried():
    plain = call("decide", "credit_village", LIMITS)
    tried = call("decide", "credit_village", LIMITS, *ABOVE)

    assert "qualified" in plain.stdout
    assert "not of record" not in plain.stdout
    assert 'a try, not of record: "A-grade share of exactly 55%" read as "strictly above 55%' in tried.stdout
    assert "not qualified" in tried.stdout
    said = json.loads(call("decide", "credit_village", LIMITS, *ABOVE, "--json").stdout)
    assert said["readings"] == {"a_grade_share_operator": "above"}


def test_lists_explanations_suppositions_and_rules_say_it_too():
    for words in (["decide", "credit_village", VILLAGES], ["explain", "credit_village", LIMITS],
                  ["decide", "credit_village", VILLAGES, "--what-if", "credit_village.filing_share=80%"],
                  ["policies", "show", "--decision", "credit_village", *DAY]):  # fmt: skip
        assert call(*words, *ABOVE).stdout.count("a try, not of record") == 1, words


def test_two_readings_of_an_edition_are_compared_in_words():
    said = call("policies", "diff", "2026-05-01", "2026-05-01", *ABOVE).stdout
    assert "A-grade share: at least 55% → above 55%" in said


@pytest.mark.parametrize(("reading", "told"), [
    ("a_grade_share_operator", "NAME=CHOICE"), ("a_grade_share=above", "did you mean a_grade_share_operator?"),
    ("a_grade_share_operator=below", "there are: at_least, above"),
])  # fmt: skip
def test_a_reading_that_there_is_not_is_refused(reading, told):
    result = call("decide", "credit_village", LIMITS, "--reading", reading)
    assert result.exit_code == 2
    assert told in result.stderr


def test_the_readings_and_their_choices_are_listed():
    found = json.loads(call("policies", "readings", *DAY, "--json").stdout)["readings"]
    (one,) = [each for each in found if each["id"] == "a_grade_share_operator"]
    assert (one["chosen"], [*one["choices"]]) == ("at_least", ["at_least", "above"])
    assert one["choices"]["above"]["changes"] == {"credit_village.a_grade_share": {"above": "55%"}}
    assert "strictly above 55%" in call("policies", "readings", *DAY).stdout


def test_the_cases_that_the_readings_disagree_on_are_named():
    words = ("policies", "readings", "--cases", LIMITS, "--decision", "credit_village", *DAY)
    found = json.loads(call(*words, "--json").stdout)
    told = {(one["reading"], one["choice"]): one for one in found["disagreements"]}
    above, resident = told["a_grade_share_operator", "above"], told["a_grade_denominator", "resident"]

    assert (found["cases"], above["now"], above["then"]) == (1, "qualified", "not_qualified")
    assert (above["wanted"], resident["wanted"]) == ([], ["resident_households"])
    assert ("age_ends", "to_65th_birthday") not in told
    assert call("policies", "readings", "--cases", LIMITS, *DAY).exit_code == 2
