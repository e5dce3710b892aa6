"""How far a decision is from turning: the smallest changes, in whole households, villages or yuan.

A lever is a fact that people can change (`change:` in facts.yaml). Pulling one moves every figure that shares it:
one more household filed raises the filing share and lowers the granting share, one yuan of bad loans recovered lowers
the loan balance too. So nothing is solved for: a change is tried on the facts, within their bounds, and judged anew.
Benchmarks (the county's figures) are held still. Each lever is assumed to push a criterion one way only, as it does
in any ratio, sum, least or greatest; a window (`between`) that one step jumps over is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from rules.judging.decision import Decision, vars_of
from rules.judging.evaluate import Scope, leaf_holds
from rules.judging.outcomes import check
from rules.judging.reference import Reference
from rules.model import (
    Checklist,
    Condition,
    Criterion,
    Edition,
    Expr,
    Fact,
    Ref,
    Rule,
    children,
    criteria_of,
    leaves_in,
)
from rules.values.exact import Type, Value, plain
from rules.values.text import Text

FARTHEST = 10**12
ROUNDS = 60  # each round settles one criterion; rules that undo each other for ever are given up on

Changes = Mapping[str, int]  # lever -> steps


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
    if not isinstance(decision.rule.body, Checklist):
        return Distances({}, None)
    unmet = {finding.id for finding in decision.findings if finding.verdict is not True}
    each = {one.id: search.criterion(one) for one in decision.rule.body.criteria if one.id in unmet}
    return Distances(each, search.all_criteria() if each else None)


class Search:
    """Tries changes on the facts of one case."""

    def __init__(self, edition: Edition, rule: Rule, facts: Mapping[str, Any], on: date) -> None:
        self.reference, self.rule, self.facts, self.on = Reference(edition), rule, facts, on
        self.dictionary = edition.subjects[rule.subject].facts
        self.start = self.scope({})

    # --- trying --------------------------------------------------------------------------------------------------

    def scope(self, changes: Changes) -> Scope:
        """The case as it would be: given figures moved in the record, derived ones (a count of villages) in memory."""
        record, moved = dict(self.facts), {}
        for name, steps in changes.items():
            fact = self.dictionary[name]
            if fact.type.kind == "boolean":
                record[name] = bool(steps)
            elif fact.given:
                for each in (name, *fact.moves):
                    if record.get(each) is not None:
                        record[each] = record[each] + self._sign(fact) * steps
            else:
                moved[name] = self.start.fact(name) + self._sign(fact) * steps
        scope = Scope(self.reference.edition, self.rule.subject, record, self.on, self.reference)
        scope.memo.update(moved)
        return scope

    def _sign(self, fact: Fact) -> int:
        return -1 if fact.lever == "down" else 1

    def met(self, criterion: Criterion, changes: Changes) -> bool | None:
        scope = self.scope(changes)
        return check(
            criterion, {leaf: leaf_holds(leaf, scope) for leaf in leaves_in(criterion.condition, criterion.when)}
        )

    def room(self, name: str, changes: Changes) -> int:
        """How many steps a lever can still be pulled before a figure leaves its bounds or a part exceeds its whole."""
        now, then = self.scope(changes), self.scope({**changes, name: changes.get(name, 0) + 1})
        most = FARTHEST
        for fact in self.dictionary.values():
            value = now.fact(fact.name) if fact.type.is_number else None
            if value is None:
                continue
            speed = then.fact(fact.name) - value if then.fact(fact.name) is not None else 0
            bounds = [(fact.minimum, -1, 0), (fact.maximum, 1, 0)]
            if fact.part_of and (whole := now.fact(fact.part_of)) is not None:
                bounds.append((whole, 1, then.fact(fact.part_of) - whole))
            if not fact.given and not fact.lever:
                bounds = []
            for bound, sign, drift in bounds:
                approach = sign * (speed - drift)
                if bound is not None and approach > 0:
                    most = min(most, max(0, int(Fraction(sign * (bound - value)) // Fraction(approach))))
        return most

    # --- levers --------------------------------------------------------------------------------------------------

    def levers(self, conditions: Sequence[Condition]) -> list[str]:
        """The levers that conditions read, in the order in which they name them."""
        found: dict[str, None] = {}
        for condition in conditions:
            for name in self._read(condition):
                if self.dictionary[name].lever:
                    found.setdefault(name)
        return list(found)

    def _read(self, part: Condition | Expr) -> Iterator[str]:
        """The facts of the record at hand that a part reads, with those behind them; not those inside a list."""
        if isinstance(part, Ref) and part.what == "fact" and not part.scope:
            yield part.name
            formula = self.dictionary[part.name].formula
            if formula is not None:
                yield from self._read(formula)
        for child, inside in children(part):
            if not inside:
                yield from self._read(child)

    def pull(self, name: str, changes: Changes, good: Callable[[Changes], bool]) -> int | None:
        """The fewest steps of one lever, on top of the changes made, that make things good."""
        if self.dictionary[name].type.kind == "boolean":
            wanted = int(not self.facts.get(name))
            return wanted if good({**changes, name: wanted}) else None
        if self.scope(changes).fact(name) is None:
            return None
        before, room = changes.get(name, 0), self.room(name, changes)

        def tried(steps: int) -> bool:
            return good({**changes, name: before + steps})

        low, high = 0, 1
        while high < room and not tried(high):
            low, high = high, high * 2
        high = min(high, room)
        if high <= low or not tried(high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if tried(middle) else (middle, high)
        return high

    # --- questions -----------------------------------------------------------------------------------------------

    def criterion(self, criterion: Criterion) -> Distance:
        """The smallest change that meets one criterion by itself."""
        if self.met(criterion, {}) is None:
            return Distance((), "unknown")
        return self._together([criterion])

    def all_criteria(self) -> Distance:
        """The smallest change that meets all criteria at once."""
        criteria = criteria_of(self.rule)
        if any(self.met(criterion, {}) is None for criterion in criteria):
            return Distance((), "unknown")
        return self._together(criteria)

    def _together(self, criteria: Sequence[Criterion]) -> Distance:
        """Meet the first criterion that is not met with the shortest pull, and again, until all are; then give back
        whatever was not needed. What one pull spoils, a later round mends."""
        changes: dict[str, int] = {}
        for _ in range(ROUNDS):
            unmet = next((one for one in criteria if self.met(one, changes) is not True), None)
            if unmet is None:
                return self._distance(self._trimmed(changes, criteria))
            why = self._meet(unmet, changes)
            if why:
                return Distance((), why)
        return Distance((), "out_of_reach")

    def _meet(self, criterion: Criterion, changes: dict[str, int]) -> str:
        names = self.levers([criterion.condition])
        if not names:
            return "no_lever"
        pulls = {
            name: steps
            for name in names
            if (steps := self.pull(name, changes, lambda tried: self.met(criterion, tried) is True)) is not None
        }
        if not pulls:
            return self._push(names, changes)
        best = min(pulls, key=lambda name: (pulls[name], names.index(name)))
        self._add(best, pulls[best], changes)
        return ""

    def _push(self, names: Sequence[str], changes: dict[str, int]) -> str:
        """No single lever is enough: pull one that can still move all the way, and go on with the others."""
        for name in names:
            if self.dictionary[name].type.kind == "boolean":
                if name not in changes:
                    changes[name] = int(not self.facts.get(name))
                    return ""
            elif self.scope(changes).fact(name) is not None and 0 < (room := self.room(name, changes)) < FARTHEST:
                self._add(name, room, changes)
                return ""
        return "out_of_reach"

    def _add(self, name: str, steps: int, changes: dict[str, int]) -> None:
        flag = self.dictionary[name].type.kind == "boolean"
        changes[name] = steps if flag else changes.get(name, 0) + steps

    def _trimmed(self, changes: dict[str, int], criteria: Sequence[Criterion]) -> dict[str, int]:
        """Give back every step that is not needed for all criteria together."""

        def good(tried: Changes) -> bool:
            return self._possible(tried) and all(self.met(one, tried) is True for one in criteria)

        for name in list(changes):
            if self.dictionary[name].type.kind == "boolean":
                rest = {key: steps for key, steps in changes.items() if key != name}
                if good(rest):
                    changes = rest
                continue
            low, high = -1, changes[name]
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if good({**changes, name: middle}) else (middle, high)
            changes[name] = high
        return {name: steps for name, steps in changes.items() if steps or self._is_flag(name)}

    def _is_flag(self, name: str) -> bool:
        return self.dictionary[name].type.kind == "boolean"

    def _possible(self, changes: Changes) -> bool:
        """Whether no part exceeds its whole (that did not before)."""
        scope = self.scope(changes)
        for fact in self.dictionary.values():
            if fact.part_of and (value := scope.fact(fact.name)) is not None:
                whole = scope.fact(fact.part_of)
                if whole is not None and value > whole:
                    return False
        return True

    def _distance(self, changes: Changes) -> Distance:
        scope = self.scope(changes)
        found = []
        for name, steps in changes.items():
            fact = self.dictionary[name]
            by = None if fact.type.kind == "boolean" else self._sign(fact) * steps
            found.append(Change(name, fact.title, by, scope.fact(name), fact.type))
        return Distance(tuple(found))
