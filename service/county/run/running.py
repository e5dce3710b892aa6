"""The county run: extracts in, a folder of judged tables, a workbook, a report and a manifest out."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rules.model import Edition
from rules.table.columns import KEY, SEPARATOR, around, key_of
from service.county.intake.checks import BAD, Checks
from service.county.intake.inputs import Source
from service.county.report.document import write_report
from service.county.report.workbook import write_workbook
from service.county.run.backend import Engine, Spark, engine, named, quoted
from service.county.run.childless import childless
from service.county.run.gaps import write_gaps
from service.county.run.history import Before, carry
from service.county.run.levels import Judging
from service.county.run.rankings import summary
from service.county.run.steps import MANIFEST, WORK, Steps, appearing, canonical, digest

FORMAT = 1  # of the folder: a run of another does not go on with it
SET_ASIDE = "set_aside"
Tick = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be run."""

    edition: Edition
    on: date
    sources: tuple[Source, ...]
    out: Path
    engine: str = "duckdb"
    at_most: float = 0.01
    keep_given: bool = False
    publish: bool = False
    replace: bool = False  # the results of a run of something else
    before: tuple[Before, ...] = ()


class TooMany(Exception):
    """More rows cannot be right than the run allows; the folder with the rows is kept."""

    def __init__(self, bad: int, rows: int, file: Path) -> None:
        super().__init__(f"{bad} of {rows}")
        self.bad, self.rows, self.file = bad, rows, file


def depth(edition: Edition, subject: str) -> int:
    return len(list(around(edition, subject)))


def stamp(asked: Asked) -> dict[str, Any]:
    """What a run depends on."""
    return {
        "format": FORMAT,
        "edition": asked.edition.id,
        "edition_sha256": asked.edition.sha256,
        "on": asked.on.isoformat(),
        "engine": asked.engine,
        "given_figures": "kept" if asked.keep_given else "counted",
        "publish": asked.publish,
        "at_most": asked.at_most,
        "inputs": [
            {"subject": one.subject, "file": one.path.name, "sha256": digest(one.path)} for one in asked.sources
        ],
        "last": [one.stamp for one in asked.before],
        "versions": {name: version(name) for name in ("village-credit", "duckdb", "ibis-framework")},
    }


def run(asked: Asked, tick: Tick = lambda _: None) -> dict[str, Any]:
    """Run it; the manifest. A run that was killed goes on where it was, unless something has changed."""
    about = stamp(asked)
    with appearing(asked.out, about, replace=asked.replace) as folder:
        steps = Steps(folder, canonical(about))
        made = engine(asked.engine, folder / WORK)
        try:
            manifest = _Run(asked, folder, steps, made, tick).all(about)
        finally:
            made.close()
        (folder / MANIFEST).write_text(canonical(manifest), encoding="utf-8")
    return manifest


class _Run:
    def __init__(self, asked: Asked, folder: Path, steps: Steps, made: Engine, tick: Tick) -> None:
        self.asked, self.folder, self.steps, self.tick = asked, folder, steps, tick
        self.duck = made.duck if isinstance(made, Spark) else made
        self.judging = Judging(asked.edition, asked.on, made, self.duck, keep_given=asked.keep_given)
        self.subjects = sorted((one.subject for one in asked.sources), key=lambda one: depth(asked.edition, one))
        self.reads = made is self.duck  # DuckDB reads good rows from where they are
        self.clean: dict[str, Path] = {}

    def path(self, subject: str) -> Path:
        return self.folder / f"{subject}.parquet"

    def all(self, about: dict[str, Any]) -> dict[str, Any]:
        self.tick("inputs")
        checked = self.steps.once("inputs", self.inputs)
        self.clean = {one: next((self.folder / WORK).glob(f"clean_{one}.*")) for one in self.subjects}
        rows, bad = (sum(one[key] for one in checked) for key in ("rows", "bad"))
        if bad > rows * self.asked.at_most:
            kept = self.asked.out.with_name(f"{self.asked.out.name}.{SET_ASIDE}.csv")
            kept.write_bytes((self.folder / f"{SET_ASIDE}.csv").read_bytes())
            raise TooMany(bad, rows, kept)
        carried = self.steps.once("last", self.last)
        levels = {}
        for subject in reversed(self.subjects):
            self.tick(subject)
            levels[subject] = self.steps.once(subject, partial(self.level, subject))
        manifest = {
            **about,
            "checked": checked,
            "carried": carried,
            "levels": levels,
            "counts": {one: self.steps.once(f"counts {one}", partial(self.counts, one, levels[one]))
                       for one in self.subjects},
            "differences": self.steps.once("differences", self.differences),
            "empty": self.steps.once("empty", self.empty),
        }  # fmt: skip
        manifest["gaps"] = self.steps.once(
            "gaps", partial(write_gaps, self.duck, self.asked.edition, self.folder, manifest)
        )
        ranked = partial(summary, self.duck, self.asked.edition, self.folder, manifest)
        manifest["rankings"] = self.steps.once("rankings", ranked)
        self.tick("workbook")
        self.steps.once("workbook", lambda: write_workbook(self.duck, self.asked.edition, self.folder, manifest))
        self.tick("report")
        self.steps.once("report", lambda: self.report(manifest))
        files = sorted(one for one in self.folder.iterdir() if one.is_file() and one.suffix in SUFFIXES)
        return manifest | {"files": {one.name: digest(one) for one in files}}

    # --- steps

    def inputs(self) -> list[dict[str, Any]]:
        """Look through all files, and write down what is set aside."""
        checks = Checks(self.asked.edition, self.duck, self.folder / WORK, read=self.reads and not self.asked.before)
        found = []
        order = sorted(self.asked.sources, key=lambda one: depth(self.asked.edition, one.subject))
        for source in order:
            one = checks.look(source)
            found.append({
                "subject": source.subject, "file": source.path.name, "rows": one.rows, "bad": one.bad,
                "notes": [asdict(note) for note in one.notes], "missing": dict(one.missing), "decided": one.decided,
            })  # fmt: skip
        says = ", ".join(f"({quoted(code)}, {quoted(zh)}, {quoted(en)})" for code, (zh, en) in checks.messages.items())
        rows = " UNION ALL ".join(
            f"SELECT {quoted(one.subject)} AS subject, {quoted(one.path.name)} AS file, row__ AS row, id, "
            f"col AS column_name, split_part(b.code, ' ', 1) AS code, m.zh, m.en "
            f"FROM {named(BAD + one.subject)} b JOIN messages__ m ON m.code = b.code"
            for one in order
        )
        self.duck.run(f"CREATE OR REPLACE TEMP TABLE messages__ AS SELECT * FROM (VALUES {says}) AS m(code, zh, en)")
        aside = self.folder / f"{SET_ASIDE}.parquet"
        self.duck.copy(f"SELECT * FROM ({rows}) ORDER BY subject, row, column_name, code, zh", aside)
        listed = self.duck.dicts(f"SELECT * FROM read_parquet({quoted(aside)})")
        with aside.with_suffix(".csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["subject", "file", "row", "id", "column", "code", "zh", "en"])
            writer.writerows(one.values() for one in listed)
        return found

    def last(self) -> dict[str, dict[str, int]]:
        """Fill in what the run before makes of facts that this one was not given."""
        last = self.asked.before[-1:]
        found = {subject: carry(self.duck, self.asked.edition, one, subject, self.clean[subject])
                 for one in last for subject in self.subjects}  # fmt: skip
        return {subject: filled for subject, filled in found.items() if filled}

    def report(self, manifest: Mapping[str, Any]) -> int:
        return write_report(self.duck, self.asked.edition, self.folder, manifest, self.asked.before)

    def level(self, subject: str) -> dict[str, Any]:
        """Judge one subject, after those below it."""
        judging, edition = self.judging, self.asked.edition
        below = {one: self.path(one) for one in self.subjects if subject in around(edition, one)}
        table = judging.counted(subject, judging.linked(subject, self.clean), below)
        upper = {}
        for level, names in judging.reads(subject).items():
            if level in self.clean:
                upper[level] = self.clean[level]
            if level in self.clean and judging.counts(level, below).intersection(names):
                upper[level] = self.folder / WORK / f"{level}_for_{subject}.parquet"
                filled = judging.counted(level, judging.linked(level, self.clean), below)
                judging.engine.write(filled, upper[level], KEY)
        if below and upper:
            mid = self.folder / WORK / f"counted_{subject}.parquet"
            judging.engine.write(table, mid, KEY)
            table = judging.engine.table(mid)
        decided = [
            one for at in self.steps.known["done"]["inputs"] if at["subject"] == subject for one in at["decided"]
        ]
        return asdict(judging.level(subject, table, upper, self.path(subject), decided))

    def counts(self, subject: str, level: Mapping[str, Any]) -> dict[str, Any]:
        """How many rows there are, and how many of each outcome."""
        file = f"read_parquet({quoted(self.path(subject))})"
        outcomes = {
            name: dict(
                self.duck.run(f"SELECT coalesce({named(name)}, '-'), count(*) FROM {file} GROUP BY 1 ORDER BY 1")
            )
            for name in (*level["bulk"], *level["singly"])
        }
        beyond = self.duck.run(f"SELECT count(*) FILTER (WHERE beyond) FROM {file}")[0][0] if level["bulk"] else 0
        total = self.duck.run(f"SELECT count(*) FROM {file}")[0][0]
        return {"rows": total, "outcomes": outcomes, "beyond": beyond, "nowhere": self._nowhere(subject, file)}

    def _nowhere(self, subject: str, file: str) -> int:
        """Rows that are counted nowhere, since the row above them was set aside."""
        above = self.asked.edition.subjects[subject].within
        if above not in self.clean or key_of(above) not in self.duck.columns(file):
            return 0
        ids = f"SELECT id FROM {self.duck.rows(self.clean[above])}"
        found: int = self.duck.run(f"SELECT count(*) FROM {file} WHERE {key_of(above)} NOT IN ({ids})")[0][0]
        return found

    def empty(self) -> list[dict[str, Any]]:
        return childless(self.duck, self.asked.edition, self.folder, self.subjects, self.judging.counts)

    def differences(self) -> list[dict[str, Any]]:
        """Figures that a file gave and that its records add up to differently."""
        found = []
        for subject in self.subjects:
            old, new = (self.duck.rows(one) for one in (self.clean[subject], self.path(subject)))
            below = [one for one in self.subjects if subject in around(self.asked.edition, one)]
            facts = [name for one in below for name in self.judging.counting.declared(subject, one)]
            columns = self.duck.columns(old)
            given = [name for name in facts if name in columns and SEPARATOR not in name]
            if given:
                differ = ", ".join(f"count(*) FILTER (WHERE a.{named(name)} IS DISTINCT FROM b.{named(name)})"
                                   for name in given)  # fmt: skip
                rows = self.duck.run(f"SELECT {differ} FROM {old} a JOIN {new} b USING (id)")[0]
                found += [{"subject": subject, "fact": name, "rows": number}
                          for name, number in zip(given, rows, strict=True) if number]  # fmt: skip
        return found


SUFFIXES = (".parquet", ".csv", ".xlsx", ".html")
