"""Cells of CSV files for people, who open them in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # how a text begins that a spreadsheet works out
NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*%?")


def defused(rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The rows, with a quotation mark before each text that a spreadsheet would take for a formula."""
    return ([_plain(value) for value in row] for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value
