"""Registers kept by hand and exports of core systems: what stands between and below their records."""

import pytest

from service.county.intake.inputs import Unreadable
from tests.county.test_clerks import HEADINGS, Looked, book, households, text

SIX = households(6)
BLANK = [""] * (len(HEADINGS) - 1)


def differing(looked):
    return [(one.row, one.stated, one.records) for one in looked.file.stated]


@pytest.mark.parametrize(
    "words",
    ["合计：{}户", "合计{}户", "总计{}户，贷款60万元", "共{}户", "共计 {} 个农户", "总记录数:{}", "合计（{}条）"],
)
def test_a_total_that_says_how_many_is_held_against_the_rows(words, tmp_path):
    right, wrong = (text(tmp_path / f"{n}.csv", [HEADINGS, *SIX, [words.format(n), *BLANK]]) for n in (6, "1,200"))
    looked = Looked(right)
    assert (looked.unused(), looked.file.sheets[0].agreeing, differing(looked)) == ({("", "total"): 1}, 1, [])
    assert differing(Looked(wrong)) == [(8, "1200", "6")]


def test_a_subtotal_says_how_many_there_are_since_the_last_one(tmp_path):
    lines = [HEADINGS, *SIX[:4], ["小计", "4户", *BLANK[1:]], *SIX[4:], ["小计", "3户", *BLANK[1:]]]
    looked = Looked(text(tmp_path / "h.csv", lines))
    assert (looked.file.sheets[0].agreeing, differing(looked)) == (1, [(9, "3", "2")])


def test_what_is_counted_beside_a_total_is_not_the_number_of_its_rows(tmp_path):
    """合计 | 6户, and further right how many of them are A-grade."""
    total = ["合计：6户", *BLANK[:4], "3户", *BLANK[5:]]
    assert differing(Looked(text(tmp_path / "h.csv", [HEADINGS, *SIX, total]))) == []


def test_a_total_above_the_records_is_told_with_their_sum(tmp_path):
    total = ["合计", *BLANK[:6], "1", *BLANK[7:]]
    assert differing(Looked(text(tmp_path / "h.csv", [HEADINGS, total, *SIX]))) == [(2, "1", "300000")]


def test_records_below_another_heading_are_not_read_under_the_first(tmp_path):
    """Two registers were pasted one below the other, and their columns differ in order: amounts would change places."""
    swapped = [*HEADINGS[:-2], HEADINGS[-1], HEADINGS[-2]]
    lines = [HEADINGS, *SIX[:3], ["东村农户登记表", *BLANK], swapped, *SIX[3:]]
    with pytest.raises(Unreadable) as told:
        Looked(book(tmp_path / "h.xlsx", {"表": lines}))
    assert "第 6 行又是标题行，和第 1 行的列不一样" in told.value.zh
    lines[5] = HEADINGS
    assert len(Looked(book(tmp_path / "g.xlsx", {"表": lines})).rows) == 6


@pytest.mark.parametrize("line", ["2.金额单位为元。", "3、本表由村委会填写", "END", "EOF"])
def test_numbered_notes_and_ends_of_an_export_are_no_records(line, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", [HEADINGS, *SIX, [line, *BLANK]]))
    assert (looked.unused(), looked.bad) == ({("", "note"): 1}, [])


def test_an_archive_of_a_page_is_refused_by_name(tmp_path):
    path = tmp_path / "h.xls"
    path.write_bytes(b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=a\r\n\r\n<html><table></table>")
    with pytest.raises(Unreadable) as told:
        Looked(path)
    assert ".mht" in told.value.zh
