"""Checks content that is not published yet: in the place where it would stand, among all that is published, by the code
that reads what is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from rules.building.loader import Loaded, digest_of, load, load_alone
from rules.building.store import folders, read_store
from rules.files.node import ABSENT
from rules.files.source import read
from rules.problems.problem import Problem, Problems
from rules.values.exact import read_date
from rules.values.text import Mark, Text
from service.examples.own import faults
from service.publishing.acts import Change
from service.publishing.contents import files_of, laid_out

Files = Mapping[str, str]
KEPT = 4  # contents whose check is remembered
LOADED = 4 * KEPT  # editions that are: of what is published, a draft changes one


@dataclass(frozen=True, slots=True)
class Checked:
    """What publishing some content would do: the editions that it changes, those that extend it among them, their
    files by hash, and what is wrong with it or deserves a look."""

    changes: tuple[Change, ...]
    files: Mapping[str, Files]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity == "warning")

    def sha256(self, edition: str) -> str:
        """The hash that an edition would have; that of nothing where it does not change."""
        return next((one.sha256 for one in self.changes if one.edition == edition), "")


def name_of(warning: Problem) -> str:
    """How a warning is acknowledged: its code, file and line, and path."""
    return f"{warning.code} {warning.mark.file}:{warning.mark.line} {warning.path}".rstrip()


def check(published: Files, edition: str, files: Files, today: date) -> Checked:
    """What would come of an edition having these files, by name, or none at all; `published` are all files that are
    published, by path."""
    others = {path: text for path, text in published.items() if not path.startswith(f"{edition}/")}
    staged = tuple(sorted((others | {f"{edition}/{name}": text for name, text in files.items()}).items()))
    before, after = _looked_at(tuple(sorted(published.items()))), _looked_at(staged)
    names = sorted(
        name for name in {*before.hashes, *after.hashes} if before.hashes.get(name) != after.hashes.get(name)
    )
    changes = tuple(_change(name, before.hashes.get(name, ""), after.hashes.get(name, ""), today) for name in names)
    own = (problem for name in names if name in after.hashes for problem in _warned(staged, name))
    missed = (problem for name in names if name in after.hashes for problem in _missed(staged, name, today))
    told = {
        *own,
        *missed,
        *_headless(edition, files, after),
        *_back_dated(changes, after, today),
        *(one for one in after.store if one not in {*before.store}),
    }
    texts = {sha256: after.files[name] for name, sha256 in after.hashes.items() if name in names}
    return Checked(changes, texts, tuple(sorted(told)))


def _change(name: str, before: str, after: str, today: date) -> Change:
    return Change(name, after, before, amends=bool(before) and _day(name) <= today)


def _day(edition: str) -> date:
    return read_date(edition.rpartition("/")[2]) or date.max


def _headless(edition: str, files: Files, after: _Look) -> tuple[Problem, ...]:
    """An error for files without the one that makes an edition of them: nothing else would tell of them."""
    told = Problems()
    if files and edition not in after.hashes:
        told.add(Mark(f"{edition}/plan.yaml", 1, 1), "edition.no_file", file="plan.yaml")
    return tuple(told)


def _back_dated(changes: tuple[Change, ...], after: _Look, today: date) -> tuple[Problem, ...]:
    """A warning for each edition that would begin on a day that has come: decisions were made without it."""
    told = Problems()
    for one in changes:
        if not one.before and (start := _day(one.edition)) <= today:
            mark = _begins(one.edition, after.files.get(one.edition, {}))
            told.warn(mark, "warning.back_dated", path="effective.from", start=start, day=today,
                      how=Text("批准", "approved"))  # fmt: skip
    return tuple(told)


def _begins(edition: str, files: Files) -> Mark:
    """Where an edition says from when it is in force; the beginning of its head where that cannot be read."""
    path = f"{edition}/plan.yaml"
    head = read(files.get(path, ""), path, Problems()) or ABSENT
    return head.at("effective").at("from").mark if head.at("effective").get("from") else Mark(path, 1, 1)


@dataclass(frozen=True, slots=True)
class _Look:
    """Files as they were read: the hash of each edition, its files with those it extends, and the problems of all
    editions without the warnings of each."""

    hashes: Mapping[str, str]
    files: Mapping[str, Files]
    store: tuple[Problem, ...]


Staged = tuple[tuple[str, str], ...]  # path and text


@lru_cache(maxsize=KEPT)
def _looked_at(files: Staged) -> _Look:
    with laid_out(dict(files)) as root:
        names = [one.relative_to(root).as_posix() for one in folders(root)]
        own = {name: files_of(root, name) for name in names}
        found = {name: loaded(root, name) for name in names}
        return _Look(
            {name: _hash(root, name, found[name]) for name in names},
            own,
            read_store(root, loaded=lambda folder: found[folder.relative_to(root).as_posix()]).problems,
        )


def _hash(root: Path, name: str, found: Loaded) -> str:
    """The hash of an edition; one that cannot be used is read for it once more."""
    return digest_of(root / name, root) if found.edition is None else found.edition.sha256


def loaded(root: Path, edition: str) -> Loaded:
    """An edition below a folder, without its warnings; what was loaded of the same text is not loaded again."""
    return _loaded(edition, tuple(files_of(root, edition).items()))


@lru_cache(maxsize=LOADED)
def _loaded(edition: str, files: Staged) -> Loaded:
    """An edition as its own files, and those of the editions that it extends, make it, whatever else is published."""
    with laid_out(dict(files)) as root:
        return load_alone(root / edition, root, warn=False)


@lru_cache(maxsize=KEPT)
def _warned(files: Staged, edition: str) -> tuple[Problem, ...]:
    """The problems of one edition, its warnings among them: to look for these takes as long as all the rest."""
    with laid_out(dict(files)) as root:
        return load(root / edition, root).problems


@lru_cache(maxsize=KEPT)
def _missed(files: Staged, edition: str, today: date) -> tuple[Problem, ...]:
    """The edition's own test cases that do not come to what they must."""
    with laid_out(dict(files)) as root:
        found = loaded(root, edition).edition
        return () if found is None else tuple(faults(root, found, today))
