"""Tries changes on the facts of one case: only facts that people can move, within their bounds.

In: an edition, a decision, its facts. Out: the case as it would be, and the fewest steps that make things good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from rules.judging.evaluate import Scope, leaf_holds
from rules.judging.outcomes import check
from rules.judging.reference import Reference
from rules.model import Condition, Criterion, Edition, Expr, Fact, Ref, Rule, children, leaves_in
from rules.values.exact import BOOLEAN

FARTHEST = 10**12

Changes = Mapping[str, int]  # lever -> steps


class Trials:
    """The facts of one case, changed in every way that is asked for."""

    def __init__(self, reference: Reference, edition: Edition, rule: Rule, facts: Mapping[str, Any], on: date) -> None:
        self.reference, self.rule, self.facts, self.on = reference, rule, facts, on
        self.dictionary = edition.subjects[rule.subject].facts
        self.start = self.scope({})

    def scope(self, changes: Changes) -> Scope:
        """The case as it would be: given figures moved in the record, derived ones (a count of villages) in memory."""
        record, moved = dict(self.facts), {}
        for name, steps in changes.items():
            fact = self.dictionary[name]
            if fact.type == BOOLEAN:
                record[name] = bool(steps)
            elif fact.given:
                for each in (name, *fact.moves):
                    if record.get(each) is not None:
                        record[each] = record[each] + self.sign(fact) * steps
            else:
                moved[name] = self.start.fact(name) + self.sign(fact) * steps
        scope = Scope(self.reference.edition, self.rule.subject, record, self.on, self.reference)
        scope.memo.update(moved)
        return scope

    def sign(self, fact: Fact) -> int:
        return -1 if fact.lever == "down" else 1

    def met(self, criterion: Criterion, changes: Changes) -> bool | None:
        scope = self.scope(changes)
        return check(
            criterion, {leaf: leaf_holds(leaf, scope) for leaf in leaves_in(criterion.condition, criterion.when)}
        )

    def room(self, name: str, changes: Changes) -> int:
        """The steps a lever can still be pulled before a figure leaves its bounds or a part exceeds its whole."""
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
        if self.is_flag(name):
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

    def is_flag(self, name: str) -> bool:
        return self.dictionary[name].type == BOOLEAN

    def possible(self, changes: Changes) -> bool:
        """Whether no part exceeds its whole (that did not before)."""
        scope = self.scope(changes)
        for fact in self.dictionary.values():
            if fact.part_of and (value := scope.fact(fact.name)) is not None:
                whole = scope.fact(fact.part_of)
                if whole is not None and value > whole:
                    return False
        return True
