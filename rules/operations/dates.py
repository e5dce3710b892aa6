"""Dates: the time between two, the year and the month of one, a date moved by a period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from rules.model import Op
from rules.operations.forms import EXPRESSION, EXPRESSIONS, VALUE
from rules.operations.operation import Formula, Key, Operation, read_list
from rules.operations.phrases import TIGHT, WORDS, Phrase
from rules.values.exact import DATE, OF_YEAR, PERIODS, Type, Value, completed_months, completed_years, shift
from rules.values.text import Text


def _count(unit: str, dates: int, written: str = "") -> Callable[[Sequence[Type]], Type | None]:
    """A count of periods, made of so many dates."""

    def typed(types: Sequence[Type]) -> Type | None:
        return Type("count", unit, written=written) if [*types] == [DATE] * dates else None

    return typed


def _read_date(formula: Formula) -> Op | None:
    day = formula.expression(formula.own, DATE)
    type = None if day is None else formula.operation.typed([day.type])
    return None if day is None or type is None else formula.op((day,), type)


def _moved_type(types: Sequence[Type]) -> Type | None:
    start, period = types
    return DATE if start == DATE and period.kind == "count" and period.unit in PERIODS else None


def _read_moved(formula: Formula) -> Op | None:
    start = formula.expression(formula.own, DATE)
    options = [key for key in ("plus", "minus") if key in formula.node.entries]
    if len(options) != 1:
        return formula.refuse(formula.node, "type.period")
    at = formula.node.entries[options[0]]
    period = formula.expression(at)
    if start is None or period is None:
        return None
    if formula.operation.typed([start.type, period.type]) is None:
        return formula.refuse(at, "type.period")
    return Op(formula.operation.name, (start, period), DATE, option=options[0])


def _moved(op: Op, start: date, length: Value) -> Value:
    """Not known where the period is no whole number, or leads beyond the calendar."""
    if not isinstance(length, int):
        return None
    return shift(start, -length if op.option == "minus" else length, op.args[1].type.unit)


OPERATIONS = (
    Operation(
        "completed_years", (Key("completed_years", EXPRESSIONS),), read_list,
        lambda _op, start, end: completed_years(start, end), "`completed_years: [from, to]`",
        Text("从前一天到后一天满几周年（周岁）", "whole years from the one date to the other (满周岁)"),
        _count("year", 2), whole=True,
        phrases={"": Phrase("{0}至{1}满几年", "completed years from {0} until {1}", WORDS)},
    ),
    Operation(
        "completed_months", (Key("completed_months", EXPRESSIONS),), read_list,
        lambda _op, start, end: completed_months(start, end), "`completed_months: [from, to]`",
        Text("满几个月", "whole months"),
        _count("month", 2), whole=True,
        phrases={"": Phrase("{0}至{1}满几个月", "completed months from {0} until {1}", WORDS)},
    ),
    Operation(
        "days", (Key("days", EXPRESSIONS),), read_list,
        lambda _op, start, end: (end - start).days, "`days: [from, to]`",
        Text("相差几天：后一天减前一天", "days: to minus from"),
        _count("day", 2), whole=True, phrases={"": Phrase("{0}至{1}的天数", "days from {0} until {1}", WORDS)},
    ),
    Operation(
        "date", (Key("date", EXPRESSION, optional={"plus": VALUE, "minus": VALUE}),), _read_moved,
        _moved, "`{date: d, plus: 1 year}` (`minus`)",
        Text(
            "往后（minus 往前）推一段时间；1 月 31 日加一个月是 2 月的最后一天；期限可以是事实",
            "a date; 31 January plus a month is the last of February. The period may be a fact",
        ),
        _moved_type,
        phrases={
            ".plus": Phrase("{0}之后 {1}", "{1} after {0}", WORDS),
            ".minus": Phrase("{0}之前 {1}", "{1} before {0}", WORDS),
        },
    ),
    Operation(
        "year_of", (Key("year_of", EXPRESSION),), _read_date, lambda _op, day: day.year, "`year_of: d`",
        Text("年份", "a count of years"),
        _count("year", 1), phrases={"": Phrase("{0}的年份", "year of {0}", TIGHT)},
    ),
    Operation(
        "month_of", (Key("month_of", EXPRESSION),), _read_date, lambda _op, day: day.month, "`month_of: d`",
        Text("月份", "a count of months"),
        _count("month", 1, OF_YEAR), phrases={"": Phrase("{0}的月份", "month of {0}", TIGHT)},
    ),
)  # fmt: skip
