"""The store knows which edition is in force on a day, and keeps what is good when something is not."""

import gc
import shutil
from datetime import date
from pathlib import Path

import pytest

from rules.building import loader
from rules.building.store import NotInForce, folders, open_store, read_store
from rules.problems.problem import PolicyError

BASE = Path(__file__).parents[1] / "policy/base"
PLAN = "plan: base\ntitle: {{zh: 试, en: trial}}\nissuer: {{zh: 试, en: trial}}\neffective: {{from: {0}, to: {1}}}\n"
CHILD = PLAN + "extends: {{plan: base, edition: 2026-05-01}}\n"

ACKNOWLEDGED = """acknowledged:
  - {warning: ends, at: effective.to, by: {zh: 政策岗, en: office}, on: 2027-05-01, because: {zh: 试点, en: trial}}
"""


@pytest.fixture
def root(tmp_path):
    """Two editions that meet."""
    shutil.copytree(BASE, tmp_path / "base")
    first, second = (tmp_path / "base" / day / "plan.yaml" for day in ("2026-05-01", "2027-05-01"))
    first.write_text(PLAN.format("2026-05-01", "2027-04-30"), encoding="utf-8")
    second.parent.mkdir()
    second.write_text(CHILD.format("2027-05-01", "2028-04-30"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("on", "edition"), [
    (date(2026, 5, 1), "base/2026-05-01"), (date(2027, 4, 30), "base/2026-05-01"),
    (date(2027, 5, 1), "base/2027-05-01"), (date(2028, 4, 30), "base/2027-05-01"),
])  # fmt: skip
def test_the_edition_in_force(root, on, edition):
    assert open_store(root).in_force("base", on).id == edition


@pytest.mark.parametrize(("on", "near"), [
    (date(2026, 4, 30), date(2026, 5, 1)), (date(2028, 5, 1), date(2028, 4, 30)),
])  # fmt: skip
def test_no_edition_in_force_names_those_there_are_and_a_day_of_one(root, on, near):
    with pytest.raises(NotInForce, match=r"2026-05-01\.\.2027-04-30, 2027-05-01\.\.2028-04-30") as told:
        open_store(root).in_force("base", on)
    assert told.value.day == near


@pytest.mark.parametrize(("day", "edition"), [
    (date(2026, 4, 30), "base/2026-05-01"), (date(2027, 4, 30), "base/2026-05-01"),
    (date(2027, 5, 1), "base/2027-05-01"), (date(2030, 1, 1), "base/2027-05-01"),
])  # fmt: skip
def test_there_is_an_edition_to_show_on_every_day(root, day, edition):
    assert [one.id for one in open_store(root).by(day)] == [edition]


def test_an_edition_without_a_last_day_ends_the_day_before_the_next(root):
    """To publish the next one nothing of the one before changes."""
    first = root / "base/2026-05-01/plan.yaml"
    first.write_text(PLAN.format("2026-05-01", "2027-04-30").replace(", to: 2027-04-30", ""), encoding="utf-8")
    store = open_store(root)
    assert [store.ends(one) for one in store.plans["base"]] == [date(2027, 4, 30), date(2028, 4, 30)]
    assert [store.in_force("base", day).id for day in (date(2027, 4, 30), date(2027, 5, 1))] == [
        "base/2026-05-01",
        "base/2027-05-01",
    ]
    with pytest.raises(LookupError, match=r"2026-05-01\.\.2027-04-30, 2027-05-01"):
        store.in_force("base", date(2026, 4, 30))


def test_a_last_day_on_or_after_the_next_first_day_is_an_error(root):
    first = root / "base/2026-05-01/plan.yaml"
    first.write_text(PLAN.format("2026-05-01", "2027-05-01"), encoding="utf-8")
    assert [one.code for one in read_store(root).problems if one.severity == "error"] == ["edition.overlap"]


def test_the_edition_after_another(root):
    store = open_store(root)
    first, second = store.plans["base"]
    assert (store.after(first), store.after(second)) == (second, None)


def test_a_plan_may_lapse_where_its_next_edition_says_so(root):
    second = root / "base/2027-05-01/plan.yaml"
    text = second.read_text(encoding="utf-8").replace("from: 2027-05-01", "from: 2027-06-01")
    (root / "base/2027-05-01").rename(root / "base/2027-06-01")
    second = root / "base/2027-06-01/plan.yaml"
    second.write_text(text, encoding="utf-8")
    assert [one.code for one in read_store(root).problems if one.severity == "error"] == ["edition.gap"]

    second.write_text(text.replace("2027-06-01,", "2027-06-01, after_lapse: true,"), encoding="utf-8")
    store = open_store(root)
    assert store.in_force("base", date(2027, 6, 1)).after_lapse
    with pytest.raises(LookupError, match=r"2026-05-01\.\.2027-04-30, 2027-06-01"):
        store.in_force("base", date(2027, 5, 15))


def test_an_unknown_plan_or_edition_names_those_there_are(root):
    store = open_store(root)

    with pytest.raises(LookupError, match="base"):
        store.in_force("bass", date(2026, 5, 1))
    with pytest.raises(LookupError, match="base/2026-05-01"):
        store.edition("base/2026-05-02")
    assert store.edition("base/2026-05-01").effective_from == date(2026, 5, 1)


def test_an_edition_that_extends_another_changes_only_what_it_says(root):
    changed = root / "base/2027-05-01/standing.yaml"
    changed.write_text("criteria:\n  - {id: share, require: {a_grade_share: {at_least: 60%}}}\n", encoding="utf-8")
    first, second = open_store(root).plans["base"]
    before, after = (edition.rules["standing"].body.criteria for edition in (first, second))

    assert [one.id for one in before] == [one.id for one in after]
    assert after[0].condition.tests[0].limits[0].value * 10 == 6
    assert after[0].mark.file == "base/2027-05-01/standing.yaml"
    assert after[1].mark.file == "base/2026-05-01/standing.yaml"
    assert first.sha256 != second.sha256


def test_a_changed_parent_changes_the_childs_digest(root):
    before = open_store(root).edition("base/2027-05-01").sha256
    file = root / "base/2026-05-01/limit.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("5 万元", "6 万元"), encoding="utf-8")

    assert open_store(root).edition("base/2027-05-01").sha256 != before


def test_the_same_files_have_the_same_digest_wherever_they_lie(root, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "policies"
    shutil.copytree(root, elsewhere)

    assert open_store(elsewhere).edition("base/2026-05-01").sha256 == open_store(root).edition("base/2026-05-01").sha256


def test_a_bad_edition_leaves_the_good_ones(root):
    (root / "base/2027-05-01/standing.yaml").write_text("criteria: nonsense\n", encoding="utf-8")
    store = read_store(root)

    assert [edition.id for edition in store.plans["base"]] == ["base/2026-05-01"]
    assert store.problems
    with pytest.raises(PolicyError) as raised:
        open_store(root)
    assert raised.value.problems == store.problems


def test_only_folders_with_a_plan_are_editions(root):
    (root / "base/notes").mkdir()
    (root / "README.md").write_text("hello", encoding="utf-8")

    assert [folder.name for folder in folders(root)] == ["2026-05-01", "2027-05-01"]
    assert read_store(root / "nowhere").plans == {}


# --- days that want a look


def told(root):
    """The warnings of the dates of editions as (place, severity, code), without those of the rules."""
    return [(one.mark.file, one.severity, one.code.rpartition(".")[2]) for one in read_store(root, warn=False).problems]


def test_a_plan_that_ends_is_told_at_its_last_edition(root):
    assert told(root) == [("base/2027-05-01/plan.yaml", "warning", "ends")]
    (ends,) = [one.mark for one in read_store(root).problems if one.code == "warning.ends"]
    text = (root / ends.file).read_text(encoding="utf-8").splitlines()[ends.line - 1]
    assert text[: ends.column - 1].endswith("to: ")


def test_a_child_in_force_before_its_parent_is_told(root):
    child = root / "child/2026-04-30/plan.yaml"
    child.parent.mkdir(parents=True)
    text = CHILD.format("2026-04-30", "2099-12-31").replace("plan: base\ntitle", "plan: child\ntitle")
    child.write_text(text.replace(", to: 2099-12-31", ""), encoding="utf-8")
    assert ("child/2026-04-30/plan.yaml", "warning", "before_parent") in told(root)
    child.parent.rename(root / "child/2026-05-01")
    child = root / "child/2026-05-01/plan.yaml"
    child.write_text(child.read_text(encoding="utf-8").replace("from: 2026-04-30", "from: 2026-05-01"), "utf-8")
    assert [code for file, _, code in told(root) if file.startswith("child/")] == []


@pytest.mark.parametrize(("issued", "codes"), [("2027-05-02", ["ends", "back_dated"]), ("2027-05-01", ["ends"])])
def test_an_edition_issued_after_its_first_day_is_told(root, issued, codes):
    plan = root / "base/2027-05-01/plan.yaml"
    plan.write_text(CHILD.format("2027-05-01", f"2028-04-30, issued: {issued}"), encoding="utf-8")
    assert {code for _, _, code in told(root)} == {*codes}


def test_a_date_that_is_meant_can_be_acknowledged(root):
    plan = root / "base/2027-05-01/plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8") + ACKNOWLEDGED, encoding="utf-8")
    assert told(root) == [("base/2027-05-01/plan.yaml", "acknowledged", "ends")]
    assert [one.code for one in read_store(root).problems if one.mark.file == "base/2027-05-01/plan.yaml"] == [
        "warning.ends"
    ]


def test_a_problem_of_a_file_that_is_inherited_names_the_child_too(root):
    """What the parent has too is told with the parent alone."""
    facts = root / "base/2027-05-01/facts.yaml"
    facts.write_text("subjects: {village: {facts: {households: {remove: true}}}}\n", encoding="utf-8")
    problems = [one for one in read_store(root).problems if one.severity == "error"]
    assert problems
    assert {one.mark.file.rpartition("/")[0] for one in problems} == {"base/2026-05-01"}
    assert all("base/2027-05-01" in one.zh and "base/2027-05-01" in one.en for one in problems)
    facts.unlink()
    extra = "  - {id: extra, title: {zh: 查, en: it}, set_by: lender, require: {a_grade_share: {at_least: 0%}}}\n"
    standing = root / "base/2026-05-01/standing.yaml"
    standing.write_text(standing.read_text(encoding="utf-8") + extra, encoding="utf-8")
    [idle] = [one for one in read_store(root).problems if one.code == "warning.always_met"]
    assert "2027-05-01" not in idle.zh


@pytest.mark.parametrize("at_work", [True, False])
@pytest.mark.parametrize("broken", [True, False])
def test_the_cycle_collector_rests_while_an_edition_is_read_and_is_left_as_it_was(root, monkeypatch, at_work, broken):
    seen, real = [], loader._opened
    monkeypatch.setattr(loader, "_opened", lambda *asked: seen.append(gc.isenabled()) or real(*asked))
    if broken:
        (root / "base/2026-05-01/facts.yaml").write_text("{", encoding="utf-8")
    (gc.enable if at_work else gc.disable)()
    try:
        store = read_store(root)
        left = gc.isenabled()
    finally:
        gc.enable()

    assert any(one.severity == "error" for one in store.problems) is broken
    assert (seen, left) == ([False, False], at_work)
