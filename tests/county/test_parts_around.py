"""A part and its whole that are worked out from the records around are held against each other in a county run, as they
are in a single case; or the run refuses by name."""

import pytest

from rules import FactChecker, FactError
from rules.table import TableError
from tests.county.test_surroundings import judged
from tests.unit.small import checklist, count, derived, given, small

HOUSE = {
    "within": "thing",
    "own": given("amount"),
    "total": given("amount"),
    "used": derived(sum=["own", "thing.shared", "area.spent"], part_of="total"),
}
DECISIONS = {"some": checklist({"require": {"total": {"at_least": "1 yuan"}}}, subject="house")}
AREA = {"spent": given("amount")}
VILLAGE = {"within": "area", "shared": given("amount")}


def plan(village=VILLAGE, area=AREA):
    return small(village, DECISIONS, area=area, house=HOUSE)


def test_a_row_is_held_as_the_single_case_is(tmp_path):
    edition = plan()
    villages = [{"id": "V", "area_id": "A", "shared": 3}, {"id": "W", "area_id": "B", "shared": None}]
    areas = {"A": 2, "B": 9}
    houses = [{"id": f"H{n}", "thing_id": place, "own": 5, "total": most}
              for n, (place, most) in enumerate((("V", 9), ("V", 10), ("W", 1), ("V", None)))]  # fmt: skip
    rows = {"area": [{"id": id, "spent": spent} for id, spent in areas.items()], "thing": villages, "house": houses}
    found, manifest = judged(edition, rows, tmp_path / "out")

    refused = []
    for one in houses:
        village = next(other for other in villages if other["id"] == one["thing_id"])
        facts = {"own": one["own"], "total": one["total"], "thing": {"shared": village["shared"]},
                 "area": {"spent": areas[village["area_id"]]}}  # fmt: skip
        try:
            FactChecker(edition).check("house", facts)
        except FactError:
            refused.append(one["id"])
        row = found["house", one["id"]]
        assert (row["own"], row["total"]) == ((None, None) if one["id"] in refused else (one["own"], one["total"]))
    assert refused == ["H0"]
    checked = next(one for one in manifest.checked if one.subject == "house")
    assert checked.cells


def test_a_pair_that_is_counted_as_well_is_refused_by_name(tmp_path):
    counted = {"within": "area", "shared": given("amount", counted={"total": "own", "over": "house"})}
    rows = {"area": [{"id": "A", "spent": 1}], "thing": [{"id": "V", "area_id": "A"}],
            "house": [{"id": "H", "thing_id": "V", "own": 5, "total": 9}]}  # fmt: skip
    with pytest.raises(TableError, match=r"house\.used .* counted \(thing\.shared\)") as refused:
        judged(plan(counted), rows, tmp_path / "out")
    assert "part_of" in refused.value.zh


@pytest.mark.parametrize("most", [derived(sum=["area.spent", "thing.shared"]), derived(value="5 yuan")])
@pytest.mark.parametrize("least", [derived(sum=["thing.shared", "area.spent"]), derived(sum=["9 yuan", "1 yuan"])])
def test_a_pair_that_rests_on_nothing_of_the_row_is_refused_by_name(tmp_path, least, most):
    house = {"within": "thing", "own": given("amount"), "used": least | {"part_of": "most"}, "most": most}
    edition = small(VILLAGE, {"some": checklist({"require": {"own": {"at_least": "1 yuan"}}}, subject="house")},
                    area=AREA, house=house)  # fmt: skip
    rows = {"area": [{"id": "A", "spent": 1}], "thing": [{"id": "V", "area_id": "A", "shared": 1}],
            "house": [{"id": "H", "thing_id": "V", "own": 5}]}  # fmt: skip
    with pytest.raises(TableError, match=r"house\.used .* part_of most.* figures of house itself"):
        judged(edition, rows, tmp_path / "out")


def test_a_count_of_records_alone_is_held_after_it_is_made(tmp_path):
    """The count at the level itself is no reason to refuse."""
    village = VILLAGE | {"houses": count(counted={"count": "house"})}
    rows = {"area": [{"id": "A", "spent": 1}], "thing": [{"id": "V", "area_id": "A", "shared": 1}],
            "house": [{"id": "H", "thing_id": "V", "own": 5, "total": 9}]}  # fmt: skip
    found, _ = judged(plan(village), rows, tmp_path / "out")
    assert found["house", "H"]["some"] == "good"
    assert found["thing", "V"]["houses"] == 1
