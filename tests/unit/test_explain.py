"""A decision in words says what was seen, what was wanted, by which clause, and what it would take."""

from datetime import date
from pathlib import Path

import pytest

from rules import FactChecker
from rules.cases.files import CaseError, read_cases
from rules.values.layout import aligned, line, row, text, width
from rules.words.explain import explain, explanation
from rules.words.wording import Wording

ROOT = Path(__file__).parents[2]
CASES = ROOT / "examples" / "cases"


@pytest.fixture
def explained(engine):
    def told(decision, name, lang="zh", *, full=True):
        [case] = read_cases((CASES / f"{name}.yaml").read_text(encoding="utf-8"), name)
        facts = FactChecker(engine.edition).check(engine.edition.rules[decision].subject, case.facts)
        return explain(engine.decide(decision, facts, case.on, case.subject_id), lang, full=full)

    return told


def line_with(said, word):
    [found] = [one for one in said.splitlines() if word in one]
    return found.split()


def test_a_finding_says_value_limit_and_clause(explained):
    said = explained("credit_village", "village_misses_narrowly", "en")
    wanted = "✗ A-grade share 54.75% must be at least 55% 四(三)1(1)".split()
    assert [one.split() for one in said.splitlines() if "54.75%" in one] == [wanted]
    assert "Outcome: not qualified" in said


def test_the_same_in_chinese(explained):
    said = explained("credit_village", "village_misses_narrowly")
    assert "✗ A级及以上信用户占比 54.75% 应不低于 55% 四(三)1(1)".split() in [one.split() for one in said.splitlines()]
    assert "结论：不达标" in said


def test_a_benchmark_is_named_beside_its_value(explained):
    said = explained("credit_village", "village_misses_narrowly", "en")
    assert "must be above 30% (County: Borrower share)" in said


def test_a_distance_is_told_in_whole_households(explained):
    said = explained("credit_village", "village_misses_narrowly", "en")
    assert "A-grade households up by 1 household (to 220 households)" in said
    assert "Lender's NPL balance down by 1,021 yuan (to 119,979 yuan)" in said
    assert line_with(said, "all together")[-4:] == ["all", "of", "the", "above"]


def test_a_decision_that_is_met_has_no_distance(explained):
    assert "还差多少" not in explained("credit_village", "village_qualifies")


def test_what_is_missing_is_listed_with_its_name_and_why(explained):
    said = explained("credit_village", "village_facts_missing")
    assert line_with(said, "    ?  A级及以上户数") == ["?", "A级及以上户数", "未提供"]
    assert line_with(said, "    ?  农信系统内贷款余额") == ["?", "农信系统内贷款余额", "为零，不能作分母"]
    assert "未知（缺A级及以上户数）" in said


def test_what_is_missing_says_who_supplies_it(engine):
    facts = FactChecker(engine.edition).check("household", {"provincial_grade": "A"})
    said = explain(engine.decide("grading", facts, date(2026, 12, 31)), full=False)
    line = ["?", "省系统评级日", "未提供", "由辽宁省农户信用信息管理系统提供"]
    assert line in [one.split() for one in said.splitlines()]


def test_the_row_that_decided_is_marked_and_later_rows_are_left_out(explained):
    said = explained("grant", "household_granted", full=False)
    assert "»  AA级额度" in said
    assert "A级额度" not in said.replace("AA级额度", "").replace("AAA级额度", "").replace("AAA", "")
    assert line_with(said, "建议额度") == ["建议额度", "10万元"]


def test_the_decisions_below_are_told_once(explained):
    said = explained("grant", "household_granted")
    assert said.count("建档评级信息有效期  H-0201") == 1
    assert "年龄适合授信" in said
    assert "年龄适合授信" not in explained("grant", "household_granted", full=False)


def test_ages_are_counted_as_ages(explained):
    assert "拟授信人周岁：66岁" in explained("screening", "household_aged_66")


def test_measures_come_with_their_values_and_units(explained):
    said = explained("village_measures", "village_qualifies", "en")
    assert "Rate discount 0.5%, Rate after discount 5%" in said
    assert "Service day Wednesday" in said


def test_a_ranking_gives_places_and_why_others_have_none(explained):
    said = explained("demonstration_village", "county")
    assert line_with(said, "V-006") == "✓ V-006 第 3 名 人均年收入 2.15万元，村民诚信度评分 84分".split()
    why = "✗ V-003 不符合：支持配合农信社工作 支持金融机构、协助清收：否；应为 是 三(二)2"
    assert line_with(said, "V-003") == why.split()


def test_points_are_shown_item_by_item(explained):
    said = explained("scoring", "household_granted", "en")
    assert line_with(said, "Annual income")[:5] == ["Annual", "income", "48,000", "yuan", "15"]
    assert line_with(said, "Total") == ["Total", "85", "points"]


def test_a_value_that_rounds_to_its_limit_is_shown_finer(engine):
    facts = FactChecker(engine.edition).check("village", {"households": 100_000, "a_grade_households": 54_999})
    said = explain(engine.decide("credit_village", facts, date(2026, 12, 31)), "en")
    assert "54.999%" in said


def test_every_decision_can_be_told_of_nothing_at_all(engine):
    for name, rule in engine.edition.rules.items():
        for lang in ("zh", "en"):
            assert explanation(
                engine.decide(name, FactChecker(engine.edition).check(rule.subject, {}), date(2026, 12, 31)), lang
            )


def test_columns_are_aligned_by_what_a_character_takes_on_the_screen():
    assert width("信用村 A") == 8
    assert (
        text([row("信用", "1"), row("abc", "2"), line("不对齐的一行很长很长")])
        == "信用  1\nabc   2\n不对齐的一行很长很长"
    )
    assert [one.indent for one in aligned([row("a", indent=2)])] == [2]


# --- case files


def test_figures_stay_exact_whatever_the_file():
    [yaml] = read_cases("facts: {a: 0.1, b: 3, c: true, d: 2026-01-01, e: ~, f: '7'}", "a.yaml")
    [json] = read_cases('{"facts": {"a": 0.1, "b": 3, "c": true, "d": "2026-01-01", "e": null, "f": "7"}}', "a.json")
    assert yaml.facts == json.facts
    assert str(yaml.facts["a"]) == "0.1"
    assert type(yaml.facts["a"]).__name__ == type(json.facts["a"]).__name__ == "Decimal"


def test_a_list_and_json_lines_hold_many_cases():
    assert [
        case.subject_id for case in read_cases("- {subject: {id: a}, facts: {}}\n- {subject: {id: b}, facts: {}}", "x")
    ] == ["a", "b"]
    lines = '{"subject": {"id": "a"}, "facts": {}}\n\n{"subject": {"id": "b"}, "facts": {}}\n'
    assert [case.subject_id for case in read_cases(lines, "x.ndjson")] == ["a", "b"]


@pytest.mark.parametrize(
    ("text_", "name", "where", "said"),
    [
        ("facts: [", "a.yaml", "a.yaml:2:1", "bracket"),
        ("on: 2026", "a.yaml", "a.yaml", "A case is a mapping"),
        ("facts: {}\nwhen: 1", "a.yaml", "a.yaml", "no when"),
        ("facts: {}\non: 2026-13-01", "a.yaml", "a.yaml", "date"),
        ('{"facts": {"a": NaN}}', "a.json", "a.json", "NaN"),
        ('{"facts": {"a": 1, "a": 2}}', "a.json", "a.json", "given twice"),
        ('{"facts": {}}\n{"facts": }', "a.ndjson", "a.ndjson:2", "not valid JSON"),
        ("[" * 100_000, "a.json", "a.json", "too deep"),
        ("facts: {}\nsubject: {id: 110101199001011234}", "a.yaml", "a.yaml", "no identity card number"),
    ],
)
def test_a_case_that_cannot_be_read_says_where_and_why(text_, name, where, said):
    with pytest.raises(CaseError) as caught:
        read_cases(text_, name)
    assert caught.value.where.startswith(where)
    assert said in caught.value.en


@pytest.mark.parametrize(("lang", "said"), [
    ("zh", "判定日期 晚于 最后有效日"), ("en", "decision date is after Last valid day"),
])  # fmt: skip
def test_days_are_late_and_not_high(engine, lang, said):
    edition = engine.edition
    [row] = [one for one in edition.rules["record_validity"].body.rows if one.id == "expired"]
    assert Wording(edition, lang).condition(row.condition, "household") == said
