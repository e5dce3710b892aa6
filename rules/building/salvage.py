"""Keeps the readable parts of malformed files, so that the same pass finds errors of meaning too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from rules.files.merge import IDENTITIES
from rules.files.source import Node
from rules.problems.problem import Problem, Problems
from rules.shapes import Shape, is_piece

ENTRIES = frozenset(
    {"facts", "constants", "clauses", "readings", "outcomes", "outputs"}
)  # mappings of things with a name
WHOLES = ("bands.", "score.", "outcome.role", "item.no_title", "edition.", "table.")
SUMS = ("score.full_marks",)  # over all items of a decision
OF_ITEMS = ("report.", "reading.")  # what names decisions and their items
UNKNOWN = (".unknown", ".no_output", ".no_choice", ".no_option")
KEYLESS = "yaml.key_not_text"  # what stood under the key is gone
OF_OUTCOMES = ("type.no_choice", "outcome.unknown", "report.unknown")
MISTYPED = ("type.unit", "type.wrong")


@dataclass(slots=True)
class Sound:
    """The readable parts of the files, and the paths that were left out."""

    files: dict[str, Node] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)  # the paths of files of which something was left out
    facts_unread: bool = False  # whether some facts may be declared that could not be read

    def take(self, name: str, node: Node, shape: Shape, problems: Problems) -> None:
        """Check a file and keep its valid parts."""
        faults = Problems()
        good = shape.check(node, faults)
        if not good:
            keyless = {one.path for one in problems if one.code == KEYLESS and one.mark.file == node.mark.file}
            problems.extend(one for one in faults if one.path not in keyless)
            self.partial.add(node.mark.file)
            node = self._prune(node, [problem.path for problem in faults])
        if good or shape.check(node, Problems()):
            self.files[name] = node
        else:
            self.left_out |= {name, *_names(node), *_items(node)}

    def _prune(self, node: Node, paths: list[str]) -> Node:
        if node.is_list:
            return replace(node, value=[one for item in node.items for one in self._item(item, paths)])
        entries: dict[str, Node] = {}
        for key, value in node.entries.items():
            if is_piece(node, key):
                continue  # of a text that a comma has cut: what is left of the text stands for it
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
            return
        if (inner := item.get("criteria")) is not None and _within(inner, paths):
            pruned = self._prune(inner, paths)
            if pruned.items:
                yield replace(item, value={**item.entries, "criteria": pruned})
        self.left_out |= {item.at(key).text for key in IDENTITIES} - {""}

    def worth_saying(self, problems: Sequence[Problem]) -> list[Problem]:
        """Problems that do not merely follow from parts left out, or from one another; of those alike the first."""
        self.left_out |= {PurePath(one.mark.file).stem for one in problems if one.path == "subject"}
        decisions = {stem: file for stem, file in self.files.items() if file.get("decision") is not None}
        written = {name for stem, file in decisions.items() for name in (stem, file.at("decision").text, *_items(file))}
        return _once([one for one in dict.fromkeys(problems) if not self._follows(one, problems, written)])

    def _follows(self, problem: Problem, problems: Sequence[Problem], written: set[str]) -> bool:
        """Whether a problem goes when others are mended; `written` are the items and decisions, made or not."""
        names, file = {problem.name, *re.findall(r"\w+", problem.name)}, problem.mark.file
        if problem.code in SUMS and any(one.mark.file == file and one.path.startswith("items[") for one in problems):
            return True
        if problem.code.startswith(WHOLES) and file in self.partial:
            return True
        if self.facts_unread and problem.code == "name.unknown":
            return True
        if problem.code in OF_OUTCOMES and any(one.code == "outcome.role" for one in problems):
            return True
        lost = self.left_out | written if problem.code.startswith(OF_ITEMS) else self.left_out
        return problem.code.endswith(UNKNOWN) and bool(names & lost)


def _items(node: Node) -> Iterator[str]:
    """The ids of items and groups below a node."""
    for inner in (*node.entries.values(), *node.items):
        yield from _items(inner)
    yield from filter(None, (node.at(key).text for key in IDENTITIES))


def _once(problems: Sequence[Problem]) -> list[Problem]:
    """The problems; of those over one name, unknown or of another type, the first, which gives the places of the
    others."""
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in sorted(problems):
        if problem.code.endswith(UNKNOWN) and problem.mend is None:
            alike.setdefault(("", problem.name), []).append(problem)
        elif problem.code in MISTYPED and problem.name:
            alike.setdefault((problem.zh, problem.name), []).append(problem)
    first = {id(ones[0]): ones[1:] for ones in alike.values()}
    others = {id(one) for ones in first.values() for one in ones}
    return [one.also(first.get(id(one), ())) for one in problems if id(one) not in others]


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
