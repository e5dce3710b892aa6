"""An edition under value after value of one figure: `decision.item=50%..65%/1%`.

The first and the last are supposed as any figure is, and so are held to all rules; those between are these two with
the one value that differs set anew, for a hundred editions cannot each be read from a hundred files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from pathlib import Path

from rules.model import Comparison, Edition
from rules.model.places import Place, at, differing, put
from rules.operations.comparisons import DOWNWARD, UPWARD
from rules.values.exact import decimal_text, read_literal
from rules.values.text import Text
from rules.variants.whatif import NoSuchFigure, Supposition, in_force, suppose

MOST = 1000  # values
ONCE = UPWARD | DOWNWARD  # as its limit moves, the truth of one turns once at most
NUMBER = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)\s*(.*)")


@dataclass(frozen=True, slots=True)
class Swept:
    """The editions of a sweep, with the value of each as written."""

    owner: str
    name: str
    values: tuple[str, ...]
    editions: tuple[Edition, ...]
    once: bool  # the figure is the limit of one comparison, which turns once at most on the way


def sweep(root: Path, edition: Edition, text: str, on: date) -> Swept:
    """Every edition of a sweep of the figure in force on a day; NoSuchFigure and PolicyError as for a supposition."""
    (asked,) = in_force(edition, [Supposition.read(text)], on)
    values = values_of(asked.value)
    ends = [suppose(root, edition, [replace(asked, value=one)]) for one in dict.fromkeys((values[0], values[-1]))]
    first, last = ends[0], ends[-1]
    places = [one.place for one in differing(first, last) if not isinstance(one.old, Text)]
    wanted = [read_literal(one) for one in values]
    for place in places:
        for end, literal in ((first, wanted[0]), (last, wanted[-1])):
            if literal is None or at(end, place) != literal.value:
                raise _unwalkable(text)
    if len(ends) > 1 and not places:
        raise _unwalkable(text)
    between = [reduce(lambda made, place: put(made, place, one.value), places, first) for one in wanted[1:-1] if one]
    editions = (first, *between, last)[: len(values)]
    return Swept(asked.owner, asked.name, values, editions, len(places) == 1 and _turns_once(first, places[0]))


def values_of(text: str) -> tuple[str, ...]:
    """`50%..65%/1%` as 50%, 51%, … 65%; NoSuchFigure where it cannot be walked."""
    ends, _, step = text.partition("/")
    low, _, high = ends.partition("..")
    parts = [NUMBER.fullmatch(one.strip()) for one in (low, high, step)]
    numbers = [Fraction(Decimal(one[1])) for one in parts if one is not None]
    if len(numbers) < len(parts) or len({one[2].rstrip("s") for one in parts if one is not None}) > 1:
        raise NoSuchFigure(f"要写成 50%..65%/1%，不是 {text}。", f"A sweep reads 50%..65%/1%, not {text}.")
    first, last, by = numbers
    if by <= 0:
        raise _unwalkable(text, "：步子要大于零", ": its step has to be more than zero")
    if last < first:
        raise _unwalkable(text, "：起点大于终点，请对调", ": it begins above its end, swap the two")
    if (last - first) / by > MOST:
        raise _unwalkable(text, f"：最多 {MOST} 步，步子放大些", f": at most {MOST} steps, take larger ones")
    unit = parts[0][2] if parts[0] is not None else ""
    space = "" if unit in ("", "%") else " "
    return tuple(f"{decimal_text(first + by * place)}{space}{unit}" for place in range(int((last - first) / by) + 1))


def _unwalkable(text: str, zh: str = "", en: str = "") -> NoSuchFigure:
    return NoSuchFigure(f"{text} 不能走{zh}。", f"{text} cannot be walked{en}.")


def _turns_once(edition: Edition, place: Place) -> bool:
    """Whether a place is the limit of a comparison in a decision, read from the record that is judged itself."""
    if place[0] != "rules" or edition.rules[place[1]].body.over or {"then", "where", "each"} & {*place}:
        return False
    test = at(edition, place[:-3])
    return isinstance(test, Comparison) and test.operator in ONCE and place[-3] == "limits" and place[-1] == "value"
