"""Names, units and formulas are resolved with their types, and refused where they do not go together."""

import pytest

from rules.model import Const, Group, Leaf, Op, Ref
from rules.operations import OPERATIONS
from rules.values.exact import AMOUNT, BOOLEAN, DATE, POINTS, RATE, Type
from tests.unit.small import TITLE, checklist, choice, codes, count, derived, given, head, small, table

HOUSES, VILLAGES = Type("count", "house"), Type("count", "village")

FACTS = {
    "within": "area", "a": count(), "b": count(), "m": given("amount"), "r": given("rate"), "flag": given("boolean"),
    "day": given("date"), "colour": choice("red", "green"), "grade": choice("A", "B", ranked=True),
    "other": choice("A", "B", "C", ranked=True), "parts": given("list", of="part"), "bits": given("list", of="bit"),
}  # fmt: skip
OTHERS = {
    "area": {"a": count(), "r": given("rate"), "things": given("list", of="thing")},
    "part": {"m": given("amount"), "day": given("date"), "ok": given("boolean"), "colour": choice("red", "green"),
             "a": count(), "own_only": count(), "grade": choice("A", "B", ranked=True)},
    "bit": {"ok": given("boolean")},
}  # fmt: skip


@pytest.mark.parametrize(("key", "types", "found"), [
    ("ratio", [HOUSES, HOUSES], RATE), ("ratio", [HOUSES, VILLAGES], RATE), ("ratio", [AMOUNT, AMOUNT], RATE),
    ("ratio", [AMOUNT, HOUSES], AMOUNT), ("ratio", [HOUSES, AMOUNT], None), ("ratio", [HOUSES], None),
    ("ratio", [HOUSES] * 3, None), ("ratio", [DATE, DATE], None), ("ratio", [BOOLEAN, BOOLEAN], None),
    ("sum", [HOUSES, HOUSES, HOUSES], HOUSES), ("sum", [HOUSES, VILLAGES], None), ("sum", [DATE], None),
    ("difference", [AMOUNT, AMOUNT], AMOUNT), ("difference", [AMOUNT, RATE], None),
    ("product", [AMOUNT, RATE], AMOUNT), ("product", [RATE, RATE], RATE), ("product", [HOUSES, RATE], HOUSES),
    ("product", [HOUSES, AMOUNT], AMOUNT), ("product", [AMOUNT, AMOUNT], None), ("product", [POINTS, AMOUNT], None),
    ("least", [DATE, DATE], DATE), ("least", [BOOLEAN, BOOLEAN], None), ("greatest", [RATE, RATE], RATE),
    ("first_known", [BOOLEAN, BOOLEAN], BOOLEAN), ("first_known", [BOOLEAN, RATE], None),
    ("completed_years", [DATE, DATE], Type("count", "year")), ("completed_years", [DATE], None),
    ("completed_months", [DATE, DATE], Type("count", "month")), ("days", [DATE, AMOUNT], None),
    ("days", [DATE, DATE], Type("count", "day")),
])  # fmt: skip
def test_the_type_of_a_formula(key, types, found):
    assert OPERATIONS[key].typed(types) == found


@pytest.mark.parametrize(("formula", "code"), [
    ({"sum": ["a", "m"]}, "type.formula"), ({"sum": ["a", "5"]}, "type.no_unit"),
    ({"sum": ["a", "5 houses"]}, None), ({"sum": ["a", "5 villages"]}, "type.formula"),
    ({"sum": ["a", "area.a"]}, None), ({"sum": ["a", "own.a"]}, "name.unknown"),
    ({"sum": ["a", "part.a"]}, "name.within"),
    ({"product": ["m", "0.5"]}, None), ({"product": ["m", "50%"]}, None),
    ({"total": "m", "over": "parts"}, None), ({"total": "m", "over": "m"}, "type.not_list"),
    ({"total": "day", "over": "parts"}, "type.formula"), ({"total": "ok", "over": "parts"}, "type.formula"),
    ({"mean": "grade", "over": "parts"}, "type.formula"), ({"median": "day", "over": "parts"}, "type.formula"),
    ({"lowest": "day", "over": "parts"}, None), ({"highest": "colour", "over": "parts"}, "type.formula"),
    ({"rank": "colour", "over": "parts", "first": "highest"}, "type.formula"),
    ({"rank": "m", "over": "parts", "first": "highest"}, None),
    ({"rank": "own_only", "over": "parts", "first": "highest"}, "name.unknown"),
    ({"streak": {"ok": True}, "over": "parts", "by": "day"}, None),
    ({"streak": {"ok": True}, "over": "parts", "by": "colour"}, "type.formula"),
    ({"streak": {"ok": True}, "over": "parts", "by": "ok"}, "type.formula"),
    ({"total": {"sum": ["a", "own.a"]}, "over": "parts"}, None),
    ({"count": "parts", "where": {"m": {"above": "own.m"}}}, None), ({"count": "area.things"}, None),
    ({"count": "parts", "where": {"flag": True}}, "name.unknown"),
    ({"round_down": "m", "to": "100 yuan"}, None), ({"round_down": "m", "to": "1 house"}, "type.wrong"),
    ({"round_up": "day", "to": "2026-01-01"}, "type.formula"), ({"round_up": "flag", "to": "true"}, "type.formula"),
    ({"date": "day", "plus": "1 year"}, None), ({"date": "day", "plus": "1 house"}, "type.period_unit"),
    ({"date": "m", "plus": "1 year"}, "type.wrong"),
    ({"date": "day", "plus": "1 year", "minus": "1 day"}, "type.period"),
    ({"when": {"flag": True}, "then": "a", "otherwise": "m"}, "type.wrong"),
    ({"when": {"flag": True}, "then": "grade", "otherwise": "other"}, "type.wrong"),
    ({"when": {"flag": True}, "then": "other", "otherwise": "grade"}, None),
    ({"first_known": ["other", "grade"]}, None), ({"first_known": ["grade", "other"]}, "type.wrong"),
    ({"first_known": ["parts", "bits"]}, "type.formula"),
    ({"holds": {"colour": "gren"}}, "type.no_choice"), ({"holds": {"flag": "yes"}}, "shape.flag"),
    ({"holds": {"grade": {"at_least": "other"}}}, "type.wrong"), ({"holds": {"other": {"at_least": "grade"}}}, None),
    ({"holds": {"colour": {"above": "red"}}}, "condition.no_order"),
    ({"holds": {"flag": {"at_least": "true"}}}, "condition.no_order"),
    ({"holds": {"day": {"above": "on"}}}, None), ({"holds": {"parts": "x"}}, "type.list_compared"),
    ({"holds": {"area.a": {"above": "a"}}}, None), ({"holds": {"a.b.c": "x"}}, "name.unknown"),
    ({"holds": {"own": "x"}}, "name.unknown"), ({"holds": {"on": "2026-01-01"}}, None),
])  # fmt: skip
def test_what_a_formula_may_be_made_of(formula, code):
    found = codes({**FACTS, "new": derived(**formula)}, **OTHERS)

    assert found == ([] if code is None else [code])


def test_fixed_limits_of_one_value_are_one_comparison_and_others_stand_alone():
    limits = {"at_least": "1 house", "below": "9 houses", "above": "b"}
    edition = small({"a": count(), "b": count()}, {"d": checklist({"require": {"a": limits}})})
    condition = edition.rules["d"].body.criteria[0].condition

    assert isinstance(condition, Group)
    assert [[test.operator for test in leaf.tests] for leaf in condition.parts] == [["at_least", "below"], ["above"]]


def test_between_takes_both_ends_in():
    edition = small({"a": count()}, {"d": checklist({"require": {"a": {"between": ["1 house", "3 houses"]}}})})
    leaf = edition.rules["d"].body.criteria[0].condition

    assert isinstance(leaf, Leaf)
    assert [(test.operator, test.limits[0].value) for test in leaf.tests] == [("at_least", 1), ("at_most", 3)]


def test_names_become_references_with_their_scope():
    facts = {"within": "area", "a": count(), "more": derived(difference=["a", "area.a", {"count": "parts"}]),
             "parts": given("list", of="house")}  # fmt: skip
    edition = small(facts, area={"a": count()}, house={"ok": given("boolean")})
    formula = edition.subjects["thing"].facts["more"].formula

    assert [arg.path if isinstance(arg, Ref) else arg.name for arg in formula.args] == ["a", "area.a", "count"]
    assert isinstance(formula, Op)


def test_outcomes_and_outputs_of_a_decision_are_names():
    limit = table("first", {"when": {"flag": True}, "then": {"sum": "5 yuan"}},
                  outputs={"sum": {"type": "amount", "title": TITLE}},
                  otherwise={"then": {"sum": "0 yuan"}})  # fmt: skip
    facts = {"flag": given("boolean"), "m": given("amount")}
    after = checklist({"require": {"limit": "good"}}, {"require": {"limit.sum": {"at_least": "m"}}})
    edition = small(facts, {"after": after, "limit": limit})

    assert list(edition.rules) == ["limit", "after"]
    assert edition.rules["after"].needs == ("limit",)
    assert codes(facts, {"limit": limit, "after": checklist({"require": {"limit": "open"}})}) == ["type.no_choice"]


@pytest.mark.parametrize("circle", [
    {"d": checklist({"require": {"d": "good"}})},
    {"d": checklist({"require": {"e": "good"}}), "e": checklist({"require": {"d": "good"}})},
    {"d": checklist({"require": {"again": True}})},
])  # fmt: skip
def test_decisions_that_need_themselves_are_refused(circle):
    facts = {"flag": given("boolean"), "again": derived(holds={"d": "good"})}

    assert codes(facts, circle) == ["decision.circle"]


def test_a_bare_number_stands_only_where_its_unit_is_plain():
    scores = {
        "items": [{"id": "i", "title": TITLE, "fact": "flag", "points": {"true": 5, "false": 0}}],
        "grades": [{"grade": "good", "at_least": 5}, {"grade": "bad", "below": 5}],
    }  # fmt: skip
    edition = small({"flag": given("boolean")}, {"d": head("scorecard", **scores)})
    (item,) = edition.rules["d"].body.items

    assert [band.points for band in item.bands] == [Const(5, POINTS), Const(0, POINTS)]
