"""Each warning is given for what it speaks of, and for nothing else."""

import shutil
from pathlib import Path

import pytest

from rules.building.loader import load
from rules.values.traits import spoken_of

POLICIES = Path(__file__).parents[2] / "policies"
SHIPPED = Path("xx-county/2026-05-01")

# What the shipped plan is warned of, each of it meant and acknowledged.
MEANT = {("warning.same", "rollout.milestone_30")}


def problems(folder):
    """The warnings of an edition; an error would make the test meaningless."""
    loaded = load(folder, folder.parents[1])
    assert [str(p) for p in loaded.problems if p.severity == "error"] == []
    return loaded.problems


def warned(folder):
    """The warnings as (code, the id it speaks of)."""
    return {(p.code, name) for p in problems(folder) for name in [p.zh.split("`")[1] if "`" in p.zh else p.path]}


@pytest.fixture(scope="module")
def before():
    """The warnings of the shipped edition."""
    return warned(POLICIES / SHIPPED)


@pytest.fixture
def edition(tmp_path, before):
    """Changes a copy of the shipped edition, and returns the warnings that come of it."""
    folder = tmp_path / SHIPPED
    shutil.copytree(POLICIES / SHIPPED, folder)

    def change(*changes):
        for file, old, new in changes:
            path = folder / f"{file}.yaml"
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{file}.yaml no longer says {old!r}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return warned(folder) - before

    return change


def test_the_shipped_plan_is_warned_of_nothing_but_what_it_acknowledges():
    found = problems(POLICIES / SHIPPED)
    assert {(one.severity, one.code, one.path) for one in found} == {("acknowledged", *one) for one in MEANT}
    assert all("农信社政策岗" in one.zh and "2026-05-01" in one.en for one in found)


def test_an_acknowledged_warning_that_does_not_arise_is_told(edition):
    assert edition(("plan", "at: rollout.milestone_30", "at: rollout.milestone_70")) == {
        ("warning.not_arising", "same"),
    }


def test_a_day_of_acknowledgement_must_be_one(tmp_path):
    folder = tmp_path / SHIPPED
    shutil.copytree(POLICIES / SHIPPED, folder)
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("    on: 2026-05-01", "    on: 2026-05-32", 1), "utf-8")
    assert [one.code for one in load(folder, tmp_path).problems] == ["fact.date"]


def test_a_change_of_a_number_raises_no_warning_where_the_lender_sets_it(edition):
    assert edition(("grant", "limit: 20 万元", "limit: 30 万元"), ("review", "above: 50%", "above: 60%")) == set()


LAST = "  - id: other_unfitness\n"
ROW = "otherwise:"
APPROVAL = "  - id: approval\n"


def item(id_, body, title="查"):
    return f"  - {{id: {id_}, set_by: lender, title: {{zh: {title}, en: test}}, {body}}}\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # weaker than `age` 18 to 65
        ("require: {age: {at_least: 16 years}}", "warning.implied"),
        ("require: {age: {at_most: 65 years}}", "warning.implied"),
        # whole years: above 17 is from 18 on
        ("require: {age: {above: 17 years}}", "warning.implied"),
        ("reject: {age: {above: 65 years}}", "warning.implied"),
        # the same in other words
        ("require: {age: {above: 17 years, below: 66 years}}", "warning.same"),
        ("reject: {any: [{age: {below: 18 years}}, {age: {above: 65 years}}]}", "warning.same"),
        ("require: {adverse_record: false}", "warning.same"),
        # whom it applies to makes it weaker still
        ("when: {status: resident}, require: {age: {at_least: 18 years}}", "warning.implied"),
        # met by all, by nobody, asked of nobody
        ("require: {any: [{other_unfitness: true}, {other_unfitness: false}]}", "warning.always_met"),
        ("require: {annual_income: {at_least: 0 元}}", "warning.always_met"),
        ("require: {annual_income: {below: 0 元}}", "warning.nobody"),
        ("require: {all: [{status: resident}, {status: deceased}]}", "warning.nobody"),
        ("when: {annual_income: {below: 0 元}}, require: {has_project: true}", "warning.never_applies"),
    ],
)
def test_an_item_that_cannot_decide_is_noticed(edition, body, expected):
    assert edition(("screening", LAST, item("extra", body) + LAST)) == {(expected, "extra")}


@pytest.mark.parametrize(
    "body",
    [
        "require: {age: {at_least: 19 years}}",
        "when: {status: resident}, require: {age: {at_least: 21 years}}",
        "require: {annual_income: {above: 0 元}}",
        "require: {assets: {at_least: annual_income}}",
        "require: {any: [{has_project: true}, {age: {at_least: 30 years}}]}",
    ],
)
def test_an_item_that_may_decide_is_left_alone(edition, body):
    found = edition(("screening", LAST, item("extra", body) + LAST))
    assert {one for one in found if one[1] == "extra"} == set()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("    points: -10\n", "    points: -10\n    missing: 0\n", {("warning.silence_pays", "guarantee_called")}),
        ("    points: -10\n", "    points: -10\n    missing: -10\n", set()),
        ("on_time: 20, none: 12, late: 0}", "on_time: 20, none: 12, late: 1}\n    missing: 1", set()),
        ("none: 12, late: 0}", "none: 12, late: 0}\n    missing: 1", {("warning.silence_pays", "loan_record")}),
        ("    fact: assets\n", "    fact: assets\n    missing: 6\n", {("warning.silence_pays", "assets")}),
    ],
)
def test_points_for_silence_are_noticed_where_they_beat_the_worst(edition, old, new, found):
    assert edition(("scoring", old, new)) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("type: boolean, change: up", True),
        ("type: boolean, change: set", False),
        ("type: choice, change: down, choices: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}}", True),
        ("type: choice, ranked: true, change: down, choices: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}}", False),
        ("type: amount, change: down", False),
    ],
)
def test_a_lever_that_goes_up_or_down_without_an_order_is_noticed(edition, more, found):
    fact = f"      asked: {{{more}, title: {{zh: 问, en: Asked}}}}\n"
    told = edition(("facts", "      has_project:", fact + "      has_project:"))
    assert bool([one for one in told if one[0] == "warning.no_direction"]) == found


def test_a_weaker_item_with_a_stronger_outcome_still_decides(edition):
    """Of several unmet items the outcome listed first wins, so the weaker item is not idle."""
    weak = item("weak", "require: {approval_share: {above: 30%}}, outcome: review_again")
    assert edition(("review", APPROVAL, weak + APPROVAL)) == set()
    found = edition(("review", "outcome: review_again}\n  - id: appr", "outcome: not_listed}\n  - id: appr"))
    assert found == {("warning.implied", "weak")}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{lender_npl_rate: {at_most: 2%}}", "{lender_npl_rate: {below: 0%}}", "warning.nobody"),
        ("{filing_share: {at_least: 90%}}", "{filing_share: {above: 100%}}", "warning.nobody"),
        ("{filing_share: {at_least: 90%}}", "{filing_share: {at_least: 0%}}", "warning.always_met"),
        ("{filing_share: {at_least: 90%}}", "{filing_share: {at_most: 100%}}", "warning.always_met"),
        (
            "{npl_rate: {below: county.household_npl_rate}}",
            "{npl_rate: {below: {lowest: npl_rate, over: county.villages}}}",
            "warning.own_statistic",
        ),
        (
            "{borrower_share: {above: county.borrower_share}}",
            "{borrower_share: {above: {highest: borrower_share, over: county.villages}}}",
            "warning.own_statistic",
        ),
    ],
)
def test_what_nobody_can_reach_is_noticed(edition, old, new, expected):
    assert expected in {code for code, _ in edition(("credit_village", old, new))}


@pytest.mark.parametrize(
    "limit",
    [
        "at_least: {highest: borrower_share, over: county.villages}",
        "above: {lowest: borrower_share, over: county.villages}",
        "above: {highest: filing_share, over: county.villages}",
        "above: {highest: borrower_share, over: county.villages, where: {pilot: true}}",
        "above: {mean: borrower_share, over: county.villages}",
    ],
)
def test_a_statistic_that_can_be_reached_is_left_alone(edition, limit):
    found = edition(("credit_village", "above: county.borrower_share", limit))
    assert "warning.own_statistic" not in {code for code, _ in found}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("{id: late, when: {grade: [A, B]}, outcome: D}", {("warning.row_covered", "late")}),
        ("{id: late, when: {grade: B, need: {above: 0 元}}, outcome: D}", {("warning.row_covered", "late")}),
        ("{id: late, when: {need: {below: 0 元}}, outcome: D}", {("warning.row_never", "late")}),
        ("{id: late, when: {grade: [C, D]}, outcome: D}", set()),
    ],
)
def test_a_row_that_is_never_reached_is_noticed(edition, row, expected):
    line = f"  - {row[:-1]}, set_by: lender, title: {{zh: 查, en: test}}}}\n"
    assert edition(("grading", ROW, line + ROW)) == expected


def test_rows_that_only_together_cover_another_are_noticed(edition):
    rows = "".join(
        f"  - {{id: {name}, title: {{zh: 查, en: test}}, set_by: lender, when: {{need: {limits}}}, outcome: D}}\n"
        for name, limits in (
            ("low", "{below: 5 万元}"),
            ("high", "{at_least: 5 万元}"),
            ("middle", "{between: [1 万元, 9 万元]}"),
        )
    )
    assert edition(("grading", ROW, rows + ROW)) == {("warning.row_covered", "middle")}


SPOKEN = (
    "脱贫户 监测户 吸毒 赡养老人 "
    "离异 低保户 单身 未婚 已婚 丧偶 伤病残 有慢性病 有精神病史 怀孕 女户主 信教 建档立卡户 领取补贴 特困人员 五保户 "
    "回族 男 女 有犯罪记录 刑满释放 家庭成员涉诉 子女欠款 配偶年龄"
).split()
UNSPOKEN = ["已缴最低保证金", "家庭成员数", "贷款贴息补贴", "男耕女织园项目", "制度健全"]


@pytest.mark.parametrize("title", [*SPOKEN, *UNSPOKEN])
def test_the_words_of_a_title_speak_of_a_protected_trait(title):
    assert bool(spoken_of(title)[0]) is (title in SPOKEN)


@pytest.mark.parametrize(
    ("fact", "noticed"),
    [
        ("{type: boolean, title: {zh: 已离异, en: divorced}}", True),
        ("{type: boolean, title: {zh: 享受低保, en: on welfare}}", True),
        ("{type: boolean, trait: health, title: {zh: 其他, en: other}}", True),
        (
            "{type: choice, title: {zh: 状况, en: it}, choices: {a: {zh: 残疾, en: a}, b: {zh: 无, en: b}}}",
            True,
        ),
        ("{type: boolean, title: {zh: 已缴最低保证金, en: deposit}}", False),
        ("{type: boolean, title: {zh: 制度健全, en: sound}}", False),
    ],
)
@pytest.mark.parametrize("derived", [False, True], ids=["given", "derived"])
def test_a_protected_trait_is_noticed_even_behind_a_formula(edition, fact, noticed, derived):
    value = "a" if "choice" in fact else "true"
    declared = f"      probe: {fact}\n"
    if derived:
        declared += f"      indirect: {{holds: {{probe: {value}}}, title: {{zh: 推算, en: derived}}}}\n"
    used = "indirect: true" if derived else f"probe: {value}"
    found = edition(
        ("facts", "      adverse_record:", declared + "      adverse_record:"),
        ("screening", LAST, item("extra", f"reject: {{{used}}}") + LAST),
    )
    assert found == ({("warning.protected", "extra")} if noticed else set())


def test_declarations_nothing_rests_on_are_noticed_where_they_stand(edition, tmp_path):
    found = edition(
        (
            "facts",
            "      adverse_record:",
            "      idle: {type: boolean, title: {zh: 闲, en: idle}}\n      adverse_record:",
        ),
        ("grant", "  limit: {type", "  spare: {type: date, title: {zh: 空, en: spare}}\n  limit: {type"),
        ("grant", "  collect_first: ", "  never_given: {title: {zh: 无, en: none}}\n  collect_first: "),
        ("readings", "    clause: 三(四)3\n    title: {zh: 以谁", "    clause: 五(四)\n    title: {zh: 以谁"),
    )
    assert found == {
        ("warning.fact_unused", "idle"),
        ("warning.output_unset", "spare"),
        ("warning.outcome_unused", "never_given"),
        ("warning.reading_unused", "readings.age_person"),
    }
    lines = {
        one.code: (tmp_path / one.mark.file).read_text(encoding="utf-8").splitlines()[one.mark.line - 1]
        for one in problems(tmp_path / SHIPPED)
    }
    named = {"fact_unused": "idle:", "output_unset": "spare:", "outcome_unused": "never_given:"}
    named["reading_unused"] = "age_person:"
    assert {code: lines[f"warning.{code}"].split()[0] for code in named} == named


def test_a_reading_that_an_item_of_a_scorecard_follows_is_in_use(edition):
    found = edition(
        ("readings", "    clause: 三(四)3\n    title: {zh: 以谁", "    clause: 五(四)\n    title: {zh: 以谁"),
        ("scoring", "    fact: conduct\n", "    fact: conduct\n    reading: age_person\n"),
    )
    assert found == set()


def test_a_fact_that_the_changes_of_a_reading_use_is_in_use(edition):
    declared = "      idle: {type: boolean, title: {zh: 闲, en: idle}}\n"
    option = "      above: {credit_village.a_grade_share: {above: 55%}}\n"
    other = "      above: {screening.adverse_record: {reject: {idle: true}}}\n"
    found = edition(
        ("facts", "      adverse_record:", declared + "      adverse_record:"),
        ("readings", option, other),
    )
    assert ("warning.fact_unused", "idle") not in found


def test_a_fact_that_only_bounds_another_is_in_use(edition):
    declared = (
        "      whole: {type: amount, title: {zh: 总额, en: whole}}\n"
        "      portion: {type: amount, part_of: whole, title: {zh: 部分, en: portion}}\n"
    )
    found = edition(
        ("facts", "      adverse_record:", declared + "      adverse_record:"),
        ("screening", LAST, item("extra", "require: {portion: {above: 0 元}}") + LAST),
    )
    assert found == set()


@pytest.mark.parametrize(("clause", "noticed"), [("三(四)3", False), ("四(三)1(2)", True)])
def test_age_is_noticed_where_no_clause_sets_it(edition, clause, noticed):
    body = "      spouse_age: {type: count, unit: year, title: {zh: 户主年龄, en: age}}\n"
    rule = f"  - {{id: extra, clause: {clause}, require: {{spouse_age: {{at_least: 18 years}}}}}}\n"
    found = edition(
        ("facts", "      adverse_record:", body + "      adverse_record:"), ("screening", LAST, rule + LAST)
    )
    assert (("warning.protected", "extra") in found) is noticed


def test_exchanged_figures_are_noticed(edition):
    """Both stand in the clause, so that neither of them disagrees with it."""
    found = edition(
        ("credit_village", "at_least: 90%", "at_least: @"),
        ("credit_village", "at_least: 50%", "at_least: 90%"),
        ("credit_village", "at_least: @", "at_least: 50%"),
    )
    assert found == {("warning.exchanged", "credit_village.granting_share")}
