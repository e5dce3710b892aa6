"""Where the live policies come from: what is published in the log, a folder with its past locked, or a folder as it
stands. What lies in a folder and is not taken is told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from rules.problems.problem import Problem
from rules.values.text import Mark
from service.log import Altered, DecisionLog, LogUnavailable
from service.log.rights import MISSING
from service.policies.archive import last_live
from service.policies.compiled import Snapshot
from service.policies.differing import differing, edition_of, has_begun
from service.policies.folder import Files, read_policies, signature_of
from service.publishing import (
    IMPORTED,
    Act,
    Change,
    Published,
    acts,
    amendments,
    begun,
    decide,
    edition,
    editions_of,
    newest,
    published_by,
)
from service.publishing.acts import acts_there

Acts = tuple[Act, ...]
DATABASE, FOLDER, SANDBOX = "database", "folder", "sandbox"  # values of the setting


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

    def rescue(self) -> Mapping[str, str]:
        """The files to start with where those that are to go live cannot be used; none where there are none."""


class Sandbox:
    """A folder: whatever lies there goes live."""

    name = FOLDER

    def __init__(self, root: Path, rescue: Callable[[], Mapping[str, str]] = dict) -> None:
        self._root, self.rescue = root, rescue

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
        try:
            all = acts(self.log)
        except LogUnavailable as error:
            return _missing(error)
        now, (files, problems) = published_by(all), read_policies(self.root)
        if not begun(all):
            return Found(files, problems)
        try:
            own = editions_of(self.log, {name: one.sha256 for name, one in now.releases.items()})
        except Altered as error:
            return _altered(error)
        live = {path: text.encode() for path, text in own.items()}
        told = tuple(replace(one, severity="warning") for one in problems)
        told = told or tuple(differing(files, live, now.releases, self.today(), new=True))
        return Found(live, (), told, amendments(all))

    def taken(self, snapshot: Snapshot) -> None:
        _take_in(self.log, snapshot, self.by, lambda seen: [] if begun(seen) else [*snapshot.compiled])

    def rescue(self) -> Mapping[str, str]:
        """What was live last, where it is of a time before anything was published, or lines of the log are missing:
        then nobody is let in, and /readyz says why."""
        try:
            return {} if begun(acts(self.log)) else last_live(self.log)
        except LogUnavailable as error:
            _missing(error)
            return last_live(self.log)


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
        try:
            all, today = acts(self.log), self.today()
        except LogUnavailable as error:
            return _missing(error)
        now, (files, problems) = published_by(all), read_policies(self.root)
        try:
            kept = self._locked(now, today)
        except Altered as error:
            return _altered(error)
        if problems or not files:
            return Found({}, problems, (), amendments(all))
        names = {edition_of(path) for path in kept}
        told = tuple(differing(files, kept, names, today, missing=True))
        return Found(_without(files, names) | kept, (), told, amendments(all))

    def taken(self, snapshot: Snapshot) -> None:
        due = {name for name in snapshot.compiled if has_begun(name, self.today())}
        _take_in(self.log, snapshot, self.by, lambda seen: sorted(due - published_by(seen).releases.keys()))

    def rescue(self) -> Mapping[str, str]:
        """What was live last, but for what is locked: of that, what is published."""
        kept = self._locked(published_by(acts_there(self.log)), self.today())
        last = {path: text.encode() for path, text in last_live(self.log).items()}
        found = _without(last, {edition_of(path) for path in kept}) | kept
        return {path: data.decode() for path, data in found.items()}

    def _locked(self, now: Published, today: date) -> Files:
        """The files of editions in force or over, and of those they extend: what these hold is part of what they say.
        Altered where they are not what they were."""
        files: Files = {}
        for name, one in now.releases.items():
            if has_begun(name, today):
                if (found := edition(self.log, one.sha256)) is None:
                    raise Altered(one.sha256)
                files |= {path: text.encode() for path, text in found.items()}
        return files


def _without(files: Files, editions: set[str]) -> Files:
    return {path: data for path, data in files.items() if edition_of(path) not in editions}


def _missing(error: LogUnavailable) -> Found:
    """Nothing to take: an act may be gone that took an edition back. Any other trouble with the log is raised."""
    if error.code != MISSING:
        raise error
    return Found({}, (Problem(Mark("", 1, 1), "", error.code, error.zh, error.en),))


def _altered(error: Altered) -> Found:
    return Found({}, (Problem(Mark("", 1, 1), "", "edition_changed", error.zh, error.en),))


class _Nothing(Exception):
    """There is nothing to take in."""


def _take_in(log: DecisionLog, snapshot: Snapshot, by: str, missing: Callable[[Acts], Iterable[str]]) -> None:
    """Publish editions of a snapshot that are to be published and are not, in one act."""

    def choose(seen: Acts) -> tuple[Act, Mapping[str, Mapping[str, str]]]:
        ready = [snapshot.compiled[name] for name in missing(seen)]
        if not ready:
            raise _Nothing
        changes = tuple(Change(one.edition.id, one.edition.sha256) for one in ready)
        return Act(outcome=IMPORTED, by=by, changes=changes), {one.edition.sha256: one.files for one in ready}

    with suppress(_Nothing):
        decide(log, choose)
