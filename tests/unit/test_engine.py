"""What the engine makes of comparisons: rungs on exact ladders, in the network's words and back."""

from datetime import date
from fractions import Fraction

import pytest

from rules.engine.engine import Engine
from rules.judging.reference import Reference
from tests.unit.small import ON, checklist, choice, count, derived, given, small

FACTS = {
    "within": "area", "a": count(), "b": count(), "m": given("amount"), "r": given("rate"), "p": given("points"),
    "flag": given("boolean"), "day": given("date"), "born": given("date"),
    "grade": choice("AAA", "AA", "A", ranked=True), "colour": choice("red", "green", "blue"),
    "share": derived(ratio=["a", "b"]), "cost": derived(ratio=["m", "b"]), "odd": derived(ratio=["p", "p2"]),
    "p2": given("points"), "age": derived(completed_years=["born", "on"]),
}  # fmt: skip
AREA = {"a": count(), "b": count(), "r": given("rate"), "share": derived(ratio=["a", "b"])}


def verdicts(require, cases, key="require"):
    """What the engine says of each case, having asked the plain evaluator too."""
    edition = small(FACTS, {"d": checklist({key: require})}, area=AREA)
    engine, reference, found = Engine(edition), Reference(edition), []
    for facts in cases:
        decision = engine.decide("d", facts, ON)
        assert decision.as_dict() == reference.decide("d", facts, ON).as_dict()
        found.append(decision.findings[0].verdict)
    engine.close()
    return found


@pytest.mark.parametrize(("operator", "expected"), [
    ("at_least", [False, True, True]), ("above", [False, False, True]), ("at_most", [True, True, False]),
    ("below", [True, False, False]), ("equals", [False, True, False]),
])  # fmt: skip
@pytest.mark.parametrize(("fact", "limit", "cases"), [
    ("m", "0.01 yuan", [{"m": 0}, {"m": Fraction(1, 100)}, {"m": Fraction(1, 99)}]),
    ("a", "1 house", [{"a": 0}, {"a": 1}, {"a": 10**15}]),
    ("r", "0.25%", [{"r": Fraction(24, 10000)}, {"r": Fraction(1, 400)}, {"r": 1}]),
    ("p", "-5 points", [{"p": -6}, {"p": -5}, {"p": Fraction(-49, 10)}]),
    ("share", "55%", [{"a": 549, "b": 1000}, {"a": 11, "b": 20}, {"a": 551, "b": 1000}]),
    ("share", "33.333333%", [{"a": 33333332, "b": 10**8}, {"a": 33333333, "b": 10**8}, {"a": 1, "b": 3}]),
    ("share", "100%", [{"a": 10**14 - 1, "b": 10**14}, {"a": 7, "b": 7}, {"a": 10**14 + 1, "b": 10**14}]),
    ("cost", "0.5 yuan", [{"m": 1, "b": 3}, {"m": 1, "b": 2}, {"m": Fraction(201, 100), "b": 4}]),
    ("odd", "50%", [{"p": 1, "p2": -2}, {"p": -1, "p2": -2}, {"p": -3, "p2": -4}]),
    ("share", "area.share", [{"a": 1, "b": 3, "area": {"a": 34, "b": 100}}, {"a": 1, "b": 3, "area": {"a": 33,
        "b": 99}},
                             {"a": 1, "b": 3, "area": {"a": 33, "b": 100}}]),
    ("a", "b", [{"a": 1, "b": 2}, {"a": 2, "b": 2}, {"a": 3, "b": 2}]),
    ("day", "2026-12-31", [{"day": date(2026, 12, 30)}, {"day": date(2026, 12, 31)}, {"day": date(9999, 12, 31)}]),
    ("day", "on", [{"day": date(1, 1, 1)}, {"day": ON}, {"day": date(2027, 1, 1)}]),
    ("age", "18 years", [{"born": date(2009, 1, 1)}, {"born": date(2008, 12, 31)}, {"born": date(1900, 1, 1)}]),
    ("grade", "AA", [{"grade": "A"}, {"grade": "AA"}, {"grade": "AAA"}]),
])  # fmt: skip
def test_below_on_and_above_every_limit(fact, limit, cases, operator, expected):
    assert verdicts({fact: {operator: limit}}, cases) == expected
    assert verdicts({fact: {operator: limit}}, cases, "reject") == [not verdict for verdict in expected]
    assert verdicts({fact: {operator: limit}}, [{}]) == [None]


@pytest.mark.parametrize("zero", [{"a": 1, "b": 0}, {"a": 0, "b": 0}, {"b": 0}, {"b": 5}])
def test_a_ratio_over_nothing_is_not_known(zero):
    assert verdicts({"share": {"at_least": "0%"}}, [zero]) == [None]
    assert verdicts({"share": {"above": "area.share"}}, [{**zero, "area": {"a": 1, "b": 2}}]) == [None]
    assert verdicts({"share": {"above": "area.share"}}, [{"a": 1, "b": 2, "area": zero}]) == [None]


@pytest.mark.parametrize(("require", "expected"), [
    ({"colour": "red"}, [True, False, False, None]), ({"colour": ["red", "blue"]}, [True, False, True, None]),
    ({"colour": ["red", "green", "blue"]}, [True, True, True, None]),
    ({"none": [{"colour": "green"}]}, [True, False, True, None]),
])  # fmt: skip
def test_choices(require, expected):
    assert verdicts(require, [{"colour": "red"}, {"colour": "green"}, {"colour": "blue"}, {}]) == expected


def test_an_interval_and_its_ends():
    cases = [{"a": n} for n in range(6)]

    assert verdicts({"a": {"at_least": "1 house", "below": "4 houses"}}, cases) == [n in (1, 2, 3) for n in range(6)]
    assert verdicts({"a": {"above": "1 house", "at_most": "4 houses"}}, cases) == [n in (2, 3, 4) for n in range(6)]
    assert verdicts({"a": ["1 house", "4 houses"]}, cases) == [n in (1, 4) for n in range(6)]
    assert verdicts({"none": [{"a": {"between": ["1 house", "4 houses"]}}]}, cases) == [n in (0, 5) for n in range(6)]


def test_many_limits_of_one_fact_are_one_field():
    items = [{"require": {"a": {"at_least": f"{n} houses"}}} for n in range(40)]
    engine = Engine(small(FACTS, {"d": checklist(*items)}, area=AREA))

    assert engine.judge("d", {"a": 17}, ON).codes == tuple(f"c{n}" for n in range(18, 40))
    assert engine.judge("d", {"a": 39}, ON).codes == ()
    assert len(engine.judge("d", {}, ON).codes) == 40


def test_an_edition_without_decisions_compiles():
    Engine(small(FACTS, area=AREA)).close()
