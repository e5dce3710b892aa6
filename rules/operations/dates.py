"""Dates: the time between two, the year and the month of one, a date moved by a period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from rules.model import Op
from rules.operations.forms import EXPRESSION, VALUE
from rules.operations.operation import Formula, Key, Operation, typed
from rules.operations.phrases import TIGHT, WORDS, Phrase
from rules.values.exact import (
    DATE,
    ORDINAL,
    PERIODS,
    Type,
    Value,
    completed_months,
    completed_years,
    read_literal,
    shift,
)


def _count(unit: str, dates: int, written: str = "") -> Callable[[Sequence[Type]], Type | None]:
    """A count of periods, made of so many dates."""

    def typed(types: Sequence[Type]) -> Type | None:
        return Type("count", unit, written=written) if [*types] == [DATE] * dates else None

    return typed


def _read_date(formula: Formula) -> Op | None:
    return typed(formula, [formula.expression(formula.own, DATE)])


def _moved_type(types: Sequence[Type]) -> Type | None:
    start, period = types
    return DATE if start == DATE and period.kind == "count" and period.unit in PERIODS else None


def _read_moved(formula: Formula) -> Op | None:
    start = formula.expression(formula.own, DATE)
    options = [key for key in ("plus", "minus") if key in formula.node.entries]
    if len(options) != 1:
        return formula.refuse(formula.node, "type.period")
    at = formula.node.entries[options[0]]
    literal = read_literal(at.text)
    if literal is not None and literal.type.kind == "bare":
        return formula.refuse(at, "type.period")
    period = formula.expression(at)
    if start is None or period is None:
        return None
    if formula.operation.typed([start.type, period.type]) is None:
        return formula.refuse(formula.resolver.set_at(period, formula.place) or at, "type.period_unit")
    return Op(formula.operation.name, (start, period), DATE, option=options[0])


def _moved(op: Op, start: date, length: Value) -> Value:
    """Not known where the period is no whole number, or leads beyond the calendar."""
    if not isinstance(length, int):
        return None
    return shift(start, -length if op.option == "minus" else length, op.args[1].type.unit)


OPERATIONS = (
    Operation("completed_years", lambda _op, start, end: completed_years(start, end), _count("year", 2), {
        "": Phrase("{0}至{1}满几年", "completed years from {0} until {1}", WORDS),
    }, whole=True),
    Operation("completed_months", lambda _op, start, end: completed_months(start, end), _count("month", 2), {
        "": Phrase("{0}至{1}满几个月", "completed months from {0} until {1}", WORDS),
    }, whole=True),
    Operation("days", lambda _op, start, end: (end - start).days, _count("day", 2), {
        "": Phrase("{0}至{1}的天数", "days from {0} until {1}", WORDS),
    }, whole=True),
    Operation("date", _moved, _moved_type, {
        ".plus": Phrase("{0}之后 {1}", "{1} after {0}", WORDS),
        ".minus": Phrase("{0}之前 {1}", "{1} before {0}", WORDS),
    }, (Key("date", EXPRESSION, optional={"plus": VALUE, "minus": VALUE}),), _read_moved),
    Operation("year_of", lambda _op, day: day.year, _count("year", 1), {
        "": Phrase("{0}的年份", "year of {0}", TIGHT),
    }, (Key("year_of", EXPRESSION),), _read_date),
    Operation("month_of", lambda _op, day: day.month, _count("month", 1, ORDINAL), {
        "": Phrase("{0}的月份", "month of {0}", TIGHT),
    }, (Key("month_of", EXPRESSION),), _read_date),
)  # fmt: skip
