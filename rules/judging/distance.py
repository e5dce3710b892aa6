"""How far a decision is from turning: the smallest changes, in whole households, villages or yuan.

A lever is a fact that people can change (`change:` in facts.yaml). Pulling one moves every figure that shares it:
one more household filed raises the filing share and lowers the granting share, one yuan of bad loans recovered lowers
the loan balance too. So nothing is solved for: a change is tried on the facts, within their bounds, and judged anew.
Benchmarks (the county's figures) are held still. Each lever is assumed to push a criterion one way only, as it does
in any ratio, sum, least or greatest; a window (`between`) that one step jumps over is not found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.judging.decision import Decision, vars_of
from rules.judging.reference import Reference
from rules.judging.trials import FARTHEST, Changes, Trials
from rules.model import Criterion, Edition, Rule, criteria_of
from rules.values.exact import Type, Value, plain
from rules.values.text import Text

ROUNDS = 60  # each round settles one criterion; rules that undo each other for ever are given up on


@dataclass(frozen=True, slots=True)
class Change:
    """One figure and by how much it must move; a flag moves by turning to `to`."""

    fact: str
    title: Text
    by: Value
    to: Value
    type: Type

    def as_dict(self) -> dict[str, Any]:
        return {
            "fact": self.fact,
            "title": vars_of(self.title),
            "by": plain(self.by),
            "to": plain(self.to),
            "unit": self.type.unit or self.type.kind,
        }


@dataclass(frozen=True, slots=True)
class Distance:
    """The smallest change that turns a criterion or an outcome, or why there is none.

    why: no_lever (nothing that people can change bears on it), out_of_reach (not even all the way), unknown (facts
    are missing, so that nothing can be measured)."""

    changes: tuple[Change, ...]
    why: str = ""

    @property
    def reachable(self) -> bool:
        return not self.why

    def as_dict(self) -> dict[str, Any]:
        if self.why:
            return {"reachable": False, "why": self.why}
        return {"reachable": True, "changes": [change.as_dict() for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Distances:
    """From each criterion that is not met, and from the outcome as a whole, to being met."""

    criteria: Mapping[str, Distance]
    outcome: Distance | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "criteria": {name: distance.as_dict() for name, distance in self.criteria.items()},
            "outcome": None if self.outcome is None else self.outcome.as_dict(),
        }


def distances(decision: Decision) -> Distances:
    """What it would take for the unmet criteria of a checklist, one by one, and for all of them together.

    Other kinds of decision have no criteria to be met one by one, and none here."""
    search = Search(decision.edition, decision.rule, decision.facts, decision.on)
    if not decision.rule.body.criteria:
        return Distances({}, None)
    unmet = {finding.id for finding in decision.findings if finding.verdict is not True}
    each = {one.id: search.criterion(one) for one in decision.rule.body.criteria if one.id in unmet}
    return Distances(each, search.all_criteria() if each else None)


class Search:
    """Looks for the smallest changes of one case."""

    def __init__(self, edition: Edition, rule: Rule, facts: Mapping[str, Any], on: date) -> None:
        self.reference, self.rule = Reference(edition), rule
        self.trials = Trials(self.reference, edition, rule, facts, on)

    def criterion(self, criterion: Criterion) -> Distance:
        """The smallest change that meets one criterion by itself."""
        if self.trials.met(criterion, {}) is None:
            return Distance((), "unknown")
        return self._together([criterion])

    def all_criteria(self) -> Distance:
        """The smallest change that meets all criteria at once."""
        criteria = criteria_of(self.rule)
        if any(self.trials.met(criterion, {}) is None for criterion in criteria):
            return Distance((), "unknown")
        return self._together(criteria)

    def _together(self, criteria: Sequence[Criterion]) -> Distance:
        """Meet the first criterion that is not met with the shortest pull, and again, until all are; then give back
        whatever was not needed. What one pull spoils, a later round mends."""
        changes: dict[str, int] = {}
        for _ in range(ROUNDS):
            unmet = next((one for one in criteria if self.trials.met(one, changes) is not True), None)
            if unmet is None:
                return self._distance(self._trimmed(changes, criteria))
            why = self._meet(unmet, changes)
            if why:
                return Distance((), why)
        return Distance((), "out_of_reach")

    def _meet(self, criterion: Criterion, changes: dict[str, int]) -> str:
        names = self.trials.levers([criterion.condition])
        if not names:
            return "no_lever"
        pulls = {
            name: steps
            for name in names
            if (steps := self.trials.pull(name, changes, lambda tried: self.trials.met(criterion, tried) is True))
            is not None
        }
        if not pulls:
            return self._push(names, changes)
        best = min(pulls, key=lambda name: (pulls[name], names.index(name)))
        self._add(best, pulls[best], changes)
        return ""

    def _push(self, names: Sequence[str], changes: dict[str, int]) -> str:
        """No single lever is enough: pull one that can still move all the way, and go on with the others."""
        for name in names:
            if self.trials.is_flag(name):
                if name not in changes:
                    changes[name] = int(not self.trials.facts.get(name))
                    return ""
            elif (
                self.trials.scope(changes).fact(name) is not None
                and 0 < (room := self.trials.room(name, changes)) < FARTHEST
            ):
                self._add(name, room, changes)
                return ""
        return "out_of_reach"

    def _add(self, name: str, steps: int, changes: dict[str, int]) -> None:
        flag = self.trials.is_flag(name)
        changes[name] = steps if flag else changes.get(name, 0) + steps

    def _trimmed(self, changes: dict[str, int], criteria: Sequence[Criterion]) -> dict[str, int]:
        """Give back every step that is not needed for all criteria together."""

        def good(tried: Changes) -> bool:
            return self.trials.possible(tried) and all(self.trials.met(one, tried) is True for one in criteria)

        for name in list(changes):
            if self.trials.is_flag(name):
                rest = {key: steps for key, steps in changes.items() if key != name}
                if good(rest):
                    changes = rest
                continue
            low, high = -1, changes[name]
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if good({**changes, name: middle}) else (middle, high)
            changes[name] = high
        return {name: steps for name, steps in changes.items() if steps or self.trials.is_flag(name)}

    def _distance(self, changes: Changes) -> Distance:
        scope = self.trials.scope(changes)
        found = []
        for name, steps in changes.items():
            fact = self.trials.dictionary[name]
            by = None if self.trials.is_flag(name) else self.trials.sign(fact) * steps
            found.append(Change(name, fact.title, by, scope.fact(name), fact.type))
        return Distance(tuple(found))
