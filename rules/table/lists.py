"""Operations over lists of records: lambdas over a column of arrays, so that no row leaves its place."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import count as counter
from typing import Any

import ibis

from rules.model import Op
from rules.table import dates, numbers
from rules.table.errors import NotTabular
from rules.table.frame import Frame
from rules.table.numbers import D38, INT64, NARROW, Num, counted, literal
from rules.table.translations import translates
from rules.table.values import Cell, Records, compare, known, order_key, plain, truth, unknown, untold
from rules.values.limits import MOST_RECORDS

_numbers = counter()
MOST = MOST_RECORDS * 10_000  # records of a list that is made from a table


def _records(op: Op, frame: Frame) -> Records:
    found = frame.evaluate(op.args[0])
    assert isinstance(found, Records)
    return found


def over(records: Records, frame: Frame, say: Callable[[Frame], Any], how: str) -> Any:
    """Map or filter a list by what is said of each record; a record beyond the arithmetic flags the row."""

    def body(said: Callable[[Frame], Any]) -> tuple[Any, list[Any]]:
        flags: list[Any] = []

        def one(item: Any) -> Any:
            return said(frame.element(item, records.subject, flags))

        return getattr(records.column, how)(_named(one)), flags

    found, flags = body(say)
    if flags:

        def flagged(inner: Frame) -> Any:
            say(inner)
            any_flag = truth(False)
            for flag in inner.flags:
                any_flag |= ibis.coalesce(flag, truth(False))
            return any_flag

        frame.flags.append(_any(records, flagged, frame))
    return found


def _any(records: Records, say: Callable[[Frame], Any], frame: Frame) -> Any:
    def one(item: Any) -> Any:
        return say(frame.element(item, records.subject, []))

    return records.column.filter(_named(one)).length() > 0


def _named(function: Callable[..., Any], index: bool = False) -> Callable[..., Any]:
    """A lambda whose parameter has a name of its own, so that one inside another does not hide it."""
    number = next(_numbers)
    names = [f"r{number}", f"n{number}"] if index else [f"r{number}"]

    def lambda_(**given: Any) -> Any:
        return function(*given.values())

    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    lambda_.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return lambda_


# --- which records ---------------------------------------------------------------------------------------------------


def _where(op: Op, inner: Frame) -> Any:
    return truth(True) if op.where is None else inner.holds(op.where)


def _no_doubt(op: Op, records: Records, frame: Frame) -> Any:
    """Whether every record can be told in or out, and has a value if it is in."""
    if op.where is None and op.each is None:
        return records.column.notnull()

    def doubt(inner: Frame) -> Any:
        within = _where(op, inner)
        if op.each is None:
            return untold(within)
        value = known(inner.evaluate(op.each))
        return untold(within) | (within & ~value)

    return over(records, frame, doubt, "filter").length() == 0


def _chosen(op: Op, records: Records, frame: Frame) -> Records:
    if op.where is None:
        return records
    return Records(over(records, frame, lambda inner: _where(op, inner), "filter"), records.subject)


@translates("count")
def _count(op: Op, frame: Frame) -> Num:
    records = _records(op, frame)
    size = _chosen(op, records, frame).column.length().cast(INT64)
    if op.where is None:
        return counted(size, MOST)
    return counted(ibis.ifelse(_no_doubt(op, records, frame), size, ibis.null(INT64)), MOST)


def _each(op: Op, records: Records, frame: Frame) -> tuple[Any, Num]:
    """The numerators of the chosen records' values over one fixed denominator, and what a value is like."""
    assert op.each is not None
    shape: list[Num] = []

    def top(inner: Frame) -> Any:
        assert op.each is not None
        num = inner.evaluate(op.each)
        if not num.fixed:
            raise NotTabular(op.name, "各条记录的分母不同", "the records have different denominators")
        shape[:] = [num]
        wide = num.most * MOST > NARROW
        return numbers.lift(num.top, wide).cast(D38 if wide else INT64)

    return over(_chosen(op, records, frame), frame, top, "map"), shape[0]


def _total_of(op: Op, records: Records, frame: Frame) -> tuple[Any, Num, Any]:
    """The sum of the numerators, null for none; what a value is like; whether it can be told."""
    tops, shape = _each(op, records, frame)
    total = tops.sums().cast(D38 if shape.most * MOST > NARROW else INT64)
    return total, shape, _no_doubt(op, records, frame)


@translates("total")
def _total(op: Op, frame: Frame) -> Num:
    total, shape, sure = _total_of(op, _records(op, frame), frame)
    nothing = literal(0, total.type().is_decimal())
    top = ibis.ifelse(sure, ibis.coalesce(total, nothing), numbers.null_like(total))
    return Num(top, shape.bottom, min(shape.most * MOST, numbers.WIDE), shape.deep)


@translates("mean")
def _mean(op: Op, frame: Frame) -> Num:
    records = _records(op, frame)
    total, shape, sure = _total_of(op, records, frame)
    many = _chosen(op, records, frame).column.length().cast(INT64)
    top = ibis.ifelse(sure & (many > 0), total, numbers.null_like(total))
    bottom, deep = numbers.times(many, MOST, shape.bottom, shape.deep, frame.flags)
    return Num(top, ibis.ifelse(many > 0, bottom, numbers.null_like(bottom)),
               min(shape.most * MOST, numbers.WIDE), deep)  # fmt: skip


@translates("median")
def _median(op: Op, frame: Frame) -> Num:
    records = _records(op, frame)
    tops, shape = _each(op, records, frame)
    ordered, many = tops.sort(), tops.length().cast(INT64)
    some = many > 0
    low = ibis.ifelse(some, many - 1, literal(0)) >> literal(1)
    high = ibis.ifelse(some, many, literal(0)) >> literal(1)
    both, most = numbers.plus(ordered[low], shape.most, ordered[high], shape.most, frame.flags)
    top = ibis.ifelse(_no_doubt(op, records, frame) & some, both, numbers.null_like(both))
    return Num(top, shape.bottom * 2, most, shape.deep * 2)


@translates("lowest")
def _lowest(op: Op, frame: Frame) -> Cell:
    return _extreme(op, frame, True)


@translates("highest")
def _highest(op: Op, frame: Frame) -> Cell:
    return _extreme(op, frame, False)


def _extreme(op: Op, frame: Frame, least: bool) -> Cell:
    assert op.each is not None
    records, each = _records(op, frame), op.each
    sure = _no_doubt(op, records, frame)
    if op.type.is_number:
        tops, shape = _each(op, records, frame)
        top = (tops.mins() if least else tops.maxs()).cast(D38 if shape.most * MOST > NARROW else INT64)
        return Num(ibis.ifelse(sure, top, numbers.null_like(top)), shape.bottom, shape.most, shape.deep)
    keys = over(_chosen(op, records, frame), frame, lambda inner: order_key(inner.evaluate(each), op.type), "map")
    key = keys.mins() if least else keys.maxs()
    if op.type.kind == "date":
        return ibis.ifelse(sure, key, plain(unknown(op.type)))
    codes = [(sure & (key == literal(-place)), code) for place, code in enumerate(op.type.choices)]
    return ibis.cases(*codes, else_=plain(unknown(op.type)))


@translates("every")
def _every(op: Op, frame: Frame) -> Any:
    return _quantified(op, frame, False)


@translates("some")
def _some(op: Op, frame: Frame) -> Any:
    return _quantified(op, frame, True)


def _quantified(op: Op, frame: Frame, settles: bool) -> Any:
    """One record that is so settles it; else one that cannot be told leaves it open."""
    records = _records(op, frame)

    def settling(inner: Frame) -> Any:
        holds = _where(op, inner)
        return holds if settles else ~holds

    settled = over(records, frame, settling, "filter").length() > 0
    open_ = over(records, frame, lambda inner: untold(_where(op, inner)), "filter").length() > 0
    return ibis.cases((settled, truth(settles)), (open_, truth(None)), (records.column.notnull(), truth(not settles)),
                      else_=truth(None))  # fmt: skip


@translates("rank")
def _rank(op: Op, frame: Frame) -> Num:
    assert op.each is not None
    each, records = op.each, _records(op, frame)
    own = order_key(frame.evaluate(each), each.type)
    operator = "above" if op.option == "highest" else "below"

    def better(inner: Frame) -> Any:
        peer = order_key(inner.evaluate(each), each.type)
        return _where(op, inner) & compare(operator, peer, own, inner.flags)

    ahead = over(records, frame, better, "filter").length().cast(INT64)
    peers = _chosen(op, records, frame).column.length()
    sure = _no_doubt(op, records, frame) & known(own) & (peers > 0)
    return counted(ibis.ifelse(sure, ahead + literal(1), ibis.null(INT64)), MOST)


@translates("streak")
def _streak(op: Op, frame: Frame) -> Num:
    """The records in order, latest first; the first that breaks the row ends it, one that cannot be told hides it."""
    assert op.each is not None
    each, records, step = op.each, _records(op, frame), [1]

    def key(inner: Frame) -> Any:
        value = inner.evaluate(each)
        if not isinstance(value, Num):
            step[0] = 0
            return dates.ymd(value)
        if not value.fixed:
            raise NotTabular("streak", "次序的分母不同", "an order by fractions")
        step[0] = value.bottom
        return numbers.lift(value.top)

    def one(inner: Frame, number: Any) -> Any:
        holds = _where(op, inner)
        verdict = ibis.cases((holds, literal(1)), (~holds, literal(0)), else_=literal(2))
        return ibis.struct({"key": -key(inner), "number": number.cast(INT64), "verdict": verdict})

    column = records.column

    def located(item: Any, number: Any) -> Any:
        return one(frame.element(item, records.subject, frame.flags), number)

    in_order = column.map(_named(located, index=True)).sort()

    def end(item: Any, number: Any) -> Any:
        before = in_order[ibis.ifelse(number > 0, number - 1, literal(0))]
        gap = (number > 0) & (item["key"] != before["key"] + literal(step[0])) if step[0] else truth(False)
        if step[0] > 1:  # only whole numbers follow on one another
            gap &= item["key"] % literal(step[0]) == 0
        double = number.cast(INT64) * literal(2)
        return ibis.cases((gap | (item["verdict"] == 0), double), (item["verdict"] == 2, double + literal(1)),
                          else_=ibis.null(INT64))  # fmt: skip

    first = in_order.map(_named(end, index=True)).mins()
    length = ibis.cases((first.isnull(), column.length().cast(INT64)), (first % literal(2) == 1, ibis.null(INT64)),
                        else_=first >> literal(1))  # fmt: skip
    unkeyed = over(records, frame, lambda inner: ~known(inner.evaluate(each)), "filter").length()
    return counted(ibis.ifelse(unkeyed == 0, length, ibis.null(INT64)), MOST)
