"""Operations over lists of records: lambdas over a column of arrays, so that no row leaves its place."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from itertools import count as counter
from typing import Any

import ibis

from rules.model import Expr, Op
from rules.table import dates, numbers
from rules.table.errors import NotTabular
from rules.table.frame import Frame, Translation
from rules.table.numbers import D38, INT64, NARROW, WIDE, Flags, Num, Whole, counted, literal, null_like
from rules.table.values import Cell, Records, compare, known, order_key, plain, some, truth, unknown, untold
from rules.values.limits import MOST_RECORDS

_numbers = counter()
Statistic = Callable[[Any, Num, Flags], Num]  # of a list of numerators, of which one is like the number
MOST = MOST_RECORDS * 10_000  # records of a list that is made from a table


def over(records: Records, frame: Frame, say: Callable[..., Any], how: str) -> Any:
    """Map or filter a list by a value of each record; a record beyond the arithmetic flags the row."""
    flags: Flags = []

    def one(item: Any, *place: Any) -> Any:
        return say(frame.element(item, records.subject, flags), *place)

    def flagged(item: Any) -> Any:
        inner: Flags = []
        say(frame.element(item, records.subject, inner))
        return some([ibis.coalesce(flag, truth(False)) for flag in inner])

    column = getattr(records.column, how)(named(one))
    if flags:
        frame.flags.append(records.column.filter(named(flagged)).length() > 0)
    return column


def named(function: Callable[..., Any], index: bool = False) -> Callable[..., Any]:
    """A lambda whose parameter has a name of its own, so that one inside another does not hide it."""
    number = next(_numbers)
    names = [f"r{number}", f"n{number}"] if index else [f"r{number}"]

    def lambda_(**given: Any) -> Any:
        return function(*given.values())

    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    lambda_.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return lambda_


# --- which records ---------------------------------------------------------------------------------------------------


def records_of(op: Op, frame: Frame) -> Records:
    records = frame.evaluate(op.args[0])
    assert isinstance(records, Records)
    return records


def _of_each(op: Op) -> Expr:
    assert op.each is not None  # the grammar demands it
    return op.each


def _no_doubt(op: Op, records: Records, frame: Frame) -> Any:
    """Whether every record can be told in or out, and has a value if it is in."""
    if op.where is None and op.each is None:
        return records.column.notnull()

    def doubt(inner: Frame) -> Any:
        within = inner.holds_where(op)
        if op.each is None:
            return untold(within)
        return untold(within) | (within & ~known(inner.evaluate(op.each)))

    return over(records, frame, doubt, "filter").length() == 0


def _chosen(op: Op, records: Records, frame: Frame) -> Records:
    if op.where is None:
        return records
    return Records(over(records, frame, lambda inner: inner.holds_where(op), "filter"), records.subject)


def _many(op: Op, records: Records, frame: Frame) -> Any:
    return _chosen(op, records, frame).column.length().cast(INT64)


def _count(op: Op, frame: Frame) -> Num:
    if op.where is None:
        return counted(_many(op, records_of(op, frame), frame), MOST)
    sure, doubt = tally(op, frame)
    return counted(_if(numbers.lift(doubt.top) == 0, numbers.lift(sure.top)), MOST)


def tally(op: Op, frame: Frame) -> tuple[Num, Num]:
    """How many records are in, and how many cannot be told, in columns of their own."""
    place = ("tally", id(op))
    if place not in frame.memo:
        records = records_of(op, frame)
        doubt = over(records, frame, lambda inner: untold(inner.holds_where(op)), "filter")
        many = {"in": counted(_many(op, records, frame), MOST), "open": counted(doubt.length().cast(INT64), MOST)}
        frame.memo[place] = tuple(frame.settle(f"tally{len(frame.memo)}$", many).values())
    return frame.memo[place]  # type: ignore[no-any-return]


def _if(sure: Any, column: Any) -> Any:
    return ibis.ifelse(sure, column, null_like(column))


# --- values of the records -------------------------------------------------------------------------------------------


def _each(op: Op, records: Records, frame: Frame) -> tuple[Any, Num]:
    """The numerators of the chosen records' values over one fixed denominator, and what a value is like."""
    each, shape = _of_each(op), list[Num]()

    def top(inner: Frame) -> Any:
        num = inner.evaluate(each)
        if num.scale is None:
            raise NotTabular(op.name, "各条记录的分母不同", "the records have different denominators")
        shape[:] = [num]
        return numbers.lift(num.top, summed(num) is D38).cast(summed(num))

    return over(_chosen(op, records, frame), frame, top, "map"), shape[0]


def summed(num: Num) -> Any:
    """The type that holds the sum of many such numerators."""
    return D38 if num.top.most * MOST > NARROW else INT64


def _sum(op: Op, records: Records, frame: Frame) -> tuple[Whole, Num]:
    """The sum of the numerators, null for none; and what a value is like."""
    tops, shape = _each(op, records, frame)
    return Whole(tops.sums().cast(summed(shape)), min(shape.top.most * MOST, WIDE)), shape


def _total(op: Op, frame: Frame) -> Num:
    records = records_of(op, frame)
    (total, most), shape = _sum(op, records, frame)
    nothing = literal(0, total.type().is_decimal())
    return Num(Whole(_if(_no_doubt(op, records, frame), ibis.coalesce(total, nothing)), most), shape.bottom)


def mean(tops: Any, shape: Num, flags: Flags) -> Num:
    """Of numerators; of none it is not known, and so it is of the statistics below."""
    many = tops.length().cast(INT64)
    bottom, deep = numbers.times(Whole(many, MOST), shape.bottom, flags)
    total = tops.sums().cast(summed(shape))
    return Num(Whole(_if(many > 0, total), min(shape.top.most * MOST, WIDE)), Whole(_if(many > 0, bottom), deep))


def median(tops: Any, shape: Num, flags: Flags) -> Num:
    ordered, many = tops.sort(), tops.length().cast(INT64)
    there = many > 0
    low, high = (ordered[ibis.ifelse(there, place, literal(0)) >> literal(1)] for place in (many - 1, many))
    both, most = numbers.plus(Whole(low, shape.top.most), Whole(high, shape.top.most), flags)
    return Num(Whole(_if(there, both), most), numbers.times(shape.bottom, numbers.whole(2), flags))


def lowest(tops: Any, shape: Num, _flags: Flags) -> Num:
    return Num(Whole(tops.mins().cast(summed(shape)), shape.top.most), shape.bottom)


def highest(tops: Any, shape: Num, _flags: Flags) -> Num:
    return Num(Whole(tops.maxs().cast(summed(shape)), shape.top.most), shape.bottom)


def _statistic(compute: Statistic, op: Op, frame: Frame) -> Num:
    records = records_of(op, frame)
    made = compute(*_each(op, records, frame), frame.flags)
    return Num(Whole(_if(_no_doubt(op, records, frame), made.top.column), made.top.most), made.bottom)


def _extreme(least: bool, op: Op, frame: Frame) -> Cell:
    records, each = records_of(op, frame), _of_each(op)
    if op.type.is_number:
        return _statistic(lowest if least else highest, op, frame)
    sure = _no_doubt(op, records, frame)
    keys = over(_chosen(op, records, frame), frame, lambda inner: order_key(inner.evaluate(each), op.type), "map")
    key = keys.mins() if least else keys.maxs()
    if not op.type.ranked:
        return _if(sure, key)
    codes = [(sure & (key == literal(-place)), code) for place, code in enumerate(op.type.choices)]
    return ibis.cases(*codes, else_=plain(unknown(op.type)))


def _quantified(settles: bool, op: Op, frame: Frame) -> Any:
    """One record that is so settles it; else one that cannot be told leaves it open."""
    records = records_of(op, frame)

    def settling(inner: Frame) -> Any:
        return inner.holds_where(op) if settles else ~inner.holds_where(op)

    settled = over(records, frame, settling, "filter").length() > 0
    open_ = over(records, frame, lambda inner: untold(inner.holds_where(op)), "filter").length() > 0
    return ibis.cases((settled, truth(settles)), (open_, truth(None)), (records.column.notnull(), truth(not settles)),
                      else_=truth(None))  # fmt: skip


# --- places ----------------------------------------------------------------------------------------------------------


def _rank(op: Op, frame: Frame) -> Num:
    each, records = _of_each(op), records_of(op, frame)
    own = order_key(frame.evaluate(each), each.type)
    operator = "above" if op.option == "highest" else "below"

    def better(inner: Frame) -> Any:
        peer = order_key(inner.evaluate(each), each.type)
        return inner.holds_where(op) & compare(operator, peer, own, inner.flags)

    ahead = over(records, frame, better, "filter").length().cast(INT64)
    sure = _no_doubt(op, records, frame) & known(own) & (_many(op, records, frame) > 0)
    return counted(_if(sure, ahead + literal(1)), MOST)


def streak(op: Op, frame: Frame, doubt: bool | None = None) -> Num:
    """The records in order, latest first, and of one year the worst first; the first that breaks the row ends it, one
    that cannot be told hides it, or holds or not as `doubt` says, and what comes before counts by its years."""
    code = {None: 1, True: 2, False: 0}[doubt]
    each, records, steps = _of_each(op), records_of(op, frame), list[int]()

    def placed(inner: Frame) -> Any:
        key, step = _key(inner.evaluate(each))
        steps[:] = [step]
        holds = inner.holds_where(op)
        verdict = ibis.cases((holds, literal(2)), (~holds, literal(0)), else_=literal(code))
        return ibis.struct({"key": -key, "verdict": verdict})

    in_order = over(records, frame, placed, "map").sort()
    first = in_order.map(named(partial(_end, in_order, steps[0]), index=True)).mins()
    row = in_order[: ibis.coalesce(first >> literal(1), records.column.length().cast(INT64))]
    years = row.map(named(lambda one: one["key"])).unique().length().cast(INT64)
    length = ibis.ifelse(ibis.coalesce(first % literal(2) == 1, truth(False)), ibis.null(INT64), years)
    unkeyed = over(records, frame, lambda inner: ~known(inner.evaluate(each)), "filter").length()
    return counted(_if(unkeyed == 0, length), MOST)


def _key(value: Cell) -> tuple[Any, int]:
    """A whole number that places a record, and how far that of the next one is from it; 0 where any may be next."""
    if not isinstance(value, Num):
        return dates.ymd(value), 0
    if value.scale is None:
        raise NotTabular("streak", "次序的分母不同", "an order by fractions")
    return numbers.lift(value.top), value.scale


def _end(in_order: Any, step: int, item: Any, number: Any) -> Any:
    """Twice the place of a record that ends the row, one more where it cannot be told; null of one that goes on."""
    before = in_order[ibis.ifelse(number > 0, number - 1, literal(0))]
    gap = item["key"].notin([before["key"], before["key"] + literal(step)]) if step else truth(False)
    if step > 1:  # only whole numbers follow on one another
        gap &= item["key"] % literal(step) == 0
    double = number.cast(INT64) * literal(2)
    return ibis.cases((gap | (item["verdict"] == 0), double), (item["verdict"] == 1, double + literal(1)),
                      else_=ibis.null(INT64))  # fmt: skip


TRANSLATIONS: dict[str, Translation] = {
    "count": _count,
    "total": _total,
    "mean": partial(_statistic, mean),
    "median": partial(_statistic, median),
    "lowest": partial(_extreme, True),
    "highest": partial(_extreme, False),
    "every": partial(_quantified, False),
    "some": partial(_quantified, True),
    "rank": _rank,
    "streak": streak,
}
