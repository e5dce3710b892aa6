"""The operators that compare a value with limits, and the joins of conditions: defined once, for all that read them.

The ladders of the durable_rules engine and the columns of the table engine compare by themselves: they are held
against `passes` here, which could not be if they were made from it. Importing them fails where an operator is lacking.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rules.model import Group
from rules.operations.forms import CONDITION, EXPRESSION, PATH, SHAPES, VALUE
from rules.shapes import Either, Field, ListOf, MapOf, Record, Shape, Whole, has, is_a
from rules.values.exact import Type, Value
from rules.values.text import Text


@dataclass(frozen=True, slots=True)
class Operator:
    """Compares a value with a limit.

    `about` explains it, `words` stand before the limit in a sentence, `days` before a date: days are early or late, not
    high or low. `low` and `high` say where the values that pass begin and end: 0 on the limit, 1 just above it; None is
    endless.
    `parts` names the operators that an operator of the format stands for: it has then no comparison of its own."""

    name: str
    about: Text
    words: Text
    compare: Callable[[Any, Any], bool] | None
    low: int | None = None
    high: int | None = None
    ordered: bool = True  # whether it needs values that have an order
    shape: Shape = EXPRESSION
    parts: tuple[str, ...] = ()
    days: Text | None = None


_DECLARED = (
    Operator("at_least", Text("不低于（含）", "this or more"), Text("不低于", "at least"), operator.ge, low=0,
             days=Text("不早于", "not before")),
    Operator("above", Text("高于（不含）", "more than this"), Text("高于", "above"), operator.gt, low=1,
             days=Text("晚于", "after")),
    Operator("at_most", Text("不超过（含）", "this or less"), Text("不超过", "at most"), operator.le, high=1,
             days=Text("不晚于", "not after")),
    Operator("below", Text("低于（不含）", "less than this"), Text("低于", "below"), operator.lt, high=0,
             days=Text("早于", "before")),
    Operator("equals", Text("等于", "exactly this"), Text("为", ""), operator.eq, low=0, high=1, ordered=False),
    Operator("one_of", Text("属于其中之一", "one of these"), Text("为其中之一：", "one of:"), operator.eq,
             ordered=False, shape=ListOf(VALUE, 1)),
    Operator("between", Text("介于两者之间，两端都含", "between the two, both ends in"), Text("在", "between"), None,
             shape=ListOf(EXPRESSION, 2), parts=("at_least", "at_most")),
)  # fmt: skip
OPERATORS = {one.name: one for one in _DECLARED}
COMPARE = {one.name: one.compare for one in _DECLARED if one.compare is not None}  # the operators of the model
UPWARD = frozenset(one.name for one in _DECLARED if one.low is not None and one.high is None)
DOWNWARD = frozenset(one.name for one in _DECLARED if one.high is not None and one.low is None)
JOINS = {
    "all": Text("全部成立", "all of these"),
    "any": Text("任一成立", "at least one of these"),
    "none": Text("全不成立", "none of these"),
}

LIMITS = Record({}, {one.name: Field(one.shape, one.about.zh, one.about.en) for one in _DECLARED})
SHAPES["condition"] = Either(
    (has("of"), Record({"at_least": Whole(1), "of": ListOf(CONDITION, 1)})),
    *((has(key), Record({key: ListOf(CONDITION, 1)})) for key in JOINS),
    (is_a("map", Text("一项事实的条件", "a condition on a fact")), MapOf(PATH, Either(
        (is_a("map", Text("与限值比较", "compare it with a limit")), LIMITS),
        (is_a("list", Text("必须是几个值之一", "be one of several values")), ListOf(VALUE, 1)),
        (is_a("scalar", Text("必须等于一个值", "equal one value")), VALUE)), 1)),
)  # fmt: skip


def passes(name: str, left: Value, limits: Sequence[Value], type: Type) -> bool | None:
    """Whether a value passes one of the limits; None where it or the limit that would settle it is not known."""
    if left is None:
        return None
    compare = COMPARE[name]
    if type.ranked:
        left = sort_key(left, type)
        limits = [None if limit is None else sort_key(limit, type) for limit in limits]
    for limit in limits:
        if limit is not None and compare(left, limit):
            return True
    return None if None in limits else False


def sort_key(value: Value, type: Type) -> Any:
    """A value's place in the order of its type: the first choice of a ranked list is the highest."""
    if type.ranked:
        return -type.choices.index(value)
    return value


def join(group: Group, parts: Sequence[bool | None]) -> bool | None:
    """Kleene's logic: an unknown part matters only where the known ones do not settle it."""
    true = sum(part is True for part in parts)
    possible = true + sum(part is None for part in parts)
    least = {"all": len(parts), "any": 1, "none": 1}.get(group.join, group.least)
    settled = True if true >= least else False if possible < least else None
    return (None if settled is None else not settled) if group.join == "none" else settled
