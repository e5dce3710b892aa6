"""What the format of a cell adds to its number: people see 30%, 3万元 and H0012 where a workbook holds 0.3, 3, 12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from service.county.intake.forms import TIMES, Short, number_of, text_of
from service.county.intake.grids import Cell, Faults

Spans = tuple[tuple[int, int], ...]
_HUSHED = re.compile(r"\[[^\]]*\]|_.|\*.")  # colours and conditions, blanks of a width, what fills a cell
_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)')
_SCALED = re.compile(r'[\\!]\.|"\."|[0#?],+(?![0#?])')  # shown in thousands: the number itself is whole
_UNITS = "|".join(sorted((one for one in TIMES if one), key=len, reverse=True))
_UNIT = re.compile(rf"[^0#?]*[0#?][0#?.,]*\s*(%|(?:{_UNITS})元?)")
_SHORT = re.compile(r"[0#?][Ee][+-][0#?]")
_NUMBERED = re.compile(r"([A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z1-9_-])?|)(0+)")


@dataclass(frozen=True, slots=True)
class Dress:
    """The number is shown times `times`, filled up with zeros to `width`, between two words; `short`: as 1.1E+05."""

    times: int = 1
    width: int = 0
    before: str = ""
    after: str = ""
    short: bool = False

    def on(self, cell: Cell) -> Cell:
        """A number as people see it; any other cell as it is."""
        if isinstance(cell, bool) or not isinstance(cell, int | float) or (self.width and cell != int(cell)):
            return cell
        if self.short:
            return Short(cell)
        return f"{self.before}{text_of(number_of(cell) * self.times).zfill(self.width)}{self.after}"


@dataclass(frozen=True, slots=True)
class Looks:
    """What a reader of cells leaves out of a sheet: faults and formats by row (from 1) and column (from 0), the number
    of rows with cells that are hidden, the first and the last of columns that are, the rows that are struck through;
    `told`: whether that is known."""

    faults: Faults = field(default_factory=dict)
    dress: Mapping[tuple[int, int], Dress] = field(default_factory=dict)
    folded: int = 0
    veiled: Spans = ()
    struck: tuple[int, ...] = ()
    told: bool = True


SHORT = Dress(short=True)


@lru_cache(1 << 10)
def dress_of(code: str) -> Dress | None:
    """What a format of numbers adds to them; None where people see the number itself."""
    form = _HUSHED.sub("", code.partition(";")[0]).strip()
    if _SHORT.search(_LITERAL.sub("", form)):
        return SHORT
    if "%" in _LITERAL.sub("", form):
        return Dress(times=100, after="%")
    if _SCALED.search(form):
        return None
    shown = _LITERAL.sub(lambda match: match[1] or match[2] or "", form)
    if (unit := _UNIT.fullmatch(shown)) is not None:
        return Dress(after=unit[1])
    numbered = _NUMBERED.fullmatch(shown)
    if numbered is None or (not numbered[1] and len(numbered[2]) == 1):
        return None
    return Dress(width=len(numbered[2]), before=numbered[1])
