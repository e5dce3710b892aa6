"""Tells the records of a sheet from its other rows: totals, notes, marks under the heading, members of a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from service.county.intake.grids import Cell, Row
from service.county.intake.headings import Heading
from service.county.intake.texts import squashed

ORDINALS = frozenset("甲 乙 丙 丁 戊 己 庚 辛 栏次 列次 序号".split())
_TOTAL = re.compile(r".{0,20}?(小计|合计|总计|共计|累计|subtotal|total|grandtotal)[::]?")


@dataclass(slots=True)
class Kinds:
    """The rows of a sheet that are no records, by their kind; totals with their cells."""

    totals: list[Row] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)


def filled(cells: Iterable[Cell]) -> int:
    """The number of cells that hold something."""
    return sum(1 for one in cells if not isinstance(one, str) or one.strip(" \t\r\n\u3000\u00a0\u200b\ufeff"))


def records(rows: Iterable[Row], heading: Heading, id: int | None, above: int | None, kinds: Kinds) -> Iterator[Row]:
    """The records below a heading; the other rows go to `kinds`. A row without an id is a record only where it stands
    among records and is filled like one: what no record can be is never dropped as a note."""
    facts = [one.place for one in heading.columns if one.place not in (id, above)]
    waiting: list[Row] = []  # rows without an id: notes, unless a record follows and they are filled like one
    begun = False
    for number, cells in rows:
        if number <= heading.last or not filled(cells):
            continue
        if is_total(cells, id):
            kinds.totals.append((number, cells))
        elif id is None:
            if not facts or _count(cells, facts):
                yield number, cells
            else:
                kinds.notes.append(number)
        elif _is_numbering(cells) and not begun:
            kinds.notes.append(number)
        elif not _at(cells, id):
            waiting.append((number, cells))
        else:
            yield from _told(waiting, facts, above, kinds, begun=begun)
            waiting, begun = [], True
            yield number, cells
    yield from _told(waiting, facts, above, kinds, begun=begun)


def _told(
    waiting: Sequence[Row], facts: Sequence[int], above: int | None, kinds: Kinds, *, begun: bool
) -> Iterator[Row]:
    """The rows without an id that are records all the same: filled at least by half, and with a record above them."""
    for number, cells in waiting:
        placed = above is not None and bool(_at(cells, above))
        count = _count(cells, facts)
        like = count * 2 >= len(facts) and (begun or any(map(_has_digit, cells)))
        signed = all(":" in squashed(str(one)) for one in cells if filled([one]))  # 制表人：…
        if not signed and (like or (placed and count > 0)):
            yield number, cells
        else:
            kinds.notes.append(number)


def _has_digit(cell: Cell) -> bool:
    return any(letter.isdigit() for letter in str(cell))


def is_total(cells: Sequence[Cell], id: int | None) -> bool:
    """Whether a row adds up others: its id says so, or it has none and a cell says so."""
    if id is not None and (own := _at(cells, id)):
        return total_word(own)
    return any(isinstance(one, str) and total_word(one) for one in cells)


def total_word(text: str) -> bool:
    """Whether a cell says that its row adds up others."""
    return _TOTAL.fullmatch(squashed(text)) is not None


def _is_numbering(cells: Sequence[Cell]) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 ..., perhaps after some letters."""
    words = [squashed(str(one)).removesuffix(".0").strip("()") for one in cells if filled([one])]
    numbers = [int(one) for one in words if one.isdecimal()]
    others = [one for one in words if not one.isdecimal()]
    return (
        len(numbers) > 1
        and numbers == list(range(1, len(numbers) + 1))
        and all(one in ORDINALS or (len(one) == 1 and one.isascii()) for one in others)
    )


def _count(cells: Sequence[Cell], places: Sequence[int]) -> int:
    return filled(cells[place] for place in places if place < len(cells))


def _at(cells: Sequence[Cell], place: int) -> str:
    one = cells[place] if place < len(cells) else ""
    return squashed(one) if isinstance(one, str) else str(one)
