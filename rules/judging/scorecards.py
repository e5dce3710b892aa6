"""Scorecards: points are added up to a total, which gives a grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rules.judging.bounds import bounds
from rules.judging.decision import NOT_EXACT, Missing
from rules.judging.evaluate import Scope, evaluate
from rules.judging.missing import missing, missing_for
from rules.judging.outcomes import Answers, Judgement, Kind, Truth, Verdict, check, holds, strongest, within
from rules.model import Condition, Const, Rule, Scorecard, ScoreItem, leaves_in
from rules.values.exact import RANGES, Range, Value, exact


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
    if total is None and not scope.listed:
        ends = {item.id: _range(item, truth, scope) for item in body.items if points[item.id] is None}
        scope.memo[(RANGES, rule.id, "total")] = _total_range(body, points, ends)
        scope.memo[(RANGES, rule.id, "items")] = ends
    if any(verdict is not True for _, verdict in vetoes):
        outcome = strongest(rule, vetoes)
    elif total is None and (scope.listed or not any(leaves_in(*(condition for condition, _ in body.grades)))):
        outcome = unknown
    else:
        final = answers.truth(rule, 1, scope)
        possible = {_capped(rule, grade, ceilings) for condition, grade in body.grades
                    if holds(condition, final) is not False}  # fmt: skip
        outcome = possible.pop() if len(possible) == 1 else unknown
    return Judgement(outcome, verdicts, {"total": total}, points=points)


def score(item: ScoreItem, truth: Truth, scope: Scope) -> Value:
    """The points of one item; None where they cannot be told and the plan does not say what missing is worth."""
    if item.formula is not None:
        points = evaluate(item.formula, scope)
        return _without(item, scope) if points is None else within(points, item.least, item.most)
    for condition, worth in item.bands:
        verdict = holds(condition, truth)
        if verdict:
            points = evaluate(worth, scope)
            return _without(item, scope) if points is None else points
        if verdict is None:
            break
    return _without(item, scope)


def _without(item: ScoreItem, scope: Scope) -> Value:
    """The worth of an item whose facts are missing; one that is known within bounds is not: it cannot be told."""
    if item.missing is None or any(one.why == NOT_EXACT for one in _wanted(item, scope, "")):
        return None
    return item.missing


def _wanted(item: ScoreItem, scope: Scope, path: str) -> Iterator[Missing]:
    for expr in (item.formula, item.shown, *(worth for _, worth in item.bands)):
        if expr is not None:
            yield from missing(expr, scope, path)
    for condition, _ in item.bands:
        yield from missing_for(condition, scope, path)


def _total_range(body: Scorecard, points: Mapping[str, Value], open: Mapping[str, Range]) -> Range:
    """What the total comes to at least and at most, whatever the items that cannot be told are worth."""
    ends = [open.get(one) or Range(value, value) for one, value in points.items()]
    lows, highs = [one.at_least for one in ends], [one.at_most for one in ends]
    return _cut(Range(None if None in lows else exact(sum(lows)), None if None in highs else exact(sum(highs))), body)


def _range(item: ScoreItem, truth: Truth, scope: Scope) -> Range:
    """The fewest and the most points that an item can be worth which cannot be told."""
    if item.formula is not None:
        worth = _cut(bounds(item.formula, scope) or Range(None, None), item)
    else:
        possible = [one for condition, one in item.bands if holds(condition, truth) is not False]
        possible = possible or [one for _, one in item.bands]  # a band of every known value waits for one
        fixed = [one.value for one in possible if isinstance(one, Const)]
        worth = Range(min(fixed), max(fixed)) if len(fixed) == len(possible) else Range(None, None)
    if item.missing is None:
        return worth
    low, high = worth
    return Range(None if low is None else min(low, item.missing), None if high is None else max(high, item.missing))


def _cut(worth: Range, scored: ScoreItem | Scorecard) -> Range:
    """Ends within the bounds of what is scored, which stand for an end that there is not."""
    low, high = (within(end, scored.least, scored.most) if end is not None else None for end in worth)
    return Range(scored.least if low is None else low, scored.most if high is None else high)


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
    for intervals in [body.grades] if stage else [item.bands for item in body.items]:
        yield from (condition for condition, _ in intervals)


def wanted(body: Scorecard, judgement: Judgement, scope: Scope, path: str) -> Iterator[Missing]:
    """Yield what is missing for the items whose points cannot be told."""
    for item in body.items:
        if judgement.points[item.id] is None:
            yield from _wanted(item, scope, path)


SCORECARD = Kind(judge, compared=compared, missing=wanted)
