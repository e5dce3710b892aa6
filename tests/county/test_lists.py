"""Lists that come as extracts of their own say the same as lists in Parquet, and no row of them goes missing."""

import csv
import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
import yaml
from openpyxl import load_workbook

from rules.values.text import TextError
from service.county import running
from service.county.intake.inputs import Source
from service.county.intake.lists import list_of
from service.county.run.asked import Asked
from tests.county.conftest import call
from tests.county.making import ON, as_csv, excel, households, options, parquet, villages
from tests.editions import POLICIES, shipped
from tests.unit.small import checklist, derived, given, small

CARD = "110101196003071234"  # of nobody
VOTES = [{"id": f"M{number}", "side": side, "related": number == 3, "verdict": verdict}
         for number, (side, verdict) in enumerate([
             ("committee", "approve"), ("committee", "approve"), ("committee", "oppose"), ("lender", "approve"),
             ("lender", "approve"),
         ])]  # fmt: skip


def county(folder, votes):
    """Households with votes in Parquet; and the same households, and their votes, in two files of text."""
    people = households(30, 2)
    inside = [{**one, "votes": votes(one["id"])} for one in people]
    rows = [{"household_id": one["id"], **vote} for one in inside for vote in one["votes"]]
    places = parquet(folder / "v.parquet", villages(2, 1))
    whole = {"--households": parquet(folder / "h.parquet", inside), "--villages": places}
    return whole, {"--households": as_csv(folder / "h.csv", people), "--villages": places}, rows


def run(files, out, *more):
    said = call("run", *options(files), "--on", ON, "--out", out, "--at-most", "50%", "--lang", "en", *more)
    return said, json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def judged(out, column):
    return {one["id"]: one[column] for one in pq.read_table(out / "household.parquet").to_pylist()}


@pytest.mark.parametrize(("write", "kind"), [(as_csv, "csv"), (excel, "xlsx"), (parquet, "parquet")])
def test_lists_of_their_own_decide_as_lists_in_parquet_do(write, kind, tmp_path):
    whole, files, rows = county(tmp_path, lambda one: VOTES[: int(one[1:]) % 6])
    votes = write(tmp_path / f"votes.{kind}", rows)
    run(whole, tmp_path / "whole")
    said, manifest = run(files, tmp_path / "own", "--table", f"vote={votes}")
    for column in ("review", "review__not_met", "review__unknown", "votes"):
        assert judged(tmp_path / "own", column) == judged(tmp_path / "whole", column)
    assert len(set(judged(tmp_path / "own", "review").values())) > 1
    file = next(one for one in manifest["checked"] if one["subject"] == "household.votes")
    assert (file["file"], file["rows"], file["bad"]) == (votes.name, len(rows), 0)
    assert votes.name in said
    assert {one["subject"] for one in manifest["inputs"]} == {"household", "village", "household.votes"}


def test_a_row_that_cannot_be_used_leaves_its_list_unknown_and_is_listed(tmp_path):
    _, files, rows = county(tmp_path, lambda _: VOTES)
    rows[0] |= {"verdict": "perhaps"}  # of H00000: the cell alone
    rows[6] |= {"id": "M0"}  # twice in the list of H00001
    rows.append({"household_id": "H99999", **VOTES[0]})
    rows.append({"household_id": "", **VOTES[0]})
    rows.append({"household_id": "H00002", **VOTES[0], "id": "110101196003071234"})
    votes = as_csv(tmp_path / "votes.csv", rows)
    _, manifest = run(files, tmp_path / "out", "--table", f"household.votes={votes}")
    lists = judged(tmp_path / "out", "votes")
    assert [id for id, one in sorted(lists.items()) if one is None] == ["H00001", "H00002"]
    assert [one["verdict"] for one in lists["H00000"]] == [None, *(one["verdict"] for one in VOTES[1:])]
    assert all(len(one) == 5 for one in lists.values() if one is not None)
    with (tmp_path / "out/set_aside.csv").open(encoding="utf-8-sig", newline="") as file:
        aside = [(one["file"], int(one["row"]), one["column"], one["code"]) for one in csv.DictReader(file)]
    assert aside == [
        ("votes.csv", 2, "verdict", "not_a_choice"), ("votes.csv", 7, "id", "repeated_id"),
        ("votes.csv", 8, "id", "repeated_id"), ("votes.csv", 152, "household_id", "strange_record_above"),
        ("votes.csv", 153, "household_id", "no_record_above"), ("votes.csv", 154, "id", "identity_card"),
    ]  # fmt: skip
    assert "110101196003071234" not in (tmp_path / "out/set_aside.csv").read_text(encoding="utf-8-sig")
    assert manifest["checked"][-1]["bad"] == 5


@pytest.mark.parametrize(("write", "kind"), [(as_csv, "csv"), (excel, "xlsx"), (parquet, "parquet")])
def test_rows_of_a_list_are_corrected_in_the_workbook_and_sent_again(write, kind, tmp_path):
    """A household beside them has a fault too: each table has a sheet of its own."""
    _, files, rows = county(tmp_path, lambda one: VOTES if one < "H00006" else [])
    right = judged_by(files, write(tmp_path / f"right.{kind}", rows), tmp_path / "right")
    wrong = [dict(one) for one in rows]
    wrong[0]["verdict"], wrong[7]["household_id"], wrong[12]["id"] = "perhaps", "H99999", CARD
    people = households(30, 2)
    people[29]["village_id"] = "V9"
    files |= {"--households": as_csv(tmp_path / "bad.csv", people)}
    votes = write(tmp_path / f"votes.{kind}", wrong)
    run(files, tmp_path / "out", "--table", f"vote={votes}")
    book = load_workbook(tmp_path / "out/set_aside.xlsx")
    assert book.sheetnames == ["农户", "农户评议票"]
    sheet = book["农户评议票"]
    heads = {one.value: one.column for one in sheet[1]}
    lines = {int(sheet.cell(row, heads["来源行号"]).value): row for row in range(2, sheet.max_row + 1)}
    first = 1 if kind == "parquet" else 2
    assert sorted(lines) == [first, first + 7, first + 12]
    at = {name: next(heads[one] for one in words if one in heads)
          for name, words in {"id": ("id", "编号"), "household_id": ("household_id", "农户"),
                              "verdict": ("verdict", "意见")}.items()}  # fmt: skip
    for place, name in ((0, "verdict"), (7, "household_id"), (12, "id")):
        cell = sheet.cell(lines[first + place], at[name])
        assert cell.value in ("perhaps", "H99999", None, "")
        assert cell.fill.fgColor.rgb.endswith("FFC7CE")
        cell.value = rows[place][name]
    assert CARD not in {str(one.value) for row in sheet.iter_rows() for one in row}
    house = {one.value: one.column for one in book["农户"][1]}
    book["农户"].cell(2, house.get("village_id") or house["行政村"]).value = "V01"
    book.save(tmp_path / "mended.xlsx")
    assert judged_by(files, votes, tmp_path / "again", "--mended", tmp_path / "mended.xlsx") == right


def test_look_writes_a_mapping_of_a_list_that_a_run_obeys(tmp_path):
    _, files, rows = county(tmp_path, lambda _: VOTES)
    right = judged_by(files, as_csv(tmp_path / "right.csv", rows), tmp_path / "right")
    strange = {"id": "序", "household_id": "农户编号", "side": "谁", "verdict": "意见"}
    votes = as_csv(tmp_path / "votes.csv", rows, titles=strange)
    looking = ("look", votes, "--policies", POLICIES, "--on", ON, "--out", tmp_path / "m.yaml", "--lang", "zh")
    assert "农户评议票（household.votes）" in call(*looking)
    mapping = yaml.safe_load((tmp_path / "m.yaml").read_text("utf-8"))
    (sheet,) = mapping["files"][0]["sheets"]
    for letter, heading, name in (("A", "农户编号", "household"), ("B", "序", "id"), ("C", "谁", "side")):
        sheet["columns"][letter] = {"heading": heading, "is": name}
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    assert judged_by(files, votes, tmp_path / "out", "--mapping", tmp_path / "m.yaml") == right


def judged_by(files, votes, out, *more):
    """The rows of the households of a run with votes; none is set aside."""
    run(files, out, "--table", f"vote={votes}", *more)
    assert len((out / "set_aside.csv").read_text(encoding="utf-8-sig").splitlines()) == 1
    return pq.read_table(out / "household.parquet").to_pylist()


def test_who_has_no_row_has_an_empty_list(tmp_path):
    _, files, rows = county(tmp_path, lambda one: VOTES if one < "H00010" else [])
    run(files, tmp_path / "out", "--table", f"vote={as_csv(tmp_path / 'votes.csv', rows)}")
    assert {len(one) for id, one in judged(tmp_path / "out", "votes").items() if id >= "H00010"} == {0}


def test_a_list_without_its_owner_is_refused(tmp_path):
    _, files, rows = county(tmp_path, lambda _: VOTES)
    votes = as_csv(tmp_path / "votes.csv", [{"side": one["side"]} for one in rows])
    words = ("--on", ON, "--out", tmp_path / "out", "--lang", "en", "--table", f"vote={votes}")
    assert "No column says which" in call("run", *options(files), *words, code=2)
    assert "is a list" in call("run", "--villages", files["--villages"], *words, code=2)


def test_a_column_and_a_file_of_the_same_list_are_refused(tmp_path):
    whole, _, rows = county(tmp_path, lambda _: VOTES)
    votes = as_csv(tmp_path / "votes.csv", rows)
    words = ("--on", ON, "--out", tmp_path / "out", "--lang", "en", "--table", f"vote={votes}")
    assert "has a column votes already" in call("run", *options(whole), *words, code=2)


def test_a_file_is_a_list_only_where_one_list_can_be_meant():
    edition, owner = shipped(), "household"
    assert [list_of(edition, one, [owner]) for one in ("vote", f"{owner}.votes", "village", "nothing")] == [
        f"{owner}.votes", f"{owner}.votes", "", ""
    ]  # fmt: skip
    vote = replace(edition.subjects["vote"], within=owner)  # within their owner, they are no less a list
    within = replace(edition, subjects={**edition.subjects, "vote": vote})
    assert list_of(within, "vote", [owner]) == f"{owner}.votes"
    known = edition.subjects[owner]
    more = {**known.facts, "ballots": replace(known.facts["votes"], name="ballots")}
    twice = replace(edition, subjects={**edition.subjects, owner: replace(known, facts=more)})
    with pytest.raises(TextError, match=r"household\.votes, household\.ballots"):
        list_of(twice, "vote", [owner])
    assert list_of(twice, "household.ballots", [owner]) == "household.ballots"


def test_a_list_within_a_list_stands_in_a_column_of_it(tmp_path):
    """Its file is refused by name; in Parquet it decides as it does in a case."""
    people = {"paid": given("boolean")}
    groups = {"people": given("list", of="person"), "paying": derived(count="people", where={"paid": True})}
    facts = {"groups": given("list", of="group"),
             "sound": derived(count="groups", where={"paying": {"at_least": "2 persons"}})}  # fmt: skip
    good = checklist({"require": {"sound": {"at_least": "1 group"}}})
    edition = small(facts, {"good": good}, group=groups, person=people)
    with pytest.raises(TextError, match=r"a list within the list group: .* the column people of a Parquet file"):
        list_of(edition, "person", ("thing", "group", "person"))
    assert list_of(edition, "group", ("thing", "group")) == "thing.groups"

    paid = [[[True, True], [False]], [[True, False]], []]
    rows = [[{"people": [{"paid": one} for one in group]} for group in groups_] for groups_ in paid]
    things = [{"id": f"T{at}"} for at in range(3)]
    told = [{"id": f"{at}-{n}", "thing_id": f"T{at}", **one} for at, of in enumerate(rows) for n, one in enumerate(of)]
    sources = (Source("thing", parquet(tmp_path / "things.parquet", things)),
               Source("thing.groups", parquet(tmp_path / "groups.parquet", told)))  # fmt: skip
    running.run(Asked(edition, ON, sources, tmp_path / "out"))
    found = {one["id"]: one["good"] for one in pq.read_table(tmp_path / "out/thing.parquet").to_pylist()}
    assert found == {"T0": "good", "T1": "bad", "T2": "bad"}


def test_a_file_of_nothing_that_the_plan_knows_is_told_the_lists_too(tmp_path):
    _, files, _ = county(tmp_path, lambda _: VOTES)
    words = ["--households", files["--households"], "--table", f"ballot={files['--villages']}", "--on", ON]
    said = call("run", *words, "--out", tmp_path / "out", "--lang", "en", code=2)
    assert "no subject or list ballot" in said
    assert "household.votes" in said
