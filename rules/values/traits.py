"""Traits that people may not be judged by, and the words of a title that speak of one. 最低保证金 is no 低保."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rules.values.text import Text

_DATA = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
PERSONAL_TRAITS = {trait: Text(about["zh"], about["en"]) for trait, about in _DATA.items()}
WORDS = re.compile("|".join(f"(?P<{trait}>{'|'.join(about['words'])})" for trait, about in _DATA.items()))
OF_A_PLAN = frozenset(trait for trait, about in _DATA.items() if about.get("of_a_plan"))  # fit where a clause says so


def speaks_of(text: str) -> frozenset[str]:
    """The traits that a text speaks of."""
    return frozenset(match.lastgroup or "" for match in WORDS.finditer(text))


def spoken_of(title: str, declared: str = "") -> tuple[str, Text | None]:
    """The trait that a fact declares or its title speaks of, and how to name it; "" and None where there is none."""
    match = None if declared else WORDS.search(title)
    if match is None:
        return declared, PERSONAL_TRAITS.get(declared)
    name = PERSONAL_TRAITS[trait := match.lastgroup or ""]
    return trait, Text(f"{name.zh}：{match[0]}", f"{name.en}: {match[0]}")
