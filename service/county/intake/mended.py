"""Puts the rows that were corrected in a workbook of rows set aside in the place of the original ones."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from rules.model import Edition
from rules.values.text import Text
from service.county.backend import Duck, digest, named
from service.county.intake.forms import plain
from service.county.intake.grids import LOOKED, Grid, Place, Unreadable, filled
from service.county.intake.inputs import ROW, SPAN, Opened, Source
from service.county.intake.names import Names
from service.county.intake.opening import grids_of
from service.county.intake.taking import take
from service.county.intake.texts import squashed

FILE, SHEET, LINE = Text("来源文件", "file"), Text("来源工作表", "sheet"), Text("来源行号", "row")
SEAL = Text("来源校验", "check")  # of the bytes of the file: in another one the row may be another
ORIGIN = (FILE, SHEET, LINE, SEAL)
SEALED = 12  # digits of a sha256
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


def seal(path: Path) -> str:
    """What tells a file from another one of its name."""
    return digest(path)[:SEALED]


def hold(paths: Sequence[Path], sheets: Collection[str]) -> None:
    """Unreadable where a workbook has rows for none of the files of a run, or no rows at all; `sheets` are those that
    the files have."""
    known = {squashed(one) for one in sheets}
    for path in paths:
        own = [one.name for one in grids_of(path) if _heading(one) is not None]
        strange = [one for one in own if squashed(one) not in known]
        if strange:
            raise Unreadable(
                path,
                f"工作表“{strange[0]}”里的行不属于这次给出的任何文件：请把那个文件也给出；工作表的名称不要改。",
                f"The rows of the sheet {strange[0]} are of no file that is given: give it too, and keep the names "
                "of sheets.",
            )
        if not own:
            raise Unreadable(path, "里面没有改好的行：--mended 要的是在 set_aside.xlsx 里改好的工作簿。",
                             "It holds no corrected rows: --mended takes a set_aside.xlsx in which rows were corrected."
                             )  # fmt: skip


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
    text = duck.scratch / f"{source.subject}.mended.csv"
    taken = take((path,), edition, source.subject, text, only=grid.name)
    first = taken.places.index(Place(path, grid.name)) * SPAN
    origins = {first + number: row for number, row in _origins(grid, path, file).items()}
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
    gone = duck.run(f"SELECT {ROW} FROM {loaded} WHERE {ROW} NOT IN (SELECT {ROW} FROM {named(file.table)}) ORDER BY 1")
    if gone:
        raise _astray(path, grid, next(number for number, row in origins.items() if row == gone[0][0]) % SPAN)
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


def _heading(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The row that heads the columns of origins, and their places by title; None where there is none."""
    titles = {squashed(one.zh): one.zh for one in ORIGIN}
    for number, cells in islice(grid.rows(), LOOKED):
        at = {titles[text]: place for place, one in enumerate(cells) if (text := squashed(plain(one))) in titles}
        if len(at) == len(ORIGIN):
            return number, at
    return None


def _origins(grid: Grid, path: Path, file: Opened) -> dict[int, int]:
    """The row of a file that each row of a sheet replaces: a row of a file that is as it was, and none twice."""
    if (heading := _heading(grid)) is None:
        raise _astray(path, grid, 1)
    sheets = {(one.path.name, one.sheet): place for place, one in enumerate(file.places)}
    seals = {one.path.name: seal(one.path) for one in file.places}
    origins: dict[int, int] = {}
    seen: dict[int, int] = {}
    for number, cells in grid.rows():
        if number <= heading[0] or not filled(cells):
            continue
        name, sheet, line, own = (
            plain(cells[heading[1][one.zh]]) if heading[1][one.zh] < len(cells) else "" for one in ORIGIN
        )
        if (name, sheet) not in sheets or not line.isdecimal():
            raise _astray(path, grid, number)
        if own != seals[name]:
            raise _changed(path, grid, number, name)
        row = sheets[name, sheet] * SPAN + int(line)
        if row in seen:
            raise _twice(path, grid, (seen[row], number))
        origins[number] = row
        seen[row] = number
    return origins


def _astray(path: Path, grid: Grid, number: int) -> Unreadable:
    heads = "、".join(one.zh for one in ORIGIN)
    return Unreadable(
        path,
        f"工作表“{grid.name}”第 {number} 行没有写明改的是哪一行，或不是这次所给文件里的行：{heads}几列请照原样保留。",
        f"Row {number} of the sheet {grid.name} does not say which row of the given files it corrects: leave the "
        f"columns {heads} as they are.",
    )


def _changed(path: Path, grid: Grid, number: int, name: str) -> Unreadable:
    return Unreadable(
        path,
        f"工作表“{grid.name}”第 {number} 行改的是另一份 {name}：这次给的内容不同，行号可能已变。请给出当时的文件；"
        "或先用现在的文件运行，在新的 set_aside.xlsx 里改。",
        f"Row {number} of the sheet {grid.name} corrects another {name} than the one given, in which rows may have "
        "moved: give the file as it was, or run with the one there is now and correct its own set_aside.xlsx.",
    )


def _twice(path: Path, grid: Grid, numbers: tuple[int, int]) -> Unreadable:
    first, second = numbers
    return Unreadable(
        path,
        f"工作表“{grid.name}”第 {first} 行和第 {second} 行改的是同一行，说不清以哪一行为准。请删去一行。",
        f"Rows {first} and {second} of the sheet {grid.name} correct the same row: which is right? Take one out.",
    )
