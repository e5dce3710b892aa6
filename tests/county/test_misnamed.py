"""Files that are not what their names say, as systems and clerks write them: read for what they hold or refused."""

import zipfile

import pytest

from service.county.intake.inputs import Unreadable
from service.county.intake.looking import look
from tests.county.old_books import ods_book, xls_book
from tests.county.test_clerks import EDITION, GOOD, HEADINGS, Looked, book, households, text

LINES = [HEADINGS, *households(3)]
THREE = ["H01", "H02", "H03"]


def page(path, lines, encoding="gb2312"):
    """A page as report servers write it: without ends of cells, and with a style for Excel."""
    rows = "".join(f"<TR>{''.join(f'<td style=x>{one}' for one in line)}" for line in lines)
    head = f'<html><head><style>td{{mso-number-format:"\\@"}}</style><meta charset={encoding}></head><body>'
    path.write_bytes(f"{head}<table>{rows}</table></body></html>".encode(encoding))
    return path


def another(write):
    """A writer of workbooks under a name of another kind."""

    def written(path, lines):
        write(path.with_suffix(".own"), {"表": lines})
        path.with_suffix(".own").rename(path)
        return path

    return written


def xlsx(path, sheets):
    book(path.with_suffix(".xlsx"), sheets).rename(path)


MISNAMED = {
    "page.xls": page, "page.html": page, "workbook.xls": another(xlsx), "old.xlsx": another(xls_book),
    "wps.et": another(xls_book), "open.xlsx": another(ods_book), "workbook.csv": another(xlsx),
    "tabs.xls": lambda path, lines: text(path, lines, "gb18030", "\t"),
    "bars.txt": lambda path, lines: text(path, lines, "gb18030", "|"),
    "utf16.xls": lambda path, lines: text(path, lines, "utf-16", "\t"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISNAMED)
def test_a_file_is_read_for_what_it_holds(name, tmp_path):
    path = MISNAMED[name](tmp_path / name, [*LINES, ["合计", *[""] * 6, 150000, 30000, 90000]])
    looked = Looked(path)
    assert (list(looked.rows), looked.column("annual_income")) == (THREE, [30000] * 3)
    assert [(one.rows, one.kept, one.unused, one.agreeing) for one in looked.file.sheets] == [(4, 3, {"total": 1}, 3)]
    assert [len(one.cells) for one in look(EDITION, path).sheets] == [3]


def test_tables_of_a_page_are_sheets_with_merged_and_hidden_rows(tmp_path):
    first, *others = households(3)
    rows = "".join(f"<tr>{''.join(f'<td>{one}&nbsp;</td>' for one in line)}</tr>"
                   for line in (first, *([line[0], *line[2:]] for line in others)))  # fmt: skip
    rows = rows.replace("<td>V1", "<td rowspan=3>V1")
    heads = "".join(f"<th>{one[:2]}<br>{one[2:]}</th>" for one in HEADINGS)
    unit = f"<tr style='display: none'><td colspan={len(HEADINGS)}>单位：万元</td></tr>"
    path = tmp_path / "h.xls"
    path.write_text(f"<table><tr><td>某县</td></tr></table><table>{unit}<tr>{heads}</tr>{rows}</table>", "utf-8")
    looked = Looked(path)
    assert (list(looked.rows), looked.column("village_id")) == (THREE, ["V1"] * 3)
    assert looked.column("annual_income") == [300000000] * 3
    assert looked.unused() == {("表1", "no_heading"): 1}
    assert [one.column for one in looked.file.notes if one.code == "folded"] == ["表2"]


SCHEMA = "urn:schemas-microsoft-com:office:spreadsheet"
UNREADABLE = {
    "locked": (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "设了密码"),
    "xml": (f'<?xml version="1.0"?><Workbook xmlns="{SCHEMA}"><Table/>'.encode(), "XML 表格 2003"),
    "cut off": (b"PK\x03\x04 cut off", "不是可用的 Excel 文件"),
    "noise": (bytes(range(4)) * 50, "不是可用的 Excel 文件"), "nothing": (b"", "Excel 文件"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("name", ["h.xls", "h.xlsx"])
def test_what_cannot_be_read_is_said_to_be_what_it_is(name, what, tmp_path):
    content, said = UNREADABLE[what]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable) as told:
        Looked(tmp_path / name)
    assert said in told.value.zh


def test_an_archive_is_no_table(tmp_path):
    with zipfile.ZipFile(tmp_path / "h.xlsx", "w") as file:
        file.writestr("h.csv", "id\n")
    with pytest.raises(Unreadable, match="unpack it"):
        Looked(tmp_path / "h.xlsx")


def test_a_remark_full_of_bars_parts_no_cells(tmp_path):
    lines = [[*HEADINGS, "备注"], *([*line, ""] for line in households(3))]
    lines[2][-1] = "|".join("一二三四五六七八九十百千")
    assert list(Looked(text(tmp_path / "h.csv", lines)).rows) == THREE


def test_the_end_mark_of_dos_is_no_row(tmp_path):
    path = text(tmp_path / "h.csv", LINES)
    path.write_bytes(path.read_bytes() + b"\x1a")
    assert list(Looked(path).rows) == THREE


@pytest.mark.parametrize("id", ["1.1E+05", "2e+06"])
def test_an_id_that_excel_shortened_is_refused(id, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", [*LINES, [id, *GOOD]]))
    assert (5, "id", "shortened_id") in looked.bad
    assert list(looked.rows) == THREE


def test_titles_of_villages_between_records_are_no_households(tmp_path):
    lines = [HEADINGS, ["一、东村"], *households(2), ["（二）西村"], ["H03", *GOOD]]
    looked = Looked(book(tmp_path / "h.xlsx", {"表": lines}))
    assert (list(looked.rows), looked.bad, looked.unused()) == (THREE, [], {("表", "note"): 2})


SUMS = ["", "", "", "", "", "", 100000, 20000, 60000]


@pytest.mark.parametrize("row", [
    ["", "V1 汇总", *SUMS[1:]], ["", "V1 计数", *SUMS[1:]], ["承前页", *SUMS], ["过次页", *SUMS],
    ["2", "合计", *SUMS[1:]],
])  # fmt: skip
def test_sums_as_excel_and_account_books_write_them_are_no_households(row, tmp_path):
    looked = Looked(book(tmp_path / "h.xlsx", {"表": [HEADINGS, *households(2), row, ["H03", *GOOD]]}))
    assert (list(looked.rows), looked.bad, looked.unused()) == (THREE, [], {("表", "total"): 1})
    assert [one.agreeing for one in looked.file.sheets] == [3]


def test_the_title_of_a_table_that_goes_on_is_no_row(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text("\n".join(map(",".join, [HEADINGS, *households(2), ["续表"], HEADINGS, ["H03", *GOOD]])), "utf-8")
    assert (list(Looked(path).rows), Looked(path).unused()) == (THREE, {("", "note"): 2})
