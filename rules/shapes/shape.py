"""A tiny grammar language: one description checks nodes and emits JSON Schema, so the two cannot disagree.

The checker has the author's text; an editor's yaml-language-server has what YAML 1.2 makes of it: `4` is a
number there, `true` a boolean, `55%` a string. Each shape therefore allows in its schema exactly the kinds
it allows in its check. Where a schema cannot see a spelling (`007` and `7` are one number to it) it is the
more lenient of the two; it never refuses what the checker accepts.
"""

from __future__ import annotations

from typing import Any, Protocol

from rules.files.node import Node
from rules.problems.problem import Problems
from rules.values.text import Text

Schema = dict[str, Any]
FOUND: dict[type, Text] = {
    dict: Text("键值映射", "a mapping"),
    list: Text("列表", "a list"),
    str: Text("一个值", "a single value"),
}


class Shape(Protocol):
    """The form of one place of a policy."""

    def check(self, node: Node, problems: Problems) -> bool:
        """Report everything wrong with `node`; True when nothing is."""
        ...

    def schema(self, defs: Schema) -> Schema:
        """The same rule as draft-07 JSON Schema; shapes that are referred to go to `defs`."""
        ...
