"""Files of every kind that is read, with what each must give: the rows read, kept, set aside and not used, by sheet,
and the cells that are not known."""

import json
from contextlib import closing
from datetime import date

import pyarrow.parquet as pq
import pytest

from rules.model import CONSTANTS
from service.county.backend import Duck
from service.county.intake.checks import Checks
from service.county.intake.inputs import Source, Unreadable
from service.county.intake.matching import matched
from tests.county.conftest import call
from tests.county.making import ON
from tests.county.old_books import macro_book, ods_book, xls_book
from tests.county.test_clerks import EDITION, GOOD, HEADINGS, Looked, book, households, text

BOOKS = {".xlsx": book, ".xlsm": macro_book, ".xls": xls_book, ".ods": ods_book}
TEXTS = {"utf-8": ",", "utf-8-sig": ";", "gb18030": "\t", "utf-16": "\t", "utf-16-le": ";", "utf-16-be": ","}


def faulty(total="500000"):
    """Ten households and a total: one has an income that is no number, one a village that is not there."""
    lines = [HEADINGS, *households(10), ["合计", "", "", "", "", "", "", total, "100000", ""]]
    lines[3][HEADINGS.index("家庭年收入")] = "约5000"
    lines[5][HEADINGS.index("行政村")] = "V9"
    return lines


def accounts(file):
    return {one.sheet: (one.rows, one.kept, one.aside, one.unused) for one in file.sheets}


@pytest.mark.parametrize("kind", BOOKS)
def test_a_workbook_of_each_kind_is_accounted_for_by_sheet(kind, tmp_path):
    sheets = {"说明": [["怎样填"], ["一家一行"]], "上年": [HEADINGS, *households(4)], "今年": faulty("450000")}
    looked = Looked(BOOKS[kind](tmp_path / f"h{kind}", sheets, hidden=("上年",)))
    assert (looked.file.rows, looked.file.bad, looked.file.cells) == (10, 1, {"家庭年收入": 1})
    assert accounts(looked.file) == {
        "说明": (2, 0, 0, {"no_heading": 2}), "上年": (5, 0, 0, {"hidden": 5}), "今年": (11, 9, 1, {"total": 1}),
    }  # fmt: skip
    assert looked.bad == [(4, "家庭年收入", "not_a_number"), (6, "行政村", "strange_record_above")]
    (total,) = looked.file.stated
    assert (total.sheet, total.row, total.column) == ("今年", 12, "预授信额度")
    assert (total.stated, total.records) == ("450000", "500000")


@pytest.mark.parametrize("kind", BOOKS)
def test_days_and_numbers_of_a_workbook_of_each_kind_are_read(kind, tmp_path):
    own = ["H01", "V1", date(1980, 3, 1), "resident", "否", "A", date(2026, 6, 1), 0.56 * 10000, 10000, 3]
    looked = Looked(BOOKS[kind](tmp_path / f"h{kind}", {"表": [HEADINGS, own]}))
    (row,) = looked.rows.values()
    assert looked.bad == []
    assert (row["birth_date"], row["granted_limit"], row["annual_income"]) == (date(1980, 3, 1), 5600, 3)


@pytest.mark.parametrize(("encoding", "comma"), TEXTS.items())
def test_text_of_each_kind_is_accounted_for(encoding, comma, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", [["明细表"], *faulty()], encoding, comma))
    assert (looked.file.rows, looked.file.bad, accounts(looked.file)) == (10, 1, {"": (11, 9, 1, {"total": 1})})
    assert looked.bad == [(5, "家庭年收入", "not_a_number"), (7, "行政村", "strange_record_above")]
    assert looked.file.stated == ()


@pytest.mark.parametrize("kind", BOOKS)
def test_a_workbook_that_is_none_is_refused_whatever_its_name(kind, tmp_path):
    (tmp_path / f"h{kind}").write_bytes("农户台账\n".encode())
    with pytest.raises(Unreadable) as told:
        Looked(tmp_path / f"h{kind}")
    assert "另存为" in told.value.zh


@pytest.mark.parametrize("subject", [one for one in EDITION.subjects if one != CONSTANTS])
def test_a_column_that_is_no_fact_is_named_whatever_the_subject(subject):
    """The widest subject has no record above."""
    notes = matched(EDITION, subject, {"编号": "VARCHAR", "没有的列": "VARCHAR"}).notes
    assert [one.column for one in notes if one.code == "unknown_column"] == ["没有的列"]


def test_no_card_number_is_a_name_or_has_one(tmp_path):
    card = "110101" + "19900101" + "123X"  # of nobody
    rows = [["编号", "名称"], ["V1", "东山村"], [card, "西河村"], ["V3", f"柳{card}"], ["", "南沟村"]]
    with closing(Duck(tmp_path / "scratch")) as duck:
        checks = Checks(EDITION, duck, tmp_path / "scratch", on=ON)
        checks.look(Source("village", text(tmp_path / "v.csv", rows)))
        assert duck.run(checks.names["village"]) == [("V1", "东山村")]


@pytest.mark.parametrize(("of_grade_a", "outcome"), [(54, "not_qualified"), (55, "needs_information")])
def test_a_bad_cell_takes_no_household_from_its_village(of_grade_a, outcome, tmp_path):
    """Two of a hundred have an income that is no number: the share of grade A is still one of a hundred."""
    facts = EDITION.subjects["household"].facts
    added = {"provincial_graded_on": "2026-06-01", "other_unfitness": "否", "basic_information": "是",
             "property_information": "是", "income_information": "是"}  # fmt: skip
    lines = [[*one, *added.values()] for one in households(100)]
    for number, line in enumerate(lines):
        line[1 + GOOD.index("A")] = "A" if number < of_grade_a else "B"
        line[HEADINGS.index("家庭年收入")] = "30000" if number < 98 else "约5000"
    people = text(tmp_path / "h.csv", [[*HEADINGS, *(facts[one].title.zh for one in added)], *lines])
    words = ("--households", people, "--villages", text(tmp_path / "v.csv", [["编号"], ["V1"]]))
    file = json.loads(call("run", *words, "--on", ON, "--json", "--out", tmp_path / "out"))["checked"][-1]
    assert (file["rows"], file["bad"], file["cells"]) == (100, 0, {"家庭年收入": 2})
    (village,) = pq.read_table(tmp_path / "out/village.parquet").to_pylist()
    assert (village["a_grade_households"], village["filed_households"]) == (of_grade_a, 100)
    assert village["credit_village"] == outcome
