"""Reads extracts of records (CSV, Excel, Parquet) as facts of a subject: exact and checked.

A column bears the name of a fact or its Chinese title. Columns that are no facts of the subject are left alone: an
extract serves many ends. An empty cell is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules import Edition, FactChecker, FactError
from rules.model import Fact
from rules.values.exact import Type
from rules.values.ids import WANTED, is_id
from service.county.intake import inputs
from service.county.intake.inputs import ROW, Source, opened
from service.county.run.backend import Duck, named

ID = ("id", "编号")
YES, NO = ("true", "是", "1"), ("false", "否", "0")
Row = Mapping[str, Any]


class Unreadable(Exception):
    """An extract that cannot be used: a dictionary for each problem, as commands print them."""

    def __init__(self, problems: list[dict[str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


def problem(where: str, zh: str, en: str) -> dict[str, str]:
    return {"where": where, "zh": zh, "en": en}


def rows(path: Path) -> Iterator[tuple[str, Row]]:
    """The rows of a file by column, each with its place: typed from Parquet, text from CSV and Excel."""
    with TemporaryDirectory() as folder, closing(Duck(Path(folder))) as duck:
        try:
            table = opened(duck, Source("", path), Path(folder))
        except inputs.Unreadable as error:
            raise Unreadable([problem(str(path), error.zh, error.en)]) from None
        for row in duck.dicts(f"SELECT * FROM {named(table)} ORDER BY {ROW}"):
            yield f"{path}:{row.pop(ROW)}", row


def records(edition: Edition, subject: str, path: Path) -> dict[str, dict[str, Any]]:
    """The facts of every record by its id; Unreadable with all that is wrong."""
    checker, columns = FactChecker(edition), _columns(edition, subject)
    found: dict[str, dict[str, Any]] = {}
    problems: list[dict[str, str]] = []
    for where, row in rows(path):
        name = _cell(row, ID)
        if name is None:
            problems.append(problem(where, "没有编号（id）。", "There is no id."))
        elif is_id(name) is None:
            problems.append(problem(where, *WANTED))
        elif name in found:
            problems.append(problem(where, f"编号 {name} 出现了不止一次。", f"The id {name} stands here twice."))
        else:
            try:
                found[name] = checker.check(subject, dict(_facts(row, columns)))
            except FactError as error:
                problems += [problem(f"{where} {one.pointer.lstrip('/')}", one.zh, one.en) for one in error.problems]
    if problems:
        raise Unreadable(problems)
    return found


def pairs(path: Path, left: tuple[str, ...], right: tuple[str, ...]) -> dict[str, str]:
    """Two columns of text, one by the other; each under any of its names."""
    found: dict[str, str] = {}
    for where, row in rows(path):
        first, second = _cell(row, left), _cell(row, right)
        if first is None or second is None:
            known, wanted = ", ".join(map(str, row)), f"{left[0]}, {right[0]}"
            zh = f"每行都要有 {wanted} 两列（现有：{known}）。"
            en = f"Two columns are wanted in every row, {wanted} (there are: {known})."
            raise Unreadable([problem(where, zh, en)])
        found[first] = second
    return found


def _cell(row: Row, names: tuple[str, ...]) -> str | None:
    """The text under the first of several names that is there."""
    text = next((str(row[name]).strip() for name in names if row.get(name) is not None), "")
    return text or None


def _columns(edition: Edition, subject: str) -> dict[str, Fact]:
    given = [one for one in edition.subjects[subject].facts.values() if one.given and one.type.kind != "list"]
    return {one.title.zh: one for one in given} | {one.name: one for one in given}


def _facts(row: Row, columns: Mapping[str, Fact]) -> Iterator[tuple[str, Any]]:
    for column, value in row.items():
        if (fact := columns.get(column)) is not None:
            yield fact.name, _typed(value.strip(), fact.type) if isinstance(value, str) else value


def _typed(text: str, type: Type) -> Any:
    """A cell of a CSV as the checker wants it; what fits nothing stays text, and the checker says what is wrong."""
    if not text:
        return None
    if type.kind == "boolean":
        return True if text.lower() in YES else False if text.lower() in NO else text
    if not type.is_number or text.endswith("%"):
        return text
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return text
    return int(number) if number.is_finite() and number == number.to_integral_value() else number
