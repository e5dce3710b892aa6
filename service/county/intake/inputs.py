"""Opens extracts as tables of DuckDB: Parquet as it is, text and workbooks as the text of their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rules.model import Edition
from service.county.backend import Duck, named, quoted
from service.county.intake.forms import plain
from service.county.intake.grids import KINDS, FileError, Place, Unreadable, filled, repeated
from service.county.intake.mapping import EMPTY, MappedFiles
from service.county.intake.opening import grids_of
from service.county.intake.sheets import ROW, SPAN, SheetRead, Taken
from service.county.intake.taking import take

__all__ = ["ROW", "SPAN", "FileError", "Opened", "Source", "Unreadable", "numbered", "opened", "text_rows"]
OWN = f"{ROW} % {SPAN}"  # the number of a row within its sheet


@dataclass(frozen=True, slots=True)
class Source:
    """A file of records of one subject, or several that are read as one table."""

    subject: str
    path: Path
    others: tuple[Path, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, in the order of their rows."""
        return self.path, *self.others

    @property
    def name(self) -> str:
        """The name of the file, or of all."""
        return "、".join(one.name for one in self.paths)

    @property
    def first(self) -> int:
        """The number of the first record's row as people see it: a sheet has a heading."""
        return 1 if self.path.suffix.lower() == ".parquet" else 2


@dataclass(frozen=True, slots=True)
class Opened:
    """A table that holds a file, with the row each record stands in; `taken` says how a file of text was read."""

    table: str
    taken: Taken | None = None
    joined: bool = False  # with columns from other files
    places: tuple[Place, ...] = ()  # its sheets, in the order of its rows


def opened(duck: Duck, source: Source, scratch: Path, edition: Edition, mapping: MappedFiles = EMPTY) -> Opened:
    """The table that holds a file, or several; Unreadable where one is none, or does not go with the first."""
    kind = _kind(source.path)
    for path in source.others:
        if ".parquet" in (kind, own := _kind(path)) and kind != own:
            raise Unreadable(path, f"和 {source.path.name} 不能一起读：Parquet 只能和 Parquet 一起。",
                             f"It cannot be read together with {source.path.name}: Parquet goes with Parquet."
                             )  # fmt: skip
    name = f"raw_{source.subject}_{'parquet' if kind == '.parquet' else 'text'}"  # one is a view, the other a table
    if kind == ".parquet":
        _view(duck, source, name)
        return Opened(name, places=tuple(map(Place, source.paths)))
    text = scratch / f"{source.subject}.taken.csv"
    taken = take(source.paths, edition, source.subject, text, mapping)
    headings = [one.heading for one in taken.columns.values()]
    alike = [one.casefold() for one in headings]  # as SQL tells names apart
    if twice := [one for place, one in enumerate(headings) if alike[place] in alike[:place]]:
        raise repeated(source.path, twice[0])
    types = ", ".join([f"{quoted(ROW)}: 'BIGINT'", *(f"{quoted(one)}: 'VARCHAR'" for one in headings)])
    duck.run(
        f"CREATE OR REPLACE TABLE {named(name)} AS SELECT * FROM read_csv({quoted(text)}, header = true, "
        f"delim = ',', columns = {{{types}}}, auto_detect = false, quote = '\"', escape = '\"', strict_mode = true)"
    )
    text.unlink()
    return Opened(name, taken, places=tuple(taken.places))


def _kind(path: Path) -> str:
    if (kind := path.suffix.lower()) not in KINDS:
        raise Unreadable(path, f"只读 {' '.join(KINDS)} 文件。", f"Only {' '.join(KINDS)} files are read.")
    return kind


def _view(duck: Duck, source: Source, name: str) -> None:
    try:
        columns = {path: {*duck.columns(f"read_parquet({quoted(path.absolute())})")} for path in source.paths}
        _same_columns(source, columns)
        duck.run(f"CREATE OR REPLACE VIEW {named(name)} AS {numbered(source)}")
    except (OSError, Unreadable):
        raise
    except Exception as error:  # noqa: BLE001 -- DuckDB's own, which stays in its module
        why = str(error).splitlines()[0]
        raise Unreadable(
            source.path, f"不是可用的表格（{why}）。", f"This is no table that can be read ({why})."
        ) from None


def _same_columns(source: Source, columns: Mapping[Path, set[str]]) -> None:
    """Unreadable where one of several Parquet files has other columns than the first."""
    for path in source.others:
        if lacks := columns[source.path] ^ columns[path]:
            some = "、".join(sorted(lacks))
            raise Unreadable(path, f"和 {source.path.name} 的列不一样：{some}。几个文件一起读，列要相同。",
                             f"Its columns are not those of {source.path.name}: {some}. Files that are read together "
                             "need the same columns.")  # fmt: skip


def numbered(source: Source) -> str:
    """A query of Parquet files, with the row that each record stands in."""
    return " UNION ALL BY NAME ".join(
        f"SELECT * EXCLUDE (file_row_number), file_row_number + {place * SPAN + source.first} AS {ROW} "
        f"FROM read_parquet({quoted(path.absolute())}, file_row_number = true)"
        for place, path in enumerate(source.paths)
    )


def text_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of the first sheet of a file that nobody hid, by the headings of its first row; Unreadable where it is
    no text and no workbook."""
    if _kind(path) == ".parquet":
        raise Unreadable(path, "这里要文本或 Excel 文件。", "A file of text or a workbook is wanted here.")
    grid = next((one for one in grids_of(path) if not one.hidden), None)
    rows = ((number, cells) for number, cells in (grid.rows() if grid is not None else ()) if filled(cells))
    heading = [plain(one) for one in next(rows, (0, []))[1]]
    for number, cells in rows:
        yield number, dict(zip(heading, map(plain, cells), strict=False))


def account(duck: Duck, file: Opened, aside: str, agreeing: Mapping[Place, int]) -> tuple[SheetRead, ...]:
    """The account of a table by sheet; `aside` is a query of the rows that are set aside, `agreeing` has the number of
    stated totals that are those of the records."""
    by_sheet = dict(duck.run(f"SELECT {ROW} // {SPAN}, count(*) FROM ({aside}) GROUP BY 1"))
    if file.taken is None:
        rows = dict(duck.run(f"SELECT {ROW} // {SPAN}, count(*) FROM {named(file.table)} GROUP BY 1"))
        return tuple(_less(SheetRead("", rows.get(place, 0), rows.get(place, 0), file=one.path.name),
                           by_sheet.get(place, 0)) for place, one in enumerate(file.places))  # fmt: skip
    places = {(one.path.name, one.sheet): (number, agreeing.get(one, 0)) for number, one in enumerate(file.places)}
    return tuple(one if one.why else _less(one, by_sheet.get(place, 0), agrees)
                 for one in file.taken.sheets for place, agrees in [places[one.file, one.sheet]])  # fmt: skip


def _less(sheet: SheetRead, aside: int, agreeing: int = 0) -> SheetRead:
    return replace(sheet, kept=sheet.kept - aside, aside=aside, agreeing=agreeing)
