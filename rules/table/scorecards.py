"""Scorecards in columns: vetoes, points, the total within its bounds, the grade as its place, and ceilings on it."""

from __future__ import annotations

from functools import reduce

import ibis

from rules.model import Rule, Scorecard, ScoreItem
from rules.table import numbers
from rules.table.errors import about
from rules.table.frame import Frame, Judged
from rules.table.judged import code, strongest, tell, verdicts_of
from rules.table.numbers import Num, Truth, literal
from rules.table.values import Cell, choose, constant, known, untold
from rules.values.exact import POINTS, Value


def scorecard(rule: Rule, body: Scorecard, frame: Frame) -> Judged:
    """Vetoes, points, the total within its bounds, the grade as its place, and the ceilings on it."""
    verdicts = verdicts_of(rule, (*body.vetoes, *body.ceilings), frame)
    points = frame.settle(f"{rule.id}$points", {item.id: _score(rule, item, frame) for item in body.items})
    added = reduce(lambda one, two: numbers.add(one, two, frame.flags), points.values())
    total = _within(added, body.least, body.most, frame)
    outputs = frame.settle(f"{rule.id}$out", {"total": total})
    frame.totals[rule.id] = outputs
    order = rule.type.choices
    # a grade without limits holds of any total, but of none that is not known
    there = known(outputs["total"])
    graded = [(there & frame.holds(condition), literal(order.index(grade))) for condition, grade in body.grades]
    place = ibis.cases(*graded, else_=ibis.null("int64"))
    place = frame.settle(f"{rule.id}$", {"place": place})["place"]
    for ceiling in body.ceilings:
        cap = literal(order.index(ceiling.outcome))
        place = ibis.ifelse(~verdicts[ceiling.id] & (place < cap), cap, place)
    place = frame.settle(f"{rule.id}$$", {"place": place})["place"]
    unknown = code(rule.role("unknown"))
    cases = strongest(rule, body.vetoes, verdicts)
    cases += [
        (untold(verdicts[one.id]) & (place < literal(order.index(one.outcome))), unknown) for one in body.ceilings
    ]
    cases += [(place == literal(number), code(grade)) for number, grade in enumerate(order)]
    return Judged(tell(rule, frame, ibis.cases(*cases, else_=unknown)), verdicts, outputs, points=points)


def _score(rule: Rule, item: ScoreItem, frame: Frame) -> Cell:
    with about(item.id, rule.id):
        missing = constant(item.missing, POINTS)
        if item.formula is not None:
            points = frame.evaluate(item.formula)
            return choose(
                [(known(points), _within(points, item.least, item.most, frame))], missing, POINTS, frame.flags
            )
        cases: list[tuple[Truth, Cell]] = []
        for condition, worth in item.bands:
            within, points = frame.holds(condition), frame.evaluate(worth)
            doubtful = points.value is None
            cases += [(within & known(points), points), (within, missing)] if doubtful else [(within, points)]
            cases.append((untold(within), missing))
        return choose(cases, missing, POINTS, frame.flags)


def _within(num: Num, least: Value, most: Value, frame: Frame) -> Num:
    cases = []
    for operator, limit in (("below", least), ("above", most)):
        if limit is not None:
            bound = numbers.constant(limit)
            cases.append((numbers.compare(operator, num, bound, frame.flags), bound))
    return numbers.choose(cases, num, frame.flags) if cases else num
