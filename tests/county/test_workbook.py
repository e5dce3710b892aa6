"""The names of the sheets of a workbook."""

import pytest

from service.county.report.workbook import sheet_name


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
