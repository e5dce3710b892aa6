"""The output folder of a run: it appears whole or not at all, and finished steps are not repeated by a second run."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from service.county.run.manifest import MANIFEST, Stamp, canonical, plain, typed

STATE, LOCK, WORK = "state.json", "lock", "work"
Result = TypeVar("Result")


class Busy(Exception):
    """Another run is writing to the folder."""


class Occupied(Exception):
    """The folder holds something else than a run."""


class Finished(Exception):
    """The folder holds the results of a run of something else; `on` is its day."""

    def __init__(self, on: str) -> None:
        super().__init__(on)
        self.on = on


class Steps:
    """The steps done in a folder, each by name with its result. Those of a run of another stamp are thrown away."""

    def __init__(self, folder: Path, about: Stamp) -> None:
        self.folder, self.state, stamp = folder, folder / STATE, canonical(about)
        known = json.loads(self.state.read_text(encoding="utf-8")) if self.state.is_file() else {}
        if known.get("stamp") != stamp:
            for one in folder.iterdir():
                if one.name != LOCK:
                    shutil.rmtree(one) if one.is_dir() else one.unlink()
            known = {"stamp": stamp, "done": {}}
        self.known = known
        (folder / WORK).mkdir(exist_ok=True)

    def once(self, name: str, kind: Any, do: Callable[[], Result]) -> Result:
        """The result of a step, a value of `kind`: done now, or by a run that was broken off."""
        if name not in self.known["done"]:
            self.known["done"][name] = plain(do())
            half = self.state.with_suffix(".half")
            half.write_text(json.dumps(self.known, ensure_ascii=False), encoding="utf-8")  # in the order of the results
            half.replace(self.state)
        result: Result = typed(kind, self.known["done"][name])
        return result


@contextmanager
def uncollected() -> Iterator[None]:
    """Work that leaves hardly a circle of objects behind: looking for some, among those that a query is made of, takes
    a fifth of the time that making it takes."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def appearing(out: Path, about: Stamp, *, replace: bool = False) -> Iterator[Path]:
    """A folder beside `out` to work in, which takes the place of `out` in the end. Occupied where `out` holds no run,
    Finished where it holds one of another stamp and `replace` is not set, Busy where another run works on it."""
    if out.exists() and any(out.iterdir()):
        if not (out / MANIFEST).is_file():
            raise Occupied
        known = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        if not replace and canonical({name: known.get(name) for name in plain(about)}) != canonical(about):
            raise Finished(str(known.get("on", "")))
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
