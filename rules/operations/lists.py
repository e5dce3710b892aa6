"""Operations over the records of a list: counts, totals, statistics, quantifiers, rank and streak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rules.files.node import Node
from rules.model import Condition, Expr, Group, Op
from rules.operations.comparisons import join, sort_key
from rules.operations.doubtful import (
    Listed,
    count_range,
    in_a_row,
    rank_range,
    records_in,
    statistic_range,
    streak_range,
    total_range,
    years,
)
from rules.operations.forms import CONDITION, EXPRESSION, FIRST, PATH
from rules.operations.operation import Formula, Key, Operation, Scope, Span, Spans, endless, truth
from rules.operations.phrases import TIGHT, WORDS, Phrase, over
from rules.shapes import Shape
from rules.values.exact import DATE, PLACE, Type, Value, exact
from rules.values.text import shown

Valuation = Callable[[Op, Scope], Value]
Typing = Callable[[Sequence[Type]], Type | None]
Bounds = Callable[[Op, Spans], Span]
_WHERE: Mapping[str, Shape] = {"where": CONDITION}


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_records(formula: Formula) -> Op | None:
    """Records of a list, named by the key itself."""
    return _over(formula, formula.own, None, formula.node.get("satisfies") or formula.node.get("where"))


def _read_statistic(formula: Formula) -> Op | None:
    """A value of each record of the list named by `over`."""
    return _over(formula, formula.node.entries["over"], formula.own, formula.node.get("where"))


def _read_streak(formula: Formula) -> Op | None:
    return _over(formula, formula.node.entries["over"], formula.node.entries["by"], formula.own)


def _over(formula: Formula, named: Node, each_at: Node | None, clause: Node | None) -> Op | None:
    records = formula.resolver.path(named, formula.place)
    if records is None:
        return None
    if records.type.kind != "list":
        return formula.refuse(named, "type.not_list", text=shown(named.text))
    inner = formula.place.inside(records.type.of)
    only_a_name = formula.key.required.get("by") is PATH
    read = formula.resolver.path if only_a_name else formula.resolver.expression
    each: Expr | None = None if each_at is None else read(each_at, inner)
    where: Condition | None = None if clause is None else formula.resolver.condition(clause, inner)
    if (clause is not None and where is None) or (each_at is not None and each is None):
        return None
    types = [records.type] if each is None else [records.type, each.type]
    type = formula.operation.typed(types)
    if type is None:
        return formula.misfit(each_at or named, types[1:])
    first = formula.node.at("first").text
    if first and each is not None and formula.expression(formula.own, each.type) is None:
        return None  # the record itself has no such value to be ranked by
    return Op(formula.operation.name, (records,), type, each, where, first)


def _counted(types: Sequence[Type]) -> Type | None:
    """A count of the records of the list."""
    return Type("count", types[0].of)


def _number(types: Sequence[Type]) -> Type | None:
    return types[1] if types[1].is_number else None


def _ordered(types: Sequence[Type]) -> Type | None:
    return types[1] if types[1].is_ordered else None


def _place_type(types: Sequence[Type]) -> Type | None:
    return PLACE if types[1].is_ordered else None


def _streak_type(types: Sequence[Type]) -> Type | None:
    return Type("count", types[0].of) if types[1].is_number or types[1] == DATE else None


# --- values ----------------------------------------------------------------------------------------------------------


def _chosen(op: Op, scope: Scope) -> Sequence[Scope] | None:
    """The records that `where` holds of; None where a record cannot be told in or out."""
    scopes = records_in(op, scope)
    if scopes is None or op.where is None:
        return scopes
    verdicts = [inner.holds(op.where) for inner in scopes]
    return None if None in verdicts else [inner for inner, verdict in zip(scopes, verdicts, strict=True) if verdict]


def _each(op: Op, scope: Scope) -> list[Value] | None:
    scopes = _chosen(op, scope)
    if scopes is None or op.each is None:
        return None
    values = [inner.evaluate(op.each) for inner in scopes]
    return None if None in values else values


def _count(op: Op, scope: Scope) -> Value:
    scopes = _chosen(op, scope)
    return None if scopes is None else len(scopes)


def _total(op: Op, scope: Scope) -> Value:
    values = _each(op, scope)
    return None if values is None else exact(sum(values))


def _statistic(compute: Callable[[list[Any]], Value]) -> Valuation:
    """A statistic of an empty list is not known."""

    def value(op: Op, scope: Scope) -> Value:
        values = _each(op, scope)
        return compute(values) if values else None

    return value


def _mean(values: list[Any]) -> Value:
    return exact(Fraction(sum(values)) / len(values))


def _median(values: list[Any]) -> Value:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else exact(Fraction(ordered[half - 1] + ordered[half]) / 2)


def _extreme(choose: Callable[..., Value]) -> Valuation:
    """The lowest or the highest, in the order of its type; of an empty list it is not known."""

    def value(op: Op, scope: Scope) -> Value:
        values = _each(op, scope)
        return choose(values, key=lambda value: sort_key(value, op.type)) if values else None

    return value


def _quantified(join_by: str) -> Valuation:
    def value(op: Op, scope: Scope) -> Value:
        scopes = records_in(op, scope)
        if scopes is None or op.where is None:
            return None
        return join(Group(join_by, ()), [inner.holds(op.where) for inner in scopes])

    return value


def _rank(op: Op, scope: Scope) -> Value:
    """The place of the record at hand among its peers, 1 for the best; equals share the better place.
    Not known where there are no peers."""
    assert op.each is not None
    own, peers = scope.evaluate(op.each), _each(op, scope)
    if own is None or not peers:
        return None
    mine = sort_key(own, op.each.type)
    better = [sort_key(peer, op.each.type) for peer in peers]
    return 1 + sum(peer > mine if op.option == "highest" else peer < mine for peer in better)


def _own_too(op: Op, _scope: Scope) -> Sequence[Expr]:
    return op.args if op.each is None else (*op.args, op.each)


def _streak(op: Op, scope: Scope) -> Value:
    """The number of latest years (numbers, dates) in a row, without gaps, of which the condition holds. A year counts
    once, and holds where every record of it does: the order of the list does not matter."""
    verdicts = years(op, scope)
    return None if verdicts is None else in_a_row(verdicts)


# --- bounds ----------------------------------------------------------------------------------------------------------


def _from(least: int) -> Bounds:
    return lambda op, spans: (least, None)


def _as_each(op: Op, spans: Spans) -> Span:
    return (None, None) if op.each is None else spans.within(op.args[0].type.of).of(op.each)


def _of_each(
    name: str,
    value: Valuation,
    typed: Typing,
    phrases: Mapping[str, Phrase],
    span: Bounds = endless,
    listed: Listed | None = None,
) -> Operation:
    """An operation on one value of each record."""
    keys = (Key(name, EXPRESSION, {"over": PATH}, _WHERE),)
    return Operation(name, value, typed, phrases, keys, _read_statistic, strict=False, span=span, listed=listed)


def _of_records(name: str, join_by: str, phrase: Phrase) -> Operation:
    """An operation that joins what a condition says of each record."""
    keys = (Key(name, PATH, {"satisfies": CONDITION}),)
    return Operation(name, _quantified(join_by), truth, {"": phrase}, keys, _read_records, strict=False)


OPERATIONS = (
    Operation("count", _count, _counted, {"": Phrase("{0}的个数", "number of {0}", TIGHT, over=True)},
              (Key("count", PATH, optional=_WHERE),), _read_records, strict=False, whole=True, span=_from(0),
              listed=count_range),
    _of_each("total", _total, _number, {"": over("的合计", "total of {each} over {0}")}, listed=total_range),
    _of_each("mean", _statistic(_mean), _number, {"": over("的平均数", "mean of {each} over {0}")}, _as_each,
             statistic_range(_mean)),
    _of_each("median", _statistic(_median), _number, {"": over("的中位数", "median of {each} over {0}")}, _as_each,
             statistic_range(_median)),
    _of_each("lowest", _extreme(min), _ordered, {
        "": over("中最低的", "lowest {each} over {0}"), "@date": over("中最早的", "earliest {each} over {0}"),
    }, _as_each, statistic_range(min, tight=max)),
    _of_each("highest", _extreme(max), _ordered, {
        "": over("中最高的", "highest {each} over {0}"), "@date": over("中最晚的", "latest {each} over {0}"),
    }, _as_each, statistic_range(max, tight=min)),
    _of_records("every", "all", Phrase("{0}都符合（{where}）", "every one of {0} meets ({where})", WORDS, over=True)),
    _of_records("some", "any", Phrase("{0}中有符合（{where}）的", "some of {0} meet ({where})", WORDS, over=True)),
    Operation("rank", _rank, _place_type, {
        ".highest": over("从高到低排列时自身的名次", "own place by {each}, highest first, over {0}"),
        ".lowest": over("从低到高排列时自身的名次", "own place by {each}, lowest first, over {0}"),
        ".highest@date": over("从晚到早排列时自身的名次", "own place by {each}, latest first, over {0}"),
        ".lowest@date": over("从早到晚排列时自身的名次", "own place by {each}, earliest first, over {0}"),
    }, (Key("rank", EXPRESSION, {"over": PATH, "first": FIRST}, _WHERE),), _read_statistic,
        strict=False, whole=True, span=_from(1), asked=_own_too, listed=rank_range, own=True),
    Operation("streak", _streak, _streak_type, {
        "": over(
            "从新到旧连续符合（{where}）的个数",
            "number in a row, latest {each} first, over {0} that meet ({where})",
        ),
    }, (Key("streak", CONDITION, {"over": PATH, "by": PATH}),), _read_streak, strict=False, whole=True,
        span=_from(0), listed=streak_range),
)  # fmt: skip
