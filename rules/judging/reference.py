"""The plain evaluator: the oracle that the engine is held against, and the one that searches for distances."""

from __future__ import annotations

from rules.judging.decider import Decider
from rules.judging.evaluate import Scope, leaf_holds
from rules.judging.kinds import leaves
from rules.judging.outcomes import Truth
from rules.model import Rule


class Reference(Decider):
    """Establishes truth by comparing every value with every limit, one by one; keeps nothing."""

    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth:
        return {leaf: leaf_holds(leaf, scope) for leaf, _ in leaves(rule, stage)}
