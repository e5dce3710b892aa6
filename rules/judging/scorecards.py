"""Scorecards: points are added up to a total, which gives a grade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.judging import evaluate
from rules.judging.bounds import bounds, certain, samples, seen
from rules.judging.decision import NOT_EXACT, Missing
from rules.judging.evaluate import Scope
from rules.judging.left import Left, added, hull, left, possible
from rules.judging.missing import missing, missing_for
from rules.judging.outcomes import Answers, Judgement, Kind, Truth, Verdict, check, holds, strongest, threatened, within
from rules.model import Band, Condition, Const, Rule, Scorecard, ScoreItem, leaves_in
from rules.operations.comparisons import passes
from rules.values.exact import POINTS, Range, Value, exact


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
    low, high = _clamped(points, item.least, item.most)
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


def remaining(rule: Rule, body: Scorecard, judgement: Judgement, scope: Scope) -> Left:
    """The total that the items can add up to, and the outcomes of these totals, of vetoes and of ceilings in doubt."""
    vetoes, ceilings = ([(one, verdict) for one, verdict in judgement.verdicts if one in those]
                        for those in (body.vetoes, body.ceilings))  # fmt: skip
    total = judgement.outputs["total"]
    points = [Range(value, value) if value is not None else _points(item, scope)
              for item, value in ((item, judgement.points[item.id]) for item in body.items)]  # fmt: skip
    range = _clamped(added(points), body.least, body.most) if total is None else Range(total, total)
    worst, stronger = threatened(rule, vetoes)
    earned = {worst} if worst else {capped for grade in _grades(body, range) for capped in _caps(rule, grade, ceilings)}
    return left(rule, earned | stronger, {"total": range} if total is None else {})


def _points(item: ScoreItem, scope: Scope) -> Range:
    """The points that an item can give once what it wants is known, or the worth of what stays missing."""
    if item.formula is not None:
        can = [_clamped(bounds(item.formula, scope, allowed=True), item.least, item.most)]
        lacking = scope.range(item.formula) is None
    else:
        truths = [(band, evaluate.holds(band.condition, scope)) for band in item.bands]
        sure = next((place for place, (_, truth) in enumerate(truths) if truth), None)
        upto = [(band, truth) for band, truth in truths[: None if sure is None else sure + 1] if truth is not False]
        can = [possible(band.points, scope) for band, _ in upto]
        lacking = sure is None or any(_may_lack(band, truth, scope) for band, truth in upto)
    if lacking and item.missing is not None:
        can.append(Range(item.missing, item.missing))
    return hull(can) or Range(None, None)


def _may_lack(band: Band, truth: bool | None, scope: Scope) -> bool:
    """Whether an interval may stay untold, or its points unknown, when all that is known within bounds is exact."""
    tests = [] if truth else [(leaf.left, test) for leaf in leaves_in(band.condition) for test in leaf.tests]
    sides = [side for value, test in tests for side in (value, *test.limits)]
    return any(scope.range(side) is None for side in (band.points, *sides))


def _clamped(range: Range | None, least: Value, most: Value) -> Range:
    """A range of which what exceeds a bound is that bound."""
    ends = zip(range or (None, None), (least, most), strict=True)
    return Range(*(bound if end is None else within(end, least, most) for end, bound in ends))


def _grades(body: Scorecard, total: Range) -> list[str]:
    """The grades that a total can earn."""
    limits = [limit for one in body.grades for leaf in leaves_in(one.condition)
              for test in leaf.tests for limit in test.limits]  # fmt: skip
    fixed = [limit.value for limit in limits if isinstance(limit, Const)]
    if len(fixed) < len(limits) or (not fixed and total == (None, None)):
        return [one.id for one in body.grades]
    tried = samples(total, fixed)
    return [one.id for one in body.grades if any(_earns(one.condition, value) for value in tried)]


def _earns(condition: Condition, total: Value) -> bool:
    tests = [test for leaf in leaves_in(condition) for test in leaf.tests]
    limits = [[limit.value for limit in test.limits if isinstance(limit, Const)] for test in tests]
    return all(passes(test.operator, total, held, POINTS) for test, held in zip(tests, limits, strict=True))


def _caps(rule: Rule, grade: str, ceilings: Sequence[Verdict]) -> set[str]:
    """The grades that a grade can be lowered to."""
    order = rule.type.choices
    lowest = max([order.index(grade), *(order.index(one.outcome) for one, verdict in ceilings if verdict is False)])
    doubtful = [order.index(one.outcome) for one, verdict in ceilings if verdict is None]
    return {order[max(lowest, cap)] for cap in (lowest, *doubtful)}


SCORECARD = Kind(judge, compared=compared, missing=wanted, left=remaining)
