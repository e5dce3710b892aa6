"""All editions of all plans below a folder: `<plan>/<effective date>/`. Picks the one in force on a date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from rules.building.loader import SUFFIX, Loaded, load, load_alone, misnamed
from rules.building.titles import called
from rules.files.node import ABSENT
from rules.files.source import read_file
from rules.model import Edition
from rules.problems.problem import PolicyError, Problem, Problems
from rules.values.exact import read_date
from rules.values.text import NotFound, Text
from rules.warnings.acknowledged import acknowledging

Loading = Callable[[Path], Loaded]


class NotInForce(NotFound):
    """No edition is in force on a day; `day` is the nearest one after it on which one is, else the last one."""

    def __init__(self, zh: str, en: str, day: date) -> None:
        super().__init__(zh, en)
        self.day = day


@dataclass(frozen=True, slots=True)
class Store:
    """The editions that loaded, in order of time by plan, and every problem found on the way."""

    plans: Mapping[str, tuple[Edition, ...]]
    problems: tuple[Problem, ...]

    @property
    def called(self) -> Mapping[str, Text]:
        """What each edition is called, by its id."""
        return {one.id: one.called for editions in self.plans.values() for one in editions}

    def in_force(self, plan: str, on: date) -> Edition:
        """The edition of a plan in force on a date; NotFound, or NotInForce, says which there are."""
        editions = self.plans.get(plan)
        if editions is None:
            known = ", ".join(self.plans) or "-"
            raise NotFound(f"没有方案 {plan}（现有：{known}）", f"there is no plan {plan} (there are: {known})")
        for edition in editions:
            if self.holds(edition, on):
                return edition
        spans = ", ".join(f"{one.effective_from}..{self.ends(one) or ''}" for one in editions)
        later = [one.effective_from for one in editions if one.effective_from > on]
        zh, en = f"{plan} 在 {on} 没有有效版本（{spans}）", f"no edition of {plan} is in force on {on} ({spans})"
        raise NotInForce(zh, en, min(later, default=self.ends(editions[-1]) or on))

    def holds(self, edition: Edition, on: date) -> bool:
        """Whether an edition is in force on a date."""
        return edition.effective_from <= on <= (self.ends(edition) or on)

    def by(self, day: date) -> tuple[Edition, ...]:
        """An edition of every plan: the last that began by a day, be it in force or over; else the first to come."""
        return tuple(
            next((one for one in reversed(editions) if one.effective_from <= day), editions[0])
            for editions in self.plans.values()
        )

    def after(self, edition: Edition) -> Edition | None:
        """The edition of the same plan that comes next."""
        later = (one for one in self.plans.get(edition.plan, ()) if one.effective_from > edition.effective_from)
        return next(later, None)

    def ends(self, edition: Edition) -> date | None:
        """The last day of an edition: the one it names, else the day before the next begins; None where it is open."""
        following = self.after(edition)
        eve = None if following is None else following.effective_from - timedelta(days=1)
        return edition.effective_to or eve

    def edition(self, name: str) -> Edition:
        """The edition called `plan/date`."""
        for editions in self.plans.values():
            for edition in editions:
                if edition.id == name:
                    return edition
        known = ", ".join(edition.id for editions in self.plans.values() for edition in editions)
        raise NotFound(f"没有版本 {name}（现有：{known}）", f"there is no edition {name} (there are: {known})")


def folders(root: Path) -> list[Path]:
    """The edition folders below a policies folder, those of a `plan.yaml` of nearly that name too."""
    return sorted(filter(is_edition, root.glob("*/*")))


def is_edition(folder: Path) -> bool:
    """Whether a folder holds a `plan.yaml`, or what is meant to be one."""
    return folder.is_dir() and ((folder / f"plan{SUFFIX}").exists() or "plan" in misnamed(folder).values())


def lineage(root: Path, folder: Path) -> Iterator[Path]:
    """An edition's folder, and those of the editions it extends."""
    seen: list[Path] = []
    while folder not in seen:
        seen.append(folder)
        yield folder
        plan = read_file(folder / "plan.yaml", root, Problems())
        extends = ABSENT if plan is None else plan.at("extends")
        if (parent := extends.at("plan").text) and (day := extends.at("edition").text):
            folder = root / parent / day


def open_store(root: Path) -> Store:
    """Load every edition below a folder; raises PolicyError where one cannot be used."""
    store = read_store(root, warn=False)
    if any(problem.severity == "error" for problem in store.problems):
        raise PolicyError(store.problems)
    return store


def read_store(root: Path, *, warn: bool = True, loaded: Loading | None = None) -> Store:
    """Load every edition below a folder, keeping those that are good; `warn` looks for warnings. `loaded` gives what
    an edition's folder was loaded to, where that is known already."""
    problems = Problems()
    plans: dict[str, list[Edition]] = {}
    heirs: dict[Problem, list[str]] = {}  # a problem of a file, and the editions that have it
    for folder in folders(root):
        found = load_alone(folder, root, warn=warn) if loaded is None else loaded(folder)
        for problem in found.problems:
            heirs.setdefault(problem, []).append(folder.relative_to(root).as_posix())
        if found.edition is not None:
            _check_name(folder, found.edition, root, problems)
            plans.setdefault(found.edition.plan, []).append(found.edition)
    for editions in plans.values():
        editions.sort(key=lambda edition: edition.effective_from)
        _check_order(editions, problems)
    for (
        problem,
        names,
    ) in heirs.items():  # one that an edition inherits is told with the file's own edition, if that has it
        own = any(map(problem.is_own, names))
        problems.append(problem if own else problem.inherited_by(names[0]))
    store = Store({plan: tuple(editions) for plan, editions in sorted(plans.items())}, ())
    names_of = store.called
    return replace(store, problems=tuple(sorted(called(one, names_of) for one in problems)))


def problems_of(root: Path, names: Sequence[str]) -> tuple[Problem, ...]:
    """The problems of some editions below a folder, those of the files that they extend included."""
    if len(names) == len(folders(root)):
        return read_store(root).problems
    store = read_store(root, warn=False)
    beside = store.problems  # the dates of editions are held against each other
    mine = {one for one in beside if one.mark.file.startswith(tuple(f"{name}/" for name in names))}
    names_of = store.called
    return tuple(
        sorted(mine.union(called(one, names_of) for name in names for one in load(root / name, root).problems))
    )


def _check_name(folder: Path, edition: Edition, root: Path, problems: Problems) -> None:
    if (folder.parent.name, read_date(folder.name)) != (edition.plan, edition.effective_from):
        name = folder.relative_to(root).as_posix()
        problems.add(edition.mark, "edition.folder_name", folder=name, wanted=edition.id)


def _check_order(editions: list[Edition], problems: Problems) -> None:
    """An edition that names its last day ends the day before the next begins, unless that says that the plan lapsed."""
    for before, after in pairwise(editions):
        start, end = after.effective_from, before.effective_to
        if end is not None and (end >= start or (end + timedelta(days=1) < start and not after.after_lapse)):
            code = "edition.overlap" if end >= start else "edition.gap"
            problems.add(after.mark, code, plan=before.plan, start=start, before=before.effective_from, end=end,
                         after=start, file=before.mark.file)  # fmt: skip
    last, ends = editions[-1], Problems()
    if last.effective_to is not None:
        ends.warn(last.mark_to, "warning.ends", path="effective.to", plan=last.title, end=last.effective_to)
    problems.extend(acknowledging(last, ends, complete=False))
