"""Examples that a changed edition breaks, and the test cases that a plan keeps beside its editions."""

import shutil

import pytest

from rules import open_store
from rules.model.touched import touched
from service.examples.scenarios import broken, documents
from tests.editions import FEATURES, POLICIES, store
from tests.unit.test_command import call

EDITION = "xx-county/2026-05-01"
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
    [("not_qualified", 0, ""), ("qualified", 1, "V-1 的“信用村评定标准”应为“达标”，按 xx-county/2026-05-01 是“不达标”"),
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
