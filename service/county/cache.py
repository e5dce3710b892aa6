"""The query cache: what follows from a plan and the columns of files alone, kept on disk for the next run. An entry is
found under the sha256 of all that it follows from; one that is not what was written is as good as none."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SOURCES = ("rules", "service/county")  # all that makes queries
SUFFIXES = (".py", ".json")
LIBRARIES = ("duckdb", "ibis-framework", "sqlglot")
MOST = 4 * 1000  # entries, some 30 kB each; a run has some 60
OTHERS = stat.S_IWGRP | stat.S_IWOTH  # what lets others write to a folder


@cache
def product() -> str:
    """The sha256 of what makes queries: the sources, and the versions of Python and the libraries."""
    found = hashlib.sha256(repr([sys.version, *map(version, LIBRARIES)]).encode())
    for path in sorted(one for folder in SOURCES for one in (ROOT / folder).rglob("*") if one.suffix in SUFFIXES):
        found.update(repr([path.relative_to(ROOT).as_posix(), path.read_bytes()]).encode())
    return found.hexdigest()


def digest_of(about: Any) -> str:
    """The sha256 of a value in the types of JSON, of dataclasses and of dates; sets have no order and are not taken."""
    return hashlib.sha256(json.dumps(about, default=_told).encode()).hexdigest()


def _told(value: Any) -> str:
    if isinstance(value, set | frozenset):
        raise TypeError(value)
    return repr(value)


class Cache:
    """A folder of entries, values in the types of JSON; without a folder nothing is kept. A folder or an entry to which
    others can write is left alone, for queries in it are run."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None and _safe(folder) else None

    def __bool__(self) -> bool:
        return self.folder is not None

    def once(self, about: Any, do: Callable[[], Any]) -> Any:
        """What `do` gives, which follows from `about` and from this product alone: as kept, or worked out now."""
        if not self:
            return do()
        key = self.key(about)
        if (known := self.get(key)) is None:
            self.put(key, known := [do()])
        return known[0]

    def key(self, about: Any) -> str:
        """The key of what follows from a value."""
        return digest_of([product(), about])

    def get(self, key: str) -> Any:
        """The value under a key; None where there is none, or where it is not what was written."""
        if self.folder is None:
            return None
        path = self.folder / key
        try:
            with path.open(encoding="utf-8") as file:
                head, _, text = file.read().partition("\n")
                own = _own(os.fstat(file.fileno()))  # it may stem from days when others could write to the folder
            os.utime(path)  # the oldest are deleted first
            return json.loads(text) if own and head == _seal(key, text) else None
        except (OSError, ValueError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep a value, whole or not at all; not where the disk does not allow it, which is no fault of the run."""
        if self.folder is None:
            return
        text, half = json.dumps(value, ensure_ascii=False), self.folder / f"{key}.{os.getpid()}"
        try:
            self._room()
            half.write_text(f"{_seal(key, text)}\n{text}", encoding="utf-8")
            half.replace(self.folder / key)
        except OSError:
            with suppress(OSError):
                half.unlink(missing_ok=True)

    def _room(self) -> None:
        """Delete the oldest half of a full folder."""
        there = [] if self.folder is None else list(self.folder.iterdir())
        if len(there) >= MOST:
            for one in sorted(there, key=lambda path: path.stat().st_mtime)[: MOST // 2]:
                one.unlink(missing_ok=True)


def _seal(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()


def _safe(folder: Path) -> bool:
    """Whether a folder, made where there is none, is one's own, and nobody else may write to it or put another in its
    place."""
    try:
        folder.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        return _own(folder.stat()) and not any(_open(one.stat().st_mode) for one in folder.resolve().parents)
    except OSError:
        return False


def _own(about: os.stat_result) -> bool:
    """Whether a file or a folder is one's own, and nobody else's to write to."""
    return about.st_uid == os.getuid() and not about.st_mode & OTHERS


def _open(mode: int) -> bool:
    """Whether whoever likes may rename what is in a folder, be it theirs or not."""
    return bool(mode & stat.S_IWOTH and not mode & stat.S_ISVTX)
