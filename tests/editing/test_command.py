"""`policies set`: shows what it changes, writes only when told, and nothing that could not be used."""

import json
import shutil

import pytest

from tests.unit.test_command import ROOT, call

EDITION = "xx-county/2026-05-01"


@pytest.fixture
def root(tmp_path):
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    return tmp_path / "policies"


def put(root, *said, lang="en"):
    return call("policies", "set", EDITION, *said, "--policies", str(root), *(("--lang", lang) if lang else ()))


def lines_of(root):
    return {path.name: path.read_text(encoding="utf-8").splitlines() for path in (root / EDITION).glob("*.yaml")}


def test_a_figure_its_operator_its_clause_and_a_title_are_written_each_on_its_line(root):
    before = lines_of(root)
    told = put(root, "credit_village.a_grade_share=above 60%", "plan.title.zh=新: 标题", "--clause", "--write")
    assert told.exit_code == 0, told.output
    assert "4 files changed (written)" in told.output
    after = lines_of(root)
    changed = [(old, new) for name in before for old, new in zip(before[name], after[name], strict=True) if old != new]
    assert len(changed) == 9  # six of them lines of the reading
    assert "    require: {a_grade_share: {above: 60%}}" in [new for _, new in changed]
    assert sum("60%" in new for _, new in changed) == 8


def test_nothing_is_written_unless_told_and_the_clause_that_differs_is_named(root):
    before = lines_of(root)
    told = put(root, "credit_village.a_grade_share=60%")
    assert told.exit_code == 0
    assert "+    require: {a_grade_share: {at_least: 60%}}" in told.output
    assert "the words still say 55; --clause makes it 60: clauses.clauses.四(三)1(1).text" in told.output
    assert "nothing is written without --write" in told.output
    assert lines_of(root) == before


def test_what_could_not_be_used_is_not_written_and_its_problem_is_told(root):
    before = lines_of(root)
    told = put(root, "credit_village.a_grade_share=60 yuan", "--write", lang="")
    assert told.exit_code == 1
    assert lines_of(root) == before
    made = json.loads(put(root, "credit_village.a_grade_share=60 yuan", "--write", "--json", lang="").stdout)
    assert (made["ok"], made["written"]) == (False, False)
    assert [one["file"] for one in made["changes"]] == [f"{EDITION}/credit_village.yaml"]


@pytest.mark.parametrize(("said", "told"), [
    ("credit_vilage.a_grade_share=60%", "did you mean credit_village.a_grade_share"),
    ("credit_village.titel.zh=x", "did you mean title"),
    ("village.rate_discount=above 60 bp", "has no operator"),
    ("nonsense", "Write PLACE=VALUE"),
])  # fmt: skip
def test_places_that_there_are_not_are_named_with_what_is_near(root, said, told):
    made = put(root, said)
    assert made.exit_code == 2
    assert told in made.output


CASES = """\
- on: 2027-08-01
  subject: {id: V-1}
  decisions: {credit_village: %s}
  facts: {public_order_stable: %s}
"""


def test_the_cases_that_would_come_out_otherwise_are_named_and_keep_nobody_from_writing(root):
    (root / EDITION / "cases.yaml").write_text(CASES % ("not_qualified", "false"), "utf-8")
    turned = "credit_village.criteria.public_order_stable.require.public_order_stable=false"
    assert "case" not in put(root, "plan.title.zh=新").stdout
    told = put(root, turned, "--write")
    assert told.exit_code == 0, told.output
    assert "cases.yaml:1" in told.output
    assert (
        "of V-1 must be “not qualified”; by “XX County whole-village credit granting plan” (from 2026-05-01) it is “"
        in told.output
    )
    assert "(written)" in told.output
    made = json.loads(put(root, "plan.title.zh=旧", "--json").stdout)
    assert [one["code"] for one in made["problems"] if one["severity"] == "warning"] == ["case.missed"]


def test_the_cases_of_an_edition_that_extends_it_are_held_too(root):
    child = root / "xx-child" / "2026-05-01"
    child.mkdir(parents=True)
    (child / "plan.yaml").write_text(CHILD, "utf-8")
    (child / "cases.yaml").write_text(CASES % ("not_qualified", "false"), "utf-8")
    told = put(root, "credit_village.criteria.public_order_stable.require.public_order_stable=false")
    assert "xx-child/2026-05-01/cases.yaml:1" in told.output


CHILD = """\
plan: xx-child
title: {zh: 子方案, en: Child}
issuer: {zh: 子县, en: Child county}
effective: {from: 2026-05-01}
extends: {plan: xx-county, edition: 2026-05-01}
"""
