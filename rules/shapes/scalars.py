"""Shapes, and those of single values: prose, patterns, words, flags, whole numbers.

The checker has the author's text; an editor's yaml-language-server has what YAML 1.2 makes of it: `4` is a
number there, `true` a boolean, `55%` a string. Each shape therefore allows in its schema exactly the kinds
it allows in its check. Where a schema cannot see a spelling (`007` and `7` are one number to it) it is the
more lenient of the two; it never refuses what the checker accepts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from rules.files.node import Node, kind, resolved
from rules.problems.meant import respelt, truth
from rules.problems.problem import Problems
from rules.values.text import Text, listed, near, shown

Schema = dict[str, Any]
FOUND: dict[type, Text] = {
    dict: Text("键值映射", "a mapping"),
    list: Text("列表", "a list"),
    str: Text("一个值", "a single value"),
}
_PROBES = ("0", "1", "12", "100", "2026", "0.5", "1.5", "12.25", "2026.1", "-1", "-1.5", "1e3")


class Shape(Protocol):
    """The form of one place of a policy."""

    def check(self, node: Node, problems: Problems) -> bool:
        """Report everything wrong with `node`; True when nothing is."""
        ...

    def schema(self, defs: Schema) -> Schema:
        """The same rule as draft-07 JSON Schema; shapes that are referred to go to `defs`."""
        ...


def _scalar(node: Node, problems: Problems, wanted: Callable[[], Text]) -> bool:
    """Whether there is a value at all; null is never one, for a policy must say what it means."""
    text = node.value
    if not isinstance(text, str):
        problems.add(node, "shape.wanted_scalar", wanted=wanted(), found=FOUND[type(text)])
    elif not text.strip(" \t\r\n") or kind(text, quoted=node.quoted) == "null":
        problems.add(node, "shape.no_value", wanted=wanted())
    else:
        return True
    return False


@dataclass(frozen=True)
class Prose:
    """Any words."""

    def check(self, node: Node, problems: Problems) -> bool:
        return _scalar(node, problems, lambda: Text("文字", "some text"))

    def schema(self, defs: Schema) -> Schema:
        return {"type": ["string", "number", "boolean"], "pattern": r"[^ \t\r\n]"}


@dataclass(frozen=True)
class Pattern:
    """Text of one form. Numbers are allowed when the form takes them, booleans when an example is one."""

    regex: str
    zh: str
    en: str
    examples: tuple[str, ...]
    names: str = ""  # what it must be a name of, for those who offer what there is

    def __post_init__(self) -> None:
        if re.search(r"\\[dDwWsSbB]|\(\?[P<]", self.regex):
            raise ValueError(f"{self.regex}: spell out the characters; editors' regex engines differ on this")
        if not self.examples or not all(self.fits(e) for e in self.examples):
            raise ValueError(f"{self.regex}: needs examples, and every one must match")

    @cached_property  # a plan asks some thousand times
    def fullmatch(self) -> Callable[[str], re.Match[str] | None]:
        return re.compile(self.regex).fullmatch

    def fits(self, text: str) -> bool:
        return self.fullmatch(text) is not None

    @property
    def anchored(self) -> str:
        return f"^(?:{self.regex})$"

    @cached_property  # a plan asks some thousand times
    def kinds(self) -> list[str]:
        taken = {kind(t) for t in (*self.examples, *filter(self.fits, _PROBES))} | {"string"}
        return sorted(taken - {"integer"} if "number" in taken else taken)

    @property
    def facts(self) -> dict[str, Any]:
        return {"wanted": Text(self.zh, self.en), "examples": listed(self.examples)}

    def check(self, node: Node, problems: Problems) -> bool:
        if not _scalar(node, problems, lambda: Text(self.zh, self.en)):
            return False
        given = kind(node.text, quoted=node.quoted)
        if not self.fits(node.text):
            if meant := respelt(node.text, self.fits):
                problems.add(node, "shape.meant", text=shown(node.text), meant=meant, mend=(node.text, meant))
            else:
                problems.add(node, "shape.pattern", text=shown(node.text), **self.facts)
        elif given not in self.kinds and not (given == "integer" and "number" in self.kinds):
            problems.add(node, "shape.needs_quotes", text=shown(node.text))
        else:
            return True
        return False

    def schema(self, defs: Schema) -> Schema:
        message = f"{self.zh} / {self.en}: {', '.join(self.examples)}"
        return {"type": self.kinds, "pattern": self.anchored, "patternErrorMessage": message}


@dataclass(frozen=True)
class Word:
    """One of a few words; a mapping of words says what each means, for the editor to show."""

    choices: Mapping[str, Text] | tuple[str, ...]

    def check(self, node: Node, problems: Problems) -> bool:
        if node.text in self.choices:
            return True
        allowed = listed(self.choices)
        if not _scalar(node, problems, lambda: Text(f"其中之一：{allowed}", f"one of {allowed}")):
            return False
        if meant := respelt(node.text, lambda word: word in self.choices):
            problems.add(node, "shape.meant", text=shown(node.text), meant=meant, mend=(node.text, meant))
            return False
        guess = near(node.text, self.choices)
        code = "shape.word_near" if guess else "shape.word"
        problems.add(node, code, text=shown(node.text), near=guess, allowed=allowed)
        return False

    def schema(self, defs: Schema) -> Schema:
        seen = [(value, word) for word in self.choices for value in resolved(word)]
        rule: Schema = {"enum": [value for value, _ in seen]}
        if isinstance(self.choices, Mapping):
            about = self.choices
            rule["enumDescriptions"] = [f"{about[word].zh} / {about[word].en}" for _, word in seen]
        return rule


@dataclass(frozen=True)
class Flag:
    """Exactly `true` or `false`: `yes`, `on` and `是` mean different things to different tools."""

    def check(self, node: Node, problems: Problems) -> bool:
        if not _scalar(node, problems, lambda: Text("true 或 false", "true or false")):
            return False
        if node.text in ("true", "false") and not node.quoted:
            return True
        problems.add(node, "shape.flag", text=shown(node.text), mend=truth(node.text))
        return False

    def schema(self, defs: Schema) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Whole:
    """A whole number in plain digits: `010` is eight to some tools and ten to others, so it is refused."""

    at_least: int

    def check(self, node: Node, problems: Problems) -> bool:
        least = self.at_least
        wanted = Text(f"不小于 {least} 的整数", f"a whole number, {least} or more")
        if not _scalar(node, problems, lambda: wanted):
            return False
        plain = not node.quoted and re.fullmatch(r"0|-?[1-9][0-9]{0,17}", node.text)
        if plain and int(node.text) >= least:
            return True
        problems.add(node, "shape.whole", text=shown(node.text), wanted=wanted, examples=f"`{least}`")
        return False

    def schema(self, defs: Schema) -> Schema:
        return {"type": "integer", "minimum": self.at_least}
