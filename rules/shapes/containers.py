"""The shapes of mappings and lists, and references to shapes that are named elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from rules.files.node import Node, kind
from rules.problems.meant import SIGNS, plain, respelt
from rules.problems.problem import Problems
from rules.shapes.scalars import FOUND, Pattern, Prose, Schema, Shape
from rules.values.text import Text, listed, near, shown


def document(shape: Shape, title: str) -> Schema:
    """A complete JSON Schema for an editor."""
    defs: Schema = {}
    body = shape.schema(defs)
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    return {**head, "allOf": [body], "definitions": defs}


def _holds(node: Node, wanted: type, code: str, problems: Problems) -> bool:
    if isinstance(node.value, wanted):
        return True
    empty = node.is_scalar and kind(node.text, quoted=node.quoted) == "null"
    problems.add(node, code, found=Text("空的", "empty") if empty else FOUND[type(node.value)])
    return False


def _enough(node: Node, least: int, problems: Problems) -> bool:
    if len(node.value) >= least:
        return True
    problems.add(node, "shape.too_few", least=least, count=len(node.value))
    return False


def is_piece(node: Node, key: str) -> bool:
    """Whether a key of a mapping has no colon behind it: a piece of the text before it, which its comma has cut."""
    value, at = node.entries[key], node.key_marks[key]
    return value.value == "" and not value.quoted and value.mark == replace(at, column=at.column + len(key))


def _cut(node: Node, shape_of: Callable[[str], Shape | None], problems: Problems) -> dict[str, str]:
    """Report texts within braces that their commas cut, and keys that a full-width colon joins to their value: the
    pieces that stand there as keys, each with the key it belongs to."""
    pieces: dict[str, str] = {}
    whole: dict[str, str] = {}
    head = ""
    if all(value.value != "" or value.quoted for value in node.entries.values()):
        return pieces
    for key, value in node.entries.items():
        at = node.key_marks[key]
        if not is_piece(node, key):
            head = key if value.is_scalar and not value.quoted else ""
            continue
        word, colon, rest = key.replace("：", ":").partition(":")  # from here on, a key without a colon behind it
        if colon and shape_of(SIGNS.get(word, word)) is not None:
            meant = f"{word}: {rest.lstrip()}"
            problems.add(at, "shape.meant", path=value.path, text=shown(key), meant=meant, mend=(key, meant))
            pieces[key] = SIGNS.get(word, word)
        elif head and shape_of(key) is None:
            text = whole.get(head, node.at(head).text)
            blanks = " " * (at.column - node.at(head).mark.column - len(text) - 1)
            whole[head] = f"{text},{blanks}{key}"
            pieces[key] = head
    for key, text in whole.items():
        number = respelt(text, lambda one: "," not in one and one[:1].isdigit())
        meant = f'"{text}"' if isinstance(shape_of(key), Prose) else number
        mend = (text, meant) if meant else None
        problems.add(node.at(key), "shape.comma", text=shown(text), mend=mend)
    return pieces


@dataclass(frozen=True)
class Field:
    """A shape with words about it, which editors show beside the key."""

    shape: Shape
    zh: str
    en: str

    def check(self, node: Node, problems: Problems) -> bool:
        return self.shape.check(node, problems)

    def schema(self, defs: Schema) -> Schema:
        inner = self.shape.schema(defs)
        # draft-07 ignores whatever stands beside a $ref
        return {"description": f"{self.zh}\n{self.en}", **({"allOf": [inner]} if "$ref" in inner else inner)}


@dataclass(frozen=True)
class Anything:
    """Any content: for keys that cannot be judged until a mistake elsewhere is mended."""

    def check(self, node: Node, problems: Problems) -> bool:
        return True

    def schema(self, defs: Schema) -> Schema:
        return {}


@dataclass(frozen=True)
class Record:
    """A mapping with known keys."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)

    @cached_property
    def keys(self) -> dict[str, Shape]:
        return {**self.required, **self.optional}

    def check(self, node: Node, problems: Problems) -> bool:
        if not _holds(node, dict, "shape.wanted_map", problems):
            return False
        keys, entries = self.keys, node.entries
        cut = _cut(node, keys.get, problems)
        known = [shape.check(entries[key], problems) for key, shape in keys.items() if key in entries]
        others = [key for key in entries if key not in keys]
        meant = {*cut.values(), *(self._unknown(node, key, problems) for key in others if key not in cut)}
        missing = [key for key in self.required if key not in entries]
        for key in missing:
            if key not in meant:  # else one slip would be told twice
                problems.add(node, "shape.missing_key", key=key)
        return all(known) and not others and not missing

    def _unknown(self, node: Node, key: str, problems: Problems) -> str:
        """Report a key that is none of the record's: as another spelling, else with the nearest; which is returned."""
        at, path, word = node.key_marks[key], node.entries[key].path, plain(key)
        if (meant := SIGNS.get(word, word)) in self.keys:
            problems.add(at, "shape.meant", path=path, text=shown(key), meant=meant, mend=(key, meant))
            return meant
        guess = near(key, tuple(k for k in self.keys if k not in node.entries))
        code = "shape.unknown_key_near" if guess else "shape.unknown_key"
        problems.add(at, code, path=path, key=shown(key), near=guess, allowed=listed(self.keys))
        return guess

    def schema(self, defs: Schema) -> Schema:
        properties = {key: shape.schema(defs) for key, shape in self.keys.items()}
        required = {"required": list(self.required)} if self.required else {}
        return {"type": "object", "properties": properties, **required, "additionalProperties": False}


@dataclass(frozen=True)
class MapOf:
    """A mapping whose keys the author chooses, of one form."""

    key: Pattern
    shape: Shape
    at_least: int = 0

    def check(self, node: Node, problems: Problems) -> bool:
        if not _holds(node, dict, "shape.wanted_map", problems):
            return False
        good = _enough(node, self.at_least, problems)
        cut = _cut(node, lambda key: self.shape if self.key.fits(key) else None, problems)
        for key, value in node.entries.items():
            if key in cut:
                continue
            if not self.key.fits(key):
                good, at = False, node.key_marks[key]
                if meant := SIGNS.get(plain(key), "") or respelt(key, self.key.fits):
                    problems.add(at, "shape.meant", path=value.path, text=shown(key), meant=meant, mend=(key, meant))
                else:
                    problems.add(at, "shape.key_pattern", path=value.path, key=shown(key), **self.key.facts)
                    continue
            good = self.shape.check(value, problems) and good
        return good and not cut

    def schema(self, defs: Schema) -> Schema:
        names, values = {"pattern": self.key.anchored}, self.shape.schema(defs)
        least = {"minProperties": self.at_least} if self.at_least else {}
        return {"type": "object", "propertyNames": names, "additionalProperties": values, **least}


@dataclass(frozen=True)
class ListOf:
    """A list of items of one shape."""

    shape: Shape
    at_least: int = 0

    def check(self, node: Node, problems: Problems) -> bool:
        if not _holds(node, list, "shape.wanted_list", problems):
            return False
        results = [self.shape.check(item, problems) for item in node.items]
        return all(results) and _enough(node, self.at_least, problems)  # one that is wrong may stand for several

    def schema(self, defs: Schema) -> Schema:
        least = {"minItems": self.at_least} if self.at_least else {}
        return {"type": "array", "items": self.shape.schema(defs), **least}


@dataclass(frozen=True)
class Ref:
    """A shape looked up by name when it is needed, so that a grammar can refer to itself."""

    name: str
    registry: Mapping[str, Shape] = field(repr=False)

    def check(self, node: Node, problems: Problems) -> bool:
        return self.registry[self.name].check(node, problems)

    def schema(self, defs: Schema) -> Schema:
        if self.name not in defs:
            defs[self.name] = {}  # holds the place while the shape refers to itself
            defs[self.name] = self.registry[self.name].schema(defs)
        return {"$ref": f"#/definitions/{self.name}"}
