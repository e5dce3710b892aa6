"""Checks of drafts that were made, kept for whoever opens the same content again: a check takes seconds of processor.

A check is found under all that it follows from, and so never for another content or another day. Only pages are made of
what is kept: whoever submits or approves has the content checked anew. In: files and a day. Out: a `Checked`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
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

MOST = 64  # checks in a folder, each as large as the editions that it is about
Files = Mapping[str, str]


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
