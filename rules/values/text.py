"""Text in the two languages, its place in a file, and words as messages quote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the two languages; `zh` is the one that counts."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def __iter__(self) -> Iterator[str]:
        return iter((self.zh, self.en))


class TextError(Exception):
    """An error with its message in the two languages, and a place; as a string it is the English message."""

    where = ""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class TextErrors(Exception):
    """Several errors at once: a dictionary for each, with `where`, `zh` and `en`."""

    def __init__(self, problems: Sequence[Mapping[str, str]]) -> None:
        super().__init__("; ".join(f"{one['where']}: {one['en']}" for one in problems))
        self.problems = problems


class NotFound(TextError, LookupError):
    """There is nothing of this name: the message says what there is."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; lines and columns count from 1 and in characters, as editors show them."""

    file: str
    line: int  # 1 where the file as a whole is meant, 0 where there is none
    column: int

    @property
    def place(self) -> str:
        """As editors make a link of it."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


NOWHERE = Mark("", 0, 0)


def shown(text: str, most: int = 60) -> str:
    """A quotation from a file that stays on one line and cannot swamp the message around it."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"


def near(word: str, known: Mapping[str, object] | tuple[str, ...], likeness: float = 0.6) -> str:
    """The known word that was probably meant, or nothing; `likeness` is the least ratio of difflib."""
    return next(iter(get_close_matches(word[:60], list(known), 1, likeness)), "")


def listed(words: Mapping[str, object] | tuple[str, ...]) -> str:
    """Words as messages list them."""
    return ", ".join(f"`{word}`" for word in words)
