"""The command line: what it prints, how it ends, and that the documents show what it prints."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rules.cases.files import read_cases
from service.commands.main import COMMANDS, ENGINE, Lazy, cli, main
from tests.editions import PLANS, read_once
from tests.unit.console import DOCUMENTS, played

ROOT = Path(__file__).parents[2]
CASES, COUNTY = ROOT / "examples" / "cases", ROOT / "examples" / "county"
NARROW = str(CASES / "village_misses_narrowly.yaml")
VILLAGES = str(COUNTY / "2-villages.yaml")


def call(*words, text=None, **env):
    return CliRunner(env={"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", **env}).invoke(cli, words, input=text)


@pytest.fixture(autouse=True)
def shipped_read_once(monkeypatch):
    monkeypatch.setattr("service.commands.common.read_store", read_once)


@pytest.fixture
def policies(tmp_path):
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    return tmp_path / "policies"


def broken(policies, old="{a_grade_share: {at_least: 55%}}", new="{a_grade_share: {at_least: 55}}"):
    file = policies / "xx-county" / "2026-05-01" / "credit_village.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


# --- decide and explain


def test_a_decision_is_printed_with_its_clause():
    result = call("decide", "credit_village", NARROW)
    assert result.exit_code == 0
    assert re.search(r"✗  A-grade share +54\.75% +must be at least 55% +四\(三\)1\(1\)", result.stdout)
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"LANG": "en_GB.UTF-8"}, "not qualified"),
        ({"LANG": "zh_CN.UTF-8"}, "不达标"),
        ({"LANG": "C"}, "不达标"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US"}, "not qualified"),
    ],
)
def test_the_locale_chooses_the_language(env, said):
    assert said in call("decide", "credit_village", NARROW, **env).stdout


def test_the_option_goes_before_the_locale():
    assert "不达标" in call("decide", "credit_village", NARROW, "--lang", "zh").stdout


def test_json_holds_the_whole_decision():
    found = json.loads(call("decide", "credit_village", NARROW, "--json").stdout)
    assert (found["outcome"], found["edition"]) == ("not_qualified", "2026-05-01")
    assert found["findings"][0]["clause"] == "四(三)1(1)"


def test_a_case_can_come_from_standard_input_as_yaml_or_json():
    yaml = Path(NARROW).read_text(encoding="utf-8")
    [case] = read_cases(yaml, "a.yaml")
    same = json.dumps({"on": case.on.isoformat(), "subject": {"id": case.subject_id}, "facts": case.facts})
    printed = {call("decide", "credit_village", "-", text=text).stdout for text in (yaml, same)}
    assert printed == {call("decide", "credit_village", NARROW).stdout}


def test_a_list_gets_a_line_each_and_json_lines_with_json():
    printed = call("decide", "credit_village", VILLAGES).stdout
    assert [one.split()[0] for one in printed.splitlines() if one.startswith("V-")] == [f"V-00{n}" for n in range(1, 9)]
    lines = call("decide", "credit_village", VILLAGES, "--json").stdout.splitlines()
    assert [json.loads(line)["subject"]["id"] for line in lines] == [f"V-00{n}" for n in range(1, 9)]


def test_the_faults_of_every_bad_case_are_told_up_to_a_hundred():
    cases = [{"subject": {"id": f"V-{n}"}, "facts": {"households": -1, "wrong": n}} for n in range(60)]
    for words in (("decide",), ("explain",), ("decide", "--what-if", "credit_village.a_grade_share=57%")):
        command, *options = words
        said = call(command, "credit_village", "-", "--json", *options, text=json.dumps(cases[:3])).stderr
        assert [(one["where"], one["code"]) for one in json.loads(said)["errors"]] == [
            (f"-#{n}", code) for n in (1, 2, 3) for code in ("too_small", "unknown_fact")
        ]
    many = call("decide", "credit_village", "-", "--json", text=json.dumps(cases))
    assert (many.exit_code, len(json.loads(many.stderr)["errors"])) == (2, 100)


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("\n", False)])
def test_fix_asks_at_a_terminal_whether_to_write(tmp_path, monkeypatch, answer, written):
    monkeypatch.setattr("service.commands.policies.at_terminal", lambda: True)
    shutil.copytree(ROOT / "policies", tmp_path / "p")
    file = next((tmp_path / "p").rglob("rollout.yaml"))
    good = file.read_text(encoding="utf-8")
    file.write_text(good.replace("kind: ", "kind：", 1), encoding="utf-8")
    told = call("policies", "fix", str(tmp_path / "p"), text=answer)
    assert ("Write these changes?" in told.stdout, file.read_text(encoding="utf-8") == good) == (True, written)


def test_missing_information_ends_with_3():
    assert call("decide", "credit_village", str(CASES / "village_facts_missing.yaml")).exit_code == 3
    assert call("decide", "credit_village", VILLAGES).exit_code == 3
    assert call("explain", "credit_village", str(CASES / "village_facts_missing.yaml")).exit_code == 3


@pytest.mark.parametrize("command", ["decide", "explain"])
def test_missing_facts_are_named_as_a_case_writes_them(command):
    words = "credit_village", str(CASES / "village_facts_missing.yaml")
    wanted = [one["fact"] for one in json.loads(call("decide", *words, "--json").stdout)["missing"]
              if one["why"] == "not_given"]  # fmt: skip
    assert wanted
    assert f"  Fields that the case lacks: {', '.join(wanted)}\n" in call(command, *words).stdout
    assert "lacks" not in call(command, "credit_village", NARROW).stdout


def test_on_chooses_the_day():
    case = str(CASES / "household_aged_65.yaml")
    assert "collectable" in call("decide", "screening", case).stdout.splitlines()[1]
    assert "excluded" in call("decide", "screening", case, "--on", "2028-01-01").stdout.splitlines()[1]


def test_explain_follows_the_decisions_below_and_json_holds_them_whole():
    case = str(CASES / "household_granted.yaml")
    assert "Age fit for credit" in call("explain", "grant", case).stdout
    assert "Age fit for credit" not in call("decide", "grant", case).stdout
    found = json.loads(call("explain", "grant", case, "--json").stdout)
    assert found["chained"]["review"]["chained"]["screening"]["findings"][0]["verdict"] == "met"
    assert found["explanation"]["en"][1] == "  Outcome: submit for approval"


def test_explain_goes_as_deep_as_asked():
    case = str(CASES / "village_qualifies.yaml")
    shallow, usual, whole = (
        call("explain", "village_measures", case, *levels).stdout for levels in (["--depth", "0"], [], ["--all"])
    )
    assert "Rate after discount  5% =" not in shallow
    assert "Rate after discount  5% =" in usual
    assert "Current rate of like loans  5.5% = 3% (One-year loan prime rate (example)) + 250 bp" in whole
    assert call("explain", "village_measures", case, "--depth", "101").exit_code == 2


def test_what_if_shows_both_outcomes():
    result = call("decide", "credit_village", VILLAGES, "--what-if", "credit_village.a_grade_share=60%")
    assert "5 of 8 cases would change: outcome in 5, items in 5" in result.stdout
    assert re.search(r"V-001 +qualified +not qualified +A-grade share ✓ → ✗", result.stdout)
    rows = [json.loads(line) for line in call("decide", "credit_village", VILLAGES, "--what-if",
            "credit_village.a_grade_share=60%", "--json").stdout.splitlines()]  # fmt: skip
    assert sum(row["now"]["outcome"] != row["then"]["outcome"] for row in rows) == 5


def test_suppositions_add_up():
    two = ["--what-if", "credit_village.filing_share=89%", "--what-if", "credit_village.lender_npl_rate=3%"]
    result = call("decide", "credit_village", NARROW, *two, "--what-if", "credit_village.a_grade_share=54%")
    assert "1 of 1 cases would change: outcome in 1" in result.stdout
    assert "1 of 1 cases would change: items in 1" in call("decide", "credit_village", NARROW, *two).stdout


def test_a_supposition_shows_values_that_change():
    case = str(CASES / "village_qualifies.yaml")
    result = call("decide", "village_measures", case, "--what-if", "village.rate_discount=80 bp")
    assert "Rate discount 0.5% → 0.8%; Rate after discount 5% → 4.7%" in result.stdout
    assert "1 of 1 cases would change: outputs in 1" in result.stdout


def test_a_supposition_that_changes_nothing_says_so():
    result = call(
        "decide", "credit_village", NARROW, "--what-if", "credit_village.a_grade_share=55%", LANG="zh_CN.UTF-8"
    )
    assert "1 个案例中 0 个会变\n" in result.stdout


def test_colours_are_for_terminals_or_who_asks():
    assert "\x1b[" not in call("decide", "credit_village", NARROW).stdout
    assert "\x1b[31m" in call("decide", "credit_village", NARROW, "--color").stdout


# --- bad input


BAD = [
    (["decide", "nope", NARROW], None, "There is no decision nope"),
    (["decide", "credit_village", "none.yaml"], None, "none.yaml"),
    (["decide", "credit_village", str(CASES)], None, "directory"),
    (["decide", "credit_village", "-"], "facts: [", "-:2:1"),
    (["decide", "credit_village", "-"], "", "empty"),
    (["decide", "credit_village", "-"], "{", "JSON"),
    (["decide", "credit_village", "-"], "facts:\n  households: 1.5\n", "-:2:15: households: Write a whole number"),
    (["decide", "credit_village", "-"], '{"facts": {"county": {"loan_balance": "x"}}}', "county/loan_balance"),
    (["decide", "credit_village", "-"], "facts: {village: 1}", "no such fact"),
    (["decide", "credit_village", NARROW, "--on", "soon"], None, "--on wants a date"),
    (["decide", "credit_village", NARROW, "--on", "2020-01-01"], None, "no edition of xx-county is in force"),
    (["decide", "credit_village", NARROW, "--plan", "none"], None, "there is no plan none"),
    (["decide", "credit_village", NARROW, "--policies", "none"], None, "no policies folder"),
    (["decide", "credit_village", NARROW, "--what-if", "a"], None, "decision.item=value"),
    (["decide", "credit_village", NARROW, "--what-if", "manager_assignment.keep=1%"], None, "is an assignment"),
    (["decide", "credit_village", NARROW, "--what-if", "credit_villag.x=1%"], None, "did you mean credit_village."),
    (
        ["decide", "credit_village", NARROW, "--what-if", "credit_village.filing_share=60"],
        None,
        "--what-if credit_village.filing_share=60: ",
    ),
    (["decisions", "nope"], None, "no decision nope"),
    (["policies", "check", "none"], None, "There is no none"),
    (["policies", "check", str(CASES)], None, "no edition"),
    (["policies", "show", "none"], None, "there is no edition none"),
    (["policies", "diff", "2026-05-01", "2030-01-01"], None, "2030-01-01"),
    (["policies", "new-edition", "xx-county", "soon"], None, "date"),
    (["demo", str(CASES)], None, "no `decisions`"),
    (["demo", "none"], None, "no cases"),
]


@pytest.mark.parametrize(("words", "text", "said"), BAD)
def test_bad_input_ends_with_2_and_a_message_on_standard_error(words, text, said):
    result = call(*words, text=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("words", "text"), [(words, text) for words, text, _ in BAD])
def test_bad_input_is_told_in_both_languages_as_json(words, text):
    result = call(*words, "--json", text=text)
    assert result.exit_code == 2
    for error in json.loads(result.stderr)["errors"]:
        assert error["zh"]
        assert error["en"]


# --- policies


def test_check_passes_what_is_shipped():
    result = call("policies", "check")
    assert result.exit_code == 0
    assert "✓ xx-county/2026-05-01: good" in result.stdout


def test_check_gives_the_place_of_every_problem(policies):
    file = broken(policies)
    result = call("policies", "check", str(file))
    assert result.exit_code == 1
    assert re.search(r"credit_village\.yaml:18:41: .*`55` ", result.stderr)
    found = json.loads(call("policies", "check", str(policies), "--json").stdout)
    [error] = [one for one in found["problems"] if one["severity"] == "error"]
    assert (found["ok"], error["where"].endswith("credit_village.yaml:18:41")) == (False, True)


@pytest.mark.parametrize("path", ["", "xx-county", "xx-county/2026-05-01", "xx-county/2026-05-01/plan.yaml"])
def test_check_takes_all_editions_a_plan_one_edition_or_a_file(policies, path):
    found = json.loads(call("policies", "check", str(policies / path), "--json").stdout)
    assert found["editions"] == ["xx-county/2026-05-01"]


def test_a_broken_policy_stops_decisions_with_1(policies):
    broken(policies)
    result = call("decide", "credit_village", NARROW, "--policies", str(policies))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "credit_village.yaml:18:41" in result.stderr


def test_the_policies_folder_can_come_from_the_environment(policies):
    broken(policies, new="{a_grade_share: {at_least: 54%}}")
    result = call("decide", "credit_village", NARROW, VILLAGE_CREDIT_POLICIES=str(policies))
    assert "must be at least 54%" in result.stdout


def test_show_prints_every_criterion_in_words():
    result = call("policies", "show", "2026-05-01")
    assert re.search(r"四\(三\)1\(1\) +A-grade share +at least 55%", result.stdout)
    assert "(Proposed limit 200,000 yuan)" in call("policies", "show", "--decision", "grant").stdout
    card = call("policies", "show", "--decision", "scoring").stdout
    assert "Loan record is late before → at most B" in card  # a ceiling forbids nothing
    assert "total points is at least 90 points" in card
    assert "good: 25 points; fair: 15 points" in card
    grades = call("policies", "show", "--decision", "grading").stdout
    assert re.search("Grade used is AAA +→ AAA", grades)  # what stands in the title is not told again
    found = json.loads(call("policies", "show", "--decision", "screening", "--json").stdout)
    assert found["rules"][0]["items"][0]["en"] == "Applicant's age is between 18 years and 65 years (both in)"
    assert call("policies", "show").stdout.startswith("xx-county/2026-05-01")


def test_show_gives_decisions_in_the_order_of_their_clauses(edition):
    places = {clause: place for place, clause in enumerate(edition.clauses)}
    shown = json.loads(call("policies", "show", "2026-05-01", "--json").stdout)

    assert {one["decision"] for one in shown["rules"]} == {*edition.rules, *edition.assignments}
    assert [places[one["clause"]] for one in shown["rules"]] == sorted(places[one["clause"]] for one in shown["rules"])


def test_show_says_how_a_decision_comes_to_its_answer():
    """What follows where a criterion is not met, which rows count, how far points go, and what is set by date."""
    review = call("policies", "show", "--decision", "review").stdout
    assert "collectable households is collectable; otherwise → not collectable; not reviewed" in review
    ranking = call("policies", "show", "--decision", "demonstration_village").stdout
    assert "how many are taken: 4; ties: equals share a place" in ranking
    assert "the first row that holds" in call("policies", "show", "--decision", "grading").stdout
    others = ["--policies", str(PLANS)]
    table = call("policies", "show", "heng-county/2025-03-01", *others).stdout
    assert "hit policy: the highest of the rows that hold" in table
    assert "by: Base limit" in table
    assert re.search("One-year reference rate +2024-10-21: 3.1%, 2025-05-20: 3%; ", table)
    assert "(Limit, Rate, Valid until: Last valid day, " in table  # an output is not told twice
    card = ("yun-county/2025-01-01", "--decision", "household_score", *others)
    assert (
        "× 1.5 points, at least 0 points, at most 30 points; 0 points where data is missing"
        in call("policies", "show", *card).stdout
    )
    [found] = json.loads(call("policies", "show", *card, "--json").stdout)["rules"]
    items = {one["id"]: one for one in found["items"]}
    assert items["savings"]["most"]["en"] == "30 points"
    assert items["evading"]["unmet"]["en"] == "not rated"
    listed = call("policies", "show", "--plan", "jin-city", *others).stdout
    assert [one.split()[0] for one in listed.splitlines()] == ["jin-city/2024-07-01"]


def test_show_gives_derived_facts_with_numerator_and_denominator(edition):
    derived = [fact for one in edition.subjects.values() for fact in one.facts.values() if not fact.given]
    shown = json.loads(call("policies", "show", "2026-05-01", "--json").stdout)["facts"]
    assert [one["fact"] for one in shown] == [f"{fact.subject}.{fact.name}" for fact in derived]

    few = json.loads(call("policies", "show", "--decision", "credit_village", "--json").stdout)["facts"]
    [share] = [one for one in few if one["fact"] == "village.a_grade_share"]
    assert share["numerator"]["zh"] == "A级及以上户数"
    assert share["denominator"] == {"zh": "全村农户数", "en": "Households"}
    assert len(few) < len(shown)
    printed = call("policies", "show", "--decision", "credit_village").stdout
    assert re.search("A-grade share +A-grade households ÷ Households; type: a percentage +village", printed)


def test_fix_shows_a_change_and_writes_it_when_told(policies):
    file = broken(policies, new="{a_grade_share: {不低于: “55%”}}")
    before = file.read_text(encoding="utf-8")

    shown = call("policies", "fix", str(policies))
    assert (shown.exit_code, file.read_text(encoding="utf-8")) == (0, before)
    assert "+    require: {a_grade_share: {at_least: 55%}}" in shown.stdout
    assert "1 file changed (nothing is written without --write)" in shown.stdout
    assert "good" in shown.stdout

    written = json.loads(call("policies", "fix", str(file), "--write", "--json").stdout)
    assert (written["ok"], written["written"], len(written["changes"])) == (True, True, 1)
    assert "{a_grade_share: {at_least: 55%}}" in file.read_text(encoding="utf-8")
    assert json.loads(call("policies", "fix", str(file), "--write", "--json").stdout)["written"] is False


def test_fix_leaves_what_has_no_one_cure_and_ends_with_1(policies):
    broken(policies)
    result = call("policies", "fix", str(policies), "--write")
    assert result.exit_code == 1
    assert "changed" not in result.stdout
    assert "`55` has no unit" in result.stderr


def test_a_new_plan_is_good_and_decides(policies):
    begun = call("policies", "new-plan", "north-county", "--from", "2027-01-01", "--policies", str(policies))
    checked = json.loads(call("policies", "check", str(policies / "north-county"), "--json").stdout)
    cases = str(policies / "north-county" / "2027-01-01" / "cases.yaml")
    decided = call("decide", "credit_village", cases, "--policies", str(policies), "--plan", "north-county", "--json")

    assert (begun.exit_code, len(begun.stdout.splitlines())) == (0, 6)
    assert "also holds xx-county" in begun.stderr
    assert "--policies FOLDER" in begun.stderr
    assert (checked["ok"], checked["problems"], checked["cases"]) == (
        True,
        [],
        {"wanted": 3, "outputs": 0, "without": 0},
    )
    outcomes = [json.loads(one)["outcome"] for one in decided.stdout.splitlines()]
    assert outcomes == ["qualified", "not_qualified", "needs_information"]


def test_a_plan_begun_in_a_folder_of_its_own_is_not_warned_of(tmp_path):
    begun = call("policies", "new-plan", "north-county", "--policies", str(tmp_path / "mine"))
    assert (begun.exit_code, begun.stderr) == (0, "")


@pytest.mark.parametrize("name", ["xx-county", "North", "../x", ""])
def test_a_plan_is_not_begun_over_another_or_under_a_wrong_id(policies, name):
    before = sorted(policies.rglob("*"))
    result = call("policies", "new-plan", name, "--policies", str(policies))
    assert result.exit_code == 2
    assert sorted(policies.rglob("*")) == before


def test_policies_show_counts_assignments_apart_from_decisions(edition):
    [listed] = json.loads(call("policies", "show", "--json").stdout)
    assert (listed["decisions"], listed["assignments"]) == (list(edition.rules), list(edition.assignments))
    counts = f"{len(edition.rules)} decisions, {len(edition.assignments)} assignment "
    assert counts in call("policies", "show").stdout


def test_policies_show_prints_the_assignment_as_well():
    assert "manager_assignment" in call("policies", "show", "2026-05-01").stdout
    shown = call("policies", "show", "--decision", "manager_assignment").stdout
    assert re.search("Workload +Residents, weight 2, tolerance 5%", shown)
    assert re.search("What stays of the last assignment +80%", shown)
    [found] = json.loads(call("policies", "show", "--decision", "manager_assignment", "--json").stdout)["rules"]
    assert (found["kind"], found["bearer"]) == ("assignment", "manager")
    assert found["items"][0]["tolerance"] == {"zh": "5%", "en": "5%"}


def test_a_new_edition_then_its_differences(policies):
    begun = call("policies", "new-edition", "xx-county", "2027-05-01", "--policies", str(policies))
    assert begun.exit_code == 0
    assert "effective.from: 2026-05-01 → 2027-05-01" in begun.stdout
    again = call("policies", "new-edition", "xx-county", "2027-05-01", "--policies", str(policies))
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    found = json.loads(
        call("policies", "diff", "2026-05-01", "2027-05-01", "--policies", str(policies), "--json").stdout
    )
    assert [change["path"] for change in found["changes"]] == ["plan.from"]


# --- decisions, demo, and the rest


def test_decisions_lists_the_facts_each_needs_down_the_chain():
    [found] = json.loads(call("decisions", "grant", "--json").stdout)
    facts = {f"{fact['subject']}.{fact['fact']}" for fact in found["facts"]}
    assert {
        "household.birth_date",
        "vote.verdict",
        "household.provincial_grade",
        "household.income_information",
    } <= facts
    assert "village.households" not in facts
    assert "birth_date" in call("decisions", "grant").stdout


def test_every_decision_of_the_edition_is_listed(edition):
    found = json.loads(call("decisions", "--json").stdout)
    assert [one["decision"] for one in found] == list(edition.rules)


def test_the_demo_judges_every_level():
    found = json.loads(call("demo", "--json").stdout)
    outcomes = {(one["subject"]["id"], one["decision"]): one["outcome"] for one in found}
    assert outcomes["T-01", "credit_township"] == "qualified"
    assert outcomes["H-03", "grant"] == "submit_for_approval"
    assert outcomes["C-01", "rollout"] == "on_track"
    printed = call("demo").stdout
    assert re.search(r"V-004 .*not qualified +A-grade share 四\(三\)1\(1\)", printed)
    assert printed.count("\n") < 80


def test_the_example_county_adds_up():
    cases = {path.stem: read_cases(path.read_text(encoding="utf-8"), path.name) for path in COUNTY.glob("*.yaml")}
    villages = {case.subject_id: case for case in cases["2-villages"]}
    [county] = cases["4-county"]
    assert {record["id"] for record in county.facts["villages"]} == set(villages)
    for fact in ("households", "borrowing_households", "loan_balance", "npl_balance"):
        whole = f"household_{fact}" if fact.endswith("balance") else fact  # of households, as the villages' are
        assert county.facts[whole] == sum(case.facts[fact] for case in villages.values())
    found = [json.loads(line) for line in call("decide", "credit_village", VILLAGES, "--json").stdout.splitlines()]
    outcomes = {one["subject"]["id"]: one["outcome"] for one in found}
    listed = [record for township in cases["3-townships"] for record in township.facts["villages"]]
    assert {one["id"]: one.get("credit_village", "needs_information") for one in listed} == outcomes
    for case in [*villages.values(), *cases["3-townships"]]:
        assert all(county.facts[fact] == value for fact, value in case.facts["county"].items())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ImportError('undefined symbol: PyEval_CallObject', name=__name__)", "undefined symbol"),
        ("raise ModuleNotFoundError('No module named ' + repr(__name__), name=__name__)", "No module named"),
    ],
)
def test_an_engine_that_does_not_load_is_told(tmp_path, body, reason):
    (tmp_path / f"{ENGINE}.py").write_text(body, encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from service.commands.main import main; main()"
    words = [sys.executable, "-c", code, "decide", "credit_village", NARROW]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_import_that_fails_is_not_taken_for_the_engine(monkeypatch):
    monkeypatch.setitem(sys.modules, "service.commands.decisions", None)
    monkeypatch.setattr(sys, "argv", ["village-credit", "decisions"])
    with pytest.raises(ImportError, match="decisions"):
        main()


def test_a_closed_pipe_or_a_poor_terminal_brings_no_traceback():
    code = "from service.commands.main import main; main()"
    words = [sys.executable, "-c", code, "decide", "credit_village", NARROW, "--lang", "zh"]
    env = {"PYTHONIOENCODING": "ascii", "PATH": ""}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "V-002" in done.stdout


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_show_what_is_printed(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = (ROOT / name).read_text(encoding="utf-8")
    assert "```console" in document
    assert played(document, tmp_path) == document


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readmes_list_every_command_and_dependency(name):
    document = (ROOT / name).read_text(encoding="utf-8")
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(
        r'^    "([a-z-]+)>=', pyproject.partition("dependencies = [")[2].partition("]")[0], re.MULTILINE
    )
    assert wanted
    for word in (*wanted, *COMMANDS, *COMMANDS["policies"].places):
        assert f"| {word} |" in document or re.search(rf"`(policies )?{word}\b", document) or f"`{word}" in document, (
            word
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nope"], "没有这个选项。No such option '--nope'."),
        (["nope"], "用法不对。No such command 'nope'."),
        (["decide"], "缺少参数。Missing argument 'DECISION'."),
        (
            ["policies", "show", "--lang", "fr"],
            "参数的值不对。Invalid value for '--lang': 'fr' is not one of 'zh', 'en'.",
        ),
        (["policies", "show", "--plan"], "选项用法不对。Option '--plan' requires an argument."),
        (["policies", "diff", "a", "b", "c"], "用法不对。Got unexpected extra argument (c)"),
    ],
)
def test_a_usage_error_is_told_in_chinese_first(words, said):
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {said}"


def test_every_line_of_help_is_in_both_languages():
    lines = [
        (name, line)
        for group in (cli, *(one for one in COMMANDS.values() if isinstance(one, Lazy)))
        for name in group.list_commands(None)
        if (line := group.summary(name))
    ]
    assert [name for name, line in lines if not re.search(r"[\u4e00-\u9fff].* ?/ [a-zA-Z]", line)] == []


def test_a_reader_that_leaves_early_is_no_fault(monkeypatch):
    echo = click.echo

    def broken(message, *, err=False, **others):
        if not err:
            raise BrokenPipeError(32, "Broken pipe")
        echo(message, err=err, **others)

    monkeypatch.setattr("click.echo", broken)
    result = CliRunner().invoke(cli, ["policies", "show"])
    assert (result.exit_code, result.stderr) == (1, "")


def test_a_case_of_a_day_without_an_edition_is_named_with_the_other_faults():
    early = {"subject": {"id": "V-2"}, "on": "2020-01-01", "facts": {}}
    wrong = {"subject": {"id": "V-3"}, "on": "2026-12-31", "facts": {"households": "x"}}
    told = call("decide", "credit_village", "-", text=json.dumps([{**wrong, "facts": {}}, early, wrong]))
    assert told.exit_code == 2
    assert "-#2: no edition of xx-county is in force on 2020-01-01" in told.stderr
    assert "such as --on 2026-05-01" in told.stderr
    assert "-#3: " in told.stderr
