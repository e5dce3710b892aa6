"""The plain evaluator: the oracle that the engine is held against, and the one that searches for distances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from rules.judging.decider import Decider
from rules.judging.evaluate import Scope, leaf_holds
from rules.judging.kinds import leaves
from rules.judging.outcomes import Truth
from rules.model import Edition, Rule

Tick = Callable[[], None]  # called before each record that is judged; raises where there is no more time


def endless() -> None:
    """The tick of work that may take as long as it likes."""


class Reference(Decider):
    """Establishes truth by comparing every value with every limit, one by one; keeps nothing."""

    def __init__(self, edition: Edition, tick: Tick = endless) -> None:
        super().__init__(edition)
        self.tick = tick

    def scope(self, rule: Rule, facts: Mapping[str, Any], on: date) -> Scope:
        self.tick()
        return super().scope(rule, facts, on)

    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth:
        self.tick()
        return {leaf: leaf_holds(leaf, scope) for leaf, _ in leaves(rule, stage)}
