"""Expressions and conditions on a table, with the same answer in every row as rules.judging gives case by case.

A condition is true, false, or null where it cannot be told; SQL's AND and OR are Kleene's."""

from __future__ import annotations

from operator import add
from typing import Any

import ibis

from rules.model import Comparison, Condition, Const, Expr, Group, Leaf, Op
from rules.operations import OPERATIONS, require
from rules.table import arithmetic, bounds, dates, doubts, lists
from rules.table.frame import Frame, Translation
from rules.table.numbers import COMPARE, Truth, equal, literal
from rules.table.values import Cell, balanced, compare, constant, every, order_key, plain, some, truth, unknown
from rules.values.exact import BOOLEAN, Type

FAMILIES = (arithmetic, dates, doubts, lists)
TRANSLATIONS: dict[str, Translation] = {name: one for family in FAMILIES for name, one in family.TRANSLATIONS.items()}
require("operations that tables do not know", OPERATIONS, TRANSLATIONS)


def evaluate(expr: Expr, frame: Frame) -> Cell:
    """The value of an expression in every row."""
    if isinstance(expr, Const):
        return constant(expr.value, expr.type)
    if isinstance(expr, Op):
        return frame.ops[id(expr)] if id(expr) in frame.ops else TRANSLATIONS[expr.name](expr, frame)
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


def holds(condition: Condition, frame: Frame) -> Truth:
    """Whether a condition holds of each record."""
    if isinstance(condition, Leaf):
        left = frame.evaluate(condition.left)
        verdict = every([_test(left, test, condition.left.type, frame) for test in condition.tests])
        settled = bounds.settled(condition, frame)
        return verdict if settled is None else ibis.coalesce(verdict, settled)
    parts = [holds(part, frame) for part in condition.parts]
    match condition.join:
        case "all":
            return every(parts)
        case "any":
            return some(parts)
        case "none":
            return ~some(parts)
        case _:
            return _at_least(condition, parts)


def _at_least(group: Group, parts: list[Truth]) -> Truth:
    """True with enough that are true, false when enough cannot be reached any more."""
    one, nothing = literal(1), literal(0)
    true = balanced(add, [ibis.ifelse(part, one, nothing) for part in parts])
    possible = balanced(add, [ibis.ifelse(~part, nothing, one) for part in parts])
    least = literal(group.least)
    return ibis.cases((true >= least, truth(True)), (possible < least, truth(False)), else_=truth(None))


def _test(left: Cell, test: Comparison, type: Type, frame: Frame) -> Truth:
    if type == BOOLEAN:
        return _flag(left, test, frame)
    if type.choices and all(isinstance(limit, Const) for limit in test.limits):
        codes = _codes(test, type)
        # nothing is above the highest code, but SQL says so of what is not known, too
        return left.isin(codes) if codes else ibis.ifelse(left.isnull(), truth(None), truth(False))
    limits = [frame.evaluate(limit) for limit in test.limits]
    keys = [order_key(limit, type) for limit in limits]
    return some([compare(test.operator, order_key(left, type), key, frame.flags) for key in keys])


def _codes(test: Comparison, type: Type) -> list[str]:
    """The codes that pass a comparison with codes written out."""
    fixed = [limit.value for limit in test.limits if isinstance(limit, Const)]
    if COMPARE[test.operator] is equal:
        return fixed
    place = {code: -number for number, code in enumerate(type.choices)}
    return [code for code in type.choices if COMPARE[test.operator](place[code], place[fixed[0]])]


def _flag(left: Any, test: Comparison, frame: Frame) -> Truth:
    def one(limit: Const | Any) -> Truth:
        if isinstance(limit, Const):
            return left if limit.value else ~left
        return equal(ibis.coalesce(left), ibis.coalesce(plain(frame.evaluate(limit))))  # brackets for `NOT`

    return some([one(limit) for limit in test.limits])
