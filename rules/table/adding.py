"""Adds up, for each record above, what the records below it come to, and the ends of that where some are in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from rules.model import Expr, Fact, Op
from rules.table import bounds, numbers, spans
from rules.table.columns import ENDS
from rules.table.errors import NotTabular
from rules.table.frames import RowFrame
from rules.table.lists import MOST
from rules.table.numbers import D38, INT64, Num, Whole, literal
from rules.table.rows import DAY, WORKING, Rows
from rules.table.values import shown, truth

DOUBT, MORE, OPEN = (f"{WORKING}{one}" for one in ("doubt", "more", "open"))  # records in doubt, what they could add


def amounts_of(each: Expr, frame: RowFrame) -> list[Num]:
    """The amount of each record, and its ends, over one denominator."""
    num = frame.evaluate(each)
    ends = bounds.interval(each, frame) or spans.point(num)
    same = numbers.alike([num, ends.low, ends.high], frame.flags)
    if same is None:
        raise NotTabular("total", "各条记录的分母不同", "the records have different denominators")
    return same


def by_day(key: str, rows: Rows, parts: Mapping[str, Mapping[str, Any]]) -> list[tuple[tuple[str, ...], Any]]:
    """By what to add up, and what: by the day, too, what differs with it; where each record has its own, all does."""
    if DAY not in rows.columns:
        return [((key,), parts)]
    daily = {name: one for name, one in parts.items() if rows.days is None or rows.daily(one.values())}
    same = {name: one for name, one in parts.items() if name not in daily}
    return [(keys, chosen) for keys, chosen in (((key,), same), ((key, DAY), daily)) if chosen]


def added(rows: Any, keys: Sequence[str], ops: Mapping[str, Op], records: Mapping[str, Sequence[str]]) -> Any:
    """The records of each record above added up."""
    sums = {}
    for name, op in ops.items():
        if op.name == "records":
            record = ibis.struct({one: rows[one] for one in records[op.args[0].type.of]})
            sums[name] = record.collect(where=ibis.coalesce(rows[WORKING + name], truth(False))).sort()  # by the id
        else:
            sums[name] = rows[WORKING + name].sum()
        if name + MORE in rows.columns:
            sums[name + MORE] = rows[name + MORE].sum()
        sums |= {one: rows[one].max() for one in (name + DOUBT, name + OPEN) if one in rows.columns}
    return rows.group_by([rows[name] for name in keys]).agg(**sums)


def read(name: str, fact: Fact, joined: Any, bottoms: Mapping[str, tuple[int, int]], aside: Any) -> dict[str, Any]:
    """What was added up, and its ends where it is in doubt; of no records at all nothing, which is known. `aside` is
    the number of records that were set aside, which are in doubt as well."""
    column = joined[name + "_right"] if name + "_right" in joined.columns else joined[name]
    more = ibis.coalesce(aside, literal(0)) if aside is not None else literal(0)
    counts = fact.counted is not None and fact.counted.name == "count"
    doubtful = joined[name + (MORE if counts else DOUBT)]
    doubt = ibis.coalesce(doubtful, literal(0)) + more > literal(0)
    if fact.type.of:
        empty = ibis.literal([], column.type())
        return {name: ibis.ifelse(doubt, ibis.null(column.type()), ibis.coalesce(column, empty))}
    bottom, most = bottoms.get(name, (1, 1))

    def out(column: Any, when: Any) -> dict[str, Any]:
        whole = ibis.coalesce(column.cast(D38), literal(0, True))
        whole = whole.cast(INT64) if counts else whole  # by way of a decimal: a sum of DuckDB is wider than Ibis thinks
        top = Whole(ibis.ifelse(when, whole, numbers.null_like(whole)), most * MOST)
        columns = shown(name, Num(top, numbers.whole(bottom)))
        if len(columns) > 1:
            raise NotTabular("total", "合计的小数位太多", "a total with too many decimal places")
        return columns

    found = out(column, ~doubt)
    if name + MORE in joined.columns:
        least = ibis.coalesce(column.cast(D38), literal(0, True))
        top = least + ibis.coalesce(joined[name + MORE].cast(D38), literal(0, True)) + more.cast(D38)
        closed = truth(True)
        if not counts:  # a record in doubt counts once at most; its amount may have no upper bound
            closed = (ibis.coalesce(joined[name + OPEN], literal(0)) == literal(0)) & (more == literal(0))
        for end, value, when in zip(ENDS, (least, top), (doubt, doubt & closed), strict=True):
            found[name + end] = out(value, when)[name]
    return found
