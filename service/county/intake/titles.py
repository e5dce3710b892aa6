"""The headings of the columns of an extract: the titles of facts with their units, as the templates write them."""

from __future__ import annotations

from rules.model import Edition, Fact
from rules.table.columns import KEY, key_of
from rules.values.text import Lang, Text
from rules.words.phrases import UNITS

ID = Text("编号", KEY)
MONEY = "元"


def unit_of(edition: Edition, fact: Fact) -> str:
    """The unit of a fact as headings show it in Chinese; "" for a share, and where the unit has no Chinese word."""
    unit, kind = fact.type.unit, fact.type.kind
    if kind == "amount":
        return MONEY
    if kind != "count" or not unit:
        return ""
    if unit in UNITS:
        return UNITS[unit].zh
    return edition.subjects[unit].title.zh if unit in edition.subjects else "" if unit.isascii() else unit


def heading(edition: Edition, fact: Fact, lang: Lang) -> str:
    """The heading of a fact: its title, in Chinese with the unit; its name where the title is not its alone."""
    facts = edition.subjects[fact.subject].facts.values()
    alike = [one for one in facts if one.given and one.title.get(lang) == fact.title.get(lang)]
    if len(alike) > 1:
        return fact.name
    unit = unit_of(edition, fact) if lang == "zh" else ""
    return fact.title.get(lang) + (f"（{unit}）" if unit else "")


def heading_of_above(edition: Edition, subject: str, lang: Lang) -> str:
    """The heading of the column that says which record around a row belongs to; "" where there is none around."""
    above = edition.subjects[subject].within
    return "" if not above else edition.subjects[above].title.zh if lang == "zh" else key_of(above)
