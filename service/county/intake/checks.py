"""Checks extracts before anything is judged: every invalid row is set aside with its reasons.

The rules are those of rules.cases.checker, over whole tables at once; tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rules.cases.checker import in_future
from rules.model import Edition
from rules.table.columns import KEY, key_of
from rules.values.ids import CARD
from service.county.backend import Duck, named, quoted, retyped, rows_of
from service.county.intake.columns import Fault, Matched, Note, cell, coded, id_in, in_lists, matched, wrong_ids
from service.county.intake.inputs import ROW, Source, Unreadable, numbered, opened
from service.county.intake.reasons import MESSAGES, reasons
from service.county.intake.wholes import exceeding

BAD = "bad__"


def _printed(id: str) -> str:
    """An id in SQL, null where it is a card number: that goes no further."""
    return f"CASE WHEN NOT regexp_full_match({id}, {quoted(CARD)}) THEN {id} END"


def aside_of(subject: str) -> str:
    """The file of the rows of a subject that are set aside."""
    return f"aside_{subject}.parquet"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The result of checking a file."""

    subject: str
    file: str
    rows: int
    bad: int
    notes: tuple[Note, ...]
    missing: Mapping[str, int]  # fact -> good rows in which it is not known
    decided: tuple[str, ...]  # conclusions that the file gives


class Checks:
    """Checks files one after the other, those of the upper levels first. Good rows go to a file of their own, or are
    left where they are to be `read` by a query; `clean` has the file or the query of each subject. `on` is the last
    day of dates that may not lie ahead."""

    def __init__(
        self, edition: Edition, duck: Duck, scratch: Path, *, read: bool = True, on: date | None = None
    ) -> None:
        self.edition, self.duck, self.scratch, self.read, self.on = edition, duck, scratch, read, on
        self.ids: dict[str, str] = {}  # subject -> query of all its ids, whether their rows are good or not
        self.messages = dict(MESSAGES) | ({} if on is None else {"in_future": in_future(on)})  # by code
        self.clean: dict[str, Path] = {}

    def look(self, source: Source) -> CheckedFile:
        """Check a file; the columns of its good rows are named after facts. Unreadable where it is no table."""
        duck, subject = self.duck, source.subject
        raw = opened(duck, source, self.scratch)
        if not (rows := int(duck.run(f"SELECT count(*) FROM {named(raw)}")[0][0])):
            raise Unreadable(source.path, "表里一行数据也没有。", "The table holds no row of data.")
        types = {name: type for name, type in duck.columns(raw).items() if name != ROW}
        columns = matched(self.edition, subject, types)
        if not columns.id and rows > 1:  # the one record of a table needs none
            raise Unreadable(source.path, "没有编号列（id 或 编号）。", "There is no column of ids (id).")
        id = id_in(columns.id) if columns.id else quoted(subject)
        if (beside := self.beside(subject, raw, id, columns.facts)) != raw:
            raw, source = beside, replace(source, joined=True)
            types = {name: type for name, type in duck.columns(raw).items() if name != ROW}
            columns = matched(self.edition, subject, types)
        above, within = self._above(source, columns), self.edition.subjects[subject].within
        shown = {KEY: id} | ({key_of(within): above} if above else {})
        wrong = list(wrong_ids(columns.id, id))
        if within in self.ids and above:
            wrong.append(Fault(columns.above or within, f"{above} IS NULL", "no_record_above"))
            wrong.append(Fault(columns.above, f"{above} NOT IN ({self.ids[within]})", "strange_record_above"))
        facts, more = self.facts(subject, columns.facts, types)
        more += exceeding(self.edition, subject, duck, raw, columns.facts, facts)
        self.clean[subject], good = self._write(source, raw, shown | facts, [*wrong, *more])
        self.ids[subject] = f"SELECT {id} FROM {named(raw)} WHERE {id} IS NOT NULL"
        counts = ", ".join(f"count({named(name)})" for name in facts) or "1"
        total, *known = duck.run(f"SELECT count(*), {counts} FROM {good}")[0]
        missing = {name: total - count for name, count in zip(facts, known, strict=False) if count < total}
        decided = tuple(name for name in columns.facts if name in self.edition.rules)
        return CheckedFile(subject, source.path.name, rows, rows - total, columns.notes, missing, decided)

    def beside(self, subject: str, raw: str, id: str, facts: Collection[str]) -> str:
        """The table of a subject with columns from other files beside its own, which hold some facts; here none."""
        return raw

    def _above(self, source: Source, columns: Matched) -> str:
        """The id of the record above in SQL: a column, or the only record there is."""
        within = self.edition.subjects[source.subject].within
        if columns.above:
            return f"nullif(trim(CAST({named(columns.above)} AS VARCHAR)), '')"
        if within not in self.ids:
            return ""
        if len(only := self.duck.run(f"{self.ids[within]} LIMIT 2")) == 1:
            return quoted(only[0][0])
        title = self.edition.subjects[within].title
        raise Unreadable(source.path, f"没有写明所属{title.zh}的列（{key_of(within)}）。",
                         f"No column says which {title.en} a row belongs to ({key_of(within)}).")  # fmt: skip

    def facts(
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
            wrong += [Fault(column, condition, code, message=messages.get(code)) for condition, code in part.wrong]
        return shown, wrong

    def _code(self, subject: str, one: Fault) -> str:
        """The code of the message about a fault; one of its own where the message differs by the column."""
        if one.message is None:
            return one.code
        code = f"{one.code} {subject} {one.column}"
        self.messages[code] = one.message
        return code

    def _write(self, source: Source, raw: str, shown: Mapping[str, str], wrong: list[Fault]) -> tuple[Path, str]:
        """Write the faults to a table, and the rows without any to a file, or a query of them; the path, and the good
        rows as SQL writes them after FROM."""
        duck, id, bad = self.duck, shown[KEY], f"{BAD}{source.subject}"
        self.faulty(source.subject, raw, id, wrong)
        if not (in_order := not source.joined and duck.in_order(named(raw), id)):
            duck.run(
                f"INSERT INTO {named(bad)} SELECT {ROW}, {_printed(id)}, 'id', 'repeated_id' FROM {named(raw)} "
                f"WHERE {id} IN (SELECT {id} FROM {named(raw)} WHERE {id} IS NOT NULL GROUP BY 1 HAVING count(*) > 1)"
            )
        all_ = ", ".join(f"{value} AS {named(name)}" for name, value in shown.items())
        types = duck.columns(f"(SELECT {all_} FROM {named(raw)})")
        columns = ", ".join(f"{value} AS {named(name)}" for name, value in self.exact(raw, shown, types).items())
        good, rows = "", named(raw)
        if reads := self.read and in_order and source.path.suffix == ".parquet":
            rows = f"({numbered(source)})"
        if duck.run(f"SELECT count(*) FROM {named(bad)}")[0][0]:
            file = self.scratch / f"{bad}.parquet"
            duck.copy(f"SELECT DISTINCT {ROW} FROM {named(bad)} ORDER BY 1", file)
            self._write_aside(source.subject, raw, shown, f"coalesce({_printed(id)}, 'row ' || {ROW})", file)
            good = f" WHERE {ROW} NOT IN (SELECT {ROW} FROM {rows_of(file)})"
        query, clean = f"SELECT {columns} FROM {rows}{good}", self.scratch / f"clean_{source.subject}"
        if reads:
            file = clean.with_suffix(".sql")
            typed = retyped(query, coded(self.edition, source.subject, types), "TRY_CAST")  # bad rows may be met first
            file.write_text(typed, encoding="utf-8")
            return file, f"({query})"
        file = clean.with_suffix(".parquet")
        duck.copy(query + ("" if in_order else f" ORDER BY {named(KEY)}"), file)
        return file, rows_of(file)

    def faulty(self, subject: str, raw: str, id: str, wrong: Sequence[Fault]) -> str:
        """Write the faults of the rows of a table, whose ids are said in SQL; the table of faults as SQL writes it."""
        bad = f"{BAD}{subject}"
        cases = ", ".join(
            f"CASE WHEN {one.condition} THEN {{'c': {quoted(one.column)}, 'k': {quoted(code)}}} END"
            for one, code in ((one, self._code(subject, one)) for one in wrong)
        )
        whenever = " OR ".join(dict.fromkeys(f"({one.whenever or one.condition})" for one in wrong))
        self.duck.run(
            f"CREATE OR REPLACE TABLE {named(bad)} AS SELECT {ROW}, id, b.c AS col, b.k AS code FROM (SELECT {ROW}, "
            f"{_printed(id)} AS id, unnest(list_filter([{cases}], lambda x: x IS NOT NULL)) AS b FROM {named(raw)} "
            f"WHERE {whenever})"
        )
        return named(bad)

    def _write_aside(self, subject: str, raw: str, shown: Mapping[str, str], id: str, rows: Path) -> None:
        """Write the ids of rows that are set aside and the record above each, where that is known: they may count."""
        above = shown.get(key_of(within := self.edition.subjects[subject].within))
        if above and within in self.ids:
            self.duck.copy(
                f"SELECT DISTINCT {id} AS {KEY}, {above} AS {named(key_of(within))} FROM {named(raw)} WHERE {ROW} IN "
                f"(SELECT {ROW} FROM {rows_of(rows)}) AND {above} IN ({self.ids[within]}) ORDER BY ALL",
                self.scratch / aside_of(subject),
            )

    def exact(self, raw: str, shown: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
        """Decimals in two places where that holds them: wider ones leave less room to multiply."""
        wide = [name for name, type in types.items() if type.startswith("DECIMAL(32")]
        if not wide:
            return dict(shown)
        fits = self.duck.run(
            "SELECT " + ", ".join(f"coalesce(bool_and({shown[n]} = round({shown[n]}, 2)), true)" for n in wide)
            + f" FROM {named(raw)}"
        )[0]  # fmt: skip
        return dict(shown) | {
            name: f"CAST({shown[name]} AS DECIMAL({18 if fine else 21}, {2 if fine else 6}))"
            for name, fine in zip(wide, fits, strict=True)
        }
