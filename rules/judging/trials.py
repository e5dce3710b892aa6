"""The facts of one case that people can change, how far each may move, and the case as it would be.

In: a decision and its facts. Out: `Lever`s, each moved in whole steps; the changed case as a `Scope`; whether such a
case is possible. A lever takes along the facts of its `moves`, and those of theirs, each once and by the same amount.
Where the lists of a record around hold the record itself, it is changed there too: a mean of peers moves with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from rules.judging.bounds import bounds
from rules.judging.decision import Decision
from rules.judging.evaluate import Scope, leaf_holds
from rules.judging.reach import Reach
from rules.judging.reference import Reference
from rules.model import Condition, Expr, Fact, Leaf, Ref, children, parts_of
from rules.model.needs import needed
from rules.model.uses import behind, refs, wholes_of
from rules.operations.comparisons import join
from rules.values.exact import RANGES, Range, Value, exact
from rules.values.kinds import KINDS
from rules.values.limits import HUGE, PLACES

Changes = Mapping[str, int]  # lever -> steps
MOST_TURNED = 3  # ranges of a case that are taken at both ends
PRICE = 10**PLACES  # of one household, yuan, point, percentage point, or of one answer that turns


@dataclass(frozen=True, slots=True)
class Lever:
    """A fact that people can change. A figure moves by `step` at a time; any other takes one of its `options`, of
    which the first is how it stands. `price` is that of a step, in millionths of a unit."""

    fact: Fact
    low: int
    high: int
    price: int
    step: Fraction = Fraction(0)
    options: tuple[Value, ...] = ()

    def cost(self, steps: int) -> int:
        return self.price * (bool(steps) if self.options else abs(steps))


def _others(fact: Fact, value: Value) -> tuple[Value, ...]:
    """The answers that a fact can turn to: of a ranked choice, those on the side that its lever names."""
    codes = fact.type.values
    if value is not None and fact.type.ranked and fact.lever != "set":
        place = codes.index(value)
        return codes[:place] if fact.lever == "up" else codes[place + 1 :]
    return tuple(one for one in codes if one != value)


def along(facts: Mapping[str, Fact], name: str) -> tuple[str, ...]:
    """A fact and those that move with it, each once."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.append(one)
            waiting += facts[one].moves
    return tuple(found)


class Trials:
    """The levers that bear on some conditions about one case, and the case as it would be when they are moved."""

    def __init__(self, decision: Decision, reference: Reference, start: Scope, goal: Condition) -> None:
        self.decision, self.rule, self.reference, self.start = decision, decision.rule, reference, start
        self.dictionary = decision.edition.subjects[self.rule.subject].facts
        self.reach = Reach(decision.edition, self.rule.subject, decision.facts)
        self.reach.read(goal)
        self.peers = self._peers({}) != self._peers({"": None})  # whether the record is in a list around it
        names = self._joined()
        self.moved = {one: self.dictionary[one] for name in names for one in along(self.dictionary, name)}
        self.levers = {name: lever for name in names if (lever := self._lever(self.dictionary[name])) is not None}
        # what levers without a figure to start from would move
        self.stuck = {one for name in names if name not in self.levers for one in along(self.dictionary, name)}
        pulled = {one for name in self.levers for one in along(self.dictionary, name)}
        self.moved = {name: fact for name, fact in self.moved.items() if name in pulled}  # what is not known stays so
        self.touched = cache(self._touched)
        self.slopes = {one: {name: lever.step for name, lever in self.levers.items()
                             if lever.step and one in along(self.dictionary, name)} for one in self.moved}  # fmt: skip
        self.pairs = [pair for pair in self._pairs()
                      if any(map(self.differs, pair)) and self._held(self.start, pair)]  # fmt: skip

    def own(self, expr: Expr) -> Fact | None:
        """The fact of the record at hand that an expression names."""
        if not isinstance(expr, Ref) or expr.what != "fact" or expr.scope not in ("", self.rule.subject, "own"):
            return None
        return self.dictionary.get(expr.name)

    def differs(self, fact: Fact) -> bool:
        """Whether a fact may differ when a lever is moved."""
        return self.touched(Ref("fact", "", fact.name, fact.type))

    def _joined(self) -> list[str]:
        """The levers that move a fact that is read, then those of their parts and wholes, and so on."""
        read, names = dict(self.reach.facts), dict[str, None]()
        while True:
            more = [name for name, fact in self.dictionary.items()
                    if fact.lever and name not in names and read.keys() & along(self.dictionary, name)]  # fmt: skip
            if not more:
                return list(names)
            order = {name: place for place, name in enumerate(self.reach.facts)}  # first those that are read
            more.sort(key=lambda name: order.get(name, len(order)))
            names |= dict.fromkeys(more)
            moved = {one for name in names for one in along(self.dictionary, name)}
            for part, whole in self._pairs():
                if {part.name, whole.name} & moved:
                    read |= {part.name: part, whole.name: whole}

    def _pairs(self) -> Iterator[tuple[Fact, Fact]]:
        for fact in self.dictionary.values():
            if fact.type.is_number:
                yield from ((fact, whole) for whole in wholes_of(self.dictionary, fact).values())

    def _lever(self, fact: Fact) -> Lever | None:
        value, kind = self.start.fact(fact.name), fact.type.kind
        if fact.type.values:
            options = (value, *_others(fact, value))
            return Lever(fact, 0, len(options) - 1, PRICE, options=options)
        if value is None:
            return None
        step = Fraction(1, 10 ** self._places(kind))
        price = int(step * PRICE * 10 ** KINDS[kind].places) or 1
        return Lever(fact, -HUGE if fact.lever == "set" else 0, HUGE, price, -step if fact.lever == "down" else step)

    def _places(self, kind: str) -> int:
        """The decimal places of a step: those of the finest figure of the kind that bears on the case."""
        facts = [fact for fact in (*self.reach.facts.values(), *self.moved.values()) if fact.type.kind == kind]
        figures = [figure for fact in facts for figure in (*ends(self.start, fact), fact.minimum, fact.maximum)]
        figures += [one.value for one in self.reach.literals if one.type.kind == kind]
        finest = max((size for one in figures if one is not None if (size := places(one)) <= PLACES), default=0)
        return max(finest, KINDS[kind].places, KINDS[kind].coins if finest else 0)

    def _touched(self, part: Condition | Expr) -> bool:
        """Whether the value of a part may differ when a lever is moved."""
        if isinstance(part, Ref):
            if part.scope not in ("", self.rule.subject, "own"):
                return self.peers and self._in_list(part, self.rule.subject)
            if part.what == "fact":
                fact = self.dictionary.get(part.name)
                if fact is None or part.name in self.moved:
                    return fact is not None
                return fact.formula is not None and self.touched(fact.formula)
            if part.what == "on" or (part.name in self.decision.facts and not part.output):
                return False
            within = [one for one in parts_of(self.decision.edition.rules[part.name])
                      if part.what != "total" or one.role != "grades"]  # fmt: skip
            return any(self._in_list(one.what, one.subject) if one.subject != self.rule.subject
                       else self.touched(one.what) for one in within)  # fmt: skip
        return any(self._in_list(child, inside) if inside else self.touched(child) for child, inside in children(part))

    def _in_list(self, part: Condition | Expr, subject: str) -> bool:
        used = list(refs(part, subject, self.rule.subject))
        rules = (self.decision.edition.rules[ref.name] for _, ref in used if ref.what in ("outcome", "output"))
        read = {
            *behind(self.decision.edition, used),
            *(key for rule in rules for key in needed(self.decision.edition, rule)),
        }
        return any((self.rule.subject, name) in read for name in self.moved)

    def levers_of(self, condition: Condition) -> set[str]:
        """The levers that bear on a condition by itself."""
        reach = Reach(self.decision.edition, self.rule.subject, self.decision.facts)
        reach.read(condition)
        return {name for name in self.levers if reach.facts.keys() & along(self.dictionary, name)}

    def scope(self, changes: Changes) -> Scope:
        """The case as it would be: given facts moved in the record, derived ones (a count of villages) in memory."""
        record, derived = dict(self.decision.facts), []
        for name, steps in changes.items():
            lever = self.levers[name]
            if not lever.fact.given:
                derived.append(lever)
            elif lever.options:
                record[name] = lever.options[steps]
            else:
                for one in along(self.dictionary, name):
                    _move(record, one, steps * lever.step)
        if self.peers:
            record |= self._peers({name: record[name] for name in self.moved if name in record})
        scope = self.reference.scope(self.rule, record, self.decision.on)
        kept = {name: value for name, value in self.start.memo.items() if name in self.dictionary}
        scope.memo |= {name: value for name, value in kept.items() if not self.differs(self.dictionary[name])}
        for lever in sorted(derived, key=lambda one: len(self._behind(one.fact))):  # first those behind others
            formula, steps = lever.fact.formula, changes[lever.fact.name]
            moved = formula is not None and self.touched(formula)  # a long list is not looked through for nothing
            value = (scope if moved else self.start).fact(lever.fact.name)
            scope.memo[lever.fact.name] = lever.options[steps] if lever.options else exact(value + steps * lever.step)
        return scope

    def _peers(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The records around, with changes made in the record itself wherever their lists hold it."""
        subjects = self.decision.edition.subjects
        return {name: self._within(name, one, changes) for name, one in self.decision.facts.items() if name in subjects}

    def _within(self, subject: str, record: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """A record with changes made in the lists of it that hold the record at hand, by its id."""
        lists = dict[str, Any]()
        for name, records in record.items():
            if isinstance(records, list):
                of = self.decision.edition.subjects[subject].facts[name].type.of
                own = self.decision.subject_id if of == self.rule.subject else None
                lists[name] = [{**one, **changes} if own and one.get("id") == own else self._within(of, one, changes)
                               for one in records]  # fmt: skip
        return {**record, **lists} if lists else record

    def _behind(self, fact: Fact) -> Mapping[Any, Fact]:
        return behind(self.decision.edition, refs(fact.formula, fact.subject))

    def open(self, condition: Condition) -> bool | None:
        """What a condition says whatever the figures are that levers move or that are known within bounds only; None
        where it is one of these that tells."""
        if not isinstance(condition, Leaf):
            return join(condition, [self.open(part) for part in condition.parts])
        reach = Reach(self.decision.edition, self.rule.subject, self.decision.facts)
        reach.read(condition)
        open_ = self.stuck | self.decision.facts.get(RANGES, {}).keys()
        loose = self.touched(condition) or reach.facts.keys() & open_
        return None if loose else leaf_holds(condition, self.start)

    def corners(self) -> list[Scope]:
        """The case with its ranges at their ends, in every way that the parts and wholes allow; itself where it has
        none. What is wanted of all that the ranges allow is wanted of each."""
        ranges = {name: one for name, one in self.decision.facts.get(RANGES, {}).items()
                  if name in self.reach.facts or name in self.moved}  # fmt: skip
        turned = [[(name, end) for end in dict.fromkeys(one) if end is not None] for name, one in ranges.items()]
        turned = [one if at < MOST_TURNED else one[:1] for at, one in enumerate(turned)]
        scopes = [self.reference.scope(self.rule, {**self.decision.facts, **dict(ends)}, self.decision.on)
                  for ends in product(*turned)]  # fmt: skip
        return (
            [one for one in scopes if all(self._held(one, pair) for pair in self._pairs())] if ranges else [self.start]
        )

    def possible(self, scope: Scope) -> bool:
        """Whether every figure stays within its bounds, and every part within its wholes."""
        for name in (name for name, steps in self.slopes.items() if steps):
            fact = self.moved[name]
            (low, high), (least, most) = ends(scope, fact), self.bounds(fact)
            if (None not in (least, high) and high < least) or (None not in (most, low) and low > most):
                return False
        return all(self._held(scope, pair) for pair in self.pairs)

    def bounds(self, fact: Fact) -> tuple[Value, Value]:
        """The least and the greatest value of a fact; of a derived one those of its kind."""
        kind = KINDS[fact.type.kind]
        return (fact.minimum, fact.maximum) if fact.given else (kind.minimum, kind.maximum)

    def _held(self, scope: Scope, pair: tuple[Fact, Fact]) -> bool:
        (part, _), (_, whole) = (ends(scope, one) for one in pair)
        return part is None or whole is None or bool(part <= whole)


def ends(scope: Scope, fact: Fact) -> Range:
    """The least and the greatest that a figure of a record can be, the same where it is known."""
    return bounds(Ref("fact", "", fact.name, fact.type), scope) or Range(None, None)


def _move(record: dict[str, Any], name: str, by: Fraction) -> None:
    """Move a given figure, or the ends of one that is known within bounds; one that is not known stays so."""
    if record.get(name) is not None:
        record[name] = exact(record[name] + by)
    elif name in (ranges := record.get(RANGES, {})):
        moved = Range(*(None if end is None else exact(end + by) for end in ranges[name]))
        record[RANGES] = {**ranges, name: moved}


def places(value: Value) -> int:
    """The decimal places of a number; more than any figure has where it has no end."""
    return next((size for size in range(PLACES + 1) if (value * 10**size).denominator == 1), PLACES + 1)
