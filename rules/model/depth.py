"""How deep an edition's formulas rest on one another, so that no case can exhaust the stack that evaluates them."""

from __future__ import annotations

from collections.abc import Iterable

from rules.judging.outcomes import criteria_of
from rules.model import Condition, Edition, Expr, Group, Leaf, Op, Ranking, Ref, Rule, Scorecard, Table

MOST_LEVELS = 100  # each takes up to five calls, of the thousand that Python allows
DECISION_LEVELS = 2  # what one decision's reading of another takes, as levels of a formula


def too_deep(edition: Edition) -> bool:
    """Whether some decision rests on more levels of formulas, facts and other decisions than can be evaluated."""
    heights = _Heights(edition)
    try:
        facts = [heights.fact(name, fact) for name, one in edition.subjects.items() for fact in one.facts]
        measures = [
            heights.height(dimension.measure, one.subject, "")
            for one in edition.assignments.values()
            for dimension in one.balance
        ]
        return max([*facts, *measures, *map(heights.rule, edition.rules)], default=0) > MOST_LEVELS
    except RecursionError:
        return True


class _Heights:
    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.facts: dict[tuple[str, str], int] = {}
        self.rules: dict[str, int] = {}

    def fact(self, subject: str, name: str) -> int:
        if (subject, name) not in self.facts:
            formula = self.edition.subjects[subject].facts[name].formula
            self.facts[subject, name] = 0 if formula is None else 1 + self.height(formula, subject, "")
        return self.facts[subject, name]

    def rule(self, name: str) -> int:
        if name not in self.rules:
            rule = self.edition.rules[name]
            subject, own = rule.subject, ""
            if isinstance(rule.body, Ranking):
                subject, own = rule.body.over.type.of, subject
            read = (self.height(part, subject, own) for part in _read_by(rule))
            self.rules[name] = DECISION_LEVELS + max(read, default=0)
        return self.rules[name]

    def height(self, part: Expr | Condition, subject: str, own: str) -> int:
        if isinstance(part, Group):
            return 1 + self._most(part.parts, subject, own)
        if isinstance(part, Leaf):
            return 1 + self._most([part.left, *(limit for test in part.tests for limit in test.limits)], subject, own)
        if isinstance(part, Op):
            inner = [one for one in (part.each, part.where) if one is not None]
            within = (
                (part.args[0].type.of, subject) if part.args and part.args[0].type.kind == "list" else (subject, own)
            )
            return 1 + max(self._most(part.args, subject, own), self._most(inner, *within))
        if not isinstance(part, Ref) or part.what in ("on", "total"):
            return 0
        if part.what != "fact":
            return self.rule(part.name)
        return 1 + self.fact(own if part.scope == "own" else part.scope or subject, part.name)

    def _most(self, parts: Iterable[Expr | Condition], subject: str, own: str) -> int:
        return max((self.height(part, subject, own) for part in parts), default=0)


def _read_by(rule: Rule) -> list[Expr | Condition]:
    """Every expression and condition of a rule."""
    criteria = criteria_of(rule)
    found: list[Expr | Condition] = [one.condition for one in criteria]
    found += [one.when for one in criteria if one.when is not None]
    body = rule.body
    if isinstance(body, Table):
        found += [expr for row in (*body.rows, body.otherwise) for expr in row.then.values()]
    elif isinstance(body, Scorecard):
        found += [part for item in body.items for band in item.bands for part in band]
        found += [item.formula for item in body.items if item.formula is not None]
    elif isinstance(body, Ranking):
        found += [key.by for key in body.order]
    return found
