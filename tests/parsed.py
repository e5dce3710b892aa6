"""Parses a policy file once in each process: the same text under the same name gives the same tree."""

from __future__ import annotations

from pathlib import Path

from rules.building import loader
from rules.files.node import Node
from rules.files.source import read_file
from rules.problems.problem import Problems

_KNOWN: dict[tuple[str, bytes], Node] = {}


def _read(path: Path, root: Path, problems: Problems) -> Node | None:
    """As `read_file`; a file with a problem, or one that cannot be read, is read anew each time."""
    file = path.relative_to(root) if path.is_relative_to(root) else path
    try:
        key = file.as_posix(), path.read_bytes()
    except OSError:
        return read_file(path, root, problems)
    if key not in _KNOWN:
        found = Problems()
        node = read_file(path, root, found)
        problems.extend(found.sorted())
        if node is None or found.sorted():
            return node
        _KNOWN[key] = node
    return _KNOWN[key]


def remember() -> None:
    """Have the loader read by this; tests of reading itself call `rules.files.source`."""
    loader.read_file = _read
