"""Rows whose figures are too long for the arithmetic of tables: few, and decided by the reference evaluator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from rules import FactChecker, FactError, Reference
from rules.judging.outcomes import Judgement
from rules.model import Edition, Rule, items_of
from rules.table import BOTTOM, TOP
from rules.table.columns import KEY, SEPARATOR
from rules.table.rows import BEYOND
from rules.table.verdicts import Verdicts
from rules.values.exact import Value, plain
from rules.values.text import Text
from service.county.backend import Backend, Duck, named, rows_of
from service.county.intake.extract import case
from service.county.run.manifest import LeftOut

FEW = 20 * 1000  # rows that are judged one by one where tables cannot


@dataclass(frozen=True, slots=True)
class Refused:
    """A row whose facts contradict each other, so that it is not decided."""

    id: str
    error: FactError


def left_out(rules: Iterable[Rule], refused: Sequence[Refused]) -> Iterator[LeftOut]:
    """What a run says of decisions that it did not make about such rows."""
    if not refused:
        return
    first, *others = refused
    problem = first.error.problems[0]
    zh = f"{first.id}{f' 等 {len(refused)} 行' if others else ''} 没有判定：{problem.zh}"
    en = f"{first.id}{f' and others, {len(refused)} rows in all,' if others else ''} not decided: {problem.en}"
    yield from (LeftOut(rule.id, zh, en) for rule in rules)


@dataclass(frozen=True, slots=True)
class Beyond:
    """Decides rows beyond the tables of a run, under one edition on one day."""

    edition: Edition
    on: date
    backend: Backend
    duck: Duck

    def decide(
        self, rules: Sequence[Rule], table: Callable[[], Any], out: Path, given: Sequence[str]
    ) -> tuple[int, list[LeftOut]]:
        """Fill in the conclusions of such rows in the judged file `out`, from the facts of the table that was judged.
        The number of rows decided, and what was not; none where there are too many, which stay without
        conclusions."""
        ids = [one for (one,) in self.duck.run(f"SELECT {KEY} FROM {rows_of(out)} WHERE {BEYOND} LIMIT {FEW + 1}")]
        if not ids or len(ids) > FEW:
            return 0, []
        rows = table()
        few = out.with_suffix(".few")
        self.backend.write(rows.filter(rows[KEY].isin(ids)), few, KEY)
        refused: list[Refused] = []
        decided = [*self._decided(rules, self.duck.dicts(f"SELECT * FROM {rows_of(few)}"), given, refused)]
        few.unlink()
        columns = self.duck.columns(rows_of(out))
        names = [one for one in columns if any(one.split(SEPARATOR)[0] == rule.id for rule in rules)]
        taken = [f"CASE WHEN b.{KEY} IS NULL THEN a.{named(one)} ELSE TRY_CAST(b.{named(one)} AS {columns[one]}) END "
                 f"AS {named(one)}" for one in names]  # fmt: skip
        taken.append(f"a.{BEYOND} AND b.{KEY} IS NULL AS {BEYOND}")
        beside = self.duck.loaded(decided, dict.fromkeys((KEY, *names), "VARCHAR"))
        self.duck.copy(f"SELECT a.* REPLACE ({', '.join(taken)}) FROM {rows_of(out)} a LEFT JOIN {beside} b "
                       f"USING ({KEY}) ORDER BY a.{KEY}", out)  # fmt: skip
        return len(decided), [*left_out(rules, refused), *_unwritten(rules, beside, columns, self.duck)]

    def _decided(
        self, rules: Sequence[Rule], rows: Sequence[Mapping[str, Any]], given: Sequence[str], refused: list[Refused]
    ) -> Iterator[dict[str, Any]]:
        checker, reference = FactChecker(self.edition), Reference(self.edition)
        for row in rows:
            try:
                facts = checker.check(rules[0].subject, case(self.edition, rules[0].subject, row, given))
            except FactError as error:
                refused.append(Refused(row[KEY], error))
                continue
            columns: dict[str, Any] = {KEY: row[KEY]}
            for rule in rules:
                columns |= _columns(rule, reference.judge(rule.id, facts, self.on))
                columns[rule.id] = facts.get(rule.id, columns[rule.id])  # a conclusion that the file gives stands
            yield columns


def _unwritten(rules: Iterable[Rule], rows: str, columns: Mapping[str, str], duck: Duck) -> Iterator[LeftOut]:
    """Figures of conclusions, in SQL, that have too many digits for the columns of a judged file."""
    for rule in rules:
        lost: dict[str, list[str]] = {}
        for name in (one for one in columns if one.startswith(rule.id + SEPARATOR)):
            figure = name.removeprefix(rule.id + SEPARATOR).removesuffix(TOP).removesuffix(BOTTOM)
            unfit = f"{named(name)} IS NOT NULL AND TRY_CAST({named(name)} AS {columns[name]}) IS NULL"
            if ids := [id for (id,) in duck.run(f"SELECT {KEY} FROM {rows} WHERE {unfit} ORDER BY 1")]:
                lost.setdefault(figure, ids)
        for figure, ids in lost.items():
            title = _title(rule, figure)
            others = ids[1:]
            zh = f"{ids[0]}{f' 等 {len(ids)} 行' if others else ''}：{title.zh}位数太多，结果表里没有写出"
            en = (f"{ids[0]}{f' and others, {len(ids)} rows in all' if others else ''}: {title.en} has too many digits "
                  "to stand in the table of results")  # fmt: skip
            yield LeftOut(rule.id, zh, en)


def _title(rule: Rule, figure: str) -> Text:
    """What a figure of a decision is called: an output, the points of an item, an output of a row."""
    titles = {one.id: one.title for one in items_of(rule)}
    titles |= {name: one.title for name, one in rule.body.outputs.items()}
    named = [titles[one] for one in figure.split(SEPARATOR) if one in titles]
    return Text("：".join(one.zh for one in named), ": ".join(one.en for one in named))


def _columns(rule: Rule, judgement: Judgement) -> dict[str, Any]:
    """All columns that a table may have of a decision, in text: a figure as a decimal and as a fraction."""
    start = rule.id + SEPARATOR
    verdicts = {criterion.id: verdict for criterion, verdict in judgement.verdicts}
    figures = {start + name: value for name, value in judgement.outputs.items()}
    figures |= {f"{start}points{SEPARATOR}{item}": value for item, value in judgement.points.items()}
    figures |= {f"{start}{row}{SEPARATOR}{name}": value
                for row, outputs in judgement.measures for name, value in outputs.items()}  # fmt: skip
    found: dict[str, Any] = {rule.id: judgement.outcome} | Verdicts.of(rule).write(verdicts)
    for name, value in figures.items():
        found |= _written(name, value)
    return found


def _written(name: str, value: Value) -> dict[str, Any]:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return {name: plain(value)}
    top, bottom = value.as_integer_ratio()
    return {name: plain(value), name + TOP: str(top), name + BOTTOM: str(bottom)}
