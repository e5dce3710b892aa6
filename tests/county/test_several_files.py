"""Several files of one subject, as a county has them by township or by month: read as one table, each accounted for."""

import csv
import json

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from tests.county.conftest import call, run
from tests.county.making import ON, as_csv, excel, households, parquet
from tests.county.test_clerks import book

WRITTEN = {".csv": as_csv, ".xlsx": excel, ".parquet": parquet}


def parts(folder, kind, rows, names=("甲镇", "乙镇")):
    """The rows in two files of a folder."""
    folder.mkdir()
    half = len(rows) // 2
    return [WRITTEN[kind](folder / f"{name}{kind}", those)
            for name, those in zip(names, (rows[:half], rows[half:]), strict=True)]  # fmt: skip


def result(out):
    return {one: pq.read_table(out / f"{one}.parquet").to_pylist() for one in ("household", "village", "county")}


@pytest.mark.parametrize("kind", WRITTEN)
def test_files_of_a_subject_are_read_as_one_table(kind, files, tmp_path):
    rows = households(60, 12)
    said = json.loads(run(files | {"--households": parquet(tmp_path / "all.parquet", rows)}, tmp_path / "whole"))
    whole = next(one for one in said["checked"] if one["subject"] == "household")
    first, second = parts(tmp_path / "towns", kind, rows)
    (tmp_path / "towns" / f"~$甲镇{kind}").write_bytes(b"left behind")
    for options in ({"--households": tmp_path / "towns"}, {"--households": first, "--table": f"household={second}"}):
        out = tmp_path / f"out{len(options)}"
        said = json.loads(run(files | options, out))
        checked = next(one for one in said["checked"] if one["subject"] == "household")
        assert {(one["file"], one["rows"], one["kept"]) for one in checked["sheets"]} == {
            (first.name, 30, 30), (second.name, 30, 30)}  # fmt: skip
        assert (checked["rows"], whole["rows"]) == (60, 60)
        assert {one["file"] for one in said["inputs"] if one["subject"] == "household"} == {first.name, second.name}
        assert result(out) == result(tmp_path / "whole")


@pytest.mark.parametrize("kind", WRITTEN)
def test_an_id_in_two_files_is_told_with_both_places_and_corrected(kind, files, tmp_path):
    rows = households(60, 12)
    right = rows[40]["id"]
    rows[40]["id"] = rows[3]["id"]
    parts(tmp_path / "towns", kind, rows)
    options = files | {"--households": tmp_path / "towns"}
    said = json.loads(run(options, tmp_path / "out", "--at-most", "50%"))
    checked = next(one for one in said["checked"] if one["subject"] == "household")
    (note,) = (one["zh"] for one in checked["notes"] if one["code"] == "twice_ids")
    names = sorted(("甲镇", "乙镇"))
    first = 1 if kind == ".parquet" else 2
    there = {f"甲镇{kind}": 3 + first, f"乙镇{kind}": 10 + first}  # the folder is read by name
    if names[0] == "乙镇":
        assert note.index("乙镇") < note.index("甲镇")
    for name, row in there.items():
        assert name in note
        assert f"第 {row} 行" in note
    with (tmp_path / "out/set_aside.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert {one["file"]: int(one["row"]) for one in csv.DictReader(lines)} == there
    assert {(one["file"], one["aside"]) for one in checked["sheets"]} == {(name, 1) for name in there}

    mended = load_workbook(tmp_path / "out/set_aside.xlsx")
    sheet = mended.active
    heads = {one.value: one.column for one in sheet[1]}
    (row,) = (one for one in range(2, 4) if sheet.cell(one, heads["来源文件"]).value == f"乙镇{kind}")
    sheet.cell(row, heads.get("id") or heads["编号"]).value = right
    mended.save(tmp_path / "mended.xlsx")
    run(options, tmp_path / "again", "--mended", tmp_path / "mended.xlsx")
    good = json.loads((tmp_path / "again/manifest.json").read_text(encoding="utf-8"))
    assert next(one["bad"] for one in good["checked"] if one["subject"] == "household") == 0
    assert right in {one["id"] for one in result(tmp_path / "again")["household"]}


def test_a_mapping_of_several_files_is_obeyed_in_each(files, tmp_path):
    folder = tmp_path / "towns"
    folder.mkdir()
    for name, unit in (("a", ""), ("b", "（万元）")):
        book(folder / f"{name}.xlsx", {"表": [["编号", "行政村", f"家庭年收入{unit}"], [f"H{name}", "V01", 3]]})
    call("look", folder, "--out", tmp_path / "m.yaml", "--on", ON)
    said = json.loads(run(files | {"--households": folder}, tmp_path / "out", "--mapping", tmp_path / "m.yaml"))
    assert {one["id"]: one["annual_income"] for one in result(tmp_path / "out")["household"]} == {"Ha": 3, "Hb": 30000}
    checked = next(one for one in said["checked"] if one["subject"] == "household")
    (unit,) = (one["zh"] for one in checked["notes"] if one["code"] == "unit")
    assert "b.xlsx 表" in unit


def test_other_kinds_do_not_go_with_parquet(files, tmp_path):
    rows = households(10, 12)
    words = {"--households": as_csv(tmp_path / "a.csv", rows[:5]), "--table": "household=" + str(
        parquet(tmp_path / "b.parquet", rows[5:]))}  # fmt: skip
    assert "Parquet goes with Parquet" in run(files | words, tmp_path / "out", code=2)


def test_parquet_with_other_columns_is_refused(files, tmp_path):
    folder = tmp_path / "towns"
    parts(folder, ".parquet", households(10, 12))
    parquet(folder / "申.parquet", [{"id": "H9", "village_id": "V01"}])
    said = run(files | {"--households": folder}, tmp_path / "out", code=2)
    assert "申.parquet" in said
    assert "Its columns are not those of 乙镇.parquet" in said
