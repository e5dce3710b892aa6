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


def editions_of(root, facts="{filed: 9, households: 10}"):
    """A plan of two editions; a reading of the later alone makes a derived share of facts that no case gives."""
    for start, end, filed in (("2026-01-01", "2026-12-31", ""), ("2027-01-01", None, READING)):
        folder = root / "m" / start
        folder.mkdir(parents=True)
        to = f", to: {end}" if end else ""
        plan = f"plan: m\ntitle: {TEXT}\nissuer: {TEXT}\neffective: {{from: {start}{to}}}\n"
        for name, text in {"plan": plan, "clauses": CLAUSES, "facts": FACTS, "good": RULE,
                           "readings": filed or "readings: {}\n"}.items():  # fmt: skip
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    case = root.parent / "cases.yaml"
    case.write_text(f"- {{on: 2027-02-01, subject: {{id: V1}}, decisions: [good], facts: {facts}}}\n", encoding="utf-8")
    return ["policies", "readings", "--policies", str(root), "--cases", str(case)]


TEXT = "{zh: 文, en: text}"
CLAUSES = "clauses:\n  第一条: {heading: 条件, text: 占比不低于50%。}\n"
FACTS = f"""subjects:
  village:
    title: {TEXT}
    facts:
      households: {{type: count, unit: household, title: {TEXT}}}
      admitted: {{type: count, unit: household, title: {TEXT}}}
      filed: {{type: count, unit: household, title: {TEXT}}}
      never_given: {{type: boolean, title: {TEXT}}}
      rate: {{ratio: [filed, households], title: {TEXT}}}
"""
RULE = f"""decision: good
kind: checklist
subject: village
title: {TEXT}
clause: 第一条
outcomes:
  qualified: {{if: met, title: {TEXT}}}
  not_qualified: {{if: not_met, title: {TEXT}}}
  needs_information: {{if: unknown, title: {TEXT}}}
criteria:
  - {{id: rate, require: {{rate: {{at_least: 50%}}}}}}
  - {{id: size, set_by: lender, require: {{households: {{at_most: 20 households}}}}}}
  - {{id: never_known, set_by: lender, require: {{never_given: true}}}}
"""
READING = f"""readings:
  base:
    clause: 第一条
    title: {TEXT}
    question: {TEXT}
    chosen: households
    readings: {{households: {TEXT}, admitted: {TEXT}}}
    because: {TEXT}
    changes: {{admitted: {{village.rate: {{ratio: [filed, admitted]}}}}}}
"""


def test_each_case_is_tried_by_the_edition_of_its_own_day_and_wants_given_facts(tmp_path):
    words = editions_of(tmp_path / "policies")
    said = json.loads(call(*words, "--json").stdout)
    assert (said["edition"], said["tried"]) == ("m/2027-01-01", 1)
    assert [one["wanted"] for one in said["disagreements"]] == [["admitted"]]
    assert json.loads(call(*words, "--on", "2026-02-01", "--json").stdout)["tried"] == 0


def test_a_given_fact_that_is_known_within_bounds_only_is_wanted(tmp_path):
    words = editions_of(tmp_path / "policies", "{filed: 20, households: 30, admitted: {at_least: 30, at_most: 60}}")
    said = json.loads(call(*words, "--json").stdout)
    assert [one["wanted"] for one in said["disagreements"]] == [["admitted"]]


def test_an_edition_named_that_is_not_in_force_on_the_day_is_told(tmp_path):
    result = call(*editions_of(tmp_path / "policies"), "2026-01-01")
    assert result.exit_code == 2
    assert "m/2026-01-01 is not in force on 2027-02-01 (2026-01-01..2026-12-31)." in result.stderr
    assert "such as --on 2026-12-31." in result.stderr
