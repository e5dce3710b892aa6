"""Cleans the text of cells and headings: width, blanks and marks that nobody sees make no difference."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_BLANKS = re.compile(r"\s+")
_KEPT = 1 << 16  # texts whose cleaned forms are kept


def clean(text: str) -> str:
    """A text in its plain form (NFKC), without blanks around it and without marks that cannot be seen."""
    if text.isascii():
        return text.strip()
    return _cleaned(text)


@lru_cache(_KEPT)
def _cleaned(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).strip()


def squashed(text: str) -> str:
    """A heading or a word as it is compared: clean, without any blank or line break, in small letters."""
    return _BLANKS.sub("", clean(text)).casefold()
