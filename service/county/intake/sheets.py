"""Finds the sheets of a file that are to be read; all others are accounted for, with their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rules.table.columns import KEY
from rules.values.text import shown
from service.county.intake.belonging import unplaced
from service.county.intake.continuing import refuse_continuing
from service.county.intake.grids import Grid, Place, Unreadable, filled
from service.county.intake.headings import Heading, Match, first_row, heading_of
from service.county.intake.mapping import MappedFiles, SheetMap
from service.county.intake.names import Names
from service.county.intake.opening import grids_of
from service.county.intake.texts import squashed
from service.county.intake.turned import lying, turned

ROW = "row__"
SPAN = 10**9  # rows of a sheet: the number of a row is that of its sheet times this, and its own


@dataclass(frozen=True, slots=True)
class SheetRead:
    """The rows of a sheet below its heading: records kept and set aside, and those not used, by kind. `why` says why a
    sheet was not read at all, `agreeing` how many totals that it states are those of its records."""

    sheet: str
    rows: int
    kept: int = 0
    aside: int = 0
    unused: Mapping[str, int] = field(default_factory=dict)
    why: str = ""
    heading: str = ""
    above: int = 0  # rows above the heading
    file: str = ""
    agreeing: int = 0


@dataclass(slots=True)
class Taken:
    """What was taken from files of one subject: columns by name in the order of the table, faults by row and column,
    totals."""

    columns: dict[str, Match] = field(default_factory=dict)
    read: list[tuple[Match, str]] = field(default_factory=list)  # columns, and the sheets that alone have them so
    strays: list[str] = field(default_factory=list)
    lists: dict[str, str] = field(default_factory=dict)  # heading -> fact
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    sheets: list[SheetRead] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)  # all sheets, in the order of the files
    totals: list[tuple[int, dict[str, str], int | None]] = field(default_factory=list)  # row, name -> text, records
    folded: dict[str, int] = field(default_factory=dict)  # sheet -> rows that are hidden, and read all the same
    dittos: dict[str, int] = field(default_factory=dict)  # sheet -> cells read as those above, as the mapping says
    struck: dict[str, tuple[int, ...]] = field(default_factory=dict)  # sheet -> rows that are struck through, and read
    veiled: list[str] = field(default_factory=list)  # columns that are hidden, and read all the same
    untold: list[str] = field(default_factory=list)  # sheets of which it is not known what is hidden
    lacking: dict[str, list[str]] = field(default_factory=dict)  # sheet -> columns that others have
    placed: dict[Place, str] = field(default_factory=dict)  # sheet -> the record above that a mapping says

    @property
    def path(self) -> Path:
        """The file that is read, or the first of several."""
        return self.places[0].path

    def sheet(self, place: Place) -> str:
        """The name of a sheet among all that are read."""
        return place.named(self.places)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sheet that holds records, its place among all, and its heading; `mapped` where a mapping says so."""

    place: int
    grid: Grid
    heading: Heading
    mapped: bool

    @property
    def at(self) -> Place:
        """The sheet, as it is named."""
        return Place(self.grid.path, self.grid.name)


def chosen_sheets(
    paths: Sequence[Path], names: Names, mapping: MappedFiles, taken: Taken, only: str | None = None
) -> list[Chosen]:
    """The sheets to be read, with their headings; all others are accounted for as not read. `only`: the one sheet to be
    looked at. Unreadable where a file has none, or other columns than the first."""
    found = [one for path in paths for one in _found(path, names, mapping.sheets(path, names.id), taken, only)]
    chosen = list(_told(names, found, taken))
    _agreeing(paths, names, chosen)
    return chosen


def _found(
    path: Path, names: Names, maps: Sequence[SheetMap] | None, taken: Taken, only: str | None
) -> Iterator[Chosen]:
    """The sheets of a file that have a heading."""
    beside, rows, all_ = list[str](), list[int](), list(grids_of(path))
    bare, headings = list[Grid](), list[Heading]()
    for grid in all_:
        place = len(taken.places)
        taken.places.append(Place(path, grid.name))
        why, heading = ("other_subject", None) if only not in (None, grid.name) else _heading(grid, names, maps, path)
        on_side = lying(grid, names, heading) if maps is None and why in ("", "no_heading") else None
        if on_side is not None and (on_side.records > 1 or (heading is not None and _places(heading, names))):
            raise turned(path, grid.name)
        if on_side is not None:
            beside.append(grid.name)
            rows.append(_unread(taken, grid, "turned"))
            continue
        if heading is None and len(all_) == 1 and why == "no_heading":
            heading = first_row(grid)
        if heading is not None:
            headings.append(heading)
            yield Chosen(place, grid, heading, maps is not None)
        else:
            rows.append(_unread(taken, grid, why))
            bare += [grid] if why == "no_heading" else []
    refuse_continuing(bare, headings, names)
    if not headings:
        raise turned(path, beside[0]) if beside else _no_heading(path, rows, taken)


def _told(names: Names, found: Sequence[Chosen], taken: Taken) -> Iterator[Chosen]:
    """The sheets that hold records."""
    headings = [one.heading for one in found]
    placed = [_columns(one) for one in headings if names.above and _places(one, names)]
    for one in found:
        if not one.mapped and adds_up(one.heading, headings):
            _unread(taken, one.grid, "no_ids")
        elif placed and not _places(one.heading, names):
            if any(_columns(one.heading) | {names.above} >= other for other in placed):
                raise unplaced(one.grid.path, names.edition, names.above, shown(one.grid.name))  # its rows are records
            _unread(taken, one.grid, "no_above")
        else:
            yield one


def _agreeing(paths: Sequence[Path], names: Names, chosen: Sequence[Chosen]) -> None:
    """Unreadable where one of several files has other columns than the first: records without a column would have
    facts that nobody knows."""
    columns = {path: set[str]().union(*(_columns(one.heading) | ({names.above} if one.heading.above else set())
                                        for one in chosen if one.grid.path == path)) for path in paths}  # fmt: skip
    first = paths[0]
    for path in paths[1:]:
        if columns[path] and columns[path] != columns[first]:
            raise disagreeing(path, first, names, columns)


def disagreeing(path: Path, first: Path, names: Names, columns: Mapping[Path, set[str]]) -> Unreadable:
    """The error about a file whose columns are not those of the first, with the titles of those that differ."""
    lacks, more = (sorted(map(names.title, one)) for one in
                   (columns[first] - columns[path], columns[path] - columns[first]))  # fmt: skip
    zh = [f"{word}“{'、'.join(those)}”" for word, those in (("缺", lacks), ("多", more)) if those]
    en = [f"{word} {', '.join(those)}" for word, those in (("lacks", lacks), ("adds", more)) if those]
    return Unreadable(
        path,
        f"和 {first.name} 的列不一样：{'，'.join(zh)}。几个文件一起读，列要相同；没有的列请加上，格可以空着。",
        f"Its columns are not those of {first.name}: it {' and '.join(en)}. Files that are read together need the same "
        "columns: add those that are missing, their cells may be blank.",
    )


def adds_up(heading: Heading, all_: Iterable[Heading]) -> bool:
    """Whether a sheet without a column of ids has less than half of the columns of every sheet that has one: it adds up
    records by the record above, and holds none of its own."""
    own, keyed = _columns(heading), [_columns(one) for one in all_ if one.at(KEY) is not None]
    return KEY not in own and bool(keyed) and all(len(own & one) * 2 < len(one) for one in keyed)


def _places(heading: Heading, names: Names) -> bool:
    """Whether a heading tells where its records belong, if they belong anywhere."""
    return not names.above or heading.at(names.above) is not None or bool(heading.above)


def _columns(heading: Heading) -> set[str]:
    return {one.name for one in heading.columns}


def _unread(taken: Taken, grid: Grid, why: str) -> int:
    """The number of rows of a sheet that is not read; it is noted."""
    rows = sum(1 for _, cells in grid.rows() if filled(cells))
    if rows or grid.name:
        taken.sheets.append(
            SheetRead(grid.name, rows, unused={why: rows} if rows else {}, why=why, file=grid.path.name)
        )
    return rows


def _heading(grid: Grid, names: Names, maps: Sequence[SheetMap] | None, path: Path) -> tuple[str, Heading | None]:
    """The heading of a sheet, or why it is not read."""
    if maps is not None:
        own = next((one for one in maps if one.sheet == grid.name), None)
        return ("not_mapped", None) if own is None else ("", own.heading(grid, names, path))
    if grid.hidden:
        return "hidden", None
    others = {squashed(word) for id, one in names.edition.subjects.items() if one is not names.subject
              for word in (id, one.title.zh)}  # fmt: skip
    if squashed(grid.name) in others:
        return "other_subject", None
    heading = heading_of(grid, names, needs=[KEY]) or heading_of(grid, names, needs=[])
    return "no_heading", heading


def _no_heading(path: Path, rows: Iterable[int], taken: Taken) -> Unreadable:
    if not any(rows):
        return Unreadable(path, "表是空的。", "The table is empty.")
    own = [one for one in taken.sheets if one.file == path.name]
    sheets = "、".join(f"{one.sheet or path.name}（{one.rows} 行，{NOT_READ[one.why][0]}）" for one in own)
    english = ", ".join(f"{one.sheet or path.name} ({one.rows} rows, {NOT_READ[one.why][1]})" for one in own)
    return Unreadable(
        path,
        f"找不到标题行：前几行里没有认得的列名。{sheets}。可用 `county look` 看看，写出对应关系，再用 --mapping 读。",
        f"No heading was found: no row begins a table with known columns. {english}. `county look` shows the file and "
        "writes a mapping for --mapping.",
    )


def without_rows(path: Path, taken: Taken | None) -> Unreadable:
    """The error about a file without a record: rows without an id are notes, unless they stand among records."""
    notes = sum(one.unused.get("note", 0) for one in taken.sheets) if taken is not None and KEY in taken.columns else 0
    zh = (
        f"有 {notes} 行没有编号，都当作说明。请填上编号。"
        if notes
        else ("表里一行数据也没有。没有填的表，运行时不要给出这个文件。")
    )
    en = (f"Rows without an id were taken for notes ({notes}): give them one." if notes else
          "Leave a file that is not filled in out of the run.")  # fmt: skip
    return Unreadable(path, zh, f"The table holds no row of data. {en}")


NOT_READ: Mapping[str, tuple[str, str]] = {
    "hidden": ("隐藏的工作表", "hidden sheet"),
    "other_subject": ("属于另一种对象", "of another subject"),
    "no_heading": ("没有认得的标题行", "no heading that is known"),
    "no_above": ("没有写明所属上级的列", "no column of the record above"),
    "no_ids": ("没有编号一列，像是汇总", "no column of ids, as where records are added up"),
    "turned": ("横排的表", "lies on its side"),
    "not_mapped": ("对应关系里没有", "not in the mapping"),
    "total": ("合计行", "totals"),
    "note": ("说明或标记", "notes or marks"),
    "member": ("同一户的其他成员", "other members of a record"),
}
