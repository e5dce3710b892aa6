"""Writes values as YAML as plans are written: plain where YAML allows it, within braces where the line is short."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence

from rules.editing.address import Data, Refused, Verbatim
from rules.files.node import kind
from rules.files.slips import parseable
from rules.files.source import written
from rules.problems.problem import Problems
from rules.values.text import shown

WIDTH = 120  # characters of a line


def scalar(text: str, *, flow: bool, style: str = "") -> str:
    """A text, plain where a reader gets it back so; quoted as before where it was (`style`), else where it must be.

    Refused where a character of it may stand in no policy."""
    if not parseable(text, "", Problems()):
        said = shown(text)
        raise Refused(f"文字里有不能用的字符：{said}", f"The text has characters that may not be used: {said}")
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    may_be_plain = kind(text) == "string" if isinstance(text, Verbatim) else kind(text) != "null"
    if style != '"' and may_be_plain and _reads(f"[{text}]" if flow else f"- {text}", text):
        return text
    return json.dumps(text, ensure_ascii=False)


def key_of(text: str) -> str:
    """A key."""
    tree = written(f"{{{text}: 0}}")
    plain = tree is not None and [key.word for key, _ in tree.pairs] == [text]
    return text if plain else json.dumps(text, ensure_ascii=False)


def _reads(snippet: str, text: str) -> bool:
    tree = written(snippet)
    return tree is not None and [(one.word, one.style) for one in tree.children or ()] == [(text, "")]


def flow(data: Data) -> str:
    """A value on one line, within braces and brackets."""
    if isinstance(data, str):
        return scalar(data, flow=True)
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{key_of(key)}: {flow(value)}" for key, value in data.items()) + "}"
    return "[" + ", ".join(map(flow, data)) + "]"


def block(data: Data, column: int, eol: str) -> str:
    """A value from a column on, its parts on lines of their own; the first line has no indentation."""
    join = eol + " " * column
    if isinstance(data, Mapping) and data:
        return join.join(entry(key, value, column, eol) for key, value in data.items())
    if not isinstance(data, str | Mapping) and data:
        return join.join(f"- {fitting(one, column + 2, eol)}" for one in data)
    return flow(data) if data or not isinstance(data, str) else scalar(data, flow=False)


def entry(key: str, value: Data, column: int, eol: str) -> str:
    """A key with its value: behind it where it fits, else below."""
    name = key_of(key)
    if isinstance(value, str):
        return f"{name}: {scalar(value, flow=False)}"
    one = flow(value)
    if not value or column + len(name) + 2 + len(one) <= WIDTH:
        return f"{name}: {one}"
    return f"{name}:{eol}{' ' * (column + 2)}{block(value, column + 2, eol)}"


def fitting(value: Data, column: int, eol: str) -> str:
    """A value within braces where it fits behind a column, else in a block."""
    if isinstance(value, str):
        return scalar(value, flow=False)
    one = flow(value)
    return one if not value or column + len(one) <= WIDTH else block(value, column, eol)


def text_block(old: str, text: str, eol: str) -> str | None:
    """A text in the block (`|`, `>`) that stood there, lines that stay as they were; None where it cannot be so."""
    header, *lines = old.splitlines()
    indent = re.match(" *", next(filter(None, map(str.rstrip, lines)), ""))[0]  # type: ignore[index] # it always matches
    body = text.removesuffix("\n")
    new = body.split("\n") if header.startswith("|") else _filled([one.strip() for one in lines], body, len(indent))
    made = header + eol + eol.join(indent + one if one else "" for one in new)
    tree = written(f"- {made}{eol}")
    return made if tree is not None and [one.word for one in tree.children or ()] == [text] else None


def _filled(old: Sequence[str], text: str, indent: int) -> list[str]:
    """The lines of a text that is folded: those before and behind what changed as they were."""
    head, tail = list[str](), list[str]()
    for line in old:
        if not line or not text.startswith(line + " "):
            break
        head.append(line)
        text = text[len(line) + 1 :]
    for line in reversed(old[len(head) :]):
        if not line or not text.endswith(" " + line):
            break
        tail.insert(0, line)
        text = text[: -len(line) - 1]
    middle = textwrap.wrap(text, max(WIDTH - indent, 20), break_long_words=False, break_on_hyphens=False)
    return [*head, *middle, *tail]
