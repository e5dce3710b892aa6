"""Messages about policy files in the words of forms: a key is called by its title, a word by what it means, a name of
the plan by its own title. Who works in forms meets no YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from rules.format.grammar import DECISION, FILES, OPTIONAL
from rules.format.titles import title_of, title_of_file, titles
from rules.operations import OPERATORS
from rules.problems.problem import Problem
from rules.shapes import Either, Field, ListOf, MapOf, Record, Ref, Shape, Word
from rules.values.text import Lang, Text

Titles = Mapping[str, Text]  # of the plan's own names
_LABEL = {"zh": "“{}”", "en": "“{}”"}
_SAYS = {"zh": "“{}”：{}", "en": "“{}”: {}"}
_NAME = "[a-z][a-z0-9_]*"
_ANY = rf"`(?P<quoted>[^`]+)`|(?<![\w/.`-])(?P<file>{_NAME})\.yaml\b|(?<![\w/.`-])(?P<key>{_NAME}): (?P<word>{_NAME})\b"
# a word of Latin letters is a key in Chinese; in English one that no sentence has
_TOLD = {
    "zh": re.compile(rf" ?(?:{_ANY}|(?<![\w/.`-])(?P<bare>{_NAME})(?![\w/`-]|\.\w)) ?", re.ASCII),
    "en": re.compile(rf"{_ANY}|(?<![\w/.`-])(?P<bare>[a-z]+(?:_[a-z]+)+)(?![\w/`-]|\.\w)", re.ASCII),
}

_TWICE = re.compile(r"“([^”]+)” ?[（(]“?\1”?[）)] ?")  # a name whose title the message gives beside it


def in_forms(problem: Problem, names: Titles) -> Text:
    """What a problem says, for whoever works in forms; `names` are the titles of what the plan names."""
    return Text(_worded(problem.zh, "zh", names), _worded(problem.en, "en", names))


def _worded(text: str, lang: Lang, names: Titles) -> str:
    return _TWICE.sub(_once, _TOLD[lang].sub(lambda one: _label(one, lang, names), text))


def _once(found: re.Match[str]) -> str:
    return f"“{found[1]}”" + (" " if found[0].endswith(" ") else "")


def _label(found: re.Match[str], lang: Lang, names: Titles) -> str:
    whole = found[0]
    if found["file"]:
        title = title_of_file(found["file"]).get(lang)
        return whole if title == found["file"] else _LABEL[lang].format(title)
    quoted = found["quoted"] or whole.strip()
    key, pair, word = quoted.partition(": ")
    if found["quoted"] and (own := names.get(quoted.rpartition(".")[2])):
        return _LABEL[lang].format(own.get(lang))
    if key not in _keys():
        return whole
    title = _keys()[key].get(lang)
    if not pair:
        return _LABEL[lang].format(title)
    return _SAYS[lang].format(title, _words().get((key, word), Text(word, word)).get(lang))


@cache
def _keys() -> Titles:
    found = {**titles(), **{key: title_of(key, shape) for key, shape in _shapes()}}
    return {**found, **{name: one.about for name, one in OPERATORS.items()}}


@cache
def _words() -> Mapping[tuple[str, str], Text]:
    found = dict[tuple[str, str], Text]()
    for key, shape in _shapes():
        bare = shape.shape if isinstance(shape, Field) else shape
        if isinstance(bare, Word) and isinstance(bare.choices, Mapping):
            found |= {(key, word): said for word, said in bare.choices.items()}
    return found


@cache
def _shapes() -> tuple[tuple[str, Shape], ...]:
    """Every key that a policy file may have, with the shape of its value."""
    return tuple(_walked([*FILES.values(), *OPTIONAL.values(), DECISION]))


def _walked(waiting: list[Shape]) -> Iterator[tuple[str, Shape]]:
    seen = set[object]()
    while waiting:
        shape = waiting.pop()
        mark = (Ref, shape.name) if isinstance(shape, Ref) else id(shape)
        if mark in seen:
            continue
        seen.add(mark)
        match shape:
            case Field():
                waiting.append(shape.shape)
            case Ref():
                waiting.append(shape.registry[shape.name])
            case Either():
                waiting += [one for _, one in shape.branches]
            case MapOf() | ListOf():
                waiting.append(shape.shape)
            case Record():
                yield from shape.keys.items()
                waiting += shape.keys.values()
