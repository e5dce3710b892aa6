"""A choice between shapes, made by a feature that an author can see.

The feature is a key that is present, the value of a key, or the form: mapping, list or single value. The branch is
chosen before it is checked. Trying each in turn would end in "none of these fits", which tells an author nothing; the
messages of a known branch say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rules.files.node import Node, resolved
from rules.problems.problem import Problems
from rules.shapes.scalars import FOUND, Schema, Shape
from rules.values.text import Text, listed, near, shown


@dataclass(frozen=True)
class Test:
    """Tells one branch of an `Either` from the others: by a function for the checker, by a schema for an editor."""

    matches: Callable[[Node], bool]
    condition: Schema
    label: Text
    key: str = ""  # that tells the branch by being there
    title: Text | None = None  # what the branch is for, where a form offers it


def has(key: str) -> Test:
    """A mapping in which `key` is present."""
    label = Text(f"含有 `{key}:` 的键值映射", f"a mapping with `{key}:`")
    return Test(lambda node: key in node.entries, {"type": "object", "required": [key]}, label, key)


def says(key: str, *values: str) -> Test:
    """A mapping in which `key` has one of `values`."""
    options = {"enum": [seen for value in values for seen in resolved(value)]}
    condition = {"type": "object", "required": [key], "properties": {key: options}}
    label = Text(f"`{key}: {' | '.join(values)}`", f"`{key}: {' | '.join(values)}`")
    return Test(lambda node: (at := node.get(key)) is not None and at.value in values, condition, label)


def is_a(sort: Literal["map", "list", "scalar"], title: Text | None = None) -> Test:
    """A node of one kind; `title` says what it is for."""
    python, json = {
        "map": (dict, ["object"]),
        "list": (list, ["array"]),
        "scalar": (str, ["string", "number", "boolean", "null"]),
    }[sort]
    return Test(lambda node: isinstance(node.value, python), {"type": json}, FOUND[python], title=title)


@dataclass(frozen=True, init=False)
class Either:
    """One of several shapes, chosen by the first test that matches: its message is then about that one."""

    branches: tuple[tuple[Test, Shape], ...]

    def __init__(self, *branches: tuple[Test, Shape]) -> None:
        object.__setattr__(self, "branches", branches)

    def check(self, node: Node, problems: Problems) -> bool:
        for test, shape in self.branches:
            if test.matches(node):
                return shape.check(node, problems)
        keys = {test.key: shape for test, shape in self.branches if test.key}
        for key, at in node.key_marks.items():
            if guess := near(key, keys, 0.8):  # a key beside may be a little like one
                path, allowed = node.entries[key].path, listed(keys)
                problems.add(at, "shape.unknown_key_near", path=path, key=shown(key), near=guess, allowed=allowed)
                return False
        labels = [test.label for test, _ in self.branches]
        possible = Text("；".join(label.zh for label in labels), "; ".join(label.en for label in labels))
        problems.add(node, "shape.no_branch", possible=possible)
        return False

    def schema(self, defs: Schema) -> Schema:
        rest: Schema = {"not": {}}
        for test, shape in reversed(self.branches):
            rest = {"if": test.condition, "then": shape.schema(defs), "else": rest}
        return rest
