"""What a run proposes where a plan puts records in order: who is chosen, by which figures, whether there are enough."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules import Reference
from rules.judging.evaluate import Scope, evaluate
from rules.judging.outcomes import criteria_of
from rules.model import Edition, Ranking, Rule
from rules.table.columns import KEY, SEPARATOR
from rules.values.exact import Value
from service.county.run.backend import Duck
from service.county.run.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Ranked:
    """One record in its place; `why` is the criterion that it fails, or `unknown`."""

    id: str
    place: int | None
    chosen: bool
    why: str
    values: tuple[Value, ...]  # one for each key of the order


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ranking decision about one record, with all records of its list."""

    rule: Rule
    body: Ranking
    id: str
    outcome: str
    rows: tuple[Ranked, ...]

    @property
    def chosen(self) -> list[str]:
        return [one.id for one in self.rows if one.chosen]

    @property
    def eligible(self) -> int:
        return sum(one.place is not None for one in self.rows)

    @property
    def unknown(self) -> int:
        return sum(one.why == "unknown" for one in self.rows)


def proposals(duck: Duck, edition: Edition, folder: Path, manifest: Mapping[str, Any]) -> Iterator[Proposal]:
    """Those that a run made."""
    outputs, reference = Outputs(folder, edition, duck, manifest), Reference(edition)
    for subject, level in manifest["levels"].items():
        for name in level["singly"]:
            rule = edition.rules[name]
            if isinstance(rule.body, Ranking):
                for row in outputs.rows(subject):
                    if (said := row.get(f"{name}{SEPARATOR}ranking")) is not None:
                        scope = Scope(edition, subject, outputs.facts(subject, row), outputs.on, reference)
                        ranked = tuple(_ranked(rule.body, json.loads(said), scope))
                        yield Proposal(rule, rule.body, row[KEY], row[name], ranked)


def _ranked(body: Ranking, places: list[dict[str, Any]], scope: Scope) -> Iterator[Ranked]:
    """Places with the figures that they rest on."""
    records = {str(one.get(KEY)): one for one in evaluate(body.over, scope) or ()}
    for one in places:
        inner = scope.inside(body.over.type.of, records.get(one["id"], {}))
        values = tuple(evaluate(key.by, inner) for key in body.order)
        yield Ranked(one["id"], one["place"], one["chosen"], one["why"] or "", values)


def summary(duck: Duck, edition: Edition, folder: Path, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The proposals as the manifest has them."""
    return [
        {"decision": one.rule.id, "id": one.id, "outcome": one.outcome, "take": one.body.take, "chosen": one.chosen,
         "eligible": one.eligible, "unknown": one.unknown}
        for one in proposals(duck, edition, folder, manifest)
    ]  # fmt: skip


def reason(rule: Rule, why: str, zh: str, en: str) -> dict[str, str]:
    """Why a record has no place, in words; those given stand for what is not known."""
    title = next((one.title for one in criteria_of(rule) if one.id == why), None)
    return {"zh": title.zh, "en": title.en} if title is not None else {"zh": zh if why else "", "en": en if why else ""}
