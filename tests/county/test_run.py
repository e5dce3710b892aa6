"""The county run, end to end."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from rules import Engine
from rules.words.wording import Wording
from service.commands.county_run import _summary
from service.county.backend import Duck, digest, rows_of
from service.county.intake.checks import BAD, Checks
from service.county.intake.inputs import ROW, Source
from service.county.run.manifest import read_manifest
from service.county.run.outputs import Outputs
from tests.county.conftest import call, run
from tests.county.making import ON, as_csv, county, excel, households, options, parquet
from tests.county.test_report import data_of
from tests.editions import shipped
from tests.running import POLICIES

ROOT = Path(__file__).parents[2]
EDITION = shipped()


def table(out, subject):
    return pq.read_table(out / f"{subject}.parquet").to_pylist()


def test_every_outcome_and_finding_agrees_with_the_engine(out, manifest, tmp_path):
    """Outputs.decide raises where the two differ in the outcome or in one finding."""
    engine, duck, chance, checked = Engine(EDITION), Duck(tmp_path), random.Random(3), 0
    outputs = Outputs(out, EDITION, duck)
    for subject, level in manifest["levels"].items():
        ids = [row["id"] for row in table(out, subject)]
        for id_ in chance.sample(ids, min(len(ids), 12)):
            for decision in (*level["bulk"], *level["singly"]):
                assert outputs.decide(engine, subject, id_, decision).outcome == outputs.row(subject, id_)[decision]
                checked += 1
    assert checked > 100
    assert (
        sum(len(level["bulk"]) + len(level["singly"]) for level in manifest["levels"].values())
        == len(EDITION.rules) - 1
    )


def test_villages_are_counted_from_their_households(out):
    people = table(out, "household")
    for village in table(out, "village"):
        mine = [one for one in people if one["village_id"] == village["id"]]
        assert village["households"] == len(mine)
        assert village["collectable_households"] == sum(one["screening"] == "collectable" for one in mine)
        assert village["loan_balance"] == sum(one["loan_balance"] for one in mine)
    (county_row,) = table(out, "county")
    assert county_row["households"] == len(people)


def test_a_given_whole_and_a_larger_part_that_was_counted_decide_nothing(files, tmp_path):
    given = pq.read_table(files["--villages"]).to_pylist()
    altered = parquet(tmp_path / "villages.parquet", [one | {"households": 1} for one in given])
    manifest = json.loads(run(files | {"--villages": altered}, tmp_path / "out", "--keep-given"))
    assert {"subject": "village", "fact": "households", "rows": len(given)} in manifest["differences"]
    for one in table(tmp_path / "out", "village"):
        assert one["households"] is None
        assert one["credit_village"] in ("needs_information", "not_qualified")


def test_the_same_inputs_give_the_same_bytes(files, out, manifest, tmp_path):
    run(files, tmp_path / "again")
    assert (tmp_path / "again/manifest.json").read_bytes() == (out / "manifest.json").read_bytes()
    assert {name: digest(tmp_path / "again" / name) for name in manifest["files"]} == manifest["files"]


def looked_at(file):
    """What the checks make of a file of households, its good rows, and what is set aside."""
    with closing(Duck(file.parent / "scratch")) as duck:
        checks = Checks(EDITION, duck, file.parent, on=ON)
        checked = checks.look(Source("household", file))
        aside = duck.dicts(f"SELECT {ROW} AS row, col, code FROM {BAD}household")
        good = duck.dicts(f"SELECT * FROM {rows_of(checks.clean['household'])}")
    return checked, good, aside


@pytest.mark.parametrize("kind", ["gb18030", "utf-8-sig", "xlsx"])
def test_formats_that_offices_have_come_to_the_same(kind, tmp_path):
    rows = households(300, 12)
    titles = {"id": "编号", "birth_date": "拟授信人出生日期", "village_id": "行政村"}
    _, wanted, _ = looked_at(parquet(tmp_path / "households.parquet", rows))
    _, found, aside = looked_at(excel(tmp_path / "households.xlsx", rows) if kind == "xlsx"
                                else as_csv(tmp_path / "households.csv", rows, kind, titles))  # fmt: skip
    assert aside == []
    assert len(found) == len(rows)
    assert found == wanted


FAULTS = {
    3: ({"status": "gone"}, "not_a_choice"),
    4: ({"birth_date": "31.12.1980"}, "ambiguous_date"),
    5: ({"loan_balance": -1, "npl_balance": -5, "lender_loan_balance": -2, "lender_npl_balance": -6}, "too_small"),
    6: ({"npl_balance": 10**9}, "part_exceeds_whole"),
    7: ({"village_id": "V99"}, "strange_record_above"),
    8: ({"village_id": None}, "no_record_above"),
    9: ({"id": None}, "no_id"),
    10: ({"id": "H00020"}, "repeated_id"),
    11: ({"adverse_record": "perhaps"}, "not_boolean"),
    12: ({"need": "much"}, "not_a_number"),
    13: ({"need": "1.1234567"}, "too_fine"),
    14: ({"loan_balance": 10**15}, "too_large"),
    15: ({"id": "11010119900101123X"}, "identity_card"),
    16: ({"id": "x" * 65}, "long_id"),
    17: ({"id": "x\ty"}, "not_printable"),
    18: ({"id": "\u3000"}, "no_id"),
}


@pytest.fixture
def faulty(files, tmp_path):
    rows = households(1500, 12)
    for number, (change, _) in FAULTS.items():
        rows[number] |= change
    return files | {"--households": as_csv(tmp_path / "households.csv", rows, "gb18030")}


ASIDE = {number for number, (change, _) in FAULTS.items() if {"id", "village_id"} & change.keys()} | {20}


def test_rows_that_cannot_be_right_are_set_aside_with_their_reasons(faulty, tmp_path):
    manifest = json.loads(run(faulty, tmp_path / "out", "--at-most", "2%"))
    aside = table(tmp_path / "out", "set_aside")
    for number, (_, code) in FAULTS.items():
        assert code in {one["code"] for one in aside if one["row"] == number + 2}, number
    assert {one["row"] for one in aside} == {number + 2 for number in FAULTS} | {22}  # the other of the repeated
    assert all(one["zh"] and one["en"] and one["file"] == "households.csv" for one in aside)
    assert "11010119900101123X" not in (tmp_path / "out/set_aside.csv").read_text("utf-8")
    assert {one["row"] for one in aside if not one["kept"]} == {number + 2 for number in ASIDE}
    assert manifest["counts"]["household"]["rows"] == 1500 - len(ASIDE)
    checked = next(one for one in manifest["checked"] if one["subject"] == "household")
    assert (checked["rows"], checked["bad"]) == (1500, len(ASIDE))
    kept = {one["id"]: one for one in table(tmp_path / "out", "household")}
    assert kept["H00003"]["status"] is kept["H00006"]["npl_balance"] is kept["H00006"]["loan_balance"] is None


def test_the_ids_of_records_in_a_list_are_looked_at_as_well(tmp_path):
    rows = [{**row, "votes": [{"id": "M-1", "verdict": "approve"}]} for row in households(20, 12)]
    rows[2]["votes"] = [{"id": "M-1", "verdict": "approve"}, {"id": "M-1", "verdict": "oppose"}]
    rows[3]["votes"] = [{"id": "M-1", "verdict": "approve"}, {"id": "110101199001011234", "verdict": "approve"}]
    _, _, aside = looked_at(parquet(tmp_path / "households.parquet", rows))
    assert [(one["row"], one["col"], one["code"].split()[0]) for one in aside] == [
        (3, "votes.id", "repeated_id"), (4, "votes.id", "identity_card"),
    ]  # fmt: skip


def test_a_run_is_refused_where_too_much_is_wrong(faulty, tmp_path):
    said = run(faulty, tmp_path / "out", "--at-most", "0.5%", code=2)
    assert f"{len(ASIDE)} of 1516 rows cannot be right" in said
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "out.set_aside.csv").is_file()


def test_an_unknown_column_is_named_with_a_guess(tmp_path):
    rows = [{"lone_balance": 1, **row} for row in households(20, 12)]
    notes = looked_at(parquet(tmp_path / "households.parquet", rows))[0].notes
    assert any(one.column == "lone_balance" and "loan_balance" in one.en for one in notes)
    assert any(one.code == "column_missing" and one.column == "votes" for one in notes)


def test_a_column_that_only_resembles_a_fact_gets_no_guess(tmp_path):
    rows = [{"授信日期": "2026-05-01", **row} for row in households(20, 12)]  # 拟授信人出生日期 is another thing
    notes = looked_at(parquet(tmp_path / "households.parquet", rows))[0].notes
    [note] = [one for one in notes if one.column == "授信日期"]
    assert (note.code, note.zh, note.en) == ("unknown_column", "不认识这一列，未用。", "No such fact; not used.")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_ranking_that_takes_no_number_wants_none(out, lang):
    manifest = read_manifest(out)
    rankings = tuple(replace(one, take=None) for one in manifest.rankings)
    shown = [
        text(_summary(one, Wording(EDITION, lang), out)) for one in (manifest, replace(manifest, rankings=rankings))
    ]
    wanted = [[line for line in lines if re.search("选出|chosen", line)] for lines in shown]
    assert all(re.search("要求 [0-9]+ 个|[0-9]+ wanted", line) for line in wanted[0])
    assert len(wanted[0]) == len(wanted[1]) > 0
    assert not [line for line in wanted[1] if re.search("要求|wanted| - ", line)]


def text(block):
    return ["".join(span.text for span in getattr(one, "spans", None) or one.cells) for one in block]


def test_the_screen_says_what_is_not_there_and_what_differs(tmp_path):
    files = {
        "--households": parquet(tmp_path / "h.parquet", [{"id": "H1", "village_id": "V1", "loan_balance": 5}]),
        "--villages": parquet(tmp_path / "v.parquet", [{"id": "V1", "households": 400}]),
    }
    told = call("run", *options(files), "--on", ON, "--out", tmp_path / "out", "--lang", "zh")
    assert re.search(r"没有这些列，全部按未知处理：.*拟授信人出生日期", told)
    assert re.search(r"行政村 +表中的数与汇总不同（条数），以汇总为准：全村农户数 1\b", told)
    kept = call("run", *options(files), "--on", ON, "--out", tmp_path / "kept", "--keep-given", "--lang", "zh")
    assert "与汇总不同" not in kept


def test_a_level_without_a_file_between_two_that_have_one_is_named(tmp_path):
    files = {
        "--villages": parquet(tmp_path / "v.parquet", [{"id": "V1", "township_id": "T1"}]),
        "--county": parquet(tmp_path / "c.parquet", [{"loan_balance": 5}]),
    }
    told = call("run", *options(files), "--on", ON, "--out", tmp_path / "out", "--lang", "zh", code=2)
    assert "看不出行政村的每行属于哪个县（区）（没有列 county_id）。请给出乡镇的数据文件。" in told
    files["--townships"] = parquet(tmp_path / "t.parquet", [{"id": "T1"}])
    call("run", *options(files), "--on", ON, "--out", tmp_path / "out", "--lang", "zh")  # as the error says


def test_the_manifest_has_the_notes(manifest):
    notes = next(one["notes"] for one in manifest["checked"] if one["subject"] == "household")
    assert any(one["code"] == "column_missing" and one["column"] == "votes" for one in notes)


def test_a_folder_that_is_no_run_is_left_alone(files, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear", encoding="utf-8")
    assert "was left alone" in run(files, tmp_path / "mine", code=2)
    assert (tmp_path / "mine/letter.txt").read_text(encoding="utf-8") == "dear"


def test_a_killed_run_leaves_no_half_result_and_goes_on_where_it_was(tmp_path):
    files, out = county(tmp_path / "in", 4000), tmp_path / "out"
    words = [sys.executable, "-m", "service", "county", "run", *options(files), "--on", str(ON), "--out", str(out)]
    words += ["--policies", str(POLICIES)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    state = tmp_path / ".out.unfinished/state.json"
    while process.poll() is None and not (state.is_file() and "household" in json.loads(state.read_text())["done"]):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    before = (tmp_path / ".out.unfinished/household.parquet").stat().st_mtime_ns
    run(files, out)
    assert (out / "household.parquet").stat().st_mtime_ns == before
    assert not (tmp_path / ".out.unfinished").exists()
    assert sorted(one.name for one in out.iterdir()) == sorted(
        [*json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"], "manifest.json"]
    )


def test_one_row_is_explained(out):
    said = call("explain", out, "village", "V01", "credit_village", "--lang", "en")
    assert "Criteria of a credit village" in said
    assert "4" in said
    assert "= " in call("explain", out, "village", "V01", "credit_village", "--all")
    assert "= " not in call("explain", out, "village", "V01", "credit_village", "--depth", "0")
    assert "V99" in call("explain", out, "village", "V99", code=2)
    assert json.loads(call("explain", out, "township", "T1", "credit_township", "--json"))["findings"]


def test_the_workbook_is_for_people(out):
    book = load_workbook(out / "workbook.xlsx")
    assert book.sheetnames == ["汇总", "县（区）", "乡镇", "行政村", "示范村选择", "数据文件", "未采用的行"]
    sheet = book["行政村"]
    assert [cell.value for cell in sheet[1]][:2] == ["编号", "乡镇"]
    assert sheet.freeze_panes
    assert sheet.auto_filter.ref
    assert sheet.max_row == 13
    cells = [cell for one in book["县（区）"].iter_rows(values_only=True) for cell in one]
    assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(("[", "{"))]
    assert "示范村选择" in cells
    assert not [cell for cell in cells if isinstance(cell, str) and "ranking" in cell]


def test_a_run_of_which_every_household_is_set_aside_ends_and_says_so(files, tmp_path):
    twice = as_csv(tmp_path / "twice.csv", [one | {"id": "H-1"} for one in households(60, 12)])

    said = run(files | {"--households": twice}, tmp_path / "out", "--at-most", "100%")

    assert json.loads(said)["counts"]["household"]["rows"] == 0
    assert (tmp_path / "out" / "report.html").exists()
    assert (tmp_path / "out" / "workbook.xlsx").exists()


def test_a_county_is_judged_on_the_last_day_that_there_is(files, tmp_path):
    """No day follows on which its report could look ahead."""
    call("run", *options(files), "--on", "9999-12-31", "--out", tmp_path / "out")
    assert data_of(tmp_path / "out")["ahead"]["dates"] == []
