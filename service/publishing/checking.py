"""Checks content that is not published yet: in the place where it would stand, among all that is published, by the code
that reads what is in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from rules.building.loader import Loaded, digest_of, load_alone
from rules.building.store import folders, read_store
from rules.building.titles import called
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
    files by hash, what is wrong with it or deserves a look, and what each edition is called."""

    changes: tuple[Change, ...]
    files: Mapping[str, Files]
    problems: tuple[Problem, ...]
    called: Mapping[str, Text] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity == "warning")

    def title(self, edition: str) -> Text:
        """What an edition is called; its name where it cannot be read."""
        return self.called.get(edition, Text(edition, edition))

    def sha256(self, edition: str) -> str:
        """The hash that an edition would have; that of nothing where it does not change."""
        return next((one.sha256 for one in self.changes if one.edition == edition), "")


def name_of(warning: Problem) -> str:
    """How a warning is acknowledged: its code, file and line, path, and the edition that inherits the place."""
    said = f"{warning.code} {warning.mark.file}:{warning.mark.line} {warning.path}".rstrip()
    return f"{said} < {warning.edition}" if warning.edition else said


def named(warnings: Iterable[Problem]) -> Mapping[str, Problem]:
    """Warnings by their names. Those of one name become one that says all of them: nobody acknowledges one with
    another that he has not read."""
    found: dict[str, Problem] = {}
    for one in sorted(warnings):
        name = name_of(one)
        first = found.get(name)
        found[name] = one if first is None else replace(first, zh=f"{first.zh} {one.zh}", en=f"{first.en} {one.en}")
    return found


def about(problem: Problem) -> str:
    """The edition that a problem is about: that of its file, or one that inherits the place."""
    return problem.edition or problem.mark.file.rpartition("/")[0]


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
    called_all = {**before.called, **after.called}
    here = [name for name in names if name in after.hashes]
    own = (called(problem, called_all) for problem in _all_warned(staged, here))
    missed = (problem for name in here for problem in _missed(staged, name, today))
    told = {
        *own,
        *missed,
        *_headless(edition, files, after),
        *_plan_gone(edition, before, after),
        *_back_dated(changes, after, today),
        *(one for one in after.store if one not in {*before.store}),
    }
    texts = {sha256: after.files[name] for name, sha256 in after.hashes.items() if name in names}
    errors = (one for one in told if one.severity == "error")
    warnings = named(one for one in told if one.severity != "error").values()
    return Checked(changes, texts, tuple(sorted((*errors, *warnings))), called_all)


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


def _plan_gone(edition: str, before: _Look, after: _Look) -> tuple[Problem, ...]:
    """A warning where the only edition of a plan is taken away."""
    plan = f"{edition.partition('/')[0]}/"
    if edition not in before.hashes or any(one.startswith(plan) for one in after.hashes):
        return ()
    name = before.called.get(edition, Text(edition, edition))
    zh = f"{name.zh}是这个方案唯一的版本：撤回之后，这个方案没有版本，不能判定。"
    en = f"{name.en} is the only edition of its plan. Once it is withdrawn, nothing can be decided by that plan."
    return (Problem(Mark(f"{edition}/plan.yaml", 1, 1), "", "plan.gone", zh, en, "warning"),)


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
    """Files as they were read: the hash of each edition, its files with those it extends, the problems of all
    editions without the warnings of each, and what they are called."""

    hashes: Mapping[str, str]
    files: Mapping[str, Files]
    store: tuple[Problem, ...]
    called: Mapping[str, Text]  # editions


Staged = tuple[tuple[str, str], ...]  # path and text


@lru_cache(maxsize=KEPT)
def _looked_at(files: Staged) -> _Look:
    with laid_out(dict(files)) as root:
        names = [one.relative_to(root).as_posix() for one in folders(root)]
        own = {name: files_of(root, name) for name in names}
        found = {name: loaded(root, name) for name in names}
        store = read_store(root, loaded=lambda folder: found[folder.relative_to(root).as_posix()])
        return _Look({name: _hash(root, name, found[name]) for name in names}, own, store.problems, store.called)


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


def _all_warned(files: Staged, editions: Sequence[str]) -> Iterator[Problem]:
    """The problems of editions. One that several have is told of that of its file, else of each that inherits it."""
    found: dict[Problem, list[str]] = {}
    for name in editions:
        for problem in _warned(files, name):
            found.setdefault(problem, []).append(name)
    for problem, names in found.items():
        yield from [problem] if any(map(problem.is_own, names)) else map(problem.inherited_by, names)


@lru_cache(maxsize=KEPT)
def _warned(files: Staged, edition: str) -> tuple[Problem, ...]:
    """The problems of one edition, its warnings among them: to look for these takes as long as all the rest."""
    with laid_out(dict(files)) as root:
        return load_alone(root / edition, root).problems


@lru_cache(maxsize=KEPT)
def _missed(files: Staged, edition: str, today: date) -> tuple[Problem, ...]:
    """The edition's own test cases that do not come to what they must."""
    with laid_out(dict(files)) as root:
        found = loaded(root, edition).edition
        return () if found is None else tuple(faults(root, found, today))
