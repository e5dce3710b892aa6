"""Assigns records to bearers as evenly as it can, bounds the distance to the best assignment, and writes it out.

First trades (`trading`), then the solver on two bearers at a time, the worst-off among them, and on the whole where
that is small. The same question always gets the same answer.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped] # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from rules import Edition
from rules.judging.assignment import Answer, Judged, Load, Task, judged, least_spreads
from rules.judging.decision import vars_of
from rules.values.exact import plain
from service.county.assignment.solving import improve, part_of, relaxed
from service.county.assignment.trading import Board, answer_of, begin, opposites, trade
from service.county.backend import digest
from service.county.cells import defused
from service.county.intake.names import NAMED

POWERS = (2, 4, 8)  # at first all that is off counts, in the end nearly only the worst
TRADES = 4000  # of one power, at most
PAIRS = 100  # that the solver looks at
PATIENCE = 20  # pairs in a row that bring nothing
EFFORT = 0.05  # of the solver on a pair: about a tenth of a second
WHOLE_EFFORT = 2.0
ENOUGH = 1 / 2000  # of a fair share: nobody notices less
SMALL = 512  # records times bearers: so many choices the solver takes in at once
STEPS = len(POWERS) + PAIRS + 1
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, how even it is, and a bound that no answer can beat."""

    answer: Answer
    judged: Judged
    bound: Fraction

    @property
    def gap(self) -> Fraction:
        """The most by which the best answer could be more even."""
        return max(Fraction(0), self.judged.score - self.bound)


def assign(asked: Task, step: Callable[[int], None] = lambda _: None) -> Found:
    """The answer to a task that has no obstacles; `step` hears of progress, in STEPS."""
    board = begin(asked)
    for board.power in POWERS:
        trade(board, TRADES)
        step(1)
    board.power = POWERS[0]
    pairs(board, step)
    bound = max(asked.mean(least_spreads(asked)), Fraction(relaxed(board)))
    if len(board.answer) * len(board.shares) <= SMALL:
        everybody = part_of(board, range(len(board.shares)))
        bound = max(bound, Fraction(improve(board, everybody, WHOLE_EFFORT)))
    step(1)
    answer = answer_of(board)
    evenness = judged(asked, answer)
    return Found(answer, evenness, min(bound, evenness.score))


def pairs(board: Board, step: Callable[[int], None]) -> None:
    """Even out the worst-off bearer with one other at a time, the best counterweights first."""
    tries = 0
    for made in range(PAIRS):
        off = np.abs(board.off())
        dimension = int(np.argmax(board.value * off.max(axis=0)))
        worst = int(np.argmax(off[:, dimension]))
        others = opposites(board, worst)
        if tries >= min(PATIENCE, len(others)) or board.score() < ENOUGH:
            step(PAIRS - made)
            return
        before = board.score()
        improve(board, part_of(board, [worst, int(others[tries])]), EFFORT)
        tries = 0 if board.score() < before else tries + 1
        step(1)


# --- written out


@dataclass(frozen=True, slots=True)
class Assigned:
    """An answer with its question, to be written out."""

    edition: Edition
    on: date
    task: Task
    found: Found
    last: dict[str, str]
    inputs: tuple[Path, ...]
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by subject and id

    def rows(self) -> Iterator[dict[str, str | None]]:
        """Every record with its name, if any record has one, its bearer and its last bearer."""
        what = self.task.assignment
        named = any(subject == what.subject for subject, _ in self.names)
        for record, place in zip(self.task.records, self.found.answer, strict=True):
            name = {NAMED: self.names.get((what.subject, record))} if named else {}
            bearer = self.task.bearers[place].id
            yield {what.subject: record, **name, what.bearer: bearer, "last": self.last.get(record)}

    def shown(self, subject: str, id: str) -> str:
        """A record as people read it: its name before its id, where it has one."""
        return " ".join(filter(None, (self.names.get((subject, id)), id)))

    def changes(self) -> list[dict[str, str | None]]:
        """The records that had a bearer last and have another now."""
        bearer = self.task.assignment.bearer
        return [row for row in self.rows() if row["last"] not in (None, row[bearer])]

    def as_dict(self) -> dict[str, Any]:
        what, judged = self.task.assignment, self.found.judged
        return {
            "assignment": what.id,
            "clause": what.clause,
            "on": self.on.isoformat(),
            "edition": self.edition.id,
            "edition_sha256": self.edition.sha256,
            "inputs": [{"file": one.name, "sha256": digest(one)} for one in self.inputs],
            "outcome": judged.outcome,
            "outcome_title": vars_of(what.outcomes[judged.outcome].title),
            "records": len(self.task.records),
            "score": share(judged.score),
            "bound": share(self.found.bound),
            "gap": share(self.found.gap),
            "balance": [
                {"id": one.id, "title": vars_of(one.title), "weight": one.weight, "spread": share(spread),
                 "tolerance": plain(one.tolerance), "even": even}
                for one, spread, even in zip(what.balance, judged.spreads, judged.even, strict=True)
            ],
            "loads": [self._load(one) for one in judged.loads],
            "stays": self.task.stays(self.found.answer),
            "stays_at_least": self.task.keep,
            "changes": self.changes(),
        }  # fmt: skip

    def _load(self, load: Load) -> dict[str, Any]:
        def named(show: Callable[[Any], str], figures: Iterable[Any]) -> dict[str, str]:
            return {one.id: show(figure) for one, figure in zip(self.task.assignment.balance, figures, strict=True)}

        return {
            self.task.assignment.bearer: load.bearer.id,
            "share": plain(load.bearer.share),
            "records": load.records,
            "totals": named(plain, load.totals),
            "fair": named(plain, load.fair),
            "off": named(share, load.off),
        }

    def write(self, folder: Path) -> list[Path]:
        """Write the assignment as CSV and Parquet and the report as JSON: each whole or not at all, the report last."""
        folder.mkdir(parents=True, exist_ok=True)
        rows = list(self.rows())
        names = ["assignment.csv", "assignment.parquet", "report.json"]
        with TemporaryDirectory(dir=folder, prefix=".writing-") as writing:
            made = Path(writing)
            with (made / names[0]).open("w", encoding="utf-8-sig", newline="") as file:
                table = csv.writer(file)
                table.writerow(rows[0])
                table.writerows(defused(list(row.values()) for row in rows))
            schema = pa.schema([(name, pa.string()) for name in rows[0]])
            pq.write_table(pa.Table.from_pylist(rows, schema), made / names[1])
            report = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
            (made / names[2]).write_text(report + "\n", encoding="utf-8")
            for name in names:
                os.replace(made / name, folder / name)  # noqa: PTH105 -- atomic on one file system
        return [folder / name for name in names]


def share(value: Fraction) -> str:
    """A share as a decimal, to six places: the exact one may have no end."""
    return f"{float(value):.{DIGITS}f}"
