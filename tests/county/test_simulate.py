"""Other thresholds on a run that has been made: the same as the run would have come to under them."""

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rules.variants.sweep import sweep
from rules.variants.whatif import NoSuchFigure
from service.commands.county_simulate import _touched
from service.county.backend import Duck
from service.county.run.outputs import Outputs
from service.county.simulation import Simulation
from tests import chromium
from tests.county.conftest import call, run
from tests.county.test_run import EDITION
from tests.running import POLICIES

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
    assert "no figure" in call(
        "simulate", "--run", out, "--sweep", "credit_village.nothing=1%..2%/1%", "--lang", "en", code=2
    )


@pytest.mark.parametrize("text", ["50%", "50%..40%/1%", "50%..60%/0%", "50%..60%/1", "a..b/c", "0%..1%/0.0000001%"])
def test_a_sweep_that_cannot_be_walked_is_refused(text):
    with pytest.raises(NoSuchFigure):
        sweep(POLICIES, EDITION, f"credit_village.a_grade_share={text}")


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("credit_village.a_grade_share=10%..80%/10%", True),
        ("credit_township.credit_village_share=above 0%..100%/20%", True),
        ("credit_village.borrower_share=20%..60%/5%", True),  # a benchmark in its place
        ("constants.notice_days=1 day..9 days/2 days", False),  # a value that a formula reads
        ("rollout.milestone_30=10%..60%/10%", True),
    ],
)
def test_a_sweep_says_what_each_value_says_alone(text, once, out, tmp_path):
    """The way by halves against the long way, which judges every record under every value."""
    outputs = Outputs(out, EDITION, Duck(tmp_path))
    swept = sweep(POLICIES, EDITION, text)
    assert swept.once is once
    simulation = Simulation(outputs, _touched(EDITION, [swept]))
    found = simulation.outcomes(*swept.editions, once=swept.once)
    assert found == simulation.outcomes(*swept.editions)
    assert len(found) == len(swept.values)
    outputs.duck.close()


def test_values_between_are_those_of_the_policy_as_it_would_be_written():
    swept = sweep(POLICIES, EDITION, "credit_village.a_grade_share=50%..52%/0.5%")
    assert swept.values == ("50%", "50.5%", "51%", "51.5%", "52%")
    written = sweep(POLICIES, EDITION, "credit_village.a_grade_share=51%..51%/1%").editions[0]
    mine, theirs = (one.rules["credit_village"].body.criteria[0].condition for one in (swept.editions[2], written))
    assert (mine.left, mine.tests) == (theirs.left, theirs.tests)


def test_a_simulation_is_drawn(out, tmp_path):
    words = ("--sweep", "credit_village.a_grade_share=55%..75%/10%", "--chart", tmp_path / "chart.html", "--json")
    said = json.loads(call("simulate", "--run", out, *words))
    moved = [one for one in said["steps"][2]["moved"] if one["decision"] == "credit_village"]
    assert moved
    context = chromium.browser().new_context(viewport={"width": 390, "height": 844})
    page, complaints = context.new_page(), []
    page.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda one: complaints.append(str(one)))
    page.goto((tmp_path / "chart.html").as_uri() + "?lang=en")
    page.wait_for_selector("body[data-ready=en]")
    assert page.locator("#sweep svg path").count() > 3
    assert page.locator("#moves tbody tr").count() == len(said["steps"][2]["moved"])
    page.select_option("#step", "55%")
    page.wait_for_function("document.querySelectorAll('#moves tbody tr').length === 0")
    assert "No outcome changes" in page.inner_text("#moves")
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    context.close()
    assert complaints == []
