"""Formulas and conditions at their limits: nothing known, nothing there, ties, gaps, ends of rounding."""

from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from rules.model import Group
from rules.operations.comparisons import join
from tests.unit.small import checklist, choice, count, derived, given, small, value

TRUTH = (True, False, None)


@pytest.mark.parametrize("parts", [list(parts) for size in range(4) for parts in product(TRUTH, repeat=size)])
def test_joins_say_what_every_way_of_finding_out_would(parts):
    """An unknown part matters exactly where the answer differs with what it turns out to be."""
    worlds = list(product(*((part,) if part is not None else (True, False) for part in parts)))
    meanings = {"all": all, "any": any, "none": lambda world: not any(world)}
    for name, meaning in meanings.items():
        answers = {bool(meaning(world)) for world in worlds}
        assert join(Group(name, ()), parts) is (answers.pop() if len(answers) == 1 else None)
    for least in range(1, len(parts) + 2):
        answers = {sum(world) >= least for world in worlds}
        assert join(Group("at_least", (), least), parts) is (answers.pop() if len(answers) == 1 else None)


NUMBERS = {
    "a": count(), "b": count(), "m": given("amount"), "r": given("rate"), "flag": given("boolean"),
    "d": given("date"), "e": given("date"),
    "share": derived(ratio=["a", "b"]),
    "per_house": derived(ratio=["m", "b"]),
    "both": derived(sum=["a", "b"]),
    "less": derived(difference=["a", "b"]),
    "times": derived(product=["m", "r"]),
    "low": derived(least=["a", "b"]),
    "high": derived(greatest=["a", "b"]),
    "some_a": derived(first_known=["a", "b"]),
    "down": derived(round_down="m", to="100 yuan"),
    "up": derived(round_up="m", to="100 yuan"),
    "half": derived(round_half_up="m", to="100 yuan"),
    "nothing": derived(round_up="m", to="0 yuan"),
    "which": derived(when={"flag": True}, then="a", otherwise="b"),
    "fine": derived(holds={"a": {"at_least": "3 houses"}}),
    "years": derived(completed_years=["d", "e"]),
    "gap": derived(days=["d", "e"]),
    "later": derived(date="d", plus="1 month"),
    "earlier": derived(date="d", minus="1 month"),
    "rate": derived(dated={"2026-01-01": "3%", "2026-07-01": "2%"}),
}  # fmt: skip
EDITION = small(NUMBERS)


@pytest.mark.parametrize(("fact", "record", "found"), [
    ("share", {"a": 55, "b": 100}, Fraction(11, 20)), ("share", {"a": 0, "b": 5}, 0), ("share", {"a": 1, "b": 0}, None),
    ("share", {"a": 0, "b": 0}, None), ("share", {"a": 1}, None), ("share", {"b": 1}, None), ("share", {}, None),
    ("per_house", {"m": 100, "b": 3}, Fraction(100, 3)), ("both", {"a": 1, "b": 2}, 3), ("both", {"a": 1}, None),
    ("less", {"a": 1, "b": 2}, -1), ("times", {"m": 100, "r": Fraction(1, 3)}, Fraction(100, 3)),
    ("low", {"a": 1, "b": 2}, 1), ("low", {"a": 1}, None), ("high", {"a": 1, "b": 2}, 2),
    ("some_a", {"a": 0, "b": 2}, 0), ("some_a", {"b": 2}, 2), ("some_a", {}, None),
    ("down", {"m": 199}, 100), ("up", {"m": 101}, 200), ("up", {"m": 100}, 100), ("half", {"m": 149}, 100),
    ("half", {"m": 150}, 200),
    ("half", {"m": -150}, -200), ("half", {"m": -149}, -100), ("half", {"m": -250}, -300),
    ("half", {"m": Fraction(14999, 100)}, 100), ("down", {"m": 0}, 0), ("up", {}, None),
    ("nothing", {"m": 5}, None),
    ("which", {"flag": True, "a": 1}, 1), ("which", {"flag": False, "b": 2}, 2), ("which", {"a": 1, "b": 1}, None),
    ("which", {"flag": True, "b": 2}, None),
    ("fine", {"a": 3}, True), ("fine", {"a": 2}, False), ("fine", {}, None),
    ("years", {"d": date(2004, 2, 29), "e": date(2022, 2, 28)}, 18), ("years", {"d": date(2004, 2, 29)}, None),
    ("gap", {"d": date(2026, 1, 1), "e": date(2026, 3, 1)}, 59),
    ("gap", {"d": date(2026, 3, 1), "e": date(2026, 1, 1)}, -59),
    ("later", {"d": date(2026, 1, 31)}, date(2026, 2, 28)), ("later", {"d": date.max}, None),
    ("earlier", {"d": date(2026, 3, 31)}, date(2026, 2, 28)), ("earlier", {"d": date.min}, None), ("earlier", {}, None),
])  # fmt: skip
def test_a_formula(fact, record, found):
    assert value(EDITION, fact, record) == found


@pytest.mark.parametrize(("on", "found"), [
    (date(2025, 12, 31), None), (date(2026, 1, 1), Fraction(3, 100)), (date(2026, 6, 30), Fraction(3, 100)),
    (date(2026, 7, 1), Fraction(1, 50)), (date.max, Fraction(1, 50)),
])  # fmt: skip
def test_a_dated_value_is_the_latest_in_force(on, found):
    assert value(EDITION, "rate", {}, on) == found


@cases(st.integers(-1000, 1000), st.integers(1, 60))
def test_rounding_brackets_the_value(amount, cents):
    exactly = amount + Fraction(cents, 7)
    down, up, half = (value(EDITION, fact, {"m": exactly}) for fact in ("down", "up", "half"))

    assert down <= exactly <= up
    assert up - down in (0, 100)
    assert half == (down if exactly - down < 50 or (exactly - down == 50 and exactly < 0) else up)


LISTS = {
    "parts": given("list", of="part"), "m": given("amount"),
    "many": derived(count="parts"), "chosen": derived(count="parts", where={"ok": True}),
    "all_ok": derived(every="parts", satisfies={"ok": True}), "any_ok": derived(some="parts", satisfies={"ok": True}),
    "total": derived(total="m", over="parts"), "mean": derived(mean="m", over="parts"),
    "median": derived(median="m", over="parts"), "lowest": derived(lowest="m", over="parts"),
    "highest": derived(highest="m", over="parts", where={"ok": True}),
    "place": derived(rank="m", over="parts", first="highest"),
    "last_place": derived(rank="m", over="parts", first="lowest"),
    "run": derived(streak={"ok": True}, over="parts", by="year"),
    "above_own": derived(count="parts", where={"m": {"above": "own.m"}}),
}  # fmt: skip
PART = {"ok": given("boolean"), "m": given("amount"), "year": count("year")}
LISTED = small(LISTS, part=PART)


def years(*pairs):
    return {"parts": [{"year": year} | ({} if ok is None else {"ok": ok}) for year, ok in pairs]}


def amounts(own, *peers):
    return {"m": own, "parts": [{"m": peer} for peer in peers]}


OK, BAD, UNKNOWN = {"ok": True}, {"ok": False}, {}


@pytest.mark.parametrize(("fact", "record", "found"), [
    ("many", {}, None), ("many", {"parts": []}, 0), ("chosen", {"parts": []}, 0),
    ("chosen", {"parts": [OK, BAD]}, 1), ("chosen", {"parts": [OK, UNKNOWN]}, None),
    ("all_ok", {"parts": []}, True), ("any_ok", {"parts": []}, False), ("all_ok", {}, None), ("any_ok", {}, None),
    ("all_ok", {"parts": [OK, UNKNOWN]}, None), ("all_ok", {"parts": [BAD, UNKNOWN]}, False),
    ("any_ok", {"parts": [OK, UNKNOWN]}, True), ("any_ok", {"parts": [BAD, UNKNOWN]}, None),
    ("total", {"parts": []}, 0), ("mean", {"parts": []}, None), ("median", {"parts": []}, None),
    ("lowest", {"parts": []}, None), ("highest", {"parts": [{"ok": False, "m": 5}]}, None),
    ("total", amounts(0, 1, 2), 3), ("total", {"parts": [{"m": 1}, {}]}, None),
    ("mean", amounts(0, 1, 2), Fraction(3, 2)), ("median", amounts(0, 9, 1, 5), 5),
    ("median", amounts(0, 9, 1, 5, 2), Fraction(7, 2)), ("lowest", amounts(0, 9, 1), 1),
    ("place", amounts(5, 9, 5, 1), 2), ("place", amounts(9, 9, 9, 1), 1), ("place", amounts(0, 9, 5), 3),
    ("place", amounts(5), None), ("place", {"parts": [{"m": 1}]}, None), ("place", {"m": 1}, None),
    ("place", {"m": 1, "parts": [{}]}, None), ("last_place", amounts(5, 9, 5, 1), 2),
    ("above_own", amounts(5, 9, 5, 6), 2), ("above_own", {"parts": [{"m": 1}]}, None),
    ("run", {"parts": []}, 0), ("run", years((2024, True), (2026, True), (2025, True)), 3),
    ("run", years((2026, True), (2024, True)), 1), ("run", years((2026, False), (2025, True)), 0),
    ("run", years((2026, True), (2025, False), (2024, True)), 1), ("run", years((2026, None), (2025, True)), None),
    ("run", years((2026, True), (2025, None)), None), ("run", years((2026, False), (2025, None)), 0),
    ("run", years((2026, True), (2026, False), (2025, True)), 0), ("run", years((2026, False), (2026, True)), 0),
    ("run", years((2026, True), (2026, True), (2025, True)), 2), ("run", years((2026, None), (2026, False)), 0),
    ("run", years((2026, True), (2025, True), (2025, None)), None), ("run", years((2025, None), (2026, True)), None),
    ("run", years((2026, True), (2024, None)), 1), ("run", {"parts": [OK]}, None), ("run", {}, None),
])  # fmt: skip
def test_a_formula_over_a_list(fact, record, found):
    assert value(LISTED, fact, record) == found


def test_ranked_choices_compare_by_place():
    grades = choice("AAA", "AA", "A", "B", ranked=True)
    facts = {"g": grades, "h": grades, "high": derived(holds={"g": {"at_least": "AA"}}),
             "higher": derived(holds={"g": {"above": "h"}}), "some_g": derived(first_known=["g", "h"])}  # fmt: skip
    edition = small(facts)

    assert [value(edition, "high", {"g": code}) for code in ("AAA", "AA", "A", "B")] == [True, True, False, False]
    assert value(edition, "higher", {"g": "AAA", "h": "AA"}) is True
    assert value(edition, "higher", {"g": "A", "h": "AA"}) is False
    assert value(edition, "higher", {"g": "A"}) is None
    assert value(edition, "some_g", {"h": "B"}) == "B"


def test_the_highest_of_ranked_choices_is_the_first_listed():
    part = {"g": choice("AAA", "AA", "B", ranked=True)}
    facts = {"parts": given("list", of="part"), "best": derived(highest="g", over="parts"),
             "worst": derived(lowest="g", over="parts")}  # fmt: skip
    record = {"parts": [{"g": "AA"}, {"g": "AAA"}, {"g": "B"}]}

    assert [value(small(facts, part=part), fact, record) for fact in ("best", "worst")] == ["AAA", "B"]


def test_records_around_are_found_from_inside_a_list():
    area = {"m": given("amount"), "things": given("list", of="thing"),
            "rich": derived(count="things", where={"m": {"above": "own.m"}})}  # fmt: skip
    thing = {"within": "area", "m": given("amount"), "richer": derived(holds={"m": {"above": "area.m"}})}
    rule = checklist({"require": {"area.rich": {"at_least": "1 thing"}}})
    edition = small(thing, {"d": rule}, area=area)

    assert value(edition, "richer", {"m": 2, "area": {"m": 1}}) is True
    assert value(edition, "richer", {"m": 2}) is None
