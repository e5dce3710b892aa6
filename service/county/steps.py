"""A folder that appears whole or not at all, and steps in it that a second run need not repeat."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MANIFEST, STATE, WORK = "manifest.json", "state.json", "work"
PIECE = 1 << 20


class Busy(Exception):
    """Another run is writing to the folder."""


class Occupied(Exception):
    """The folder holds something else than a run."""


def digest(path: Path) -> str:
    """The sha256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found.update(piece)
    return found.hexdigest()


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


class Steps:
    """What has been done in a folder: each step by name, with what it found."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self.folder, self.state = folder, folder / STATE
        known = json.loads(self.state.read_text(encoding="utf-8")) if self.state.is_file() else {}
        if known.get("stamp") != stamp:
            for one in folder.iterdir():
                if one.name != LOCK:
                    shutil.rmtree(one) if one.is_dir() else one.unlink()
            known = {"stamp": stamp, "done": {}}
        self.known = known
        (folder / WORK).mkdir(exist_ok=True)

    def once(self, name: str, do: Callable[[], Any]) -> Any:
        """What a step found, now or in the run before."""
        if name not in self.known["done"]:
            self.known["done"][name] = do()
            half = self.state.with_suffix(".half")
            half.write_text(canonical(self.known), encoding="utf-8")
            half.replace(self.state)
        return self.known["done"][name]


LOCK = "lock"


@contextmanager
def appearing(out: Path) -> Iterator[Path]:
    """A folder beside `out` to work in; it takes the place of `out` in the end, without what only the work needs."""
    if out.exists() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise Occupied
    half = out.with_name(f".{out.name}.unfinished")
    half.mkdir(parents=True, exist_ok=True)
    with (half / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy from None
        yield half
        for name in (STATE, LOCK):
            (half / name).unlink(missing_ok=True)
        shutil.rmtree(half / WORK, ignore_errors=True)
        old = out.with_name(f".{out.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if out.exists():
            out.rename(old)
        half.rename(out)
        shutil.rmtree(old, ignore_errors=True)
        folder = os.open(out.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
