"""What is wrong with an extract is said: on the screen, in the manifest, in the list of rows that were not used."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.county.conftest import call
from tests.county.making import ON, as_csv, excel, households, options, parquet, townships, villages
from tests.county.test_report import data_of


def told(files, out, *more, lang="zh"):
    """What the screen says of a run, and its manifest."""
    said = call("run", *options(files), "--on", ON, "--out", out, "--lang", lang, *more)
    return said, json.loads((out / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("column", ["votes", "评议票"])
@pytest.mark.parametrize("write", [as_csv, excel])
def test_a_list_in_a_file_that_holds_none_is_not_dropped_in_silence(write, column, tmp_path):
    rows = [{**row, column: '[{"verdict": "approve"}]'} for row in households(20, 12)]
    file = write(tmp_path / f"households.{'csv' if write is as_csv else 'xlsx'}", rows)
    said, manifest = told({"--households": file}, tmp_path / "out")
    assert f"{column}：列表要另给文件（--table）或用 Parquet" in said
    assert "没有这些列" not in said or column not in said.split("没有这些列")[1].splitlines()[0]
    notes = [one for one in manifest["checked"][0]["notes"] if one["column"] in (column, "votes")]
    assert [one["code"] for one in notes] == ["list_as_text"]
    assert "or Parquet; not used" in told({"--households": file}, tmp_path / "out", lang="en")[0]


def test_records_without_any_below_are_counted_as_none_and_named(tmp_path):
    files = {
        "--households": parquet(tmp_path / "h.parquet", households(200, 10)),
        "--villages": parquet(tmp_path / "v.parquet", villages(12, 3)),
        "--townships": parquet(tmp_path / "t.parquet", townships(4)),
    }
    said, manifest = told(files, tmp_path / "out")
    assert manifest["empty"] == [
        {"subject": "township", "below": "village", "rows": 1, "ids": ["T3"]},
        {"subject": "village", "below": "household", "rows": 2, "ids": ["V10", "V11"]},
    ]
    assert "2 个没有一条农户记录，由此汇总的数都是 0，请核对表是否齐全：V10, V11" in said
    counted = {one["id"]: one["households"] for one in pq.read_table(tmp_path / "out/village.parquet").to_pylist()}
    assert (counted["V09"], counted["V10"], counted["V11"]) == (20, 0, 0)
    empty = data_of(tmp_path / "out")["empty"]
    assert [(one["title"]["zh"], one["count"], one["ids"]) for one in empty] == [
        ("乡镇", 1, ["T3"]), ("行政村", 2, ["V10", "V11"])
    ]  # fmt: skip
    assert "is the extract complete?" in told(files, tmp_path / "out", lang="en")[0]


def test_where_every_record_has_some_below_nothing_is_said(out, manifest):
    assert manifest["empty"] == []
    assert "empty" not in data_of(out)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "没有填的表，运行时不要给出这个文件。"), ("en", "Leave a file that is not filled in out of the run")],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_an_extract_without_a_row_is_refused(kind, lang, said, tmp_path):
    file, row = tmp_path / f"households.{kind}", households(1, 1)[0]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([row]).slice(0, 0), file)
    elif kind == "csv":
        file.write_text(",".join(row) + "\n", encoding="utf-8")
    else:
        excel(file, [dict.fromkeys(row)])
    words = ("--on", ON, "--out", tmp_path / "out", "--lang", lang)
    assert said in call("run", "--households", file, *words, code=2)
    assert not (tmp_path / "out").exists()


def test_the_results_of_another_run_are_not_replaced_unasked(tmp_path):
    files = {"--households": parquet(tmp_path / "h.parquet", households(20, 2))}
    out = tmp_path / "out"
    told(files, out)
    before = (out / "manifest.json").read_bytes()
    told(files, out)  # the same once more
    assert (out / "manifest.json").read_bytes() == before
    for lang, said in (("zh", "里是另一次运行（2026-12-31）的结果"), ("en", "another run (2026-12-31)")):
        words = ("run", *options(files), "--out", out, "--lang", lang, "--on")
        assert said in (refused := call(*words, "2027-01-31", code=2))
        assert "--replace" in refused
        assert said in call(*words, ON, "--publish", code=2)
    parquet(files["--households"], households(21, 2))
    assert "另一次运行" in call("run", *options(files), "--out", out, "--lang", "zh", "--on", ON, code=2)
    assert (out / "manifest.json").read_bytes() == before
    assert not (tmp_path / ".out.unfinished").exists()
    assert told(files, out, "--replace")[1]["counts"]["household"]["rows"] == 21


def test_the_reasons_name_the_choices_and_the_limits(tmp_path):
    rows = households(4, 2)
    rows[0] |= {"status": "gone"}
    rows[1] |= {"loan_balance": -5, "npl_balance": -5, "lender_loan_balance": -5, "lender_npl_balance": -5}
    rows[2] |= {"need": 10**16, "id": "=1+1"}
    rows[3] |= {"votes": [{"id": "M1", "side": "nobody"}, {"id": "M1", "side": "lender"}]}
    people = [{"votes": [], **one} for one in rows]
    places = [one | {"integrity_score": 101} for one in villages(1, 1)]
    files = {"--households": parquet(tmp_path / "h.parquet", people), "--villages": as_csv(tmp_path / "v.csv", places)}
    told(files, tmp_path / "out", "--at-most", "100%")
    with (tmp_path / "out/set_aside.csv").open(encoding="utf-8-sig", newline="") as file:
        said = {(one["column"], one["code"]): (one["zh"], one["en"]) for one in csv.DictReader(file)}
    text = (tmp_path / "out/set_aside.csv").read_text(encoding="utf-8-sig")
    assert ",'=1+1," in text  # no formula for whoever opens it in a spreadsheet
    zh, en = said["status", "not_a_choice"]
    assert zh.startswith("请写其中之一：resident = 在村（含外出务工）、moved_away = ")
    assert en.startswith("Write one of: resident = resident (migrant workers too), moved_away = ")
    assert said["loan_balance", "too_small"] == ("不能小于 0元。", "It cannot be below 0 yuan.")
    assert said["integrity_score", "too_large"] == ("不能大于 100分。", "It cannot be above 100 points.")
    assert said["need", "too_large"] == ("数字大得不合常理。", "The number is beyond all reason.")
    assert "lender = " in said["votes.side", "not_a_choice"][0]
    assert "列表里不止一次" in said["votes.id", "repeated_id"][0]
