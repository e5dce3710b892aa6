"""Editions ready to judge: compiled from a staged copy of the policies, or from the text that an archive holds. A copy
lies under the digest of its content; small files beside it are read and replaced whole."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import ParamSpec

from rules import Edition, Engine, FactChecker, Store, read_store
from rules.values.text import NotFound
from rules.variants.readings import under
from service.publishing import files_of

KEPT = 3  # copies of policies in the runtime folder, for requests still under way with an older one
ON_REQUEST = 2  # editions kept beside those in force: under other readings or figures, or from the archive
P = ParamSpec("P")


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """An edition ready to judge, and the text of its files and of those it extends, by path below the policies."""

    edition: Edition
    engine: Engine
    checker: FactChecker
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All editions at one moment. A request uses one snapshot from beginning to end."""

    digest: str
    root: Path
    store: Store
    compiled: Mapping[str, Compiled]

    def in_force(self, plan: str, on: date) -> Compiled:
        """The edition of a plan in force on a date; NotFound says which there are."""
        return self.compiled[self.store.in_force(plan, on).id]

    def edition(self, name: str) -> Compiled:
        """The edition called `plan/date`."""
        return self.compiled[self.store.edition(name).id]


def compiled_of(root: Path, edition: Edition) -> Compiled:
    """An edition ready to judge; its files, and those it extends, lie below `root`."""
    return Compiled(edition, Engine(edition), FactChecker(edition), files_of(root, edition.id))


def compile_files(files: Mapping[str, str], sha256: str) -> Compiled:
    """An edition from the text of its files, as an archive holds it."""
    runtime = Path(mkdtemp(prefix="village-credit-"))
    try:
        root = runtime / stage({name: text.encode() for name, text in files.items()}, runtime)
        for editions in read_store(root, warn=False).plans.values():
            for edition in editions:
                if edition.sha256 == sha256:
                    return compiled_of(root, edition)
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
    raise NotFound(f"没有版本 {sha256}", f"there is no edition {sha256}")


class _Kept:
    """The editions that were compiled for a request last: an edition with its engine takes several megabytes, and as
    many again while it is read. So few are kept, and one is compiled at a time."""

    def __init__(self, most: int) -> None:
        self._most, self._turn = most, threading.RLock()  # one may be made of another
        self._made: dict[Hashable, Compiled] = {}

    def get(self, key: Hashable, make: Callable[[], Compiled]) -> Compiled:
        """The edition of a key, made where it is not there. What `make` raises is raised."""
        if (made := self._made.get(key)) is None:
            with self._turn:
                if (made := self._made.get(key)) is None:
                    while len(self._made) >= self._most:
                        del self._made[next(iter(self._made))]
                    gc.collect()  # editions refer to themselves; the collector would hardly come by (service.app)
                    made = self._made[key] = make()
        return made


_KEPT = _Kept(ON_REQUEST)


def kept(make: Callable[P, Compiled]) -> Callable[P, Compiled]:
    """A function whose results are kept with those of all others that are decorated so, by its arguments."""

    @wraps(make)
    def get(*args: P.args, **kwargs: P.kwargs) -> Compiled:
        return _KEPT.get((make, args, *kwargs.items()), lambda: make(*args, **kwargs))

    return get


@kept
def reread(compiled: Compiled, readings: tuple[tuple[str, str], ...]) -> Compiled:
    """The same edition under other readings, ready to judge; exceptions as of `otherwise`."""
    edition = otherwise(compiled, readings)
    return Compiled(edition, Engine(edition), FactChecker(edition), compiled.files)


def otherwise(compiled: Compiled, readings: tuple[tuple[str, str], ...]) -> Edition:
    """The same edition under other readings, by name and option; NoSuchReading and PolicyError as `under` raises."""
    return otherwise_of(compiled.files, compiled.edition, readings)


def otherwise_of(files: Mapping[str, str], edition: Edition, readings: tuple[tuple[str, str], ...]) -> Edition:
    """The same of an edition and its files by path, those it extends among them."""
    with TemporaryDirectory(prefix="village-credit-") as folder:
        for name, text in files.items():
            (file := Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        return under(Path(folder), edition, dict(readings))


# --- copies and small files


def stage(files: Mapping[str, bytes], runtime: Path) -> str:
    """Copy files to a folder named after the digest of their content, and return it; the folder appears whole."""
    parts = (hashlib.sha256(part).digest() for name, data in sorted(files.items()) for part in (name.encode(), data))
    digest = hashlib.sha256(b"".join(parts)).hexdigest()
    if not (runtime / digest).is_dir():
        copy = Path(mkdtemp(prefix="staging-", dir=runtime))
        try:
            for name, data in files.items():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                (copy / name).write_bytes(data)
            with suppress(OSError):  # another worker was first: its copy is the same
                copy.rename(runtime / digest)
        finally:
            shutil.rmtree(copy, ignore_errors=True)
    return digest


def prune(runtime: Path, live: str) -> None:
    """Remove old copies."""
    with suppress(OSError):  # another worker does the same; the next look removes the rest
        copies = [(copy.stat().st_mtime_ns, copy) for copy in runtime.iterdir() if len(copy.name) == len(live)]
        for _, old in sorted(copies)[:-KEPT]:
            if old.name != live:
                shutil.rmtree(old, ignore_errors=True)


def read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def write(file: Path, text: str) -> None:
    """Replace a file in one step, so that a reader sees the old text or the new."""
    part = file.with_name(f".{file.name}-{os.getpid()}-{threading.get_ident()}")
    part.write_text(text)
    part.replace(file)
