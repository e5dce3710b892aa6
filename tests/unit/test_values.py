"""Values are exact, literals say what they are, and the calendar has its ends."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.values.exact import (
    BOOLEAN,
    DATE,
    RATE,
    Type,
    completed_months,
    completed_years,
    decimal_text,
    exact,
    plain,
    read_date,
    read_literal,
    shift,
    singular,
)
from rules.values.figures import show
from rules.values.ids import is_id


@pytest.mark.parametrize(("text", "value", "kind", "unit"), [
    ("55%", Fraction(11, 20), "rate", ""), ("55 %", Fraction(11, 20), "rate", ""), ("100%", 1, "rate", ""),
    ("2‰", Fraction(1, 500), "rate", ""), ("25 bp", Fraction(1, 400), "rate", ""),
    ("25基点", Fraction(1, 400), "rate", ""), ("-0.25%", Fraction(-1, 400), "rate", ""),
    ("5 万元", 50000, "amount", "yuan"), ("0.5万元", 5000, "amount", "yuan"), ("50000 yuan", 50000, "amount", "yuan"),
    ("24 亿元", 2_400_000_000, "amount", "yuan"), ("1.25亿元", 125_000_000, "amount", "yuan"),
    ("1.50 元", Fraction(3, 2), "amount", "yuan"),
    ("18 years", 18, "count", "year"), ("18周岁", 18, "count", "year"), ("1 year", 1, "count", "year"),
    ("3个月", 3, "count", "month"), ("10 天", 10, "count", "day"), ("4 villages", 4, "count", "village"),
    ("4 counties", 4, "count", "county"), ("30 points", 30, "points", "point"), ("30分", 30, "points", "point"),
    ("7", 7, "bare", ""), ("0.5", Fraction(1, 2), "bare", ""), ("true", True, "boolean", ""),
])  # fmt: skip
def test_a_literal_says_what_it_is(text, value, kind, unit):
    literal = read_literal(text)

    assert (literal.value, literal.type.kind, literal.type.unit) == (value, kind, unit)
    assert type(literal.value) in (int, Fraction, bool)


@pytest.mark.parametrize("text", ["", "households", "True", "yes", "%", "1e5%x1", "１２%", "1" * 16, "1.12345678901%",
                                  "5 5%", "--5%", "0x10", "2026-13-01x", ".5%", "5.%", "NaN", "Infinity"])  # fmt: skip
def test_what_is_no_literal(text):
    assert read_literal(text) is None


@pytest.mark.parametrize("text", ["2026-02-29", "2026-2-1", "20260201", "2026-W01-1", "2026-13-01", "0000-01-01", ""])
def test_what_is_no_date(text):
    assert read_date(text) is None


@given(st.dates())
def test_a_date_reads_as_it_prints(day):
    assert read_date(day.isoformat()) == day
    assert read_literal(day.isoformat()).type == DATE


@pytest.mark.parametrize(("born", "on", "years"), [
    ((2008, 5, 1), (2026, 4, 30), 17), ((2008, 5, 1), (2026, 5, 1), 18), ((2008, 5, 1), (2026, 5, 2), 18),
    ((2004, 2, 29), (2022, 2, 27), 17), ((2004, 2, 29), (2022, 2, 28), 18), ((2004, 2, 29), (2024, 2, 29), 20),
    ((1961, 1, 1), (2026, 12, 31), 65), ((1961, 1, 1), (2027, 1, 1), 66),
    ((2026, 1, 2), (2026, 1, 1), -1), ((2026, 1, 1), (2026, 1, 1), 0),
])  # fmt: skip
def test_a_year_is_completed_on_its_day(born, on, years):
    assert completed_years(date(*born), date(*on)) == years


@pytest.mark.parametrize(("start", "end", "months"), [
    ((2026, 1, 31), (2026, 2, 27), 0), ((2026, 1, 31), (2026, 2, 28), 1), ((2026, 1, 31), (2026, 3, 31), 2),
    ((2025, 12, 15), (2026, 1, 14), 0), ((2025, 12, 15), (2026, 1, 15), 1), ((2026, 1, 1), (2025, 12, 31), -1),
])  # fmt: skip
def test_a_month_is_completed_on_its_day(start, end, months):
    assert completed_months(date(*start), date(*end)) == months


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_period_is_completed_on_the_day_that_it_leads_to(start, end):
    months, years = completed_months(start, end), completed_years(start, end)
    assert shift(start, months, "month") <= end < shift(start, months + 1, "month")
    assert shift(start, years, "year") <= end < shift(start, years + 1, "year")


@pytest.mark.parametrize(("start", "amount", "unit", "end"), [
    ((2024, 2, 29), 1, "year", (2025, 2, 28)), ((2024, 2, 29), 4, "year", (2028, 2, 29)),
    ((2026, 1, 31), 1, "month", (2026, 2, 28)), ((2024, 1, 31), 1, "month", (2024, 2, 29)),
    ((2026, 3, 31), -1, "month", (2026, 2, 28)), ((2026, 1, 15), -1, "month", (2025, 12, 15)),
    ((2026, 12, 31), 1, "day", (2027, 1, 1)), ((2026, 8, 31), 0, "month", (2026, 8, 31)),
])  # fmt: skip
def test_a_period_past_the_months_end_ends_on_its_last_day(start, amount, unit, end):
    assert shift(date(*start), amount, unit) == date(*end)


@pytest.mark.parametrize(("amount", "unit"), [
    (1, "day"), (1, "month"), (1, "year"), (10**15, "day"), (10**15, "month"), (10**15, "year"),
    (-10**15, "day"), (-10**15, "month"), (-10**15, "year"),
])  # fmt: skip
def test_past_the_end_of_the_calendar_no_date_is_known(amount, unit):
    assert shift(date.max if amount > 0 else date.min, amount, unit) is None


@given(st.dates(), st.integers(-5000, 5000), st.sampled_from(["day", "month", "year"]))
def test_a_shift_there_never_overshoots_the_shift_back(start, amount, unit):
    there = shift(start, amount, unit)
    if there is not None and (back := shift(there, -amount, unit)) is not None:
        assert 0 <= (start - back).days <= (0 if unit == "day" else 3)


@pytest.mark.parametrize(("number", "text"), [
    (Fraction(11, 20), "0.55"), (Fraction(1, 3), "1/3"), (Fraction(1, 10**7), "1/10000000"), (5, "5"), (0, "0"),
    (Fraction(-5, 2), "-2.5"), (Fraction(10**18 + 1, 2), "500000000000000000.5"), (100, "100"),
])  # fmt: skip
def test_a_decimal_ends_or_stays_a_fraction(number, text):
    assert decimal_text(number) == text
    assert Fraction(text) == number


@pytest.mark.parametrize(("value", "type", "text"), [
    (Fraction(11, 20), RATE, "55%"), (Fraction(1, 3), RATE, "≈33.33%"), (1, RATE, "100%"),
    (50000, Type("amount", "yuan"), "50000 yuan"), (Fraction(1, 8), Type("points"), "0.125"),
    (Fraction(5475, 100_000), RATE, "5.475%"), (Fraction(2675, 100_000), Type("rate", written="bp"), "267.5 bp"),
    (Fraction(1, 3), Type("points"), "≈0.33"), (Fraction(1, 1024**2), RATE, "≈0%"),
    (None, RATE, "?"), (True, BOOLEAN, "true"), (False, BOOLEAN, "false"), (date(2026, 5, 1), DATE, "2026-05-01"),
    ([1, 2], Type("list", of="village"), "2 × village"), ("AAA", Type("choice"), "AAA"),
])  # fmt: skip
def test_people_see_a_value_rounded_only_with_a_mark(value, type, text):
    assert show(value, type) == text


def test_numbers_stay_exact():
    assert exact(Decimal("0.10")) * 3 == Fraction(3, 10)
    assert isinstance(exact(Fraction(4, 2)), int)
    assert plain(Fraction(1, 3)) == "1/3"
    assert plain(date(2026, 5, 1)) == "2026-05-01"
    assert plain(None) is None
    assert plain(True) is True


def test_plurals():
    words = ("villages", "townships", "counties", "enterprises", "series", "class", "ties", "house")

    assert [singular(word) for word in words] == [
        "village", "township", "county", "enterprise", "sery", "class", "tie", "house"]  # fmt: skip


def test_types_that_go_together():
    few, many = Type("choice", choices=("a",)), Type("choice", choices=("a", "b"))

    assert not Type("count", "house").fits(Type("count", "village"))
    assert many.fits(few)
    assert not few.fits(many)
    assert not Type("list", of="village").fits(Type("list", of="vote"))


@pytest.mark.parametrize(("id", "taken"), [
    ("V1", True), ("村 一", True), ("x" * 64, True), ("x" * 65, False), ("", False),
    (" ", False), ("\u3000\u00a0", False),
    ("\u200b", False), ("V1\u200b", False), ("\u202eV1", False), ("V\ufeff1", False), ("1" * 17 + "\u200bX", False),
])  # fmt: skip
def test_an_id_can_be_seen(id, taken):
    assert bool(is_id(id)) == taken
