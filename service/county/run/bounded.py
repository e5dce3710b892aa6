"""Counts the records whose figures are known within bounds only, and the decisions that the bounds made possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from rules import FactError, Reference
from rules.judging.evaluate import Scope
from rules.table.columns import ENDS, KEY
from rules.values.exact import RANGES
from service.county.backend import named
from service.county.run.manifest import Bounded
from service.county.run.outputs import Outputs

MOST = 5_000  # records that are judged again, some thousand a second


def bounded(outputs: Outputs) -> dict[str, Bounded]:
    """The records known within bounds, by subject; the decisions that without bounds could not be told."""
    found: dict[str, Bounded] = {}
    for subject in outputs.manifest.levels:
        ends = [named(one) for one in outputs.duck.columns(outputs.file(subject)) if one.endswith(ENDS)]
        if not ends:
            continue
        some = " OR ".join(f"{one} IS NOT NULL" for one in ends)
        ids = [id for (id,) in outputs.duck.run(f"SELECT {KEY} FROM {outputs.file(subject)} WHERE {some} ORDER BY 1")]
        told = _decided(outputs, subject, ids[:MOST])
        counts = {name: len(those) for name, those in told.items()}
        found[subject] = Bounded(len(ids), min(len(ids), MOST), counts, told)
    return found


def _decided(outputs: Outputs, subject: str, ids: list[str]) -> dict[str, tuple[str, ...]]:
    """The records that each decision tells by their bounds."""
    edition, reference, decided = outputs.edition, Reference(outputs.edition), defaultdict[str, list[str]](list)
    for row in outputs.rows(subject, ids):
        try:
            facts = _plain(outputs.facts(subject, row))
        except FactError:
            continue
        scope = Scope(edition, subject, facts, outputs.on, reference)  # one: decisions rest on one another
        for name in outputs.manifest.levels[subject].made:
            rule = edition.rules[name]
            unknown = rule.role("unknown")
            if row[name] not in (None, unknown) and reference.judgement(rule, scope).outcome == unknown:
                decided[name].append(row[KEY])
    return {name: tuple(those) for name, those in decided.items()}


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a case without its ranges."""
    return {name: _plain(one) if isinstance(one, Mapping) else one for name, one in facts.items() if name != RANGES}
