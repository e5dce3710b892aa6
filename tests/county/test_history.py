"""The runs before a run: what they give it, what they are compared with, and what is refused."""

import json
import shutil
from datetime import date

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from tests.county.conftest import call, run
from tests.county.making import ON, county, options, parquet, townships, villages
from tests.county.test_report import data_of, rows
from tests.running import POLICIES

THEN = date(2026, 6, 30)


def known_then(row):
    """A row without the days to come."""
    return {name: min(one, THEN) if isinstance(one, date) else one for name, one in row.items()}


def test_a_run_goes_on_from_the_one_before(files, tmp_path):
    """Half a year ago three villages were not qualified that are now, and fewer were completed. The villages of today
    do not say who holds a title."""
    old = [row | {"public_order_stable": number > 2, "filing_done": number < 4}
           for number, row in enumerate(villages(12, 3))]  # fmt: skip
    then, now = tmp_path / "then", tmp_path / "now"
    people = pq.read_table(files["--households"]).to_pylist()
    words = files | {"--villages": parquet(tmp_path / "old.parquet", [*map(known_then, old)]),
                     "--households": parquet(tmp_path / "people.parquet", [*map(known_then, people)])}  # fmt: skip
    call("run", *options(words), "--on", THEN, "--out", then)
    untold = [{name: value for name, value in row.items() if name != "titled_on"} for row in villages(12, 3)]
    untold = [row | {"title_in_force": False if number == 4 else None} for number, row in enumerate(untold)]
    run(files | {"--villages": parquet(tmp_path / "new.parquet", untold)}, now, "--last", then)

    was, found = ({one["id"]: one for one in rows(folder, "village")} for folder in (then, now))
    for id_, village in found.items():
        award, review = was[id_]["village_award"] == "award", was[id_]["village_designation"]
        kept = award or review in ("keep", "renew")
        assert village["title_in_force"] is (kept and id_ != "V04")  # what a file says stands
        if review == "keep":
            assert village["titled_on"] == was[id_]["titled_on"]
    manifest = json.loads((now / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["carried"]["village"] == {"title_in_force": 11, "titled_on": 4}
    assert [one["on"] for one in manifest["last"]] == ["2026-06-30"]

    data = data_of(now)
    village = data["changes"]["decisions"][0]
    met, met_then = (
        {id_ for id_, one in side.items() if one["credit_village"] == "qualified"} for side in (found, was)
    )
    gained, lost = met - met_then, met_then - met
    assert gained
    assert village["totals"] == {"gained": len(gained), "lost": len(lost), "kept": len(met & met_then)}
    for became, ids in (("gained", gained), ("lost", lost)):
        assert {one["id"] for one in village["rows"] if one["became"] == became} == ids
    assert sum(place[1] for place in village["places"]) == len(gained)
    why = [title["zh"] for one in village["rows"] if one["id"] in {"V01", "V02"} for title in one["why"]]
    assert "社会治安稳定" in why

    assert data["milestones"]["curve"] == [["2026-06-30", 2], [ON.isoformat(), 6]]
    pace = {"since": "2026-06-30", "a_week": pytest.approx(4 * 7 / 184, abs=0.06)}
    assert data["milestones"]["pace"] == pace


def test_a_revoked_title_stays_revoked_in_the_years_after(tmp_path):
    """The extracts say once who holds a title, and never how the procedure of an award stands."""
    files = county(tmp_path / "in", 120, 6, 2)
    held = {"title_in_force": True, "titled_on": date(2025, 12, 31)}
    mine = [row | held | {"public_order_stable": number > 2} for number, row in enumerate(villages(6, 2))]
    towns = [row | held | {"no_debt_dispute": False} for row in townships(2)]
    runs = []
    for year in (2026, 2027, 2028):
        files |= {"--villages": parquet(tmp_path / f"v{year}.parquet", mine),
                  "--townships": parquet(tmp_path / f"t{year}.parquet", towns)}  # fmt: skip
        last = ["--last", runs[-1]] if runs else []
        runs.append(tmp_path / str(year))
        call("run", *options(files), "--on", date(year, 12, 31), "--out", runs[-1], *last)
        mine, towns = ([{name: one for name, one in row.items() if name not in held} for row in table]
                       for table in (mine, towns))  # fmt: skip

    for subject in ("village", "township"):
        first, *later = ({one["id"]: one for one in rows(folder, subject)} for folder in runs)
        revoked = {id_ for id_, one in first.items() if one[f"{subject}_designation"] == "revoke"}
        assert revoked >= ({"V00", "V01", "V02"} if subject == "village" else {"T0", "T1"})
        for year in later:
            assert {id_ for id_ in revoked if year[id_]["title_in_force"] is not False} == set()
            assert {year[id_][f"{subject}_designation"] for id_ in revoked} == {"untitled"}


def test_folders_that_cannot_stand_before_are_refused(out, files, tmp_path):
    words = (*options(files), "--out", tmp_path / "out", "--on", "2027-03-31", "--lang")
    assert "not before 2026-12-31" in call("run", *words, "en", "--on", ON, "--last", out, code=2)
    assert "no run" in call("run", *words, "en", "--last", tmp_path, code=2)
    twin = shutil.copytree(out, tmp_path / "twin")
    assert "same day" in call("run", *words, "en", "--last", out, "--last", twin, code=2)
    spoilt = shutil.copytree(out, tmp_path / "spoilt")
    pq.write_table(pq.read_table(spoilt / "village.parquet").slice(1), spoilt / "village.parquet")
    assert "not as the run wrote it" in call("run", *words, "en", "--last", spoilt, code=2)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (twin / "manifest.json").write_text(json.dumps(manifest | {"edition": "yun-county/2025-01-01"}), encoding="utf-8")
    assert "of the plan yun-county" in call("run", *words, "en", "--last", twin, code=2)
    assert "是方案 yun-county 的运行" in call("run", *words, "zh", "--last", twin, code=2)


def test_lists_to_work_from(tmp_path):
    """What is wanting is named, with the villages it concerns; and too few that qualify are said plainly."""
    files = county(tmp_path / "in", 240, 6, 2)
    people = pq.read_table(files["--households"]).to_pylist()
    sound = {"birth_date": date(1980, 1, 1), "status": "resident", "adverse_record": False}
    people[0] |= sound | {"adverse_record": None}  # V00
    people[6] |= sound | {"loan_balance": None, "npl_balance": None}  # V00
    people[13] |= sound | {"status": None}  # V01
    files["--households"] = parquet(tmp_path / "in/households.parquet", people)
    few = [
        row
        | {
            "leadership_sound": number < 2,
            "public_order_stable": None if number == 1 else True,
            "per_capita_income": 20000 + number,
            "integrity_score": 90,
        }
        for number, row in enumerate(villages(6, 2))
    ]
    files["--villages"] = parquet(tmp_path / "in/villages.parquet", few)
    manifest = json.loads(run(files, tmp_path / "out"))
    data = data_of(tmp_path / "out")

    assert manifest["gaps"] == {"village": {"below": "household", "doubtful": 3, "looked": 3}}
    (part,) = data["gaps"]
    assert (part["places"], part["of"]) == (2, 6)
    causes = {one["title"]["zh"]: (one["records"], one["places"]) for one in part["causes"]}
    assert causes == dict.fromkeys(
        ("有不良信用记录", "拟授信人状态", "各金融机构贷款余额", "各金融机构不良贷款余额"), (1, 1)
    )
    assert {one["id"]: one["records"] for one in part["rows"]} == {"V00": 2, "V01": 1}
    wanting = {one["record"]: one["causes"] for one in rows(tmp_path / "out", "missing")}
    assert (wanting["H00000"], wanting["H00013"]) == (["adverse_record"], ["status"])
    untold = {one["id"] for one in rows(tmp_path / "out", "village") if one["collectable_households"] is None}
    assert untold == {"V00", "V01"}

    between = dict(data["shares"]["between"])
    outcomes = {one["id"]: one["credit_village"] for one in rows(tmp_path / "out", "village")}
    for township, mine in (("T0", ("V00", "V02", "V04")), ("T1", ("V01", "V03", "V05"))):
        met, untold_ = (sum(outcomes[one] == said for one in mine) for said in ("qualified", "needs_information"))
        assert between.get(township) == ([met / 3, (met + untold_) / 3] if untold_ else None)
    assert between

    (proposal,) = manifest["rankings"]
    assert (proposal["outcome"], proposal["take"], proposal["eligible"]) == ("short_of_villages", 4, 2)
    assert sorted(proposal["chosen"]) == ["V00", "V01"]
    (part,) = data["rankings"]
    best = max(few[:2], key=lambda one: (one["per_capita_income"], one["integrity_score"]))
    assert part["rows"][0]["id"] == best["id"]
    assert part["rows"][0]["values"][1]["zh"] == f"{best['integrity_score']}分"
    assert {one["why"]["zh"] for one in part["out"]} == {"村干部团结"}
    sheets = load_workbook(tmp_path / "out/workbook.xlsx", read_only=True)
    assert [cell.value for cell in next(sheets["示范村选择"].iter_rows(min_row=2))][2:4] == [best["id"], "是"]
    assert sum(1 for _ in sheets["缺数据"].iter_rows()) == 4
    sheets.close()


def test_the_calendar_agrees_with_a_run_on_that_day(files, out, tmp_path):
    """What the report says of a later month is what a run of the same files on that day comes to."""
    part = data_of(out)["ahead"]
    quarter = 2  # place of the third month
    later = part["dates"][quarter]["on"]
    call("run", *options(files), "--on", later, "--out", tmp_path / "out")
    met, then = ({one["id"]: one["credit_village"] == "qualified" for one in rows(folder, "village")}
                 for folder in (out, tmp_path / "out"))  # fmt: skip
    lost = {id_ for id_ in met if met[id_] and not then[id_]}
    assert lost
    assert (part["met"], part["dates"][quarter]["lost"]) == (sum(met.values()), len(lost))
    assert {one["id"] for one in part["rows"] if one["met"] and one["months"][quarter]} == lost
    expired = sum(one["record_validity"] == "expired" for one in rows(tmp_path / "out", "household"))
    assert part["dates"][quarter]["expired"] == expired


def test_the_calendar_knows_no_bounds_of_today_on_a_later_day(tmp_path):
    """A household of V01 may or may not be collectable, today and then; all others there expire in between."""
    files = county(tmp_path / "in", 240, 6, 2)
    people = pq.read_table(files["--households"]).to_pylist()
    for row in people[1::6]:
        row |= {"status": "resident", "adverse_record": False, "graded_on": date(2026, 1, 15)}
    people[1] |= {"status": None, "graded_on": ON, "birth_date": date(1980, 1, 1)}
    files["--households"] = parquet(tmp_path / "in/households.parquet", people)
    call("run", *options(files), "--on", ON, "--out", tmp_path / "out")
    part = data_of(tmp_path / "out")["ahead"]
    for place in (2, len(part["dates"]) - 1):
        later = part["dates"][place]["on"]
        call("run", *options(files), "--on", later, "--out", tmp_path / later)
        tables = rows(tmp_path / "out", "village"), rows(tmp_path / later, "village")
        now, then = ({one["id"]: one["credit_village__not_met"] | one["credit_village__unknown"] for one in table}
                     for table in tables)  # fmt: skip
        fresh = {one["id"]: (then[one["id"]] & ~now[one["id"]]).bit_count() for one in part["rows"]}
        assert {one["id"]: len(one["months"][place] or ()) for one in part["rows"]} == fresh
    assert "V01" in fresh


def test_another_plan_proposes_by_its_own_ranking(tmp_path):
    """No report.yaml, other words: a county that brings the list of its villages."""
    listed = [{"id": f"V{one}", "merit": 50 + one, "loans": 1000 * one, "households": 10, "fraud": one == 3}
              for one in range(5)]  # fmt: skip
    table = parquet(tmp_path / "county.parquet", [{"id": "C1", "villages": listed}])
    plans = ("--policies", POLICIES.parent / "tests/plans", "--plan", "jin-city", "--on", "2026-01-01")
    call("run", *plans, "--county", table, "--out", tmp_path / "out")
    (part,) = data_of(tmp_path / "out")["rankings"]
    assert [(one["id"], one["chosen"]) for one in part["rows"]] == [
        ("V4", True), ("V2", True), ("V1", False), ("V0", False)
    ]  # fmt: skip
    assert part["rows"][0]["values"] == [{"zh": "54分", "en": "54 points"}, {"zh": "400元", "en": "400 yuan"}]
