"""Distances are possible, and no step of them can be spared: held against trying everything on small numbers."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st

from rules import Reference
from rules.words.explain import explain
from tests.editions import shipped
from tests.unit.measuring import moved, told
from tests.unit.small import ON, checklist, choice, count, derived, given, small

SHIPPED = shipped()


# --- the shipped village, with few households ------------------------------------------------------------------------

UP = ("a_grade_households", "filed_households", "granted_households", "borrowing_households")
DOWN = {"npl_balance": ["loan_balance"], "lender_npl_balance": ["lender_loan_balance", "npl_balance", "loan_balance"]}
WHOLES = [
    (fact.name, whole) for fact in SHIPPED.subjects["village"].facts.values() if fact.given for whole in fact.part_of
]
SOUND = [name for name, fact in SHIPPED.subjects["village"].facts.items() if fact.type.kind == "boolean" and fact.given]
COUNTY = {"households": 10, "borrowing_households": 4, "household_loan_balance": 10, "household_npl_balance": 3}


def pulled(facts, steps):
    """The facts after some steps on each lever; None where they would be impossible."""
    after = dict(facts)
    for name, many in steps.items():
        after[name] += many if name in UP else -many
        for along in DOWN.get(name, ()):
            after[along] -= many
    possible = all(0 <= after[part] <= after[whole] for part, whole in WHOLES)
    return after if possible else None


@st.composite
def villages(draw):
    """A village of few households with every promise kept, so that only figures can fall short."""
    households = draw(st.integers(1, 4))
    collectable = draw(st.integers(0, households))
    filed = draw(st.integers(0, collectable))
    loans = draw(st.integers(0, 4))
    lender, bad = draw(st.integers(0, loans)), draw(st.integers(0, loans))
    facts = {
        "households": households, "a_grade_households": draw(st.integers(0, households)),
        "collectable_households": collectable, "filed_households": filed,
        "granted_households": draw(st.integers(0, filed)), "borrowing_households": draw(st.integers(0, households)),
        "loan_balance": loans, "npl_balance": bad,
        "lender_loan_balance": lender, "lender_npl_balance": draw(st.integers(0, min(lender, bad))), "county": COUNTY,
    }  # fmt: skip
    return facts | dict.fromkeys(SOUND, True)


def codes(facts):
    return set(Reference(SHIPPED).judge("credit_village", facts, ON).codes)


def every_way(facts, names):
    ranges = [range(facts["households"] + 1) if name in UP else range(facts[name] + 1) for name in names]
    for steps in product(*ranges):
        after = pulled(facts, dict(zip(names, steps, strict=True)))
        if after is not None:
            yield dict(zip(names, steps, strict=True)), after


@settings(max_examples=60, deadline=None)
@cases(villages())
def test_what_a_village_lacks_is_what_trying_everything_finds(facts):
    found = told(SHIPPED, facts, "credit_village")
    names = [*UP, *DOWN]

    if found.outcome is None:
        assert not codes(facts)
        return
    ways = [steps for steps, after in every_way(facts, names) if not codes(after)]
    if found.outcome.why:
        assert found.outcome.why in ("unknown", "out_of_reach")
        unknown = any(one.verdict is None for one in Reference(SHIPPED).decide("credit_village", facts, ON).findings)
        assert (found.outcome.why == "unknown") == unknown
        assert unknown or not ways
        return
    steps = {one.fact: abs(one.by) for one in found.outcome.changes}
    after = pulled(facts, steps)
    assert after is not None
    assert not codes(after)
    assert sum(steps.values()) == min(sum(way.values()) for way in ways)


@settings(max_examples=60, deadline=None)
@cases(villages())
def test_one_criterion_needs_the_fewest_steps_there_are(facts):
    found = told(SHIPPED, facts, "credit_village")
    levers = {
        "a_grade_share": "a_grade_households", "borrower_share": "borrowing_households", "npl_rate": "npl_balance",
        "lender_npl_rate": "lender_npl_balance", "filing_share": "filed_households",
    }  # fmt: skip
    for name, distance in found.criteria.items():
        if name not in levers or distance.why == "unknown":
            continue
        names = [*DOWN] if name == "npl_rate" else [levers[name]]  # those of the lender are bad loans too
        ways = [sum(steps.values()) for steps, after in every_way(facts, names) if name not in codes(after)]
        if ways:
            assert sum(abs(one.by) for one in distance.changes) == min(ways)
            assert {one.fact for one in distance.changes} <= {*names}
        else:
            assert distance.why == "out_of_reach"


def test_a_yuan_of_bad_loans_recovered_lowers_all_loans_too():
    facts = {"loan_balance": 1000, "npl_balance": 30}
    edition = small(
        {"loan_balance": given("amount"), "npl": derived(ratio=["npl_balance", "loan_balance"]),
         "npl_balance": given("amount", part_of="loan_balance", change="down", moves=["loan_balance"])},
        {"d": checklist({"require": {"npl": {"at_most": "2%"}}})},
    )  # fmt: skip
    found = told(edition, facts)
    by = -moved(found.outcome)["npl_balance"]

    assert by == 11  # 19/989 is 1.92 %, 20/990 is 2.02 %; without the denominator it would have been 10
    assert Fraction(30 - by, 1000 - by) <= Fraction(2, 100) < Fraction(30 - by + 1, 1000 - by + 1)


@pytest.mark.parametrize(("have", "operator", "share", "by"), [
    (2, "above", "75%", 1), (2, "at_least", "75%", 1), (0, "above", "75%", 3), (1, "at_least", "33%", None),
    (3, "above", "75%", None), (0, "at_least", "34%", 2), (0, "above", "0%", 1),
])  # fmt: skip
def test_villages_come_whole(have, operator, share, by):
    """Above 75 % of three villages is all three."""
    facts = {
        "villages": given("list", of="village"), "all": derived(count="villages"),
        "good": {**derived(count="villages", where={"ok": True}), "change": "up", "part_of": "all"},
        "share": derived(ratio=["good", "all"]),
    }  # fmt: skip
    rule = checklist({"require": {"share": {operator: share}}})
    edition = small(facts, {"d": rule}, village={"ok": given("boolean")})
    found = told(edition, {"villages": [{"ok": n < have} for n in range(3)]})

    assert (None if found.outcome is None else moved(found.outcome)) == (None if by is None else {"good": by})


LEVERS = {
    "n": count(maximum="5 houses", change="up"), "whole": count(), "part": count(part_of="whole", change="up"),
    "flag": given("boolean", change="set"), "fixed": given("boolean"), "m": given("amount", change="down"),
    "colour": choice("red", "green"),
}  # fmt: skip


@pytest.mark.parametrize(("require", "facts", "why", "changes"), [
    ({"n": {"at_least": "5 houses"}}, {"n": 1}, "", {"n": 4}),
    ({"part": {"above": "whole"}}, {"part": 0, "whole": 3}, "out_of_reach", {}),
    ({"n": {"at_most": "1 house"}}, {"n": 2}, "out_of_reach", {}),
    ({"n": {"above": "1 house"}}, {"n": 1}, "", {"n": 1}),
    ({"n": {"at_least": "1 house"}}, {}, "unknown", {}),
    ({"part": {"at_least": "4 houses"}}, {"part": 0, "whole": 3}, "out_of_reach", {}),
    ({"part": {"at_least": "3 houses"}}, {"part": 0, "whole": 3}, "", {"part": 3}),
    ({"flag": True}, {"flag": False}, "", {"flag": True}),
    ({"flag": False}, {"flag": True}, "", {"flag": False}),
    ({"flag": True}, {}, "unknown", {}),
    ({"fixed": True}, {"fixed": False}, "no_lever", {}),
    ({"colour": "red"}, {"colour": "green"}, "no_lever", {}),
    ({"m": {"below": "0.01 yuan"}}, {"m": 3}, "", {"m": -3}),
    ({"m": {"below": "0 yuan"}}, {"m": 3}, "out_of_reach", {}),
    ({"any": [{"n": {"at_least": "5 houses"}}, {"flag": True}]}, {"n": 1, "flag": False}, "", {"flag": True}),
])  # fmt: skip
def test_what_it_takes_or_why_nothing_helps(require, facts, why, changes):
    found = told(small(LEVERS, {"d": checklist({"require": require})}), facts)

    assert (found.criteria["c0"].why, moved(found.criteria["c0"])) == (why, changes)
    assert (found.outcome.why, moved(found.outcome)) == (why, changes)


def test_nothing_is_asked_of_what_is_met():
    found = told(small(LEVERS, {"d": checklist({"require": {"flag": True}})}), {"flag": True})

    assert (found.criteria, found.outcome) == ({}, None)


def test_filing_more_households_asks_for_granting_more():
    """One lever meets its own criterion and spoils another: the joint distance mends both."""
    facts = {
        "all": count(), "filed": count(part_of="all", change="up"), "granted": count(part_of="filed", change="up"),
        "filing": derived(ratio=["filed", "all"]), "granting": derived(ratio=["granted", "filed"]),
    }  # fmt: skip
    rule = checklist({"require": {"filing": {"at_least": "90%"}}}, {"require": {"granting": {"at_least": "50%"}}})
    found = told(small(facts, {"d": rule}), {"all": 100, "filed": 80, "granted": 40})

    assert {name: moved(one) for name, one in found.criteria.items()} == {"c0": {"filed": 10}}
    assert moved(found.outcome) == {"filed": 10, "granted": 5}


def test_what_nobody_can_change_is_named_beside_what_somebody_can():
    fixed = {"require": {"fixed": True}, "title": {"zh": "甲", "en": "what stays"}}
    edition = small(LEVERS, {"d": checklist({"require": {"n": {"at_least": "5 houses"}}}, fixed)})
    said = explain(Reference(edition).decide("d", {"n": 1, "fixed": False}, ON, "T-1"), "en")
    assert "what stays: the policy names nothing here that can be changed" in " ".join(said.split())
