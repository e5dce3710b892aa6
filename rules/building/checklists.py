"""Builds checklists."""

from __future__ import annotations

from rules.building.items import DecisionKind
from rules.model import Checklist

CHECKLIST = DecisionKind(lambda build: Checklist(build.criteria("criteria")))
