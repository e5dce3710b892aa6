"""Rows set aside, in a workbook: as they stood, with reasons, corrected there and sent again."""

import csv
import json

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from tests.county.conftest import run
from tests.county.making import as_csv, excel, households, parquet
from tests.county.test_run import EDITION

CARD = "110101" + "19900101" + "123X"  # of nobody
WRITTEN = {".csv": as_csv, ".xlsx": excel, ".parquet": parquet}


def faulty(kind):
    """Households with faults in some rows: a card number, no village, an id twice, and a cell that is no date."""
    rows = [{name: str(one) if kind != ".parquet" and name == "birth_date" else one for name, one in row.items()}
            for row in households(60, 12)]  # fmt: skip
    right = [dict(one) for one in rows]
    rows[4]["id"] = CARD
    rows[7]["village_id"] = "V99"
    rows[9]["id"] = rows[8]["id"]
    if kind != ".parquet":
        rows[12]["birth_date"] = "1970-13-40"
    else:
        rows[12]["status"] = "somewhere"
    return rows, right


def sheet_of(path):
    book = load_workbook(path)
    (sheet,) = book.worksheets
    heads = {one.value: one.column for one in sheet[1]}
    lines = {int(sheet.cell(row, heads["来源行号"]).value): row for row in range(2, sheet.max_row + 1)}
    return book, sheet, heads, lines


@pytest.fixture(params=list(WRITTEN))
def county(request, files, tmp_path):
    rows, right = faulty(request.param)
    write = WRITTEN[request.param]
    bad = files | {"--households": write(tmp_path / f"households{request.param}", rows)}
    run(bad, tmp_path / "out", "--at-most", "50%")
    return request.param, bad, right, tmp_path


@pytest.fixture(scope="module")
def wanted(files, tmp_path_factory):
    """A run of the county without faults."""
    folder = tmp_path_factory.mktemp("right")
    run(files | {"--households": parquet(folder / "right.parquet", faulty(".parquet")[1])}, folder / "out")
    return folder / "out"


def test_rows_set_aside_are_corrected_in_the_workbook_and_sent_again(county, wanted):
    kind, bad, right, folder = county
    first = 1 if kind == ".parquet" else 2
    book, sheet, heads, lines = sheet_of(folder / "out/set_aside.xlsx")
    assert sorted(lines) == [first + one for one in (4, 7, 8, 9, 12)]
    id, village = (heads.get(one) or heads[other] for one, other in (("id", "编号"), ("village_id", "行政村")))
    assert CARD not in {str(one.value) for row in sheet.iter_rows() for one in row}
    assert sheet.cell(lines[first + 4], id).value in (None, "")
    assert sheet.cell(lines[first + 4], id).fill.fgColor.rgb.endswith("FFC7CE")
    assert sheet.cell(lines[first + 7], village).value == "V99"
    assert sheet.cell(lines[first + 7], village).fill.fgColor.rgb.endswith("FFC7CE")
    assert not sheet.cell(lines[first + 7], id).fill.fgColor.rgb.endswith("FFC7CE")
    name = "status" if kind == ".parquet" else "birth_date"
    wrong = heads.get(name) or heads[EDITION.subjects["household"].facts[name].title.zh]
    assert sheet.cell(lines[first + 12], wrong).value == ("somewhere" if kind == ".parquet" else "1970-13-40")
    assert "照常采用" in sheet.cell(lines[first + 12], heads["处理"]).value
    assert "不止一次" in sheet.cell(lines[first + 8], heads["出错原因"]).value

    for place, column, own in ((4, id, "id"), (9, id, "id"), (12, wrong, name)):
        sheet.cell(lines[first + place], column).value = right[place][own]
    book.save(folder / "mended.xlsx")
    said = json.loads(run(bad, folder / "again", "--at-most", "50%", "--mended", folder / "mended.xlsx"))
    (checked,) = (one for one in said["checked"] if one["subject"] == "household")
    assert (checked["rows"], checked["bad"]) == (60, 1)
    assert [one["subject"] for one in said["inputs"]][-1] == "mended"

    book, sheet, heads, lines = sheet_of(folder / "again/set_aside.xlsx")  # what is still wrong is written again
    assert list(lines) == [first + 7]
    sheet.cell(lines[first + 7], village).value = right[7]["village_id"]
    book.save(folder / "more.xlsx")
    words = ("--mended", folder / "mended.xlsx", "--mended", folder / "more.xlsx")
    run(bad, folder / "last", "--at-most", "50%", *words)
    for name in ("household", "village", "township", "county"):
        last, right = (pq.read_table(one / f"{name}.parquet").to_pylist() for one in (folder / "last", wanted))
        assert last == right, name
    with (folder / "last/set_aside.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert len(list(csv.reader(lines))) == 1


def other_file(sheet, heads):
    sheet.cell(2, heads["来源文件"]).value = "other.xlsx"


def no_such_row(sheet, heads):
    sheet.cell(2, heads["来源行号"]).value = "999"


def no_seal(sheet, heads):
    sheet.delete_cols(heads["来源校验"])


def row_twice(sheet, heads):
    sheet.cell(3, heads["来源行号"]).value = sheet.cell(2, heads["来源行号"]).value


def renamed(sheet, _heads):
    sheet.title = "改好的"


def no_rows(sheet, _heads):
    sheet.delete_rows(1)


@pytest.mark.parametrize("county", [".csv"], indirect=True)
@pytest.mark.parametrize(("spoil", "said"), [
    (other_file, "does not say which row"), (no_such_row, "does not say which row"), (no_seal, "no corrected rows"),
    (row_twice, "Rows 2 and 3 of the sheet 农户 correct the same row"), (renamed, "are of no file that is given"),
    (no_rows, "no corrected rows"),
])  # fmt: skip
def test_a_row_that_does_not_say_what_it_corrects_is_refused(county, spoil, said):
    _, bad, _, folder = county
    book, sheet, heads, _ = sheet_of(folder / "out/set_aside.xlsx")
    spoil(sheet, heads)
    book.save(folder / "mended.xlsx")
    words = ("--at-most", "50%", "--mended", folder / "mended.xlsx")
    assert said in run(bad, folder / "again", *words, code=2)


def test_rows_of_a_file_that_has_changed_since_are_refused(county):
    kind, bad, right, folder = county
    name = bad["--households"]
    WRITTEN[kind](name, [right[0] | {"id": "H999"}, *faulty(kind)[0]])  # a row before the others
    words = ("--at-most", "50%", "--mended", folder / "out/set_aside.xlsx")
    said = run(bad, folder / "again", *words, code=2)
    assert f"corrects another {name.name}" in said
    assert not (folder / "again").exists()


@pytest.mark.parametrize("county", [".csv"], indirect=True)
def test_rows_may_be_sorted_and_have_columns_and_blank_rows_between(county, wanted):
    _, bad, right, folder = county
    book, sheet, heads, lines = sheet_of(folder / "out/set_aside.xlsx")
    for place in (4, 7, 9, 12):
        for name in ("id", "village_id", "birth_date"):
            title = {"id": "编号", "village_id": "行政村"}.get(name, "拟授信人出生日期")
            sheet.cell(lines[2 + place], heads.get(name) or heads[title]).value = right[place][name]
    rows = [[one.value for one in row] for row in sheet.iter_rows(min_row=2)]
    sheet.delete_rows(2, len(rows))
    for row in reversed(rows):
        sheet.append(row)
    sheet.insert_rows(3)
    sheet.insert_cols(2)
    sheet.cell(1, 2).value = "经办"
    book.save(folder / "mended.xlsx")
    run(bad, folder / "again", "--at-most", "50%", "--mended", folder / "mended.xlsx")
    last, right = (pq.read_table(one / "household.parquet").to_pylist() for one in (folder / "again", wanted))
    assert last == right


def test_a_wrong_figure_keeps_the_unit_of_its_own_sheet(files, tmp_path):
    path, good = tmp_path / "households.xlsx", {"village_id": "V01", "annual_income": 30000}
    plain = [{"id": f"A{number}", **good} for number in range(9)]
    book = load_workbook(excel(path, plain))
    other = book.create_sheet("别的")
    for line in (["编号", "行政村", "家庭年收入（万元）"], ["B1", "V01", "约3"], ["B2", "V01", 3]):
        other.append(line)
    book.save(path)
    bad = files | {"--households": path}
    run(bad, tmp_path / "out", "--at-most", "50%")
    book, sheet, heads, lines = sheet_of(tmp_path / "out/set_aside.xlsx")
    cell = sheet.cell(lines[2], heads["annual_income"])
    assert cell.value == "约3万元"
    cell.value = cell.value.removeprefix("约")
    book.save(tmp_path / "mended.xlsx")
    run(bad, tmp_path / "out2", "--mended", tmp_path / "mended.xlsx")
    rows = {one["id"]: one["annual_income"] for one in pq.read_table(tmp_path / "out2/household.parquet").to_pylist()}
    assert rows == {**{one["id"]: 30000 for one in plain}, "B1": 30000, "B2": 30000}
