"""Dates on a table, by the calendar and in whole numbers: an engine's own "difference in years" counts new years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops

from rules.model import Op
from rules.table import numbers
from rules.table.errors import NotTabular
from rules.table.frame import Frame, Translation, arguments
from rules.table.numbers import INT64, Num, counted, literal
from rules.table.values import Day, plain

LAST_YEAR = 9999
MONTHS, DAYS = LAST_YEAR * 12, 366 * LAST_YEAR  # no two dates lie further apart
REACH = {"day": DAYS, "month": MONTHS, "year": LAST_YEAR}
DAYS_IN_HUNDRED = 100  # a month and a day as one number


def _part(day: Day, name: str) -> Any:
    return getattr(day, name) if isinstance(day, date) else getattr(day, name)().cast(INT64)


def _of_year(day: Day) -> Any:
    return _part(day, "month") * DAYS_IN_HUNDRED + _part(day, "day")


def _ends_month(day: Day) -> Any:
    return (plain(day) + ibis.interval(days=1)).day() == 1


def years_between(start: Day, end: Day) -> Num:
    ends_leap_year = _ends_month(end) & (_part(end, "month") == 2) & (_part(start, "month") == 2)
    short = ibis.ifelse(~ends_leap_year & (_of_year(end) < _of_year(start)), literal(1), literal(0))
    return counted(_part(end, "year") - _part(start, "year") - short, LAST_YEAR)


def months_between(start: Day, end: Day) -> Num:
    """A month without the day of the start is over on its last day."""
    short = ibis.ifelse(~_ends_month(end) & (_part(end, "day") < _part(start, "day")), literal(1), literal(0))
    months = (_part(end, "year") - _part(start, "year")) * 12 + _part(end, "month") - _part(start, "month")
    return counted(months - short, MONTHS)


def days_between(start: Day, end: Day) -> Num:
    return counted(plain(end).delta(plain(start), unit="day").cast(INT64), DAYS)


def moved(start: Day, length: Num, unit: str) -> Day:
    """The date a period of whole years, months or days later; not known beyond the calendar."""
    reach, amount = REACH[unit], length.top.column
    if length.top.fixed:
        if abs(amount) > reach:
            return ibis.null("date")
        amount = amount * 12 if unit == "year" else amount
        period = ibis.interval(days=amount) if unit == "day" else ibis.interval(months=amount)
    else:
        near = amount.abs() <= reach
        amount = ibis.ifelse(near, amount, ibis.null(amount.type())).cast(INT64)
        amount = amount * 12 if unit == "year" else amount
        period = amount.as_interval("D" if unit == "day" else "M")
    later = ops.Cast((plain(start) + period).op(), dt.date).to_expr()  # a timestamp to DuckDB, a date to Ibis
    year = later.year()
    return ibis.ifelse((year >= 1) & (year <= LAST_YEAR), later, ibis.null("date"))


def ymd(day: Day) -> Any:
    """A date as one whole number in the same order."""
    day = plain(day)
    return _part(day, "year") * DAYS_IN_HUNDRED * DAYS_IN_HUNDRED + _of_year(day)


# --- operations ------------------------------------------------------------------------------------------------------


def _measured(measure: Callable[..., Num]) -> Translation:
    return lambda op, frame: measure(*arguments(op, frame))


def _moved(op: Op, frame: Frame) -> Day:
    start, length = arguments(op, frame)
    if length.value is not None and length.scale != 1:
        return ibis.null("date")  # no whole period
    if length.scale != 1:
        raise NotTabular("date plus", "期限不一定是整数", "a period that need not be whole")
    length = numbers.negative(length) if op.option == "minus" else length
    return moved(start, length, op.args[1].type.unit)


TRANSLATIONS: dict[str, Translation] = {
    "completed_years": _measured(years_between),
    "completed_months": _measured(months_between),
    "days": _measured(days_between),
    "year_of": _measured(lambda day: counted(_part(day, "year"), LAST_YEAR)),
    "month_of": _measured(lambda day: counted(_part(day, "month"), 12)),
    "date": _moved,
}
