"""Judges cases under a plan's policy edition: exactly, and with every finding citing its clause.

store = open_store(Path("policies"))
edition = store.in_force("xx-county", date(2026, 12, 31))
facts = FactChecker(edition).check("village", {...})
decision = Engine(edition).decide("credit_village", facts, on=date(2026, 12, 31), subject_id="V-001")
"""

from __future__ import annotations

from rules.decision import Decision, Finding
from rules.engine import Engine
from rules.facts import FactChecker, FactError
from rules.model import Edition
from rules.problems import PolicyError
from rules.reference import Reference
from rules.store import Store, open_store, read_store

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
