"""Every way to get one number, operator or part of a condition slightly wrong, each with the words for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from rules.model import Comparison, Condition, Const, Expr, Group, Leaf, Op, Ref
from rules.values.exact import Type, Value
from rules.values.figures import show

NEIGHBOUR = {"at_least": "above", "above": "at_least", "at_most": "below", "below": "at_most"}
OPPOSITE = {"all": "any", "any": "all", "none": "all"}
TWIN = {"greatest": "least", "least": "greatest"}
ONE_SIDED = ("ratio", "difference", "first_known", "completed_years")  # the order of the arguments matters
OTHER_OPTION = {"down": "up", "up": "down", "half_up": "down", "highest": "lowest", "lowest": "highest",
                "plus": "minus", "minus": "plus"}  # fmt: skip
STEPS = {"amount": 1, "points": 1, "count": 1}

Change = tuple[str, Any]  # what was changed, and the node in its place
Bands = tuple[Any, ...]  # of Band or of Grade


# --- values and expressions ---------------------------------------------------------------------------------


def values(value: Value, type: Type) -> Iterator[Value]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, date):
        yield from (value - timedelta(days=1), value + timedelta(days=1))
    elif isinstance(value, str):
        yield from (one for one in type.choices if one != value)
    else:
        step = STEPS.get(type.kind) or Fraction(1, 100 if value >= Fraction(1, 10) else 10_000)
        yield from (value - step, value + step)


def expressions(expr: Expr) -> Iterator[Change]:
    if isinstance(expr, Const):
        for value in values(expr.value, expr.type):
            yield f"{show(expr.value, expr.type)} -> {show(value, expr.type)}", replace(expr, value=value)
    elif isinstance(expr, Op):
        yield from _op(expr)


def _op(op: Op) -> Iterator[Change]:
    if op.name in ONE_SIDED:
        yield f"{op.name} turned round", replace(op, args=op.args[::-1])
    if op.name in TWIN:
        yield f"{op.name} -> {TWIN[op.name]}", replace(op, name=TWIN[op.name])
    if op.option in OTHER_OPTION:
        yield f"{op.name} {op.option} -> {OTHER_OPTION[op.option]}", replace(op, option=OTHER_OPTION[op.option])
    yield from _regrouped(op)
    for number, arg in enumerate(op.args):
        for what, changed in expressions(arg):
            yield what, replace(op, args=(*op.args[:number], changed, *op.args[number + 1 :]))
        if op.name in ("sum", "greatest", "least", "first_known"):
            yield (
                f"{op.name} without part {number + 1}",
                replace(op, args=op.args[:number] + op.args[number + 1 :]),
            )
    if op.each is not None:
        yield from ((what, replace(op, each=changed)) for what, changed in expressions(op.each))
    if op.where is not None:
        yield from ((what, replace(op, where=changed)) for what, changed in conditions(op.where))
        if op.name not in ("holds", "choose"):
            yield f"{op.name} without where", replace(op, where=None)


def _regrouped(op: Op) -> Iterator[Change]:
    """`a + b x c` and `(a + b) x c`, each for the other."""
    first, last = (op.args[0], op.args[-1]) if len(op.args) == 2 else (None, None)
    if op.name == "sum" and isinstance(last, Op) and last.name == "product":
        yield "sum grouped first", replace(last, args=(replace(op, args=(first, last.args[0])), *last.args[1:]))
    if op.name == "product" and isinstance(first, Op) and first.name == "sum":
        grouped = replace(op, args=(first.args[-1], last))
        yield "product grouped first", replace(first, args=(*first.args[:-1], grouped))


# --- conditions ---------------------------------------------------------------------------------------------


def conditions(condition: Condition) -> Iterator[Change]:
    if isinstance(condition, Group):
        yield from _group(condition)
        return
    name = condition.left.path if isinstance(condition.left, Ref) else condition.left.type.kind
    yield f"{name}: not", Group("none", (condition,))
    yield from ((what, replace(condition, left=changed)) for what, changed in expressions(condition.left))
    for number, test in enumerate(condition.tests):
        rest = condition.tests[:number], condition.tests[number + 1 :]
        if len(condition.tests) > 1:
            yield f"{name}: without {test.operator}", replace(condition, tests=(*rest[0], *rest[1]))
        for what, changed in _comparison(test, condition.left.type):
            yield f"{name}: {what}", replace(condition, tests=(*rest[0], changed, *rest[1]))


def _group(group: Group) -> Iterator[Change]:
    if group.join in OPPOSITE and len(group.parts) > 1:
        yield f"{group.join} -> {OPPOSITE[group.join]}", replace(group, join=OPPOSITE[group.join])
    if group.least:
        yield from ((f"{group.least} of -> {n}", replace(group, least=n)) for n in (group.least - 1, group.least + 1))
    for number, part in enumerate(group.parts):
        before, after = group.parts[:number], group.parts[number + 1 :]
        if before or after:
            yield f"without part {number + 1}", replace(group, parts=(*before, *after))
        for what, changed in conditions(part):
            yield what, replace(group, parts=(*before, changed, *after))


def _comparison(test: Comparison, type: Type) -> Iterator[Change]:
    if test.operator in NEIGHBOUR:
        other = NEIGHBOUR[test.operator]
        yield f"{test.operator} -> {other}", replace(test, operator=other)
    if test.operator == "one_of":
        for number, limit in enumerate(test.limits):
            rest = test.limits[:number] + test.limits[number + 1 :]
            yield f"one_of without {getattr(limit, 'value', limit)}", replace(test, limits=rest)
        known = {limit.value for limit in test.limits if isinstance(limit, Const)}
        for value in type.choices:
            if value not in known:
                yield f"one_of with {value}", replace(test, limits=(*test.limits, Const(value, type)))
    elif type.kind != "boolean":  # turning a flag is the same as `not`
        for number, limit in enumerate(test.limits):
            for what, changed in expressions(limit):
                limits = (*test.limits[:number], changed, *test.limits[number + 1 :])
                yield f"{test.operator} {what}", replace(test, limits=limits)


# --- intervals without a gap: an edge moves on both its sides, as the loader refuses anything else ----------


def are_intervals(bands: Bands) -> bool:
    return all(isinstance(one, Leaf) and {test.operator for test in one.tests} <= set(NEIGHBOUR)
               for one in (band.condition for band in bands))  # fmt: skip


def edges(bands: Bands) -> Iterator[tuple[str, Bands]]:
    leaves = [band.condition for band in bands if isinstance(band.condition, Leaf)]
    for edge in dict.fromkeys(limit for leaf in leaves for test in leaf.tests for limit in test.limits):
        name = show(edge.value, edge.type) if isinstance(edge, Const) else "edge"
        yield (
            f"{name} belongs to the other side",
            _at(bands, edge, lambda one: replace(one, operator=NEIGHBOUR[one.operator])),
        )
        for what, moved in expressions(edge):
            yield f"edge {what}", _at(bands, edge, lambda one, moved=moved: replace(one, limits=(moved,)))  # type: ignore[misc]


def _at(bands: Bands, edge: Expr, change: Callable[[Comparison], Comparison]) -> Bands:
    """The bands with every comparison at one edge changed."""
    return tuple(
        replace(band, condition=replace(leaf, tests=tuple(change(x) if edge in x.limits else x for x in leaf.tests)))
        for band in bands
        if isinstance(leaf := band.condition, Leaf)
    )
