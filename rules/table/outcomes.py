"""What follows from the truth of a rule's conditions, in columns: rules.judge for all rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis

from rules.model import Checklist, Const, Criterion, Rule, Scorecard, ScoreItem, Table
from rules.table import numbers
from rules.table.errors import NotTabular, about
from rules.table.numbers import Num, Truth, literal
from rules.table.values import Cell, choose, compare, constant, every, known, order_key, some, truth, untold
from rules.values import POINTS, Value

if TYPE_CHECKING:
    from rules.table.frame import Frame


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of each row, and what it rests on."""

    told: Mapping[str, Any]
    verdicts: Mapping[str, Truth]
    outputs: Mapping[str, Cell] = field(default_factory=dict)
    measures: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    points: Mapping[str, Num] = field(default_factory=dict)

    @property
    def outcome(self) -> Any:
        return self.told["outcome"]


def judge(rule: Rule, frame: Frame) -> Judged:
    """Decide a rule for every row."""
    body = rule.body
    with about(rule.id, rule.id):
        if isinstance(body, Checklist):
            verdicts = _verdicts(rule, body.criteria, frame)
            return Judged(_told(rule, frame, _checklist(rule, body.criteria, verdicts)), verdicts)
        if isinstance(body, Table):
            return _table(rule, body, frame)
        if isinstance(body, Scorecard):
            return _scorecard(rule, body, frame)
        raise NotTabular("ranking", "要把全部记录一起排序", "it orders all records of a list at once")


def _verdicts(rule: Rule, criteria: Sequence[Criterion], frame: Frame) -> Mapping[str, Truth]:
    found = {}
    for criterion in criteria:
        with about(criterion.id, rule.id):
            found[criterion.id] = check(criterion, frame)
    return frame.settle(rule.id, found)


def check(criterion: Criterion, frame: Frame) -> Truth:
    """Whether a criterion is met; one that does not apply is."""
    verdict = frame.holds(criterion.condition)
    if criterion.reject:
        verdict = ~verdict
    return verdict if criterion.when is None else verdict | ~frame.holds(criterion.when)


def _outcome(name: str) -> Any:
    return ibis.literal(name)


def _told(rule: Rule, frame: Frame, outcome: Any, stage: str = "") -> Mapping[str, Any]:
    return frame.settle(f"{rule.id}$told{stage}", {"outcome": outcome})


# --- checklists ------------------------------------------------------------------------------------------------------


def _checklist(rule: Rule, criteria: Sequence[Criterion], verdicts: Mapping[str, Truth]) -> Any:
    return ibis.cases(*_strongest(rule, criteria, verdicts), else_=_outcome(rule.role("met")))


def _strongest(rule: Rule, criteria: Sequence[Criterion], verdicts: Mapping[str, Truth]) -> list[tuple[Truth, Any]]:
    """From the strongest outcome of a criterion down: one that is not met gives it, else one that cannot be told
    hides what comes after."""
    levels: dict[str, list[Truth]] = {}
    for criterion in criteria:
        levels.setdefault(criterion.outcome or rule.role("not_met"), []).append(verdicts[criterion.id])
    cases = []
    for name in sorted(levels, key=lambda name: rule.strength[name]):
        together = every(levels[name])
        cases += [(~together, _outcome(name)), (untold(together), _outcome(rule.role("unknown")))]
    return cases


# --- scorecards ------------------------------------------------------------------------------------------------------


def _scorecard(rule: Rule, body: Scorecard, frame: Frame) -> Judged:
    """Vetoes, points, the total within its bounds, the grade as its place, and the ceilings on it."""
    verdicts = _verdicts(rule, (*body.vetoes, *body.ceilings), frame)
    points = frame.settle(f"{rule.id}$points", {item.id: _score(rule, item, frame) for item in body.items})
    added = reduce(lambda one, two: numbers.add(one, two, frame.flags), points.values())
    total = _within(added, body.least, body.most, frame)
    outputs = frame.settle(f"{rule.id}$out", {"total": total})
    frame.totals[rule.id] = outputs
    order = rule.type.choices
    graded = [(frame.holds(condition), literal(order.index(grade))) for condition, grade in body.grades]
    place = ibis.cases(*graded, else_=ibis.null("int64"))
    place = frame.settle(f"{rule.id}$", {"place": place})["place"]
    for ceiling in body.ceilings:
        cap = literal(order.index(ceiling.outcome))
        place = ibis.ifelse(~verdicts[ceiling.id] & (place < cap), cap, place)
    place = frame.settle(f"{rule.id}$$", {"place": place})["place"]
    unknown = _outcome(rule.role("unknown"))
    cases = _strongest(rule, body.vetoes, verdicts)
    cases += [
        (untold(verdicts[one.id]) & (place < literal(order.index(one.outcome))), unknown) for one in body.ceilings
    ]
    cases += [(place == literal(number), _outcome(grade)) for number, grade in enumerate(order)]
    return Judged(_told(rule, frame, ibis.cases(*cases, else_=unknown)), verdicts, outputs, points=points)


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


# --- tables ----------------------------------------------------------------------------------------------------------

OPEN, NONE = -1, -2  # instead of the number of a row: cannot be told; no row


def _table(rule: Rule, body: Table, frame: Frame) -> Judged:
    verdicts = _verdicts(rule, body.rows, frame)
    if body.hit == "first":
        return _concluded(rule, body, verdicts, _first(body, verdicts), frame)
    if body.hit == "all":
        return _all(rule, body, verdicts, frame)
    return (_sum if body.hit == "sum" else _best)(rule, body, verdicts, frame)


def _first(body: Table, verdicts: Mapping[str, Truth]) -> Any:
    cases = []
    for number, row in enumerate(body.rows):
        verdict = verdicts[row.id]
        cases += [(verdict, literal(number)), (untold(verdict), literal(OPEN))]
    return ibis.cases(*cases, else_=literal(NONE))


def _concluded(rule: Rule, body: Table, verdicts: Mapping[str, Truth], place: Any, frame: Frame) -> Judged:
    """The outcome and the outputs of the row whose number is given; unknown where one of them is."""
    kept = frame.settle(f"{rule.id}$", {"row": place})
    rows = [*enumerate(body.rows), (NONE, body.otherwise)]
    outputs = frame.settle(f"{rule.id}$out", {
        name: choose([(kept["row"] == literal(number), _then(rule, row, name, frame))
                      for number, row in rows if name in row.then], None, output.type, frame.flags)
        for name, output in body.outputs.items() if any(name in row.then for _, row in rows)
    })  # fmt: skip
    cases = []
    for number, row in rows:
        here = kept["row"] == literal(number)
        if doubtful := [~known(outputs[name]) for name, expr in row.then.items() if not isinstance(expr, Const)]:
            cases.append((here & some(doubtful), _outcome(rule.role("unknown"))))
        cases.append((here, _outcome(row.outcome)))
    return Judged(_told(rule, frame, ibis.cases(*cases, else_=_outcome(rule.role("unknown")))), verdicts, outputs)


def _then(rule: Rule, row: Criterion, name: str, frame: Frame) -> Cell:
    with about(row.id or "otherwise", rule.id):
        return frame.evaluate(row.then[name])


def _hits(rule: Rule, body: Table, verdicts: Mapping[str, Truth], frame: Frame) -> Mapping[str, Mapping[str, Cell]]:
    """The outputs of every row where it holds."""
    return {
        row.id: frame.settle(f"{rule.id}${row.id}", {
            name: choose([(verdicts[row.id], _then(rule, row, name, frame))], None,
                         body.outputs[name].type, frame.flags)
            for name in row.then
        })
        for row in body.rows
    }  # fmt: skip


def _doubt(body: Table, verdicts: Mapping[str, Truth], then: Mapping[str, Mapping[str, Cell]]) -> Truth:
    """Whether a row cannot be told, or an output of one that holds is not known."""
    doubts = [untold(verdicts[row.id]) for row in body.rows]
    doubts += [
        ibis.coalesce(verdicts[row.id], truth(False)) & some([~known(cell) for cell in then[row.id].values()])
        for row in body.rows
        if then[row.id]
    ]
    return some(doubts)


def _all(rule: Rule, body: Table, verdicts: Mapping[str, Truth], frame: Frame) -> Judged:
    then = _hits(rule, body, verdicts, frame)
    nothing = ~some([ibis.coalesce(verdicts[row.id], truth(True)) for row in body.rows])
    no_row = ibis.ifelse(nothing, literal(NONE), literal(OPEN))
    otherwise = _concluded(rule, body, verdicts, no_row, frame)
    cases = [(_doubt(body, verdicts, then), _outcome(rule.role("unknown")))]
    cases += [(verdicts[row.id], _outcome(row.outcome)) for row in body.rows]
    told = _told(rule, frame, ibis.cases(*cases, else_=otherwise.outcome), "all")
    return Judged(told, verdicts, otherwise.outputs, then)


def _best(rule: Rule, body: Table, verdicts: Mapping[str, Truth], frame: Frame) -> Judged:
    """`highest` and `lowest`: of the rows that hold, the one whose output no other beats; of equals the first."""
    then = _hits(rule, body, verdicts, frame)
    doubt = frame.settle(f"{rule.id}$doubt", {"is": _doubt(body, verdicts, then)})
    type = body.outputs[body.by].type
    better = "below" if body.hit == "lowest" else "above"
    as_good = "at_most" if body.hit == "lowest" else "at_least"
    keys = {row.id: order_key(then[row.id][body.by], type) for row in body.rows}
    cases = [(doubt["is"], literal(OPEN))]
    for number, row in enumerate(body.rows):
        beaten = [
            ibis.coalesce(compare(as_good if place < number else better, keys[other.id], keys[row.id], frame.flags),
                          truth(False))
            for place, other in enumerate(body.rows) if place != number
        ]  # fmt: skip
        cases.append((verdicts[row.id] & ~some(beaten), literal(number)))
    return _concluded(rule, body, verdicts, ibis.cases(*cases, else_=literal(NONE)), frame)


def _sum(rule: Rule, body: Table, verdicts: Mapping[str, Truth], frame: Frame) -> Judged:
    """The outputs of all rows that hold, added; the outcome is the first's."""
    then = _hits(rule, body, verdicts, frame)
    kept = frame.settle(f"{rule.id}$sum", {"row": ibis.cases(
        (_doubt(body, verdicts, then), literal(OPEN)),
        *((verdicts[row.id], literal(number)) for number, row in enumerate(body.rows)), else_=literal(NONE),
    )})  # fmt: skip
    hit, no_row = kept["row"] >= literal(0), kept["row"] == literal(NONE)
    outputs, other = {}, body.otherwise
    for name, output in body.outputs.items():
        added = numbers.constant(0)
        for row in body.rows:
            if name in then[row.id]:
                part = numbers.choose([(verdicts[row.id], then[row.id][name])], numbers.constant(0), frame.flags)
                added = numbers.add(added, part, frame.flags)
        cases = [(hit, added)]
        if name in other.then:
            cases.append((no_row, _then(rule, other, name, frame)))
        outputs[name] = choose(cases, None, output.type, frame.flags)
    found = frame.settle(f"{rule.id}$out", outputs)
    told = [(kept["row"] == literal(number), _outcome(row.outcome)) for number, row in enumerate(body.rows)]
    lacking = [~known(found[name]) for name in other.then]
    if lacking:
        told.append(((kept["row"] == literal(NONE)) & some(lacking), _outcome(rule.role("unknown"))))
    told.append((kept["row"] == literal(NONE), _outcome(other.outcome)))
    outcome = ibis.cases(*told, else_=_outcome(rule.role("unknown")))
    return Judged(_told(rule, frame, outcome), verdicts, found)
