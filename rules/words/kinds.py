"""The words of each kind of decision, by the type of its body: as items and in an explanation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rules.model import Assignment, Checklist, Ranking, Rule, Scorecard, Table
from rules.words import assignments, decision_tables, rankings, scorecards
from rules.words.arithmetic import Arithmetic
from rules.words.explainer import Explainer
from rules.words.sides import Items, Sides


def _no_items(_thing: Any, _body: Any, _sides: Sides) -> Items:
    return iter(())


class Kind(NamedTuple):
    """The words of a kind of decision; each member takes the decision and its body."""

    items: Callable[[Any, Any, Sides], Items] = _no_items  # that a difference names, beside the criteria
    explainer: Callable[[Any, Any, Arithmetic], Explainer] = Explainer


KINDS: Mapping[type, Kind] = {
    Checklist: Kind(),
    Table: Kind(explainer=decision_tables.TableExplainer),
    Scorecard: Kind(scorecards.items, scorecards.ScorecardExplainer),
    Ranking: Kind(rankings.items, rankings.RankingExplainer),
    Assignment: Kind(assignments.items),
}


def body_of(thing: Rule | Assignment) -> Any:
    """The part of a decision that makes its kind; an assignment is its own."""
    return thing.body if isinstance(thing, Rule) else thing


def kind_of(thing: Rule | Assignment) -> Kind:
    """The words of the kind of a decision."""
    return KINDS[type(body_of(thing))]
