"""Outputs of a table of which a row cannot be told: those that have one value whichever of such rows hold, as
rules.judging.decision_tables has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis

from rules.model import Const, Criterion, Rule, Table
from rules.table import bounds, numbers
from rules.table.frame import Frame
from rules.table.numbers import Truth, literal
from rules.table.values import Cell, choose, compare, every, known, order_key, some, truth, untold

Verdicts = Mapping[str, Truth]


def is_true(verdict: Truth) -> Truth:
    return ibis.coalesce(verdict, truth(False))


def _perhaps(verdict: Truth) -> Truth:
    return ibis.coalesce(verdict, truth(True))


def alike(rule: Rule, body: Table, verdicts: Verdicts, frame: Frame) -> Mapping[str, Cell]:
    """The output of each name, null where the rows that may count give several."""
    names = [name for name in body.outputs if _can_agree(body, name)]
    if not names:
        return {}
    can = frame.settle(f"{rule.id}$can", _candidates(rule, body, verdicts, frame))
    rows = {**{row.id: row for row in body.rows}, "": body.otherwise}
    return frame.settle(f"{rule.id}$alike", {name: _only(rule, rows, can, name, frame) for name in names})


def _can_agree(body: Table, name: str) -> bool:
    """Whether two rows can give the same; of `highest` and `lowest` one may count alone. An output that no row gives is
    none."""
    given = [row.then[name] for row in (*body.rows, body.otherwise) if name in row.then]
    fixed = [one.value for one in given if isinstance(one, Const)]
    return bool(given) and (body.hit != "first" or len(fixed) < len(given) or len(set(fixed)) < len(fixed))


def _candidates(rule: Rule, body: Table, verdicts: Verdicts, frame: Frame) -> dict[str, Truth]:
    """Whether each row may count, by its id; the one for all others by no name."""
    told = [verdicts[row.id] for row in body.rows]
    none = ~some([is_true(one) for one in told])
    if body.hit == "first":
        numbered = [(one, literal(number)) for number, one in enumerate(told)]
        sure = frame.settle(f"{rule.id}$sure", {"row": ibis.cases(*numbered, else_=literal(len(told)))})["row"]
        can = [_perhaps(one) & (sure >= literal(number)) for number, one in enumerate(told)]
    else:
        can = _unbeaten(rule, body, told, frame)
    return {**{row.id: one for row, one in zip(body.rows, can, strict=True)}, "": none}


def _unbeaten(rule: Rule, body: Table, told: Sequence[Truth], frame: Frame) -> list[Truth]:
    """The rows that may hold and are not beaten by one that surely does; all where a value to choose by is not
    known."""
    type = body.outputs[body.by].type
    cells = [bounds.certain(row.then[body.by], frame) for row in body.rows]
    lacking = some([_perhaps(one) & ~known(cell) for one, cell in zip(told, cells, strict=True)])
    lacking = frame.settle(f"{rule.id}$lacking", {"is": lacking})["is"]
    keys, better = [order_key(cell, type) for cell in cells], "below" if body.hit == "lowest" else "above"
    can = []
    for number, one in enumerate(told):
        beaten = [is_true(two) & is_true(compare(better, keys[other], keys[number], frame.flags))
                  for other, two in enumerate(told) if other != number]  # fmt: skip
        can.append(_perhaps(one) & (lacking | ~some(beaten)))
    return can


def _only(rule: Rule, rows: Mapping[str, Criterion], can: Mapping[str, Truth], name: str, frame: Frame) -> Cell:
    type = rule.body.outputs[name].type
    cells = {id: bounds.certain(row.then[name], frame) for id, row in rows.items() if name in row.then}
    first = choose([(can[id], cell) for id, cell in cells.items()], None, type, frame.flags)
    first = frame.settle(f"{rule.id}${name}$first", {"value": first})["value"]
    others = [can[id] if id not in cells else can[id] & ~_same(cells[id], first, frame) for id in rows]
    return choose([(~some(others), first)], None, type, frame.flags)


def _same(one: Cell, other: Cell, frame: Frame) -> Truth:
    """Whether two cells are known and equal."""
    return is_true(compare("equals", one, other, frame.flags))


def summed(body: Table, verdicts: Verdicts, name: str, frame: Frame) -> Truth:
    """Whether the sum of an output is that of the rows that surely hold: one does, and none that cannot be told adds
    anything."""
    parts = [some([is_true(verdict) for verdict in verdicts.values()])]
    for row in body.rows:
        if name in row.then:
            worth = bounds.certain(row.then[name], frame)
            parts.append(~untold(verdicts[row.id]) | _same(worth, numbers.constant(0), frame))
            parts.append(~is_true(verdicts[row.id]) | known(worth))
    return every(parts)
