"""Looks at a file before a run: the headings it has, the facts they are, and headings that only resemble a fact."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path

from rules.model import CONSTANTS, Edition
from rules.table.columns import KEY
from rules.values.ids import is_card
from rules.values.text import TextError, near
from service.county.intake.filling import dittos
from service.county.intake.forms import Refused, plain, reader
from service.county.intake.grids import Grid, filled, letter_of
from service.county.intake.headings import Heading, Match, first_row, heading_of, titles_at
from service.county.intake.lists import list_of, with_list
from service.county.intake.names import Names
from service.county.intake.opening import grids_of
from service.county.intake.records import Kinds, records
from service.county.intake.sheets import adds_up
from service.county.intake.texts import squashed
from service.county.intake.turned import lying
from service.county.intake.units import MONEY, bare, parted

SHOWN = 10  # rows
LIKE = 0.6  # the least likeness of a heading that is guessed at
MASK = "***"
_UNNAMED = re.compile(r"(?:(?:sheet|工作表|表) ?[0-9]*)?", re.IGNORECASE)  # names that sheets have of themselves


@dataclass(frozen=True, slots=True)
class Guess:
    """A heading that is no fact's, the fact that it may mean, and the unit of its numbers."""

    place: int
    heading: str
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LookedSheet:
    """A sheet as it is understood. `rows`: those that hold something; `cells`: the first records, as they are read;
    `above`: its name, or that of a CSV, where no column says which record above a row belongs to and the sheet may be
    that record's."""

    sheet: str
    hidden: bool
    rows: int
    heading: Heading | None
    guesses: tuple[Guess, ...]
    cells: tuple[tuple[int, tuple[str, ...]], ...]
    above: str = ""
    totals: bool = False  # it adds up the other sheets: no mapping has it
    dittos: int = 0  # cells that say 同上
    turned: int = 0  # headings that stand below one another: it is not read


@dataclass(frozen=True, slots=True)
class LookedFile:
    """A file as it is understood, as records of a subject."""

    path: Path
    subject: str
    sheets: tuple[LookedSheet, ...]


def look(edition: Edition, path: Path, subject: str = "") -> LookedFile:
    """A file as records of a subject or of a list, OWNER.FACT: the one whose facts most of its headings are, where none
    is named. TextError where the records of a subject may be those of several lists."""
    sheets = list(grids_of(path))
    options = [list_of(edition, subject, edition.subjects) or subject] if subject else _options(edition)
    looked = [LookedFile(path, one, tuple(_sheet(grid, Names(with_list(edition, one), one), path.stem)
                                         for grid in sheets))
              for one in options]  # fmt: skip
    return _without_totals(max(looked, key=_known))


def _known(file: LookedFile) -> int:
    """How many headings of a file are known, beside one another or below."""
    return sum(one.turned + (len(one.heading.columns) if one.heading is not None else 0) for one in file.sheets)


def _without_totals(file: LookedFile) -> LookedFile:
    """A file of which the sheets that add up those of the others are told: they have no ids, or no record."""
    headings = [one.heading for one in file.sheets if one.heading is not None and not one.hidden]
    some = any(one.cells for one in file.sheets if not one.hidden)
    totals = [one for one in file.sheets if one.heading is not None and one.heading.columns and some
              and (not one.cells or adds_up(one.heading, headings))]  # fmt: skip
    return replace(file, sheets=tuple(replace(one, totals=True, above="") if one in totals else one
                                      for one in file.sheets))  # fmt: skip


def _options(edition: Edition) -> Iterator[str]:
    """What a file may hold: the records of a subject, or of the one list that they make."""
    for one in edition.subjects:
        if one != CONSTANTS:
            with suppress(TextError):  # several lists: which one has to be named
                yield list_of(edition, one, edition.subjects) or one


def _sheet(grid: Grid, names: Names, file: str) -> LookedSheet:
    heading = heading_of(grid, names, needs=[KEY]) or heading_of(grid, names, needs=[])
    heading = heading or (heading_of(grid, names, needs=[names.above]) if names.above else None) or first_row(grid)
    rows = sum(1 for _, cells in grid.rows() if filled(cells))
    on_side = None if heading is None else lying(grid, names, heading)
    if heading is None or on_side is not None:
        return LookedSheet(
            grid.name, grid.hidden, rows, None, (), (), turned=0 if on_side is None else on_side.headings
        )
    cells = tuple(islice(_cells(grid, heading, names), SHOWN))
    own = grid.name or file
    mine = (
        bool(names.above)
        and bool(heading.columns)
        and heading.at(names.above) is None
        and _UNNAMED.fullmatch(own) is None
    )
    return LookedSheet(grid.name, grid.hidden, rows, heading, tuple(_guesses(grid, heading, names)), cells,
                       own if mine else "", dittos=dittos(grid, heading))  # fmt: skip


def _guesses(grid: Grid, heading: Heading, names: Names) -> Iterator[Guess]:
    taken = {one.name for one in heading.columns}
    words = {word: name for word, name in names.names.items() if name not in taken}
    places = {one.place for one in heading.columns}
    for place, title in enumerate(titles_at(grid, heading.first, heading.last)):
        word = squashed(title.rpartition("/")[2])
        if place in places or not word:
            continue
        held = max((one for one in words if len(one) > 1 and (one in word or word in one)), key=len, default="")
        several = tuple(name for name in names.ending(word) if name not in taken)
        guess = words.get(near(word, words, LIKE) or held, "")
        unit = next((one for one in (bare(title.rpartition("/")[2]), *(parted(title) or ())[1:], *heading.units)
                     if one in MONEY), "")  # fmt: skip
        for name in several or filter(None, [guess]):
            yield Guess(place, title, name, unit if names.kind(name) == "amount" else "")


def _cells(grid: Grid, heading: Heading, names: Names) -> Iterator[tuple[int, tuple[str, ...]]]:
    found = records(grid.rows(), heading, heading.at(KEY), heading.at(names.above), Kinds(), names.names)
    reads = [(one, reader(names.facts.get(one.name), one.form)) for one in heading.columns
             if one.name not in names.facts or names.facts[one.name].type.kind != "list"]  # fmt: skip
    for number, cells in found:
        texts = []
        for match, read in reads:
            cell = cells[match.place] if match.place < len(cells) else ""
            try:
                text = read(cell)
            except Refused:
                text = f"{plain(cell)} ?"
            texts.append(MASK if is_card(text) else text)
        yield number, tuple(texts)


# --- the mapping


def mapping_text(files: Iterable[LookedFile]) -> str:
    """The mapping of files as YAML; guesses stand in comments, for people to look into."""
    lines = [
        "# 列的对应关系：county look 写出，核对后用 county run --mapping 读取。",
        "# The mapping that county look wrote: check it, then run with --mapping.",
        "files:",
    ]
    for file in files:
        lines += [f"- file: {_quoted(file.path.name)}", f"  subject: {file.subject}", "  sheets:"]
        several = sum(1 for one in file.sheets if one.above and not one.hidden) > 1
        mapped = [(one, one.heading) for one in file.sheets
                  if one.heading is not None and not (one.hidden or one.totals)
                  and (one.heading.columns or one.guesses)]  # fmt: skip
        known = any(heading.columns for _, heading in mapped)
        for sheet, heading in mapped:
            # beside a sheet that is known, one of guesses alone is most likely no table: notes, an explanation
            dash = "  # " if known and not heading.columns else ""
            lines += [f"{dash}{line}" for line in _sheet_lines(sheet, heading, several=several)]
    return "\n".join(lines) + "\n"


def _sheet_lines(sheet: LookedSheet, heading: Heading, *, several: bool) -> Iterator[str]:
    yield f"  - sheet: {_quoted(sheet.sheet)}"
    yield f"    heading: [{heading.first}, {heading.last}]"
    if sheet.above:
        above = f"{'' if several else '# '}above: {_quoted(sheet.above)}"
        yield f"    {above}  # 每行都属于它，请核对 / every row belongs to it: check it"
    if sheet.dittos:
        yield "    # ditto: true  # “同上”都是上一行的值，请核对 / each is the cell above: check it"
    yield "    columns:"
    for one in heading.columns:
        yield f"      {_quoted(letter_of(one.place))}: {{{_about(one)}}}"
    for guess in sheet.guesses:
        yield f"      # {_quoted(letter_of(guess.place))}: {{{_about(guess)}}}  # 像是，请核对 / a guess: check it"


def _about(one: Match | Guess) -> str:
    unit = f", unit: {_quoted(one.unit)}" if one.unit else ""
    return f"heading: {_quoted(one.heading)}, is: {one.name}{unit}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def plainly(files: Iterable[LookedFile]) -> list[Mapping[str, object]]:
    """Files as JSON has them."""
    return [
        {"file": file.path.name, "subject": file.subject, "sheets": [
            {"sheet": one.sheet, "hidden": one.hidden, "rows": one.rows, "above": one.above,
             "turned": one.turned > 0, "totals": one.totals,
             "heading": [one.heading.first, one.heading.last] if one.heading else None,
             "columns": {match.heading: match.name for match in one.heading.columns} if one.heading else {},
             "guesses": {heading: [guess.name for guess in those] for heading, those in
                         groupby(one.guesses, lambda guess: guess.heading)}} for one in file.sheets]}
        for file in files
    ]  # fmt: skip
