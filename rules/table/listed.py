"""What a count and a total over a list may come to in each row where some of its records cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import ibis

from rules.model import Fact, Op, Ref
from rules.model.uses import fact_of
from rules.table import numbers
from rules.table.frame import Frame
from rules.table.lists import MOST, named, over, records_of, summed, tally
from rules.table.numbers import WIDE, Num, Truth, Whole
from rules.table.values import known, truth, untold

Ends = tuple[Num, Num, Truth]  # the least and the greatest, endless where null; whether there is a value at all


def _count(op: Op, frame: Frame) -> Ends | None:
    """From the records that are in to those that may be."""
    if op.where is None:
        return None
    sure, doubt = tally(op, frame)
    return sure, numbers.add(sure, doubt, frame.flags), known(sure)


def _total(op: Op, frame: Frame) -> Ends:
    """The amounts of the records that are in, and those of the others as far as they can go to either side. An amount
    that is not given lies within the bounds of its fact."""
    records, each = records_of(op, frame), op.each
    own = isinstance(each, Ref) and not each.scope
    fact = fact_of(frame.edition, records.subject, each) if own else None  # type: ignore[arg-type]
    given = fact if fact is not None and fact.given else None
    there = records.column.notnull()
    if given is None:

        def lacking(inner: Frame) -> Truth:
            return ibis.coalesce(inner.holds_where(op), truth(True)) & ~known(inner.evaluate(each))  # type: ignore[arg-type]

        there &= over(records, frame, lacking, "filter").length() == 0
    return _end(op, frame, given, lowest=True), _end(op, frame, given, lowest=False), there


def _end(op: Op, frame: Frame, fact: Fact | None, *, lowest: bool) -> Num:
    """The sum of what each record adds at least, or at most; null where one has no such end."""
    records, shape = records_of(op, frame), list[Num]()
    limit = None if fact is None else fact.minimum if lowest else fact.maximum

    def adds(inner: Frame) -> Any:
        num, within = inner.evaluate(op.each), inner.holds_where(op)  # type: ignore[arg-type]
        shape[:] = [num]
        wide = bool(summed(num).is_decimal())
        amount, nothing = numbers.lift(num.top, wide).cast(summed(num)), numbers.literal(0, wide)
        if limit is not None:
            end = Fraction(limit) * num.scale
            amount = ibis.coalesce(amount, numbers.literal(end.__floor__() if lowest else end.__ceil__(), wide))
        less = amount < nothing if lowest else amount > nothing
        return ibis.cases((~within, nothing), (within, amount), (less, amount), (~less, nothing),
                          else_=numbers.null_like(amount))  # fmt: skip

    added = over(records, frame, adds, "map")
    endless = added.filter(named(untold)).length() > 0
    (num,) = shape
    wide = bool(summed(num).is_decimal())
    total = ibis.coalesce(added.sums().cast(summed(num)), numbers.literal(0, wide))
    return Num(Whole(ibis.ifelse(endless, numbers.null_like(total), total), min(num.top.most * MOST, WIDE)), num.bottom)


LISTED: dict[str, Callable[[Op, Frame], Ends | None]] = {"count": _count, "total": _total}
