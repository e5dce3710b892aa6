"""Scorecards: points are added up to a total, which gives a grade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.judging.bounds import certain, seen
from rules.judging.decision import NOT_EXACT, Missing
from rules.judging.evaluate import Scope
from rules.judging.missing import missing, missing_for
from rules.judging.outcomes import Answers, Judgement, Kind, Truth, Verdict, check, holds, strongest, within
from rules.model import Condition, Rule, Scorecard, ScoreItem
from rules.values.exact import Range, Value, exact


def judge(rule: Rule, body: Scorecard, scope: Scope, answers: Answers) -> Judgement:
    """Vetoes decide first; then the points, the total within its bounds, the grade, and the ceilings on it."""
    truth = answers.truth(rule, 0, scope)
    vetoes = [(veto, check(veto, truth)) for veto in body.vetoes]
    ceilings = [(ceiling, check(ceiling, truth)) for ceiling in body.ceilings]
    points = {item.id: score(item, truth, scope) for item in body.items}
    known = [value for value in points.values() if value is not None]
    total = within(exact(sum(known)), body.least, body.most) if len(known) == len(points) else None
    verdicts = [*vetoes, *ceilings]
    unknown = rule.role("unknown")
    scope.memo[(rule.id,)] = total
    if any(verdict is not True for _, verdict in vetoes):
        outcome = strongest(rule, vetoes)
    elif total is None:
        outcome = unknown
    else:
        final = answers.truth(rule, 1, scope)
        grade = next(one.id for one in body.grades if holds(one.condition, final))
        outcome = _capped(rule, grade, ceilings)
    return Judgement(outcome, verdicts, {"total": total}, points=points)


def score(item: ScoreItem, truth: Truth, scope: Scope) -> Value:
    """The points of one item; None where they cannot be told and the plan does not say what missing is worth."""
    if item.formula is not None:
        points = _bounded(seen(item.formula, scope), item)
        return _without(item, scope) if points is None else points
    for band in item.bands:
        verdict = holds(band.condition, truth)
        if verdict:
            points = certain(band.points, scope)
            return _without(item, scope) if points is None else points
        if verdict is None:
            break
    return _without(item, scope)


def _bounded(points: Value, item: ScoreItem) -> Value:
    """Points within the bounds of their item; of a range, where its ends come to the same."""
    if not isinstance(points, Range):
        return None if points is None else within(points, item.least, item.most)
    low = item.least if points.at_least is None else within(points.at_least, item.least, item.most)
    high = item.most if points.at_most is None else within(points.at_most, item.least, item.most)
    return low if low == high else None


def _without(item: ScoreItem, scope: Scope) -> Value:
    """The worth of an item whose facts are missing; one that is known within bounds is not: it cannot be told."""
    if item.missing is None or any(one.why == NOT_EXACT for one in _wanted(item, scope, "")):
        return None
    return item.missing


def _wanted(item: ScoreItem, scope: Scope, path: str) -> Iterator[Missing]:
    for expr in (item.formula, item.shown, *(band.points for band in item.bands)):
        if expr is not None:
            yield from missing(expr, scope, path)
    for band in item.bands:
        yield from missing_for(band.condition, scope, path)


def _capped(rule: Rule, grade: str, ceilings: Sequence[Verdict]) -> str:
    """A ceiling that is not kept to lowers a better grade to its own; one that cannot be told matters if it could."""
    order = rule.type.choices
    place = order.index(grade)
    for ceiling, verdict in ceilings:
        if verdict is False:
            place = max(place, order.index(ceiling.outcome))
    doubtful = [order.index(ceiling.outcome) for ceiling, verdict in ceilings if verdict is None]
    return rule.role("unknown") if any(cap > place for cap in doubtful) else order[place]


def compared(body: Scorecard, stage: int) -> Iterator[Condition]:
    """The intervals of the items; in the second stage those of the grades, which compare the total."""
    intervals = body.grades if stage else tuple(band for item in body.items for band in item.bands)
    return (one.condition for one in intervals)


def wanted(body: Scorecard, judgement: Judgement, scope: Scope, path: str) -> Iterator[Missing]:
    """Yield what is missing for the items whose points cannot be told."""
    for item in body.items:
        if judgement.points[item.id] is None:
            yield from _wanted(item, scope, path)


SCORECARD = Kind(judge, compared=compared, missing=wanted)
