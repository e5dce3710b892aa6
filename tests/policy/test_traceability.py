"""Every clause is carried out or excused, and no rule of the plan says other than its clause."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from rules.building.loader import load
from rules.warnings.clauses import comparisons, figures, says
from rules.words.clauses import trace
from tests.editions import shipped
from tests.unit import small
from tests.unit.small import checklist

POLICIES = Path(__file__).parents[2] / "policies"
SHIPPED = Path("xx-county/2026-05-01")
DISAGREES = "warning.clause_disagrees"


@pytest.fixture
def copy(tmp_path):
    """Changes a copy of the shipped edition and returns its folder."""
    folder = tmp_path / SHIPPED
    shutil.copytree(POLICIES / SHIPPED, folder)

    def change(*changes):
        for file, old, new in changes:
            path = folder / f"{file}.yaml"
            text = path.read_text(encoding="utf-8")
            assert text.count(old) >= 1, f"{file}.yaml no longer says {old!r}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return change


def loaded(folder, *, warn=False):
    found = load(folder, folder.parents[1], warn=warn)
    assert [str(p) for p in found.problems if p.severity == "error"] == []
    return found


def disagreeing(folder):
    """The rules and facts that say other than their clause."""
    return [p.zh.split("`")[1] for p in loaded(folder, warn=True).problems if p.code == DISAGREES]


def faults(folder):
    return {one.clause.id: one.fault for one in trace(loaded(folder).edition) if one.fault}


# --- every clause ----------------------------------------------------------------------------------------


def test_every_clause_is_carried_out_or_says_why_not():
    assert faults(POLICIES / SHIPPED) == {}


def test_the_trace_has_every_clause_once_and_in_order():
    edition = shipped()
    assert [one.clause.id for one in trace(edition)] == list(edition.clauses)


def test_a_clause_names_the_decision_the_item_and_the_fact_that_carry_it_out():
    cited = {one.clause.id: [(c.kind, c.path) for c in one.citations] for one in trace(shipped())}
    assert ("decision", "credit_village") in cited["四(三)1"]
    assert cited["四(三)1(5)"] == [("item", "credit_village.borrower_share")]
    assert ("item", "rollout.year_end_villages") in cited["一(二)"]
    assert ("fact", "village.next_review_on") in cited["一(三)4"]
    assert ("item", "scoring.annual_income") in cited["一"]


def test_every_sentence_is_answered_for():
    """By rules, by rules with what is left, or by a reason; and the sentences are the whole text of their clause."""
    answers = [answer for one in trace(shipped()) for answer in one.answers]
    assert {one.state for one in answers} == {"carried_out", "partly", "left_out"}
    assert [one.text for one in answers if one.citations and one.left_out is not None] == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        # a sentence that names nothing and gives no reason
        ("by: [usage.key_customer]", "partly: {zh: 无, en: none}", "no_rule_and_no_reason"),
        # a rule that is not there
        ("by: [usage.key_customer]", "by: [usage.key_customers]", "unknown_rule"),
        # a rule of the clause that stands under none of its sentences
        ("by: [usage.key_customer]", "by: [readings.project_and_funds]", "rule_of_no_sentence"),
        # a reason beside a rule
        ("by: [usage.key_customer]", "by: [usage.key_customer]\n        left_out: {zh: 无, en: none}",
         "rule_in_spite_of_reason"),
    ],
)  # fmt: skip
def test_a_sentence_that_is_not_answered_for_is_a_fault(copy, old, new, fault):
    found = copy(
        (
            "clauses",
            "by: [usage.not_granted, usage, readings.customer_tiers, readings.granted_then_excluded]",
            "by: [usage.not_granted]",
        ),
        ("clauses", old, new),
    )
    assert faults(found) == {"三(六)1": fault}


def test_a_clause_with_neither_rule_nor_reason_is_a_fault(copy):
    folder = copy(("plan", "  六:\n    zh: 许可", "  四(三)1:\n    zh: 许可"))
    assert faults(folder) == {"六": "no_rule_and_no_reason", "四(三)1": "rule_in_spite_of_reason"}


def test_a_clause_whose_only_rule_is_gone_is_a_fault(copy):
    rule = "  - {id: promotes_credit, clause: 四(三)1(3)"
    folder = copy(
        ("credit_township", "clause: 四(三)2(3), require", "clause: 四(三)2(4), require"),
        ("credit_village", rule, rule),
    )
    assert faults(folder) == {"四(三)2(3)": "no_rule_and_no_reason"}


# --- numbers and operators -------------------------------------------------------------------------------


def test_the_shipped_plan_says_what_its_clauses_say():
    assert disagreeing(POLICIES / SHIPPED) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        # another number, though each of these but one names a reading
        ("credit_village", "at_least: 90%", "at_least: 85%", "credit_village.filing_share"),
        ("credit_village", "at_least: 50%", "at_least: 5%", "credit_village.granting_share"),
        ("credit_village", "at_most: 2%", "at_most: 2‰", "credit_village.lender_npl_rate"),
        ("credit_village", "at_least: 55%", "at_least: 60%", "credit_village.a_grade_share"),
        ("credit_village", "at_least: 55%", "at_least: 55.5%", "credit_village.a_grade_share"),
        ("credit_township", "at_least: 75%", "at_least: 70%", "credit_township.credit_village_share"),
        ("screening", "[18 years, 65 years]", "[16 years, 65 years]", "screening.age"),
        ("screening", "[18 years, 65 years]", "[18 years, 64 years]", "screening.age"),
        ("review", "[2 votes, 3 votes]", "[2 votes, 4 votes]", "review.committee_members"),
        ("pilots", "at_least: 4 villages", "at_least: 5 villages", "pilots.pilot_villages"),
        ("panel", "[2 persons, 3 persons]", "[2 persons, 4 persons]", "panel.panel_committee"),
        ("township_progress", "leading_officers: {equals: 1 person}", "leading_officers: {equals: 2 persons}",
         "township_progress.leading_officers"),
        ("facts", "plus: 2 years, clause", "plus: 3 years, clause", "coverage_due"),
        ("rollout", "at_least: 70%", "at_least: 75%", "rollout.milestone_70"),
        # another day
        ("pilots", "2026-07-31", "2026-07-30", "pilots.pilots_assessed"),
        ("rollout", "2027-06-30", "2027-05-31", "rollout.milestone_70"),
        ("rollout", "2026-12-31", "2026-11-30", "rollout.year_end_villages"),
        # another operator
        ("credit_village", "at_least: 90%", "above: 90%", "credit_village.filing_share"),
        ("credit_village", "at_most: 2%", "below: 2%", "credit_village.lender_npl_rate"),
        ("credit_village", "at_most: 2%", "at_least: 2%", "credit_village.lender_npl_rate"),
        ("credit_village", "at_least: 55%", "at_most: 55%", "credit_village.a_grade_share"),
        ("screening", "between: [18 years, 65 years]", "above: 18 years, below: 65 years", "screening.age"),
        # against the county: the clause says 高于, 低于
        ("credit_village", "above: county", "at_least: county", "credit_village.borrower_share"),
        ("credit_village", "below: county", "at_most: county", "credit_village.npl_rate"),
        ("credit_township", "below: county", "above: county", "credit_township.npl_rate"),
        ("usage", "need: {above: granted_limit}}", "need: {at_least: granted_limit}}", "usage.above"),
        # the right number under the wrong clause
        ("credit_village", "clause: 四(三)1(1)", "clause: 四(三)1(2)", "credit_village.a_grade_share"),
        # a period in the dictionary
        ("facts", "plus: 1 year, clause", "plus: 2 years, clause", "next_review_on"),
        # a number that no longer says it is the lender's
        ("review", "    set_by: lender\n    reading: review_", "    reading: review_", "review.approval"),
        ("grant", "    set_by: lender\n    reading: system_conditions\n    when: {grading: AA}",
         "    when: {grading: AA}", "grant.grade_aa"),
        # a reading that no longer explains the rule
        ("readings", "    chosen: at_least", "    chosen: above", "credit_village.a_grade_share"),
        ("credit_village", "    reading: a_grade_share_operator\n", "", "credit_village.a_grade_share"),
    ],
)  # fmt: skip
def test_a_rule_that_says_other_than_its_clause_is_named(copy, file, old, new, named):
    assert named in disagreeing(copy((file, old, new)))


@pytest.mark.parametrize(
    "changes",
    [
        # back to the plan's own word
        [("credit_village", "at_least: 55%", "above: 55%")],
        # the plan's word, and the reading along with it
        [
            ("credit_village", "at_least: 55%", "above: 55%"),
            ("readings", "chosen: at_least", "chosen: above"),
        ],
        # another reading chosen, with the change that it lists
        [
            ("screening", "[18 years, 65 years]", "[18 years, 64 years]"),
            ("readings", "chosen: both_ends_in", "chosen: to_65th_birthday"),
        ],
        [
            ("readings", "chosen: strict", "chosen: tie_qualifies"),
            ("credit_village", "above: county", "at_least: county"),
            ("credit_village", "below: county", "at_most: county"),
            ("credit_township", "below: county", "at_most: county"),
        ],
        # the lender's own numbers
        [("review", "above: 50%", "above: 60%"), ("facts", "value: 7 days", "value: 10 days")],
        # the clause says it in another way
        [
            ("clauses", "授信至少50%(", "授信不少于百分之五十("),
            ("clauses", "农户采集信息至少90%(", "农户采集信息九成以上("),
        ],
        [
            ("clauses", "农户采集信息至少90%(", "农户采集信息大于等于９０％("),
            ("clauses", "授信至少50%(", "授信半数以上("),
        ],
        [
            ("clauses", "18至65周岁", "年满十八周岁、六十五周岁以下(含)"),
            ("clauses", "比例高于55%", "比例高于百分之五十五"),
        ],
        [("clauses", "不良率不超过2%", "不良率小于等于２００个基点")],
        # said in another way
        [("screening", "{between: [18 years, 65 years]}", "{at_least: 18 years, at_most: 65 years}")],
        [("credit_village", "at_most: 2%", "at_most: 20‰")],
    ],
)
def test_a_rule_that_its_clause_or_its_reading_explains_is_left_alone(copy, changes):
    assert disagreeing(copy(*changes)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("比例高于55%。", [("55%", "above")]),
        ("不低于60%,不高于70%", [("60%", "at_least"), ("70%", "at_most")]),
        ("不超过2%", [("2%", "at_most")]),
        ("18至65周岁", [("18", "at_least"), ("65", "at_most")]),
        ("18周岁至65周岁", [("18", "at_least"), ("65", "at_most")]),
        ("5%-8%", [("5%", "at_least"), ("8%", "at_most")]),
        ("5-8%", [("5%", "at_least"), ("8%", "at_most")]),
        ("2-3名", [("2", "at_least"), ("3", "at_most")]),
        ("至少要选4个行政村", [("4", "at_least")]),
        ("90分以上,60分以下", [("90", "at_least"), ("60", "at_most")]),
        ("一年有效,满三年", [("1", ""), ("3", "at_least")]),
        ("全部计划的30%", [("30%", "")]),
        ("不超过5万元", [("50000", "at_most")]),
        ("低于平均,达到3‰", [("0.3%", "at_least")]),
        ("一是统一,万一", []),
    ],
)
def test_the_figures_of_a_text_are_read_with_their_words(text, found):
    def read(text):
        return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)

    assert [(f.value, f.operator) for f in figures(text)] == [(read(n), operator) for n, operator in found]


def test_a_number_allows_any_operator_only_where_no_word_sets_one():
    share = Fraction(55, 100)
    assert says("高于55%", share, "above")
    assert not says("高于55%", share, "at_least")
    assert says("全部计划的55%", share, "at_least")
    assert not says("全部计划的56%", share, "at_least")
    assert comparisons("比例高于平均,不良率不高于平均") == {"above", "at_most"}


@pytest.mark.parametrize(
    ("heading", "found"),
    [("一", []), ("占比不低于70%", []), ("占比不低于60%", ["d.c0"]), ("占比高于70%", ["d.c0"])],
)
def test_a_heading_without_text_is_compared_where_it_states_a_figure(heading, found):
    rule = checklist({"require": {"share": {"at_least": "70%"}}})
    told = small.loaded({"thing": {"share": small.given("rate")}}, {"d": rule}, heading=heading).problems
    assert [one.zh.split("`")[1] for one in told if one.code == DISAGREES] == found
