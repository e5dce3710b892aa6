"""Every other reading of the shipped plan can be tried, and changes what it names."""

from datetime import date

import pytest

from rules import FactChecker, Reference
from rules.model.places import ORDER
from rules.variants.readings import alternatives, under
from rules.words.diff import diff
from tests.editions import POLICIES, store

EDITION = store(POLICIES).edition("xx-county/2026-05-01")
OPTIONS = alternatives(EDITION)
DONE = dict.fromkeys(
    ("preselected", "applied", "opinions_gathered", "material_made", "reported", "views_checked", "notice_posted"), True
) | dict.fromkeys(("first_review", "second_review", "determination"), "passed") | {
    "objection": "none", "notice_posted_on": "2026-12-01", "last_notice_day": "2026-12-10",
}  # fmt: skip


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


def judged(option, decision, on, facts):
    """What the edition under one reading decides about a case, and the criteria that are not met."""
    day, edition = date.fromisoformat(on), under(POLICIES, EDITION, dict([option]))
    checked = FactChecker(edition).check(edition.rules[decision].subject, facts, on=day)
    decided = Reference(edition).decide(decision, checked, day).as_dict()
    return decided["outcome"], [one["criterion"] for one in decided["findings"] if one["verdict"] == "not_met"]


def test_steps_counted_apart_complete_no_village():
    """The 30 per cent of 一(二) counts villages that are done, whichever way the milestones are counted."""
    steps = ("collection", "filing", "granting")
    villages = [
        {f"{one}_done": one == step for one in steps} | {"id": f"{step} {n}", f"{step}_done_on": "2026-11-01"}
        for step in steps
        for n in range(3)
    ]
    found = judged(("roll_out_unit", "each_step"), "rollout", "2027-01-02", {"villages": villages})
    assert found == ("behind", ["year_end_villages"])


@pytest.mark.parametrize("subject", ["village", "township"])
@pytest.mark.parametrize(("on", "outcome"), [("2026-12-09", "wait"), ("2026-12-10", "wait"), ("2026-12-11", "award")])
def test_a_last_day_of_notice_in_working_days_may_lie_ahead(subject, on, outcome):
    facts = DONE | ({"households_take_part": True, "households_repay": True, "system_approved": True}
                    if subject == "village" else {}) | {f"credit_{subject}": "qualified"}  # fmt: skip
    assert judged(("notice_period", "working_days"), f"{subject}_award", on, facts)[0] == outcome
