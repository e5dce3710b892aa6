"""Puts the rows that were corrected in a workbook of rows set aside in the place of the original ones."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rules.model import Edition
from rules.values.text import Text
from service.county.backend import Duck, named
from service.county.intake.forms import plain
from service.county.intake.grids import Grid, Place, Unreadable
from service.county.intake.inputs import ROW, SPAN, Opened, Source
from service.county.intake.names import Names
from service.county.intake.opening import grids_of
from service.county.intake.taking import take
from service.county.intake.texts import squashed

FILE, SHEET, LINE = Text("来源文件", "file"), Text("来源工作表", "sheet"), Text("来源行号", "row")
FORBIDDEN = str.maketrans("", "", "[]:*?/\\")  # in the name of a sheet
LONGEST = 31  # characters of such a name


@dataclass(frozen=True, slots=True)
class Replaced:
    """A row that stands in the place of an original one: the workbook, and its row there."""

    path: Path
    row: int


def sheet_of(edition: Edition, subject: str) -> str:
    """The sheet of a subject in a workbook of rows set aside; of several with one title each has its id behind it."""
    titles = {name: one.title.zh.translate(FORBIDDEN)[:LONGEST] for name, one in edition.subjects.items()}
    title = titles.pop(subject)
    if title.casefold() not in {one.casefold() for one in titles.values()}:
        return title
    id = f"（{subject[-LONGEST // 2 :]}）"
    return title[: LONGEST - len(id)] + id


def sheet_in(path: Path, edition: Edition, subject: str) -> str | None:
    """The sheet of a subject in a workbook, as it is named there; None where there is none."""
    wanted = squashed(sheet_of(edition, subject))
    return next((one.name for one in grids_of(path) if squashed(one.name) == wanted), None)


def put(
    duck: Duck, edition: Edition, source: Source, file: Opened, paths: Sequence[Path]
) -> tuple[Opened, dict[int, Replaced]]:
    """The table of a file with the rows of workbooks in the place of its own, those of later ones last; the rows
    replaced. Unreadable where a row does not say, or says wrongly, which row it replaces."""
    replaced: dict[int, Replaced] = {}
    for path in paths:
        name = sheet_in(path, edition, source.subject)
        if grid := next((one for one in grids_of(path) if one.name == name), None):
            file = _typed(duck, file)
            replaced |= _put(duck, edition, source, file, path, grid)
    return file, replaced


def _typed(duck: Duck, file: Opened) -> Opened:
    """The rows of a Parquet file as text, as those of a workbook are; lists stay as they are."""
    if file.taken is not None or file.table.endswith("_typed"):
        return file
    table = f"{file.table}_typed"
    columns = duck.columns(named(file.table))
    texts = [one for one, type in columns.items() if one != ROW and not type.endswith("]")]
    shown = ", ".join(f"CAST({named(one)} AS VARCHAR) AS {named(one)}" for one in texts)
    duck.run(f"CREATE OR REPLACE TABLE {named(table)} AS SELECT * REPLACE ({shown}) FROM {named(file.table)}")
    return replace(file, table=table)


def _put(duck: Duck, edition: Edition, source: Source, file: Opened, path: Path, grid: Grid) -> dict[int, Replaced]:
    """Replace rows of a table by those of a sheet."""
    sheets = {(one.path.name, one.sheet): place for place, one in enumerate(file.places)}
    text = duck.scratch / f"{source.subject}.mended.csv"
    taken = take((path,), edition, source.subject, text, only=grid.name)
    first = taken.places.index(Place(path, grid.name)) * SPAN
    origins = {first + number: row for number, row in _origins(grid, path, sheets).items()}
    with text.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    text.unlink()
    mine = {name: one.heading for name, one in taken.columns.items()}
    columns = _columns(duck, edition, source.subject, file)
    own = duck.columns(named(file.table))
    shared = {name: column for name, column in columns.items() if name in mine and own[column] == "VARCHAR"}
    loaded = duck.loaded(
        ({ROW: origins[int(row[ROW])], **{column: row[mine[name]] or None for name, column in shared.items()}}
         for row in rows),
        {ROW: "BIGINT", **dict.fromkeys(shared.values(), "VARCHAR")},
    )  # fmt: skip
    sets = ", ".join(f"{named(one)} = m.{named(one)}" for one in shared.values())
    duck.run(f"UPDATE {named(file.table)} AS t SET {sets} FROM {loaded} m WHERE t.{ROW} = m.{ROW}")
    replaced = {origins[int(row[ROW])]: Replaced(path, int(row[ROW])) for row in rows}
    if file.taken is not None:
        names = {heading: name for name, heading in mine.items()}
        file.taken.faults = [one for one in file.taken.faults if one[0] not in replaced] + [
            (origins[row], columns[names[column]], code) for row, column, code in taken.faults
            if row in origins and names[column] in columns]  # fmt: skip
    return replaced


def _columns(duck: Duck, edition: Edition, subject: str, file: Opened) -> dict[str, str]:
    """The columns of a table by the names of what they hold."""
    if file.taken is not None:
        return {name: one.heading for name, one in file.taken.columns.items()}
    names = Names(edition, subject)
    return {names.names[squashed(one)]: one for one in duck.columns(named(file.table)) if squashed(one) in names.names}


def _origins(grid: Grid, path: Path, sheets: Mapping[tuple[str, str], int]) -> dict[int, int]:
    """The row of a file that each row of a sheet replaces."""
    at: dict[str, int] = {}
    origins: dict[int, int] = {}
    for number, cells in grid.rows():
        texts = [squashed(plain(one)) for one in cells]
        if not at:
            known = {squashed(one.zh): one.zh for one in (FILE, SHEET, LINE)}
            at = {known[text]: place for place, text in enumerate(texts) if text in known}
            at = at if len(at) == len(known) else {}
        elif any(texts):
            name, sheet, line = (
                plain(cells[at[one.zh]]) if at[one.zh] < len(cells) else "" for one in (FILE, SHEET, LINE)
            )
            if (name, sheet) not in sheets or not line.isdecimal():
                raise _astray(path, grid, number)
            origins[number] = sheets[name, sheet] * SPAN + int(line)
    if not at:
        raise _astray(path, grid, 1)
    return origins


def _astray(path: Path, grid: Grid, number: int) -> Unreadable:
    heads = "、".join(one.zh for one in (FILE, SHEET, LINE))
    return Unreadable(
        path,
        f"工作表“{grid.name}”第 {number} 行没有写明改的是哪一行，或不是这次所给文件里的行：{heads}三列请照原样保留。",
        f"Row {number} of the sheet {grid.name} does not say which row of the given files it corrects: leave the "
        f"columns {heads} as they are.",
    )
