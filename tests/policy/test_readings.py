"""Every other reading of the shipped plan can be tried, and changes what it names."""

import pytest

from rules.model.places import ORDER
from rules.variants.readings import alternatives, under
from rules.words.diff import diff
from tests.editions import POLICIES, store

EDITION = store(POLICIES).edition("xx-county/2026-05-01")
OPTIONS = alternatives(EDITION)


@pytest.mark.parametrize("name", EDITION.readings)
def test_each_other_reading_can_be_tried(name):
    reading = EDITION.readings[name]
    assert reading.readings.keys() == {reading.chosen, *reading.changes}


@pytest.mark.parametrize("option", OPTIONS, ids="=".join)
def test_the_changes_of_a_reading_change_what_they_name_and_no_more(option):
    changes, read_so = EDITION.readings[option[0]].changes[option[1]], under(POLICIES, EDITION, dict([option]))
    differing = {one.path.replace(".facts.", ".").removeprefix("facts."): one for one in diff(EDITION, read_so)}
    told = {
        path for path, one in differing.items() if one.item.kind not in ("reading", "plan") and one.aspect != "needs"
    }
    whole = {path for path in changes if "." not in path}

    assert read_so.under == dict([option])
    assert {path for path in told if path.partition(".")[0] not in whole} <= changes.keys() | told_by_order(differing)
    for path in changes:
        assert any(one == path or one.startswith(f"{path}.") for one in differing) or moved(changes[path]), path


def moved(change):
    """Whether a change only says where an item stands."""
    return change.keys() == {"before"}


def told_by_order(differing):
    """The decisions whose rows stand in another order."""
    return {path for path, one in differing.items() if ORDER.value in one.aspect}
