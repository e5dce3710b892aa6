"""Files as offices send them: rows are named as people count them, and nothing goes missing without a word."""

from contextlib import closing

import pytest
from openpyxl import Workbook

from service.county.backend import Duck, named
from service.county.intake.inputs import ROW, Source, Unreadable, opened
from tests.unit.small import count, small

NAMED = small({"name": count()})


def rows(path):
    with closing(Duck(path.parent / "scratch")) as duck:
        file = opened(duck, Source("thing", path), path.parent, NAMED)
        return duck.dicts(f"SELECT * FROM {named(file.table)} ORDER BY {ROW}")


def sheet(path, lines):
    book = Workbook()
    for number, line in enumerate(lines, 1):
        for place, value in enumerate(line, 1):
            book.active.cell(number, place, value)
    book.save(path)
    return path


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_blank_row_of_a_sheet_does_not_move_the_numbers(tmp_path):
    found = rows(sheet(tmp_path / "v.xlsx", [["id", "name"], ["V1", "a"], [], ["V2", "b"]]))
    assert [(one["id"], one[ROW]) for one in found] == [("V1", 2), ("V2", 4)]


def test_a_column_without_a_heading_takes_no_other_away(tmp_path):
    (found,) = rows(sheet(tmp_path / "v.xlsx", [["id", None, "name"], ["V1", "note", "a"]]))
    assert found == {"id": "V1", "name": "a", ROW: 2}


@pytest.mark.parametrize(("text", "zh", "en"), [
    ("id,name\nV1,a\nV2,b,c\n", "第 3 行有 3 格，标题行有 2 格", "Row 3 has 3 cells, the heading 2."),
    ("id,name\nV1,a\nV2\n", "第 3 行有 1 格", "Row 3 has 1 cells"),
    ('id,name\nV1,a\n"V2,b\n', "第 3 行的双引号", "The double quotes of row 3"),
    ("id,name\nV1,a,3\nV2,b,3\n", "第 2 行有 3 格", "Row 2 has 3 cells"),
    ("id,name,name\nV1,a,b\n", "name 出现了不止一次", "The heading names name more than once: keep one column"),
    ("", "表是空的", "The table is empty"),
])  # fmt: skip
def test_a_file_that_is_no_table_is_told_by_its_row(text, zh, en, tmp_path):
    with pytest.raises(Unreadable) as told:
        rows(written(tmp_path / "v.csv", text))
    assert zh in told.value.zh
    assert en in told.value.en


@pytest.mark.parametrize("line", [3, 40])
@pytest.mark.parametrize("order", [("utf-8", "gb18030"), ("gb18030", "utf-8")])
@pytest.mark.parametrize("name", ["张村", "张家村"])
def test_a_text_of_two_encodings_is_told_by_the_line_where_the_other_begins(name, order, line, tmp_path):
    """All of 张村 in UTF-8 is GB18030 as well, for other words."""
    lines = [f"V{number},{name}\n" for number in range(2, 50)]
    pieces = [one.encode(order[number >= line]) for number, one in enumerate(lines, 2)]
    (tmp_path / "v.csv").write_bytes(b"id,name\n" + b"".join(pieces))
    with pytest.raises(Unreadable) as told:
        rows(tmp_path / "v.csv")
    assert f"从第 {line} 行起" in told.value.zh
    assert f"from line {line} on" in told.value.en


def test_words_of_gb18030_that_are_some_of_utf8_as_well_are_read(tmp_path):
    """通 is a letter of two bytes in UTF-8."""
    (tmp_path / "v.csv").write_bytes("id,name\nV1,通\nV2,张村\n".encode("gb18030"))
    assert [one["name"] for one in rows(tmp_path / "v.csv")] == ["通", "张村"]


def test_a_sheet_without_anything_is_empty(tmp_path):
    with pytest.raises(Unreadable) as told:
        rows(sheet(tmp_path / "v.xlsx", []))
    assert "空" in told.value.zh
