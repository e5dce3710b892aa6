"""Checks extracts before anything is judged: a cell that is wrong leaves its fact unknown, a row that can be no record
is set aside, and both are listed with their reasons.

The rules are those of rules.cases.checker, over whole tables at once; tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from rules.cases.checker import in_future
from rules.model import Edition
from rules.table.columns import KEY, key_of
from rules.values.ids import CARD
from service.county.backend import Duck, named, quoted, retyped, rows_of
from service.county.intake.alike import alike, twice
from service.county.intake.belonging import Above, Belonging, unplaced
from service.county.intake.columns import Fault, cell, coded, id_in, in_lists, wrong_ids
from service.county.intake.grids import Place
from service.county.intake.inputs import ROW, Opened, Source, Unreadable, account, numbered, opened
from service.county.intake.mapping import EMPTY, MappedFiles
from service.county.intake.matching import Matched, Note, matched
from service.county.intake.mended import Replaced, put
from service.county.intake.reasons import MESSAGES, reasons
from service.county.intake.sheets import SheetRead, Taken, without_rows
from service.county.intake.totals import Stated, stated
from service.county.intake.wholes import Wholes
from service.county.intake.widths import narrowed

BAD = "bad__"
LONGEST_NAME = 60  # characters: a longer cell is no name


def aside_of(subject: str) -> str:
    """The file of the rows of a subject that are set aside."""
    return f"aside_{subject}.parquet"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The result of checking a file."""

    subject: str
    file: str
    rows: int  # records, good or not
    bad: int  # records set aside
    notes: tuple[Note, ...]
    missing: Mapping[str, int]  # fact -> good rows in which it is not known
    decided: tuple[str, ...]  # conclusions that the file gives
    cells: Mapping[str, int] = field(default_factory=dict)  # column -> cells of kept rows that are not used
    sheets: tuple[SheetRead, ...] = ()
    stated: tuple[Stated, ...] = ()  # totals of the file that its records do not add up to
    unplaced: int = 0  # records set aside of which it is not known where they belong: no count above holds them


class Checks:
    """Checks files one after the other, those of the upper levels first. Good rows go to a file of their own, or are
    left where they are to be `read` by a query; `clean` has the file or the query of each subject. `on` is the last
    day of dates that may not lie ahead, `mapping` how the columns of files are told."""

    def __init__(
        self, edition: Edition, duck: Duck, scratch: Path, *, on: date, read: bool = True,
        mapping: MappedFiles = EMPTY,
    ) -> None:  # fmt: skip
        self.edition, self.duck, self.scratch, self.read, self.on = edition, duck, scratch, read, on
        self.mended: Sequence[Path] = ()  # workbooks of rows that were corrected
        self.files: dict[str, tuple[Opened, Matched]] = {}  # by subject
        self.replaced: dict[str, dict[int, Replaced]] = {}  # subject -> rows that a workbook of corrections has
        self.ids: dict[str, str] = {}  # subject -> query of all its ids, whether their rows are good or not
        self.messages = dict(MESSAGES) | {"in_future": in_future(on)}  # by code
        self.clean: dict[str, Path] = {}
        self.unplaced: dict[str, int] = {}  # by subject
        self.mapping = mapping
        self.places: dict[str, Sequence[Place]] = {}  # subject -> the sheets of its files
        self.belonging = Belonging(edition, duck, mapping.aliases)
        self.names: dict[str, str] = {}  # subject -> query of the ids and names of its records

    def look(self, source: Source) -> CheckedFile:
        """Check a file; the columns of its good rows are named after facts. Unreadable where it is no table."""
        duck, subject = self.duck, source.subject
        file = opened(duck, source, self.scratch, self.edition, self.mapping)
        file, self.replaced[subject] = put(duck, self.edition, source, file, self.mended)
        raw, taken = file.table, file.taken
        self.places[subject] = file.places
        if not (rows := int(duck.run(f"SELECT count(*) FROM {named(raw)}")[0][0])):
            raise without_rows(source.path, taken)
        types = {name: type for name, type in duck.columns(raw).items() if name != ROW}
        columns = matched(self.edition, subject, types, taken)
        if not columns.id and rows > 1:  # the one record of a table needs none
            raise Unreadable(source.path, "没有编号列（id 或 编号）。"
                             "可用 county look 看看，写出对应关系，再用 --mapping 读。",
                             "There is no column of ids (id). `county look` shows the file and writes a mapping for "
                             "--mapping.")  # fmt: skip
        id = id_in(columns.id) if columns.id else quoted(subject)
        notes = (*columns.notes, *alike(duck, raw, id, columns.id, file.places))
        self.files[subject] = file, (columns := replace(columns, notes=notes))
        file, columns = self.beside(subject, file, id, columns)
        if file.joined:
            raw = file.table
            types = {name: type for name, type in duck.columns(named(raw)).items() if name != ROW}
        above, within = self._above(source, columns, raw, taken), self.edition.subjects[subject].within
        shown = {KEY: id} | ({key_of(within): above.value} if above.value else {})
        facts, more = self._facts(subject, columns.facts, types)
        wholes = Wholes(self.edition, subject, self.on, duck, raw, self.clean, above.value)
        wrong = [*wrong_ids(columns.id, id), *above.wrong, *more, *wholes.exceeding(columns.facts, facts, more)]
        self.clean[subject], good = self._write(source, file, shown | facts, wrong, columns)
        self.ids[subject] = f"SELECT {id} FROM {named(raw)} WHERE {id} IS NOT NULL"
        self.belonging.learn(subject, raw, id, columns.named)
        if columns.named and self.edition.subjects[subject].named is not None:
            name = f"nullif(trim(CAST({named(columns.named)} AS VARCHAR)), '')"
            self.names[subject] = (
                f"SELECT DISTINCT ON (id) {id} AS id, {name} AS name FROM {named(raw)} WHERE {name} IS NOT NULL AND "
                f"length({name}) <= {LONGEST_NAME} AND NOT regexp_matches({name}, {quoted(CARD)}) AND "
                f"NOT regexp_matches({id}, {quoted(CARD)}) ORDER BY id, name"
            )
        return self._checked(source, file, columns, facts, good, rows)

    def of(self, subject: str) -> Checks:
        """The checks that a file was given to: here these."""
        return self

    def beside(self, subject: str, file: Opened, id: str, columns: Matched) -> tuple[Opened, Matched]:
        """The table of a subject, joined with facts from other files where there are any: here none."""
        return file, columns

    def _checked(
        self, source: Source, file: Opened, columns: Matched, facts: Mapping[str, str], good: str, rows: int
    ) -> CheckedFile:
        duck, bad = self.duck, named(f"{BAD}{source.subject}")
        counts = ", ".join(f"count({named(name)})" for name in facts) or "1"
        total, *known = duck.run(f"SELECT count(*), {counts} FROM {good}")[0]
        missing = {name: total - count for name, count in zip(facts, known, strict=False) if count < total}
        decided = tuple(name for name in columns.facts if name in self.edition.rules)
        aside = f"SELECT DISTINCT {ROW} FROM {bad} WHERE len(facts) = 0"
        cells = dict(duck.run(f"SELECT col, count(DISTINCT {ROW}) FROM {bad} WHERE len(facts) > 0 "
                              f"AND {ROW} NOT IN ({aside}) GROUP BY 1 ORDER BY 1"))  # fmt: skip
        differing, agreeing = stated(self.edition, duck, file, source.subject, columns, facts)
        notes = (*columns.notes, *twice(duck, f"{BAD}{source.subject}", columns.id or KEY, file.places))
        return CheckedFile(
            source.subject, source.name, rows, rows - total, notes, missing, decided, cells,
            account(duck, file, aside, agreeing), differing,
            unplaced=self.unplaced.get(source.subject, 0),
        )  # fmt: skip

    def _above(self, source: Source, columns: Matched, raw: str, taken: Taken | None) -> Above:
        """The id of the record above in SQL, with its faults: a column, or the only record there is. Unreadable where a
        mapping says one that is not known."""
        within = self.edition.subjects[source.subject].within
        if taken is not None:
            self.belonging.hold(within, taken.placed, self.ids.get(within, ""))
        if columns.above:
            return self.belonging.of(within, columns.above, raw, self.ids.get(within, ""))
        if within not in self.ids:
            return Above("")
        if len(only := self.duck.run(f"{self.ids[within]} LIMIT 2")) == 1:
            return Above(quoted(only[0][0]))
        raise unplaced(source.path, self.edition, within)

    def _facts(
        self, subject: str, columns: Mapping[str, str], types: Mapping[str, str]
    ) -> tuple[dict[str, str], list[Fault]]:
        """The facts in SQL, and the faults that they may have."""
        known, shown = self.edition.subjects[subject].facts, {}
        wrong: list[Fault] = []
        for name, column in columns.items():
            at, type = named(column), types[column]
            fact = known.get(name) or next(iter(known.values()))
            if name not in known:
                codes = {one.id: one.title for one in self.edition.rules[name].outcomes.values()}
                part = cell(at, type, fact, tuple(codes))
            elif known[name].type.kind == "list":
                shown[name] = at
                wrong += in_lists(self.edition, column, type, known[name], self.on)
                continue
            else:
                codes, part = dict(fact.choices), cell(at, type, fact, on=self.on)
            shown[name] = part.value
            messages = reasons(self.edition, fact, codes)
            wrong += [Fault(column, condition, code, message=messages.get(code), facts=(name,))
                      for condition, code in part.wrong]  # fmt: skip
        return shown, wrong

    def _code(self, subject: str, one: Fault) -> str:
        """The code of the message about a fault; one of its own where the message differs by the column."""
        if one.message is None:
            return one.code
        code = f"{one.code} {subject} {one.column}"
        while self.messages.setdefault(code, one.message) != one.message:
            code += " "
        return code

    def _write(
        self, source: Source, file: Opened, shown: Mapping[str, str], wrong: list[Fault], columns: Matched
    ) -> tuple[Path, str]:
        """Write the faults to a table, and the good rows to a file, or a query of them; the path, and the good rows as
        SQL writes them after FROM. In a good row a fact with a fault is unknown."""
        duck, id, bad, raw = self.duck, shown[KEY], f"{BAD}{source.subject}", file.table
        shown_id = f"CASE WHEN NOT regexp_matches({id}, {quoted(CARD)}) THEN {id} END"  # no card number goes further
        self._list_faults(source.subject, raw, shown_id, wrong, bad)
        if file.taken is not None:
            self._refused(file.taken.faults, raw, shown_id, columns, bad)
        if not (in_order := not file.joined and duck.in_order(named(raw), id)):
            duck.run(
                f"INSERT INTO {named(bad)} SELECT {ROW}, {shown_id}, 'id', 'repeated_id', [] FROM {named(raw)} "
                f"WHERE {id} IN (SELECT {id} FROM {named(raw)} WHERE {id} IS NOT NULL GROUP BY 1 HAVING count(*) > 1)"
            )
        if file.taken is not None:
            self._alike(raw, id, shown_id, bad)
        all_ = ", ".join(f"{value} AS {named(name)}" for name, value in shown.items())
        types = duck.columns(f"(SELECT {all_} FROM {named(raw)})")
        exact = self._without_faults(narrowed(duck, raw, shown, types), bad)
        selected = ", ".join(f"{value} AS {named(name)}" for name, value in exact.items())
        good, rows = "", named(raw)
        if reads := self.read and in_order and file.taken is None:
            rows = f"({numbered(source)})"
        if duck.run(f"SELECT count(*) FROM {named(bad)} WHERE len(facts) = 0")[0][0]:
            aside = self.scratch / f"{bad}.parquet"
            duck.copy(f"SELECT DISTINCT {ROW} FROM {named(bad)} WHERE len(facts) = 0 ORDER BY 1", aside)
            self._write_aside(source.subject, raw, shown, f"coalesce({shown_id}, 'row ' || {ROW})", aside)
            good = f" WHERE {ROW} NOT IN (SELECT {ROW} FROM {rows_of(aside)})"
        query, clean = f"SELECT {selected} FROM {rows}{good}", self.scratch / f"clean_{source.subject}"
        if reads:
            path = clean.with_suffix(".sql")
            typed = retyped(query, coded(self.edition, source.subject, types), "TRY_CAST")  # bad rows may be met first
            path.write_text(typed, encoding="utf-8")
            return path, f"({query})"
        path = clean.with_suffix(".parquet")
        duck.copy(query + ("" if in_order else f" ORDER BY {named(KEY)}"), path)
        return path, rows_of(path)

    def _alike(self, raw: str, id: str, shown_id: str, bad: str) -> None:
        """Add the ids that differ by the zeros before them alone, which workbooks lose."""
        number, bare = f"regexp_full_match({id}, '[0-9]+')", f"coalesce(nullif(ltrim({id}, '0'), ''), '0')"
        alike = f"SELECT {bare} FROM {named(raw)} WHERE {number} GROUP BY 1 HAVING count(DISTINCT {id}) > 1"
        self.duck.run(
            f"INSERT INTO {named(bad)} SELECT {ROW}, {shown_id}, 'id', 'zeros_lost', [] FROM {named(raw)} "
            f"WHERE {number} AND {bare} IN ({alike})"
        )

    def _list_faults(self, subject: str, raw: str, shown_id: str, wrong: list[Fault], bad: str) -> None:
        """Write the faults of all rows to a table: the row, its id, the column, the code, the facts left unknown."""
        cases = ", ".join(
            f"CASE WHEN {one.condition} THEN {{'c': {quoted(one.column)}, 'k': {quoted(code)}, "
            f"'f': {_texts(one.facts)}}} END"
            for one, code in ((one, self._code(subject, one)) for one in wrong)
        )
        whenever = " OR ".join(dict.fromkeys(f"({one.whenever or one.condition})" for one in wrong))
        self.duck.run(
            f"CREATE OR REPLACE TABLE {named(bad)} AS SELECT {ROW}, id, b.c AS col, b.k AS code, b.f AS facts FROM "
            f"(SELECT {ROW}, {shown_id} AS id, unnest(list_filter([{cases}], lambda x: x IS NOT NULL)) AS b "
            f"FROM {named(raw)} WHERE {whenever})"
        )

    def _refused(
        self, faults: Iterable[tuple[int, str, str]], raw: str, shown_id: str, columns: Matched, bad: str
    ) -> None:
        """Add the cells that have no meaning, or two: of facts, and of ids, whose rows are set aside."""
        facts = {column: [name] for name, column in columns.facts.items()}
        facts |= {column: [] for column in (columns.id, columns.above) if column}
        names = {columns.id: KEY}
        rows = [{"r": row, "c": names.get(column, column), "k": code, "f": facts[column]}
                for row, column, code in faults if column in facts]  # fmt: skip
        if rows:
            loaded = self.duck.loaded(rows, {"r": "BIGINT", "c": "VARCHAR", "k": "VARCHAR", "f": "VARCHAR[]"})
            self.duck.run(f"INSERT INTO {named(bad)} SELECT {ROW}, {shown_id}, b.c, b.k, b.f FROM {named(raw)} "
                          f"JOIN {loaded} b ON b.r = {ROW}")  # fmt: skip

    def _without_faults(self, shown: Mapping[str, str], bad: str) -> dict[str, str]:
        """The columns, with null for facts in rows where they have a fault."""
        cells = self.scratch / f"{bad}.cells.parquet"
        unnested = f"SELECT DISTINCT {ROW}, unnest(facts) AS fact FROM {named(bad)}"
        if not (facts := {one for (one,) in self.duck.run(f"SELECT DISTINCT fact FROM ({unnested})")}):
            return dict(shown)
        self.duck.copy(f"{unnested} ORDER BY ALL", cells)
        return {
            name: f"CASE WHEN {ROW} IN (SELECT {ROW} FROM {rows_of(cells)} WHERE fact = {quoted(name)}) THEN NULL "
            f"ELSE {value} END" if name in facts else value
            for name, value in shown.items()
        }  # fmt: skip

    def _write_aside(self, subject: str, raw: str, shown: Mapping[str, str], id: str, rows: Path) -> None:
        """Write the ids of rows that are set aside and the record above each, where that is known: they may count. The
        others may belong to any: held for all of them they would leave hardly anything known, so they are counted."""
        above = shown.get(key_of(within := self.edition.subjects[subject].within))
        if above and within in self.ids:
            there = f"FROM {named(raw)} WHERE {ROW} IN (SELECT {ROW} FROM {rows_of(rows)}) AND"
            known = f"coalesce({above} IN ({self.ids[within]}), false)"
            self.duck.copy(
                f"SELECT DISTINCT {id} AS {KEY}, {above} AS {named(key_of(within))} {there} {known} ORDER BY ALL",
                self.scratch / aside_of(subject),
            )
            ((self.unplaced[subject],),) = self.duck.run(f"SELECT count(*) {there} NOT {known}")


def _texts(words: Iterable[str]) -> str:
    return f"CAST([{', '.join(map(quoted, words))}] AS VARCHAR[])"
