"""Earlier runs: checks whether they can precede a run, and fills in facts from the latest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rules.model import Edition
from rules.table import TableJudge
from rules.table.columns import KEY, SEPARATOR
from service.county.backend import Duck, digest, named, rows_of
from service.county.intake.inputs import FileError
from service.county.run.manifest import MANIFEST, Last, Manifest, NotARun, read_manifest

LAST = f"last{SEPARATOR}"


class NotBefore(FileError):
    """A folder that cannot precede a run."""


@dataclass(frozen=True, slots=True)
class Before:
    """A run of an earlier day."""

    folder: Path
    manifest: Manifest

    @property
    def on(self) -> date:
        return self.manifest.on

    @property
    def stamp(self) -> Last:
        """The entry in the stamp of a run that reads it."""
        return Last(self.on, self.manifest.edition, digest(self.folder / MANIFEST))

    def file(self, subject: str) -> Path:
        """The judged rows of a subject."""
        return self.folder / f"{subject}.parquet"


def runs_before(folders: Sequence[Path], edition: Edition, on: date) -> tuple[Before, ...]:
    """The runs in some folders, the earliest first. NotBefore where a folder holds no run of the plan on an earlier
    day, or its tables have changed since."""
    runs: list[Before] = []
    for folder in folders:
        try:
            one = Before(folder, read_manifest(folder))
        except NotARun as error:
            raise NotBefore(folder, error.zh, error.en) from None
        if (plan := one.manifest.edition.partition("/")[0]) != edition.plan:
            raise NotBefore(folder, f"是方案 {plan} 的运行，不是 {edition.plan} 的。",
                            f"This is a run of the plan {plan}, not of {edition.plan}.")  # fmt: skip
        if one.manifest.readings != edition.under:
            raise NotBefore(folder, "是按另一种解读试算的运行，或这次是而它不是。",
                            "This run and that one follow different readings of the plan.")  # fmt: skip
        if one.on >= on:
            raise NotBefore(folder, f"是 {one.on} 的运行，不早于 {on}。",
                            f"This run is of {one.on}, which is not before {on}.")  # fmt: skip
        if twin := next((other for other in runs if other.on == one.on), None):
            raise NotBefore(folder, f"与 {twin.folder} 是同一天的运行。",
                            f"This run is of the same day as {twin.folder}.")  # fmt: skip
        for name, sha in one.manifest.files.items():
            path = folder / name
            if path.suffix == ".parquet" and not (path.is_file() and digest(path) == sha):
                raise NotBefore(folder, f"{name} 不是运行时写下的那个文件。", f"{name} is not as the run wrote it.")
        runs.append(one)
    return tuple(sorted(runs, key=lambda one: one.on))


def carry(duck: Duck, edition: Edition, before: Before, subject: str, clean: Path) -> dict[str, int]:
    """Fill empty cells of the facts declared with `last` from the run before; the rows filled, by fact."""
    facts = {LAST + name: fact for name, fact in edition.subjects[subject].facts.items() if fact.last is not None}
    source = before.file(subject)
    if not facts or not source.is_file():
        return {}
    own = edition.subjects[subject]
    derived = {name: replace(fact, name=name, formula=fact.last) for name, fact in facts.items()}
    asking = replace(edition, subjects={**edition.subjects, subject: replace(own, facts={**own.facts, **derived})})
    then = f"({duck.sql(TableJudge(asking, before.on).beside(subject, duck.table(source), {}, list(derived)))})"
    there, table = duck.columns(then), rows_of(clean)
    columns = duck.columns(table)
    filled = {fact.name: name for name, fact in facts.items() if name in there}  # no column: nothing exact to carry
    shown = [named(one) for one in columns if one not in filled]
    for name, last in filled.items():
        given = f"c.{named(name)}" if name in columns else f"CAST(NULL AS {there[last]})"
        shown.append(f"coalesce({given}, CAST(l.{named(last)} AS {columns.get(name, there[last])})) AS {named(name)}")
    joined = f"FROM {table} c LEFT JOIN {then} l USING ({KEY})"
    counts = [f"count(l.{named(last)})" + (f" FILTER (WHERE c.{named(name)} IS NULL)" if name in columns else "")
              for name, last in filled.items()]  # fmt: skip
    if not filled:
        return {}
    rows = duck.run(f"SELECT {', '.join(counts)} {joined}")[0]
    duck.copy(f"SELECT {', '.join(shown)} {joined} ORDER BY {named(KEY)}", clean)
    return dict(zip(filled, rows, strict=True))
