"""Two editions are compared item by item, and what differs is said in words."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from rules.building.loader import load
from rules.building.store import open_store
from rules.variants.new_edition import Exists, new_edition
from rules.variants.whatif import NoSuchFigure, Supposition, suppose
from rules.words.diff import diff

POLICIES = Path(__file__).parents[2] / "policies"
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
        loaded = load(folder, root)
        assert loaded.edition is not None, loaded.problems
        return diff(edition, loaded.edition)

    return made


def test_the_same_edition_has_no_differences(changes):
    assert changes() == []


@pytest.mark.parametrize(
    ("edit", "path", "zh", "en"),
    [
        (("credit_village.yaml", "{a_grade_share: {at_least: 55%}}", "{a_grade_share: {at_least: 60%}}"),
         "credit_village.a_grade_share", "A级及以上信用户占比：55% → 60%", "A-grade share: 55% → 60%"),
        (("credit_village.yaml", "{a_grade_share: {at_least: 55%}}", "{a_grade_share: {above: 55%}}"),
         "credit_village.a_grade_share", "A级及以上信用户占比：不低于 55% → 高于 55%",
         "A-grade share: at least 55% → above 55%"),
        (("screening.yaml", "[18 years, 65 years]", "[18 years, 60 years]"),
         "screening.age", "年龄适合授信：65年 → 60年", "Age fit for credit: 65 → 60"),
        (("grant.yaml", "{limit: 20 万元}", "{limit: 30 万元}"), "grant.grade_aaa",
         "AAA级额度 给予：建议额度 20万元 → 建议额度 30万元",
         "Limit for AAA grants: Proposed limit 200,000 yuan → Proposed limit 300,000 yuan"),
        (("facts.yaml", "value: 50 bp", "value: 60 bp"), "village.rate_discount",
         "行政村·利率优惠（示例）：0.5% → 0.6%",
         "Administrative village: Rate discount (example): 0.5% → 0.6%"),
        (("demonstration_village.yaml", "take: 4", "take: 5"), "demonstration_village.order",
         "排序 取几名：4 → 5", "Order how many are taken: 4 → 5"),
        (("scoring.yaml", "points: {good: 25,", "points: {good: 24,"), "scoring.conduct",
         "25分；品行口碑 → 24分；品行口碑", "Conduct: 25 → 24"),
        (("facts.yaml", "counted: {count: household, where: {screening: collectable}}",
          "counted: {count: household}"), "village.collectable_households",
         "批量汇总自：农户的个数（可采集信息农户筛选 为 列入可采集信息农户名单） → 农户的个数",
         "counted in bulk from: number of Farm household (Screening for collectable households is collectable) → "),
        (("manager_assignment.yaml", "keep: {at_least: 80%", "keep: {at_least: 90%"), "manager_assignment.keep",
         "沿用上次分派：80% → 90%", "What stays of the last assignment: 80% → 90%"),
        (("plan.yaml", "from: 2026-05-01", "from: 2026-06-01"), "plan.from",
         "生效日：2026-05-01 → 2026-06-01", "In force from: 2026-05-01 → 2026-06-01"),
    ],
)  # fmt: skip
def test_a_change_is_said_as_it_was_and_as_it_is(changes, edit, path, zh, en):
    extra = [("scoring.yaml", "full_marks: 100", "full_marks: 99")] if edit[0] == "scoring.yaml" else []
    found = {change.path: change for change in changes(edit, *extra)}
    assert set(found) == {path}
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


def test_a_new_edition_is_a_copy_whose_dates_meet_those_of_the_one_before(root):
    steps = new_edition(root, PLAN, date(2027, 5, 1))
    assert [step.file for step in steps] == [
        f"{PLAN}/2027-05-01/",
        f"{PLAN}/2027-05-01/plan.yaml",
        f"{PLAN}/{DAY}/plan.yaml",
    ]
    store = open_store(root)
    spans = [(one.effective_from, one.effective_to) for one in store.plans[PLAN]]
    assert spans == [(date(2026, 5, 1), date(2027, 4, 30)), (date(2027, 5, 1), None)]


def test_comments_survive_a_new_edition(root):
    new_edition(root, PLAN, date(2027, 5, 1))
    for day in (DAY, "2027-05-01"):
        assert "} # 方案写" in (root / PLAN / day / "plan.yaml").read_text(encoding="utf-8")


def test_an_edition_can_be_begun_between_two(root):
    new_edition(root, PLAN, date(2027, 5, 1))
    new_edition(root, PLAN, date(2027, 1, 1), source=DAY)
    spans = [(one.effective_from, one.effective_to) for one in open_store(root).plans[PLAN]]
    assert spans[1:] == [(date(2027, 1, 1), date(2027, 4, 30)), (date(2027, 5, 1), None)]


def test_dates_on_lines_of_their_own_are_set_too(root):
    plan = root / PLAN / DAY / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("effective: {from: 2026-05-01}", "effective:\n  from: '2026-05-01'"), encoding="utf-8")
    new_edition(root, PLAN, date(2027, 5, 1))
    assert "effective:\n  from: '2026-05-01' # 方案写" in plan.read_text(encoding="utf-8")
    assert [one.effective_to for one in open_store(root).plans[PLAN]] == [date(2027, 4, 30), None]


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
