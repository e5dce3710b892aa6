"""Opens extracts as tables of DuckDB: Parquet as it is, text and workbooks as the text of their records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules.model import Edition
from rules.values.text import shown
from service.county.backend import Duck, named, quoted
from service.county.intake.forms import plain
from service.county.intake.grids import KINDS, FileError, Unreadable, filled
from service.county.intake.mapping import FileMap
from service.county.intake.sheets import ROW, SPAN, SheetRead, Taken, grids_of
from service.county.intake.taking import take

__all__ = ["ROW", "SPAN", "FileError", "Opened", "Source", "Unreadable", "numbered", "opened", "text_rows"]
OWN = f"{ROW} % {SPAN}"  # the number of a row within its sheet


@dataclass(frozen=True, slots=True)
class Source:
    """A file of records of one subject."""

    subject: str
    path: Path

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


def opened(duck: Duck, source: Source, scratch: Path, edition: Edition, mapping: FileMap | None = None) -> Opened:
    """The table that holds a file; Unreadable where it is none."""
    kind = _kind(source.path)
    name = f"raw_{source.subject}_{'parquet' if kind == '.parquet' else 'text'}"  # one is a view, the other a table
    if kind == ".parquet":
        _view(duck, source, name)
        return Opened(name)
    text = scratch / f"{source.subject}.taken.csv"
    taken = take(source.path, edition, source.subject, text, mapping)
    headings = [one.heading for one in taken.columns.values()]
    alike = [one.casefold() for one in headings]  # as SQL tells names apart
    if twice := [one for place, one in enumerate(headings) if alike[place] in alike[:place]]:
        raise Unreadable(source.path, f"标题行里 {shown(twice[0])} 出现了不止一次。",
                         f"The heading names {shown(twice[0])} more than once.")  # fmt: skip
    types = ", ".join([f"{quoted(ROW)}: 'BIGINT'", *(f"{quoted(one)}: 'VARCHAR'" for one in headings)])
    duck.run(
        f"CREATE OR REPLACE TABLE {named(name)} AS SELECT * FROM read_csv({quoted(text)}, header = true, "
        f"delim = ',', columns = {{{types}}}, auto_detect = false, quote = '\"', escape = '\"', strict_mode = true)"
    )
    text.unlink()
    return Opened(name, taken)


def _kind(path: Path) -> str:
    if (kind := path.suffix.lower()) not in KINDS:
        raise Unreadable(path, f"只读 {' '.join(KINDS)} 文件。", f"Only {' '.join(KINDS)} files are read.")
    return kind


def _view(duck: Duck, source: Source, name: str) -> None:
    try:
        duck.run(f"CREATE OR REPLACE VIEW {named(name)} AS {numbered(source)}")
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 -- DuckDB's own, which stays in its module
        why = str(error).splitlines()[0]
        raise Unreadable(
            source.path, f"不是可用的表格（{why}）。", f"This is no table that can be read ({why})."
        ) from None


def numbered(source: Source) -> str:
    """A query of a Parquet file, with the row that each record stands in."""
    return (
        f"SELECT * EXCLUDE (file_row_number), file_row_number + {source.first} AS {ROW} "
        f"FROM read_parquet({quoted(source.path.absolute())}, file_row_number = true)"
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


def account(duck: Duck, taken: Taken | None, rows: int, aside: str) -> tuple[SheetRead, ...]:
    """The account of a file by sheet; `aside` is a query of the rows that are set aside."""
    if taken is None:
        ((bad,),) = duck.run(f"SELECT count(*) FROM ({aside})")
        return (SheetRead("", rows, rows - bad, bad),)
    by_sheet = dict(duck.run(f"SELECT {ROW} // {SPAN}, count(*) FROM ({aside}) GROUP BY 1"))
    places = {one: place for place, one in enumerate(taken.places)}
    return tuple(one if one.why else _less(one, by_sheet.get(places[one.sheet], 0)) for one in taken.sheets)


def _less(sheet: SheetRead, aside: int) -> SheetRead:
    return SheetRead(sheet.sheet, sheet.rows, sheet.kept - aside, aside, sheet.unused, "", sheet.heading, sheet.above)
