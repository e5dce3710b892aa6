"""The county run: extracts in, a folder of judged tables, a workbook, a report and a manifest out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from rules.model import Rule
from rules.table.columns import KEY, SEPARATOR, around, key_of
from rules.table.judge import asked
from service.county.backend import Backend, Spark, backend, digest, named, rows_of
from service.county.cache import Cache, digest_of
from service.county.intake.checks import CheckedFile
from service.county.intake.lists import ListChecks, owner_of, with_list
from service.county.intake.mapping import EMPTY, read_mapping
from service.county.intake.mended import hold, sheet_of
from service.county.report.document import write_report
from service.county.report.workbook import write_workbook
from service.county.run.affected import Affected
from service.county.run.aside import SET_ASIDE, write_set_aside
from service.county.run.aside_book import write_aside_book
from service.county.run.asked import Asked, copied
from service.county.run.bounded import bounded
from service.county.run.contradictions import contradictions
from service.county.run.gaps import write_gaps
from service.county.run.history import carry
from service.county.run.levels import Judging
from service.county.run.manifest import (
    FIELDS,
    MANIFEST,
    Childless,
    Contradiction,
    Counts,
    Difference,
    Level,
    Manifest,
    Stamp,
    canonical,
)
from service.county.run.outputs import Outputs, write_directory
from service.county.run.rankings import proposals
from service.county.run.retracing import Retracing
from service.county.run.steps import WORK, Steps, appearing, uncollected
from service.county.run.surroundings import Surroundings
from service.county.run.trying import by_name, refuse

COPIES = "inputs"  # the folder of copies of what a run reads
SHOWN = 10  # ids of records that have none below them
SUFFIXES = (".parquet", ".csv", ".xlsx", ".html")
Tick = Callable[[str], None]


class TooMany(Exception):
    """More rows are set aside than the run allows; `file` lists them."""

    def __init__(self, bad: int, rows: int, file: Path) -> None:
        super().__init__(f"{bad} of {rows}")
        self.bad, self.rows, self.file = bad, rows, file


def run(asked: Asked, tick: Tick = lambda _: None) -> Manifest:
    """Run it; `tick` hears the name of each stage. A run that was broken off goes on where it was, unless its stamp
    has changed. Unreadable, TooMany, TableError, Busy, Occupied, Finished, Changed; ImportError where Spark is not
    installed."""
    stamp = asked.stamp
    with uncollected(), appearing(asked.out, stamp, replace=asked.replace) as folder:
        steps = Steps(folder, stamp)
        with copied(asked, stamp, folder / WORK / COPIES) as own:
            made = backend(own.engine, folder / WORK, own.limits, Cache(own.cache))
            try:
                manifest = Running(own, folder, steps, made, tick).all(stamp)
            finally:
                made.close()
        (folder / MANIFEST).write_text(canonical(manifest), encoding="utf-8")
    return manifest


class Running:
    """A run in a folder: its steps in order."""

    def __init__(
        self, asked: Asked, folder: Path, steps: Steps, made: Backend, tick: Tick, affected: Affected | None = None
    ) -> None:
        self.asked, self.edition, self.folder, self.steps, self.tick = asked, asked.edition, folder, steps, tick
        self.duck = made.duck if isinstance(made, Spark) else made
        self.judging = Judging(asked.edition, asked.on, made, self.duck, keep_given=asked.keep_given, affected=affected)
        # with the columns of files, all that queries rest on
        self.about = [digest_of(asked.edition), asked.on, asked.keep_given]
        if made is self.duck and affected is None:
            self.judging.retracing = Retracing(self.duck, folder, self.about)
        self.lists = [one for one in asked.sources if owner_of(one.subject)]
        tables = (one for one in asked.sources if not owner_of(one.subject))
        self.sources = sorted(tables, key=lambda one: len(list(around(asked.edition, one.subject))))
        self.files = {one.subject: folder / f"{one.subject}.parquet" for one in self.sources}
        self.reads = made is self.duck  # DuckDB reads good rows from where they are
        self.clean: dict[str, Path] = {}
        self.surroundings, self.memo = dict[Any, dict[str, Any]](), dict[str, Any]()  # of `outputs`

    def all(self, stamp: Stamp) -> Manifest:
        """Judge, rank, and write the workbook and the report."""
        manifest = self.judged(stamp)
        manifest = replace(manifest, differences=self.field("differences", lambda: tuple(self.differences())),
                           empty=self.field("empty", lambda: tuple(self.childless())))  # fmt: skip
        manifest = replace(manifest, contradictions=self.field("contradictions", self.contradictions))
        manifest = replace(manifest, gaps=self.field("gaps", partial(write_gaps, self.outputs(manifest))))
        manifest = replace(manifest, bounded=self.field("bounded", partial(bounded, self.outputs(manifest))))
        ranked = (one.ranked for one in proposals(self.outputs(manifest)))
        return self.shown(replace(manifest, rankings=self.field("rankings", lambda: tuple(ranked))))

    def field(self, name: str, do: Callable[[], Any]) -> Any:
        """A field of the manifest, by a step of the same name."""
        return self.steps.once(name, FIELDS[name], do)

    def judged(self, stamp: Stamp) -> Manifest:
        """Check the files and judge every level; the manifest so far."""
        self.tick("inputs")
        checked = self.field("checked", self.inputs)
        self.clean = {one: next((self.folder / WORK).glob(f"clean_{one}.*")) for one in self.files}
        self.refuse(checked)
        if self.judging.affected is None:  # else the run has been made
            schemas = {one: self.duck.table(path).schema() for one, path in self.clean.items()}
            about = ["held", self.about, schemas]
            self.duck.cache.once(about, lambda: refuse(self.edition, self.asked.on, schemas))
        carried = self.field("carried", self.carried)
        once, levels = self.steps.once, dict[str, Level]()
        for file in (one for one in reversed(checked) if one.subject in self.files):
            self.tick(file.subject)
            with by_name(file.subject):
                levels[file.subject] = once(file.subject, Level, partial(self.level, file, tuple(levels)))
        counts = {one: once(f"counts {one}", Counts, partial(self.counts, levels[one])) for one in self.files}
        fields_of_stamp = {one.name: getattr(stamp, one.name) for one in fields(stamp)}
        return Manifest(**fields_of_stamp, checked=checked, carried=carried, levels=levels, counts=counts)

    def shown(self, manifest: Manifest) -> Manifest:
        """Write the workbook and the report; the manifest with the sha256 of every file."""
        outputs = self.outputs(manifest)
        self.tick("workbook")
        self.steps.once("workbook", int, partial(write_workbook, outputs))
        self.tick("report")
        self.steps.once("report", int, partial(write_report, outputs, self.asked.before))
        files = {one.name: digest(one) for one in sorted(self.folder.iterdir()) if one.suffix in SUFFIXES}
        return replace(manifest, files=files)

    def outputs(self, manifest: Manifest) -> Outputs:
        """The tables of the run, once all levels are judged."""
        made = Outputs(self.folder, self.edition, self.duck, manifest)
        made.surroundings, made.memo = self.surroundings, self.memo
        return made

    def refuse(self, checked: tuple[CheckedFile, ...]) -> None:
        """TooMany where more rows are set aside than the run allows."""
        rows, bad = sum(one.rows for one in checked), sum(one.bad for one in checked)
        if bad > rows * self.asked.at_most:
            for kind in (".xlsx", ".csv"):
                kept = self.asked.out.with_name(f"{self.asked.out.name}.{SET_ASIDE}{kind}")
                kept.write_bytes((self.folder / f"{SET_ASIDE}{kind}").read_bytes())
            raise TooMany(bad, rows, kept)

    # --- steps

    def inputs(self) -> tuple[CheckedFile, ...]:
        """Check all files, and write the rows that are set aside."""
        checks = ListChecks(
            self.edition, self.duck, self.folder / WORK, on=self.asked.on,
            read=self.reads and not (self.asked.before or self.asked.mended),
            mapping=EMPTY if self.asked.mapping is None else read_mapping(self.asked.mapping),
            lists=self.lists,
        )  # fmt: skip
        checks.mended = self.asked.mended
        given = (one.subject for one in (*self.sources, *self.lists))
        hold(checks.mended, [sheet_of(with_list(self.edition, one), one) for one in given])
        checked = (*[checks.look(source) for source in self.sources], *checks.listed)
        write_set_aside(self.duck, checks, (*self.sources, *self.lists), self.folder)
        write_aside_book(checks, (*self.sources, *self.lists), self.folder / f"{SET_ASIDE}.xlsx")
        assigned = {} if self.asked.assigned is None else {self.asked.assigned.subject: self.asked.assigned.pairs()}
        write_directory(self.duck, checks.names, assigned, self.folder)
        return checked

    def carried(self) -> dict[str, dict[str, int]]:
        """Fill in facts from the latest run before; the rows filled, by subject and fact."""
        filled = {subject: carry(self.duck, self.edition, one, subject, self.clean[subject])
                  for one in self.asked.before[-1:] for subject in self.files}  # fmt: skip
        return {subject: facts for subject, facts in filled.items() if facts}

    def level(self, file: CheckedFile, done: Collection[str]) -> Level:
        """Judge one subject, after those below it; `done` are all that were judged before."""
        judging, subject = self.judging, file.subject
        judged = {one: path for one, path in self.files.items() if one in done}
        upper = Surroundings(judging, self.clean, judged, self.folder / WORK)

        def widened(table: Any, rules: Sequence[Rule], lists: bool) -> Any:
            return upper.widened(subject, table, [asked(rule) for rule in rules], lists=lists)

        return judging.level(subject, partial(upper.counted, subject), widened, self.files[subject], file.decided)

    def counts(self, level: Level) -> Counts:
        """The number of rows, and of each outcome."""
        file, run = rows_of(self.files[level.subject]), self.duck.run
        outcomes = {name: dict(run(f"SELECT coalesce({named(name)}, '-'), count(*) FROM {file} GROUP BY 1 ORDER BY 1"))
                    for name in level.made}  # fmt: skip
        total, beyond = run(f"SELECT count(*), {'count(*) FILTER (WHERE beyond)' if level.bulk else 0} FROM {file}")[0]
        return Counts(total, outcomes, beyond + level.beyond, self.nowhere(level.subject, file))

    def nowhere(self, subject: str, file: str) -> int:
        """Rows that are counted nowhere, since the row above them was set aside."""
        above = self.edition.subjects[subject].within
        if above not in self.clean or key_of(above) not in self.duck.columns(file):
            return 0
        ids = f"SELECT id FROM {rows_of(self.clean[above])}"
        return int(self.duck.run(f"SELECT count(*) FROM {file} WHERE {key_of(above)} NOT IN ({ids})")[0][0])

    def contradictions(self) -> tuple[Contradiction, ...]:
        return tuple(contradictions(self.judging, self.clean, self.files, self.folder / WORK))

    def childless(self) -> Iterator[Childless]:
        """The records that have none below them, where something is counted from the next level below: their counts
        are 0, which is true only of a complete extract below."""
        for below in self.files:
            subject = next((one for one in around(self.edition, below) if one in self.files), "")
            if not subject or not self.judging.counts(subject, [below]):
                continue
            upper, lower, key = rows_of(self.files[subject]), rows_of(self.files[below]), named(key_of(subject))
            there = f"SELECT {key} FROM {lower} WHERE {key} IS NOT NULL"
            ids = [id for (id,) in self.duck.run(f"SELECT {KEY} FROM {upper} WHERE {KEY} NOT IN ({there}) ORDER BY 1")]
            if ids:
                yield Childless(subject, below, len(ids), tuple(ids[:SHOWN]))

    def differences(self) -> Iterator[Difference]:
        """Figures that a file gave and that its records add up to differently."""
        for subject, path in self.files.items():
            old, new = rows_of(self.clean[subject]), rows_of(path)
            below = [one for one in self.files if subject in around(self.edition, one)]
            facts = [name for one in below for name in self.judging.counting.declared(subject, one)]
            columns = self.duck.columns(old)
            given = [name for name in facts if name in columns and SEPARATOR not in name]
            if given:
                differ = ", ".join(f"count(*) FILTER (WHERE a.{named(name)} IS DISTINCT FROM b.{named(name)})"
                                   for name in given)  # fmt: skip
                rows = self.duck.run(f"SELECT {differ} FROM {old} a JOIN {new} b USING (id)")[0]
                yield from (Difference(subject, name, count)
                            for name, count in zip(given, rows, strict=True) if count)  # fmt: skip
