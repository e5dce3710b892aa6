"""YAML text in, a tree of located text out. The only module that knows which YAML library is used.

Policies use a plain subset of YAML: mappings, lists and text. Scalars are never resolved, so `no`, `010`,
`1.10` and dates stay what the author typed, and what they mean is decided by the shape that expects them.
Anchors, aliases, tags and merge keys are refused: they hide from a reader what a policy says. The tree is
made from parse events, which cost no more than the text is long, so no file can blow up while being read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rules.files.node import Node
from rules.files.slips import parseable, place, translate, wide_colon, wide_indent
from rules.problems.os_errors import why
from rules.problems.problem import Problems
from rules.values.text import Mark, shown

__all__ = ["Node", "read", "read_file"]

MOST_BYTES, MOST_DEPTH, MOST_NODES = 1_000_000, 40, 200_000
LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)


@dataclass(slots=True)
class _Raw:
    """An event with what it holds: the tree before paths, which need an item's `id` wherever it stands."""

    event: Any
    children: list[_Raw] = field(default_factory=list)

    @property
    def word(self) -> str | None:
        return self.event.value if isinstance(self.event, yaml.ScalarEvent) else None

    @property
    def pairs(self) -> Iterator[tuple[_Raw, _Raw]]:
        return zip(self.children[::2], self.children[1::2], strict=False)


def read_file(path: Path, root: Path, problems: Problems) -> Node | None:
    """Read a policy file; messages name it relative to `root`."""
    file = (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        problems.add(Mark(file, 1, 1), "file.unreadable", reason=why(error))
        return None
    if len(data) > MOST_BYTES:
        problems.add(Mark(file, 1, 1), "file.too_big", most=MOST_BYTES)
        return None
    try:
        return read(data.decode("utf-8"), file, problems)
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        problems.add(place(good, len(good), file), "file.not_utf8")
        return None


def read(text: str, file: str, problems: Problems) -> Node | None:
    """The tree of `text`, or None when there is nothing usable; what is wrong goes to `problems`.

    A tree comes back even when something in it is refused, so that its shape can be checked in the same
    pass; whether it may be used is for `problems.errors` to say.
    """
    text = text.removeprefix("\ufeff")
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        problems.add(Mark(file, 1, 1), "file.too_big", most=MOST_BYTES)
        return None
    if not parseable(text, file, problems):
        return None
    whole = _Raw(None)
    complete = _grow(whole, text, file, problems)
    nodes = [_node(raw, "", file, problems) for raw in whole.children]
    if not complete:
        return None
    if not nodes or (nodes[0].value == "" and not nodes[0].quoted):
        problems.add(Mark(file, 1, 1), "file.empty")
        return None
    return nodes[0]


def _grow(whole: _Raw, text: str, file: str, problems: Problems) -> bool:
    """Hang the first document's events under `whole`; False when the text could not be read through."""
    stack, count = [whole], 0
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.ScalarEvent) and (
                    wide_indent(event, text, file, problems) or wide_colon(event, text, file, problems)
                ):
                    return False
                count += 1
                raw = _Raw(event)
                stack[-1].children.append(raw)
                if isinstance(event, yaml.CollectionStartEvent):
                    stack.append(raw)
                if len(stack) - 1 > MOST_DEPTH or count > MOST_NODES:
                    deep = len(stack) - 1 > MOST_DEPTH
                    code, most = ("yaml.too_deep", MOST_DEPTH) if deep else ("yaml.too_many", MOST_NODES)
                    problems.add(_mark(event, file), code, most=most)
                    return False
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
            elif isinstance(event, yaml.DocumentStartEvent) and whole.children:
                problems.add(_mark(event, file), "yaml.several_documents")
                return True
    except yaml.MarkedYAMLError as error:
        translate(error, text, file, problems)
        return False
    return True


def _node(raw: _Raw, path: str, file: str, problems: Problems) -> Node:
    """The located node for `raw`, reporting what policies may not use."""
    event: Any = raw.event
    mark = _mark(event, file)
    if isinstance(event, yaml.AliasEvent):
        problems.add(mark, "yaml.alias", path=path, name=shown(event.anchor or ""))
        return Node(mark, path, f"*{event.anchor}")
    if event.anchor is not None:
        problems.add(mark, "yaml.anchor", path=path, name=shown(event.anchor))
    if event.tag is not None:
        problems.add(mark, "yaml.tag", path=path, tag=shown(event.tag))
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(raw, path, file, problems)
    if isinstance(event, yaml.SequenceStartEvent):
        named = ((child, f"{path}[{_item_name(child, i)}]") for i, child in enumerate(raw.children))
        return Node(mark, path, [_node(child, name, file, problems) for child, name in named])
    if event.value == "" and event.style in ("|", ">"):  # `>5` opens a text block of indentation 5
        problems.add(mark, "yaml.special_start", path=path, character=event.style)
    return Node(mark, path, event.value, quoted=bool(event.style))


def _mapping(raw: _Raw, path: str, file: str, problems: Problems) -> Node:
    entries: dict[str, Node] = {}
    marks: dict[str, Mark] = {}
    for raw_key, raw_value in raw.pairs:
        name = raw_key.word or ""
        key = _node(raw_key, _join(path, name), file, problems)
        value = _node(raw_value, key.path, file, problems)
        if isinstance(raw_key.event, yaml.AliasEvent):
            continue  # already reported
        if not name:
            problems.add(key, "yaml.key_not_text", path=path)
        elif name == "<<" and not key.quoted:
            problems.add(key, "yaml.merge_key", path=path)
        elif name in entries:
            problems.add(key, "yaml.duplicate_key", key=shown(name), line=marks[name].line)
        else:
            entries[name], marks[name] = value, key.mark
    return Node(_mark(raw.event, file), path, entries, key_marks=marks)


def _item_name(raw: _Raw, index: int) -> str:
    """How a list item is called in paths: by its `id`, which survives reordering, or else by its number."""
    if isinstance(raw.event, yaml.MappingStartEvent):
        for key, value in raw.pairs:
            if key.word == "id" and value.word and value.word == shown(value.word):
                return value.word
    return str(index)


def _join(path: str, key: str) -> str:
    return f"{path}.{shown(key)}" if path else shown(key)


def _mark(event: Any, file: str) -> Mark:
    return Mark(file, event.start_mark.line + 1, event.start_mark.column + 1)
