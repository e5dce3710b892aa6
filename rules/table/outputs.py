"""The form in which figures leave the table: a decimal of up to six places where that is exact, else a numerator and a
denominator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from rules.table.numbers import INT64, NARROW, Num, lift
from rules.table.values import Cell, plain
from rules.values.limits import PLACES

DIGITS = 38
TOP, BOTTOM = "__top", "__bottom"


def shown(name: str, cell: Cell) -> dict[str, Any]:
    """The columns of a cell."""
    if not isinstance(cell, Num):
        return {name: plain(cell)}
    places = _places(cell.bottom) if isinstance(cell.bottom, int) else None
    if places is None or places > PLACES or len(str(cell.most)) + places > DIGITS:
        return {name + TOP: lift(cell.top), name + BOTTOM: lift(cell.bottom)}
    if places == 0 and cell.bottom == 1 and cell.most <= NARROW:
        return {name: lift(cell.top).cast(INT64)}
    type = dt.Decimal(DIGITS, places)  # of both factors, and no finer than Spark keeps in a product
    unit = ibis.literal(Decimal(10**places // cell.bottom).scaleb(-places), type)
    return {name: (lift(cell.top).cast(type) * unit).cast(type)}


def _places(bottom: int) -> int | None:
    """The decimal places that a fraction over `bottom` has at most; None where it need not end."""
    rest, twos, fives = bottom, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None
