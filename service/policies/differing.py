"""In what a folder of policies differs from what is published, and the way out, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest
from pathlib import Path

from rules import read_store
from rules.problems.problem import Problem
from rules.values.exact import read_date
from rules.values.text import Mark
from service.log import DecisionLog
from service.policies.archive import live_last
from service.policies.folder import Files, read_policies
from service.publishing import acts, begun, editions_of, published_by
from service.publishing.contents import plan_and_day

WORDS = {
    "locked_changed": (
        "版本 {name} 已经生效，内容锁定：这个文件与已发布的不同，没有采用。要改，请新建一个版本，"
        "或起草修订、由第二人批准；不改，就用 policies export 取回已发布的文件。",
        "Edition {name} is in force and locked: this file differs from what is published and is not taken. To change "
        "it, begin a new edition, or draft an amendment that a second person approves; else get the published file "
        "back with policies export.",
    ),
    "locked_missing": (
        "版本 {name} 已经生效，内容锁定，文件夹里却没有：仍照已发布的内容判定。用 policies export 取回。",
        "Edition {name} is in force and locked, but the folder lacks it: decisions go on by what is published. Get it "
        "back with policies export.",
    ),
    "missing": (
        "文件夹里没有已发布的版本 {name}。用 policies export 取回。",
        "The folder lacks the published edition {name}. Get it with policies export.",
    ),
    "unpublished_change": (
        "这个文件与已发布的 {name} 不同，没有采用：已发布的以数据库为准。要改，请起草并由第二人批准。",
        "This file differs from the published {name} and is not taken: what is published stands in the database. To "
        "change it, draft it and have a second person approve.",
    ),
    "unpublished": (
        "版本 {name} 没有发布，没有采用：请起草，由第二人批准；尚未到生效日的也可以用 policies import。",
        "Edition {name} is not published and not taken: draft it and have a second person approve; before its day "
        "policies import does both.",
    ),
    "would_be_taken": (
        "版本 {name} 与日志里它上次启用时的内容不同；数据库里还没有发布过，启动时会照政策目录导入，"
        "没有人批准这一改动。请先核对。",
        "Edition {name} is not what it was when it was live last, the log says. Nothing is published in the database "
        "yet: the next start takes the folder in, and nobody has approved that change. Look at it first.",
    ),
}  # fmt: skip
HEAD = "plan.yaml"  # the file that makes a folder an edition; beside editions lie test cases, too
LOCKED = ("locked_changed", "locked_missing")


def edition_of(path: str) -> str:
    """The name of the edition that a file belongs to."""
    return path.rpartition("/")[0]


def has_begun(name: str, today: date) -> bool:
    """Whether the day of an edition has come."""
    day = read_date(plan_and_day(name)[1])
    return day is not None and day <= today


def differences(log: DecisionLog, root: Path, today: date) -> tuple[Problem, ...]:
    """Everything in which a folder differs from what is published. LogUnavailable, Altered."""
    seen = acts(log)
    now, (files, problems) = published_by(seen), read_policies(root)
    own = editions_of(log, {name: one.sha256 for name, one in now.releases.items()})
    live = {path: text.encode() for path, text in own.items()}
    if not begun(seen):  # the first start takes the folder in
        return (*problems, *_otherwise(log, root))
    return (*problems, *differing(files, live, now.releases, today, new=True, missing=True))


def _otherwise(log: DecisionLog, root: Path) -> Iterator[Problem]:
    """The editions of a folder that are not what they were when they were live last."""
    last, store = live_last(log), read_store(root, warn=False)
    for one in (each for editions in store.plans.values() for each in editions):
        if last.get(one.id, one.sha256) != one.sha256:
            yield _told("would_be_taken", f"{one.id}/plan.yaml", one.id)


def differing(
    folder: Files, live: Files, names: Iterable[str], today: date, *, new: bool = False, missing: bool = False
) -> Iterator[Problem]:
    """What of a folder is not taken: each file of an edition of `names` that is another one in `live`; `new` editions,
    not among `names`; and those `missing` in the folder."""
    wanted, there = set(names), {edition_of(path) for path in folder if path.endswith(f"/{HEAD}")}
    for name in sorted(wanted | there):
        if name not in there:
            if missing:
                code = "locked_missing" if has_begun(name, today) else "missing"
                yield _told(code, f"{name}/plan.yaml", name)
        elif name not in wanted:
            if new:
                yield _told("unpublished", f"{name}/plan.yaml", name)
        else:
            code = "locked_changed" if has_begun(name, today) else "unpublished_change"
            paths = {path for path in (*folder, *live) if edition_of(path) == name}
            yield from (_told(code, path, name, _first_other(folder.get(path), live.get(path)))
                        for path in sorted(paths) if folder.get(path) != live.get(path))  # fmt: skip


def _first_other(mine: bytes | None, theirs: bytes | None) -> int:
    """The first line of a file that is not as in another; 1 where only one of them is there."""
    if mine is None or theirs is None:
        return 1
    lines = zip_longest(mine.splitlines(keepends=True), theirs.splitlines(keepends=True))
    return next(number for number, (one, other) in enumerate(lines, 1) if one != other)


def _told(code: str, path: str, name: str, line: int = 1) -> Problem:
    zh, en = (text.format(name=name) for text in WORDS[code])
    return Problem(Mark(path, line, 1), "", code, zh, en, "warning")
