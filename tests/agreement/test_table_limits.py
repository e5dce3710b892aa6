"""Figures too long and rules too wide for a table: it says the same as the engine, or names the row or the decision."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from rules import Engine, Reference
from rules.table import NotTabular, TableJudge
from rules.values.exact import shift
from tests.agreement.backends import EACH, connect, put
from tests.agreement.tabular import arrow, assert_agree
from tests.unit.small import ON, checklist, count, derived, given, small, table

LENT = {"income": given("amount"), "ratio": given("rate"), "discount": given("rate")}
HOUSEHOLDS = [
    {"income": 30_000, "ratio": Fraction(7, 10), "discount": Fraction(9, 10)},
    {"income": Fraction("30000.000001"), "ratio": Fraction("0.700001"), "discount": Fraction("0.900001")},
    {"income": 10**13 - 1, "ratio": 1, "discount": 1},
    {"income": 0, "ratio": Fraction(1, 2), "discount": 1},
    {"income": 150, "ratio": 1, "discount": 1},
    {"income": 30_000},
]  # fmt: skip


def agreeing(name, edition, cases):
    """How many cases were beyond the table."""
    return assert_agree(connect(name), Engine(edition), Reference(edition), "d", cases, ON)[1]


@EACH
@pytest.mark.parametrize("how", ["down", "up", "half_up"])
@pytest.mark.parametrize("step", ["100 yuan", "1 yuan", "0.03 yuan"])
def test_a_product_of_many_places_is_rounded_exactly(name, how, step):
    top = derived(**{f"round_{how}": {"product": ["income", "ratio", "discount"]}, "to": step})
    row = {"when": {"income": {"at_least": "0 yuan"}}, "then": {"limit": "top"}}
    outputs = {"limit": given("amount")}
    decision = table("first", row, outputs=outputs, otherwise={"then": {"limit": "0 yuan"}})

    assert agreeing(name, small(LENT | {"top": top}, {"d": decision}), HOUSEHOLDS) == 0


@EACH
def test_a_row_whose_quotient_is_too_long_to_be_sure_of_is_beyond(name):
    top = derived(round_down={"product": ["income", "ratio", "discount"]}, to="0.000001 yuan")
    edition = small(LENT | {"top": top}, {"d": checklist({"require": {"top": {"at_least": "1 yuan"}}})})

    assert agreeing(name, edition, [HOUSEHOLDS[1] | {"income": 10**14 - 1}, HOUSEHOLDS[1], HOUSEHOLDS[3]]) == 1


@EACH
def test_a_limit_of_more_than_38_digits_is_compared(name):
    product = derived(product=["income", "ratio", "66.6666666667%", "33.3333333333%"])
    edition = small(LENT | {"x": product}, {"d": checklist({"require": {"x": {"at_least": "1000 yuan"}}})})

    assert agreeing(name, edition, [{"income": 3, "ratio": 1}, {"income": 0, "ratio": 0}, HOUSEHOLDS[0]]) == 1


def test_a_number_of_more_than_38_digits_is_refused_by_name():
    product = derived(product=[*["66.6666666667%"] * 4, "income"])
    edition = small(LENT | {"x": product}, {"d": checklist({"require": {"x": {"at_least": "1000 yuan"}}})})
    cases = put(connect("duckdb"), arrow(edition, "thing", [{"income": 1}]))

    with pytest.raises(NotTabular, match=r"d \(thing\.x\) .* digits"):
        TableJudge(edition, ON).judge("d", cases)


@EACH
def test_a_streak_may_be_held_against_an_average_of_its_owner(name):
    run = derived(streak={"income": {"at_least": "own.average"}}, over="years", by="y")
    facts = {"sum_": given("amount"), "n": count("person"), "average": derived(ratio=["sum_", "n"]),
             "years": {"type": "list", "of": "year", "title": given("")["title"]}, "run": run}  # fmt: skip
    edition = small(facts, {"d": checklist({"require": {"run": {"at_least": "3 years"}}})},
                    year={"income": given("amount"), "y": count("year")})  # fmt: skip
    years = [{"income": 200 + place, "y": 2026 - place} for place in range(4)]
    cases = [{"sum_": 300, "n": 3, "years": years}, {"sum_": 606, "n": 3, "years": years}, {"n": 3, "years": years},
             {"sum_": 300, "n": 3, "years": [*years[:2], *years[3:]]}, {"sum_": 300, "n": 0, "years": []}]  # fmt: skip

    assert agreeing(name, edition, cases) == 0


def yearly(*pairs):
    return {"years": [{"y": year} | ({} if ok is None else {"ok": ok}) for year, ok in pairs]}


@EACH
def test_a_year_counts_once_in_a_streak_whatever_the_order(name):
    facts = {"years": {"type": "list", "of": "year", "title": given("")["title"]},
             "run": derived(streak={"ok": True}, over="years", by="y")}  # fmt: skip
    wanted = checklist(*({"require": {"run": {"at_least": f"{number} years"}}} for number in (1, 2, 3)))
    edition = small(facts, {"d": wanted}, year={"ok": given("boolean"), "y": count("year")})
    lists = [yearly(*zip(drawn, oks, strict=True)) for drawn in product((2026, 2025, 2024), repeat=3)
             for oks in product((True, False, None), repeat=3)]  # fmt: skip

    assert agreeing(name, edition, [*lists, {}]) == 0


DAYS = [
    date(2024, 1, 31),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2023, 8, 31),
    date(2023, 11, 30),
]


@EACH
def test_a_period_ends_on_its_day_or_with_the_month(name):
    """However a period is written, it is over on the same day."""
    facts = {"day": given("date"), "end": given("date"), "n": count("month"),
             "months": derived(completed_months=["day", "end"]), "years": derived(completed_years=["day", "end"]),
             "due": derived(date="day", plus="n")}  # fmt: skip
    over = checklist({"require": {"months": {"at_least": "n"}}}, {"require": {"end": {"at_least": "due"}}},
                     {"require": {"years": {"at_least": "1 year"}}})  # fmt: skip
    edition = small(facts, {"d": over})
    cases = [{"day": day, "end": shift(shift(day, n, "month"), more, "day"), "n": n}
             for day in DAYS for n in (0, 1, 3, 12, 24) for more in (-1, 0, 1)]  # fmt: skip

    assert agreeing(name, edition, cases) == 0
    for case in cases:
        months, due, _ = (one.verdict for one in Reference(edition).decide("d", case, ON).findings)
        assert months is due is (case["end"] >= shift(case["day"], case["n"], "month"))


@EACH
def test_halves_go_away_from_zero(name):
    rounded = derived(round_half_up={"difference": ["a", "b"]}, to="1 yuan")
    edition = small({"a": given("amount"), "b": given("amount"), "x": rounded},
                    {"d": table("first", {"when": {"x": {"at_most": "-3 yuan"}}, "outcome": "good"},
                                {"when": {"x": {"at_most": "-2 yuan"}}, "outcome": "worse"},
                                {"when": {"x": {"at_most": "2 yuan"}}, "outcome": "bad"},
                                otherwise={"outcome": "good"})})  # fmt: skip
    cases = [{"a": Fraction(a, 100), "b": Fraction(b, 100)} for a in (0, 249, 250, 251) for b in (0, 249, 250, 251)]

    assert agreeing(name, edition, cases) == 0
    assert Reference(edition).judge("d", {"a": 0, "b": Fraction(5, 2)}, ON).outcome == "good"


@EACH
def test_five_hundred_criteria_and_a_thousand_parts_are_judged(name):
    flags = {f"b{number}": given("boolean") for number in range(1000)}
    figures = {f"a{number}": given("amount") for number in range(300)}
    wide = checklist(
        *({"require": {f"b{number}": True}} for number in range(500)),
        {"require": {"any": [{one: True} for one in flags]}},
        {"require": {"total": {"at_least": "1 yuan"}}},
    )
    edition = small(flags | figures | {"total": derived(sum=[*figures])}, {"d": wide})
    known = dict.fromkeys(flags, True) | dict.fromkeys(figures, Decimal(1))

    assert agreeing(name, edition, [known, known | {"b3": False}, {**known, "b3": None, "a7": None}, {}]) == 0


def test_a_rule_too_wide_to_be_written_is_refused_by_name():
    flags = {f"b{number}": given("boolean") for number in range(3000)}
    edition = small(flags, {"d": checklist({"require": {"any": [{one: True} for one in flags]}})})
    cases = put(connect("duckdb"), arrow(edition, "thing", [{}]))

    with pytest.raises(NotTabular, match="length"):
        TableJudge(edition, date(2026, 12, 31)).judge("d", cases)
