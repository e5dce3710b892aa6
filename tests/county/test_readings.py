"""A county under another reading of the plan: run, simulated, explained, and never carried on as the plan's own."""

import json

import pyarrow.parquet as pq
import pytest

from service.county.simulation import Recount, touched_between
from tests.county.conftest import call, run
from tests.county.test_simulate import moved_from, outcomes
from tests.unit.small import checklist, count, derived, small

READING, COUNTED = "revocation_time=at_once", "grade_source=provincial_any"


@pytest.fixture(scope="module")
def tried(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tried") / "out"
    run(files, folder, "--reading", READING)
    return folder


def test_a_simulated_reading_comes_to_what_a_run_under_it_says(out, tried):
    said = json.loads(call("simulate", "--run", out, "--reading", READING, "--json"))
    (step,) = said["steps"]
    assert said["change"] == [READING]
    assert step["moved"]
    for decision in said["decisions"]:
        for subject in ("village", "township"):
            if decision in pq.read_schema(out / f"{subject}.parquet").names:
                moved = {one["id"]: one["after"] for one in step["moved"] if one["decision"] == decision}
                assert outcomes(out, subject, decision) | moved == outcomes(tried, subject, decision), decision


def test_a_run_says_under_which_reading_it_was_made(out, tried):
    manifests = [json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in (out, tried)]
    assert [one["readings"] for one in manifests] == [{}, {"revocation_time": "at_once"}]
    assert manifests[0]["edition_sha256"] != manifests[1]["edition_sha256"]
    assert "试算：" in (tried / "report.html").read_text(encoding="utf-8")
    village = pq.read_table(tried / "village.parquet").column("id")[0].as_py()
    assert "试算：" in call("explain", tried, "village", village, "village_designation", "--lang", "zh")


def test_a_reading_of_how_records_are_counted_is_simulated_as_a_run_under_it_would_judge(out, files, tmp_path):
    run(files, tmp_path / "counted", "--reading", COUNTED)
    (step,) = json.loads(call("simulate", out, "--reading", COUNTED, "--json"))["steps"]
    moved_from(out, tmp_path / "counted", step)


def test_a_run_under_another_reading_is_not_carried_on(files, tried, tmp_path):
    words = ("--last", tried, "--on", "2027-02-01")
    assert "different readings" in run(files, tmp_path / "next", *words, code=2)


def test_a_reading_with_a_fact_that_the_run_has_not_is_judged_again_so_that_it_is_named():
    decisions = {"asked": checklist({"require": {"share": {"at_least": "50%"}}})}
    facts = {"good": count(), "all": count(), "share": derived(ratio=["good", "all"])}
    plain = small(facts, decisions)
    other = {**facts, "there": count(), "share": derived(ratio=["good", "there"])}
    with pytest.raises(Recount):
        touched_between(plain, small(other, decisions))
    worked_out = {**facts, "twice": derived(sum=["all", "all"]), "share": derived(ratio=["good", "twice"])}
    assert touched_between(plain, small(worked_out, decisions)) == ["asked"]
