"""`POST /v1/decisions/{decision}`: what comes out, and what is refused."""

from datetime import date

import pytest

from rules import FactChecker
from service.exact_json import dumps
from tests.api.calling import DATE, PLAN, errors, example, kind

PATH = "credit_village"
CASES = (("village_qualifies", "credit_village"), ("household_granted", "usage"), ("county", "demonstration_village"),
         ("township_titled", "township_measures"))  # fmt: skip


def case(**facts):
    return {"subject": {"id": "V-1"}, "facts": facts}


@pytest.mark.parametrize(("name", "decision"), CASES)
def test_the_answer_is_the_decision_of_the_core_and_its_log_id_byte_for_byte(api, caller, name, decision):
    body = example(name)
    engine = api.engine()
    facts = FactChecker(engine.edition).check(engine.edition.rules[decision].subject, body["facts"])
    expected = engine.decide(decision, facts, date.fromisoformat(body["on"]), body["subject"]["id"])

    answer = caller.decide(decision, body)

    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.data == dumps({"log_id": answer.json["log_id"], **expected.as_dict()})


def test_a_missing_fact_is_no_error_but_information_that_is_needed(caller):
    found = caller.decided(PATH, case(households=100))

    assert found["outcome"] == "needs_information"
    assert "a_grade_households" in [one["fact"] for one in found["missing"]]


def test_a_fact_that_is_null_is_as_good_as_none(caller):
    assert caller.decided(PATH, case(households=None))["id"] == caller.decided(PATH, case())["id"]


def test_the_decision_date_is_today_where_none_is_given(caller):
    assert caller.decided(PATH, case())["on"] == "2026-12-31"


def test_the_same_question_has_the_same_id_and_a_log_line_of_its_own(caller):
    first, second = (caller.decided(PATH, case(households=3)) for _ in range(2))

    assert first["id"] == second["id"]
    assert first["log_id"] != second["log_id"]


def test_chinese_is_not_escaped(caller):
    answer = caller.decide(PATH, case())

    assert "信用村评定标准".encode() in answer.data
    assert b"\\u" not in answer.data


def test_figures_are_exact(caller):
    body = b'{"subject":{"id":"V"},"facts":{"loan_balance":0.3,"npl_balance":0.1}}'

    findings = caller.decided(PATH, body)["findings"]

    observed = [one["observed"] for finding in findings for one in finding["comparisons"] if one["fact"] == "npl_ratio"]
    assert observed in ([], ["1/3"])


def test_everything_wrong_is_told_at_once_in_the_envelope_and_in_nested_records(caller):
    body = {
        "plan": 1, "on": "31.12.2026", "subject": {"id": "", "name": "Li"}, "more": True,
        "facts": {"a/b~c": 1, "households": "100", "npl_balance": True, "county": {"households": -1, "no_such": 1},
                  "township": []},
    }  # fmt: skip

    assert sorted(errors(caller.decide(PATH, body))) == [
        ("/facts/a~1b~0c", "unknown_fact"), ("/facts/county/households", "too_small"),
        ("/facts/county/no_such", "unknown_fact"), ("/facts/households", "not_whole"),
        ("/facts/npl_balance", "not_a_number"), ("/facts/township", "not_a_mapping"),
        ("/more", "unknown_field"), ("/on", "not_a_date"), ("/plan", "not_text"),
        ("/subject/id", "not_an_id"), ("/subject/name", "unknown_field"),
    ]  # fmt: skip


def test_of_many_errors_the_first_hundred_are_listed_and_all_are_counted(caller):
    wrong = {"subject": {"id": "V-1"}, "facts": {f"no_{number}": 1 for number in range(3000)}}
    answer = caller.decide("credit_village", wrong)
    assert (len(answer.json["errors"]), answer.json["count"]) == (100, 3000)
    assert answer.json["detail"] == "有 3000 处要改。"


def test_a_batch_lists_no_more_than_is_of_use(caller):
    wrong = {"subject": {"id": "V-1"}, "facts": {f"no_{number}": 1 for number in range(100)}}
    answer = caller.decide("credit_village/batch", {"cases": [wrong] * 50})
    told = [one["problem"] for one in answer.json["results"]]
    assert [len(one["errors"]) for one in told] == [100] * 10 + [1] * 40
    assert {one["count"] for one in told} == {100}


def test_records_in_a_list_are_pointed_at_by_number(caller):
    body = {"subject": {"id": "C"}, "facts": {"villages": [{"id": "V-1"}, {"pilot": "yes"}, 3, None]}}

    assert errors(caller.decide("pilots", body)) == [
        ("/facts/villages/1/pilot", "not_boolean"), ("/facts/villages/2", "not_a_mapping"),
        ("/facts/villages/3", "not_a_mapping"),
    ]  # fmt: skip


def test_a_problem_says_what_to_write_in_both_languages(caller):
    [error] = caller.decide(PATH, case(households="100")).json["errors"]

    assert (error["zh"], error["en"]) == ("请写整数。", "Write a whole number.")


@pytest.mark.parametrize(("value", "code"), [
    ('"0.9"', "not_a_number"), ('"5"', "not_a_number"), ("true", "not_a_number"), ("false", "not_a_number"),
    ("[1]", "not_a_number"), ("{}", "not_a_range"), ("1e400", "not_a_number"), ("1e16", "too_large"),
    ("1e-999999999", "too_fine"), ("1e-999999999999999999", "too_fine"), ("0.0000001", "too_fine"),
    ("0e-999999999", "too_fine"), ("9" * 4000, "too_large"), ("0." + "1" * 100_000, "too_fine"),
    ("-0.01", "too_small"), ("1" * 39 + "." + "0" * 20, "too_large"),
])  # fmt: skip
def test_what_is_no_honest_number_is_refused_at_once(caller, value, code):
    body = f'{{"subject":{{"id":"V"}},"facts":{{"npl_balance":{value}}}}}'

    assert errors(caller.decide(PATH, body)) == [("/facts/npl_balance", code)]


@pytest.mark.parametrize("value", ["1", "0", "100"])
def test_one_is_not_true(caller, value):
    body = f'{{"subject":{{"id":"V"}},"facts":{{"public_order_stable":{value}}}}}'

    assert errors(caller.decide(PATH, body)) == [("/facts/public_order_stable", "not_boolean")]


def test_a_part_that_exceeds_its_whole_is_refused(caller):
    found = caller.decide(PATH, case(households=5, a_grade_households=6))

    assert errors(found) == [("/facts/a_grade_households", "part_exceeds_whole")]


def test_a_fact_nobody_knows_is_refused_even_where_it_is_null(caller):
    assert errors(caller.decide(PATH, case(nonsense=None))) == [("/facts/nonsense", "unknown_fact")]


@pytest.mark.parametrize("id", ["", "x" * 65, "a\n", "a\x00", 5, None, "11010519491231002X", "110105194912310021"])
@pytest.mark.parametrize("more", [{}, {"plan": PLAN}])
def test_an_id_is_a_short_text_and_no_identity_card_number(caller, id, more):
    body = {"subject": {"id": id}, "facts": {}, **more}

    [(pointer, _)] = errors(caller.decide(PATH, body))

    assert pointer == "/subject/id"


@pytest.mark.parametrize("id", ["V", "村-1", "x" * 64, "1" * 19, "a b"])
def test_any_other_short_text_is_an_id(caller, id):
    assert caller.decided(PATH, {"subject": {"id": id}, "facts": {}})["subject"]["id"] == id


@pytest.mark.parametrize("body", [{}, [], "x", None, 5, {"subject": {}, "facts": {}}, {"subject": {"id": "V"}}])
def test_what_is_no_case_is_refused(caller, body):
    assert kind(caller.decide(PATH, dumps(body))) == (422, "invalid-input")


def test_a_decision_that_is_not_there_is_told_with_those_that_are(caller):
    answer = caller.decide("no_such", case(), headers={"Accept-Language": "en"})

    assert kind(answer) == (404, "not-found")
    assert PATH in answer.json["detail"]


@pytest.mark.parametrize("more", [{"plan": "no-such"}, {"on": "2020-01-01"}, {"on": "0001-01-01"}])
def test_a_plan_or_day_without_an_edition_is_not_found(caller, more):
    assert kind(caller.decide(PATH, {**case(), **more})) == (404, "not-found")


def test_the_edition_in_force_is_named_in_the_answer(api, caller):
    found = caller.decided(PATH, {**case(), "plan": PLAN, "on": "9999-12-31"})

    assert (found["plan"], found["edition"]) == (PLAN, DATE)
    assert found["edition_sha256"] == api.engine().edition.sha256


def test_the_log_line_names_the_criteria_and_neither_subject_nor_fact(api, caller):
    found = caller.decided(PATH, {"subject": {"id": "Zhang-San"}, "facts": {"households": 987654}})

    line = api.service.log.get(found["log_id"])

    assert line.outcome == "needs_information"
    assert b"a_grade_share" in line.body
    assert "Zhang-San" not in str(line)
    assert "987654" not in str(line)
