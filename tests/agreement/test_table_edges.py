"""What engines answer differently, or would: each expression that a table is judged by says the same on all."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isqrt

import ibis
import pyarrow as pa
import pytest

from rules.model import Fact
from rules.table import arithmetic, dates, numbers
from rules.table.columns import ENDS
from rules.table.parts import narrowed
from rules.table.values import shown, some, untold
from rules.values.exact import Type, completed_months, completed_years, shift
from rules.values.text import Text
from tests.agreement.backends import EACH, connect, put, rows_of
from tests.agreement.tabular import value_of

DAYS = (
    *(date(1961, 5, 2), date(1961, 5, 1), date(1960, 2, 29), date(2024, 2, 29), date(2027, 2, 28), date(2026, 1, 31)),
    *(date(2026, 5, 1), date(1, 1, 1), date(9999, 12, 31), date(2008, 12, 31), date(2009, 1, 1)),
)
PAIRS = [(start, end) for start in DAYS for end in DAYS]
INTS = (-7, -3, -1, 0, 1, 2, 3, 7, 10, 99, 10**14)


def asked(name: str, table: pa.Table, **columns):
    """The rows of a table with expressions over it."""
    con = connect(name)
    bound = put(con, table)
    cells = {key: say(bound) for key, say in columns.items()}
    return rows_of(con, bound.mutate(**cells))


@EACH
@pytest.mark.parametrize("measure", ["years", "months", "days"])
def test_ages_are_completed_years_by_the_calendar(name, measure):
    table = pa.table({"start": [start for start, _ in PAIRS], "end": [end for _, end in PAIRS]})
    between = getattr(dates, f"{measure}_between")
    exact = {"years": completed_years, "months": completed_months, "days": lambda one, two: (two - one).days}[measure]

    for row in asked(name, table, found=lambda t: between(t.start, t.end).top.column):
        assert row["found"] == exact(row["start"], row["end"]), row


@EACH
@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_dates_move_by_the_calendar_and_end_with_it(name, unit):
    steps = (-3_700_000, -9999, -12, -1, 0, 1, 12, 65, 8000, 10**6)
    cases = [(day, step) for day in DAYS for step in steps]
    table = pa.table({"day": [day for day, _ in cases], "step": [step for _, step in cases]})

    for row in asked(name, table, found=lambda t: dates.moved(t.day, numbers.counted(t.step, 10**15), unit)):
        assert row["found"] == shift(row["day"], row["step"], unit), row
    for step in (-12, 1, 65):
        for row in asked(name, table, found=lambda t, step=step: dates.moved(t.day, numbers.constant(step), unit)):
            assert row["found"] == shift(row["day"], step, unit), row


def half(number):
    """Whether a number goes up from its floor: a half goes away from zero."""
    return abs(number) % 1 >= Fraction(1, 2) if number >= 0 else 0 < abs(number) % 1 < Fraction(1, 2)


@EACH
@pytest.mark.parametrize("how", ["down", "up", "half_up"])
def test_rounding_is_exact_and_takes_half_up(name, how):
    cases = [(value, step) for value in INTS for step in (-3, 0, 1, 2, 3, 7, 10)]
    table = pa.table({"value": [value for value, _ in cases], "step": [step for _, step in cases]})

    def rounded(t):
        value, step = (numbers.Num(numbers.Whole(column, 10**15), numbers.whole(10)) for column in (t.value, t.step))
        return arithmetic.rounded(value, step, how, []).top.column

    for row in asked(name, table, found=rounded):
        if row["step"] == 0:
            assert row["found"] is None
            continue
        steps = Fraction(row["value"], row["step"])
        floor = steps.numerator // steps.denominator
        up = {"down": 0, "up": steps > floor, "half_up": half(steps)}[how]
        assert row["found"] == (floor + up) * row["step"], row


@EACH
@pytest.mark.parametrize("how", ["down", "up", "half_up"])
def test_rounding_of_38_digits_is_exact_or_beyond(name, how):
    """The quotient is estimated in floats, and whatever they get wrong is put right or flagged."""
    wide, steps = 10**30, (10**20, -(10**20), 3 * 10**17 + 1, 2**53 - 1, 7, 0)
    values = (0, 1, -1, 5 * 10**19, -5 * 10**19, wide - 1, -wide, wide // 3, 10**20 * (2**51) + 1, 15 * 10**19)
    cases = [(value, step) for value in values for step in steps]
    type = pa.decimal128(38, 0)
    table = pa.table({key: pa.array([Decimal(case[place]) for case in cases], type)
                      for place, key in enumerate(("value", "step"))})  # fmt: skip
    flags = []

    def rounded(t):
        value, step = (numbers.counted(column, wide) for column in (t.value, t.step))
        return arithmetic.rounded(value, step, how, flags).top.column

    beyond = 0
    for row in asked(name, table, found=rounded, far=lambda _: ibis.coalesce(some(flags), False)):
        if row["step"] == 0:
            assert row["found"] is None
            continue
        times = Fraction(int(row["value"]), int(row["step"]))
        floor = times.numerator // times.denominator
        up = {"down": 0, "up": times > floor, "half_up": half(times)}[how]
        beyond += row["far"]
        assert row["found"] is None if row["far"] else row["found"] == (floor + up) * int(row["step"]), row
    assert 0 < beyond < len(cases) / 3


@EACH
def test_ratios_are_compared_by_cross_multiplication(name):
    """A decimal quotient has as many digits as the engine likes; over 0 one engine says inf and one stops."""
    cases = [(top, bottom) for top in INTS for bottom in INTS]
    table = pa.table({"top": [top for top, _ in cases], "bottom": [bottom for _, bottom in cases]})
    limits = (Fraction(55, 100), Fraction(-1, 3), Fraction(0), Fraction(1), Fraction(1, 60))

    for limit in limits:
        for operator in numbers.COMPARE:

            def compared(t, operator=operator, limit=limit):
                ratio = numbers.divide(numbers.counted(t.top, 10**15), numbers.counted(t.bottom, 10**15), [])
                return numbers.compare(operator, ratio, numbers.constant(limit), [])

            for row in asked(name, table, found=compared):
                expected = None
                if row["bottom"]:
                    expected = numbers_compare(operator, Fraction(row["top"], row["bottom"]), limit)
                assert row["found"] is expected, (row, operator, limit)


def numbers_compare(operator, left, right):
    return {"at_least": left >= right, "above": left > right, "at_most": left <= right, "below": left < right,
            "equals": left == right, "one_of": left == right}[operator]  # fmt: skip


@EACH
def test_decimals_are_scaled_and_multiplied_exactly(name):
    """A product of decimals has another scale on each engine; a decimal cast to a whole number is rounded by one."""
    type = pa.decimal128(21, 6)
    values = [Decimal(text) for text in ("2.500000", "-2.500000", "0.000001", "999999999999999.999999", "0.07")]
    cases = [(one, two) for one in values for two in values]
    table = pa.table({"a": pa.array([a for a, _ in cases], type), "b": pa.array([b for _, b in cases], type)})
    flags = []

    def product(t):
        scaled = [(column * ibis.literal(10**6)).cast(numbers.D38) for column in (t.a, t.b)]
        return numbers.times(*(numbers.Whole(column, 10**21) for column in scaled), flags).column

    for row in asked(name, table, found=product):
        exact = int(row["a"].scaleb(6)) * int(row["b"].scaleb(6))
        largest = max(abs(int(row[key].scaleb(6))) for key in ("a", "b"))
        assert row["found"] == exact or (row["found"] is None and largest > isqrt(numbers.WIDE)), row
    assert flags


@EACH
def test_a_decimal_leaves_the_table_as_it_is(name):
    table = pa.table({"x": [-12345, 0, 10**15]})

    for bottom in (1, 2, 8, 10, 1000, 10**6, 3):

        def out(t, bottom=bottom):
            return shown("out", numbers.Num(numbers.Whole(t.x, 10**15), numbers.whole(bottom)))

        con = connect(name)
        bound = put(con, table)
        for row in rows_of(con, bound.mutate(**out(bound))):
            assert value_of(row, "out") == Fraction(row["x"], bottom)


@EACH
def test_unknown_is_neither_true_nor_false(name):
    values = [True, False, None]
    cases = [(a, b) for a in values for b in values]
    table = pa.table(
        {"a": pa.array([a for a, _ in cases], pa.bool_()), "b": pa.array([b for _, b in cases], pa.bool_())}
    )
    rows = asked(
        name, table, both=lambda t: t.a & t.b, one=lambda t: t.a | t.b, no=lambda t: ~t.a,
        dark=lambda t: untold(~t.a), dim=lambda t: untold(t.a & t.b),
        same=lambda t: numbers.equal(t.a, ibis.null("boolean")),
    )  # fmt: skip

    for row in rows:
        a, b = row["a"], row["b"]
        both = False if False in (a, b) else None if None in (a, b) else True
        assert row["both"] is both
        assert row["one"] is (True if True in (a, b) else None if None in (a, b) else False)
        assert row["no"] is (None if a is None else not a)
        assert (row["dark"], row["dim"], row["same"]) == (a is None, both is None, None)


@EACH
def test_codes_are_text_and_nothing_is_trimmed(name):
    codes = ["01", "1", " 01", "01 ", "", "在村", None]
    table = pa.table({"code": codes})

    for row in asked(name, table, found=lambda t: t.code.isin(["01"]), empty=lambda t: t.code.isnull()):
        assert row["found"] is (None if row["code"] is None else row["code"] == "01")
        assert row["empty"] is (row["code"] is None)


@EACH
def test_remainders_and_overflow(name):
    """A remainder takes the sign of what is divided; a sum too large stops the run, it does not wrap round."""
    rows = asked(name, pa.table({"x": [-7, 7], "y": [3, -3]}), found=lambda t: t.x % t.y)
    assert [row["found"] for row in rows] == [-1, 1]

    with pytest.raises(Exception, match=r"(?i)overflow"):
        asked(name, pa.table({"x": [2**63 - 1]}), found=lambda t: t.x + t.x)


def test_what_rests_on_a_number_that_nobody_gives_is_not_written_out():
    table = ibis.table({"part": "int64", "whole": "int64"}, name="t")
    part, whole = (numbers.counted(table[name], 100) for name in table.columns)
    flags: numbers.Flags = []
    for one, other in ((numbers.unknown(), whole), (part, numbers.unknown())):
        share = numbers.divide(one, other, flags)
        for column in (share.top.column, numbers.compare("at_least", share, numbers.constant(1), flags)):
            assert column.op().value is None
    assert not numbers.nowhere(numbers.divide(part, whole, flags))


def test_the_bounds_of_wholes_are_written_once_however_many_parts_lie_within():
    fact = Fact("", "thing", Type("count"), Text("", ""), Text("", ""))
    names = [f"f{number}" for number in range(8)]  # each a part of the one before
    facts = {name: replace(fact, name=name, part_of=tuple(names[at - 1 : at])) for at, name in enumerate(names)}
    columns = {name + end: "int64" for name in names for end in ("", *ENDS)}
    query = str(ibis.to_sql(narrowed(facts, ibis.table(columns, name="t"), names), dialect="duckdb"))
    pairs = len(names) - 1
    assert query.count("LEAST(") + query.count("GREATEST(") == pairs * (pairs + 1)  # a chain of k steps names k pairs
