"""The decisions that may come out otherwise under another edition."""

from __future__ import annotations

from rules.model.edition import Edition
from rules.model.places import differing
from rules.model.uses import behind, read_by


def touched(old: Edition, new: Edition) -> set[str]:
    """The decisions of the old edition that differ, that rest on facts that differ, or that rest on one of these."""
    names: set[str] = set()
    facts: set[tuple[str, str]] = set()
    for one in differing(old, new):
        what, *place = one.place
        if what == "rules" and place:
            names.add(str(place[0]))
        elif what == "subjects" and len(place) > 2:
            facts.add((str(place[0]), str(place[2])))
        elif what in ("rules", "subjects"):
            return {*old.rules}
    for rule in old.rules.values():  # in an order in which each comes after those it needs
        if names.intersection(rule.needs) or facts.intersection(behind(old, read_by(rule))):
            names.add(rule.id)
    return names
