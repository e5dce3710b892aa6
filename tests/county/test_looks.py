"""Cells as people see them: formats of numbers, hidden rows and columns, in every kind of workbook."""

import re
import zipfile

import openpyxl
import pytest

from service.county.intake.dress import SHORT, Dress, dress_of
from service.county.intake.inputs import Unreadable
from tests.county.old_books import Brief, Share, Struck, ods_book, xls_book
from tests.county.test_clerks import HEADINGS, Looked, changed, households

HIDING = {".xls": xls_book, ".ods": ods_book}


def formatted(path, heading, value, code):
    """A workbook with one cell in a format."""
    book = openpyxl.Workbook()
    for line in changed(0, heading, value, count=3):
        book.active.append(line)
    book.active.cell(2, HEADINGS.index(heading) + 1).number_format = code
    book.save(path)
    return Looked(path)


@pytest.mark.parametrize(("code", "dress"), [
    ("0.00%", Dress(times=100, after="%")), ('0"%"', Dress(after="%")), ('#,##0.00"万元"', Dress(after="万元")),
    ('0!.0,"万元"', None), ('0\\.0,"万"', None), ("#,##0,", None), ("#,##0.00", None), ("0", None), ("General", None),
    ("[Red]0000;-0000", Dress(width=4)), ('"H"0000', Dress(width=4, before="H")), ('"￥"#,##0', None),
    ('0.00_ "元"', None), ("yyyy-mm-dd", None), ("@", None), ("0.00E+00", SHORT), ("##0.0E+0", SHORT), ('"E+0"0', None),
])  # fmt: skip
def test_a_format_says_what_people_see(code, dress):
    assert dress_of(code) == dress


def test_a_percentage_is_no_amount(tmp_path):
    looked = formatted(tmp_path / "h.xlsx", "家庭年收入", 0.3, "0%")
    assert looked.bad == [(2, "家庭年收入", "percent_for_number")]
    assert looked.column("annual_income")[0] is None


def test_an_amount_is_read_in_the_unit_of_its_format(tmp_path):
    assert formatted(tmp_path / "h.xlsx", "家庭年收入", 3.5, '0.0"万元"').column("annual_income")[0] == 35000
    assert formatted(tmp_path / "h.xlsx", "家庭年收入", 35000, '0!.0,"万元"').column("annual_income")[0] == 35000


def test_an_id_keeps_the_zeros_that_its_format_shows(tmp_path):
    assert "0012" in formatted(tmp_path / "h.xlsx", "编号", 12, "0000").rows


def test_a_number_that_excel_may_have_made_of_an_id_is_no_id(tmp_path):
    looked = formatted(tmp_path / "h.xlsx", "编号", 110000, "0.00E+00")  # 11E4, typed into a cell without a format
    assert looked.bad == [(2, "id", "number_for_id")]
    assert list(looked.rows) == ["H02", "H03"]


def test_an_amount_shown_short_is_the_number_that_the_cell_holds(tmp_path):
    looked = formatted(tmp_path / "h.xlsx", "家庭年收入", 123456, "0.00E+00")
    assert (looked.bad, looked.column("annual_income")[0]) == ([], 123456)


@pytest.mark.parametrize("kind", HIDING)
def test_a_short_number_of_an_old_workbook_is_no_id(kind, tmp_path):
    looked = Looked(HIDING[kind](tmp_path / f"h{kind}", {"表": changed(0, "编号", Brief(110000))}))
    assert looked.bad == [(2, "id", "number_for_id")]


def test_a_number_with_decimals_is_no_id(tmp_path):
    looked = formatted(tmp_path / "h.xlsx", "编号", 1.1, "General")
    assert looked.bad == [(2, "id", "fraction_for_id")]
    assert list(looked.rows) == ["H02", "H03"]


def notes(looked, code):
    return [one.column for one in looked.file.notes if one.code == code]


@pytest.mark.parametrize("kind", HIDING)
def test_what_old_workbooks_hide_is_told(kind, tmp_path):
    lines = [HEADINGS, *households(3)]
    looked = Looked(HIDING[kind](tmp_path / f"h{kind}", {"表": lines}, folded=(2, 4), veiled=(7,)))
    assert (notes(looked, "folded"), notes(looked, "veiled")) == (["表"], ["预授信额度"])
    assert any("有 2 行" in one.zh for one in looked.file.notes)
    plain = Looked(HIDING[kind](tmp_path / f"p{kind}", {"表": lines}))
    assert notes(plain, "folded") + notes(plain, "veiled") + notes(plain, "untold") == []


@pytest.mark.parametrize("kind", HIDING)
def test_a_percentage_of_an_old_workbook_is_no_amount(kind, tmp_path):
    looked = Looked(HIDING[kind](tmp_path / f"h{kind}", {"表": changed(0, "家庭年收入", Share(0.3))}))
    assert looked.bad == [(2, "家庭年收入", "percent_for_number")]


def test_rows_and_columns_of_no_height_and_width_are_told(tmp_path):
    book = openpyxl.Workbook()
    for line in [HEADINGS, *households(3)]:
        book.active.append(line)
    book.active.column_dimensions["H"].width = 7
    book.active.row_dimensions[3].height = 7
    book.save(tmp_path / "w.xlsx")
    with zipfile.ZipFile(tmp_path / "w.xlsx") as old, zipfile.ZipFile(tmp_path / "h.xlsx", "w") as new:
        for one in old.namelist():
            new.writestr(one, old.read(one).replace(b'width="7"', b'width="0"').replace(b'ht="7"', b'ht="0"'))
    looked = Looked(tmp_path / "h.xlsx")
    assert (notes(looked, "folded"), notes(looked, "veiled")) == (["Sheet"], ["预授信额度"])


def struck_book(path, sheets):
    book = openpyxl.Workbook()
    for line in next(iter(sheets.values())):
        book.active.append([str(cell) for cell in line])
        for cell, given in zip(book.active[book.active.max_row], line, strict=True):
            cell.font = openpyxl.styles.Font(strike=isinstance(given, Struck))
    book.save(path)
    return path


def struck_page(path, sheets):
    def cell(one):
        return f"<td><s>{one}</s></td>" if isinstance(one, Struck) else f"<td>{one}</td>"

    lines = "".join(f"<tr>{''.join(map(cell, line))}</tr>" for line in next(iter(sheets.values())))
    path.write_text(f"<table>{lines}</table>", encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", [*HIDING, ".xlsx", ".html"])
def test_rows_that_are_struck_through_are_read_and_told(kind, tmp_path):
    lines = [HEADINGS, *households(3)]
    lines[2] = [Struck(one) for one in lines[2]]
    write = {**HIDING, ".xlsx": struck_book, ".html": struck_page}[kind]
    looked = Looked(write(tmp_path / f"h{kind}", {"表": lines}))
    (told,) = [one.zh for one in looked.file.notes if one.code == "struck"]
    assert "有 1 行" in told
    assert "第 3 行" in told
    assert len(looked.rows) == 3
    assert notes(looked, "untold") == []


def test_an_error_beside_an_empty_cell_is_where_it_stands(tmp_path):
    """Excel writes a cell that holds nothing but a format as <c/>: it has no end of its own."""
    empty = re.compile(rb'<c r="I2"[^>]*>.*?</c><c r="J2"[^>]*>.*?</c>')
    struck_book(tmp_path / "w.xlsx", {"表": [HEADINGS, *households(3)]})
    with zipfile.ZipFile(tmp_path / "w.xlsx") as old, zipfile.ZipFile(tmp_path / "h.xlsx", "w") as new:
        for one in old.namelist():
            text, found = empty.subn(rb'<c r="I2" s="1"/><c r="J2"><f>A1</f></c>', old.read(one))
            assert found == one.endswith("sheet1.xml")
            new.writestr(one, text)
    with pytest.raises(Unreadable, match="家庭年收入, row 2"):
        Looked(tmp_path / "h.xlsx")


def test_a_workbook_that_does_not_say_what_it_hides_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("service.county.intake.workbooks.xls_looks", lambda _: None)
    assert notes(Looked(xls_book(tmp_path / "h.xls", {"表": [HEADINGS, *households(1)]})), "untold") == ["表"]
