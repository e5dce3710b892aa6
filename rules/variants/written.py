"""Where the files of an edition, and of those that it extends, write a figure that can be replaced by another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from rules.building.rereading import one_limit
from rules.building.store import lineage
from rules.files.node import Node
from rules.files.source import read_file
from rules.model import CONSTANTS
from rules.problems.problem import Problems

Found = tuple[tuple[str, Node] | None, Node]


def figure(root: Path, folder: Path, owner: str, name: str, since: date | None) -> Found | None:
    """The limit of an item, with the operator before it and the mapping that this stands in, or the figure of a fact;
    `since` as for a Supposition."""
    for edition in lineage(root, folder):
        if (decision := _read(root, edition / f"{owner}.yaml")) is not None:
            for item in _items(decision):
                if name in (_text(item, "id"), _text(item, "group")) and (found := _limit(item)) is not None:
                    return found
        facts = _read(root, edition / "facts.yaml")
        above = (CONSTANTS,) if owner == CONSTANTS else ("subjects", owner, "facts")
        fact = _path(facts, *above, name)
        if (value := _own(fact, since)) is not None:
            return None, value
    return None


def _own(fact: Node | None, since: date | None) -> Node | None:
    """The figure that a fact has of its own: the one in force since a day, where it has several by date."""
    value, plus = _path(fact, "value"), _path(fact, "plus")  # a duration after a date, where it has one
    return value or (plus if plus is not None and plus.is_scalar else _path(fact, "dated", str(since)))


def _read(root: Path, file: Path) -> Node | None:
    return read_file(file, root, Problems()) if file.is_file() else None


def _path(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = None if node is None else node.get(key)
    return node


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return "" if found is None else found.text


def _items(node: Node) -> Iterator[Node]:
    """Every mapping with an id, wherever it stands."""
    if node.get("id") is not None:
        yield node
    for below in (*node.entries.values(), *node.items):
        yield from _items(below)


def _limit(item: Node) -> Found | None:
    """The one limit of an item's condition; None where there is no such, or more than one."""
    found = one_limit(item)
    if found is None or len(found[2].entries) > 1:
        return None
    tests = found[2]
    for operator, limit in tests.entries.items():
        return (operator, tests), limit
    return None, tests


def end(limit: Node, lines: Sequence[str]) -> tuple[int, int] | tuple[None, int]:
    """Where a limit begins and ends on its line: a word, or a list in brackets."""
    line, start = lines[limit.mark.line - 1], limit.mark.column - 1
    if limit.is_scalar:
        return start, start + len(limit.text) + 2 * limit.quoted
    end = line.find("]", start)
    return (start, end + 1) if limit.is_list and end > 0 and line[start] == "[" else (None, 0)


def changeable(root: Path, folder: Path) -> tuple[str, ...]:
    """The items of decisions whose limit can be changed, and the facts that have a figure of their own."""
    read = {path: _read(root, path) for edition in lineage(root, folder) for path in sorted(edition.glob("*.yaml"))}
    items = ((path.stem, item) for path, node in read.items() if node is not None for item in _items(node))
    limits = [f"{owner}.{_text(item, 'id')}" for owner, item in items if _limit(item) is not None]
    homes = [(owner, below) for node in read.values() for owner, below in _homes(node)]
    figures = [f"{owner}.{name}" for owner, below in homes for name, fact in below.entries.items()
               if _own(fact, None) is not None or fact.get("dated") is not None]  # fmt: skip
    return tuple(dict.fromkeys((*limits, *figures)))


def _homes(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The constants of the whole plan, and the facts of each subject, where a file has them."""
    if (constants := _path(node, CONSTANTS)) is not None:
        yield CONSTANTS, constants
    subjects = _path(node, "subjects")
    for name, subject in {} if subjects is None else subjects.entries.items():
        yield name, subject.at("facts")
