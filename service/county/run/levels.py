"""Judges one level of a county: joins its rows with the facts above them, counts from the records below, makes every
decision in bulk, and makes those that tables cannot hold with the reference evaluator where there are few rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from rules import FactChecker, FactError, Reference
from rules.model import Edition, Rule
from rules.table import BOTTOM, TOP, Counting, TableJudge
from rules.table.columns import ASIDE, ENDS, KEY, SEPARATOR, around, key_of, own_columns
from rules.table.rows import BEYOND
from rules.table.values import CARRIED
from rules.table.verdicts import NOT_MET, UNKNOWN, Verdicts
from service.county.backend import Backend, Duck, named, rows_of
from service.county.intake.extract import Reads, case, reads
from service.county.run.affected import Affected
from service.county.run.beyond import FEW, Beyond, Refused, left_out
from service.county.run.manifest import LeftOut, Level
from service.county.run.retracing import Retracing

NONE: Reads = {}
LISTED = 1000 * 1000  # records in lists around rows that are judged one by one
Own = Callable[[], Any]  # the rows of a level
Widened = Callable[[Any, Sequence[Rule], bool], Any]  # rows, decisions, and whether their lists are wanted whole


class Judging:
    """Judges the tables of a county under one edition on one day: all of them, or what is `affected` where the files
    state all else. Files of a folder are named after their subjects."""

    def __init__(
        self, edition: Edition, on: date, backend: Backend, duck: Duck, *, keep_given: bool = False,
        affected: Affected | None = None,
    ) -> None:  # fmt: skip
        self.edition, self.on, self.backend, self.duck, self.keep_given = edition, on, backend, duck, keep_given
        self.affected = affected
        standing = () if affected is None else edition.rules.keys() - affected.decisions
        self.judge, self.counting = TableJudge(edition, on, standing), Counting(edition, on, standing)
        self.retracing: Retracing | None = None
        self.beyond = Beyond(edition, on, backend, duck)
        self.alike: set[str] = set()  # subjects judged in tables alone, as a count judges records still to be judged
        self.made: dict[Any, Any] = {}  # of Surroundings: what was worked out, by all that it rests on

    def linked(self, subject: str, clean: Mapping[str, Path]) -> Any:
        """The good rows of a subject with the ids of all records around them."""
        table = self.backend.table(clean[subject])
        below = subject
        for level in around(self.edition, subject):
            key = key_of(level)
            if key not in table.columns and below in clean and key_of(below) in table.columns:
                links = self.backend.table(clean[below])
                if key in links.columns:
                    links = links.select(KEY, key).rename(link__=KEY)
                    joined = table.left_join(links, table[key_of(below)] == links.link__)
                    table = joined.select(*table.columns, key)
            below = level
        return table

    def bare(self, subject: str, path: Path) -> Any:
        """A judged table without its conclusions, to be judged on another day."""
        table = self.backend.table(path)
        return table.select(*(one for one in own_columns(table.columns) if one not in self.edition.rules))

    def beside(self, subject: str, table: Any, aside: Mapping[str, Path], clean: Mapping[str, Path]) -> Any:
        """The table with the number of rows of each subject below that were set aside, where any were."""
        for one, path in aside.items():
            rows = self.linked(one, {**clean, one: path}) if self.counts(subject, [one]) else None
            if rows is not None and key_of(subject) in rows.columns:
                many = rows.group_by(around__=rows[key_of(subject)]).agg(**{one + ASIDE: rows[KEY].nunique()})
                joined = table.left_join(many, table[KEY] == many.around__)
                table = joined.select(*table.columns, one + ASIDE)
        return table

    def known(self, path: Path) -> Any:
        """A table of a file without the ends of ranges where there is no range."""
        table, file = self.backend.table(path), self.duck.rows(path)
        ends = [one for one in table.columns if one.endswith((*ENDS, ASIDE))]
        if ends:
            there = self.duck.run(f"SELECT {', '.join(f'count({named(one)}) > 0' for one in ends)} FROM {file}")[0]
            table = table.drop(*(one for one, any_ in zip(ends, there, strict=True) if not any_))
        return table

    def counted(
        self, subject: str, table: Any, below: Mapping[str, Any], facts: Collection[str], judged: Collection[str]
    ) -> Any:
        """The table with facts counted from records below, of which some subjects are `judged` and the others still to
        be; they replace the figures that the table gave. At once: they are held against each other."""
        if not self.keep_given:
            table = table.select(*(one for one in table.columns if one not in facts))
        self.counting.judged = judged
        return self.counting.fill(subject, table, below, checked=True, only=facts)

    def counts(self, subject: str, below: Iterable[str]) -> set[str]:
        """The facts of a subject that are counted from some records below."""
        names = {name for one in below for name in self.counting.declared(subject, one)}
        return {name for name in names if self.affected is None or (subject, name) in self.affected.counts}

    def reads(self, subject: str) -> Reads:
        """The facts of the records around a subject that decisions about it read."""
        return reads(self.edition, subject, self.wanted(subject))

    def rules(self, subject: str) -> list[Rule]:
        """The decisions about a subject."""
        return [rule for rule in self.edition.rules.values() if rule.subject == subject]

    def wanted(self, subject: str) -> list[Rule]:
        """The decisions about a subject that are to be made."""
        return [one for one in self.rules(subject) if self.affected is None or one.id in self.affected.decisions]

    def surrounded(
        self, subject: str, table: Any, upper: Mapping[str, Path], wanted: Reads, figures: Reads = NONE
    ) -> Any:
        """The table with the facts of the records around it that decisions read, and figures worked out for these."""
        for level in around(self.edition, subject):
            key = key_of(level)
            if level not in upper or key not in table.columns:
                continue
            known = self.backend.table(upper[level])
            names = [name + end for name in wanted.get(level, ()) for end in ("", *ENDS)]
            facts = [name for name in names if name in known.columns]
            carried = [CARRIED + name + end for name in figures.get(level, ()) for end in ("", TOP, BOTTOM)]
            facts += [name for name in carried if name in known.columns]
            if facts:
                start = level + SEPARATOR
                known = known.select(around__=known[KEY], **{start + name: known[name] for name in facts})
                joined = table.left_join(known, table[key] == known.around__)
                table = joined.select(*table.columns, *(start + name for name in facts))
        return table

    # --- decisions

    def level(self, subject: str, own: Own, widened: Widened, out: Path, given: Sequence[str]) -> Level:
        """Judge all decisions about a subject, whose rows are `widened` by what decisions read around; the rows go to a
        file."""
        rules, wanted = self.wanted(subject), self.reads(subject)
        tabled = partial(self._tabled, subject, own, widened, out)
        refused = tabled() if self.retracing is None else self.retracing.once([subject, sorted(self.alike)], tabled)
        bulk = [rule for rule in rules if rule.id not in refused]
        others = [rule for rule in rules if rule.id in refused]
        beyond, odd = self.beyond.decide(bulk, lambda: widened(own(), rules, True), out, given) if bulk else (0, [])
        if not (others or given or beyond or (bulk and self._open(out))):
            self.alike.add(subject)
        rows = int(self.duck.run(f"SELECT count(*) FROM {rows_of(out)}")[0][0])
        singly = others if rows <= FEW and self._listed(out) <= LISTED else []
        found = self._one_by_one(subject, singly, out, given) if others else []
        skipped = [LeftOut(rule.id, *refused[rule.id]) for rule in others if not singly]
        skipped += [*odd, *left_out(singly, found)]
        made, alone = (tuple(rule.id for rule in some) for some in (bulk, singly))
        return Level(subject, made, alone, tuple(skipped), wanted, beyond)

    def _tabled(self, subject: str, own: Own, widened: Widened, out: Path) -> dict[str, tuple[str, str]]:
        """Judge in tables, into a file, what these can hold; why not, in both languages, of each decision that they
        cannot."""
        rules, rows = self.wanted(subject), own()
        table = self.backend.ordered(widened(rows, rules, False), KEY)
        judged, refused = self.judge.add_possible(table, *(rule.id for rule in rules)) if rules else (table, {})
        bulk = [rule for rule in rules if rule.id not in refused]
        if bulk:
            names = own_columns(table.columns)
            names += [one for one in judged.columns if one not in table.columns]
            judged = judged.select(*names)
        else:
            judged = rows
        if refused:
            judged = widened(judged, [rule for rule in rules if rule.id in refused], True)
        self.backend.write(judged, out, KEY, dict(_codes(bulk)))
        return {name: (why.zh, why.en) for name, why in refused.items()}

    def _open(self, path: Path) -> bool:
        """Whether a judged file has rows beyond the arithmetic of tables."""
        return bool(self.duck.run(f"SELECT 1 FROM {rows_of(path)} WHERE {BEYOND} LIMIT 1"))

    def _listed(self, path: Path) -> int:
        """The records in all lists of the records around the rows of a file."""
        columns = self.duck.columns(rows_of(path))
        lists = [f"len({named(one)})" for one, type in columns.items() if SEPARATOR in one and type.endswith("[]")]
        sums = ", ".join(f"coalesce(sum({one}), 0)" for one in lists)
        return int(sum(self.duck.run(f"SELECT {sums} FROM {rows_of(path)}")[0])) if lists else 0

    def _one_by_one(self, subject: str, rules: Sequence[Rule], out: Path, given: Sequence[str]) -> list[Refused]:
        """Decide rows singly, and put their conclusions beside the others in the file; those refused."""
        checker, reference = FactChecker(self.edition), Reference(self.edition)
        rows = self.duck.dicts(f"SELECT * FROM {rows_of(out)}") if rules else []
        decided, odd = list[dict[str, Any]](), list[Refused]()
        for row in rows:
            decided.append({KEY: row[KEY]})
            try:
                checked = checker.check(subject, case(self.edition, subject, row, given))
            except FactError as error:
                odd.append(Refused(row[KEY], error))
                continue
            for rule in rules:
                decided[-1] |= _columns(rule, reference, checked, self.on)
        kept = [one for one in self.duck.columns(rows_of(out))
                if not any(one.startswith(level + SEPARATOR) for level in around(self.edition, subject))]  # fmt: skip
        types = {KEY: "VARCHAR"} | {name: type for rule in rules for name, type in _types(rule)}
        made = {one: f"b.{named(one)}" for one in types if one != KEY}
        stand = {
            one: f"coalesce(a.{named(one)}, {value}) AS {named(one)}" for one, value in made.items() if one in kept
        }
        shown = ", ".join({**{one: f"a.{named(one)}" for one in kept}, **made, **stand}.values())
        beside = self.duck.loaded(decided, types)
        self.duck.copy(f"SELECT {shown} FROM {rows_of(out)} a LEFT JOIN {beside} b USING (id) ORDER BY a.{KEY}", out)
        return odd


def _codes(rules: Iterable[Rule]) -> Iterator[tuple[str, Iterable[str]]]:
    """The columns of conclusions that are one of some codes, with these."""
    for rule in rules:
        yield rule.id, rule.outcomes
        for name, output in rule.body.outputs.items():
            if output.type.choices:
                yield f"{rule.id}{SEPARATOR}{name}", output.type.choices


def _types(rule: Rule) -> Iterator[tuple[str, str]]:
    """The columns of a decision made row by row, with their types."""
    yield rule.id, "VARCHAR"
    if rule.body.over:
        yield f"{rule.id}{SEPARATOR}ranking", "VARCHAR"
    else:
        layout = Verdicts.of(rule)
        yield from ((one, "BIGINT") for kind in (NOT_MET, UNKNOWN) for one in layout.columns(kind))


def _columns(rule: Rule, reference: Reference, facts: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The decision of the reference evaluator, in the columns that a table would have."""
    decision = reference.decide(rule.id, facts, on)
    outcome: dict[str, Any] = {rule.id: decision.outcome}
    if rule.body.over:
        places = [one.as_dict() for one in decision.ranking]
        return outcome | {f"{rule.id}{SEPARATOR}ranking": json.dumps(places, ensure_ascii=False)}
    return outcome | Verdicts.of(rule).write({one.id: one.verdict for one in decision.findings})
