"""Begins a new edition: a copy of an older one under a new date, with the dates of both set so that they meet.

Dates are set in the text, at the place where the reader of policies finds them, so that comments and layout stay.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rules.files.node import Node
from rules.files.source import read_file
from rules.problems.problem import Problems
from rules.values.exact import read_date
from rules.values.text import TextError

PLAN = "plan.yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to a file or folder."""

    file: str
    zh: str
    en: str


class Exists(TextError):
    """The new edition cannot be begun."""


def new_edition(root: Path, plan: str, start: date, source: str | None = None) -> list[Step]:
    """Copy an edition (the newest, unless told) and set the dates; nothing is touched where it cannot be done."""
    editions = {day: folder for folder in _folders(root / plan) if (day := read_date(folder.name))}
    if not editions:
        raise Exists(f"没有方案 {plan}。", f"There is no plan {plan}.")
    target = root / plan / start.isoformat()
    if target.exists():
        raise Exists(f"{target} 已经存在，没有改动。", f"{target} exists already; nothing was changed.")
    wanted = max(editions) if source is None else read_date(source.rpartition("/")[2])
    if wanted is None or wanted not in editions:
        known = ", ".join(day.isoformat() for day in sorted(editions))
        raise Exists(f"没有版本 {source}（现有：{known}）。", f"There is no edition {source} (there are: {known}).")
    later = [day for day in editions if day > start]
    before = max((day for day in editions if day < start), default=None)
    eve = start - timedelta(days=1)
    edits = [(target, editions[wanted], "from", start), (target, None, "to", _last_day(later))]
    if before is not None:
        edits.append((editions[before], None, "to", eve))
    return _carry_out(root, edits)


def _folders(plan: Path) -> list[Path]:
    return sorted(path.parent for path in plan.glob(f"*/{PLAN}"))


def _last_day(later: list[date]) -> date | None:
    """A new edition ends the day before the next begins, where there is a next one."""
    return min(later) - timedelta(days=1) if later else None


def _carry_out(root: Path, edits: list[tuple[Path, Path | None, str, date | None]]) -> list[Step]:
    steps = []
    for folder, copied, key, day in edits:
        name = folder.relative_to(root).as_posix()
        if copied is not None:
            shutil.copytree(copied, folder)
            of = copied.relative_to(root).as_posix()
            steps.append(Step(f"{name}/", f"复制自 {of}/", f"copied from {of}/"))
        if (old := _set(folder / PLAN, key, day)) != (day.isoformat() if day else ""):
            was, now = old or "—", day or "—"
            steps.append(Step(f"{name}/{PLAN}", f"effective.{key}：{was} → {now}", f"effective.{key}: {was} → {now}"))
    return steps


def _set(file: Path, key: str, day: date | None) -> str:
    """Set one date of `effective:` where it stands, or add or remove it beside the other; returns what it was."""
    effective = _effective(file)
    entries, text = effective.entries, file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    old = entries.get(key)
    if old is not None:
        at, start = old.mark.line - 1, old.mark.column - 1
        length = len(old.text) + 2 * old.quoted
        if day is not None:
            lines[at] = lines[at][:start] + day.isoformat() + lines[at][start + length :]
        else:
            _remove(lines, effective, key, start + length)
    elif day is not None:
        _add(lines, entries["from"], effective, key, day)
    file.write_text("".join(lines), encoding="utf-8")
    return old.text if old else ""


def _effective(file: Path) -> Node:
    problems = Problems()
    plan = read_file(file, file.parent, problems)
    effective = plan.get("effective") if plan else None
    if effective is None or "from" not in effective.entries:
        raise Exists(f"{file} 里没有 effective.from。", f"There is no effective.from in {file}.")
    return effective


def _add(lines: list[str], start: Node, effective: Node, key: str, day: date) -> None:
    """Behind `from`: on the same line within braces, else on a line of its own at the same indentation."""
    at, end = start.mark.line - 1, start.mark.column - 1 + len(start.text) + 2 * start.quoted
    if _braced(lines, effective):
        lines[at] = f"{lines[at][:end]}, {key}: {day}{lines[at][end:]}"
    else:
        indent = " " * (effective.key_marks["from"].column - 1)
        lines.insert(at + 1, f"{indent}{key}: {day}\n")


def _remove(lines: list[str], effective: Node, key: str, end: int) -> None:
    mark = effective.key_marks[key]
    at = mark.line - 1
    if _braced(lines, effective):
        head = lines[at][: mark.column - 1].rstrip().removesuffix(",")
        lines[at] = head + lines[at][end:]
    else:
        del lines[at]


def _braced(lines: list[str], effective: Node) -> bool:
    return lines[effective.mark.line - 1][effective.mark.column - 1] == "{"
