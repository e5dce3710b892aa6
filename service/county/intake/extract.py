"""Reads a whole extract into memory: the facts of every record, or two columns of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules import Edition, FactChecker
from rules.table.columns import KEY
from rules.values.text import TextErrors
from service.county.backend import Duck, named, rows_of
from service.county.intake.checks import BAD, Checks
from service.county.intake.inputs import ROW, Source, opened
from service.county.intake.rows import case


class BadRows(TextErrors):
    """Rows that cannot be used."""


@contextmanager
def _duck() -> Iterator[tuple[Duck, Path]]:
    with TemporaryDirectory() as folder, closing(Duck(Path(folder))) as duck:
        yield duck, Path(folder)


def records(edition: Edition, subject: str, path: Path) -> dict[str, dict[str, Any]]:
    """The facts of every record by its id, in the order of the file; Unreadable, or BadRows with every problem."""
    checker = FactChecker(edition)
    with _duck() as (duck, scratch):
        checks = Checks(edition, duck, scratch)
        checks.look(Source(subject, path))
        bad = duck.run(f"SELECT {ROW}, col, code FROM {named(BAD + subject)} ORDER BY ALL")
        if bad:
            raise BadRows([problem(f"{path}:{row} {column}", *checks.messages[code]) for row, column, code in bad])
        rows = {row[KEY]: row for row in duck.dicts(f"SELECT * FROM {rows_of(checks.clean[subject])}")}
        ids = [id for (id,) in duck.run(checks.ids[subject])]
    return {id: checker.check(subject, case(edition, subject, rows[id], ())) for id in ids}


def pairs(path: Path, left: tuple[str, ...], right: tuple[str, ...]) -> dict[str, str]:
    """Two columns of text, one by the other, each under any of its names; Unreadable, or BadRows where a cell is
    empty."""
    with _duck() as (duck, scratch):
        rows = duck.dicts(f"SELECT * FROM {named(opened(duck, Source('', path), scratch))} ORDER BY {ROW}")
    found: dict[str, str] = {}
    for row in rows:
        number, first, second = row.pop(ROW), _text(row, left), _text(row, right)
        if not first or not second:
            known, wanted = ", ".join(map(str, row)), f"{left[0]}, {right[0]}"
            zh = f"每行都要有 {wanted} 两列（现有：{known}）。"
            en = f"Two columns are wanted in every row, {wanted} (there are: {known})."
            raise BadRows([problem(f"{path}:{number}", zh, en)])
        found[first] = second
    return found


def problem(where: str, zh: str, en: str) -> dict[str, str]:
    return {"where": where, "zh": zh, "en": en}


def _text(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The text under the first of several names that is there."""
    return next((str(row[name]).strip() for name in names if row.get(name) is not None), "")
