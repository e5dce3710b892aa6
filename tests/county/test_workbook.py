"""The names of the sheets of a workbook, and how its cells are kept."""

import shutil
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from service.county.backend import Duck
from service.county.report import workbook
from service.county.report.workbook import sheet_name
from service.county.run.outputs import Outputs
from tests.editions import shipped


@pytest.mark.parametrize(("title", "taken", "name"), [
    ("村", set(), "村"),
    ("村", {"村"}, "村 2"),
    ("村", {"村", "村 2"}, "村 3"),
    ("A", {"a"}, "A 2"),  # Excel takes these for one
    ("甲/乙: [丙]?", set(), "甲 乙   丙  "),
    ("长" * 40, {"长" * 31}, "长" * 29 + " 2"),
])  # fmt: skip
def test_a_sheet_has_a_name_that_excel_takes(title, taken, name):
    assert sheet_name(title, taken) == name


@pytest.fixture
def copy(out, tmp_path):
    """The outputs of a run, in a folder of their own."""
    shutil.copytree(out, tmp_path / "out")
    duck = Duck(tmp_path / "duck")
    yield Outputs(tmp_path / "out", shipped(), duck)
    duck.close()


def test_texts_that_recur_are_written_once_where_there_are_few_records(copy, monkeypatch):
    held = sheets(copy)
    assert "xl/sharedStrings.xml" in ZipFile(copy.folder / "workbook.xlsx").namelist()
    monkeypatch.setattr(workbook, "FEW", 0)
    assert sheets(copy) == held
    assert b"inlineStr" in ZipFile(copy.folder / "workbook.xlsx").read("xl/worksheets/sheet1.xml")


def sheets(outputs):
    """Every cell of the workbook, with its look."""
    workbook.write_workbook(outputs)
    book = load_workbook(outputs.folder / "workbook.xlsx")
    return {one.title: [[(cell.value, cell.number_format) for cell in row] for row in one.rows] for one in book}
