"""Turns rows into cases: those of judged tables with the facts of the records around them, and those of an extract that
is read whole into memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules import Edition, FactChecker
from rules.model import Rule
from rules.table.columns import ENDS, KEY, SEPARATOR, around, fact_name
from rules.table.judge import asked
from rules.table.order import Unit, heights_of
from rules.values.text import TextErrors
from service.county.backend import Duck, named, rows_of
from service.county.intake.checks import BAD, Checks
from service.county.intake.inputs import ROW, SPAN, Source, numbered, text_rows

Reads = Mapping[str, tuple[str, ...]]  # subject around -> the facts that decisions read of it


def reads(edition: Edition, subject: str, rules: Iterable[Rule]) -> Reads:
    """The given facts of the records around a subject that decisions about it read."""
    return given(edition, subject, heights_of(edition, [asked(rule) for rule in rules]))


def given(edition: Edition, subject: str, units: Iterable[Unit]) -> Reads:
    """The given facts of the records around a subject among some facts and decisions. Where these read of a record
    around what is worked out for it alone, all of its given facts but lists: they tell whether there is a record."""
    read: dict[str, list[str]] = {level: [] for level in around(edition, subject)}
    levels = set[str]()
    for of, name in units:
        fact = edition.subjects[of].facts.get(name) if of in read else None
        if fact is not None and fact.given:
            read[of].append(name)
        elif of in read and (fact is None or not fact.constant):
            levels.add(of)
    for level in (one for one in levels if not read[one]):
        facts = edition.subjects[level].facts.values()
        read[level] = [fact.name for fact in facts if fact.given and not fact.type.of]
    return {level: tuple(names) for level, names in read.items() if names}


def case(edition: Edition, subject: str, row: Mapping[str, Any], decided: Iterable[str]) -> dict[str, Any]:
    """The facts of a row, the conclusions that were `decided` before, and the facts of the records around it, which
    stand in columns named after these."""
    facts = told(edition, subject, row) | {name: row[name] for name in decided if row.get(name) is not None}
    levels = {level: told(edition, level, row, level + SEPARATOR) for level in around(edition, subject)}
    return facts | {level: about for level, about in levels.items() if about}


def told(edition: Edition, subject: str, row: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    """The given facts of a subject in the columns of a row that begin so."""
    given = ((name, _given(row, start + name)) for name, fact in edition.subjects[subject].facts.items() if fact.given)
    return {name: value for name, value in given if value is not None}


def _given(row: Mapping[str, Any], name: str) -> Any:
    """The value of a cell, or its range; the records of a list without their empty cells."""
    value = row.get(name)
    if value is None:
        ends = {end.removeprefix(SEPARATOR): _whole(row[name + end]) for end in ENDS if row.get(name + end) is not None}
        return ends or None
    return [_record(one) for one in value] if isinstance(value, list) else _whole(value)


def _whole(value: Any) -> Any:
    """A number of a column without decimal places, as a total of counts has, is a whole number."""
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else value


def _record(record: Mapping[str, Any]) -> dict[str, Any]:
    given = ((name, _given(record, name)) for name in record if fact_name(name) == name)
    return {name: value for name, value in given if value is not None}


# --- a whole extract


class BadRows(TextErrors):
    """Rows that cannot be used."""


@contextmanager
def _duck() -> Iterator[tuple[Duck, Path]]:
    with TemporaryDirectory() as folder, closing(Duck(Path(folder))) as duck:
        yield duck, Path(folder)


def records(
    edition: Edition, subject: str, path: Path, on: date
) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, str], str]]:
    """The facts of every record by its id, in the order of the file, and the names of records, where they are public,
    by subject and id; Unreadable, or BadRows with every problem. `on` is the last day of dates that may not lie
    ahead."""
    checker = FactChecker(edition)
    with _duck() as (duck, scratch):
        checks = Checks(edition, duck, scratch, on=on)
        checks.look(Source(subject, path))
        bad = duck.run(f"SELECT {ROW} % {SPAN}, col, code FROM {named(BAD + subject)} ORDER BY ALL")
        if bad:
            raise BadRows([problem(f"{path}:{row} {column}", *checks.messages[code]) for row, column, code in bad])
        rows = {row[KEY]: row for row in duck.dicts(f"SELECT * FROM {rows_of(checks.clean[subject])}")}
        ids = [id for (id,) in duck.run(checks.ids[subject])]
        names = {(subject, id): name for id, name in duck.run(checks.names[subject])} if subject in checks.names else {}
    return {id: checker.check(subject, case(edition, subject, rows[id], ())) for id in ids}, names


def pairs(path: Path, left: tuple[str, ...], right: tuple[str, ...]) -> dict[str, str]:
    """Two columns of text, one by the other, each under any of its names; Unreadable, or BadRows where a cell is
    empty."""
    rows = text_rows(path) if path.suffix.lower() != ".parquet" else _parquet(path)
    by_first: dict[str, str] = {}
    for number, row in rows:
        first, second = _text(row, left), _text(row, right)
        if not first or not second:
            known, wanted = ", ".join(map(str, row)), f"{left[0]}, {right[0]}"
            zh = f"每行都要有 {wanted} 两列（现有：{known}）。"
            en = f"Two columns are wanted in every row, {wanted} (there are: {known})."
            raise BadRows([problem(f"{path}:{number}", zh, en)])
        by_first[first] = second
    return by_first


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with _duck() as (duck, _):
        for row in duck.dicts(f"SELECT * FROM ({numbered(Source('', path))}) ORDER BY {ROW}"):
            yield row.pop(ROW), row


def problem(where: str, zh: str, en: str) -> dict[str, str]:
    return {"where": where, "zh": zh, "en": en}


def _text(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The text under the first of several names that is there."""
    return next((str(row[name]).strip() for name in names if row.get(name) is not None), "")
