"""The depth to which an edition's formulas rest on one another, so that no case can exhaust the evaluator's stack."""

from __future__ import annotations

from rules.model.contents import Node, children, parts_of
from rules.model.decisions import Assignment, Rule
from rules.model.edition import Edition, Fact
from rules.model.expressions import Ref
from rules.values.text import Mark

MOST_LEVELS = 100  # each takes up to five calls, of the thousand that Python allows
DECISION_LEVELS = 2  # the levels that one decision's reading of another takes


def too_deep(edition: Edition) -> Mark | None:
    """Where the first decision or fact stands that rests on more levels of formulas, facts and other decisions than can
    be evaluated; None where there is none."""
    known: dict[int, int] = {}

    def levels(thing: Rule | Assignment | Fact) -> int:
        """The levels of a decision, an assignment or a fact; a fact that is given has none."""
        if id(thing) not in known:
            parts = [part for part in parts_of(thing) if part.role not in ("counted", "last")]
            own = DECISION_LEVELS if isinstance(thing, Rule) else len(parts) if isinstance(thing, Fact) else 0
            known[id(thing)] = own + max((depth(part.what, part.subject, part.own) for part in parts), default=0)
        return known[id(thing)]

    def depth(part: Node, subject: str, own: str) -> int:
        if isinstance(part, Ref):
            if part.what in ("on", "total"):
                return 0
            if part.what != "fact":
                return levels(edition.rules[part.name])
            home = own if part.scope == "own" else part.scope or subject
            return 1 + levels(edition.subjects[home].facts[part.name])
        below = [depth(child, inside or subject, subject if inside else own) for child, inside in children(part)]
        return 1 + max(below, default=-1)

    facts = [fact for subject in edition.subjects.values() for fact in subject.facts.values()]
    things: list[Rule | Assignment | Fact] = [*facts, *edition.assignments.values(), *edition.rules.values()]
    for thing in things:
        try:
            deep = levels(thing) > MOST_LEVELS
        except RecursionError:
            deep = True
        if deep:
            return thing.mark
    return None
