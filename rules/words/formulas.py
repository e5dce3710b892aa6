"""The words around formulas and comparisons, in both languages; the words of an operation stand in rules.operations.

In: the name of an operation, its option, the kind of its values. Out: the `Phrase` to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.operations import OPERATORS as DECLARED
from rules.operations import PHRASES
from rules.operations.phrases import Phrase
from rules.values.text import Text

ONLY = Text("{0}（仅计{where}）", "{0} (only where {where})")  # a list without the records that do not count

OPERATORS: Mapping[str, Text] = {one.name: one.words for one in DECLARED.values()}
DAYS: Mapping[str, Text] = {one.name: one.days for one in DECLARED.values() if one.days is not None}
BETWEEN = DECLARED["between"].parts  # as the loader writes `between`
SPAN = Text("在 {0} 至 {1} 之间（含两端）", "between {0} and {1} (both in)")
AND_ALSO = Text("，", " and ")  # between the comparisons of one value
LISTED = Text("、", ", ")
# join -> words around the parts, words between them
JOINS: Mapping[str, tuple[Text, Text]] = {
    "all": (Text("{0}", "{0}"), Text("，且", ", and ")),
    "any": (Text("满足任一（{0}）", "any of ({0})"), Text("；", "; ")),
    "none": (Text("都不成立（{0}）", "none of ({0})"), Text("；", "; ")),
    "at_least": (Text("至少{least}项成立（{0}）", "at least {least} of ({0})"), Text("；", "; ")),
}
NOT = Text("不符合（{0}）", "not ({0})")  # none of a single part


def phrase_of(name: str, option: str = "", kind: str = "") -> Phrase:
    """The phrase of an operation; `kind` is the kind of the values it orders. KeyError where there is none."""
    for key in (f"{name}.{option}@{kind}", f"{name}@{kind}", f"{name}.{option}", name):
        if key in PHRASES:
            return PHRASES[key]
    raise KeyError(f"{name}.{option}")
