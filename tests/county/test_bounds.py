"""A run in which some households are set aside or cannot be told says nothing that the whole data contradict."""

import json

import pyarrow.parquet as pq
import pytest

from rules import Engine
from service.county.backend import Duck
from service.county.run.outputs import Outputs
from tests.county.conftest import call, run
from tests.county.making import county, households, parquet
from tests.county.test_report import data_of
from tests.editions import shipped


def rows(folder, subject):
    return {one["id"]: one for one in pq.read_table(folder / f"{subject}.parquet").to_pylist()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The files of a county, and the folder of their run."""
    folder = tmp_path_factory.mktemp("whole")
    files = county(folder / "in")
    run(files, folder / "out")
    return files, folder / "out"


@pytest.fixture(scope="module")
def holed(whole, tmp_path_factory):
    """A run of the same county with some households set aside, and some of which the status is not known."""
    folder = tmp_path_factory.mktemp("holed")
    people = households(1500, 12)
    for number, one in enumerate(people):
        if number in (3, 15, 16, 40):
            one["id"] = None  # nobody knows whose it is: set aside
        if number in (5, 17, 18, 100):
            one["status"] = None
    files = whole[0] | {"--households": parquet(folder / "households.parquet", people)}
    return json.loads(run(files, folder / "out")), folder / "out"


def test_what_bounds_decide_is_what_the_whole_data_decide(whole, holed):
    manifest, out = holed
    truth = {subject: rows(whole[1], subject) for subject in ("village", "township")}
    for subject, records in truth.items():
        for id, row in rows(out, subject).items():
            for decision in manifest["levels"][subject]["bulk"]:
                assert row[decision] in (records[id][decision], "needs_information"), (id, decision)
    for id, row in rows(out, "village").items():
        for name, value in row.items():
            low, high = row.get(f"{name}__at_least"), row.get(f"{name}__at_most")
            if low is not None:
                assert value is None
                assert low <= truth["village"][id][name]
            assert high is None or truth["village"][id][name] <= high


def test_a_household_set_aside_lowers_no_denominator(whole, holed):
    villages = rows(holed[1], "village")
    aside = {id: row["household__set_aside"] for id, row in villages.items() if row["household__set_aside"]}
    assert aside == {"V03": 2, "V04": 2}
    for id in aside:
        row = villages[id]
        assert row["households"] is None
        assert row["households__at_most"] == rows(whole[1], "village")[id]["households"]
        assert row["households__at_least"] == row["households__at_most"] - 2


def test_the_report_says_how_many_villages_bounds_decided(holed):
    manifest, out = holed
    bounded = manifest["bounded"]["village"]
    assert bounded["rows"] == bounded["looked"] == sum(
        any(value is not None for name, value in row.items() if name.endswith("__at_least"))
        for row in rows(out, "village").values()
    )  # fmt: skip
    assert sum(bounded["decided"].values()) > 0
    part = next(one for one in data_of(out)["bounded"] if one["title"]["zh"] == "行政村")
    assert part["places"] == bounded["rows"]
    told = [(count, len(ids)) for _, count, ids in part["decided"]]
    assert told == [(count, count) for count in bounded["decided"].values()]
    assert {id for *_, ids in part["decided"] for id in ids} <= {*part["ids"]}


def test_a_row_with_ranges_is_decided_online_as_in_the_table(holed, tmp_path):
    edition, (manifest, out) = shipped(), holed
    outputs, engine = Outputs(out, edition, Duck(tmp_path)), Engine(edition)
    for id in rows(out, "village"):
        for decision in manifest["levels"]["village"]["bulk"]:
            decided = outputs.decide(engine, "village", id, decision)
            assert decided.outcome == outputs.row("village", id)[decision]
    said = call("explain", out, "village", "V03", "credit_village")
    assert "至" in said
