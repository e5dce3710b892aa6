"""Expressions on a table: each operation of rules.operations in columns, with the same answer in every row."""

from __future__ import annotations

from rules.model import Const, Expr, Op
from rules.operations import OPERATIONS, require
from rules.table import arithmetic, choices, dates, lists  # noqa: F401  each enters its translations
from rules.table.frame import Frame
from rules.table.translations import TRANSLATIONS
from rules.table.values import Cell, constant, unknown

require("operations that tables do not know", OPERATIONS, TRANSLATIONS)


def evaluate(expr: Expr, frame: Frame) -> Cell:
    """The value of an expression in every row."""
    if isinstance(expr, Const):
        return constant(expr.value, expr.type)
    if isinstance(expr, Op):
        found = frame.worked_out(expr)
        return TRANSLATIONS[expr.name](expr, frame) if found is None else found
    if expr.what == "on":
        return frame.on
    if expr.what == "total":
        return frame.totals[expr.name]["total"]
    target = frame.named(expr.scope)
    if target is None:
        return unknown(expr.type)
    if expr.what == "fact":
        return target.fact(expr.name)
    return target.conclusion(expr.name, expr.output, expr.type)
