"""The contents of rules, assignments and facts, listed once: every reader of the model is a fold over these functions.

The lists follow the fields of the dataclasses, so that a new kind of body, or a new field of one, is in them by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from rules.model.decisions import Assignment, Band, Criterion, Dimension, Grade, Rule, ScoreItem
from rules.model.edition import Fact
from rules.model.expressions import Condition, Const, Expr, Group, Leaf, Op, Ref
from rules.values.exact import Type
from rules.values.text import Mark, Text

Node = Expr | Condition
_NODES = (Const, Ref, Op, Leaf, Group)
_PLAIN = frozenset({type(None), str, int, bool, Fraction, date, Text, Mark, Type})  # hold no expression: not walked


class Part(NamedTuple):
    """An expression or condition of a rule, an assignment or a fact, and where it stands."""

    role: str  # the field that it stands in: condition, when, then, bands, formula, over, by ...
    item: str  # the id of the criterion, row, scored item or dimension; "" for the whole
    what: Node
    subject: str  # the subject of the record that it reads
    own: str = ""  # the subject of the decision, which may be another one


def lists_of(rule: Rule) -> Iterator[tuple[Criterion, ...]]:
    """The lists of conditions that a rule checks: criteria; rows; vetoes, then ceilings; eligibility tests."""
    for listed in _lists(rule.body):
        if listed and all(isinstance(one, Criterion) for one in listed):
            yield listed


def criteria_of(rule: Rule) -> tuple[Criterion, ...]:
    """The conditions that a rule checks, of all its lists; `otherwise` is none of them."""
    return tuple(one for listed in lists_of(rule) for one in listed)


def items_of(rule: Rule) -> tuple[Criterion | ScoreItem, ...]:
    """The criteria of a rule and its scored items: all that have an id, a title and a clause of their own."""
    return tuple(one for listed in _lists(rule.body) for one in listed if isinstance(one, Criterion | ScoreItem))


def cites(thing: Any, item: str = "") -> Iterator[tuple[str, str]]:
    """Every clause that a rule or an assignment cites, as a whole or with a part, and the id of the item that the part
    belongs to ("" for the whole)."""
    kind: Any = type(thing)
    if kind is tuple or isinstance(thing, Mapping):
        for one in thing if kind is tuple else thing.values():
            yield from cites(one, item)
    elif kind not in _NODES and kind not in _PLAIN:
        item = thing.id if isinstance(thing, Criterion | ScoreItem | Dimension) else item
        if clause := getattr(thing, "clause", ""):
            yield item, clause
        for name in _fields(kind):
            yield from cites(getattr(thing, name), item)


def _lists(body: Any) -> Iterator[tuple[Any, ...]]:
    kind: Any = type(body)
    for name in _fields(kind):
        if isinstance(listed := getattr(body, name), tuple):
            yield listed


def subject_read(rule: Rule) -> str:
    """The subject whose records a rule's criteria read: a ranking's are those of its list."""
    return rule.subject if rule.body.over is None else rule.body.over.type.of


def parts_of(thing: Rule | Assignment | Fact) -> Iterator[Part]:
    """Every expression and condition of a rule, an assignment or a fact, in the order of the fields."""
    if isinstance(thing, Rule):
        inside = subject_read(thing)
        for role, item, what in _nodes(thing.body):
            yield Part(role, item, what, thing.subject if role == "over" else inside, thing.subject)
    elif isinstance(thing, Assignment):
        for role, item, what in _nodes(thing):
            yield Part(role, item, what, thing.subject if item else thing.bearer)
    else:
        for role, item, what in _nodes(thing):
            yield Part(role, item, what, thing.subject)


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's fields; none for another type."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()


def _nodes(thing: Any, role: str = "", item: str = "") -> Iterator[tuple[str, str, Node]]:
    kind: Any = type(thing)
    if kind in _NODES:
        yield role, item, thing
    elif kind is tuple or isinstance(thing, Mapping):
        for one in thing if kind is tuple else thing.values():
            if type(one) not in _PLAIN:
                yield from _nodes(one, role, item)
    else:
        within = kind in (Band, Grade)  # these are the content of a field, and no items of their own
        inner = item if within or kind is Assignment else getattr(thing, "id", item)
        for name in _fields(kind):
            if type(below := getattr(thing, name)) not in _PLAIN:
                yield from _nodes(below, role if within else name, inner)


def children(thing: Node) -> Iterator[tuple[Node, str]]:
    """The parts of an expression or condition, in the order written.

    Each comes with the subject of the list inside whose records it is read; "" where it is read from the record at
    hand."""
    match thing:
        case Leaf():
            yield thing.left, ""
            yield from ((limit, "") for test in thing.tests for limit in test.limits)
        case Group():
            yield from ((part, "") for part in thing.parts)
        case Op():
            yield from ((arg, "") for arg in thing.args)
            yield from ((one, thing.inside) for one in (thing.each, thing.where) if one is not None)
