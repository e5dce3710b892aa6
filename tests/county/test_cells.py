"""No cell of a CSV file for people begins like a formula."""

import csv
import io

import pytest

from service.county.cells import defused


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A55", "+1+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "-H7", "+86 1"]
)
def test_a_text_that_reads_like_a_formula_is_defused(text):
    assert list(defused([["H-1", text]])) == [["H-1", f"'{text}"]]


@pytest.mark.parametrize("value", ["H-1", "-5", "+3.5", "-12%", "-1,200.5", "", None, -3, "村=1"])
def test_everything_else_stays(value):
    assert list(defused([[value]])) == [[value]]


def test_what_csv_makes_of_it_begins_with_the_mark():
    file = io.StringIO()
    csv.writer(file).writerows(defused([["=1,2"]]))
    assert file.getvalue() == '"\'=1,2"\r\n'
