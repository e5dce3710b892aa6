"""YAML text in, a tree of located text out. The only module that knows which YAML library is used.

Policies use a plain subset of YAML: mappings, lists and text. Scalars are never resolved, so `no`, `010`,
`1.10` and dates stay what the author typed, and what they mean is decided by the shape that expects them.
Anchors, aliases, tags and merge keys are refused: they hide from a reader what a policy says. The tree is
made from parse events, which cost no more than the text is long, so no file can blow up while being read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rules.files.node import Node
from rules.files.slips import parseable, place, translate, wide_colon, wide_indent
from rules.problems.os_errors import why
from rules.problems.problem import Problems
from rules.values.text import Mark, shown

__all__ = ["Node", "Written", "read", "read_file", "written"]

MOST_BYTES, MOST_DEPTH, MOST_NODES = 1_000_000, 40, 200_000
LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)


@dataclass(slots=True)
class Written:
    """A value with what it holds, as it is written; `start` and `end` are places in the text, without a BOM.

    The tree before paths, which need an item's `id` wherever it stands."""

    mark: Mark
    start: int
    end: int  # of a block collection that of its last part; of a text block with the blank lines behind it
    word: str | None = None  # the text of a scalar
    style: str = ""  # of a scalar: how it is quoted
    children: list[Written] | None = None  # of a mapping or a list
    is_map: bool = False
    flow: bool = False  # within brackets or braces of its own
    refused: Any = None  # the event of an alias, or with an anchor or a tag

    @property
    def pairs(self) -> Iterator[tuple[Written, Written]]:
        children = self.children or ()
        return zip(children[::2], children[1::2], strict=False)


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
    documents: list[Written] = []
    complete = _grow(documents, text, file, problems)
    nodes = [_node(raw, "", problems) for raw in documents]
    if not complete:
        return None
    if not nodes or (nodes[0].value == "" and not nodes[0].quoted):
        problems.add(Mark(file, 1, 1), "file.empty")
        return None
    return nodes[0]


def written(text: str) -> Written | None:
    """The tree of `text` as it is written, with places from behind a BOM on; None where it is not one YAML document."""
    body, problems, documents = text.removeprefix("\ufeff"), Problems(), list[Written]()
    if not parseable(body, "", problems) or not _grow(documents, body, "", problems):
        return None
    return documents[0] if documents and not problems.errors else None


def _grow(documents: list[Written], text: str, file: str, problems: Problems) -> bool:
    """Add the first document; False when the text could not be read through."""
    stack, count = [documents], 0
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.ScalarEvent) and (
                    wide_indent(event, text, file, problems) or wide_colon(event, text, file, problems)
                ):
                    return False
                count += 1
                raw = _raw(event, file)
                stack[-1].append(raw)
                if raw.children is not None:
                    stack.append(raw.children)
                if len(stack) - 1 > MOST_DEPTH or count > MOST_NODES:
                    deep = len(stack) - 1 > MOST_DEPTH
                    code, most = ("yaml.too_deep", MOST_DEPTH) if deep else ("yaml.too_many", MOST_NODES)
                    problems.add(raw.mark, code, most=most)
                    return False
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                _close(stack[-1][-1], event)
            elif isinstance(event, yaml.DocumentStartEvent) and documents:
                problems.add(_mark(event, file), "yaml.several_documents")
                return True
    except yaml.MarkedYAMLError as error:
        translate(error, text, file, problems)
        return False
    return True


def _raw(event: Any, file: str) -> Written:
    """The value that an event begins. The event itself is kept only where it is refused: there are thousands."""
    mark = _mark(event, file)
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Written(mark, start, end, refused=event)
    refused = None if event.anchor is None and event.tag is None else event
    if isinstance(event, yaml.ScalarEvent):
        return Written(mark, start, end, event.value, event.style or "", refused=refused)
    is_map = isinstance(event, yaml.MappingStartEvent)
    return Written(mark, start, end, children=[], is_map=is_map, flow=bool(event.flow_style), refused=refused)


def _close(one: Written, event: Any) -> None:
    """Set where a collection ends: what closes a block comes after the comments and blank lines behind it."""
    one.end = event.end_mark.index if one.flow or not one.children else one.children[-1].end


def _node(raw: Written, path: str, problems: Problems) -> Node:
    """The located node for `raw`, reporting what policies may not use."""
    _refuse(raw, path, problems)
    if raw.word is not None:
        return Node(raw.mark, path, raw.word, bool(raw.style))
    if raw.children is None:
        return Node(raw.mark, path, f"*{raw.refused.anchor}")
    if raw.is_map:
        return _mapping(raw, path, problems)
    named = ((child, f"{path}[{_item_name(child, i)}]") for i, child in enumerate(raw.children))
    return Node(raw.mark, path, [_node(child, name, problems) for child, name in named])


def _refuse(raw: Written, path: str, problems: Problems) -> None:
    event = raw.refused
    if isinstance(event, yaml.AliasEvent):
        problems.add(raw.mark, "yaml.alias", path=path, name=shown(event.anchor or ""))
    elif event is not None and event.anchor is not None:
        problems.add(raw.mark, "yaml.anchor", path=path, name=shown(event.anchor))
    if event is not None and getattr(event, "tag", None) is not None:
        problems.add(raw.mark, "yaml.tag", path=path, tag=shown(event.tag))
    if raw.word == "" and raw.style in ("|", ">"):  # `>5` opens a text block of indentation 5
        problems.add(raw.mark, "yaml.special_start", path=path, character=raw.style)


def _mapping(raw: Written, path: str, problems: Problems) -> Node:
    entries: dict[str, Node] = {}
    marks: dict[str, Mark] = {}
    for key, below in raw.pairs:
        name, at = key.word or "", _join(path, key.word or "")
        if key.word is None:
            _node(key, at, problems)  # reports what is wrong inside
        else:
            _refuse(key, at, problems)
        value = _node(below, at, problems)
        if isinstance(key.refused, yaml.AliasEvent):
            continue  # already reported
        if not name:
            problems.add(key.mark, "yaml.key_not_text", path=path)
        elif name == "<<" and not key.style:
            problems.add(key.mark, "yaml.merge_key", path=path)
        elif name in entries:
            problems.add(key.mark, "yaml.duplicate_key", path=at, key=shown(name), line=marks[name].line)
        else:
            entries[name], marks[name] = value, key.mark
    return Node(raw.mark, path, entries, key_marks=marks)


def _item_name(raw: Written, index: int) -> str:
    """How a list item is called in paths: by its `id`, which survives reordering, or else by its number."""
    if raw.is_map:
        for key, value in raw.pairs:
            if key.word == "id" and value.word and value.word == shown(value.word):
                return value.word
    return str(index)


def _join(path: str, key: str) -> str:
    return f"{path}.{shown(key)}" if path else shown(key)


def _mark(event: Any, file: str) -> Mark:
    return Mark(file, event.start_mark.line + 1, event.start_mark.column + 1)
