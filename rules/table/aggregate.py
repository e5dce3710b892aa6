"""Fills in the facts of a subject from the records below it, as `counted` in facts.yaml declares: villages from their
households, townships from their villages. No record counts twice, and what cannot be told is not known, not zero: it
lies within bounds, which stand in columns beside it. So does what rows that were set aside could add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any

import ibis

from rules.judging.parts import Pair, parts_and_wholes
from rules.model import Edition, Expr, Fact, Op, Ref
from rules.model.uses import Used, fact_of, read_by, read_in_lists, refs
from rules.table import bounds, numbers
from rules.table.columns import ASIDE, ENDS, KEY, around, key_of
from rules.table.errors import NotTabular, TableError, about
from rules.table.frames import RowFrame
from rules.table.judge import frame_of, prepare
from rules.table.lists import MOST
from rules.table.numbers import D38, INT64, Num, Whole, literal
from rules.table.order import heights
from rules.table.parts import exceeds, marked, narrowed
from rules.table.rows import BEYOND, DAY, WORKING, Days, Rows, When
from rules.table.values import known, shown, some, truth, untold

SHOWN = 3  # ids named in a message
DOUBT, MORE, OPEN = (f"{WORKING}{one}" for one in ("doubt", "more", "open"))  # records in doubt, what they could add


class Repeated(TableError):
    """A record stands in a table more than once and would count twice."""


class Counting:
    """Adds records up under one edition on one day, or on many: then there is a row for each day."""

    def __init__(self, edition: Edition, on: When) -> None:
        self.edition, self.on = edition, on
        self.judged = False  # whether records below have the conclusions that can be drawn: they are not drawn again
        self.believing = False  # whether parts that exceed their wholes stand as they were counted

    def declared(self, subject: str, below: str) -> dict[str, Fact]:
        """The facts of a subject that are counted from the records of another."""
        return {
            name: fact
            for name, fact in self.edition.subjects[subject].facts.items()
            if fact.counted is not None and fact.counted.args[0].type.of == below
        }

    def once(self, table: Any) -> None:
        """Refuse a table in which an id occurs more than once, naming some. Runs the query."""
        many = table.group_by(KEY).agg(many=table.count()).filter(ibis._.many > 1).order_by(KEY).limit(SHOWN)
        if found := [str(one) for one in many.to_pyarrow()[KEY].to_pylist()]:
            names = ", ".join(found)
            raise Repeated(f"以下编号在表中不止一次：{names}", f"These ids occur more than once: {names}")

    def fill(
        self,
        subject: str,
        table: Any,
        below: Mapping[str, Any],
        checked: bool = False,
        only: Collection[str] | None = None,
    ) -> Any:
        """The table with its facts, or `only` some, counted from tables of records below, which say in `<subject>_id`
        where they belong. A fact that the table gives stands. Unless `checked`, ids are first seen to occur only
        once."""
        given = frozenset(table.columns)
        table = self.on.each(table) if isinstance(self.on, Days) else table
        for name, records in below.items():
            if not checked:
                self.once(records)
            facts = self.declared(subject, name)
            facts = {one: fact for one, fact in facts.items() if only is None or one in only}
            table = self._filled(subject, facts, table, name, records)
        if self.believing:
            return table
        table = self._believed(subject, table, given)
        ends = {one.removesuffix(ENDS[0]) for one in set(table.columns) - given if one.endswith(ENDS[0])}
        table = narrowed(self.edition.subjects[subject].facts, table, ends) if ends else table
        return self._worked_out(subject, table, given)

    def _worked_out(self, subject: str, table: Any, given: frozenset[str]) -> Any:
        """Of a part and its whole as they are worked out, the counts behind them are not known where the part is
        surely the larger."""
        pairs = [pair for pair in self.held(subject, table.columns) if not pair.given and not {*pair.facts} <= given]
        if not pairs:
            return table
        made, names = marked(self.edition, self.on, table, pairs)
        odds = defaultdict[str, list[Any]](list)
        for pair, name in zip(pairs, names, strict=True):
            for one in self.counts_behind(pair):
                odds[one].append(made[name])
        return made.mutate(**_doubted(made, odds)).select(*table.columns)

    def counts_behind(self, pair: Pair) -> list[str]:
        """The facts of a pair that are not known where it contradicts itself: those that are counted, of a pair that
        is worked out."""
        facts = self.edition.subjects[pair.part.subject].facts
        return [one for one in pair.facts if pair.given or facts[one].counted is not None]

    def _believed(self, subject: str, table: Any, given: frozenset[str]) -> Any:
        """Of a part and its whole, one of them counted, neither is known where the part is the larger, or at least
        larger than the whole at most: both cannot be true, and nothing says which is not."""
        odds = defaultdict[str, list[Any]](list)
        for pair in self.held(subject, table.columns):
            if pair.given and not {*pair.facts} <= given:
                for one in pair.facts:
                    odds[one].append(exceeds(table, *pair.facts))
        return table.mutate(**_doubted(table, odds)) if odds else table

    def held(self, subject: str, columns: Collection[str]) -> list[Pair]:
        """The parts and wholes that are held against each other where all facts behind them are among `columns`, of
        which one is counted."""
        facts = self.edition.subjects[subject].facts
        pairs = [pair for pair in parts_and_wholes(self.edition, subject) if {*pair.facts} <= {*columns}]
        return [pair for pair in pairs if any(facts[one].counted is not None for one in pair.facts)]

    def _filled(self, subject: str, facts: Mapping[str, Fact], table: Any, below: str, records: Any) -> Any:
        if not facts:
            return table
        key = key_of(subject)
        if key not in records.columns:
            raise TableError(f"{below} 的表里没有列 {key}。", f"The table of {below} has no column {key}.")
        groups, bottoms = self._grouped(subject, facts, frame_of(self.edition, below, self.on, records), key)
        joined = table
        for one in groups:
            same = [(own, name) for own, name in ((KEY, key), (DAY, DAY)) if name in one.columns]
            joined = joined.left_join(one, same)
        columns = {name: joined[name] for name in table.columns}
        beyond = truth(False)
        if WORKING + BEYOND in joined.columns:
            beyond = ibis.coalesce(joined[WORKING + BEYOND], beyond)
        for name, fact in facts.items():
            aside = joined[below + ASIDE] if below + ASIDE in table.columns else None
            for column, found in _read(name, fact, joined, beyond, bottoms, aside).items():
                old = columns.get(column)
                columns[column] = found if old is None else ibis.coalesce(old, found.cast(old.type()))
        columns[BEYOND] = columns[BEYOND] | beyond if BEYOND in columns else beyond
        return joined.select(**columns)

    def _grouped(
        self, subject: str, facts: Mapping[str, Fact], frame: RowFrame, key: str
    ) -> tuple[list[Any], dict[str, tuple[int, int]]]:
        """One row for each record above, with what adds up and whether any of it is in doubt; on many days, a table of
        what is the same on all of them, and one of the rest with a row for each."""
        ops = {name: fact.counted for name, fact in facts.items() if fact.counted is not None}
        asked = [used for op in ops.values() for used in refs(op, subject)]
        frame.done = self.judged
        with about(f"{subject}: counted", subject):
            prepare(frame, [(home, ref) for home, ref in asked if ref.what != "records"])
            frame.work_out([part for op in ops.values() for part in (op.each, op.where)])
        parts: dict[str, dict[str, Any]] = {}
        bottoms: dict[str, tuple[int, int]] = {}
        for name, op in ops.items():
            with about(f"{subject}.{name}", subject):
                parts[name] = self._parts(name, op, frame, bottoms)
        records = {of: self._fields(subject, of, frame.given_columns)
                   for of in {op.args[0].type.of for op in ops.values() if op.name == "records"}}  # fmt: skip
        if (beyond := frame.rows.beyond()) is not None:
            parts[WORKING + BEYOND] = {BEYOND: beyond}
        groups = []
        for keys, chosen in _by_day(key, frame.rows, parts):
            here = {name: ops[name] for name in chosen if name in ops}
            fields = chain(*(records[op.args[0].type.of] for op in here.values() if op.name == "records"))
            columns = {name: frame.rows.read(name) for name in dict.fromkeys((*keys, *fields))}
            rows = frame.rows.select(reduce(or_, chosen.values(), columns))
            groups.append(_added(rows, keys, here, records))
        return groups, bottoms

    def _parts(self, name: str, op: Op, frame: RowFrame, bottoms: dict[str, tuple[int, int]]) -> dict[str, Any]:
        within = truth(True) if op.where is None else frame.holds(op.where)
        doubt = untold(within)
        flag = ibis.ifelse(doubt, literal(1), literal(0))
        if op.name == "count":
            amount = ibis.ifelse(within, literal(1), literal(0))
            return {WORKING + name: amount, name + MORE: flag}  # each in doubt could add 1: a sum of them tells both
        if op.each is None:
            return {WORKING + name: within, name + DOUBT: flag}
        return self._total(name, op.each, frame, within, bottoms)

    def _total(
        self, name: str, each: Expr, frame: RowFrame, within: Any, bottoms: dict[str, tuple[int, int]]
    ) -> dict[str, Any]:
        """What each record adds to a total: at least, and how much more it could, where no amount is below zero."""
        num = frame.evaluate(each)
        ends = bounds.interval(each, frame) or bounds.point(num)
        same = numbers.alike([num, ends.low, ends.high], frame.flags)
        if same is None:
            raise NotTabular("total", "各条记录的分母不同", "the records have different denominators")
        value, low, high = (numbers.lift(one.top, True) for one in same)
        assert same[0].scale is not None
        bottoms[name] = same[0].scale, max(one.top.most for one in same)
        nothing, doubt = literal(0, True), ~known(num)
        least = ibis.ifelse(within, ibis.coalesce(value, low, nothing), nothing)
        flag = ibis.ifelse(untold(within) | (within & doubt), literal(1), literal(0))
        columns = {WORKING + name: least.cast(D38), name + DOUBT: flag}
        fact = fact_of(self.edition, frame.subject, each) if isinstance(each, Ref) else None
        if fact is None or fact.minimum is None or fact.minimum < 0:
            return columns
        more = ibis.cases((~within, nothing), (within, high - least), else_=high)
        columns[name + MORE] = ibis.coalesce(more, nothing).cast(D38)
        return columns | {name + OPEN: ibis.ifelse(untold(more), literal(1), literal(0))}

    def _fields(self, subject: str, below: str, columns: frozenset[str]) -> list[str]:
        """The columns of the records below that are looked at in their list: from the record that has it, and from
        those around which it stands."""
        edition = self.edition
        seeing = [name for name in edition.subjects if subject in (name, *around(edition, name))]
        facts = [fact for name in seeing for fact in edition.subjects[name].facts.values()]
        rules = [rule for rule in edition.rules.values() if rule.subject in seeing]

        def behind(used: Used) -> Iterable[Used] | None:
            home, ref = used
            if home != below or (self.judged and ref.what == "outcome" and ref.name in columns):
                return None  # a conclusion that a file gives is not given of every record
            fact = fact_of(edition, home, ref)
            if fact is not None:
                return refs(fact.formula, home)
            return read_by(edition.rules[ref.name]) if ref.what in ("outcome", "output") else None

        start = chain(*map(read_in_lists, facts), *map(read_in_lists, rules))
        read = [ref.name for home, ref in heights(start, behind) if home == below and ref.name in columns]
        ends = [one + end for one in read for end in ENDS if one + end in columns]
        return list(dict.fromkeys([KEY, *read, *ends]))


def _doubted(table: Any, odds: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Facts and their ends, not known where something is odd about them."""
    return {column: ibis.ifelse(some(odd), ibis.null(table[column].type()), table[column])
            for name, odd in odds.items() for column in (name, *(name + end for end in ENDS))
            if column in table.columns}  # fmt: skip


def _by_day(key: str, rows: Rows, parts: Mapping[str, Mapping[str, Any]]) -> list[tuple[tuple[str, ...], Any]]:
    """By what to add up, and what: by the day, too, what differs with it; where each record has its own, all does."""
    if DAY not in rows.columns:
        return [((key,), parts)]
    daily = {name: one for name, one in parts.items() if rows.days is None or rows.daily(one.values())}
    same = {name: one for name, one in parts.items() if name not in daily}
    return [(keys, chosen) for keys, chosen in (((key,), same), ((key, DAY), daily)) if chosen]


def _added(rows: Any, keys: Sequence[str], ops: Mapping[str, Op], records: Mapping[str, Sequence[str]]) -> Any:
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
    if BEYOND in rows.columns:
        sums[WORKING + BEYOND] = rows[BEYOND].max()
    return rows.group_by([rows[name] for name in keys]).agg(**sums)


def _read(
    name: str, fact: Fact, joined: Any, beyond: Any, bottoms: Mapping[str, tuple[int, int]], aside: Any
) -> dict[str, Any]:
    """What was added up, and its ends where it is in doubt; of no records at all nothing, which is known. `aside` is
    the number of records that were set aside, which are in doubt as well."""
    column = joined[name + "_right"] if name + "_right" in joined.columns else joined[name]
    more = ibis.coalesce(aside, literal(0)) if aside is not None else literal(0)
    counts = fact.counted is not None and fact.counted.name == "count"
    doubtful = joined[name + (MORE if counts else DOUBT)]
    doubt = beyond | (ibis.coalesce(doubtful, literal(0)) + more > literal(0))
    if fact.type.of:
        empty = ibis.literal([], column.type())
        return {name: ibis.ifelse(doubt, ibis.null(column.type()), ibis.coalesce(column, empty))}
    bottom, most = bottoms.get(name, (1, 1))

    def added(column: Any, when: Any) -> dict[str, Any]:
        whole = ibis.coalesce(column.cast(D38), literal(0, True))
        whole = whole.cast(INT64) if counts else whole  # by way of a decimal: a sum of DuckDB is wider than Ibis thinks
        top = Whole(ibis.ifelse(when, whole, numbers.null_like(whole)), most * MOST)
        columns = shown(name, Num(top, numbers.whole(bottom)))
        if len(columns) > 1:
            raise NotTabular("total", "合计的小数位太多", "a total with too many decimal places")
        return columns

    found, ranged = added(column, ~doubt), doubt & ~beyond
    if name + MORE in joined.columns:
        least = ibis.coalesce(column.cast(D38), literal(0, True))
        top = least + ibis.coalesce(joined[name + MORE].cast(D38), literal(0, True)) + more.cast(D38)
        closed = truth(True)
        if not counts:  # a record in doubt counts once at most; its amount may have no upper bound
            closed = (ibis.coalesce(joined[name + OPEN], literal(0)) == literal(0)) & (more == literal(0))
        for end, value, when in zip(ENDS, (least, top), (ranged, ranged & closed), strict=True):
            found[name + end] = added(value, when)[name]
    return found
