"""Decision tables in columns: the first row that holds, all of them, the best, or their sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from rules.model import Const, Criterion, Rule, Table
from rules.table import numbers
from rules.table.errors import about
from rules.table.frame import Frame, Judged
from rules.table.judged import code, tell, verdicts_of
from rules.table.numbers import Truth, literal
from rules.table.values import Cell, choose, compare, known, order_key, some, truth, untold

OPEN, NONE = -1, -2  # instead of the number of a row: cannot be told; no row


def table(rule: Rule, body: Table, frame: Frame) -> Judged:
    verdicts = verdicts_of(rule, body.rows, frame)
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
            cases.append((here & some(doubtful), code(rule.role("unknown"))))
        cases.append((here, code(row.outcome)))
    return Judged(tell(rule, frame, ibis.cases(*cases, else_=code(rule.role("unknown")))), verdicts, outputs)


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
    cases = [(_doubt(body, verdicts, then), code(rule.role("unknown")))]
    cases += [(verdicts[row.id], code(row.outcome)) for row in body.rows]
    told = tell(rule, frame, ibis.cases(*cases, else_=otherwise.outcome), "all")
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
    told = [(kept["row"] == literal(number), code(row.outcome)) for number, row in enumerate(body.rows)]
    lacking = [~known(found[name]) for name in other.then]
    if lacking:
        told.append(((kept["row"] == literal(NONE)) & some(lacking), code(rule.role("unknown"))))
    told.append((kept["row"] == literal(NONE), code(other.outcome)))
    outcome = ibis.cases(*told, else_=code(rule.role("unknown")))
    return Judged(tell(rule, frame, outcome), verdicts, found)
