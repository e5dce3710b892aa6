"""The mapping of the columns of files to facts: `county look` writes it, and a run obeys it and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.files.source import Node, read
from rules.problems.problem import Problems
from rules.values.text import shown
from service.county.intake.grids import FileError, Grid, Unreadable, letter_of, place_of
from service.county.intake.headings import LOOKED, Heading, Match, titles_at
from service.county.intake.names import Names
from service.county.intake.texts import clean, squashed

KEYS = {"file", "subject", "sheets"}


class WrongMapping(FileError):
    """A mapping that cannot be obeyed."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column: its place, its heading as it stood, what it is, and the unit of its numbers."""

    place: int
    heading: str
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class SheetMap:
    """A sheet to be read: the rows of its heading, its columns, and the record above that all its rows belong to, where
    no column says it; `ditto`: whether 同上 means the cell above."""

    sheet: str
    first: int
    last: int
    columns: tuple[ColumnMap, ...]
    above: str = ""
    ditto: bool = False

    def heading(self, grid: Grid, names: Names, path: Path) -> Heading:
        """The heading of the sheet; Unreadable where the file has another than the mapping was written for."""
        titles = titles_at(grid, self.first, self.last)
        columns = []
        for one in self.columns:
            own = titles[one.place] if one.place < len(titles) else ""
            if squashed(own) != squashed(one.heading):
                column = letter_of(one.place)
                raise Unreadable(
                    path, f"{column} 列的标题是“{shown(own)}”，对应关系写的是“{shown(one.heading)}”。"
                    "请重新 county look。",
                    f"Column {column} is headed {shown(own)!r}, the mapping has {shown(one.heading)!r}: "
                    "run county look again.",
                )  # fmt: skip
            form = names.with_unit(one.name, one.unit) if one.unit else names.form(one.name)
            if form is None or one.name not in names.known:
                raise Unreadable(path, f"对应关系里 {one.name}（{one.unit}）不合方案。",
                                 f"The mapping's {one.name} ({one.unit}) does not fit the plan.")  # fmt: skip
            columns.append(Match.of(one.place, own, one.name, form, one.unit, grid))
        if self.above and (not names.above or any(one.name == names.above for one in columns)):
            raise Unreadable(path, f"对应关系里工作表“{self.sheet}”不能写 above：已有一列写明上级，或方案里没有上级。",
                             f"The mapping's sheet {self.sheet} cannot have above: a column says the same, or "
                             "the plan has nothing above.")  # fmt: skip
        places = {one.place for one in columns}
        strays = tuple(one for place, one in enumerate(titles) if one and place not in places)
        return Heading(self.first, self.last, tuple(columns), strays, above=clean(self.above),
                       ditto=self.ditto)  # fmt: skip


FileMap = Sequence[SheetMap]


@dataclass(frozen=True, slots=True)
class MappedFiles:
    """The mapping of several files, by the name of the file and the subject; other names of records, by subject."""

    files: Mapping[tuple[str, str], FileMap]
    aliases: Mapping[str, Mapping[str, str]]

    def sheets(self, path: Path, subject: str) -> FileMap | None:
        """The sheets of a file as a subject's, None where the mapping does not speak of it."""
        return self.files.get((path.name, subject))


EMPTY = MappedFiles({}, {})


def read_mapping(path: Path) -> MappedFiles:
    """The mapping in a file; WrongMapping where it cannot be obeyed."""
    problems = Problems()
    try:
        node = read(path.read_text(encoding="utf-8-sig"), path.name, problems)
        if node is None or problems.errors:
            first = problems.errors[0]
            raise WrongMapping(path, f"第 {first.mark.line} 行：{first.zh}", f"Line {first.mark.line}: {first.en}")
        content = _plain(node)
        files = {(one["file"], one["subject"]): tuple(_sheet(path, sheet) for sheet in one["sheets"])
                 for one in content["files"]}  # fmt: skip
        aliases = {subject: dict(words) for subject, words in content.get("aliases", {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = shown(str(error))
        raise WrongMapping(path, f"不是可用的对应关系（{why}）。请用 county look 写出一份。",
                           f"This is no mapping ({why}): let county look write one.") from None  # fmt: skip
    return MappedFiles(files, aliases)


def _plain(node: Node) -> Any:
    if node.is_map:
        return {key: _plain(one) for key, one in node.entries.items()}
    return [_plain(one) for one in node.items] if node.is_list else node.text


def _sheet(path: Path, one: Mapping[str, Any]) -> SheetMap:
    if not isinstance(one["columns"], dict):
        sheet = shown(str(one.get("sheet") or ""))
        raise WrongMapping(path, f"工作表“{sheet}”一列也没有写明。"
                           "要读的列请核对后去掉前面的 #；不读的工作表请整段删去。",
                           f"The mapping of sheet {sheet!r} has no column: check those to be read and take their # "
                           "away, or delete the sheet from the mapping.")  # fmt: skip
    lines = one["heading"] if isinstance(one["heading"], list) else [one["heading"]]
    first, last = int(lines[0]), int(lines[-1])
    if not 0 < first <= last <= first + LOOKED:
        raise ValueError(f"heading: {lines}")
    columns = tuple(
        ColumnMap(place_of(str(letter)), str(about["heading"]), str(about["is"]), str(about.get("unit") or ""))
        for letter, about in one["columns"].items()
    )
    return SheetMap(str(one.get("sheet") or ""), first, last, columns, str(one.get("above") or ""),
                    _truth(one.get("ditto", "false")))  # fmt: skip


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text]
