"""Operations over the records of a list: counts, totals, statistics, quantifiers, rank and streak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rules.files.node import Node
from rules.model import Condition, Expr, Group, Op
from rules.operations.comparisons import join, sort_key
from rules.operations.forms import CONDITION, EXPRESSION, PATH
from rules.operations.operation import Formula, Key, Operation, Place, Scope, Span, Spans, truth
from rules.operations.phrases import TIGHT, WORDS, Phrase, over
from rules.shapes import Shape, Word
from rules.values.exact import DATE, Type, Value, exact
from rules.values.text import Text, shown

_WHERE: Mapping[str, Shape] = {"where": CONDITION}


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_records(formula: Formula) -> Op | None:
    """Records of a list, named by the key itself."""
    clause = formula.node.get("satisfies") or formula.node.get("where")
    return _over(formula, formula.own, None, clause)


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
    each = None if each_at is None else _each_of(formula, each_at, inner)
    where: Condition | None = None if clause is None else formula.resolver.condition(clause, inner)
    if (clause is not None and where is None) or (each_at is not None and each is None):
        return None
    types = [records.type] if each is None else [records.type, each.type]
    type = formula.operation.typed(types)
    if type is None:
        return formula.misfit(each_at or named, types[1:])
    first = formula.node.get("first")
    if (
        first is not None
        and each is not None
        and formula.resolver.expression(formula.own, formula.place, each.type) is None
    ):
        return None  # the record itself has no such value to be ranked by
    return Op(formula.operation.name, (records,), type, each, where, "" if first is None else first.text)


def _each_of(formula: Formula, at: Node, inner: Place) -> Expr | None:
    only_a_name = formula.key.required.get("by") is PATH
    return formula.resolver.path(at, inner) if only_a_name else formula.resolver.expression(at, inner)


def _counted(types: Sequence[Type]) -> Type | None:
    """A count of the records of the list."""
    return Type("count", types[0].of)


def _number(types: Sequence[Type]) -> Type | None:
    return types[1] if types[1].is_number else None


def _ordered(types: Sequence[Type]) -> Type | None:
    return types[1] if types[1].is_ordered else None


def _place_type(types: Sequence[Type]) -> Type | None:
    return Type("count", "place") if types[1].is_ordered else None


def _streak_type(types: Sequence[Type]) -> Type | None:
    return Type("count", types[0].of) if types[1].is_number or types[1] == DATE else None


# --- values ----------------------------------------------------------------------------------------------------------


def _inside(op: Op, scope: Scope) -> list[Scope] | None:
    records = scope.evaluate(op.args[0])
    if records is None:
        return None
    subject = op.args[0].type.of
    return [scope.inside(subject, record) for record in records]


def _chosen(op: Op, scope: Scope) -> list[Scope] | None:
    """The records that `where` holds of; None where a record cannot be told in or out."""
    scopes = _inside(op, scope)
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


def _statistic(compute: Callable[[list[Any]], Value]) -> Callable[[Op, Scope], Value]:
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


def _extreme(choose: Callable[..., Value]) -> Callable[[Op, Scope], Value]:
    """The lowest or the highest, in the order of its type; of an empty list it is not known."""

    def value(op: Op, scope: Scope) -> Value:
        values = _each(op, scope)
        return choose(values, key=lambda value: sort_key(value, op.type)) if values else None

    return value


def _quantified(join_by: str) -> Callable[[Op, Scope], Value]:
    def value(op: Op, scope: Scope) -> Value:
        scopes = _inside(op, scope)
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
    """How many of the latest records, in the order of a number or year without gaps, the condition holds of."""
    scopes = _inside(op, scope)
    if scopes is None or op.each is None or op.where is None:
        return None
    keyed = [(inner.evaluate(op.each), inner) for inner in scopes]
    if any(key is None for key, _ in keyed):
        return None
    length, previous = 0, None
    for key, inner in sorted(keyed, key=lambda pair: pair[0], reverse=True):
        if previous is not None and isinstance(key, int) and key != previous - 1:
            break
        truth = inner.holds(op.where)
        if truth is None:
            return None
        if not truth:
            break
        length, previous = length + 1, key
    return length


# --- bounds ----------------------------------------------------------------------------------------------------------


def _from(least: int) -> Callable[[Op, Spans], Span]:
    return lambda op, spans: (least, None)


def _as_each(op: Op, spans: Spans) -> Span:
    return (None, None) if op.each is None else spans.within(op.args[0].type.of).of(op.each)


def _statistic_of(name: str, compute: Callable[[Op, Scope], Value], gives: Text, **more: Any) -> Operation:
    key = Key(name, EXPRESSION, {"over": PATH}, _WHERE)
    written = f"`{{{name}: a, over: list, where: c}}`"
    return Operation(name, (key,), _read_statistic, compute, written, gives, strict=False, **more)


OPERATIONS = (
    Operation(
        "count", (Key("count", PATH, optional=_WHERE),), _read_records, _count, "`{count: list, where: c}`",
        Text("条数；`where` 可省", "how many records; `where` is optional"),
        _counted, strict=False, whole=True, span=_from(0),
        phrases={"": Phrase("{0}的个数", "number of {0}", TIGHT, over=True)},
    ),
    _statistic_of(
        "total", _total, Text("合计", "the sum of numbers"), typed=_number,
        phrases={"": over("的合计", "total of {each} over {0}")},
    ),
    _statistic_of(
        "mean", _statistic(_mean), Text("平均", "their mean"), typed=_number, span=_as_each,
        phrases={"": over("的平均数", "mean of {each} over {0}")},
    ),
    _statistic_of(
        "median", _statistic(_median), Text("中位数", "their median"), typed=_number, span=_as_each,
        phrases={"": over("的中位数", "median of {each} over {0}")},
    ),
    _statistic_of(
        "lowest", _extreme(min), Text("最低的；日期和有高低的选项也可", "the lowest; also of dates and ranked choices"),
        typed=_ordered, span=_as_each,
        phrases={"": over("中最低的", "lowest {each} over {0}"), "@date": over("中最早的", "earliest {each} over {0}")},
    ),
    _statistic_of(
        "highest", _extreme(max),
        Text("最高的；日期和有高低的选项也可", "the highest; also of dates and ranked choices"),
        typed=_ordered, span=_as_each,
        phrases={"": over("中最高的", "highest {each} over {0}"), "@date": over("中最晚的", "latest {each} over {0}")},
    ),
    Operation(
        "every", (Key("every", PATH, {"satisfies": CONDITION}),), _read_records, _quantified("all"),
        "`{every: list, satisfies: c}`",
        Text("是否每条都满足", "whether all records satisfy it: true, false or not known"),
        truth, strict=False,
        phrases={"": Phrase("{0}都符合（{where}）", "every one of {0} meets ({where})", WORDS, over=True)},
    ),
    Operation(
        "some", (Key("some", PATH, {"satisfies": CONDITION}),), _read_records, _quantified("any"),
        "`{some: list, satisfies: c}`",
        Text("是否有一条满足", "whether one of them does"),
        truth, strict=False,
        phrases={"": Phrase("{0}中有符合（{where}）的", "some of {0} meet ({where})", WORDS, over=True)},
    ),
    Operation(
        "rank", (Key("rank", EXPRESSION, {"over": PATH, "first": Word(("highest", "lowest"))}, _WHERE),),
        _read_statistic, _rank, "`{rank: a, over: list, first: highest, where: c}`",
        Text(
            "本记录的 a 在列表中的名次（单位 place）：1 加上更好的个数；`first` 为 highest 或 lowest",
            "the place (a count of `place`) of this record's own `a` among the peers: 1 + the peers that are better; "
            "`first` is highest or lowest",
        ),
        _place_type, strict=False, whole=True, span=_from(1), asked=_own_too,
        phrases={
            ".highest": over("从高到低排列时自身的名次", "own place by {each}, highest first, over {0}"),
            ".lowest": over("从低到高排列时自身的名次", "own place by {each}, lowest first, over {0}"),
            ".highest@date": over("从晚到早排列时自身的名次", "own place by {each}, latest first, over {0}"),
            ".lowest@date": over("从早到晚排列时自身的名次", "own place by {each}, earliest first, over {0}"),
        },
    ),
    Operation(
        "streak", (Key("streak", CONDITION, {"over": PATH, "by": PATH}),), _read_streak, _streak,
        "`{streak: c, over: list, by: fact}`",
        Text(
            "最近连续满足的条数：按 `by` 排序，整数断开（2025、2023）即止；单位是列表的对象",
            "how many of the latest records, without a break, satisfy it; sorted by `by`, and a gap in whole numbers "
            "(2025, 2023) ends it. Count of the list's subject",
        ),
        _streak_type, strict=False, whole=True, span=_from(0),
        phrases={
            "": over(
                "从新到旧连续符合（{where}）的个数",
                "number in a row, latest {each} first, over {0} that meet ({where})",
            ),
        },
    ),
)  # fmt: skip
