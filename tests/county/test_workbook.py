"""The sheets of a workbook: their names, and their lines, which are those that xlsxwriter writes."""

from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter

from service.county.report.sheets import sheet_name, write_sheet

TEXTS = ["户主", 'a & b < c > "d"', " 前", "后\n", "", "上\n下", "\x00\x1f", "_x0041_", "\ufffe\uffff",
         "长" * 33_000, "😀" * 17_000, "=1+1", "http://a"]  # fmt: skip
CELLS = [*TEXTS, None, 0, -3, 2.5, 1e-9, 10**17, Decimal("12.50"), date(2026, 12, 31), date(1960, 3, 1)]
LOOKS = {"head": {"bold": True}, "day": {"num_format": "yyyy-mm-dd"}, "money": {"num_format": "0.00"},
         "share": {"num_format": "0.00%"}}  # fmt: skip


def made(path, write):
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    looks = {name: book.add_format(one) for name, one in LOOKS.items()}
    write(book, looks)
    book.close()
    return ZipFile(path).read("xl/worksheets/sheet1.xml").decode().split("<sheetData>")[1].split("</sheetData>")[0]


def by_xlsxwriter(rows, tones):
    def write(book, looks):
        sheet = book.add_worksheet("甲")
        sheet.write_row(0, 0, ["头"] * len(CELLS), looks["head"])
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, looks["day"])
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    money = looks["money"] if isinstance(cell, Decimal) else None
                    sheet.write_number(number, place, float(cell), looks.get(tones[place]) or money)

    return write


def test_lines_are_those_of_xlsxwriter(tmp_path):
    rows, tones = [CELLS, [None] * len(CELLS), CELLS[::-1]], ["", "share"] * (len(CELLS) // 2)
    ours = made(tmp_path / "ours.xlsx", lambda book, looks: write_sheet(
        book, looks, "甲", ["头"] * len(CELLS), rows, tones))  # fmt: skip
    assert ours == made(tmp_path / "theirs.xlsx", by_xlsxwriter(rows, tones))


def test_a_sheet_of_lines_says_how_many_rows_it_has(tmp_path):
    made(tmp_path / "a.xlsx", lambda book, looks: write_sheet(book, looks, "甲", ["名", "数"], [["甲", 1], ["乙", 2]]))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["甲"]
    assert (sheet.dimensions, sheet.auto_filter.ref) == ("A1:B3", "A1:B3")
    assert [[cell.value for cell in row] for row in sheet] == [["名", "数"], ["甲", 1], ["乙", 2]]


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
