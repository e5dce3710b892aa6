"""An edition as it would be with some of its figures changed: `decision.item=60%`.

The change is made in the text of a copy and loaded like any edition, so that it is held to the same rules, and what
it breaks is told in the same words.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules.building.loader import load
from rules.building.rereading import one_limit
from rules.building.store import lineage
from rules.files.node import Node
from rules.files.source import read_file
from rules.judging.decision import Decision
from rules.model import CONSTANTS, Edition
from rules.operations import OPERATORS
from rules.problems.problem import PolicyError, Problems
from rules.values.text import Text, TextError, near

_NAME = re.compile(r"\w[\w-]*")  # of a decision or a subject, of an item or a fact: never a path

SET = ("value", "plus")  # keys of the figure that a fact has of its own: its value, or a duration after a date
KINDS: Mapping[str, Text] = {  # of change, in the order they are told
    "outcome": Text("结论", "outcome"),
    "outputs": Text("给出的结果", "outputs"),
    "points": Text("得分", "points"),
    "ranking": Text("名次", "places"),
    "findings": Text("条目", "items"),
    "chained": Text("所依据的判定", "decisions it rests on"),
    "missing": Text("待补的信息", "missing information"),
}


def changed(now: Decision, then: Decision) -> tuple[str, ...]:
    """The KINDS in which two decisions about the same facts differ."""
    before, after = _by_kind(now), _by_kind(then)
    return tuple(kind for kind in KINDS if before[kind] != after[kind])


def _by_kind(decision: Decision) -> Mapping[str, Any]:
    values = {name: value for name, (value, _) in decision.outputs.items()}
    total = values.pop("total", None) if decision.rule.body.items else None
    measures = {name: {key: value for key, (value, _) in outputs.items()} for name, outputs in decision.measures}
    return {
        "outcome": decision.outcome,
        "outputs": (values, measures),
        "points": (total, {one.id: one.points for one in decision.findings}),
        "ranking": decision.ranking,
        "findings": {(one.role, one.id): (one.verdict, one.applies) for one in decision.findings},
        "chained": {name: one.outcome for name, one in decision.chained.items()},
        "missing": decision.missing,
    }


class NoSuchFigure(TextError):
    """What was to be changed is not there, or cannot be changed so; `path` is how it was called."""

    def __init__(self, zh: str, en: str, path: str = "") -> None:
        super().__init__(zh, en)
        self.path = path


@dataclass(frozen=True, slots=True)
class Supposition:
    """`decision.item=[operator] limit`, or `subject.fact=value` for a figure that the policy sets itself."""

    owner: str
    name: str
    operator: str
    value: str

    @property
    def path(self) -> str:
        return f"{self.owner}.{self.name}"

    @classmethod
    def read(cls, text: str) -> Supposition:
        path, equals, said = text.partition("=")
        owner, dot, name = path.strip().partition(".")
        operator, _, rest = said.strip().partition(" ")
        if operator not in OPERATORS:
            operator, rest = "", said.strip()
        if not (equals and dot and _NAME.fullmatch(owner) and _NAME.fullmatch(name) and rest.strip()):
            raise NoSuchFigure(
                f"假设要写成“判定.条目=值”，不是 {text}。",
                f"A supposition reads decision.item=value, not {text}.",
            )
        return cls(owner, name, operator, rest.strip())


def suppose(root: Path, edition: Edition, suppositions: Sequence[Supposition]) -> Edition:
    """The edition under some suppositions; PolicyError where it could not be used like that."""
    for one in suppositions:
        if one.owner in edition.assignments:
            raise NoSuchFigure(
                f"{one.owner} 是分派，逐个判定用不到它：请改一份副本，用 policies diff 和 county assign 比较。",
                f"{one.owner} is an assignment, which judges no single case: edit a copy, and compare by policies diff "
                "and county assign.",
                one.path,
            )
        if any(one.path in edition.readings[name].changes[option] for name, option in edition.under.items()):
            raise NoSuchFigure(
                f"{one.path} 已由所取的解读改定。", f"{one.path} is what a reading taken here sets.", one.path
            )
    name = edition.effective_from.isoformat()
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(root, copy, dirs_exist_ok=True)
        for supposition in suppositions:
            _apply(copy, copy / edition.plan / name, supposition)
        loaded = load(copy / edition.plan / name, copy, warn=False, readings=edition.under)
    if loaded.edition is None:
        raise PolicyError(loaded.problems)
    return loaded.edition


def _apply(root: Path, folder: Path, one: Supposition) -> None:
    tests = _tests(root, folder, one)
    if tests is None:
        raise _nothing(one, root, folder)
    operator, limit = tests
    file = root / limit.mark.file
    lines = file.read_text(encoding="utf-8").split("\n")
    first, last = _end(limit, lines)
    at = limit.mark.line - 1
    if first is None:
        raise NoSuchFigure(
            f"{one.path} 写在多行里，请直接改文件。",
            f"{one.path} runs over several lines: edit the file.",
            one.path,
        )
    lines[at] = lines[at][:first] + one.value + lines[at][last:]
    if one.operator and operator is not None:
        start = operator[1].key_marks[operator[0]].column - 1
        key_line = operator[1].key_marks[operator[0]].line - 1
        line = lines[key_line]
        lines[key_line] = line[:start] + one.operator + line[start + len(operator[0]) :]
    file.write_text("\n".join(lines), encoding="utf-8")


Found = tuple[tuple[str, Node] | None, Node]


def _tests(root: Path, folder: Path, one: Supposition) -> Found | None:
    """The limit to be changed, and the operator before it with the mapping it stands in."""
    for edition in lineage(root, folder):
        if (decision := _read(root, edition / f"{one.owner}.yaml")) is not None:
            for item in _items(decision):
                if one.name in (_text(item, "id"), _text(item, "group")) and (found := _limit(item)) is not None:
                    return found
        facts = _read(root, edition / "facts.yaml")
        above = (CONSTANTS,) if one.owner == CONSTANTS else ("subjects", one.owner, "facts")
        fact = _path(facts, *above, one.name)
        for key in SET:
            if fact is not None and (value := _path(fact, key)) is not None and (key == "value" or value.is_scalar):
                return None, value
    return None


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


def _end(limit: Node, lines: Sequence[str]) -> tuple[int, int] | tuple[None, int]:
    """Where a limit begins and ends on its line: a word, or a list in brackets."""
    line, start = lines[limit.mark.line - 1], limit.mark.column - 1
    if limit.is_scalar:
        return start, start + len(limit.text) + 2 * limit.quoted
    end = line.find("]", start)
    return (start, end + 1) if limit.is_list and end > 0 and line[start] == "[" else (None, 0)


def _nothing(one: Supposition, root: Path, folder: Path) -> NoSuchFigure:
    known = tuple(path.stem for edition in lineage(root, folder) for path in edition.glob("*.yaml"))
    guess = near(one.owner, known)
    if one.owner in known:
        item = near(one.name, _changeable(root, folder, one.owner))
        guess = item and f"{one.owner}.{item}"
    hint = (f"（是不是 {guess}？）", f" (did you mean {guess}?)") if guess else ("", "")
    return NoSuchFigure(
        f"没有可改的数值 {one.path}{hint[0]}：要写一个判定里只有一个限值的条目，或政策自定的数值。",
        f"There is no figure {one.path} to change{hint[1]}: name an item of a decision that has one limit, "
        "or a value that the policy sets.",
        one.path,
    )


def _changeable(root: Path, folder: Path, owner: str) -> tuple[str, ...]:
    """The items of a decision whose limit can be changed."""
    read = (_read(root, edition / f"{owner}.yaml") for edition in lineage(root, folder))
    items = (item for decision in read if decision is not None for item in _items(decision))
    return tuple(_text(item, "id") for item in items if _limit(item) is not None)
