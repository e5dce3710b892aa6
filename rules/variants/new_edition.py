"""Begins a new edition: a copy of an older one under a new date. The one before is not touched: without a `to` of its
own it ends the day before.

The date is set in the text, at the place where the reader of policies finds it, so that comments and layout stay.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules.files.node import Node
from rules.files.source import read_file
from rules.problems.problem import Problems
from rules.values.exact import read_date
from rules.values.text import TextError
from rules.variants.dating import starting

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
    before = max((day for day in editions if day < start), default=None)
    if before is not None and (end := _last_day(editions[before])) and end >= start:
        raise Exists(f"{editions[before]} 写明到 {end} 为止（effective.to）：请从次日起，或先删去它的 to。",
                     f"{editions[before]} says that it ends on {end} (effective.to): begin the day after, or take its "
                     "`to` out first.")  # fmt: skip
    return _carry_out(root, target, editions[wanted], start)


def _folders(plan: Path) -> list[Path]:
    return sorted(path.parent for path in plan.glob(f"*/{PLAN}"))


def _last_day(folder: Path) -> date | None:
    """The last day that an edition names."""
    return read_date(_effective(folder / PLAN).at("to").text)


def _carry_out(root: Path, target: Path, copied: Path, start: date) -> list[Step]:
    """Copy, give the copy its first day, and take out the last day of what was copied."""
    before = _effective(copied / PLAN)
    name, of = (one.relative_to(root).as_posix() for one in (target, copied))
    shutil.copytree(copied, target)
    file = target / PLAN
    file.write_bytes(starting(file.read_bytes().decode(), start).encode())
    steps = [Step(f"{name}/", f"复制自 {of}/", f"copied from {of}/")]
    for key, day in (("from", start.isoformat()), ("to", "")):
        if (old := before.at(key).text) != day:
            said = f"{old} → {day or '—'}"
            steps.append(Step(f"{name}/{PLAN}", f"effective.{key}：{said}", f"effective.{key}: {said}"))
    return steps


def _effective(file: Path) -> Node:
    problems = Problems()
    plan = read_file(file, file.parent, problems)
    effective = plan.get("effective") if plan else None
    if effective is None or "from" not in effective.entries:
        raise Exists(f"{file} 里没有 effective.from。", f"There is no effective.from in {file}.")
    return effective
