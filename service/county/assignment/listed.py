"""The output of an assignment: the bearer of every record, the loads, the evenness, and the changes."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped] # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from rules import Edition
from rules.judging.assignment import Load, Task
from rules.values.exact import plain
from rules.values.figures import rate
from service.county.assignment.assigning import Found

DIGITS = 6


@dataclass(frozen=True, slots=True)
class Assigned:
    """An answer with the question it answers."""

    edition: Edition
    on: date
    task: Task
    found: Found
    last: dict[str, str]
    inputs: tuple[Path, ...]

    def rows(self) -> Iterator[dict[str, str | None]]:
        """Every record with its bearer and its last bearer."""
        what = self.task.assignment
        for record, place in zip(self.task.records, self.found.answer, strict=True):
            yield {what.subject: record, what.bearer: self.task.bearers[place].id, "last": self.last.get(record)}

    def changes(self) -> list[dict[str, str | None]]:
        """The records that had a bearer last and have another now."""
        bearer = self.task.assignment.bearer
        return [row for row in self.rows() if row["last"] not in (None, row[bearer])]

    def as_dict(self) -> dict[str, Any]:
        what, judged = self.task.assignment, self.found.judged
        outcome = what.outcomes[judged.outcome].title
        return {
            "assignment": what.id,
            "clause": what.clause,
            "on": self.on.isoformat(),
            "edition": self.edition.id,
            "edition_sha256": self.edition.sha256,
            "inputs": [
                {"file": one.name, "sha256": hashlib.sha256(one.read_bytes()).hexdigest()} for one in self.inputs
            ],
            "outcome": judged.outcome,
            "outcome_title": {"zh": outcome.zh, "en": outcome.en},
            "records": len(self.task.records),
            "score": share(judged.score),
            "bound": share(self.found.bound),
            "gap": share(self.found.gap),
            "balance": [
                {
                    "id": one.id,
                    "title": {"zh": one.title.zh, "en": one.title.en},
                    "weight": one.weight,
                    "spread": share(spread),
                    "tolerance": plain(one.tolerance),
                    "even": even,
                }
                for one, spread, even in zip(what.balance, judged.spreads, judged.even, strict=True)
            ],
            "loads": [self._load(one) for one in judged.loads],
            "stays": self.task.stays(self.found.answer),
            "stays_at_least": self.task.keep,
            "changes": self.changes(),
        }

    def _load(self, load: Load) -> dict[str, Any]:
        names = [one.id for one in self.task.assignment.balance]
        return {
            self.task.assignment.bearer: load.bearer.id,
            "share": plain(load.bearer.share),
            "records": load.records,
            "totals": dict(zip(names, map(plain, load.totals), strict=True)),
            "fair": dict(zip(names, map(plain, load.fair), strict=True)),
            "off": dict(zip(names, map(share, load.off), strict=True)),
        }

    def write(self, folder: Path) -> list[Path]:
        """Write the assignment as CSV and Parquet and the report as JSON: each whole or not at all, the report last."""
        folder.mkdir(parents=True, exist_ok=True)
        rows = list(self.rows())
        names = ["assignment.csv", "assignment.parquet", "report.json"]
        with TemporaryDirectory(dir=folder, prefix=".writing-") as writing:
            made = Path(writing)
            with (made / names[0]).open("w", encoding="utf-8-sig", newline="") as file:
                table = csv.DictWriter(file, list(rows[0]))
                table.writeheader()
                table.writerows(rows)
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


def percent(value: Fraction) -> str:
    return rate(value)
