"""Judges cases under a plan's policy edition: exactly, and with every finding citing its clause.

store = open_store(Path("policies"))
edition = store.in_force("xx-county", date(2026, 12, 31))
facts = FactChecker(edition).check(edition.rule(name).subject, {...})
decision = Engine(edition).decide(name, facts, on=date(2026, 12, 31), subject_id="V-001")
"""

from __future__ import annotations

from rules.building.store import Store, open_store, read_store
from rules.cases.checker import FactChecker
from rules.cases.errors import FactError
from rules.engine.engine import Engine
from rules.judging.decision import Decision, Finding
from rules.judging.reference import Reference
from rules.model import Edition
from rules.problems.problem import PolicyError

__all__ = [
    "Decision",
    "Edition",
    "Engine",
    "FactChecker",
    "FactError",
    "Finding",
    "PolicyError",
    "Reference",
    "Store",
    "open_store",
    "read_store",
]
