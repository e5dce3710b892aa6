"""The terms in which decisions of every kind are judged: truth of comparisons, verdicts on criteria, a judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, NamedTuple, Protocol, TypeVar

from rules.judging.decision import Missing, Placed
from rules.judging.evaluate import Scope
from rules.judging.left import NOTHING as ANYTHING
from rules.judging.left import Left
from rules.model import Body, Condition, Criterion, Expr, Leaf, Rule
from rules.operations.comparisons import join
from rules.values.exact import Value

Truth = Mapping[Leaf, bool | None]
Verdict = tuple[Criterion, bool | None]


class Answers(Protocol):
    """Establishes truth for a record. `verdicts` are those that may differ from the default (`Body.silent_verdict`),
    in the plan's order: criteria that may not be met, rows of a table that may apply."""

    def truth(self, rule: Rule, stage: int, scope: Scope) -> Truth: ...

    def verdicts(self, rule: Rule, scope: Scope) -> Sequence[Verdict]: ...


NOTHING: Mapping[str, Value] = MappingProxyType({})


class Judgement(NamedTuple):
    """The outcome, with the verdicts, outputs and points behind it."""

    outcome: str
    verdicts: Sequence[Verdict] = ()
    outputs: Mapping[str, Value] = NOTHING
    measures: tuple[tuple[str, Mapping[str, Value]], ...] = ()
    points: Mapping[str, Value] = NOTHING
    ranking: tuple[Placed, ...] = ()
    unknown: tuple[Expr, ...] = ()  # outputs that could not be computed

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(criterion.id for criterion, verdict in self.verdicts if verdict is not True)


def holds(condition: Condition, truth: Truth) -> bool | None:
    if isinstance(condition, Leaf):
        return truth[condition]
    return join(condition, [holds(part, truth) for part in condition.parts])


def check(criterion: Criterion, truth: Truth) -> bool | None:
    """Whether a criterion is met; one that does not apply is."""
    verdict = holds(criterion.condition, truth)
    if criterion.reject and verdict is not None:
        verdict = not verdict
    if criterion.when is None or verdict is True:
        return verdict
    applies = holds(criterion.when, truth)
    return verdict if applies else (True if applies is False else None)


def strongest(rule: Rule, verdicts: Iterable[Verdict]) -> str:
    """The strongest outcome of the criteria that are not met; unknown where an unknown one could bring a stronger."""
    worst, stronger = threatened(rule, verdicts)
    return rule.role("unknown") if stronger else worst


def threatened(rule: Rule, verdicts: Iterable[Verdict]) -> tuple[str, set[str]]:
    """The strongest outcome of the criteria that are surely not met ("" where there are none), and the stronger ones
    that those could bring that cannot be told."""
    strength, not_met = rule.strength, rule.role("not_met")
    named = [(criterion.outcome or not_met, verdict) for criterion, verdict in verdicts]
    worst = min((name for name, verdict in named if verdict is False), key=lambda name: strength[name], default="")
    limit = strength[worst] if worst else len(strength)
    return worst, {name for name, verdict in named if verdict is None and strength[name] < limit}


def within(value: Value, least: Value, most: Value) -> Value:
    """The value, or the bound that it exceeds."""
    if least is not None and value < least:
        return least
    return most if most is not None and value > most else value


B = TypeVar("B", bound=Body)


class Kind(NamedTuple, Generic[B]):
    """How decisions of one kind are judged. The engine and the reference evaluator establish the truth of comparisons
    each in its own way, and share this step."""

    judge: Callable[[Rule, B, Scope, Answers], Judgement]
    conclude: Callable[[Rule, Sequence[Verdict]], Judgement] | None = None  # where the verdicts alone settle it
    compared: Callable[[B, int], Iterable[Condition]] = lambda body, stage: ()  # in a stage, beside the criteria
    missing: Callable[[B, Judgement, Scope, str], Iterable[Missing]] = lambda body, judgement, scope, path: ()
    left: Callable[[Rule, B, Judgement, Scope], Left] = lambda rule, body, judgement, scope: ANYTHING
