"""What a run would have to put in a table and cannot is refused before any row is judged: all of it at once, each by
the plan's own names and with its place in the plan's files."""

import json
from dataclasses import replace

import pytest

from rules.table import TableError
from service.county.run import levels
from tests.agreement.making import TITLE, write
from tests.county.conftest import call
from tests.county.making import parquet
from tests.county.test_surroundings import judged
from tests.unit.small import checklist, count, derived, given, small

LONG = {"product": [*["66.6666666667%"] * 4, "income"]}  # more than 38 digits
FLAGS = {f"b{number}": given("boolean") for number in range(3000)}
HOUSE = {
    "within": "thing",
    "income": given("amount"),
    "most": given("amount"),
    "part": derived(**LONG, part_of="most"),
    **FLAGS,
}
VILLAGE = {
    "rich": count(counted={"count": "house", "where": {"income": {"above": "1 yuan"}}}),
    "any": count(counted={"count": "house", "where": {"any": [{one: True} for one in FLAGS]}}),
    "well": count(counted={"count": "house", "where": {"part": {"above": "1 yuan"}}}),
    "whole": derived(product=["rich", "5 yuan"]),
    "some": derived(product=[*["66.6666666667%"] * 4, "rich", "1 yuan"], part_of="whole"),
}
DECISIONS = {"good": checklist({"require": {"rich": {"at_least": "1 house"}}})}
ROWS = {"thing": [{"id": "V"}], "house": [{"id": "H", "thing_id": "V", "income": 5, "most": 9, "b0": True}]}


@pytest.fixture(autouse=True)
def _nothing_is_judged(monkeypatch):
    monkeypatch.setattr(levels.Judging, "level", None)


def test_all_that_no_table_can_hold_is_refused_at_once(tmp_path):
    rows = {"thing": [{"id": "V"}],
            "house": [{"id": "H", "thing_id": "V", "income": 5, "most": 9} | dict.fromkeys(FLAGS, False)]}  # fmt: skip
    with pytest.raises(TableError) as refused:
        judged(small(VILLAGE, DECISIONS, house=HOUSE), rows, tmp_path / "out")
    said = {one.path: one for one in refused.value.problems}
    assert said.keys() == {
        "subjects.thing.facts.any.counted",
        "subjects.thing.facts.well.counted",
        "subjects.thing.facts.some.part_of",
        "subjects.house.facts.part.part_of",
    }
    assert "(in house.part)" in said["subjects.thing.facts.well.counted"].en
    assert "too long" in said["subjects.thing.facts.any.counted"].en
    for one in said.values():
        assert one.mark.file.endswith("facts.yaml")
        assert one.mark.line > 1
        assert not any("$" in text or "__" in text for text in (one.zh, one.en))


def test_what_a_file_lacks_is_not_asked_for(tmp_path):
    """A part behind which nothing is given is held against nothing."""
    rows = {"thing": [{"id": "V"}], "house": [{"id": "H", "thing_id": "V", "most": 9}]}
    facts = {name: one for name, one in VILLAGE.items() if name in ("rich", "whole")}
    with pytest.raises(TypeError):  # it comes to judging
        judged(small(facts, DECISIONS, house=HOUSE), rows, tmp_path / "out")


@pytest.mark.parametrize("name", ["held", "expired", "ahead"])
def test_a_condition_of_the_report_is_tried_as_well(tmp_path, name):
    long = {"x": derived(**LONG), "income": given("amount")}
    bad = {"long": checklist({"require": {"x": {"above": "1 yuan"}}})}
    edition = small(long, bad | {"some": checklist({"require": {"income": {"above": "1 yuan"}}})})
    condition = edition.rules["long"].body.criteria[0].condition
    report = {"held": {"titles": "some", "held": condition}, "ahead": {"ahead": "long"},
              "expired": {"expired_subject": "thing", "expired": condition}}[name]  # fmt: skip
    edition = replace(edition, report=replace(edition.report, **report))
    with pytest.raises(TableError, match=rf"`{name}` of report.yaml .* 38 digits"):
        judged(edition, {"thing": [{"id": "V", "income": 3}]}, tmp_path / "out")


def test_the_command_names_each_place(tmp_path):
    folder = tmp_path / "policies" / "p" / "2026-01-01"
    titled = {"title": TITLE}
    facts = {"subjects": {
        "village": {**titled, "facts": {"well": VILLAGE["well"] | {"counted": {
            "count": "household", "where": {"x": {"above": "1 yuan"}}}, "unit": "household"}}},
        "household": {**titled, "within": "village", "facts": {"income": given("amount"), "x": derived(**LONG)}},
    }}  # fmt: skip
    plan = {"plan": "p", **titled, "issuer": TITLE, "effective": {"from": "2026-01-01"}}
    write(folder, {"facts": facts, "plan": plan, "clauses": {"clauses": {"一": {"heading": "一"}}},
                   "readings": {"readings": {}}})  # fmt: skip
    files = {one: parquet(tmp_path / f"{one}.parquet", rows) for one, rows in {
        "villages": [{"id": "V"}], "households": [{"id": "H", "village_id": "V", "income": 3}]}.items()}  # fmt: skip
    given_files = [part for name, file in files.items() for part in (f"--{name}", file)]
    told = call("run", *given_files, "--policies", tmp_path / "policies", "--on", "2026-12-31",
                "--out", tmp_path / "out", "--json", code=2)  # fmt: skip
    (error,) = json.loads(told)["errors"]
    assert "facts.yaml:" in error["where"]
    assert error["zh"].startswith("village.well（")
