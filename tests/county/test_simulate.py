"""Other thresholds on a run that has been made: the same as the run would have come to under them."""

import csv
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rules.variants.sweep import sweep
from rules.variants.whatif import NoSuchFigure
from service.commands.county_simulate import _touched
from service.county import simulation
from service.county.backend import Duck
from service.county.run.outputs import Outputs
from service.county.simulation import Simulation
from tests import chromium
from tests.county.conftest import call, run
from tests.county.making import parquet
from tests.county.test_results import OVERLAPS
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


AGES = "screening.age=[20 years, 60 years]"


@pytest.fixture(scope="module")
def younger(tmp_path_factory):
    """The policies with other ages."""
    folder = tmp_path_factory.mktemp("younger") / "policies"
    shutil.copytree(ROOT / "policies/xx-county", folder / "xx-county")
    file = folder / "xx-county/2026-05-01/screening.yaml"
    text = file.read_text(encoding="utf-8")
    assert "[18 years, 65 years]" in text
    file.write_text(text.replace("[18 years, 65 years]", "[20 years, 60 years]"), encoding="utf-8")
    return folder


def moved_from(out, then, step):
    """Hold the changes that a simulation tells against the tables of two runs; the decisions that changed."""
    told = {(one["decision"], one["id"]): (one["before"], one["after"]) for one in step["moved"]}
    levels = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["levels"]
    expected = {
        (decision, id): (before, after)
        for subject, level in levels.items()
        for decision in (*level["bulk"], *level["singly"])
        for (id, before), after in zip(
            outcomes(out, subject, decision).items(), outcomes(then, subject, decision).values(), strict=True
        )
        if before != after
    }
    assert told == expected
    return {decision for decision, _ in told}


@pytest.mark.parametrize("asked", ["change", "edition"])
def test_ages_are_simulated_as_a_run_under_them_would_judge(asked, out, files, younger, tmp_path):
    run(files, tmp_path / "out", "--policies", younger)
    words = {"change": ("--change", AGES), "edition": ("--edition", younger / "xx-county/2026-05-01")}[asked]
    said = json.loads(call("simulate", out, *words, "--json", "--csv", tmp_path / "moved.csv"))
    (step,) = said["steps"]
    assert {"screening", "grant"} <= moved_from(out, tmp_path / "out", step) <= said["decisions"].keys()
    screened = outcomes(tmp_path / "out", "household", "screening").values()
    assert step["met"]["screening"] == list(screened).count("collectable") < said["before"]["screening"]
    assert step["absent"] == []
    assert step["set_aside"] == {}
    with (tmp_path / "moved.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == len(step["moved"])


def test_rows_that_the_run_had_set_aside_bound_the_counts_of_a_simulation_too(files, younger, tmp_path):
    rows = pq.read_table(files["--households"]).to_pylist()
    for row in rows[::7]:
        row["id"] = rows[0]["id"]
    mixed = files | {"--households": parquet(tmp_path / "households.parquet", rows)}
    run(mixed, tmp_path / "out", "--at-most", "20%")
    run(mixed, tmp_path / "then", "--at-most", "20%", "--policies", younger)
    assert "household__set_aside" in pq.read_schema(tmp_path / "out/village.parquet").names
    said = json.loads(call("simulate", tmp_path / "out", "--change", AGES, "--json"))
    assert moved_from(tmp_path / "out", tmp_path / "then", said["steps"][0])


def test_validity_is_simulated_and_swept(out):
    steps, single = (json.loads(call("simulate", out, *words, "--json"))["steps"] for words in (
        ("--sweep", "household.valid_until=1 year..2 years/1 year"),
        ("--change", "household.valid_until=2 years")))  # fmt: skip
    assert steps[0]["moved"] == []
    assert {"record_validity", "grading"} <= {one["decision"] for one in steps[1]["moved"]}
    assert steps[1]["moved"] == single[0]["moved"]
    said = call("simulate", out, "--change", "household.valid_until=2 years", "--lang", "en")
    assert "above by where they belong" in said
    assert "No outcome changes" in call("simulate", out, "--change", "household.valid_until=1 year", "--lang", "en")


def test_of_grades_each_outcome_is_counted(out):
    """No outcome of a grading meets it: how many have which grade is told, and what each gains and loses."""
    said = json.loads(call("simulate", out, "--change", "household.valid_until=2 years", "--json"))
    now = Counter(outcomes(out, "household", "grading").values())
    assert said["outcomes"]["grading"] == now
    moved = [one for one in said["steps"][0]["moved"] if one["decision"] == "grading"]
    grade = moved[0]["after"]
    gained = sum(one["after"] == grade for one in moved) - sum(one["before"] == grade for one in moved)
    printed = call("simulate", out, "--change", "household.valid_until=2 years", "--lang", "en")
    count = re.escape(f" {now[grade] + gained} ({gained:+d})")
    assert re.search(f"Grading .*\nnow .*\nhousehold.valid_until=2 years.*{count}", printed)


def test_facts_that_a_draft_asks_for_and_the_run_has_not_are_named(out, younger, tmp_path):
    shutil.copytree(younger, tmp_path / "draft")
    file = tmp_path / "draft/xx-county/2026-05-01/screening.yaml"
    text = file.read_text(encoding="utf-8")
    criterion = "  - {id: local, title: {zh: 本地, en: Local}, clause: 三(四)3, require: {lives_locally: true}}\n"
    file.write_text(text + criterion, encoding="utf-8")
    file = file.with_name("facts.yaml")
    text = file.read_text(encoding="utf-8")
    place = text.index("    facts:\n", text.index("\n  household:")) + len("    facts:\n")
    fact = "      lives_locally: {type: boolean, title: {zh: 本地居住, en: Lives locally}}\n"
    file.write_text(text[:place] + fact + text[place:], encoding="utf-8")
    words = ("simulate", out, "--edition", file.parent, "--lang", "en")
    assert "no such data, not known in any row: household.lives_locally" in call(*words)
    (step,) = json.loads(call(*words, "--json"))["steps"]
    assert step["absent"] == ["household.lives_locally"]
    assert {one["after"] for one in step["moved"] if one["decision"] == "screening"} <= {
        "needs_information",
        "excluded",
    }


@pytest.mark.parametrize(("option", "asked"), [
    ("--change", "credit_village.a_grade_share=60"),
    ("--sweep", "credit_village.a_grade_share=50..60/1"),
])  # fmt: skip
def test_a_figure_that_does_not_fit_is_told_at_its_option(option, asked, out):
    told = call("simulate", out, option, asked, "--lang", "en", code=2)
    assert told.startswith(f"{option} {asked}: ")
    assert ".yaml" not in told


def test_a_range_wants_two_values(out):
    told = call("simulate", out, "--change", "screening.age=20-60", "--lang", "en", code=2)
    assert "is [18 years, 65 years]. Write 2 values in brackets, with a comma between, and not 20-60." in told


def test_what_cannot_be_judged_again_is_refused(out, files, tmp_path):
    words = ("--sweep", "credit_village.nothing=1%..2%/1%", "--lang", "en")
    assert "no figure" in call("simulate", "--run", out, *words, code=2)
    assert "folder of one run" in call("simulate", "--change", AGES, "--lang", "en", code=2)
    assert "folder of one run" in call("simulate", out, "--run", out, "--change", AGES, "--lang", "en", code=2)
    run(files, tmp_path / "kept", "--keep-given")
    assert "run again" in call("simulate", tmp_path / "kept", "--change", AGES, "--lang", "en", code=2)
    other = ROOT / "tests/plans/heng-county"
    draft = next(one for one in sorted(other.iterdir()) if (one / "plan.yaml").is_file())
    assert "has no subject" in call("simulate", out, "--edition", draft, "--lang", "en", code=2)


@pytest.mark.parametrize("words", [("simulate",), ("explain",)])
def test_a_run_whose_edition_was_edited_since_is_refused(words, out, younger):
    more = {"simulate": ("--change", CHANGE), "explain": ("village", "V00")}[words[0]]
    assert "has changed since" in call(*words, out, *more, "--policies", younger, "--lang", "en", code=2)


@pytest.mark.parametrize("text", ["50%", "50%..40%/1%", "50%..60%/0%", "50%..60%/1", "a..b/c", "0%..1%/0.0000001%"])
def test_a_sweep_that_cannot_be_walked_is_refused(text):
    with pytest.raises(NoSuchFigure):
        sweep(POLICIES, EDITION, f"credit_village.a_grade_share={text}", EDITION.effective_from)


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
    swept = sweep(POLICIES, EDITION, text, EDITION.effective_from)
    assert swept.once is once
    asked = Simulation(outputs, _touched(EDITION, [swept]))
    found = asked.outcomes(*swept.editions, once=swept.once)
    assert found == asked.outcomes(*swept.editions)
    assert len(found) == len(swept.values)
    outputs.duck.close()


@pytest.mark.parametrize(
    "asked", ["credit_village.a_grade_share=55%..75%/10%", "credit_village.borrower_share=20%..90%/35%"]
)
def test_rows_judged_again_in_tables_say_what_those_judged_one_by_one_say(asked, out, monkeypatch):
    words, said = ("simulate", out, "--sweep", asked, "--json"), []
    for soon in (simulation.SOON, 0):
        monkeypatch.setattr(simulation, "SOON", soon)
        one = json.loads(call(*words))
        assert ("absent" in one["steps"][0]) == (soon == 0)  # what only rows that are judged again can lack
        steps = [{key: step[key] for key in ("value", "met", "moved", "by_above", "amounts")} for step in one["steps"]]
        said.append({**one, "steps": steps})
    assert said[0]["steps"][-1]["moved"]
    assert said[0] == said[1]


def test_many_rows_are_judged_in_tables_unless_only_their_counts_can_tell(out, files, monkeypatch, tmp_path):
    monkeypatch.setattr(simulation, "SOON", 0)
    run(files, tmp_path / "kept", "--keep-given")
    words = ("--change", CHANGE, "--json")
    (tabled,), (counted,) = (json.loads(call("simulate", at, *words))["steps"] for at in (out, tmp_path / "kept"))
    assert "absent" in tabled
    assert "absent" not in counted


def test_the_chart_of_a_draft_bears_its_title_and_no_path(out, younger, tmp_path):
    chart = tmp_path / "chart.html"
    call("simulate", out, "--edition", younger / "xx-county/2026-05-01", "--change", CHANGE, "--chart", chart)
    page = chart.read_text(encoding="utf-8")
    assert f"{EDITION.title.zh} {EDITION.id}, {CHANGE}" in page
    assert f"{EDITION.title.en} {EDITION.id}, {CHANGE}" in page
    assert str(younger) not in page


def test_values_between_are_those_of_the_policy_as_it_would_be_written():
    swept = sweep(POLICIES, EDITION, "credit_village.a_grade_share=50%..52%/0.5%", EDITION.effective_from)
    assert swept.values == ("50%", "50.5%", "51%", "51.5%", "52%")
    written = sweep(POLICIES, EDITION, "credit_village.a_grade_share=51%..51%/1%", EDITION.effective_from).editions[0]
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
    curves = {name: [said["before"][name], *(step["met"][name] for step in said["steps"])] for name in said["before"]}
    moving = {said["decisions"][name]["subject"]["en"] for name, met in curves.items() if len(set(met)) > 1}
    assert set(page.locator("#sweep h3").all_inner_texts()) == moving  # a chart for each subject: hundreds hide dozens
    assert page.evaluate(OVERLAPS) == []
    assert page.locator("#moves tbody tr").count() == len(said["steps"][2]["moved"])
    page.select_option("#step", "55%")
    page.wait_for_function("document.querySelectorAll('#moves tbody tr').length === 0")
    assert "No outcome changes" in page.inner_text("#moves")
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    context.close()
    assert complaints == []
