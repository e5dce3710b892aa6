"""Examples that a changed edition breaks, and the test cases that a plan keeps beside its editions."""

import json
import shutil

import pytest

from rules import open_store
from rules.cases.files import read_cases
from rules.model.touched import touched
from service.examples.scenarios import broken, documents
from tests.editions import FEATURES, POLICIES, store
from tests.unit.test_command import call

EDITION = "xx-county/2026-05-01"
BASE = "《XX县助力乡村振兴开展“整村授信”工作实施方案》（2026-05-01 起）"
CASE = """\
on: 2027-08-01
subject: {id: V-1}
decisions: {credit_village: %s}
facts: {public_order_stable: false}
"""


@pytest.fixture
def draft(tmp_path):
    """A copy of the policies, and a way to change a file of it."""
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)

    def change(file, old, new):
        path = folder / EDITION / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        return open_store(folder).edition(EDITION)

    change.folder = folder
    return change


@pytest.fixture
def now():
    return store(POLICIES).edition(EDITION)


def test_a_changed_limit_breaks_the_examples_about_it_alone(draft, now):
    new = draft("panel.yaml", "at_least: 1 person", "at_least: 3 persons")
    found = broken(FEATURES, now, POLICIES, new, draft.folder)
    assert {one.decision for one in found} == {"panel"}
    assert all(one.outcome is not None and one.clauses for one in found)
    assert any("判定“" in step for one in found for step in one.steps)


def test_an_edition_that_says_the_same_breaks_nothing(draft, now):
    new = draft("panel.yaml", "title: {zh: 联合授信小组", "# as before\ntitle: {zh: 联合授信小组")
    assert broken(FEATURES, now, POLICIES, new, draft.folder) == []


def test_an_example_about_what_is_gone_is_broken_and_concludes_nothing(draft, now):
    new = draft("panel.yaml", "title: {zh: 联合授信小组", "title: {zh: 另一个小组")
    found = broken(FEATURES, now, POLICIES, new, draft.folder)
    assert {one.outcome for one in found if one.decision == "panel"} == {None}


def test_what_rests_on_a_changed_fact_or_decision_is_touched(draft, now):
    assert touched(now, now) == set()
    new = draft("panel.yaml", "at_least: 1 person", "at_least: 3 persons")
    assert touched(now, new) == {"panel"} | {one.id for one in now.rules.values() if "panel" in one.needs}


def test_every_feature_is_read(now):
    assert {*documents(FEATURES)} == {*now.rules, *now.assignments}


@pytest.mark.parametrize(
    ("wanted", "code", "words"),
    [("not_qualified", 0, ""), ("qualified", 1, f"V-1 的“信用村评定标准”应为“达标”，按{BASE}是“不达标”"),
     ("nothing", 1, "应为“nothing”")],
)  # fmt: skip
def test_check_holds_the_cases_of_the_edition(draft, wanted, code, words):
    (draft.folder / EDITION / "cases.yaml").write_text(CASE % wanted, "utf-8")
    done = call("policies", "check", str(draft.folder), "--lang", "zh")
    assert (done.exit_code, words in done.stderr) == (code, True)


def test_a_case_that_cannot_be_read_is_told_with_its_line(draft):
    (draft.folder / EDITION / "cases.yaml").write_text("facts: [", "utf-8")
    done = call("policies", "check", str(draft.folder))
    assert (done.exit_code, "cases.yaml:" in done.stderr) == (1, True)


MIXED = """\
- on: 2027-08-01
  subject: {id: V-1}
  decisions: {credit_village: not_qualified}
  facts: {public_order_stable: false}
- on: 2027-08-01
  subject: {id: H-1}
  decisions: {screening: excluded, scoring: needs_information}
  facts: {birth_date: %s}
- on: 2027-08-01
  subject: {id: H-2}
  decisions: [screening]
  facts: {}
"""


def test_check_says_how_many_cases_it_held_and_of_how_many_nothing_is_wanted(draft):
    (draft.folder / EDITION / "cases.yaml").write_text(MIXED % "1950-01-01", "utf-8")
    done = call("policies", "check", str(draft.folder / EDITION), "--lang", "zh")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "案例应得的结论 3 个全部相符，1 个案例没有写应得的结论，没有核对" in done.stdout
    number = json.loads(call("policies", "check", str(draft.folder / EDITION), "--json").stdout)["cases"]
    assert number == {"wanted": 3, "outputs": 0, "without": 1}


def test_a_fact_that_cannot_be_taken_is_told_once_where_it_stands(draft):
    file = draft.folder / EDITION / "cases.yaml"
    file.write_text(MIXED % "50年", "utf-8")
    done = call("policies", "check", str(draft.folder / EDITION), "--lang", "zh")
    [told] = done.stderr.splitlines()
    assert told.endswith(f"{EDITION}/cases.yaml:8:23: H-1 的 facts/birth_date：请写日期，如 2026-12-31。"
                         f"按{BASE}不能判定这个案例。")  # fmt: skip


def test_cases_about_other_subjects_are_told_and_left_out(draft):
    file = draft.folder / EDITION / "cases.yaml"
    file.write_text(MIXED % "1950-01-01", "utf-8")
    for command in ("decide", "explain"):
        done = call(command, "credit_village", str(file), "--policies", str(draft.folder), "--lang", "zh")
        assert ("V-1" in done.stdout, "H-1" in done.stdout) == (True, False)
        assert done.stderr == "2 个案例的 decisions 是别的对象的判定，没有用 credit_village 判定。\n"


def test_a_list_says_why_what_was_given_is_wanted_all_the_same(tmp_path):
    narrow = (POLICIES.parent / "examples" / "cases" / "village_misses_narrowly.yaml").read_text("utf-8")
    [case] = read_cases(narrow, "narrow.yaml")
    met = {"a_grade_households": 220, "filed_households": 270, "lender_loan_balance": 0, "lender_npl_balance": 0}
    file = tmp_path / "two.json"
    file.write_text(json.dumps([{"on": str(case.on), "facts": {**case.facts, **met}}] * 2, default=str), "utf-8")
    done = call("decide", "credit_village", str(file), "--policies", str(POLICIES), "--lang", "zh")
    assert done.exit_code == 3
    assert "缺：农信系统内贷款余额（为零，不能作分母）" in done.stdout


GIVES = """\
on: 2027-08-01
subject: {id: H-1}
decisions: {grant: {outcome: %s, outputs: {%s}}}
facts: {%s}
"""
REFUSED = "not_a_target", "review: not_reviewed"  # an outcome, and the conclusion that leads to it
HELD = [
    (REFUSED, "limit: 0", 0, "案例应得的结论 1 个、给出的内容 1 项全部相符"),
    (("needs_information", ""), "limit: null", 0, "给出的内容 1 项"),
    (REFUSED, "limit: 50000", 1, f"H-1 的“授信·建议额度”应为“5万元”，按{BASE}是“0元”"),
    (REFUSED, "limit: null", 1, f"应为“不给出”，按{BASE}是“0元”"),
    (REFUSED, "limits: 0", 1, "没有这一项（有：limit）"),
    (REFUSED, "limit: plenty", 1, "应为“plenty（"),
    (REFUSED, "limit: [0]", 1, "{outcome: 结论, outputs: {名称: 值}}"),
    (("needs_information", ""), "limit: 0", 1, f"应为“0元”，按{BASE}是“不给出”"),
    (("not_a_target", "review: review_again"), "limit: 0", 1, "“授信”应为“不属授信对象”"),
]


@pytest.mark.parametrize(("case", "output", "code", "words"), HELD)
def test_a_case_may_want_outputs_beside_the_outcome(draft, case, output, code, words):
    outcome, facts = case
    (draft.folder / EDITION / "cases.yaml").write_text(GIVES % (outcome, output, facts), "utf-8")
    done = call("policies", "check", str(draft.folder / EDITION), "--lang", "zh")
    assert (done.exit_code, words in (done.stderr if code else done.stdout)) == (code, True), done.stderr
