"""Two editions are compared item by item, and what differs is said in words."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from rules.building.loader import load
from rules.building.store import open_store
from rules.model import Checklist, Group
from rules.model.places import put
from rules.variants.new_edition import Exists, new_edition
from rules.variants.whatif import NoSuchFigure, Supposition, suppose
from rules.words.diff import diff
from tests.unit import small

POLICIES = Path(__file__).parents[2] / "policies"
PLANS = Path(__file__).parents[1] / "plans"
PLAN, DAY = "xx-county", "2026-05-01"


@pytest.fixture
def root(tmp_path):
    shutil.copytree(POLICIES, tmp_path / "policies")
    return tmp_path / "policies"


@pytest.fixture
def changes(root, edition):
    """The differences that edits of the shipped edition make, as (path, English)."""

    def made(*edits):
        folder = root / PLAN / DAY
        for file, old, new in edits:
            text = (folder / file).read_text(encoding="utf-8")
            assert text.count(old) == 1, old
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        loaded = load(folder, root, warn=False)
        assert loaded.edition is not None, loaded.problems
        return diff(edition, loaded.edition)

    return made


def test_the_same_edition_has_no_differences(changes):
    assert changes() == []


@pytest.mark.parametrize(
    ("edit", "path", "zh", "en"),
    [
        (("credit_village.yaml", "{a_grade_share: {at_least: 55%}}", "{a_grade_share: {at_least: 60%}}"),
         "credit_village.a_grade_share", "A级及以上信用户占比：不低于 55% → 不低于 60%",
         "A-grade share: at least 55% → at least 60%"),
        (("credit_village.yaml", "{a_grade_share: {at_least: 55%}}", "{a_grade_share: {above: 55%}}"),
         "credit_village.a_grade_share", "A级及以上信用户占比：不低于 55% → 高于 55%",
         "A-grade share: at least 55% → above 55%"),
        (("screening.yaml", "[18 years, 65 years]", "[18 years, 60 years]"),
         "screening.age", "年龄适合授信：拟授信人周岁 在 18岁 至 65岁 之间（含两端） → 拟授信人周岁 在 18岁 至 60岁",
         "Age fit for credit: Applicant's age is between 18 years and 65 years (both in) → "),
        (("grant.yaml", "{limit: 20 万元}", "{limit: 30 万元}"), "grant.grade_aaa",
         "AAA级额度 给予：建议额度 20万元 → 建议额度 30万元",
         "Limit for AAA grants: Proposed limit 200,000 yuan → Proposed limit 300,000 yuan"),
        (("panel.yaml", "panel_lender: {at_least: 1 person}", "panel_lender: {at_least: 2 persons}"),
         "panel.panel_lender", "小组中的农信社员工数：不低于 1人 → 不低于 2人",
         "Lender staff on the panel: at least 1 person → at least 2 persons"),
        (("scoring.yaml", "when: {loan_record: late}", "when: {loan_record: none}"), "scoring.late_before",
         "曾有逾期的最高B级：还款记录 为 曾有逾期 → 还款记录 为 “无贷款记录”",
         'At most B after a late payment: Loan record is late before → Loan record is "no record"'),
        (("scoring.yaml", "at_most: B", "at_most: C"), "scoring.late_before",
         "曾有逾期的最高B级 最高：B级 → C级", "At most B after a late payment most: B → C"),
        (("facts.yaml", "value: 50 bp", "value: 60 bp"), "village.rate_discount",
         "行政村·利率优惠（示例）：50 bp → 60 bp",
         "Administrative village: Rate discount (example): 50 bp → 60 bp"),
        (("demonstration_village.yaml", "take: 4", "take: 5"), "demonstration_village.order",
         "排序 取几名：4 → 5", "Order how many are taken: 4 → 5"),
        (("scoring.yaml", "points: {good: 25,", "points: {good: 24,"), "scoring.conduct",
         "品行口碑：为 好 得 25分 → 为 好 得 24分", "Conduct: good: 25 points → good: 24 points"),
        (("screening.yaml", "reject: {status: deceased}", "reject: {status: moved_away}"), "screening.deceased",
         "未去世：不得：拟授信人状态 为 已去世 → 不得：拟授信人状态 为 已迁出或举家外迁",
         "Is alive: not: Applicant's status is deceased → not: Applicant's status is moved away for good"),
        (("facts.yaml", "counted: {count: household, where: {screening: collectable}}",
          "counted: {count: household}"), "village.collectable_households",
         "批量汇总自：农户（仅计可采集信息农户筛选 为 列入可采集信息农户名单）的个数 → 农户的个数",
         "counted in bulk from: number of Farm household (only where Screening for collectable "
          "households is collectable) → "),
        (("manager_assignment.yaml", "keep: {at_least: 80%", "keep: {at_least: 90%"), "manager_assignment.keep",
         "沿用上次分派：80% → 90%", "What stays of the last assignment: 80% → 90%"),
        (("plan.yaml", "from: 2026-05-01", "from: 2026-06-01"), "plan.from",
         "生效日：2026-05-01 → 2026-06-01", "In force from: 2026-05-01 → 2026-06-01"),
    ],
)  # fmt: skip
def test_a_change_is_said_as_it_was_and_as_it_is(changes, edit, path, zh, en):
    extra = [("scoring.yaml", "full_marks: 100", "full_marks: 99")] if "points" in edit[1] else []
    found = {change.path: change for change in changes(edit, *extra)}
    assert set(found) == {path, "scoring.total"} if extra else {path}
    assert zh in found[path].text("zh")
    assert en in found[path].text("en")


def test_a_criterion_that_goes_and_one_that_comes(changes):
    gone = "  - {id: no_debt_dispute, clause: 四(三)2(5), require: {no_debt_dispute: true}}\n"
    new = "  - {id: many_villages, set_by: lender, require: {all_villages: {at_least: 3 villages}}}\n"
    first, second = sorted(changes(("credit_township.yaml", gone, new)), key=lambda change: change.what)
    assert (first.what, first.path) == ("added", "credit_township.many_villages")
    assert first.text("en") == "added: Number of villages: Number of villages is at least 3 villages"
    assert (second.what, second.path) == ("removed", "credit_township.no_debt_dispute")
    assert second.as_dict()["clause"] == "四(三)2(5)"


def test_another_reading_is_told(changes):
    question = "en: Does a village whose A-grade share is exactly 55% qualify?\n    chosen: "
    [change] = changes(("readings.yaml", f"{question}at_least", f"{question}above"))
    assert change.path == "readings.a_grade_share_operator"
    assert "reading followed: 55% itself qualifies (the customer's word) → strictly above 55%" in change.text("en")


# --- a new edition


def spans(root):
    store = open_store(root)
    return [(one.effective_from, store.ends(one)) for one in store.plans[PLAN]]


def test_a_new_edition_is_a_copy_and_the_one_before_ends_without_being_touched(root):
    before = (root / PLAN / DAY / "plan.yaml").read_bytes()
    steps = new_edition(root, PLAN, date(2027, 5, 1))
    assert [step.file for step in steps] == [f"{PLAN}/2027-05-01/", f"{PLAN}/2027-05-01/plan.yaml"]
    assert spans(root) == [(date(2026, 5, 1), date(2027, 4, 30)), (date(2027, 5, 1), None)]
    assert (root / PLAN / DAY / "plan.yaml").read_bytes() == before


def test_a_last_day_that_is_written_is_not_overrun_and_not_copied(root):
    plan = root / PLAN / DAY / "plan.yaml"
    text = plan.read_bytes().decode()
    plan.write_bytes(text.replace("from: 2026-05-01}", "from: 2026-05-01, to: 2027-04-30}").encode())
    with pytest.raises(Exists, match="2027-04-30"):
        new_edition(root, PLAN, date(2027, 4, 30))
    new_edition(root, PLAN, date(2027, 5, 1))
    assert (root / PLAN / "2027-05-01/plan.yaml").read_bytes().decode() == text.replace("2026-05-01}", "2027-05-01}")
    assert spans(root) == [(date(2026, 5, 1), date(2027, 4, 30)), (date(2027, 5, 1), None)]


def test_comments_survive_a_new_edition(root):
    new_edition(root, PLAN, date(2027, 5, 1))
    for day in (DAY, "2027-05-01"):
        assert "} # 方案写" in (root / PLAN / day / "plan.yaml").read_text(encoding="utf-8")


def test_an_edition_can_be_begun_between_two(root):
    new_edition(root, PLAN, date(2027, 5, 1))
    new_edition(root, PLAN, date(2027, 1, 1), source=DAY)
    assert spans(root)[1:] == [(date(2027, 1, 1), date(2027, 4, 30)), (date(2027, 5, 1), None)]


def test_dates_on_lines_of_their_own_are_set_too(root):
    plan = root / PLAN / DAY / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("effective: {from: 2026-05-01}", "effective:\n  from: '2026-05-01'"), encoding="utf-8")
    new_edition(root, PLAN, date(2027, 5, 1))
    begun = root / PLAN / "2027-05-01/plan.yaml"
    assert "effective:\n  from: 2027-05-01 # 方案写" in begun.read_text(encoding="utf-8")
    assert [end for _, end in spans(root)] == [date(2027, 4, 30), None]


@pytest.mark.parametrize(
    ("plan", "day", "source"),
    [(PLAN, date(2026, 5, 1), None), ("none", date(2027, 1, 1), None), (PLAN, date(2027, 1, 1), "2020-01-01")],
)
def test_what_cannot_be_begun_touches_nothing(root, plan, day, source):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(Exists):
        new_edition(root, plan, day, source)
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


# --- what if


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("credit_village.a_grade_share=60%", "credit_village.a_grade_share"),
        ("credit_village.a_grade_share=above 55%", "credit_village.a_grade_share"),
        ("credit_village.filing_share=85%", "credit_village.filing_share"),
        ("screening.age=[18 years, 60 years]", "screening.age"),
        ("village.rate_discount=60 bp", "village.rate_discount"),
    ],
)
def test_a_supposition_changes_that_and_nothing_else(edition, said, path):
    then = suppose(POLICIES, edition, [Supposition.read(said)])
    assert [change.path for change in diff(edition, then)] == [path]


@pytest.mark.parametrize(
    "said",
    [
        "nonsense",
        "a=b",
        "credit_village.none=5%",
        "grant.collection_unfinished=5",
        "none.age=5",
        "manager_assignment.workload=5%",
    ],
)
def test_what_cannot_be_supposed_is_said(edition, said):
    with pytest.raises(NoSuchFigure):
        suppose(POLICIES, edition, [Supposition.read(said)])


# --- sentences about editions changed as data


def altered(edition, place, value):
    """The differences that one other value makes."""
    return diff(edition, put(edition, place, value))


def test_a_criterion_that_loses_its_condition_of_use_applies_to_all(edition):
    [place, *_] = [
        ("rules", rule.id, "body", "criteria", one.id, "when")
        for rule in edition.rules.values()
        if isinstance(rule.body, Checklist)
        for one in rule.body.criteria
        if one.when is not None
    ]
    [change] = altered(edition, place, None)
    assert change.text("zh").endswith(" → 全部适用")
    assert change.text("en").endswith(" → all")


def test_fewer_alternatives_are_told_whole(edition):
    rule = edition.rules["credit_village"]
    place = ("rules", rule.id, "body", "criteria", rule.body.criteria[0].id, "condition")
    parts = tuple(one.condition for one in rule.body.criteria[:3])
    three = put(edition, place, Group("any", parts))
    [change] = diff(three, put(edition, place, Group("any", parts[:2])))
    old, new = (one.zh for one in change.short)
    assert (old.count("；"), new.count("；")) == (2, 1)


def test_alternatives_of_which_one_changes_are_told_by_that_one(edition):
    rule = edition.rules["credit_village"]
    place = ("rules", rule.id, "body", "criteria", rule.body.criteria[0].id, "condition")
    first, second, third = (one.condition for one in rule.body.criteria[:3])
    [change] = diff(
        put(edition, place, Group("any", (first, second))), put(edition, place, Group("any", (first, third)))
    )
    assert "；" in change.before.zh
    assert "；" not in change.short[0].zh


def test_a_sentence_that_tells_one_difference_hides_no_other(edition):
    rule = edition.rules["credit_village"]
    place = ("rules", rule.id, "body", "criteria", rule.body.criteria[0].id, "condition")
    first, second, third = (one.condition for one in rule.body.criteria[:3])
    old, new = Group("all", (first, second), 0), Group("all", (first, third), 2)
    changes = diff(put(edition, place, old), put(edition, place, new))
    assert [change.aspect for change in changes] == ["condition", "condition.least"]


def test_a_limit_on_another_fact_is_not_told_as_another_limit_on_the_same(changes):
    found = changes(
        ("credit_village.yaml", "{filing_share: {at_least: 90%}}", "{granting_share: {at_least: 80%}}"),
    )
    told = {change.aspect: change for change in found}
    assert told["condition"].short[0].zh.startswith("采集评级率 ")
    assert told["condition"].short[1].en.startswith("Granting rate ")


@pytest.fixture
def jin_city(tmp_path):
    """The differences that an edit of the plan of Jin City makes, in the order they are told."""

    def made(file, old, new):
        source = PLANS / "jin-city" / "2024-07-01"
        copy = shutil.copytree(source, tmp_path / "jin-city" / "2024-07-01")
        text = (copy / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        (copy / file).write_text(text.replace(old, new), encoding="utf-8")
        before, after = load(source, PLANS).edition, load(copy, tmp_path).edition
        assert before is not None
        assert after is not None
        return diff(before, after)

    return made


def test_a_ranking_by_another_fact_is_told_once_and_by_its_title(jin_city):
    [change] = jin_city("commended.yaml", "{by: merit, ", "{by: loans, ")
    assert change.short[0].zh.startswith("综合得分（")
    assert change.short[1].zh.startswith("贷款余额（")


def test_a_ranking_by_another_fact_shows_behind_a_title_that_hides_it(jin_city):
    [change] = jin_city("commended.yaml", "{by: merit, ", "{by: loans, title: {zh: 综合得分, en: Score}, ")
    assert change.short[1].zh.startswith("综合得分：贷款余额（")


def test_a_comparison_of_another_fact_is_told_once(jin_city):
    [change] = jin_city("title.yaml", "good_share: {at_least: 60%}", "loans: {at_least: 6 万元}")
    assert change.short[1].zh == "贷款余额 不低于 6万元"


def test_a_fact_is_named_by_its_title_where_an_item_has_its_id(jin_city):
    changes = jin_city(
        "village_score.yaml",
        "fact: judged, points: {excellent: 40, good: 30, poor: 0}",
        "fact: filing, bands: [{below: 50%, points: 0}, {at_least: 50%, points: 40}]",
    )
    told = {change.aspect: change.before.zh + " → " + change.after.zh for change in changes}
    assert told["shown.name"] == "评议等级（取最低） → 建档率"


@pytest.mark.parametrize("join", ["any", "all"])
def test_a_part_of_what_is_forbidden_is_told_with_the_whole(edition, join):
    place = ("rules", "screening", "body", "criteria", "deceased", "condition")
    named = {one.id: one.condition for one in edition.rules["screening"].body.criteria}
    parts = tuple(named[name] for name in ("deceased", "absconded", "age"))
    before, after = (put(edition, place, Group(join, pair, 0)) for pair in (parts[:2], (parts[0], parts[2])))
    for lang, words in (("zh", ("不得：", "为 已去世")), ("en", ("not: ", "is deceased"))):
        told = diff(before, after)[0].text(lang).split(" → ")
        assert all(word in side for side in told for word in words), told


def test_a_row_called_by_its_condition_goes_without_telling_it_twice(edition):
    rows = edition.rules["grading"].body.rows
    one = next(row for row in rows if row.id == "AAA")
    [removed] = [
        each for each in diff(edition, put(edition, ("rules", "grading", "body", "rows"), tuple(
            row for row in rows if row is not one))) if each.what == "removed"
    ]  # fmt: skip
    assert removed.text("zh") == "删除 采用的等级 为 AAA级：结论：AAA级"
    assert removed.text("en") == "removed: Grade used is AAA: outcome AAA"


def test_a_ceiling_that_goes_is_told_as_no_prohibition(jin_city):
    [change] = jin_city(
        "village_score.yaml",
        "ceilings:\n  - {id: hill, set_by: lender, when: {kind: hill, filing: {below: 50%}}, "
        "title: {zh: 山区建档率不足的最高为中, en: Hill village with little filed}, at_most: fair}",
        "",
    )
    assert change.text("zh").endswith("：类别 为 山区，且建档率 低于 50%；最高：中")
    assert change.text("en").endswith(": Kind is hill, and Filing rate is below 50%; most fair")


def test_grades_in_another_order_are_told_where_they_are_declared(jin_city):
    changes = jin_city(
        "facts.yaml",
        "choices: {excellent: {zh: 优, en: excellent}, good: {zh: 良, en: good}",
        "choices: {good: {zh: 良, en: good}, excellent: {zh: 优, en: excellent}",
    )
    assert [(change.path, change.aspect) for change in changes] == [("judge.mark", "choices")]


def test_the_order_of_rows_is_told_by_their_titles(edition):
    body = edition.rules["grading"].body
    [change] = altered(edition, ("rules", "grading", "body", "rows"), body.rows[::-1])
    assert change.aspect == "rows.order"
    assert change.before.en.split(", ") == change.after.en.split(", ")[::-1]
    assert not {one.id for one in body.rows} & set(change.before.zh.split("、"))


@pytest.mark.parametrize(
    ("place", "value", "zh", "en"),
    [
        (("rules", "grading", "body", "hit"), "all", "命中方式：第一条成立的行 → 成立的各行都生效",
         "hit policy: the first row that holds → every row that holds"),
        (("rules", "scoring", "body", "full_marks"), 90, "满分：100分 → 90分", "full marks: 100 points → 90 points"),
        (("rules", "scoring", "body", "items", "conduct", "missing"), 5, "品行口碑 缺数据时得分：无法评分 → 5分",
         "Conduct points where data is missing: no score → 5 points"),
        (("subjects", "county", "facts", "borrowing_households", "part_of"), (), "是哪个数的一部分：", "part of: "),
        (("rules", "demonstration_village", "body", "ties"), "by_id", "并列：并列的同取 → 按编号分先后",
         "ties: equals share a place → by id"),
    ],
)  # fmt: skip
def test_a_field_that_no_sentence_tells_is_told_by_its_name(edition, place, value, zh, en):
    [change] = altered(edition, place, value)
    assert zh in change.text("zh")
    assert en in change.text("en")


def test_a_total_that_loses_its_bounds_has_none(edition):
    place = ("rules", "scoring", "body")
    bounded = put(put(edition, (*place, "least"), 0), (*place, "most"), 105)
    [change] = diff(bounded, put(put(bounded, (*place, "least"), None), (*place, "most"), None))
    assert change.text("zh") == "总分：0分 – 105分 → 不限"
    assert change.text("en") == "Total: 0 points – 105 points → no bound"


@pytest.mark.parametrize("key", ["require", "reject"])
def test_a_condition_on_another_kind_of_fact_is_told_in_one_sentence(key):
    facts = {"proven": small.given("boolean"), "n": small.count(), "kind": small.choice("x", "y")}
    conditions = [{"proven": True}, {"n": {"below": "2 houses"}}, {"kind": "x"}]
    rules = [small.checklist({key: one, "outcome": "bad"} if key == "reject" else {key: one}) for one in conditions]
    editions = [small.small(facts, {"d": rule}) for rule in rules]
    told = [[one.aspect for one in diff(old, new)] for old in editions for new in editions if old is not new]
    assert told == [["condition"]] * 6


def test_points_by_a_formula_instead_of_bands_are_told_in_words():
    facts = {"n": small.count()}
    item = {"id": "i", "title": {"zh": "项", "en": "item"}}
    bands = {"fact": "n", "bands": [{"below": "2 houses", "points": 5}, {"at_least": "2 houses", "points": 60}]}
    formula = {"formula": {"product": [{"ratio": ["n", "1 house"]}, "3 points"]}, "at_least": 0, "at_most": 60}
    rest = {"full_marks": 60, "grades": [{"grade": "good", "at_least": 30}, {"grade": "bad", "below": 30}]}
    outcomes = {name: {"title": one["title"]} for name, one in small.OUTCOMES.items() if name in ("good", "bad")}
    head = {"outcomes": {**outcomes, "open": small.OUTCOMES["open"]}, **rest}
    old, new = (small.small(facts, {"d": small.head("scorecard", **head, items=[{**item, **one}])})
                for one in (bands, formula))  # fmt: skip
    for one, other in ((old, new), (new, old)):
        assert {change.aspect for change in diff(one, other)} == {"condition", "least", "most"}
