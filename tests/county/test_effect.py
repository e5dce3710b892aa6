"""An edition in the place of another, on a run that has been made: the same as a run under it would come to."""

import dataclasses
import json
import shutil
from collections import Counter
from contextlib import closing
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from rules.building.loader import load_alone
from rules.values.text import TextError
from service.county.backend import AS_USUAL, Duck
from service.county.effect import effect, judged_under
from service.county.run.outputs import Outputs
from service.effect.tried import trials, tried
from tests.county.conftest import call, run
from tests.county.test_simulate import outcomes
from tests.editions import POLICIES

PLAN = "xx-county/2026-05-01"
GRADES = ("credit_village.yaml", "a_grade_share: {at_least: 55%}", "a_grade_share: {at_least: 75%}")
LIMIT = (
    "grant.yaml",
    "outcome: not_a_target\n    then: {limit: 0 元}",
    "outcome: not_a_target\n    then: {limit: 1 万元}",
)
MOVED = ("before", "after", "more", "less", "newly_known", "no_longer_known")
AGES = ("screening.yaml", "[18 years, 65 years]", "[20 years, 60 years]")
TOWNSHIPS = ("credit_township.yaml", "{at_least: 75%}", "{at_least: 10%}")


def changed(folder, *changes):
    """The shipped policies with other figures."""
    shutil.copytree(POLICIES / "xx-county", folder / "xx-county")
    for file, old, new in changes:
        path = folder / PLAN / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def loaded(root):
    return load_alone(root / PLAN, root, warn=False).edition


def effect_of(out, before, after, scratch, judged=POLICIES):
    with closing(Duck(scratch / "duck")) as duck:
        made = Outputs(out, loaded(judged), duck)
        base = judged_under(made, loaded(before), scratch / "effect", lambda _: None)
        said = effect(made, base, loaded(after), scratch / "effect", lambda _: None)
    return json.loads(json.dumps(said))


def hold(said, was, then):
    """Hold an effect against the tables of two runs: outcomes, records, places and sums."""
    told = {one["decision"]: one for one in said["decisions"]}
    levels = json.loads((was / "manifest.json").read_text(encoding="utf-8"))["levels"]
    for subject, level in levels.items():
        for decision in (*level["bulk"], *level["singly"]):
            old, new = outcomes(was, subject, decision), outcomes(then, subject, decision)
            moved = {id: (old[id], new[id]) for id in old if old[id] != new[id]}
            one = told.get(decision, {"changed": 0, "moved": [], "outcomes": [], "places": []})
            assert one["changed"] == len(moved), decision
            assert {row["id"]: (row["before"], row["after"]) for row in one["moved"]} == moved
            for side, counts in (("before", Counter(old.values())), ("after", Counter(new.values()))):
                assert all(row[side] == counts[row["outcome"]] for row in one["outcomes"]), decision
            for place in one["places"]:
                assert sum(row["changed"] for row in place["rows"]) == len(moved)
                assert sum(row["gains"] for row in place["rows"]) == one["gains"]
                assert sum(row["loses"] for row in place["rows"]) == one["loses"]
            for sum_ in one.get("amounts", ()):
                column = f"{decision}__{sum_['output']}"
                for side, folder in (("before", was), ("after", then)):
                    assert Decimal(sum_[side]) == total(folder, subject, column)
                before, after, more, less, found, lost = (Decimal(sum_[one]) for one in MOVED)
                assert after == before + more - less + found - lost
    return told


def total(out, subject, column):
    return sum(Decimal(one or 0) for one in pq.read_table(out / f"{subject}.parquet")[column].to_pylist())


@pytest.mark.parametrize(("changes", "touched"), [
    ([GRADES], {"credit_village"}), ([LIMIT], {"grant"}), ([AGES, LIMIT], {"screening", "grant"}),
])  # fmt: skip
def test_it_is_what_a_run_under_the_edition_comes_to(changes, touched, out, files, tmp_path):
    root = changed(tmp_path / "policies", *changes)
    run(files, tmp_path / "then", "--policies", root)
    said = effect_of(out, POLICIES, root, tmp_path)
    told = hold(said, out, tmp_path / "then")
    assert touched <= told.keys()
    assert said["run"]["on"] == "2026-12-31"


def test_counts_and_rows_judged_again_tell_the_same(out, tmp_path, monkeypatch):
    root = changed(tmp_path / "policies", TOWNSHIPS)
    counted = effect_of(out, POLICIES, root, tmp_path / "counted")
    monkeypatch.setattr("service.county.simulation.SOON", 0)
    judged = effect_of(out, POLICIES, root, tmp_path / "judged")
    assert (counted["by"], judged["by"]) == ("counts", "rows")
    assert counted["decisions"] == judged["decisions"] != []


def test_limits_move_money_though_no_outcome_changes(out, tmp_path):
    said = effect_of(out, POLICIES, changed(tmp_path / "policies", LIMIT), tmp_path)
    [grant] = said["decisions"]
    [limit] = grant["amounts"]
    raised = limit["changed"]
    assert (grant["changed"], limit["less"], limit["more"]) == (0, "0", str(10000 * raised))
    assert raised > 0
    for place in limit["places"]:
        assert sum(Decimal(row["more"]) for row in place["rows"]) == 10000 * raised


def test_a_simulation_tells_the_same_money(out, tmp_path):
    """By judging every row again, where the effect tells it from the counts."""
    other = changed(tmp_path / "policies", LIMIT)
    told = effect_of(out, POLICIES, other, tmp_path)
    [grant] = told["decisions"]
    edition = other / "xx-county/2026-05-01"
    said = json.loads(call("simulate", out, "--edition", edition, "--json"))
    assert said["steps"][0]["amounts"] == [{**grant["amounts"][0], "decision": "grant"}]
    words = call("simulate", out, "--edition", edition, "--lang", "zh")
    assert "建议额度" in words
    assert "元（增" in words


def test_a_run_under_a_third_edition_is_judged_under_both(out, files, tmp_path):
    before = changed(tmp_path / "before", AGES)
    after = changed(tmp_path / "after", AGES, LIMIT)
    run(files, tmp_path / "was", "--policies", before)
    run(files, tmp_path / "then", "--policies", after)
    told = hold(effect_of(out, before, after, tmp_path), tmp_path / "was", tmp_path / "then")
    assert {"grant"} == told.keys()


def test_an_edition_that_says_the_same_changes_nothing(out, tmp_path):
    root = changed(tmp_path / "policies", ("credit_village.yaml", "A级及以上信用户占比", "A级占比"))
    assert effect_of(out, POLICIES, root, tmp_path)["decisions"] == []


def tried_on(out, asks, scratch):
    edition = loaded(POLICIES)
    with closing(Duck(scratch / "duck")) as duck:
        made = Outputs(out, edition, duck)
        those = trials(POLICIES, edition, asks, made)
        return tried(made, made, those, scratch, lambda _: None, AS_USUAL)


def test_a_sweep_is_a_curve_of_single_changes(out, tmp_path):
    said = tried_on(out, "sweep credit_village.a_grade_share=55%..75%/20%", tmp_path)
    assert [one["name"]["zh"] for one in said["steps"]] == ["55%", "75%"]
    assert said["steps"][0]["decisions"] == []
    single = effect_of(out, POLICIES, changed(tmp_path / "policies", GRADES), tmp_path / "single")
    assert {one["decision"]: one["changed"] for one in said["steps"][1]["decisions"]} == {
        one["decision"]: one["changed"] for one in single["decisions"]
    }
    for curve in said["curves"]:
        assert curve["met"][0] == curve["now"] != curve["met"][1]
    with pytest.raises(TextError):
        tried_on(out, "sweep credit_village.a_grade_share=10%..90%/1%", tmp_path / "many")


def test_each_other_choice_of_a_reading_is_tried(out, tmp_path, monkeypatch):
    edition = loaded(POLICIES)
    name = "a_grade_share_operator"
    few = dataclasses.replace(edition, readings={name: edition.readings[name]})
    with closing(Duck(tmp_path / "duck")) as duck:
        made = Outputs(out, edition, duck)
        those = trials(POLICIES, few, "readings", made)
        assert [one.edition.under for one in those] == [{name: "above"}]
        said = tried(made, made, those, tmp_path / "tried", lambda _: None, AS_USUAL)
    [step] = said["steps"]
    assert "not" not in step
