"""Text in columns. A Chinese character is two columns wide, so lengths in characters align nothing.

A Span carries a tone (`good`, `bad`, `unknown`, `dim`, `title`); the caller that prints it may turn that into a colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

WIDE = frozenset("WF")
GAP = 2


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line with its meaning: good, bad, dim ..."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells to be aligned with those of the rows around it."""

    cells: tuple[Span, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of its own, which aligns with nothing."""

    spans: tuple[Span, ...]
    indent: int = 0


Block = Sequence[Row | Line]


def width(text: str) -> int:
    """The number of terminal columns of a text."""
    return sum(2 if east_asian_width(one) in WIDE else 1 for one in text if not combining(one))


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def row(*cells: str | Span, indent: int = 0) -> Row:
    return Row(tuple(cell if isinstance(cell, Span) else Span(cell) for cell in cells), indent)


def line(*spans: str | Span, indent: int = 0) -> Line:
    return Line(tuple(span if isinstance(span, Span) else Span(span) for span in spans), indent)


def aligned(block: Block) -> list[Line]:
    """The block as lines: cells of one column begin at one place; nothing is cut."""
    rows = [one for one in block if isinstance(one, Row)]
    columns = max((len(one.cells) for one in rows), default=0)
    # The last cell of a row pushes nobody aside, and may be as long as it likes.
    widest = [
        max((width(one.cells[at].text) for one in rows if at < len(one.cells) - 1), default=0) for at in range(columns)
    ]
    return [one if isinstance(one, Line) else Line(tuple(_padded(one, widest)), one.indent) for one in block]


def _padded(one: Row, widest: Sequence[int]) -> Iterable[Span]:
    last = max((at for at, cell in enumerate(one.cells) if cell.text), default=-1)
    for at, cell in enumerate(one.cells[: last + 1]):
        yield cell if at == last else Span(pad(cell.text, widest[at] + GAP * bool(widest[at])), cell.tone)


def text(block: Block) -> str:
    """The block without colours."""
    return "\n".join(" " * one.indent + "".join(span.text for span in one.spans) for one in aligned(block))
