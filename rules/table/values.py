"""The forms of an expression's value on a table: an exact number, a date, a list of records, or a plain column; and
the columns in which it leaves the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops

from rules.table import numbers
from rules.table.columns import TYPES
from rules.table.errors import NotTabular
from rules.table.numbers import D38, INT64, NARROW, WIDE, Flags, Num, Truth, Whole, lift, whole
from rules.values.exact import Type, Value
from rules.values.limits import PLACES

Day = Any  # a date, or a column of dates
Cell = Any  # a Num, Records, a date, or a column of dates, booleans or codes


TOP, BOTTOM = "__top", "__bottom"  # of a figure that leaves the table as a fraction
CARRIED = "carried$"  # before the name of a derived fact that a table has of the records around its rows


@dataclass(frozen=True, slots=True)
class Records:
    """A column of lists of records of a subject."""

    column: Any
    subject: str


def truth(value: bool | None) -> Truth:
    return ibis.null("boolean") if value is None else ibis.literal(value)


def constant(value: Value, type: Type) -> Cell:
    """A value that is the same in every row; None is not known."""
    if value is None:
        return unknown(type)
    if type.is_number:
        return numbers.constant(value)
    return value if isinstance(value, date) else ibis.literal(value)


def unknown(type: Type) -> Cell:
    if type.is_number:
        return numbers.unknown()
    if type.of:
        return Records(ibis.null("array<struct<id: string>>"), type.of)
    return ibis.null(TYPES.get(type.kind, dt.string))


def known(cell: Cell) -> Truth:
    if isinstance(cell, Num):
        return numbers.known(cell)
    if isinstance(cell, date):
        return truth(True)
    return ~untold(cell.column if isinstance(cell, Records) else cell)


def untold(column: Any) -> Truth:
    """Whether a column is null. Ibis writes `NOT x IS NULL` for a negation, which SQL takes for its opposite; within
    a function's brackets nothing is mistaken."""
    return _bracketed(column).isnull()


def _bracketed(column: Any) -> Any:
    op = column.op()
    if isinstance(op, ops.Not):
        return _bracketed(op.arg.to_expr())  # null where its argument is
    return column if isinstance(op, ops.Field | ops.StructField | ops.Literal) else ibis.coalesce(column)


def choose(cases: Sequence[tuple[Truth, Cell]], other: Cell | None, type: Type, flags: Flags) -> Cell:
    """The cell of the first case that is true; `other`, or not known, where none is."""
    if type.is_number:
        return numbers.choose(list(cases), other, flags)
    if type.of:
        raise NotTabular("choose", "不能在两个列表之间选择", "a choice between lists")
    last = unknown(type) if other is None else plain(other)
    return ibis.cases(*((case, plain(cell)) for case, cell in cases), else_=last)


def plain(cell: Cell) -> Any:
    """A cell that is no number as a column."""
    return ibis.literal(cell, "date") if isinstance(cell, date) else cell


def every(parts: Sequence[Truth]) -> Truth:
    """Kleene's `and`."""
    return balanced(and_, parts) if parts else truth(True)


def some(parts: Sequence[Truth]) -> Truth:
    """Kleene's `or`."""
    return balanced(or_, parts) if parts else truth(False)


def balanced(join: Callable[[Any, Any], Any], parts: Sequence[Any]) -> Any:
    """Parts joined in pairs, and these in pairs: a thousand of them one by one lie too deep for an engine."""
    while len(parts) > 1:
        parts = [reduce(join, parts[place : place + 2]) for place in range(0, len(parts), 2)]
    return parts[0]


def ranks(cell: Any, type: Type) -> Any:
    """The place of a code among its choices as a whole number, negative, so that the first is the highest."""
    places = [(numbers.equal(cell, code), numbers.literal(-place)) for place, code in enumerate(type.choices)]
    return ibis.cases(*places, else_=ibis.null("int64"))


def order_key(cell: Cell, type: Type) -> Cell:
    """The sort key of cells of a type."""
    if type.ranked:
        return ranks(cell, type)
    return cell if isinstance(cell, Num) else plain(cell)


def compare(operator: str, left: Cell, right: Cell, flags: Flags) -> Truth:
    """Whether one key stands to another as the operator says; null where either is not known."""
    if isinstance(left, Num):
        return numbers.compare(operator, left, right, flags)
    return numbers.COMPARE[operator](plain(left), plain(right))


# --- out of the table ------------------------------------------------------------------------------------------------


def shown(name: str, cell: Cell) -> dict[str, Any]:
    """The columns in which a cell leaves the table: a figure is a decimal of up to six places where that is exact,
    else a numerator and a denominator."""
    if not isinstance(cell, Num):
        return {name: plain(cell)}
    places = None if cell.scale is None else _places(cell.scale)
    if places is None or len(str(cell.top.most)) + places > D38.precision:
        return {name + TOP: lift(cell.top), name + BOTTOM: lift(cell.bottom)}
    if cell.scale == 1 and cell.top.most <= NARROW:
        return {name: lift(cell.top).cast(INT64)}
    type = dt.Decimal(D38.precision, places)  # of both factors, and no finer than Spark keeps in a product
    unit = ibis.literal(Decimal(10**places // cell.bottom.column).scaleb(-places), type)
    # DuckDB doubles the places of a product; Ibis, which does not know, would leave the cast back to `type` out
    return {name: ops.Cast(lift(cell.top).cast(type) * unit, type).to_expr()}


def carried(columns: Mapping[str, Any], name: str, type: Type) -> Cell:
    """A cell from the columns in which it left a table."""
    if not type.is_number:
        return columns[name]
    if name not in columns:
        return Num(*(Whole(columns[name + end].cast(D38), WIDE) for end in (TOP, BOTTOM)))
    column = columns[name]
    scale = column.type().scale if column.type().is_decimal() else 0
    top = column * ibis.literal(10**scale) if scale else column
    return Num(Whole(top.cast(D38), WIDE), whole(10**scale))


def _places(bottom: int) -> int | None:
    """The decimal places that a fraction over `bottom` has at most; None where six do not suffice."""
    return next((places for places in range(PLACES + 1) if 10**places % bottom == 0), None)
