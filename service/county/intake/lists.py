"""Lists that come as extracts of their own: each row is one record of a list, and says by an id whose it is.

A record without any row has an empty list. A row that cannot be used is set aside, and the list that it belongs to is
not known: a list without it would be too short. A cell that cannot be used leaves a fact of one record unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.cases.checker import REPEATED
from rules.model import Edition
from rules.table.columns import KEY, key_of
from rules.values.ids import CARD
from rules.values.text import Text, TextError
from service.county.backend import named, quoted
from service.county.intake.checks import BAD, CheckedFile, Checks
from service.county.intake.columns import Fault, id_in, wrong_id
from service.county.intake.inputs import ROW, Opened, Source, Unreadable, opened
from service.county.intake.matching import Matched, matched
from service.county.intake.mended import put
from service.county.intake.widths import narrowed

OWNER = "owner__"


@dataclass(frozen=True, slots=True)
class Owner:
    """The table that lists are joined to: its subject, its name in DuckDB and its ids in SQL."""

    subject: str
    raw: str
    id: str


def list_of(edition: Edition, subject: str, files: Collection[str]) -> str:
    """The list whose records a file of a subject holds, as OWNER.FACT; "" where it is a table of its own. `files` are
    the subjects that have files. TextError where several lists may be meant, or where the owner has no file."""
    alone = _alone(edition, subject)
    fitting = [one for one, of in lists_of(edition).items() if one == subject or (of == subject and not alone)]
    there = [one for one in fitting if owner_of(one) in files]
    if within := next((one for one in there if _is_list(edition, owner_of(one), files)), ""):
        owner, name = within.split(".")
        zh = f"{subject} 是列表 {owner} 里的列表：没有自己的文件，只能写在 {owner} 的 Parquet 文件的 {name} 列里。"
        raise TextError(zh, f"{subject} is a list within the list {owner}: it has no file of its own, but can stand in "
                        f"the column {name} of a Parquet file of {owner}.")  # fmt: skip
    if fitting and not there:
        owners = ", ".join(dict.fromkeys(map(owner_of, fitting)))
        raise TextError(f"{subject} 是列表：还要它所属对象的数据文件（{owners}）。",
                        f"{subject} is a list: the records that it belongs to want a file ({owners}).")  # fmt: skip
    if len(there) > 1:
        names = ", ".join(there)
        raise TextError(f"{subject} 可能是这些列表之一：{names}。请写 --table 列表=文件。",
                        f"{subject} may be one of these lists: {names}. Write --table LIST=FILE.")  # fmt: skip
    return "".join(there)


def _is_list(edition: Edition, subject: str, files: Collection[str]) -> bool:
    """Whether the file of a subject holds a list, and no table of its own."""
    return not _alone(edition, subject) and any(of == subject and owner_of(one) in files
                                                for one, of in lists_of(edition).items())  # fmt: skip


def _alone(edition: Edition, subject: str) -> bool:
    """Whether something is decided about a subject, counted from it or lies within it: its file is then a table."""
    judged = {one.subject for one in edition.rules.values()}
    judged |= {name for one in edition.assignments.values() for name in (one.subject, one.bearer)}
    facts = [fact for one in edition.subjects.values() for fact in one.facts.values()]
    counted = {fact.counted.args[0].type.of for fact in facts if fact.counted is not None}
    return subject in judged | counted | {one.within for one in edition.subjects.values()}


def lists_of(edition: Edition) -> dict[str, str]:
    """The lists that files can hold, as OWNER.FACT, and the subject of their records."""
    return {f"{owner}.{name}": fact.type.of for owner, known in edition.subjects.items()
            for name, fact in known.facts.items() if fact.given and fact.counted is None and fact.type.of}  # fmt: skip


def owner_of(list_: str) -> str:
    """The subject whose records have a list, OWNER.FACT; "" of any other name."""
    return list_.rpartition(".")[0]


def lists_beside(edition: Edition, tables: Collection[str]) -> list[str]:
    """The lists of some tables that come as files of their own, as OWNER.FACT: those whose records have no table."""
    return [one for one, of in lists_of(edition).items() if owner_of(one) in tables and of not in tables]


def with_list(edition: Edition, subject: str) -> Edition:
    """The edition, with the records of a list OWNER.FACT as a subject of the list's name, which lies within its
    owner; as it is for the name of a subject."""
    if not (owner := owner_of(subject)):
        return edition
    own = edition.subjects[owner]
    fact = own.facts[subject.rpartition(".")[2]]
    title = Text(own.title.zh + fact.title.zh, f"{own.title.en}: {fact.title.en}")
    record = replace(edition.subjects[fact.type.of], within=owner, title=title)
    return replace(edition, subjects={**edition.subjects, subject: record})


class ListFile(Checks):
    """The checks of one file of a list: its records are a subject of the list's name, and lie within their owner."""

    def __init__(self, checks: Checks, source: Source, owner: Owner) -> None:
        edition = with_list(checks.edition, source.subject)
        super().__init__(edition, checks.duck, checks.scratch, on=checks.on, mapping=checks.mapping)
        self.messages, self.mended = checks.messages, checks.mended  # those of all files
        self.source, self.owner = source, owner

    def gathered(self) -> tuple[str, CheckedFile]:
        """Check the rows and gather them by owner: the table of lists, and the result."""
        duck, subject = self.duck, self.source.subject
        file = opened(duck, self.source, self.scratch, self.edition, self.mapping)
        file, self.replaced[subject] = put(duck, self.edition, self.source, file, self.mended)
        self.places[subject] = file.places
        types = {name: type for name, type in duck.columns(named(file.table)).items() if name != ROW}
        columns, bad = matched(self.edition, subject, types, file.taken), f"{BAD}{subject}"
        self.files[subject], owner = (file, columns), self._whose(columns, file)
        shown, wrong = self._facts(subject, columns.facts, types)
        id = id_in(columns.id) if columns.id else "NULL"
        printed = f"CASE WHEN NOT regexp_matches({id}, {quoted(CARD)}) THEN {id} END"  # no card number goes further
        self._list_faults(subject, file.table, printed, [*self._faults(columns, owner), *wrong], bad)
        if file.taken is not None:
            self._refused(file.taken.faults, file.table, printed, columns, bad)
        if columns.id:
            self._repeated(file, id, owner, columns.id)
            shown = {KEY: id, **shown}
        rows = int(duck.run(f"SELECT count(*) FROM {named(file.table)}")[0][0])
        cells = [f"{value} AS {named(name)}" for name, value in self._without_faults(shown, bad).items()]
        good = (
            f"(SELECT {', '.join(cells or ['1'])} FROM {named(file.table)} "
            f"WHERE {ROW} NOT IN (SELECT {ROW} FROM {named(bad)} WHERE len(facts) = 0))"
        )
        checked = self._checked(self.source, file, columns, shown, good, rows)
        return self._gathered(file.table, owner, shown), checked

    def _whose(self, columns: Matched, file: Opened) -> str:
        """The id of the owner in SQL: a column, or the only owner there is; Unreadable where neither is there."""
        if columns.above:
            return id_in(columns.above)
        title, key = self.edition.subjects[self.owner.subject].title, key_of(self.owner.subject)
        if len(only := self.duck.run(f"SELECT {self.owner.id} FROM {named(self.owner.raw)} LIMIT 2")) == 1:
            return quoted(only[0][0])
        raise Unreadable(self.source.path, f"没有写明属于哪个{title.zh}的列（{key} 或 {title.zh}）。",
                         f"No column says which {title.en} a row belongs to ({key}).")  # fmt: skip

    def _faults(self, columns: Matched, owner: str) -> Iterator[Fault]:
        """The faults that keep a row from being used, but for an id that stands twice in one list."""
        at = columns.above or self.owner.subject
        known = f"SELECT {self.owner.id} FROM {named(self.owner.raw)} WHERE {self.owner.id} IS NOT NULL"
        yield Fault(at, f"{owner} IS NULL", "no_record_above")
        title = self.edition.subjects[self.owner.subject].title
        message = (f"{title.zh}表里没有这个编号；那一行的编号若写错了，先改那里。",
                   f"No row of the table has this id ({title.en}); mend a wrong id there first.")  # fmt: skip
        yield Fault(at, f"{owner} NOT IN ({known})", "strange_record_above", message=message)
        if columns.id:
            yield from (Fault(columns.id, condition, code) for condition, code in wrong_id(id_in(columns.id)))

    def _repeated(self, file: Opened, id: str, owner: str, column: str) -> None:
        bad, code = named(f"{BAD}{self.source.subject}"), f"{REPEATED[0]} {self.source.subject}"
        self.messages[code] = REPEATED[1:]
        self.duck.run(
            f"INSERT INTO {bad} SELECT {ROW}, {KEY}, {quoted(column)}, {quoted(code)}, [] FROM (SELECT {ROW}, {id} AS "
            f"{KEY}, {owner} AS {OWNER} FROM {named(file.table)}) WHERE {KEY} IS NOT NULL AND {ROW} NOT IN (SELECT "
            f"{ROW} FROM {bad} WHERE len(facts) = 0) QUALIFY count(*) OVER (PARTITION BY {OWNER}, {KEY}) > 1"
        )

    def _gathered(self, table: str, owner: str, shown: Mapping[str, str]) -> str:
        """The table of lists by owner, each in the order of the file; null where a row of it is set aside."""
        raw, bad, lists = named(table), f"{BAD}{self.source.subject}", named(f"list_{self.source.subject}")
        cells = ", ".join(f"{value} AS {named(name)}" for name, value in shown.items())
        types = self.duck.columns(f"(SELECT {cells} FROM {raw})")
        exact = self._without_faults(narrowed(self.duck, table, shown, types), bad)
        record = ", ".join(f"{quoted(name)}: {value}" for name, value in exact.items())
        aside = f"(SELECT {ROW} FROM {named(bad)} WHERE len(facts) = 0)"
        theirs = f"SELECT DISTINCT {owner} AS {OWNER} FROM {raw} WHERE {ROW} IN {aside}"
        self.duck.run(
            f"CREATE OR REPLACE TABLE {lists} AS SELECT {owner} AS {OWNER}, list({{{record}}} ORDER BY {ROW}) "
            f"AS records FROM {raw} WHERE {ROW} NOT IN {aside} AND {owner} NOT IN (SELECT {OWNER} FROM ({theirs}) "
            f"WHERE {OWNER} IS NOT NULL) GROUP BY 1 UNION ALL SELECT *, NULL FROM ({theirs})"
        )
        return lists


class ListChecks(Checks):
    """Checks of files, some of which hold `lists` of others: these are read with their owners, and `listed` has the
    results."""

    def __init__(self, *about: Any, lists: Sequence[Source], **more: Any) -> None:
        super().__init__(*about, **more)
        self.lists, self.listed = lists, list[CheckedFile]()
        self.by_list: dict[str, ListFile] = {}

    def of(self, subject: str) -> Checks:
        return self.by_list.get(subject, self)

    def beside(self, subject: str, file: Opened, id: str, columns: Matched) -> tuple[Opened, Matched]:
        """A view of the owner's table with one more column for each file of a list. Unreadable where the table has a
        column of the list already."""
        joins, values, facts = "", "", dict[str, str]()
        for number, source in enumerate(one for one in self.lists if owner_of(one.subject) == subject):
            fact = source.subject.rpartition(".")[2]
            if fact in columns.facts:
                raise Unreadable(source.path, f"所属对象的表里已有 {fact} 一列，只能给一处。",
                                 f"The table of those that it belongs to has a column {fact} already.")  # fmt: skip
            one = self.by_list[source.subject] = ListFile(self, source, Owner(subject, file.table, id))
            table, checked = one.gathered()
            self.listed.append(checked)
            self.places |= one.places
            facts[fact] = fact
            joins += f" LEFT JOIN {table} l{number} USING ({OWNER})"
            values += f", CASE WHEN l{number}.{OWNER} IS NULL THEN [] ELSE l{number}.records END AS {named(fact)}"
        if not facts:
            return file, columns
        view = f"{file.table}_with_lists"
        owners = f"(SELECT *, {id} AS {OWNER} FROM {named(file.table)}) r"
        self.duck.run(
            f"CREATE OR REPLACE VIEW {named(view)} AS SELECT r.* EXCLUDE ({OWNER}){values} FROM {owners}{joins}"
        )
        notes = tuple(one for one in columns.notes if one.column not in facts)
        return replace(file, table=view, joined=True), replace(columns, facts={**columns.facts, **facts}, notes=notes)
