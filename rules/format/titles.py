"""What the keys of policy files are called, in both languages: beside the key in the grammar, or in `keys.json`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from rules.shapes import Field, Shape, Word
from rules.values.text import Text


def title_of(key: str, shape: Shape | None = None) -> Text:
    """The title of a key whose value has a shape; the key itself where it is a name of the plan's own."""
    if isinstance(shape, Field):
        return Text(shape.zh, shape.en)
    return titles().get(key, Text(key, key))


def title_of_file(name: str) -> Text:
    """What a file is called that has no title of its own, as a heading."""
    found = title_of(name)
    return Text(found.zh, found.en[:1].upper() + found.en[1:]) if name in titles() else found


def one_of(key: str) -> Word:
    """The words that a key may say, each with what it means, as `words.json` lists them."""
    rows = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))[key]
    return Word({word: Text(row["zh"], row["en"]) for word, row in rows.items()})


@cache
def titles() -> dict[str, Text]:
    """The titles that the grammar does not give beside the key."""
    rows = json.loads(Path(__file__).with_name("keys.json").read_text(encoding="utf-8"))
    return {key: Text(row["zh"], row["en"]) for key, row in rows.items()}
