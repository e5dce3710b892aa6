"""Where the parts of a file stand in its text: entries of collections, their lines, and their comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rules.editing.address import Address, Data, Refused, missing, position
from rules.editing.texts import tree
from rules.files.source import Written, written

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a collection (`parent`, in which it is the `here`th), with its key where that is a mapping."""

    value: Written
    key: Written | None = None
    parent: Written | None = None
    here: int = 0
    flow: bool = False  # somewhere within brackets, so that a line end means nothing

    @property
    def begin(self) -> int:
        """Where it begins: the key, or the value."""
        return self.value.start if self.key is None else self.key.start


def data_of(one: Written) -> Data:
    """A value without its places."""
    if one.word is not None:
        return one.word
    if one.is_map:
        return {key.word or "": data_of(value) for key, value in one.pairs}
    return [data_of(child) for child in one.children or ()]


def spots(parent: Written, *, flow: bool = False) -> list[Spot]:
    """The parts of a collection."""
    inside = flow or parent.flow
    if parent.is_map:
        return [Spot(value, key, parent, here, inside) for here, (key, value) in enumerate(parent.pairs)]
    return [Spot(value, None, parent, here, inside) for here, value in enumerate(parent.children or ())]


@lru_cache(maxsize=8)  # an edit looks at a text before and after, and the next begins with the last
def layout_of(file: str, text: str) -> Layout:
    """The layout of a text."""
    return Layout(file, text)


class Layout:
    """The text of a file without a BOM, and its tree. Refused where it is not one whole YAML document."""

    def __init__(self, file: str, text: str) -> None:
        self.bom, self.text = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
        tree(file, text)  # refuses what is no policy file
        whole = written(text)
        assert whole is not None
        if "\r" in self.text.replace("\r\n", ""):
            raise Refused(f"{file}.yaml 的行尾不是换行符。", f"The lines of {file}.yaml end in no line feed.", file)
        self.file, self.tree = file, whole

    @cached_property
    def data(self) -> Data:
        return data_of(self.tree)

    def find(self, at: Address) -> Spot:
        """The part at an address."""
        spot = Spot(self.tree)
        for number, step in enumerate(at.steps):
            data = data_of(spot.value)
            found = position(data, step)
            if found is None:
                raise missing(data, step, Address(at.file, at.steps[: number + 1]))
            spot = spots(spot.value, flow=spot.flow)[found]
        return spot

    def end(self, one: Written) -> int:
        """Where a value ends, without blank lines behind a text block."""
        if one.children and not one.flow:
            return self.end(one.children[-1])
        return one.start + len(self.text[one.start : one.end].rstrip()) if one.style in ("|", ">") else one.end

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where the line ends, before its line end."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > at and self.text[end - 1 : end] == "\r" else end

    def below(self, at: int) -> int:
        """Where the next line begins."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    @property
    def eol(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def column(self, at: int) -> int:
        return at - self.line_start(at)

    def opens_line(self, spot: Spot) -> bool:
        """Whether nothing but blanks, or the dash of the item, stands before it on its line."""
        before = self.text[self.line_start(spot.begin) : spot.begin]
        is_item = spot.parent is not None and not spot.parent.is_map and not spot.flow
        return re.fullmatch(" *-[ \t]+" if is_item else "[ \t]*", before) is not None

    def start(self, spot: Spot) -> int:
        """Where a part of a block begins: its key, or the dash before it."""
        if spot.key is not None or spot.parent is None:
            return spot.begin
        return spot.parent.start if spot.here == 0 else self.text.rfind("-", 0, spot.begin)

    def lines(self, spot: Spot) -> Span | None:
        """The lines of a part of a block, up to before the last line end, with the comments that are its own.

        Those within it, and those right above where no other part follows that they might speak of. None where it
        has no lines of its own."""
        if not self.opens_line(spot):
            return None
        column, start = self.column(self.start(spot)), self.line_start(spot.begin)
        end = self._with_comments_below(self.line_end(self.end(spot.value)), column)
        follows = self.text[self.below(end) : self.line_end(self.below(end))].strip()
        last = spot.parent is None or spot.here == len(spots(spot.parent)) - 1
        if last or not follows or follows.startswith("#"):
            while self._comment(above := self.line_start(start - 1)) == column and above < start:
                start = above
        return start, end

    def _with_comments_below(self, end: int, column: int) -> int:
        """The end of the comments below that are indented deeper than a part."""
        while (below := self.below(end)) < len(self.text) and (self._comment(below) or 0) > column:
            end = self.line_end(below)
        return end

    def _comment(self, line: int) -> int | None:
        """The column of the comment that is all of a line."""
        match = re.match(" *(?=#)", self.text[line : self.line_end(line)]) if line >= 0 else None
        return match and match.end()
