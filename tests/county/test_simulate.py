"""Other thresholds on a run that has been made: the same as the run would have come to under them."""

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from service.county.simulating import Fixed, values_of
from tests.county.conftest import call, run

ROOT = Path(__file__).parents[2]
CHANGE = "credit_village.a_grade_share=75%"


def outcomes(out, subject, decision):
    return {one["id"]: one[decision] for one in pq.read_table(out / f"{subject}.parquet").to_pylist()}


def test_a_change_comes_to_what_a_run_of_the_changed_edition_says(out, files, tmp_path):
    shutil.copytree(ROOT / "policies/xx-county", tmp_path / "policies/xx-county")
    file = tmp_path / "policies/xx-county/2026-05-01/credit_village.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("a_grade_share: {at_least: 55%}", "a_grade_share: {at_least: 75%}"), encoding="utf-8")
    run(files, tmp_path / "out", "--policies", tmp_path / "policies")

    said = json.loads(call("simulate", "--run", out, "--change", CHANGE, "--csv", tmp_path / "moved.csv", "--json"))
    (step,) = said["steps"]
    for decision, title in said["decisions"].items():
        assert title["title"]["zh"]
        for subject in ("village", "township"):
            if decision in pq.read_schema(out / f"{subject}.parquet").names:
                then = outcomes(tmp_path / "out", subject, decision)
                now = outcomes(out, subject, decision)
                moved = {one["id"]: one["after"] for one in step["moved"] if one["decision"] == decision}
                assert now | moved == then, decision
    assert step["moved"]
    with (tmp_path / "moved.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == len(step["moved"])
    assert sum(one["count"] for one in step["by_above"]) == len(step["moved"])


def test_a_sweep_agrees_with_single_changes(out):
    said = json.loads(call("simulate", "--run", out, "--sweep", "credit_village.a_grade_share=55%..75%/10%", "--json"))
    assert [one["value"] for one in said["steps"]] == ["55%", "65%", "75%"]
    assert said["steps"][0]["moved"] == []
    single = json.loads(call("simulate", "--run", out, "--change", CHANGE, "--json"))
    assert said["steps"][2]["moved"] == single["steps"][0]["moved"]


def test_what_changes_the_counts_is_refused(out):
    words = ("simulate", "--run", out, "--change", "screening.age=between [20 years, 60 years]", "--lang", "en")
    assert "run again" in call(*words, code=2)
    assert "no item" in call(
        "simulate", "--run", out, "--sweep", "credit_village.nothing=1%..2%/1%", "--lang", "en", code=2
    )


@pytest.mark.parametrize("text", ["50%", "50%..40%/1%", "50%..60%/0", "a..b/c", "0..1/0.0000001"])
def test_a_sweep_that_cannot_be_walked_is_refused(text):
    with pytest.raises(Fixed):
        values_of(text)
