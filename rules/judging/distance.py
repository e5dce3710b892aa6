"""How far a decision is from turning: the smallest changes, in whole households, villages, yuan or fen.

A lever is a fact that people can change (`change:` in facts.yaml). Pulling one moves every figure that shares it:
one more household filed raises the filing share and lowers the granting share, one yuan of bad loans recovered lowers
the loan balance too. The changes with the smallest sum are found exactly, within the bounds of all figures, and judged;
where that is too dear, no answer is given. Facts without a lever and records around (benchmarks) are held still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

from rules.judging.decision import NOT_EXACT, Decision, vars_of
from rules.judging.evaluate import Scope, holds
from rules.judging.goals import Goals, all_met, concluded, hit, met
from rules.judging.missing import missing
from rules.judging.reference import Reference, Tick, endless
from rules.judging.search import Late, Search, TooDear
from rules.judging.trials import Changes, Trials, places
from rules.model import Body, Condition, Group, Rule, criteria_of, leaves_in
from rules.values.exact import RANGES, Type, Value, exact, plain
from rules.values.text import Text

MOST_ROWS = 60  # of a table, that are measured


@dataclass(frozen=True, slots=True)
class Change:
    """One figure and by how much it must move; any other fact turns `to` another answer. Where the figure also moves
    along with another change, `besides`, `by` is what it must move beyond that."""

    fact: str
    title: Text
    by: Value
    to: Value
    type: Type
    answer: Text | None = None  # the title of the code to be chosen
    besides: bool = False

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
    are missing, so that nothing can be measured), not_computed (levers lie elsewhere, or the search is too dear: `see`
    the ids of the decisions and subjects that have them), out_of_time (the search was stopped)."""

    changes: tuple[Change, ...]
    why: str = ""
    see: Mapping[str, Text] | None = None

    @property
    def reachable(self) -> bool:
        return not self.why

    def as_dict(self) -> dict[str, Any]:
        if self.why == "not_computed":
            see = [{"id": id, "title": vars_of(title)} for id, title in (self.see or {}).items()]
            return {"reachable": None, "why": self.why, "see": see}
        if self.why in ("out_of_time", "unknown"):
            return {"reachable": None, "why": self.why, "see": []}
        if self.why:
            return {"reachable": False, "why": self.why}
        return {"reachable": True, "changes": [change.as_dict() for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Points:
    """The points that the total of a scorecard is short of a better grade."""

    grade: str
    title: Text
    by: Value
    to: Value

    def as_dict(self) -> dict[str, Any]:
        return {"grade": self.grade, "title": vars_of(self.title), "by": plain(self.by), "to": plain(self.to)}


@dataclass(frozen=True, slots=True)
class Distances:
    """From each criterion that is not met to being met, from each row of a table that is not given to being given, and
    from the outcome as a whole to the one wanted: the `met` one, or the next better grade."""

    criteria: Mapping[str, Distance]
    outcome: Distance | None
    points: Points | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "criteria": {name: distance.as_dict() for name, distance in self.criteria.items()},
            "outcome": None if self.outcome is None else self.outcome.as_dict(),
            **({} if self.points is None else {"points": self.points.as_dict()}),
        }


def distances(decision: Decision, start: Scope | None = None, tick: Tick = endless) -> Distances:
    """What it would take for each item that is not met or not given, and for the outcome.

    `start` is the case as the reference sees it, where it has been judged already. A `tick` that raises Late ends the
    search: what is not found by then is `out_of_time`. A ranking has no criteria of the record at hand, and none here.
    """
    return _Measured(decision, start, tick).distances()


def better(rule: Rule, outcome: str) -> tuple[str, ...]:
    """The outcomes that are wanted instead: those listed before it where they have an order, else the `met` one."""
    if rule.outcomes[outcome].role == "unknown":
        return ()
    order = rule.type.choices
    if rule.body.ranked or rule.ranked:
        return order[: order.index(outcome)]
    return tuple(one for one in order if one == rule.role("met") != outcome)


class _Measured:
    """Measures the distances of one decision."""

    def __init__(self, decision: Decision, start: Scope | None, tick: Tick) -> None:
        self.decision, self.rule = decision, decision.rule
        self.reference = Reference(decision.edition, tick)
        self.start = start or Reference(decision.edition).scope(self.rule, decision.facts, decision.on)
        self.reference.judgement(self.rule, self.start)  # leaves the total of a scorecard in the scope

    def distances(self) -> Distances:
        items = dict(self._items())
        dear = bool(self.rule.body.rows) and len(items) > MOST_ROWS  # each looks at all rows above it
        each = {name: Distance((), "not_computed") if dear else self._to(goal) for name, goal in items.items()}
        points = self._points(self.rule.body) if self.rule.body.grades else None
        return Distances(each, self._outcome(each), points)

    def _items(self) -> Iterator[tuple[str, Condition]]:
        body, verdicts = self.rule.body, {one.id: one.verdict for one in self.decision.findings}
        if body.rows:
            for row in body.rows:
                if verdicts.get(row.id) and body.hit == "first":
                    return
                if not verdicts.get(row.id):
                    yield row.id, hit(body, row) if body.hit == "first" else row.condition
        elif body.over is None:
            yield from ((one.id, met(one)) for one in criteria_of(self.rule) if verdicts.get(one.id) is not True)

    def _to(self, goal: Condition) -> Distance:
        """The smallest change that makes a condition hold."""
        if holds(goal, self.start) is None and not self._is_ranged(goal):
            return Distance((), "unknown")
        return self._smallest(goal, lambda scope: holds(goal, scope) is True)

    def _is_ranged(self, goal: Condition) -> bool:
        """Whether all that is wanting of a condition is known within bounds."""
        leaves = [leaf for leaf in leaves_in(goal) if holds(leaf, self.start) is None]
        sides = [[leaf.left, *(limit for test in leaf.tests for limit in test.limits)] for leaf in leaves]
        return {one.why for side in chain(*sides) for one in missing(side, self.start)} == {NOT_EXACT}

    def _outcome(self, each: Mapping[str, Distance]) -> Distance | None:
        rule, wanted = self.rule, better(self.rule, self.decision.outcome)
        if rule.body.criteria:
            whys = [one.why for one in each.values()]
            for why in ("unknown", "no_lever", "out_of_reach"):  # one that cannot be met settles it
                if why in whys:
                    return Distance((), why)
            goal: Condition = all_met(rule.body.criteria)
            return self._to(goal) if each else None
        if not wanted:
            return None
        goal = Group("any", tuple(concluded(rule, one) for one in wanted))
        return self._smallest(goal, lambda scope: self.reference.judgement(rule, scope).outcome in wanted)

    def _smallest(self, goal: Condition, good: Callable[[Scope], bool]) -> Distance:
        try:
            return self._searched(goal, good)
        except Late:
            return Distance((), "out_of_time")

    def _searched(self, goal: Condition, good: Callable[[Scope], bool]) -> Distance:
        trials = Trials(self.decision, self.reference, self.start, goal)
        if not trials.levers:
            return self._without(trials, goal, "no_lever")

        def tried(changes: Changes) -> bool:
            scope = trials.scope(changes)
            return trials.possible(scope) and good(scope)

        goals = Goals(trials)
        try:
            changes = Search(goals, goals.limits(), tried).cheapest(goal)
        except TooDear:
            followed = {id: one for id, one in trials.reach.followed.items() if id != self.rule.id}
            return Distance((), "not_computed", self._titles({**followed, **trials.reach.beyond}))
        return self._without(trials, goal, "out_of_reach") if changes is None else _distance(trials, changes)

    def _without(self, trials: Trials, goal: Condition, why: str) -> Distance:
        beyond, ranges = trials.reach.beyond, self.decision.facts.get(RANGES, {})
        if (trials.reach.facts.keys() | trials.stuck) & ranges.keys() and trials.open(goal) is None:
            why = "unknown"  # no figure to start from
        return Distance((), "not_computed", self._titles(beyond)) if beyond else Distance((), why)

    def _titles(self, ids: Mapping[str, Any]) -> Mapping[str, Text]:
        edition = self.decision.edition
        return {id: (edition.rules[id] if id in edition.rules else edition.subjects[id]).title for id in ids}

    def _points(self, body: Body) -> Points | None:
        """The fewest points that bring a better grade, where no veto or ceiling forbids it."""
        judged = self.reference.judgement(self.rule, self.start)
        total, failed = judged.outputs.get("total"), set(judged.codes)
        capped = [one.outcome for one in body.ceilings if one.id in failed]
        if total is None or any(one.id in failed for one in body.vetoes):
            return None
        wanted = [one for one in better(self.rule, judged.outcome)
                  if all(self.rule.strength[one] <= self.rule.strength[cap] for cap in capped)]  # fmt: skip
        leaves = leaves_in(*(one.condition for one in body.grades))
        limits = {self.start.evaluate(limit) for leaf in leaves for one in leaf.tests for limit in one.limits} - {None}
        step = Fraction(1, 10 ** max(map(places, (total, *limits))))
        for to in sorted({to for limit in limits for to in (limit, limit + step)}):
            scope = Reference(self.decision.edition).scope(self.rule, self.decision.facts, self.decision.on)
            scope.memo[self.rule.id,] = to
            grade = next((one.id for one in body.grades if holds(one.condition, scope)), "")
            if to > total and grade in wanted and (body.most is None or to <= body.most):
                return Points(grade, self.rule.outcomes[grade].title, exact(to - total), to)
        return None


def _distance(trials: Trials, changes: Changes) -> Distance:
    scope, found = trials.scope(changes), []
    for name, steps in changes.items():
        lever, to = trials.levers[name], scope.fact(name)
        by = None if lever.options else exact(steps * lever.step)
        besides = by is not None and to != trials.start.fact(name) + by
        answer = lever.fact.choices.get(to) if lever.options else None
        found.append(Change(name, lever.fact.title, by, to, lever.fact.type, answer, besides))
    return Distance(tuple(found))
