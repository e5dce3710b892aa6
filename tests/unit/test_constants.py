"""Constants: of a subject around, which need no record, and of the whole plan."""

from datetime import date

import pytest

from rules import Engine, FactChecker, Reference
from tests.unit.small import checklist, count, derived, given, small

ON = date(2026, 12, 31)
TOWN = {
    "most": derived(value="3 万元"),
    "rate": derived(dated={"2026-01-01": "5%", "2027-01-01": "6%"}),
    "most_of_all": derived(sum=["most", "1 万元"]),
    "own_rate": given("rate"),
    "either": derived(first_known=["own_rate", "9%"]),
}
PLAN = {"days": derived(value="7 days"), "twice": derived(sum=["days", "days"])}


def decided(criterion, facts, on=ON, days="days"):
    """The outcome and what is missing, the same by the engine and the reference."""
    thing = {"within": "town", "limit": given("amount"), "rate": given("rate"), "waited": count("day"),
             "parts": given("list", of="part"),
             "slow": derived(some="parts", satisfies={"waited": {"above": days}})}  # fmt: skip
    others = {"town": TOWN, "part": {"waited": count("day")}, "constants": PLAN}
    edition = small(thing, {"ask": checklist(criterion)}, **others)
    checked = FactChecker(edition).check("thing", facts)
    one, other = (judge.decide("ask", checked, on) for judge in (Engine(edition), Reference(edition)))
    assert one.as_dict() == other.as_dict()
    return one.outcome, [lacking.fact for lacking in one.missing]


@pytest.mark.parametrize("town", [None, {}, {"own_rate": 0}])
@pytest.mark.parametrize(
    ("limit", "most", "outcome"),
    [(30000, "town.most", "good"), (30001, "town.most", "bad"), (40000, "town.most_of_all", "good"),
     (40001, "town.most_of_all", "bad")],
)  # fmt: skip
def test_a_constant_around_is_known_with_the_record_and_without(town, limit, most, outcome):
    facts = {"limit": limit} | ({} if town is None else {"town": town})
    assert decided({"require": {"limit": {"at_most": most}}}, facts) == (outcome, [])


def test_a_dated_value_around_goes_by_the_day():
    criterion, facts = {"require": {"rate": {"at_most": "town.rate"}}}, {"rate": "5.5%"}
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2025, 12, 31))
    assert [decided(criterion, facts, day)[0] for day in days] == ["bad", "good", "open"]


def test_what_rests_on_a_record_that_is_not_there_stays_unknown_and_says_what_to_give():
    criterion = {"require": {"rate": {"at_most": "town.either"}}}
    assert decided(criterion, {"rate": 0}) == ("open", ["town"])
    assert decided(criterion, {"rate": 0, "town": {}})[0] == "good"


@pytest.mark.parametrize("days", ["days", "constants.days"])
def test_a_constant_of_the_plan_is_named_everywhere(days):
    assert decided({"require": {"waited": {"at_least": days}}}, {"waited": 7}) == ("good", [])
    assert decided({"require": {"waited": {"at_least": "twice"}}}, {"waited": 13}) == ("bad", [])
    parts = [{"waited": 7}, {"waited": 8}]
    assert decided({"require": {"slow": True}}, {"parts": parts}, days=days) == ("good", [])
    assert decided({"require": {"slow": True}}, {"parts": parts[:1]}, days=days) == ("bad", [])


def test_a_constant_of_the_plan_is_no_fact_of_a_case():
    with pytest.raises(Exception, match="no such fact"):
        decided({"require": {"waited": {"at_least": "days"}}}, {"waited": 7, "constants": {"days": 8}})
