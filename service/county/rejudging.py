"""Judges a run again under another edition, from the facts that its tables keep, and compares the outcomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rules.model import Edition, Rule
from rules.model.places import differing
from rules.table.columns import ASIDE, KEY, around, fact_name, key_of
from service.county.backend import AS_USUAL, Duck, Limits, named, quoted, rows_of
from service.county.intake.checks import CheckedFile, aside_of
from service.county.intake.inputs import Source
from service.county.run.affected import Affected
from service.county.run.asked import Asked
from service.county.run.manifest import Manifest
from service.county.run.outputs import Outputs
from service.county.run.steps import WORK, Steps, uncollected
from service.county.running import Running, Tick
from service.county.simulation import Fixed, Moved, described

KEPT, JUDGED = "kept", "judged"  # folders: of the facts that are judged again, and of the result


@dataclass(frozen=True, slots=True)
class Again:
    """A run judged again: its manifest, its folder, and the facts that the new edition asks for and the run has not."""

    edition: Edition
    folder: Path
    manifest: Manifest
    absent: tuple[tuple[str, str], ...]  # subject and fact

    @property
    def set_aside(self) -> dict[str, int]:
        """The rows that the new edition does not take, by subject."""
        return {one.subject: one.bad for one in self.manifest.checked if one.bad}


def judge_again(
    run: Outputs, edition: Edition, folder: Path, tick: Tick, limits: Limits = AS_USUAL, only: Affected | None = None
) -> Again:
    """Judge the rows of a run under another edition on its day, into a folder: every decision, or `only` what is
    affected by what differs from the edition of the run. Fixed where that cannot be done."""
    subjects = tuple(run.manifest.levels)
    if strange := [one for one in subjects if one not in edition.subjects]:
        raise Fixed(f"{edition.id} 没有对象 {'、'.join(strange)}，不能照它重新判定这次运行。",
                    f"{edition.id} has no subject {', '.join(strange)}: it cannot judge this run.")  # fmt: skip
    if run.manifest.given_figures == "kept":
        raise Fixed("这次运行用了 --keep-given，分不清哪些数是汇总的：请重新运行。",
                    "The run kept given figures (--keep-given), so its counts are not known: run again.")  # fmt: skip
    home = folder / JUDGED
    home.mkdir(parents=True)
    sources = [Source(subject, run.path(subject)) for subject in subjects]
    if only is None:
        (folder / KEPT).mkdir()
        sources = [Source(subject, folder / KEPT / f"{subject}.parquet") for subject in subjects]
        for one in sources:
            run.duck.copy(f"{_columns(run, one.subject, _kept(run, edition, one.subject))} ORDER BY {KEY}", one.path)
    asked = Asked(edition, run.on, tuple(sources), home, at_most=1.0)
    with uncollected(), closing(Duck(home / WORK, limits)) as duck:
        manifest = _Running(run, asked, Steps(home, asked.stamp), duck, tick, only).judged(asked.stamp)
    return Again(edition, home, manifest, tuple(_absent(run, edition)))


class _Running(Running):
    """The levels of a run, judged from the tables of an earlier one."""

    def __init__(
        self, before: Outputs, asked: Asked, steps: Steps, duck: Duck, tick: Tick, only: Affected | None
    ) -> None:
        super().__init__(asked, asked.out, steps, duck, tick, only)
        self.before, self.only = before, only

    def inputs(self) -> tuple[CheckedFile, ...]:
        """Check the kept rows, unless they are read as they were; those that the run had set aside still count for
        what they may be."""
        checked = super().inputs() if self.only is None else tuple(self.stated(self.only))
        for subject in self.files:
            if rows := list(_aside(self.before, self.edition, subject)):
                path = self.folder / WORK / aside_of(subject)
                there = [f"SELECT * FROM {rows_of(path)}"] if path.exists() else []
                self.duck.copy(" UNION ALL BY NAME ".join([*there, *rows]), path)
        return checked

    def stated(self, affected: Affected) -> Iterator[CheckedFile]:
        """The rows of the run with what is read for the decisions that are affected; other outcomes are given ones."""
        for one in self.before.manifest.checked:
            if one.subject in self.files:
                columns = list(_read(self.before, one.subject, affected))
                query = _columns(self.before, one.subject, columns)
                (self.folder / WORK / f"clean_{one.subject}.sql").write_text(query, encoding="utf-8")
                given = tuple(name for name in columns if name in self.edition.rules)
                yield replace(one, decided=given, bad=0)


def _columns(run: Outputs, subject: str, columns: Iterable[str]) -> str:
    return f"SELECT {', '.join(map(named, columns))} FROM {run.file(subject)}"


def _kept(run: Outputs, edition: Edition, subject: str) -> Iterator[str]:
    """The columns of a run's table that another edition reads: ids, given facts, and conclusions that a file gave.
    Counts are counted again where the run has the records that they count."""
    facts, levels = edition.subjects[subject].facts, run.manifest.levels
    above, decided = edition.subjects[subject].within, run.manifest.decided(subject)
    for column in run.duck.columns(run.file(subject)):
        fact = facts.get(column)
        counted = fact is not None and fact.counted is not None and fact.counted.inside in levels
        if column in (KEY, key_of(above)) or column in decided or (fact is not None and fact.given and not counted):
            yield column


def _read(run: Outputs, subject: str, affected: Affected) -> Iterator[str]:
    """The columns of a run's table that are read for what is affected: ids, facts, and other decisions' outcomes."""
    above, decided = run.edition.subjects[subject].within, run.manifest.decided(subject)
    for column in run.duck.columns(run.file(subject)):
        unit = subject, fact_name(column)
        stated = unit in affected.reads - affected.counts and (column not in affected.decisions or column in decided)
        if column in (KEY, key_of(above)) or stated:
            yield column


def _absent(run: Outputs, edition: Edition) -> Iterator[tuple[str, str]]:
    """The facts that the edition of the run does not ask for, and another does."""
    for subject in run.manifest.levels:
        old, there = run.edition.subjects[subject].facts, run.duck.columns(run.file(subject))
        for name, fact in edition.subjects[subject].facts.items():
            counted = fact.counted is not None and fact.counted.inside in run.manifest.levels
            if fact.given and not counted and name not in there and not (name in old and old[name].given):
                yield subject, name


def _aside(run: Outputs, edition: Edition, subject: str) -> Iterator[str]:
    """A row, with the record around it, for each row that the run had set aside; as queries."""
    for level in around(edition, subject):
        column = subject + ASIDE
        if level in run.manifest.levels and column in run.duck.columns(run.file(level)):
            yield (f"SELECT {quoted('set aside ')} || {KEY} || ' ' || unnest(range({named(column)})) AS {KEY}, "
                   f"{KEY} AS {named(key_of(level))} FROM {run.file(level)} WHERE {named(column)} > 0")  # fmt: skip
            return


# --- compared


class Comparison:
    """A run beside what other editions make of its facts. The decisions shown are those that turn, those that differ,
    and some that are asked for by name."""

    def __init__(self, run: Outputs, others: tuple[Again, ...], asked_for: Collection[str] = ()) -> None:
        self.run, self.others = run, others
        self.changes = [list(self._moved(one)) for one in others]
        turned = {*asked_for, *(one.decision for moved in self.changes for one in moved)}
        turned |= {one.place[1] for other in others for one in differing(run.edition, other.edition)
                   if one.place[0] == "rules" and len(one.place) > 1}  # fmt: skip
        self.rules = [one for one in self._rules() if one.id in turned]

    def _rules(self) -> Iterator[Rule]:
        """The decisions that the run and the others made, those about upper subjects first."""
        edition = self.run.edition
        for rule in sorted(edition.rules.values(), key=lambda one: len(list(around(edition, one.subject)))):
            if all(one.made(rule.subject, rule.id) for one in (self.run.manifest, *(o.manifest for o in self.others))):
                yield rule

    def _moved(self, other: Again) -> Iterator[Moved]:
        for rule in self._rules():
            if not other.manifest.made(rule.subject, rule.id):
                continue
            old, new = self.run.file(rule.subject), rows_of(other.folder / f"{rule.subject}.parquet")
            key, outcome = named(key_of(self.run.edition.subjects[rule.subject].within)), named(rule.id)
            above = f"coalesce(a.{key}, '')" if key.strip('"') in self.run.duck.columns(old) else "''"
            for id, up, before, after in self.run.duck.run(
                f"SELECT a.{KEY}, {above}, a.{outcome}, b.{outcome} FROM {old} a JOIN {new} b USING ({KEY}) "
                f"WHERE a.{outcome} <> b.{outcome} ORDER BY 1"
            ):
                yield Moved(rule.id, rule.subject, id, up, before, after)

    def met(self, edition: Edition, manifest: Manifest) -> dict[str, int]:
        """The number of records that meet each decision shown, by the outcomes of an edition."""
        met = {one.id: [code for code, outcome in edition.rules[one.id].outcomes.items() if outcome.role == "met"]
               for one in self.rules}  # fmt: skip
        return {rule.id: sum(manifest.counts[rule.subject].outcomes[rule.id].get(code, 0) for code in met[rule.id])
                for rule in self.rules if met[rule.id]}  # fmt: skip

    def titles(self) -> dict[str, Any]:
        """The decisions shown, with their outcomes under all editions."""
        editions = [*(one.edition for one in self.others), self.run.edition]
        return {name: {**one, "outcomes": {code: title for edition in editions for code, title in
                                           described(edition, edition.rules[name])["outcomes"].items()}}
                for name, one in ((rule.id, described(self.run.edition, rule)) for rule in self.rules)}  # fmt: skip
