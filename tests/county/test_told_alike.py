"""What a run tells in several places is the same in all of them, in the words of the files."""

import csv
import json

import pytest
from openpyxl import load_workbook

from tests.county.conftest import call
from tests.county.making import ON
from tests.county.test_clerks import HEADINGS, book, households, text
from tests.county.test_report import data_of

VOTES = [["农户", "意见"], ["H01", "同意"], ["H77", "反对"]]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A run in which one village of two, a household and a vote are set aside, and what the screen says of it."""
    folder = tmp_path_factory.mktemp("alike")
    people = households(6)
    people[1][1] = people[2][1] = "V2"
    people[3][0] = ""
    people[4][1], people[5][1] = "V9", ""
    files = {
        "--households": book(folder / "h.xlsx", {"表": [HEADINGS, *people]}),
        "--villages": text(folder / "v.csv", [["编号", "村名", "乡镇"], ["V1", "甲村", "T1"], ["V2", "乙村", "T9"]]),
        "--townships": text(folder / "t.csv", [["编号", "乡镇名称"], ["T1", "一镇"]]),
    }
    tables = {
        "enterprise": text(folder / "e.csv", [["编号", "行政村", "主体类型"], ["E1", "甲村", "其他"]]),
        "household.votes": text(folder / "b.csv", VOTES),
    }
    words = [part for pair in files.items() for part in pair]
    words += [f"--table={subject}={path}" for subject, path in tables.items()]
    said = call("run", *words, "--on", ON, "--at-most", "60%", "--out", folder / "out", "--lang", "zh")
    return folder / "out", said


def test_households_of_a_village_that_is_set_aside_are_told(told):
    out, said = told
    assert "所属行政村未采用" in said
    assert "2 条照常判定，不计入上级的数" in said
    (one,) = data_of(out)["nowhere"]
    assert (one["subject"], one["above"]["zh"], one["count"]) == ("household", "行政村", 2)


def test_rows_set_aside_that_could_belong_to_any_village_are_told(told):
    """Of three households set aside one has a village that is known; no village's count holds the other two."""
    out, said = told
    assert "其中 2 行不知属于哪个行政村，行政村的数都不含这些行" in said
    assert {one["subject"]: (one["above"]["zh"], one["count"]) for one in data_of(out)["unplaced"]} == {
        "household": ("行政村", 2), "village": ("乡镇", 1),
    }  # fmt: skip
    checked = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["checked"]
    assert {one["subject"]: one["unplaced"] for one in checked if one["unplaced"]} == {"household": 2, "village": 1}


def test_the_workbook_has_all_but_the_people_whatever_the_order_of_tables(told):
    sheets = load_workbook(told[0] / "workbook.xlsx").sheetnames
    assert {"乡镇", "行政村", "经营主体"} <= {*sheets}
    assert "农户" not in sheets


def test_a_fault_of_an_id_is_told_by_the_heading_of_its_column(told):
    with (told[0] / "set_aside.csv").open(encoding="utf-8-sig", newline="") as file:
        faults = {(one["file"], int(one["row"])): (one["column"], one["zh"]) for one in csv.DictReader(file)}
    assert faults["h.xlsx", 5] == ("编号", "没有编号。")
    assert faults["b.csv", 3][0] == "农户"
    assert "农户表里没有这个编号" in faults["b.csv", 3][1]
    sheet = load_workbook(told[0] / "set_aside.xlsx")["农户"]
    assert [one.value for one in sheet[2]][5] == "编号：没有编号。"
