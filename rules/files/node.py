"""The nodes of a policy file: each value as text, with its place and the type that an editor sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rules.values.text import NOWHERE, Mark

_KINDS = {
    "null": re.compile(r"|~|null|Null|NULL"),
    "boolean": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "integer": re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    "number": re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
}
_BEGINNINGS = frozenset("~nNtTfF+-.0123456789")  # of every text that one of them matches


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A mapping, list or scalar, with the place it was written. `quoted` covers `|` and `>` blocks too."""

    mark: Mark
    path: str
    value: dict[str, Node] | list[Node] | str
    quoted: bool = False
    key_marks: dict[str, Mark] = field(default_factory=dict)

    @property
    def is_map(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.value, list)

    @property
    def is_scalar(self) -> bool:
        """Whether this is a single value."""
        return isinstance(self.value, str)

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; none for anything else, so that callers need no type test."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; none for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """The text of a scalar; empty for anything else."""
        return self.value if isinstance(self.value, str) else ""

    def get(self, key: str) -> Node | None:
        """The entry of a mapping, or None."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def at(self, key: str) -> Node:
        """The entry of a mapping, or an empty node: without text, items or entries."""
        return self.value.get(key, ABSENT) if isinstance(self.value, dict) else ABSENT

    def key(self, key: str) -> Node:
        """A key of a mapping as a scalar, where it was written."""
        return Node(self.key_marks[key], self.entries[key].path, key)


ABSENT = Node(NOWHERE, "", "")


def kind(text: str, *, quoted: bool = False) -> str:
    """The JSON Schema type that YAML 1.2 (core) gives a scalar."""
    if quoted or (text and text[0] not in _BEGINNINGS):  # most scalars are words: a plan asks some thousand times
        return "string"
    return next((k for k, p in _KINDS.items() if p.fullmatch(text)), "string")


def resolved(word: str) -> list[str | bool | int | float]:
    """Every value an editor may read for a word: the text if quoted, and its resolved value if not."""
    match kind(word):
        case "boolean":
            return [word, word.lower() == "true"]
        case "integer":
            return [word, int(word, 0) if word[:2] in ("0x", "0o") else int(word)]
        case "number" if word[-1] in "0123456789.":
            return [word, float(word)]
        case _:
            return [word]
