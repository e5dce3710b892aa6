"""What a draft changes, line by line: the changed lines of each file with those around them, and in which file and
line stands what a difference in words is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.editing.address import Refused, identity
from rules.editing.texts import SUFFIX, data_of, tree
from rules.files.node import Node
from service.publishing.merging import edits

AROUND = 3  # lines that are shown around one that is looked at
KEPT, ADDED, REMOVED, LEFT_OUT = " ", "+", "-", "…"
ENDS = {"\r\n": " ␍", "": " ⏚"}  # how the end of a changed line is shown that is no plain line feed
Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file: its number before and after; None where it is not there. LEFT_OUT stands for lines that are
    the same and not shown."""

    mark: str
    before: int | None
    after: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that differs, or has lines to be looked at. `what`: added, removed, changed or kept."""

    name: str
    what: str
    rows: tuple[Row, ...]


def changed_lines(before: Files, after: Files, wanted: Mapping[str, Collection[int]]) -> tuple[Changed, ...]:
    """Every file in which two contents differ, nothing left out but lines that are the same; `wanted` are lines by file
    that are shown even where they are the same."""
    made = (_changed(name, before.get(name), after.get(name), wanted.get(name, ()))
            for name in sorted({*before, *after}))  # fmt: skip
    return tuple(one for one in made if one.rows or one.what in ("added", "removed"))


def _changed(name: str, before: str | None, after: str | None, wanted: Collection[int]) -> Changed:
    rows = [*_rows((before or "").splitlines(keepends=True), (after or "").splitlines(keepends=True))]
    seen = {at for at, one in enumerate(rows) if one.mark != KEPT or one.after in wanted}
    near = {at for one in seen for at in range(one - AROUND, one + AROUND + 1)}
    what = "added" if before is None else "removed" if after is None else "kept" if before == after else "changed"
    return Changed(name, what, tuple(_shown(rows, near)))


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    at = moved = 0
    for edit in edits(old, new):
        yield from _kept(old, at, edit.first, moved)
        yield from (Row(REMOVED, n + 1, None, _told(old[n])) for n in range(edit.first, edit.last))
        start = edit.first + moved
        yield from (Row(ADDED, None, start + n, _told(text)) for n, text in enumerate(edit.lines, 1))
        moved += len(edit.lines) - (edit.last - edit.first)
        at = edit.last
    yield from _kept(old, at, len(old), moved)


def _kept(old: Sequence[str], first: int, last: int, moved: int) -> Iterator[Row]:
    return (Row(KEPT, n + 1, n + 1 + moved, old[n].rstrip("\r\n")) for n in range(first, last))


def _told(line: str) -> str:
    text = line.rstrip("\r\n")
    return text + ENDS.get(line[len(text) :], "")


def _shown(rows: Sequence[Row], near: Collection[int]) -> Iterator[Row]:
    last = -1
    for at, row in enumerate(rows):
        if at in near:
            if at > last + 1:
                yield Row(LEFT_OUT, None, None, "")
            yield row
            last = at
    if 0 <= last < len(rows) - 1:
        yield Row(LEFT_OUT, None, None, "")


def place_of(files: Files, path: str) -> tuple[str, int] | None:
    """The file and line of what a difference is about, `decision.item`, `subject.fact` or `clauses.id`; None where the
    files do not say it themselves."""
    first, _, rest = path.partition(".")
    for name in [first + SUFFIX] if first + SUFFIX in files else sorted(files):
        try:
            node = tree(name.removesuffix(SUFFIX), files[name])
        except Refused:
            continue
        line = node.mark.line if name == first + SUFFIX else _line_of(node, first)
        inside = node if name == first + SUFFIX else _below(node, first)
        found = _line_of(inside, rest) if rest and inside is not None else line
        if found:
            return name, found
    return None


def end_of(text: str, line: int) -> int:
    """The last line of what begins at a line: those after it that stand further in belong to it."""
    lines = text.splitlines()
    inner = _indent(lines[line - 1])
    last = line
    for at, one in enumerate(lines[line:], line + 1):
        if one.strip():
            if _indent(one) <= inner:
                break
            last = at
    return last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _line_of(node: Node, name: str) -> int:
    """The line of the first entry or item of this name below a node; 0 where there is none."""
    for key, one in node.entries.items():
        if key == name:
            return node.key_marks[key].line
        if line := _line_of(one, name):
            return line
    for one in node.items:
        if (known := identity(data_of(one))) is not None and known[1] == name:
            return one.mark.line
        if line := _line_of(one, name):
            return line
    return 0


def _below(node: Node, name: str) -> Node | None:
    """The first entry of this name below a node."""
    for key, one in node.entries.items():
        if key == name:
            return one
        if (found := _below(one, name)) is not None:
            return found
    return None
