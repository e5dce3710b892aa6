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
from rules.values.text import Text
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
    """A ranking decision about one record, with all records of its list; `ranked` is its entry in the manifest."""

    rule: Rule
    ranked: Ranked
    rows: tuple[Placed, ...]


def proposals(outputs: Outputs) -> tuple[Proposal, ...]:
    """The proposals of a run, worked out once."""
    if "proposals" not in outputs.memo:
        outputs.memo["proposals"] = tuple(_proposals(outputs))
    made: tuple[Proposal, ...] = outputs.memo["proposals"]
    return made


def _proposals(outputs: Outputs) -> Iterator[Proposal]:
    edition, reference = outputs.edition, Reference(outputs.edition)
    for subject, level in outputs.manifest.levels.items():
        for name in level.singly:
            rule = edition.rules[name]
            if rule.body.over:
                for row in outputs.rows(subject):
                    if (places := row.get(f"{name}{SEPARATOR}ranking")) is not None:
                        scope = Scope(edition, subject, outputs.facts(subject, row), outputs.on, reference)
                        placed = tuple(_placed(rule, json.loads(places), scope))
                        chosen = tuple(one.id for one in placed if one.chosen)
                        eligible = sum(one.place is not None for one in placed)
                        unknown = sum(one.why == "unknown" for one in placed)
                        ranked = Ranked(name, row[KEY], row[name], rule.body.take, chosen, eligible, unknown)
                        yield Proposal(rule, ranked, placed)


def _placed(rule: Rule, places: list[dict[str, Any]], scope: Scope) -> Iterator[Placed]:
    """Places with the figures that they rest on."""
    listed = evaluate(rule.body.over, scope) if rule.body.over else None
    records = {str(one.get(KEY)): one for one in listed or ()}
    for one in places:
        inner = scope.inside(subject_read(rule), records.get(one["id"], {}))
        values = tuple(evaluate(key.by, inner) for key in rule.body.order)
        yield Placed(one["id"], one["place"], one["chosen"], one["why"] or "", values)


def reason(rule: Rule, why: str, lacks_data: Text) -> Text:
    """The reason why a record has no place."""
    title = next((one.title for one in criteria_of(rule) if one.id == why), None)
    return title or (lacks_data if why else Text("", ""))
