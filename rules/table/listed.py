"""What a figure over a list may come to in each row where some of its records cannot be told, or their amounts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ibis

from rules.model import Fact, Op, Ref
from rules.model.uses import fact_of
from rules.table import numbers
from rules.table.errors import NotTabular
from rules.table.frame import Frame
from rules.table.lists import (
    MOST,
    Statistic,
    highest,
    lowest,
    mean,
    median,
    named,
    over,
    records_of,
    streak,
    summed,
    tally,
)
from rules.table.numbers import INT64, WIDE, Num, Truth, Whole
from rules.table.values import Records, known, truth, untold

# of the order in which a place is counted: how a better amount stands to another, and its worst and best end
BETTER = {"highest": ("above", "at_most", "at_least"), "lowest": ("below", "at_least", "at_most")}
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
    return _end(op, frame, lowest=True), _end(op, frame, lowest=False), _there(op, frame)


def _given(op: Op, frame: Frame) -> Fact | None:
    """The given fact that the amounts are; None where they are worked out."""
    own = isinstance(op.each, Ref) and not op.each.scope
    fact = fact_of(frame.edition, records_of(op, frame).subject, op.each) if own else None  # type: ignore[arg-type]
    return fact if fact is not None and fact.given else None


def _there(op: Op, frame: Frame) -> Truth:
    """Whether each record that may be in has an amount."""
    records = records_of(op, frame)
    if _given(op, frame) is not None:
        return records.column.notnull()

    def lacking(inner: Frame) -> Truth:
        there, span = known(inner.evaluate(op.each)), inner.allowed(op.each)  # type: ignore[arg-type]
        there = there if span is None else there | ibis.coalesce(span[2], truth(False))
        return ibis.coalesce(inner.holds_where(op), truth(True)) & ~there

    return records.column.notnull() & (over(records, frame, lacking, "filter").length() == 0)


def _amount(op: Op, inner: Frame, *, lowest: bool) -> tuple[Any, Num]:
    """The numerator of a record's amount, or of the least or the greatest that it may be, null where it is endless; and
    what an amount is like."""
    num, span = inner.evaluate(op.each), inner.allowed(op.each)  # type: ignore[arg-type]
    if num.scale is None:
        raise NotTabular(op.name, "各条记录的分母不同", "the records have different denominators")
    nums = [num] if span is None else numbers.alike([num, span[0] if lowest else span[1]], inner.flags) or [num]
    wide = any(bool(summed(one).is_decimal()) for one in nums)
    shape = Num(Whole(num.top.column, max(one.top.most for one in nums)), nums[0].bottom)
    amount = ibis.coalesce(*(numbers.lift(one.top, wide) for one in nums))
    return amount.cast(summed(shape)), shape


def _end(op: Op, frame: Frame, *, lowest: bool) -> Num:
    """The sum of what each record adds at least, or at most; null where one has no such end."""
    records, shape = records_of(op, frame), list[Num]()

    def adds(inner: Frame) -> Any:
        (amount, num), within = _amount(op, inner, lowest=lowest), inner.holds_where(op)
        shape[:] = [num]
        nothing = numbers.literal(0, bool(summed(num).is_decimal()))
        less = amount < nothing if lowest else amount > nothing
        return ibis.cases((~within, nothing), (within, amount), (less, amount), (~less, nothing),
                          else_=numbers.null_like(amount))  # fmt: skip

    added = over(records, frame, adds, "map")
    endless = added.filter(named(untold)).length() > 0
    (num,) = shape
    wide = bool(summed(num).is_decimal())
    total = ibis.coalesce(added.sums().cast(summed(num)), numbers.literal(0, wide))
    return Num(Whole(ibis.ifelse(endless, numbers.null_like(total), total), min(num.top.most * MOST, WIDE)), num.bottom)


def _statistic(compute: Statistic, tight: str, op: Op, frame: Frame) -> Ends | None:
    """The range of a statistic by rules.operations.doubtful; `tight` is the end that no amount more can move."""
    if not op.type.is_number:
        return None
    sure = _those(op, frame, lambda inner: inner.holds_where(op))
    there = _there(op, frame) & (sure.column.length() > 0)
    low, high = (_statistic_end(compute, op, frame, sure, end, tight == end) for end in ("at_most", "at_least"))
    return low, high, there


def _those(op: Op, frame: Frame, which: Callable[[Frame], Truth]) -> Records:
    records = records_of(op, frame)
    return Records(over(records, frame, which, "filter"), records.subject)


def _statistic_end(compute: Statistic, op: Op, frame: Frame, sure: Records, end: str, tight: bool) -> Num:
    """The least (`at_most` all others) or the greatest that a statistic can be."""
    shape, flags = list[Num](), frame.flags

    def amount(inner: Frame) -> Any:
        found, num = _amount(op, inner, lowest=end == "at_most")
        shape[:] = [num]
        return found

    mine = over(sure, frame, amount, "map")
    here = compute(mine, shape[0], flags)
    if tight:
        return here
    here = _unless_endless(mine, here)
    if op.where is None:
        return here
    others = over(_those(op, frame, lambda inner: untold(inner.holds_where(op))), frame, amount, "map")
    there = _unless_endless(others, (lowest if end == "at_most" else highest)(others, shape[0], flags))
    first = numbers.compare(end, here, there, flags)
    return numbers.choose([(others.length() == 0, here), (first, here), (~first, there)], None, flags)


def place(op: Op, frame: Frame, low: Num, high: Num, there: Truth) -> Ends:
    """From the place of a record with the others before it that are surely better, to that with those that may be; the
    ends of its own amount, and whether there is one, are given."""
    records, (how, least, most) = records_of(op, frame), BETTER[op.option]

    def compared(inner: Frame, end: str, own: Num) -> Truth:
        span = inner.allowed(op.each)  # type: ignore[arg-type]
        num = inner.evaluate(op.each) if span is None else span[0 if end == "at_most" else 1]  # type: ignore[arg-type]
        return numbers.compare(how, num, own, inner.flags)

    def sure(inner: Frame) -> Truth:
        return inner.holds_where(op) & compared(inner, least, high if op.option == "highest" else low)

    def possible(inner: Frame) -> Truth:
        may_be = compared(inner, most, low if op.option == "highest" else high)
        return ibis.coalesce(inner.holds_where(op), truth(True)) & ibis.coalesce(may_be, truth(True))

    peers = _those(op, frame, lambda inner: inner.holds_where(op)).column.length() > 0
    ends = [numbers.counted(over(records, frame, one, "filter").length().cast(INT64) + numbers.literal(1), MOST)
            for one in (sure, possible)]  # fmt: skip
    return ends[0], ends[1], there & peers & _there(op, frame)


def _unless_endless(amounts: Any, num: Num) -> Num:
    top = num.top.column
    endless = amounts.filter(named(untold)).length() > 0
    return Num(Whole(ibis.ifelse(endless, numbers.null_like(top), top), num.top.most), num.bottom)


def _streak(op: Op, frame: Frame) -> Ends:
    """From the years in a row of which the condition surely holds to those of which it may."""
    low, high = (streak(op, frame, doubt) for doubt in (False, True))
    return low, high, known(low)


LISTED: dict[str, Callable[[Op, Frame], Ends | None]] = {
    "count": _count,
    "total": _total,
    "mean": partial(_statistic, mean, ""),
    "median": partial(_statistic, median, ""),
    "lowest": partial(_statistic, lowest, "at_least"),
    "highest": partial(_statistic, highest, "at_most"),
    "streak": _streak,
}
