"""What somebody types to find an item: several words, and a figure however it is written."""

import pytest

from rules.building.store import open_store
from rules.warnings.numerals import figures
from rules.words.book import Book
from rules.words.searched import searched
from service.settings import HOME


@pytest.fixture(scope="module")
def book():
    return Book(open_store(HOME / "policies").plans["xx-county"][0])


@pytest.fixture(scope="module")
def lending():
    """The editions of another county's plan, which has amounts."""
    plans = open_store(HOME / "tests" / "plans").plans
    return [Book(one) for several in plans.values() for one in several]


def found(book, text):
    return [one.path for one in book.search(text)]


@pytest.mark.parametrize("text", ["信用户 占比", "占比　信用户", "A-grade share", "share A-GRADE"])
def test_words_apart_are_all_found_in_an_item_in_whatever_order(book, text):
    assert {"credit_village.a_grade_share", "village.a_grade_share"} <= {*found(book, text)}
    assert found(book, f"{text} 五保") == []


@pytest.mark.parametrize("text", ["55%", "55 %", "５５％", "55", "五十五", "百分之五十五", "五成五", "0.550"])
def test_a_share_is_found_however_it_is_written(book, text):
    assert found(book, text) == found(book, "0.55")
    assert "credit_village.a_grade_share" in found(book, text)
    assert found(book, f"信用户 {text} 占比")[0] == "credit_village.a_grade_share"


@pytest.mark.parametrize("text", ["20000", "2 万元", "2 万 元", "20,000元", "两万", "二 万元", "２万元"])
def test_an_amount_is_found_however_it_is_written(lending, text):
    assert [found(one, text) for one in lending] == [found(one, "2万") for one in lending]
    assert any(found(one, text) for one in lending)


def test_a_figure_is_no_part_of_another_and_its_operator_is_asked_for(book):
    assert "credit_village.a_grade_share" not in found(book, "5%") + found(book, "0.5") + found(book, "5")
    assert "credit_village.a_grade_share" in found(book, "不低于55%")
    assert "credit_village.a_grade_share" not in found(book, "不超过55%")


@pytest.mark.parametrize("text", ["", " ", "　", "1" + "万" * 9999, "9" * 10_000, "万" * 10_000, "五" * 10_000])
def test_nothing_is_found_by_nothing_and_by_what_is_no_figure(book, text):
    assert found(book, text) == []


def test_long_texts_are_read():
    assert len(searched("占比 55% " * 1_250)) == 2
    assert [one.text for one in searched("30 40 55 %")] == ["30", "40", "55%"]
    assert figures("1" + "万" * 9999)  # of a clause that somebody wrote
