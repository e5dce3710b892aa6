"""What a single value is, and what may be written in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rules.editing.known import Choice, Known
from rules.format.grammar import DATE, NUMBER
from rules.operations.forms import ID, VALUE
from rules.shapes import Anything, Flag, Pattern, Shape, Whole, Word
from rules.values.exact import UNITS, read_literal, singular
from rules.values.text import Text

TRUTH = (Choice("true", Text("是", "yes")), Choice("false", Text("否", "no")))
_FORMS = {DATE.regex: "date", NUMBER.regex: "bare", ID.regex: "id"}
_FIGURE = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)(.*)")


@dataclass(frozen=True, slots=True)
class Takes:
    """What a place takes. `kind`: text, flag, whole, word, id, pattern; where a figure stands one of
    rules.values.kinds, or `bare`; `code`, or what it names (rules.shapes.Pattern.names).

    `number` and `unit` are the two parts of a figure as written, the blank between them with the unit; `units` are
    those that it may have instead. `choices` are all that may stand there, or what there is to choose from."""

    kind: str
    about: Text
    number: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    examples: tuple[str, ...] = ()
    least: int | None = None


def takes(shape: Shape, text: str, known: Known, file: str, subject: str, compared: str) -> Takes:
    """What the place of a text takes, by its shape and by the fact that is compared there."""
    match shape:
        case Flag():
            return Takes("flag", Text("是或否", "yes or no"), choices=TRUTH)
        case Whole():
            least = shape.at_least
            return Takes("whole", Text(f"不小于 {least} 的整数", f"a whole number, {least} or more"), least=least)
        case Word():
            meanings = shape.choices if isinstance(shape.choices, Mapping) else {}
            words = tuple(Choice(word, meanings.get(word, Text(word, word))) for word in shape.choices)
            return Takes("word", Text("其中之一", "one of these"), choices=words)
        case Pattern():
            about = Text(shape.zh, shape.en)
            if shape.names == "facts":
                return _value(text, about, shape, known, (file, subject), compared)
            named = known.choices(shape.names, file, subject)
            kind = shape.names or _FORMS.get(shape.regex, "pattern")
            return Takes(kind, about, choices=named, examples=shape.examples)
        case Anything():
            return _value(text, Text(VALUE.zh, VALUE.en), VALUE, known, (file, subject), compared)
    return Takes("text", Text("文字", "some text"))


def _value(text: str, about: Text, shape: Pattern, known: Known, place: tuple[str, str], compared: str) -> Takes:
    """A figure, a truth, a code of the fact that is compared, or the name of a fact."""
    codes = known.codes(place[1], compared) if compared else ()
    literal = read_literal(text)
    if literal is not None and literal.type.kind == "boolean":
        return Takes("flag", Text("是或否", "yes or no"), choices=TRUTH)
    if literal is not None:
        match = _FIGURE.fullmatch(text) if literal.type.kind != "date" else None
        number, unit = match.groups() if match else ("", "")
        return Takes(literal.type.kind, about, number, unit, _units(literal.type.kind, unit.strip()))
    if codes and (not text or text in {one.word for one in codes}):
        return Takes("code", Text("其中之一", "one of these"), choices=codes)
    return Takes("facts", about, choices=known.choices("facts", *place), examples=shape.examples)


def _units(kind: str, unit: str) -> tuple[str, ...]:
    """The units that a figure of a kind may have: of a count only other words for its own."""
    own = UNITS.get(unit) or UNITS.get(singular(unit)) or (kind, singular(unit), None)
    alike = [word for word, (other, name, _) in UNITS.items() if other == kind and name == own[1]]
    return tuple(dict.fromkeys((unit, *alike))) if unit else ()


def rewritten(text: str, number: str) -> str:
    """The text of a figure with another number, its unit as it is written: `55%`, 60 → `60%`."""
    match = _FIGURE.fullmatch(text)
    return number + match[2] if match else number
