"""Checks of drafts that were made, kept for whoever opens the same content again: a check takes seconds of processor.

A check is found under all that it follows from, and so never for another content or another day. Only pages are made of
what is kept: whoever submits or approves has the content checked anew. In: files and a day. Out: a `Checked`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from rules.problems.problem import Problem
from rules.values.text import Mark, Text
from service.publishing.acts import Change
from service.publishing.checking import Checked, check

LOOKS = 16  # contents that are remembered to have been looked at
MOST = 64  # checks in a folder, each as large as the editions that it is about
Files = Mapping[str, str]


class Looks:
    """Looks at content that are made in the background, one after the other, in this process."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "look")
        self._of: dict[str, Future[None]] = {}

    def made(self, name: str, look: Callable[[], None]) -> bool:
        """Whether the look of this name is over; where it was not begun, it is now. One that failed is over, too, and
        may be made again: whoever looks is told why."""
        found = self._of.get(name)
        if found is None:
            self._of[name] = self._pool.submit(look)
            for old in [*self._of][:-LOOKS]:
                self._of.pop(old, None)
            return False
        if found.done() and found.exception() is not None:
            self._of.pop(name, None)
        return found.done()


class Checks:
    """Checks in a folder of the workers of one host, which lives as long as they do, so that one product writes them
    all; without a folder none is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def of(self, published: Files, edition: str, files: Files, today: date) -> Checked:
        """The check of an edition that would have these files, as kept, or made now."""
        if self._folder is None:
            return check(published, edition, files, today)
        said = [sorted(published.items()), edition, sorted(files.items()), today.isoformat()]
        path = self._folder / sha256(json.dumps(said).encode()).hexdigest()
        if (known := _read(path)) is None:
            known = check(published, edition, files, today)
            self._keep(path, known)
        return known

    def _keep(self, path: Path, checked: Checked) -> None:
        """Keep a check, whole or not at all; the oldest go. A full disk is no reason to show none."""
        half = path.with_name(f"{path.name}.{os.getpid()}")
        with suppress(OSError):
            half.write_text(json.dumps(asdict(checked)), encoding="utf-8")
            half.replace(path)
            there = sorted(path.parent.iterdir(), key=lambda one: one.stat().st_mtime_ns)
            for one in there[:-MOST]:
                one.unlink(missing_ok=True)


def _read(path: Path) -> Checked | None:
    """A check that was kept; None where there is none."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    changes = tuple(Change(**one) for one in said["changes"])
    called = {name: Text(**one) for name, one in said["called"].items()}
    return Checked(changes, said["files"], tuple(map(_problem, said["problems"])), called)


def _problem(said: Mapping[str, Any]) -> Problem:
    mend = said["mend"]
    return Problem(**{**said, "mark": Mark(**said["mark"]), "mend": None if mend is None else tuple(mend)})
