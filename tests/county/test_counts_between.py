"""A count that is held against the whole of its whole: only where what lies between is not known, wherever it is
read."""

import pytest

from tests.county.test_surroundings import judged
from tests.unit.small import checklist, count, derived, given, small

HOUSE = {"within": "thing", "good": given("boolean")}
WHERE = {"where": {"good": True}}
CHAIN = {
    "limit": count(),
    "all": count(part_of="limit", counted={"count": "house"}),
    "some": count(part_of="all", counted={"count": "house", **WHERE}),
}
READ = {"crowded": checklist({"require": {"thing.some": {"at_least": "1 house"}}}, subject="house")}
HOUSES = [{"id": id, "thing_id": "V" if id in "AB" else "W", "good": id in "AC"} for id in "ABCD"]


def test_what_lies_between_is_counted_where_a_count_alone_is_read(tmp_path):
    things = [{"id": "V", "limit": 0}, {"id": "W", "limit": 2}]
    found, _ = judged(small(CHAIN, READ, house=HOUSE), {"thing": things, "house": HOUSES}, tmp_path / "out")
    assert (found["thing", "V"]["limit"], found["thing", "V"]["all"], found["thing", "V"]["some"]) == (None, None, 1)
    assert {one: found["house", one]["crowded"] for one in "ABCD"} == dict.fromkeys("ABCD", "good")


ABOVE = {
    "limit": given("amount"),
    "middle": given("amount", part_of="limit", counted={"total": "money", "over": "thing"}),
    "least": given("amount", part_of="middle", counted={"total": "own", "over": "house"}),
}
BELOW = {
    "thing": {"within": "area", "money": given("amount"), "share": derived(ratio=["money", "area.least"])},
    "house": {"within": "thing", "own": given("amount")},
}


@pytest.mark.parametrize(("limit", "least"), [(4, 6), (20, 6)])
def test_what_lies_between_may_be_counted_from_other_records(tmp_path, limit, least):
    decisions = {"one": checklist({"require": {"area.least": {"at_least": "1 yuan"}}}),
                 "two": checklist({"require": {"least": {"at_least": "1 yuan"}}}, subject="area"),
                 "three": checklist({"require": {"own": {"at_least": "1 yuan"}}}, subject="house")}  # fmt: skip
    edition = small(BELOW["thing"], decisions, area=ABOVE, house=BELOW["house"])
    rows = {"area": [{"id": "R", "limit": limit}], "thing": [{"id": "V", "area_id": "R", "money": 9}],
            "house": [{"id": "A", "thing_id": "V", "own": 6}]}  # fmt: skip
    found, _ = judged(edition, rows, tmp_path / "out")
    assert found["area", "R"]["least"] == least
    assert (found["area", "R"]["two"], found["thing", "V"]["one"]) == ("good", "good")
