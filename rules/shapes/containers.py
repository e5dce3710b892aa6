"""The shapes of mappings and lists, and references to shapes that are named elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rules.files.node import Node, kind
from rules.problems.problem import Problems
from rules.shapes.scalars import FOUND, Pattern, Schema, Shape
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
        good, keys = True, self.keys
        for key in self.required:
            if key not in node.entries:
                problems.add(node, "shape.missing_key", key=key)
                good = False
        for key, value in node.entries.items():
            if key in keys:
                good = keys[key].check(value, problems) and good
                continue
            good, guess = False, near(key, tuple(k for k in keys if k not in node.entries))
            code = "shape.unknown_key_near" if guess else "shape.unknown_key"
            at, allowed = node.key_marks[key], listed(keys)
            problems.add(at, code, path=value.path, key=shown(key), near=guess, allowed=allowed)
        return good

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
        for key, value in node.entries.items():
            if not self.key.fits(key):
                good = False
                at, facts = node.key_marks[key], self.key.facts
                problems.add(at, "shape.key_pattern", path=value.path, key=shown(key), **facts)
            good = self.shape.check(value, problems) and good
        return good

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
        return _enough(node, self.at_least, problems) and all(results)

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
