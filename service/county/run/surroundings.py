"""Works out, once for each record around, the facts of it that decisions below read: those given, those counted from
the records below it, and figures that rest on a list of these."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rules.model import Edition, Op, Ref, Rule, children, parts_of
from rules.model.contents import Node
from rules.model.uses import Used, refs
from rules.table import NotTabular
from rules.table.columns import ENDS, KEY, around, key_of
from rules.table.doubts import TRANSLATIONS as WHERE_MISSING
from rules.table.order import Unit, heights_of
from rules.table.rows import BEYOND
from rules.table.values import CARRIED, some
from service.county.intake.checks import aside_of
from service.county.intake.extract import given
from service.county.run.levels import Judging
from service.county.run.resting import held_together, turning


class Surroundings:
    """The good rows of a run's files, and those judged so far: `judged` are the files by subject."""

    def __init__(self, judging: Judging, clean: Mapping[str, Path], judged: Mapping[str, Path], scratch: Path) -> None:
        self.judging, self.edition = judging, judging.edition
        self.clean, self.judged, self.scratch = clean, judged, scratch
        self.underway: list[Unit] = []  # the facts that are being counted, of those that lead back to themselves

    def counted(self, subject: str, units: Collection[Unit] | None = None) -> Any:
        """The rows of a subject with all facts that are counted from the records below, or with those among `units`."""
        judging, ops = self.judging, self._ops(subject, units)
        if not ops:
            return self._linked(subject)
        names = frozenset(name for those in ops.values() for name in those)
        key = subject, names, self._said(subject, ops), judging.counting.believing
        if key not in judging.made:
            table = self._linked(subject)
            before = len(self.underway)
            self.underway += (one for name in names if turning(self.edition, one := (subject, name), self.clean))
            tables = {below: self._below(subject, below, those, units or ()) for below, those in ops.items()}
            table = judging.counted(subject, table, tables, names, self.judged.keys())
            del self.underway[before:]
            judging.made[key] = self._kept(table, f"{subject}_counted")
        return judging.made[key]

    def _ops(self, subject: str, units: Collection[Unit] | None) -> dict[str, dict[str, Op]]:
        """The counts of a subject, or those among `units`, by the subject below and the fact."""
        found: dict[str, dict[str, Op]] = {}
        for below in (one for one in self.clean if subject in around(self.edition, one)):
            wanted = self.judging.counts(subject, [below])
            for name, fact in self.judging.counting.declared(subject, below).items():
                if name in wanted and fact.counted is not None and (units is None or (subject, name) in units):
                    found.setdefault(below, {})[name] = fact.counted
        return found

    def _linked(self, subject: str) -> Any:
        return self.judging.beside(subject, self.judging.linked(subject, self.clean), self._aside(subject), self.clean)

    def _said(self, subject: str, ops: Mapping[str, Mapping[str, Op]]) -> frozenset[str]:
        """The judged subjects of which counts may read something else than they did of records still to be judged: not
        where tables alone judged them, and counts read nothing but what was judged and the records' own facts."""
        said = set[str]()
        for below in ops.keys() & self.judged.keys():
            told = {(below, rule.id) for rule in self.judging.rules(below)}
            read = heights_of(self.edition, _read(subject, ops[below].values()), told)
            if below not in self.judging.alike or any(of != below for of, _ in read):
                said.add(below)
        return frozenset(said)

    def _below(self, subject: str, below: str, ops: Mapping[str, Op], units: Collection[Unit]) -> Any:
        """The rows of a subject below with what the counts read of the records around: those judged, or still to be."""
        used = _read(subject, ops.values())
        if below in self.judged:
            told = {(below, rule.id) for rule in self.judging.rules(below)}
            return self.widened(below, self.judging.backend.table(self.judged[below]), used, told=told)
        units = self._held(below, below, {*units, *heights_of(self.edition, used)})
        return self.widened(below, self.counted(below, units), used)

    def _held(self, level: str, subject: str, units: Collection[Unit]) -> set[Unit]:
        """What a subject reads, with the figures of a level that those of the level are held against."""
        judged = ((subject, rule.id) for rule in self.judging.rules(subject))
        return held_together(self.edition, level, units, {*judged, *self.underway}, self.clean)

    def widened(
        self, subject: str, table: Any, used: Sequence[Used], *, lists: bool = False, told: Collection[Unit] = ()
    ) -> Any:
        """The table with what `used` reads of the records around. What is `told` by its columns, what is worked out
        for these once, and what rests on it alone, is left out, unless all given facts are wanted, with whole
        `lists`."""
        units = heights_of(self.edition, used, told)
        open_, told = set(units), set(told)
        upper: dict[str, Path] = {}
        figures: dict[str, tuple[str, ...]] = {}
        for level in around(self.edition, subject):
            if level in self.clean and key_of(level) in table.columns and any(of == level for of, _ in open_):
                upper[level], figures[level] = self._upper(level, subject, units)
                told |= {(level, name) for name in figures[level]}
                open_ = open_ if lists else set(heights_of(self.edition, used, told))
        if lists or not any(figures.values()):
            return self.judging.surrounded(subject, table, upper, given(self.edition, subject, units))
        return self.judging.surrounded(subject, table, upper, given(self.edition, subject, open_), figures)

    def _upper(self, level: str, subject: str, units: Collection[Unit]) -> tuple[Path, tuple[str, ...]]:
        """The rows of a level around a subject with those of their facts that are among `units`, and the figures among
        them."""
        resting = [name for of, name in units if of == level and self._rests_on_list(level, name)]
        resting += (name for name in read_once(self.edition, level, units) if name not in resting)
        shown = given(self.edition, subject, units).get(level, ())
        units = self._held(level, subject, units)
        counts = {name for name in self.judging.counts(level, self.clean) if (level, name) in units}
        if not counts and not resting:
            return self.clean[level], ()
        said = frozenset(self.judged) if resting else self._said(level, self._ops(level, units))
        key, made = (level, frozenset(counts), frozenset(resting), frozenset(shown), said), self.judging.made
        if key not in made:
            table, path = self.counted(level, units), self._file(f"{level}_around")
            table = self.widened(level, table, [self._used(level, name) for name in resting])
            self.judging.backend.write(table, path, KEY)
            made[key] = self._figures(level, path, resting, [name + end for name in shown for end in ("", *ENDS)])
        path, figures = made[key]
        return path, figures

    def _figures(
        self, level: str, path: Path, names: Sequence[str], shown: Sequence[str]
    ) -> tuple[Path, tuple[str, ...]]:
        """The rows of a file with those figures that a table can hold, in every row. A row in which nothing of the
        columns `shown` is known is to a decision below as if it were not there."""
        judging = self.judging
        table = judging.backend.table(path)

        def beside(wanted: Sequence[str]) -> Any:
            return judging.judge.beside(level, table, {}, wanted, judged=False)

        alone = names if len(names) == 1 else ()
        possible = alone or [name for name in names if _tabular(partial(beside, [name])) is not None]
        figures = _tabular(partial(beside, possible)) if possible else None
        if figures is not None:
            renamed = {one if one in (KEY, BEYOND) else CARRIED + one: figures[one] for one in figures.columns}
            out = self._file(f"{level}_figures")
            extra = out.with_stem(out.stem + "_own")
            judging.backend.write(figures.select(**renamed), extra, KEY)
            if not judging.duck.run(f"SELECT 1 FROM {judging.duck.rows(extra)} WHERE {BEYOND} LIMIT 1"):
                own = judging.backend.table(extra).drop(BEYOND).rename(own__=KEY)
                joined = table.left_join(own, table[KEY] == own.own__)
                here = some([joined[one].notnull() for one in shown if one in table.columns])
                told = {one: here.ifelse(joined[one], None)
                        for one in own.columns if one != "own__"}  # fmt: skip
                judging.backend.write(joined.select(*table.columns, **told), out, KEY)
                return out, tuple(possible)
        return path, ()

    def _rests_on_list(self, level: str, name: str) -> bool:
        subjects = self.edition.subjects
        fact = subjects[level].facts.get(name)
        if fact is None or fact.given:
            return False
        behind = [subjects[of].facts.get(one) for of, one in heights_of(self.edition, [self._used(level, name)])]
        return any(one is not None and one.type.of for one in behind)

    def _used(self, level: str, name: str) -> Used:
        return level, Ref("fact", "", name, self.edition.subjects[level].facts[name].type)

    def _kept(self, table: Any, name: str) -> Any:
        path = self._file(name)
        self.judging.backend.write(table, path, KEY)
        return self.judging.known(path)

    def _aside(self, subject: str) -> dict[str, Path]:
        """The rows of the subjects below that were set aside."""
        below = [one for one in self.clean if subject in around(self.edition, one)]
        return {one: path for one in below if (path := self.scratch / aside_of(one)).exists()}

    def _file(self, name: str) -> Path:
        return self.scratch / f"{name}_{len(list(self.scratch.glob(f'{name}_*.parquet')))}.parquet"


def _read(subject: str, ops: Iterable[Op]) -> list[Used]:
    """What counts of a subject read of the records below."""
    return [used for op in ops for used in refs(op, subject) if used[1].what != "records"]


def _tabular(make: Callable[[], Any]) -> Any | None:
    """What is made; None where no table can hold it."""
    try:
        return make()
    except NotTabular:
        return None


def read_once(edition: Edition, level: str, units: Iterable[Unit]) -> list[str]:
    """The derived facts of the records around that facts and decisions below read themselves, and that are the same
    for all of these: worked out once for each record around. Not numbers, of which more than the value may be known;
    and not where a value that is missing counts as something, for then it matters whether it is known within bounds."""
    read, hidden = dict[str, None](), set[Unit]()
    for of, name in units:
        if level not in around(edition, of):
            continue
        thing = edition.subjects[of].facts.get(name) or edition.rules[name]
        scored = isinstance(thing, Rule) and thing.body.counts_missing
        for part in parts_of(thing):
            used = [*refs(part.what, part.subject, part.own)]
            read.update({ref.name: None for subject, ref in used if subject == level and ref.what == "fact"})
            if scored or any(isinstance(one, Op) and one.name in WHERE_MISSING for one in _nodes(part.what)):
                hidden.update(heights_of(edition, used))
    facts = edition.subjects[level].facts
    return [name for name in read if (fact := facts[name]).formula is not None and (level, name) not in hidden
            and not fact.type.is_number and not fact.type.of]  # fmt: skip


def _nodes(node: Node | None) -> Iterator[Node]:
    """A part of a decision and all within it."""
    if node is not None:
        yield node
        for child, _ in children(node):
            yield from _nodes(child)
