"""Lists that come as extracts of their own: each row is one record of a list, and says by an id whose it is.

A record without any row has an empty list. A row with a fault is set aside, and the list that it belongs to is not
known: a list without it would be too short."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.cases.checker import REPEATED
from rules.model import Edition
from rules.table.columns import KEY, key_of
from rules.values.text import TextError
from service.county.backend import named, quoted
from service.county.intake.checks import CheckedFile, Checks
from service.county.intake.columns import Fault, Matched, Note, id_in, matched, wrong_id
from service.county.intake.inputs import ROW, Source, Unreadable, opened

OWNER = "owner__"
Read = tuple[int, int, tuple[Note, ...]]  # rows, those set aside, and notes


@dataclass(frozen=True, slots=True)
class Owner:
    """The table that lists are joined to: its subject, its name in DuckDB and its ids in SQL."""

    subject: str
    raw: str
    id: str


def list_of(edition: Edition, subject: str, files: Collection[str]) -> str:
    """The list whose records a file of a subject holds, as OWNER.FACT; "" where it is a table of its own. `files` are
    the subjects that have files. TextError where several lists may be meant, or where the owner has no file."""
    lists = {f"{owner}.{name}": fact.type.of for owner, known in edition.subjects.items()
             for name, fact in known.facts.items() if fact.given and fact.counted is None and fact.type.of}  # fmt: skip
    known = edition.subjects.get(subject)
    alone = known is None or known.within or any(one.subject == subject for one in edition.rules.values())
    fitting = [one for one, of in lists.items() if one == subject or (of == subject and not alone)]
    there = [one for one in fitting if owner_of(one) in files]
    if fitting and not there:
        owners = ", ".join(dict.fromkeys(map(owner_of, fitting)))
        raise TextError(f"{subject} 是列表：还要它所属对象的数据文件（{owners}）。",
                        f"{subject} is a list: the records that it belongs to want a file ({owners}).")  # fmt: skip
    if len(there) > 1:
        names = ", ".join(there)
        raise TextError(f"{subject} 可能是这些列表之一：{names}。请写 --table 列表=文件。",
                        f"{subject} may be one of these lists: {names}. Write --table LIST=FILE.")  # fmt: skip
    return "".join(there)


def owner_of(list_: str) -> str:
    """The subject whose records have a list, OWNER.FACT; "" of any other name."""
    return list_.rpartition(".")[0]


class ListFile:
    """One file of a list, and the reading of it by the checks of a run."""

    def __init__(self, checks: Checks, source: Source, owner: Owner) -> None:
        self.checks, self.duck, self.source, self.owner = checks, checks.duck, source, owner
        self.fact = checks.edition.subjects[owner.subject].facts[source.subject.partition(".")[2]]
        self.of = self.fact.type.of
        self.raw = opened(self.duck, source, checks.scratch)
        self.rows = named(self.raw)
        self.types = {name: type for name, type in self.duck.columns(self.rows).items() if name != ROW}

    def columns(self) -> Matched:
        """The columns of the file: its records lie within their owner."""
        edition = self.checks.edition
        subjects = {**edition.subjects, self.of: replace(edition.subjects[self.of], within=self.owner.subject)}
        return matched(replace(edition, subjects=subjects), self.of, self.types)

    def whose(self, columns: Matched) -> str:
        """The id of the owner in SQL: a column, or the only owner there is; Unreadable where neither is there."""
        if columns.above:
            return id_in(columns.above)
        title, key = self.checks.edition.subjects[self.owner.subject].title, key_of(self.owner.subject)
        if len(only := self.duck.run(f"SELECT {self.owner.id} FROM {named(self.owner.raw)} LIMIT 2")) == 1:
            return quoted(only[0][0])
        raise Unreadable(self.source.path, f"没有写明属于哪个{title.zh}的列（{key} 或 {title.zh}）。",
                         f"No column says which {title.en} a row belongs to ({key}).")  # fmt: skip

    def faults(self, columns: Matched, owner: str, cells: Sequence[Fault]) -> Iterator[Fault]:
        """The faults that a row may have, but for an id that stands twice in one list."""
        at = columns.above or self.owner.subject
        known = f"SELECT {self.owner.id} FROM {named(self.owner.raw)} WHERE {self.owner.id} IS NOT NULL"
        yield Fault(at, f"{owner} IS NULL", "no_record_above")
        yield Fault(at, f"{owner} NOT IN ({known})", "strange_record_above")
        if columns.id:
            yield from (Fault(columns.id, condition, code) for condition, code in wrong_id(id_in(columns.id)))
        yield from cells

    def read(self) -> tuple[str, Read]:
        """Check the rows and gather them by owner: the table of lists, and what was read."""
        duck, checks, columns = self.duck, self.checks, self.columns()
        owner = self.whose(columns)
        shown, cells = checks.facts(self.of, columns.facts, self.types)
        id = id_in(columns.id) if columns.id else "NULL"
        bad = checks.faulty(self.source.subject, self.raw, id, [*self.faults(columns, owner, cells)])
        if columns.id:
            shown, code = {KEY: id, **shown}, f"{REPEATED[0]} {self.source.subject}"
            checks.messages[code] = REPEATED[1:]
            duck.run(
                f"INSERT INTO {bad} SELECT {ROW}, {KEY}, {quoted(columns.id)}, {quoted(code)} FROM (SELECT {ROW}, "
                f"{id} AS {KEY}, {owner} AS {OWNER} FROM {self.rows}) WHERE {KEY} IS NOT NULL AND {ROW} NOT IN "
                f"(SELECT {ROW} FROM {bad}) QUALIFY count(*) OVER (PARTITION BY {OWNER}, {KEY}) > 1"
            )
        rows, faulty = duck.run(f"SELECT (SELECT count(*) FROM {self.rows}), count(DISTINCT {ROW}) FROM {bad}")[0]
        return self.gathered(owner, shown, bad), (rows, faulty, columns.notes)

    def gathered(self, owner: str, shown: Mapping[str, str], bad: str) -> str:
        """The table of lists by owner, each in the order of the file; null where a row of it is set aside."""
        duck, raw, table = self.duck, self.rows, named(f"list_{self.source.subject}")
        cells = ", ".join(f"{value} AS {named(name)}" for name, value in shown.items())
        exact = self.checks.exact(self.raw, shown, duck.columns(f"(SELECT {cells} FROM {raw})"))
        record = ", ".join(f"{quoted(name)}: {value}" for name, value in exact.items())
        faulty = f"(SELECT {ROW} FROM {bad})"
        theirs = f"SELECT DISTINCT {owner} AS {OWNER} FROM {raw} WHERE {ROW} IN {faulty}"
        duck.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT {owner} AS {OWNER}, list({{{record}}} ORDER BY {ROW}) "
            f"AS records FROM {raw} WHERE {ROW} NOT IN {faulty} AND {owner} NOT IN (SELECT {OWNER} FROM ({theirs}) "
            f"WHERE {OWNER} IS NOT NULL) GROUP BY 1 UNION ALL SELECT *, NULL FROM ({theirs})"
        )
        return table


class ListChecks(Checks):
    """Checks of files, some of which hold `lists` of others: these are read with their owners, and `listed` has the
    results."""

    def __init__(self, *about: Any, lists: Sequence[Source], **more: Any) -> None:
        super().__init__(*about, **more)
        self.lists, self.listed = lists, list[CheckedFile]()

    def beside(self, subject: str, raw: str, id: str, facts: Collection[str]) -> str:
        """The name of a view of the owner's table with one more column for each file of a list. Unreadable where the
        table has a column of the list already."""
        joins = values = ""
        for number, source in enumerate(one for one in self.lists if owner_of(one.subject) == subject):
            fact = source.subject.rpartition(".")[2]
            if fact in facts:
                raise Unreadable(source.path, f"所属对象的表里已有 {fact} 一列，只能给一处。",
                                 f"The table of those that it belongs to has a column {fact} already.")  # fmt: skip
            table, (rows, bad, notes) = ListFile(self, source, Owner(subject, raw, id)).read()
            self.listed.append(CheckedFile(source.subject, source.path.name, rows, bad, notes, {}, ()))
            joins += f" LEFT JOIN {table} l{number} USING ({OWNER})"
            values += f", CASE WHEN l{number}.{OWNER} IS NULL THEN [] ELSE l{number}.records END AS {named(fact)}"
        if not joins:
            return raw
        view = f"{raw}_with_lists"
        owners = f"(SELECT *, {id} AS {OWNER} FROM {named(raw)}) r"
        self.duck.run(
            f"CREATE OR REPLACE VIEW {named(view)} AS SELECT r.* EXCLUDE ({OWNER}){values} FROM {owners}{joins}"
        )
        return view
