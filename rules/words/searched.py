"""What somebody types to look something up, as words and figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from unicodedata import normalize

from rules.warnings.numerals import DIGITS, Figure, figures, typed

BEGINS = f"0123456789{DIGITS}十"  # a number of its own


@dataclass(frozen=True)
class Word:
    """A word that is looked for; `figure` where all of it is a figure."""

    text: str
    figure: Figure | None

    def in_text(self, text: str) -> bool:
        """Whether a text has the word. One that is a figure with a sign or unit is looked for by what it says alone;
        a bare number is no part of a longer one."""
        if self.figure is None:
            return self.text in _plain(text)
        return not self.figure.unit and not self.figure.operator and self._number.search(_plain(text)) is not None

    def said(self, text: str) -> bool:
        """Whether a text says the figure."""
        return (wanted := self.figure) is not None and any(one.same(wanted) for one in figures(text))

    @cached_property
    def _number(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\d.]){re.escape(self.text)}(?!\d|[.,]\d)")


def searched(text: str) -> list[Word]:
    """The words of a text, each once. A number and the sign behind it are one: 55 %, 30 万元. Full-width characters, as
    input methods write them, are the half-width ones."""
    words = list[str]()
    for one in _plain(text).split():
        if words and one[0] not in BEGINS and typed(words[-1]) is not None and typed(words[-1] + one) is not None:
            words[-1] += one
        else:
            words.append(one)
    return [Word(one, typed(one)) for one in dict.fromkeys(words)]


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()
