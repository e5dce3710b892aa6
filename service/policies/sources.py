"""Where the live policies come from: what is published in the log, a folder with its past locked, or a folder as it
stands. What lies in a folder and is not taken is told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from rules.problems.problem import Problem
from rules.values.exact import read_date
from rules.values.text import Mark
from service.log import Altered, DecisionLog
from service.policies.compiled import Snapshot
from service.policies.folder import Files, read_policies, signature_of
from service.publishing import (
    IMPORTED,
    Act,
    Change,
    Published,
    acts,
    amendments,
    decide,
    edition,
    editions_of,
    newest,
    published_by,
)
from service.publishing.contents import plan_and_day

DATABASE, FOLDER, SANDBOX = "database", "folder", "sandbox"  # values of the setting
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
}  # fmt: skip
LOCKED = ("locked_changed", "locked_missing")


@dataclass(frozen=True, slots=True)
class Found:
    """The files that are to go live, or why they cannot; what of the folder is not taken; and the amendments, by the
    hash of the edition that each made."""

    files: Files
    problems: tuple[Problem, ...] = ()
    untaken: tuple[Problem, ...] = ()
    amended: Mapping[str, Act] = field(default_factory=dict)


class Source(Protocol):
    """Where policies come from. `name` is how /readyz calls it."""

    @property
    def name(self) -> str: ...

    def signature(self) -> Hashable:
        """Changes whenever what is to go live, or what is told, may have changed. LogUnavailable."""

    def read(self) -> Found:
        """What is to go live now. LogUnavailable; FileNotFoundError where a file goes meanwhile."""

    def taken(self, snapshot: Snapshot) -> None:
        """Have what goes live now said in the log where it has to be. LogUnavailable."""


class Sandbox:
    """A folder: whatever lies there goes live."""

    name = FOLDER

    def __init__(self, root: Path) -> None:
        self._root = root

    def signature(self) -> Hashable:
        return signature_of(self._root) if self._root.is_dir() else ()

    def read(self) -> Found:
        return Found(*read_policies(self._root))

    def taken(self, snapshot: Snapshot) -> None:
        """Nothing is published by it."""


@dataclass(frozen=True, slots=True)
class Database:
    """What is published in the log. Where nothing ever was, the folder is taken in, once."""

    root: Path
    log: DecisionLog
    today: Callable[[], date]
    by: str  # the operating system's user, who stands for an import
    name: str = DATABASE

    def signature(self) -> Hashable:
        return newest(self.log), self.today(), Sandbox(self.root).signature()

    def read(self) -> Found:
        all = acts(self.log)
        now, (files, problems) = published_by(all), read_policies(self.root)
        if not now.releases:
            return Found(files, problems)
        try:
            own = editions_of(self.log, {name: one.sha256 for name, one in now.releases.items()})
        except Altered as error:
            return _altered(error)
        live = {path: text.encode() for path, text in own.items()}
        told = tuple(replace(one, severity="warning") for one in problems)
        return Found(
            live, (), told or (*_differences(files, live, now.releases, self.today(), new=True),), amendments(all)
        )

    def taken(self, snapshot: Snapshot) -> None:
        _take_in(self.log, snapshot, self.by, lambda now: [] if now.releases else [*snapshot.compiled])


@dataclass(frozen=True, slots=True)
class LockedFolder:
    """A folder, but for editions whose day has come: of these, the content that is published. An edition is published
    when it is live on its day or later."""

    root: Path
    log: DecisionLog
    today: Callable[[], date]
    by: str
    name: str = FOLDER

    def signature(self) -> Hashable:
        return newest(self.log), self.today(), Sandbox(self.root).signature()

    def read(self) -> Found:
        all, today = acts(self.log), self.today()
        now, (files, problems) = published_by(all), read_policies(self.root)
        locked = [name for name in now.releases if has_begun(name, today)]
        try:
            kept = _files(self.log, now, locked)
        except Altered as error:
            return _altered(error)
        if problems or not files:
            return Found({}, problems, (), amendments(all))
        names = {edition_of(path) for path in kept}
        free = {path: data for path, data in files.items() if edition_of(path) not in names}
        told = tuple(_differences(files, kept, names, today, missing=True))
        return Found(free | kept, (), told, amendments(all))

    def taken(self, snapshot: Snapshot) -> None:
        begun = [name for name in snapshot.compiled if has_begun(name, self.today())]
        _take_in(self.log, snapshot, self.by, lambda now: [name for name in begun if name not in now.releases])


def edition_of(path: str) -> str:
    """The name of the edition that a file belongs to."""
    return path.rpartition("/")[0]


def has_begun(name: str, today: date) -> bool:
    """Whether the day of an edition has come."""
    day = read_date(plan_and_day(name)[1])
    return day is not None and day <= today


def _files(log: DecisionLog, now: Published, names: Iterable[str]) -> Files:
    """The files of published editions, and of those they extend: what these hold is part of what they say."""
    files: Files = {}
    for name in names:
        sha256 = now.releases[name].sha256
        if (found := edition(log, sha256)) is None:
            raise Altered(sha256)
        files |= {path: text.encode() for path, text in found.items()}
    return files


def _altered(error: Altered) -> Found:
    return Found({}, (Problem(Mark("", 1, 1), "", "edition_changed", error.zh, error.en),))


def differences(log: DecisionLog, root: Path, today: date) -> tuple[Problem, ...]:
    """Everything in which a folder differs from what is published. LogUnavailable, Altered."""
    now, (files, problems) = published_by(acts(log)), read_policies(root)
    own = editions_of(log, {name: one.sha256 for name, one in now.releases.items()})
    live = {path: text.encode() for path, text in own.items()}
    return (*problems, *_differences(files, live, now.releases, today, new=True, missing=True))


def _differences(
    folder: Files, live: Files, names: Iterable[str], today: date, *, new: bool = False, missing: bool = False
) -> Iterator[Problem]:
    """What of a folder is not taken: each file of an edition of `names` that is another one in `live`; `new` editions,
    not among `names`; and those `missing` in the folder."""
    wanted, there = set(names), {edition_of(path) for path in folder}
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
            yield from (_told(code, path, name) for path in sorted(paths) if folder.get(path) != live.get(path))


def _told(code: str, path: str, name: str) -> Problem:
    zh, en = (text.format(name=name) for text in WORDS[code])
    return Problem(Mark(path, 1, 1), "", code, zh, en, "warning")


class _Nothing(Exception):
    """There is nothing to take in."""


def _take_in(log: DecisionLog, snapshot: Snapshot, by: str, missing: Callable[[Published], Iterable[str]]) -> None:
    """Publish editions of a snapshot that are to be published and are not, in one act."""

    def choose(seen: tuple[Act, ...]) -> tuple[Act, Mapping[str, Mapping[str, str]]]:
        ready = [snapshot.compiled[name] for name in missing(published_by(seen))]
        if not ready:
            raise _Nothing
        changes = tuple(Change(one.edition.id, one.edition.sha256) for one in ready)
        return Act(outcome=IMPORTED, by=by, changes=changes), {one.edition.sha256: one.files for one in ready}

    with suppress(_Nothing):
        decide(log, choose)
