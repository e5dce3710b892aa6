"""The catalogue of phrases, `phrases.json`: the names of the model's fields and of their values, verdicts, joins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules.model import Edition, Group, Reading
from rules.values.text import Text

_CATALOGUE = json.loads(Path(__file__).with_name("phrases.json").read_text(encoding="utf-8"))
_KEYS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}


def _section(phrases: Mapping[str, list[str]]) -> Mapping[Any, Text]:
    return {_KEYS.get(key, key): Text(*texts) for key, texts in phrases.items()}


NOT = Text("不符合（{0}）", "not ({0})")  # none of a single part
ONLY = Text("{0}（仅计{where}）", "{0} (only where {where})")  # a list without the records that do not count
SPAN = Text("在 {0} 至 {1} 之间（含两端）", "between {0} and {1} (both in)")
AND_ALSO = Text("，", " and ")  # between the comparisons of one value
WANTED = Text("要求：{0}", "wanted: {0}")
LISTED = Text("、", ", ")

TRIED = Text("试算：“{0}”改取“{1}”；不是正式判定", 'a try, not of record: "{0}" read as "{1}"')

NONE = Text("（无）", "(none)")
FIELDS = _section(_CATALOGUE["fields"])
VALUES: Mapping[tuple[str, Any], Text] = {
    (field, value): text for field, texts in _CATALOGUE["values"].items() for value, text in _section(texts).items()
}
HOLDS, IS, MEETS = (_section(_CATALOGUE[name]) for name in ("holds", "is", "meets"))  # by verdict
REACHED, COUNTED = (_section(_CATALOGUE[name]) for name in ("reached", "counted"))  # by verdict
JOINED, REQUIRED, FORBIDDEN = (_section(_CATALOGUE[name]) for name in ("joined", "required", "forbidden"))  # by join
AROUND, BETWEEN = (_section(_CATALOGUE[name]) for name in ("around", "between"))  # the parts of a condition, by join
UNITS = _section(_CATALOGUE["units"])
NUMBERED = _section(_CATALOGUE["numbered"])  # a figure that numbers, by its unit
LACKING, FAR = (_section(_CATALOGUE[name]) for name in ("lacking", "far"))  # by reason


def tried(edition: Edition) -> list[Text]:
    """The readings that an edition follows otherwise than its plan, a sentence for each."""
    readings = [edition.readings[name] for name in edition.under]
    return [Text(TRIED.zh.format(one.title.zh, one.readings[one.chosen].zh),
                 TRIED.en.format(one.title.en, one.readings[one.chosen].en)) for one in readings]  # fmt: skip


SAME = Text("规则不变", "the rules stay as they are")


def read_as(reading: Reading) -> Text:
    """A reading of the plan and the choice that an edition takes."""
    chosen = reading.readings.get(reading.chosen, Text(reading.chosen, reading.chosen))
    return Text(f"{reading.title.zh}，取“{chosen.zh}”", f'{reading.title.en}, taken as "{chosen.en}"')


def taken(reading: Reading) -> Text:
    """The same, named as a reading."""
    said = read_as(reading)
    return Text(f"解读：{said.zh}", f"Reading: {said.en}")


def joined(group: Group, phrases: Mapping[str, Text] = JOINED) -> Text:
    """How the parts of a group are joined: `at least 2 of these`."""
    return Text(*(one.format(group.least) for one in phrases[group.join]))
