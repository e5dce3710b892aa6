"""Explains one row of a run through the online engine, which must agree with what tables said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rules import Decision, FactChecker
from rules.judging.decider import Decider
from rules.model import Edition
from rules.table import TableJudge
from rules.table.columns import KEY, SEPARATOR, key_of
from rules.table.judge import NOT_MET
from service.county.run.backend import Duck, quoted
from service.county.run.rows import case
from service.county.run.steps import MANIFEST


class Disagreement(Exception):
    """The engine and the table say different things of a row: one of them is wrong."""


class Outputs:
    """The folder of a run, to be read again."""

    def __init__(self, folder: Path, edition: Edition, duck: Duck, manifest: Mapping[str, Any] | None = None) -> None:
        self.folder, self.edition, self.duck = folder, edition, duck
        self.manifest: Mapping[str, Any] = read_manifest(folder) if manifest is None else manifest
        self.checker = FactChecker(edition)
        self.on = date.fromisoformat(self.manifest["on"])

    def row(self, subject: str, id: str) -> dict[str, Any] | None:
        """A row with what decisions read of the records around it."""
        file = quoted(self.folder / f"{subject}.parquet")
        found = self.duck.dicts(f"SELECT * FROM read_parquet({file}) WHERE {KEY} = {quoted(id)}")
        if not found:
            return None
        row = dict(found[0])
        for level, names in self.manifest["levels"][subject]["reads"].items():
            above = row.get(key_of(level))
            if above is None or not (self.folder / f"{level}.parquet").is_file():
                continue
            around = quoted(self.folder / f"{level}.parquet")
            for one in self.duck.dicts(f"SELECT * FROM read_parquet({around}) WHERE {KEY} = {quoted(above)}"):
                row |= {level + SEPARATOR + name: one.get(name) for name in names}
        return row

    def rows(self, subject: str, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """All rows of a subject, or some, each as `row` gives it."""
        found = [dict(one) for one in self._all(subject, ids)]
        for level, names in self.manifest["levels"][subject]["reads"].items():
            if (self.folder / f"{level}.parquet").is_file():
                around = {one[KEY]: one for one in self._all(level)}
                for row in found:
                    above = around.get(row.get(key_of(level)), {})
                    row |= {level + SEPARATOR + name: above.get(name) for name in names}
        return found

    def _all(self, subject: str, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        file = quoted(self.folder / f"{subject}.parquet")
        some = "true" if ids is None else f"{KEY} IN ({', '.join(map(quoted, ids)) or 'NULL'})"
        return self.duck.dicts(f"SELECT * FROM read_parquet({file}) WHERE {some} ORDER BY {KEY}")

    def facts(self, subject: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a row as the engine takes them."""
        decided = [one for at in self.manifest["checked"] if at["subject"] == subject for one in at["decided"]]
        return self.checker.check(subject, case(self.edition, subject, row, decided))

    def decide(self, engine: Decider, subject: str, id: str, decision: str) -> Decision | None:
        """What the engine says of the row with an id; Disagreement where the table said something else."""
        row = self.row(subject, id)
        return None if row is None else self.decided(engine, subject, row, decision)

    def decided(self, engine: Decider, subject: str, row: Mapping[str, Any], decision: str) -> Decision:
        """The same of a row."""
        id = row[KEY]
        found = engine.decide(decision, self.facts(subject, row), self.on, id)
        bulk = row.get(decision)
        if bulk is not None and (bulk != found.outcome or not self._agree(decision, row, found)):
            raise Disagreement(f"{subject} {id} {decision}: {bulk} / {found.outcome}")
        return found

    def _agree(self, decision: str, row: Mapping[str, Any], found: Decision) -> bool:
        start = decision + SEPARATOR
        if start + NOT_MET not in row:
            return True
        bits = {name.removeprefix(start): value for name, value in row.items() if name.startswith(start)}
        said = dict(TableJudge(self.edition, self.on).findings(decision, bits))
        online = {one.id: one.verdict for one in found.findings}
        return all(online[code] is verdict for code, verdict in said.items())


def read_manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found
