"""Editions ready to judge: compiled from a staged copy of the policies, or from the text that an archive holds."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

from rules import Edition, Engine, FactChecker, Store, read_store
from rules.building.store import lineage
from rules.values.text import NotFound
from service.policies.staging import stage_files


@dataclass(frozen=True, slots=True)
class Compiled:
    """An edition ready to judge, and the text of its files by path."""

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
    """Ready to judge; its files lie below `root`."""
    return Compiled(edition, Engine(edition), FactChecker(edition), files_of(root, edition))


def files_of(root: Path, edition: Edition) -> dict[str, str]:
    """The text of an edition's files and of those it extends, by path below the policies folder."""
    folder = root / edition.plan / edition.effective_from.isoformat()
    paths = sorted(path for one in lineage(root, folder) for path in one.glob("*.yaml"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def compile_files(files: Mapping[str, str], sha256: str) -> Compiled:
    """An edition from the text of its files, as an archive holds it."""
    runtime = Path(mkdtemp(prefix="village-credit-"))
    try:
        root = runtime / stage_files(files, runtime)
        for editions in read_store(root, warn=False).plans.values():
            for edition in editions:
                if edition.sha256 == sha256:
                    return compiled_of(root, edition)
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
    raise NotFound(f"没有版本 {sha256}", f"there is no edition {sha256}")
