"""Outcomes in columns, from the truth of a rule's conditions: rules.judging.outcomes for all rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from rules.model import Checklist, Const, Criterion, Expr, Rule, Scorecard, ScoreItem, Table
from rules.table import bounds, doubts, numbers
from rules.table.errors import NotTabular, about
from rules.table.frame import Frame, Judged
from rules.table.numbers import Num, Truth, literal
from rules.table.spans import surely
from rules.table.values import Cell, balanced, choose, compare, constant, every, known, order_key, some, truth, untold
from rules.values.exact import POINTS, Value

OPEN, NONE = -1, -2  # instead of the number of a row: cannot be told; no row
Verdicts = Mapping[str, Truth]  # by the id of a criterion
Hits = Mapping[str, Mapping[str, Cell]]  # the outputs of each row where it holds


def judge(rule: Rule, frame: Frame) -> Judged:
    """Decide a rule for every row."""
    body = rule.body
    with about(rule.id, rule.id):
        if isinstance(body, Checklist):
            verdicts = _verdicts(rule, body.criteria, frame)
            cases = _strongest(rule, body.criteria, verdicts)
            return Judged(_settled(rule, frame, ibis.cases(*cases, else_=_code(rule.role("met")))), verdicts)
        if isinstance(body, Table):
            return _table(rule, body, frame)
        if isinstance(body, Scorecard):
            return _scorecard(rule, body, frame)
        raise NotTabular("ranking", "要把全部记录一起排序", "it orders all records of a list at once")


def _verdicts(rule: Rule, criteria: Sequence[Criterion], frame: Frame) -> Verdicts:
    """The truth of each criterion; one that does not apply is met."""
    verdicts = {}
    for criterion in criteria:
        with about(criterion.id, rule.id):
            holds = frame.holds(criterion.condition)
            met = ~holds if criterion.reject else holds
            verdicts[criterion.id] = met if criterion.when is None else met | ~frame.holds(criterion.when)
    return frame.settle(rule.id, verdicts)


def _code(name: str) -> Any:
    """An outcome as a column that is the same in every row."""
    return ibis.literal(name)


def _settled(rule: Rule, frame: Frame, outcome: Any, stage: str = "") -> Any:
    """An outcome, settled as much reads it."""
    return frame.settle(f"{rule.id}$told{stage}", {"outcome": outcome})["outcome"]


def _strongest(rule: Rule, criteria: Sequence[Criterion], verdicts: Verdicts) -> list[tuple[Truth, Any]]:
    """From the strongest outcome of a criterion down: one that is not met gives it, else one that cannot be told
    hides what comes after."""
    levels: dict[str, list[Truth]] = {}
    for criterion in criteria:
        levels.setdefault(criterion.outcome or rule.role("not_met"), []).append(verdicts[criterion.id])
    cases = []
    for name in sorted(levels, key=lambda name: rule.strength[name]):
        together = every(levels[name])
        cases += [(~together, _code(name)), (untold(together), _code(rule.role("unknown")))]
    return cases


# --- tables ----------------------------------------------------------------------------------------------------------


def _table(rule: Rule, body: Table, frame: Frame) -> Judged:
    verdicts = _verdicts(rule, body.rows, frame)
    if body.hit == "first":
        cases = []
        for number, row in enumerate(body.rows):
            cases += [(verdicts[row.id], literal(number)), (untold(verdicts[row.id]), literal(OPEN))]
        return _concluded(rule, body, verdicts, ibis.cases(*cases, else_=literal(NONE)), frame)
    then = _hits(rule, body, verdicts, frame)
    return {"all": _all, "sum": _sum}.get(body.hit, _best)(rule, body, verdicts, then, frame)


def _concluded(rule: Rule, body: Table, verdicts: Verdicts, place: Any, frame: Frame) -> Judged:
    """The outcome and the outputs of the row whose number is given; unknown where one of them is."""
    place = frame.settle(f"{rule.id}$", {"row": place})["row"]
    rows = [*enumerate(body.rows), (NONE, body.otherwise)]
    outputs = frame.settle(f"{rule.id}$out", {
        name: choose([(place == literal(number), _then(rule, row, name, frame))
                      for number, row in rows if name in row.then], None, output.type, frame.flags)
        for name, output in body.outputs.items() if any(name in row.then for _, row in rows)
    })  # fmt: skip
    cases, unknown = [], _code(rule.role("unknown"))
    for number, row in rows:
        here = place == literal(number)
        if doubtful := [~known(outputs[name]) for name, expr in row.then.items() if not isinstance(expr, Const)]:
            cases.append((here & some(doubtful), unknown))
        cases.append((here, _code(row.outcome)))
    return Judged(_settled(rule, frame, ibis.cases(*cases, else_=unknown)), verdicts, outputs)


def _then(rule: Rule, row: Criterion, name: str, frame: Frame) -> Cell:
    with about(row.id or "otherwise", rule.id):
        return bounds.certain(row.then[name], frame)


def _hits(rule: Rule, body: Table, verdicts: Verdicts, frame: Frame) -> Hits:
    return {
        row.id: frame.settle(f"{rule.id}${row.id}", {
            name: choose([(verdicts[row.id], _then(rule, row, name, frame))], None,
                         body.outputs[name].type, frame.flags)
            for name in row.then
        })
        for row in body.rows
    }  # fmt: skip


def _doubt(body: Table, verdicts: Verdicts, then: Hits) -> Truth:
    """Whether a row cannot be told, or an output of one that holds is not known."""
    doubts = [untold(verdicts[row.id]) for row in body.rows]
    doubts += [_is_true(verdicts[id]) & some([~known(cell) for cell in cells.values()])
               for id, cells in then.items() if cells]  # fmt: skip
    return some(doubts)


def _is_true(verdict: Truth) -> Truth:
    return ibis.coalesce(verdict, truth(False))


def _all(rule: Rule, body: Table, verdicts: Verdicts, then: Hits, frame: Frame) -> Judged:
    nothing = ~some([ibis.coalesce(verdicts[row.id], truth(True)) for row in body.rows])
    no_row = ibis.ifelse(nothing, literal(NONE), literal(OPEN))
    otherwise = _concluded(rule, body, verdicts, no_row, frame)
    cases = [(_doubt(body, verdicts, then), _code(rule.role("unknown")))]
    cases += [(verdicts[row.id], _code(row.outcome)) for row in body.rows]
    outcome = _settled(rule, frame, ibis.cases(*cases, else_=otherwise.outcome), "all")
    return Judged(outcome, verdicts, otherwise.outputs, then)


def _best(rule: Rule, body: Table, verdicts: Verdicts, then: Hits, frame: Frame) -> Judged:
    """`highest` and `lowest`: of the rows that hold, the one whose output no other beats; of equals the first."""
    doubt = frame.settle(f"{rule.id}$doubt", {"is": _doubt(body, verdicts, then)})["is"]
    better, as_good = ("below", "at_most") if body.hit == "lowest" else ("above", "at_least")
    keys = [order_key(then[row.id][body.by], body.outputs[body.by].type) for row in body.rows]
    cases = [(doubt, literal(OPEN))]
    for number, row in enumerate(body.rows):
        beaten = [_is_true(compare(as_good if place < number else better, key, keys[number], frame.flags))
                  for place, key in enumerate(keys) if place != number]  # fmt: skip
        cases.append((verdicts[row.id] & ~some(beaten), literal(number)))
    return _concluded(rule, body, verdicts, ibis.cases(*cases, else_=literal(NONE)), frame)


def _sum(rule: Rule, body: Table, verdicts: Verdicts, then: Hits, frame: Frame) -> Judged:
    """The outputs of all rows that hold, added; the outcome is the first's."""
    numbered = [(verdicts[row.id], literal(number)) for number, row in enumerate(body.rows)]
    place = ibis.cases((_doubt(body, verdicts, then), literal(OPEN)), *numbered, else_=literal(NONE))
    place = frame.settle(f"{rule.id}$sum", {"row": place})["row"]
    no_row, other, nothing = place == literal(NONE), body.otherwise, numbers.constant(0)
    outputs = {}
    for name, output in body.outputs.items():
        parts = [numbers.choose([(verdicts[id], cells[name])], nothing, frame.flags)
                 for id, cells in then.items() if name in cells] or [nothing]  # fmt: skip
        cases = [(place >= literal(0), balanced(lambda one, two: numbers.add(one, two, frame.flags), parts))]
        if name in other.then:
            cases.append((no_row, _then(rule, other, name, frame)))
        outputs[name] = choose(cases, None, output.type, frame.flags)
    settled = frame.settle(f"{rule.id}$out", outputs)
    cases = [(place == literal(number), _code(row.outcome)) for number, row in enumerate(body.rows)]
    if other.then:
        cases.append((no_row & some([~known(settled[name]) for name in other.then]), _code(rule.role("unknown"))))
    cases.append((no_row, _code(other.outcome)))
    return Judged(_settled(rule, frame, ibis.cases(*cases, else_=_code(rule.role("unknown")))), verdicts, settled)


# --- scorecards ------------------------------------------------------------------------------------------------------


def _scorecard(rule: Rule, body: Scorecard, frame: Frame) -> Judged:
    """Vetoes, points, the total within its bounds, the grade as its place, and the ceilings on it."""
    verdicts = _verdicts(rule, (*body.vetoes, *body.ceilings), frame)
    points = frame.settle(f"{rule.id}$points", {item.id: _score(rule, item, frame) for item in body.items})
    added = balanced(lambda one, two: numbers.add(one, two, frame.flags), list(points.values()))
    outputs = frame.settle(f"{rule.id}$out", {"total": _within(added, body.least, body.most, frame)})
    frame.totals[rule.id] = outputs
    order = rule.type.choices
    caps = [(verdicts[one.id], literal(order.index(one.outcome))) for one in body.ceilings]
    # a grade without limits holds of any total, but of none that is not known
    there = known(outputs["total"])
    graded = [(there & frame.holds(one.condition), literal(order.index(one.id))) for one in body.grades]
    place = frame.settle(f"{rule.id}$", {"place": ibis.cases(*graded, else_=ibis.null("int64"))})["place"]
    for below, cap in caps:
        place = ibis.ifelse(~below & (place < cap), cap, place)
    place = frame.settle(f"{rule.id}$$", {"place": place})["place"]
    unknown = _code(rule.role("unknown"))
    cases = _strongest(rule, body.vetoes, verdicts)
    cases += [(untold(below) & (place < cap), unknown) for below, cap in caps]
    cases += [(place == literal(number), _code(grade)) for number, grade in enumerate(order)]
    return Judged(_settled(rule, frame, ibis.cases(*cases, else_=unknown)), verdicts, outputs, points=points)


def _score(rule: Rule, item: ScoreItem, frame: Frame) -> Cell:
    with about(item.id, rule.id):
        parts = [item.formula, item.shown, *(part for band in item.bands for part in (band.condition, band.points))]
        missing = doubts.kept(parts, constant(item.missing, POINTS), POINTS, frame)
        cases: list[tuple[Truth, Cell]] = []
        if item.formula is not None:
            points = _bounded(item.formula, item, frame)
            cases.append((known(points), points))
        for band in item.bands:
            within, points = frame.holds(band.condition), bounds.certain(band.points, frame)
            doubtful = points.value is None
            cases += [(within & known(points), points), (within, missing)] if doubtful else [(within, points)]
            cases.append((untold(within), missing))
        return choose(cases, missing, POINTS, frame.flags)


def _bounded(formula: Expr, item: ScoreItem, frame: Frame) -> Num:
    """Points within the bounds of their item; of an interval, where its ends come to the same."""
    points = _within(bounds.certain(formula, frame), item.least, item.most, frame)
    span = bounds.interval(formula, frame)
    if span is None or item.least is item.most is None:
        return points
    ends = ((span.low, item.least), (span.high, item.most))
    low, high = (numbers.choose([(known(end), _within(end, item.least, item.most, frame))],
                                None if bound is None else numbers.constant(bound), frame.flags)
                 for end, bound in ends)  # fmt: skip
    only = span.there & surely("at_least", low, high, frame.flags)
    return numbers.choose([(known(points), points), (only, low)], None, frame.flags)


def _within(num: Num, least: Value, most: Value, frame: Frame) -> Num:
    """The number, or the bound that it exceeds."""
    limits = [(operator, numbers.constant(limit)) for operator, limit in (("below", least), ("above", most))
              if limit is not None]  # fmt: skip
    cases = [(numbers.compare(operator, num, limit, frame.flags), limit) for operator, limit in limits]
    return numbers.choose(cases, num, frame.flags) if cases else num
