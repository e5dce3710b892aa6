"""Merges two changes of the same files, by lines: both are kept where they do not touch, else both texts are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Files = Mapping[str, str]
MOST = 1_000_000  # pairs of lines that are compared: beyond, what lies between two alike ends counts as one change


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines of a file that both have changed, each otherwise. `line` is the first of them in `before`; a file that is
    not there has no text."""

    file: str
    line: int
    before: str
    yours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `first` up to `last`, which stays, become others."""

    first: int
    last: int
    lines: tuple[str, ...]

    def touches(self, other: Edit) -> bool:
        return self.first <= other.last and other.first <= self.last


def merge(before: Files, yours: Files, theirs: Files) -> tuple[Files, tuple[Conflict, ...]]:
    """Files as two have changed them, and the places where their changes touch: there the file keeps `theirs`."""
    merged: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for name in sorted({*before, *yours, *theirs}):
        old, mine, other = (files.get(name) for files in (before, yours, theirs))
        if mine in (old, other):
            text = other
        elif other == old:
            text = mine
        elif old is None or mine is None or other is None:
            text = other
            conflicts.append(Conflict(name, 1, old or "", mine or "", other or ""))
        else:
            text, clashes = _merged(name, *(one.splitlines(keepends=True) for one in (old, mine, other)))
            conflicts += clashes
        if text is not None:
            merged[name] = text
    return merged, tuple(conflicts)


def _merged(
    file: str, before: Sequence[str], yours: Sequence[str], theirs: Sequence[str]
) -> tuple[str, list[Conflict]]:
    text: list[str] = []
    conflicts = []
    at = 0
    for first, last, mine, other in _groups(edits(before, yours), edits(before, theirs)):
        text += before[at:first]
        ours, others = (_applied(before, first, last, one) for one in (mine, other))
        if mine and other and ours != others:
            conflicts.append(Conflict(file, first + 1, "".join(before[first:last]), "".join(ours), "".join(others)))
        text += others if other else ours
        at = last
    return "".join([*text, *before[at:]]), conflicts


def edits(before: Sequence[str], after: Sequence[str]) -> list[Edit]:
    """What makes one text of another, in order."""
    start, most = 0, min(len(before), len(after))
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if len(old) * len(new) > MOST:
        return [Edit(start, start + len(old), tuple(new))]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Edit(start + i, start + j, tuple(new[k:m])) for what, i, j, k, m in steps if what != "equal"]


Group = tuple[int, int, list[Edit], list[Edit]]


def _groups(yours: Iterable[Edit], theirs: Iterable[Edit]) -> list[Group]:
    """The edits of both in order, those that touch together: from where to where, yours, theirs."""
    groups: list[Group] = []
    all = sorted([(one, True) for one in yours] + [(one, False) for one in theirs],
                 key=lambda pair: (pair[0].first, pair[0].last))  # fmt: skip
    for edit, is_yours in all:
        if groups and Edit(groups[-1][0], groups[-1][1], ()).touches(edit):
            first, last, mine, other = groups.pop()
        else:
            first, last, mine, other = edit.first, edit.last, [], []
        (mine if is_yours else other).append(edit)
        groups.append((first, max(last, edit.last), mine, other))
    return groups


def _applied(before: Sequence[str], first: int, last: int, edits: Iterable[Edit]) -> list[str]:
    """Lines `first` up to `last` after some edits of them."""
    text: list[str] = []
    for edit in edits:
        text += [*before[first : edit.first], *edit.lines]
        first = edit.last
    return [*text, *before[first:last]]
