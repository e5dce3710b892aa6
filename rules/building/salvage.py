"""Keeps the readable parts of malformed files, so that the same pass finds errors of meaning too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.files.source import Node
from rules.problems.problem import Problem, Problems
from rules.shapes import Shape

ENTRIES = frozenset(
    {"facts", "constants", "clauses", "readings", "outcomes", "outputs"}
)  # mappings of things with a name
WHOLES = ("bands.", "score.", "outcome.role", "item.no_title", "edition.", "table.")
UNKNOWN = (".unknown", ".no_output", ".no_choice", ".no_option")


@dataclass(slots=True)
class Sound:
    """The readable parts of the files, and the paths that were left out."""

    files: dict[str, Node] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)  # the paths of files of which something was left out

    def take(self, name: str, node: Node, shape: Shape, problems: Problems) -> None:
        """Check a file and keep its valid parts."""
        faults = Problems()
        good = shape.check(node, faults)
        if not good:
            problems.extend(faults)
            self.partial.add(node.mark.file)
            node = self._prune(node, [problem.path for problem in faults])
        if good or shape.check(node, Problems()):
            self.files[name] = node
        else:
            self.left_out |= {name, *_names(node)}

    def _prune(self, node: Node, paths: list[str]) -> Node:
        if node.is_list:
            return replace(node, value=[one for item in node.items for one in self._item(item, paths)])
        entries: dict[str, Node] = {}
        for key, value in node.entries.items():
            if key in ENTRIES:
                bad = {name for name, at in value.entries.items() if _within(at, paths)}
                self.left_out |= bad
                entries[key] = _without(value, bad)
            elif _within(value, paths) and not value.is_scalar:
                entries[key] = self._prune(value, paths)
            else:
                entries[key] = value
        return replace(node, value=entries)

    def _item(self, item: Node, paths: list[str]) -> Iterator[Node]:
        if not _within(item, paths):
            yield item
        elif (inner := item.get("criteria")) is not None and _within(inner, paths):
            pruned = self._prune(inner, paths)
            if pruned.items:
                yield replace(item, value={**item.entries, "criteria": pruned})

    def worth_saying(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Problems that do not merely follow from parts left out."""
        for problem in problems:
            words = set(re.findall(r"\w+", problem.en))
            whole = problem.mark.file in self.partial and problem.code.startswith(WHOLES)
            if not whole and not (problem.code.endswith(UNKNOWN) and words & self.left_out):
                yield problem


def _within(node: Node, paths: Iterable[str]) -> bool:
    """Whether one of the paths leads to a node or into it."""
    return any(path == node.path or path.startswith((f"{node.path}.", f"{node.path}[")) for path in paths)


def _without(node: Node, names: set[str]) -> Node:
    kept: Mapping[str, Node] = {name: at for name, at in node.entries.items() if name not in names}
    return replace(node, value=dict(kept)) if node.is_map else node


def _names(node: Node) -> Iterator[str]:
    """All names that an unreadable file would have declared."""
    for key, value in node.entries.items():
        if key in ENTRIES:
            yield from value.entries
        yield from _names(value)
