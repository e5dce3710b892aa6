"""What is told of an edition beside its sentences is told by titles where the plan has them, in words where the model
has codes, once, and without lines that say nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from rules.building.store import open_store
from rules.words.book import Book
from rules.words.diff import diff

POLICIES = Path(__file__).parents[2] / "policies"


@pytest.fixture(scope="module")
def edition():
    return open_store(POLICIES).plans["xx-county"][-1]


@pytest.fixture(scope="module")
def book(edition):
    return Book(edition)


@pytest.mark.parametrize(("path", "zh", "en"), [
    ("manager_assignment", "沿用比例由谁规定：农信社", "share that stays, set by: the lender"),
    ("village.residents", "整数（人）", "a count (person)"),
    ("village.households", "整数（农户）", "a count (Farm household)"),
    ("review.committee_members", "组号：panel", "id of the group: panel"),  # no decision of the same name
    ("report", "预告月数：1、2、3、", "months ahead: 1, 2, 3, "),
    ("report", "合计：预授信额度", "total: Pre-granted limit"),
    ("report", "结论：有下一步待办", "outcome: a step is still to be done"),
    ("report", "依据：下一步由谁办理", "by: Who acts next"),
    ("report", "份额：信用村占比", "share: Credit-village share"),
    ("extracts", "列·农户·拟授信人状态·值的写法·去世：已去世", "words of values · 去世: deceased"),
    ("extracts", "列·行政村·编号·列标题", "columns · Administrative village · id · headings"),
])  # fmt: skip
def test_what_has_a_title_is_told_by_it(book, path, zh, en):
    line = book.line(path)
    assert zh in line.whole("zh")
    assert en in line.whole("en")


def test_a_trait_is_told_by_its_name(edition):
    village = edition.subjects["village"]
    fact = replace(village.facts["pilot"], trait="marital_status")
    facts = {**village.facts, "pilot": fact}
    changed = replace(edition, subjects={**edition.subjects, "village": replace(village, facts=facts)})
    assert "marital_status" not in Book(changed).line("village.pilot").whole("zh")


def test_a_full_stop_does_not_stand_before_a_semicolon(book):
    for line in book.lines.values():
        assert "。；" not in line.whole("zh")
        assert ".; " not in line.whole("en")


def test_what_says_nothing_is_no_line(book):
    assert [one.path for one in book.of_kind("plan", "subject", "fact") if not one.whole("zh")] == []
    assert "subjects.constants" in book.lines
    assert "subjects.constants" not in [one.path for one in book.of_kind("subject")]


def test_a_formula_that_becomes_a_value_is_told_once():
    plans = open_store(Path(__file__).parents[1] / "plans").plans
    found = [
        one for one in diff(plans["yun-county"][-1], plans["yun-credit-union"][-1]) if one.path == "village.peer_npl"
    ]
    assert [one.after.zh for one in found if "3%" in one.after.zh or "3/100" in one.after.zh] == ["3%"]
