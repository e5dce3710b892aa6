"""Choices on a table: the first that is known, whether something is known, one of two, the truth of a condition."""

from __future__ import annotations

from rules.model import Op
from rules.table.frame import Frame
from rules.table.translations import arguments, translates
from rules.table.values import Cell, choose, known


@translates("first_known")
def _first_known(op: Op, frame: Frame) -> Cell:
    return choose([(known(arg), arg) for arg in arguments(op, frame)], None, op.type, frame.flags)


@translates("known")
def _known(op: Op, frame: Frame) -> Cell:
    return known(frame.evaluate(op.args[0]))


@translates("choose")
def _choose(op: Op, frame: Frame) -> Cell:
    assert op.where is not None  # the grammar demands it
    holds = frame.holds(op.where)
    yes, no = arguments(op, frame)
    return choose([(holds, yes), (~holds, no)], None, op.type, frame.flags)


@translates("holds")
def _holds(op: Op, frame: Frame) -> Cell:
    assert op.where is not None  # the grammar demands it
    return frame.holds(op.where)
