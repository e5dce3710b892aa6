"""Bounds of a figure while some records below are undecided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rules import Reference
from rules.judging.evaluate import Scope
from rules.model import Ref
from rules.table.columns import KEY
from rules.table.order import heights_of
from service.county.run.outputs import Outputs


def bounds(outputs: Outputs, subject: str, fact: str, ids: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The lowest and the highest figure of each record, by taking every undecided record below as not met and as met.
    Records that lack something else are left out."""
    edition, reference = outputs.edition, Reference(outputs.edition)
    known = edition.subjects[subject].facts
    rests = heights_of(edition, [(subject, Ref("fact", "", fact, known[fact].type))])
    turning = {rule.id for rule in edition.rules.values()
               if {"met", "not_met"} <= {one.role for one in rule.outcomes.values()}}  # fmt: skip
    asked = {one.type.of: [name for of, name in rests if of == one.type.of and name in turning]
             for one in known.values() if one.type.kind == "list"}  # fmt: skip
    found = {}
    for row in outputs.rows(subject, ids):
        facts = outputs.facts(subject, row)
        ends = []
        for role in ("not_met", "met"):
            said = {of: {name: edition.rules[name].role(role) for name in names} for of, names in asked.items()}
            filled = {name: [{**said[known[name].type.of], **one} for one in value] if _is_list(value) else value
                      for name, value in facts.items()}  # fmt: skip
            ends.append(Scope(edition, subject, filled, outputs.on, reference).fact(fact))
        if None not in ends:
            low, high = sorted(map(float, ends))
            found[row[KEY]] = low, high
    return found


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, Mapping) for one in value)
