"""What the explanations of one case have in common, in both languages and in every form: each is worked out once."""

from __future__ import annotations

from rules.judging.decision import Decision
from rules.judging.distance import Distances, distances
from rules.judging.evaluate import Scope
from rules.judging.reference import Reference, Tick, endless
from rules.words.record_wording import UNNAMED, RecordNames


class Telling:
    """The case as the reference sees it, and the distances, of a decision and of those that it rests on."""

    def __init__(self, search: Tick = endless, tell: Tick = endless, names: RecordNames = UNNAMED) -> None:
        """`search` ends the search of distances by raising Late; what `tell` raises ends the explanation. `names` stand
        before the ids of records."""
        self.names = names
        self._search, self._tell = search, tell
        self._scopes: dict[str, Scope] = {}  # by decision: all of them are about one record
        self._distances: dict[str, Distances] = {}

    def scope(self, decision: Decision) -> Scope:
        """The case, judged: a scorecard leaves its total there."""
        rule = decision.rule
        if rule.id not in self._scopes:
            reference = Reference(decision.edition, self._tell)
            scope = self._scopes[rule.id] = reference.scope(rule, decision.facts, decision.on)
            reference.judgement(rule, scope)
        self._tell()
        return self._scopes[rule.id]

    def distances(self, decision: Decision) -> Distances:
        if decision.rule.id not in self._distances:
            self._distances[decision.rule.id] = distances(decision, self.scope(decision), self._search)
        return self._distances[decision.rule.id]
