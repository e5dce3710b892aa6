"""Proposals of a run: the records that a ranking puts in order, the chosen ones, and the figures behind the order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rules import Reference
from rules.judging.evaluate import Scope, evaluate
from rules.model import Rule, criteria_of, subject_read
from rules.table.columns import KEY, SEPARATOR
from rules.values.exact import Value
from service.county.run.manifest import Ranked
from service.county.run.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Placed:
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
    id: str
    outcome: str
    rows: tuple[Placed, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.rows if one.chosen)

    @property
    def eligible(self) -> int:
        return sum(one.place is not None for one in self.rows)

    @property
    def unknown(self) -> int:
        return sum(one.why == "unknown" for one in self.rows)


def proposals(outputs: Outputs) -> Iterator[Proposal]:
    """The proposals of a run."""
    edition, reference = outputs.edition, Reference(outputs.edition)
    for subject, level in outputs.manifest.levels.items():
        for name in level.singly:
            rule = edition.rules[name]
            if rule.body.over:
                for row in outputs.rows(subject):
                    if (places := row.get(f"{name}{SEPARATOR}ranking")) is not None:
                        scope = Scope(edition, subject, outputs.facts(subject, row), outputs.on, reference)
                        placed = tuple(_placed(rule, json.loads(places), scope))
                        yield Proposal(rule, row[KEY], row[name], placed)


def _placed(rule: Rule, places: list[dict[str, Any]], scope: Scope) -> Iterator[Placed]:
    """Places with the figures that they rest on."""
    listed = evaluate(rule.body.over, scope) if rule.body.over else None
    records = {str(one.get(KEY)): one for one in listed or ()}
    for one in places:
        inner = scope.inside(subject_read(rule), records.get(one["id"], {}))
        values = tuple(evaluate(key.by, inner) for key in rule.body.order)
        yield Placed(one["id"], one["place"], one["chosen"], one["why"] or "", values)


def summary(outputs: Outputs) -> tuple[Ranked, ...]:
    """The proposals as the manifest has them."""
    return tuple(
        Ranked(one.rule.id, one.id, one.outcome, one.rule.body.take, one.chosen, one.eligible, one.unknown)
        for one in proposals(outputs)
    )


def reason(rule: Rule, why: str, zh: str, en: str) -> dict[str, str]:
    """The reason why a record has no place; `zh` and `en` say that it lacks data."""
    title = next((one.title for one in criteria_of(rule) if one.id == why), None)
    return {"zh": title.zh, "en": title.en} if title is not None else {"zh": zh if why else "", "en": en if why else ""}
