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
from rules.model import Edition, Fact, Op, Ref
from rules.model.uses import Used, fact_of, read_by, read_in_lists, refs
from rules.table import numbers
from rules.table.adding import DOUBT, MORE, OPEN, added, amounts_of, by_day, read
from rules.table.columns import ASIDE, ENDS, KEY, around, key_of
from rules.table.errors import NoKey, TableError, about
from rules.table.frames import RowFrame
from rules.table.judge import frame_of, prepare
from rules.table.numbers import D38, Num, literal
from rules.table.order import heights
from rules.table.parts import exceeds, marked, narrowed
from rules.table.rows import BEYOND, DAY, WORKING, Days, When
from rules.table.values import known, some, truth, untold

SHOWN = 3  # ids named in a message


class Repeated(TableError):
    """A record stands in a table more than once and would count twice."""


class Counting:
    """Adds records up under one edition on one day, or on many: then there is a row for each day."""

    def __init__(self, edition: Edition, on: When, standing: Collection[str] = ()) -> None:
        self.edition, self.on, self.standing = edition, on, standing
        self.judged: Collection[str] = ()  # subjects whose records have their conclusions: they are not drawn again
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
            if pair.given and not {*pair.facts, *pair.between} & {*table.columns} <= given:
                for one in pair.facts:
                    odds[one].append(exceeds(table, pair))
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
            raise NoKey(f"{below} 的表里没有列 {key}。", f"The table of {below} has no column {key}.")
        if below in self.judged and BEYOND in records.columns:  # the engine has judged such a record, or none could
            records = records.drop(BEYOND)
        groups, bottoms = self._grouped(subject, facts, frame_of(self.edition, below, self.on, records), key)
        joined = table
        for one in groups:
            same = [(own, name) for own, name in ((KEY, key), (DAY, DAY)) if name in one.columns]
            joined = joined.left_join(one, same)
        columns = {name: joined[name] for name in table.columns}
        for name, fact in facts.items():
            aside = joined[below + ASIDE] if below + ASIDE in table.columns else None
            for column, found in read(name, fact, joined, bottoms, aside).items():
                old = columns.get(column)
                columns[column] = found if old is None else ibis.coalesce(old, found.cast(old.type()))
        return joined.select(**{BEYOND: truth(False), **columns})

    def _grouped(
        self, subject: str, facts: Mapping[str, Fact], frame: RowFrame, key: str
    ) -> tuple[list[Any], dict[str, tuple[int, int]]]:
        """One row for each record above, with what adds up and whether any of it is in doubt; on many days, a table of
        what is the same on all of them, and one of the rest with a row for each."""
        ops = {name: fact.counted for name, fact in facts.items() if fact.counted is not None}
        asked = [used for op in ops.values() for used in refs(op, subject)]
        frame.done, frame.standing = frame.subject in self.judged, self.standing
        with about(f"{subject}: counted", subject):
            prepare(frame, [(home, ref) for home, ref in asked if ref.what != "records"])
            frame.work_out([part for op in ops.values() for part in (op.each, op.where)])
        parts, bottoms = self._parts(subject, ops, frame)
        records = {of: self._fields(subject, of, frame.given_columns)
                   for of in {op.args[0].type.of for op in ops.values() if op.name == "records"}}  # fmt: skip
        groups = []
        for keys, chosen in by_day(key, frame.rows, parts):
            here = {name: ops[name] for name in chosen if name in ops}
            fields = chain(*(records[op.args[0].type.of] for op in here.values() if op.name == "records"))
            columns = {name: frame.rows.read(name) for name in dict.fromkeys((*keys, *fields))}
            rows = frame.rows.select(reduce(or_, chosen.values(), columns))
            groups.append(added(rows, keys, here, records))
        return groups, bottoms

    def _parts(
        self, subject: str, ops: Mapping[str, Op], frame: RowFrame
    ) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[int, int]]]:
        """What each record adds to each count, and whether that is in doubt. Of totals their denominators as well, and
        the most that a numerator can be."""
        seen = {}
        for name, op in ops.items():
            with about(f"{subject}.{name}", subject):
                within = truth(True) if op.where is None else frame.holds(op.where)
                seen[name] = within, None if op.each is None else amounts_of(op.each, frame)
        beyond = frame.rows.beyond()
        parts, bottoms = dict[str, dict[str, Any]](), dict[str, tuple[int, int]]()
        for name, (holds, amounts) in seen.items():
            within = holds if beyond is None else self._unless(beyond, holds, ops[name], frame)
            flag = ibis.ifelse(untold(within), literal(1), literal(0))
            if amounts is not None:
                parts[name] = self._total(name, ops[name], frame, within, amounts)
                bottoms[name] = amounts[0].scale or 1, max(one.top.most for one in amounts)
            elif ops[name].name == "count":
                amount = ibis.ifelse(within, literal(1), literal(0))
                parts[name] = {WORKING + name: amount, name + MORE: flag}  # each in doubt could add 1
            else:
                parts[name] = {WORKING + name: within, name + DOUBT: flag}
        return parts, bottoms

    def _unless(self, beyond: Any, within: Any, op: Op, frame: RowFrame) -> Any:
        """Whether a record is in: nobody can tell of one beyond the arithmetic, but where all are, with what they
        give."""
        fact = fact_of(self.edition, frame.subject, op.each) if isinstance(op.each, Ref) else None
        plain = op.each is None or (fact is not None and fact.given)
        return within if op.where is None and plain else ibis.ifelse(beyond, truth(None), within)

    def _total(self, name: str, op: Op, frame: RowFrame, within: Any, amounts: Sequence[Num]) -> dict[str, Any]:
        """What each record adds to a total: at least, and how much more it could, where no amount is below zero."""
        value, low, high = (numbers.lift(one.top, True) for one in amounts)
        nothing, doubt = literal(0, True), ~known(amounts[0])
        least = ibis.ifelse(within, ibis.coalesce(value, low, nothing), nothing)
        flag = ibis.ifelse(untold(within) | (within & doubt), literal(1), literal(0))
        columns = {WORKING + name: least.cast(D38), name + DOUBT: flag}
        fact = fact_of(self.edition, frame.subject, op.each) if isinstance(op.each, Ref) else None
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
            if home != below or (below in self.judged and ref.what == "outcome" and ref.name in columns):
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
