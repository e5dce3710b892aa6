"""Arithmetic: ratio, sum, difference, product, the least and the greatest, rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from rules.files.node import Node
from rules.model import Const, Expr, Op
from rules.operations.comparisons import sort_key
from rules.operations.forms import EXPRESSION, VALUE
from rules.operations.operation import Formula, Key, Operation, Span, Spans, alike, typed
from rules.operations.phrases import PRODUCT, SUM, chain, choice, rounded
from rules.values.exact import RATE, TIMES, Type, Value, exact, ratio, read_literal


def _numbers(types: Sequence[Type]) -> bool:
    return all(type.is_number for type in types)


def _ratio_type(types: Sequence[Type]) -> Type | None:
    if len(types) != 2 or not _numbers(types):
        return None
    top, bottom = types
    if top.kind == bottom.kind:
        return RATE
    return top if bottom.kind in ("count", "rate") else None  # so much for each, or for the whole


def _ratio(_op: Op, top: Any, bottom: Any) -> Value:
    return ratio(top, bottom) if bottom else None


def _ratio_span(op: Op, spans: Spans) -> Span:
    """A share lies within 0 and 1 where its numerator is declared a part of its denominator."""
    lows = [spans.of(arg)[0] for arg in op.args]
    if any(low is None or low < 0 for low in lows):
        return None, None
    return 0, (1 if spans.is_part(*op.args) else None)


def _alike_numbers(types: Sequence[Type]) -> Type | None:
    return alike(types) if _numbers(types) else None


def _sum(_op: Op, *values: Any) -> Value:
    return exact(sum(values))


def _sum_span(op: Op, spans: Spans) -> Span:
    lows = [spans.of(arg)[0] for arg in op.args]
    return (None if None in lows else sum(lows)), None


def _difference(_op: Op, whole: Any, *parts: Any) -> Value:
    return exact(whole - sum(parts))


def _product_type(types: Sequence[Type]) -> Type | None:
    sized = [type for type in types if type.kind != "rate"]
    worth = [type for type in sized if type.kind != "count"]
    return None if len(worth) > 1 or not _numbers(types) else (worth or sized or [RATE])[0]


def _read_product(formula: Formula) -> Op | None:
    return typed(formula, [_factor(formula, item) for item in formula.own.items])


def _factor(formula: Formula, node: Node) -> Expr | None:
    literal = read_literal(node.text) if node.is_scalar else None
    if literal is not None and literal.type.kind == "bare":
        return Const(literal.value, Type("rate", written=TIMES))
    return formula.expression(node)


def _product(_op: Op, *values: Any) -> Value:
    total = Fraction(1)
    for value in values:
        total *= value
    return exact(total)


def _ordered(types: Sequence[Type]) -> Type | None:
    return alike(types) if all(type.is_ordered for type in types) else None


def _extreme(choose: Callable[..., Value]) -> Callable[..., Value]:
    """The least or the greatest argument, in the order of its type."""

    def value(op: Op, *values: Value) -> Value:
        return choose(values, key=lambda value: sort_key(value, op.type))

    return value


def _read_rounding(formula: Formula) -> Op | None:
    value = formula.expression(formula.own)
    step = formula.expression(formula.node.entries["to"], value.type if value else None)
    if value is None or step is None:
        return None
    type = formula.operation.typed([value.type, step.type])
    return formula.misfit(formula.own, [value.type]) if type is None else formula.op((value, step), type)


def _round(op: Op, value: Any, step: Any) -> Value:
    if not step:
        return None
    steps = Fraction(value) / Fraction(step)
    floor = steps.numerator // steps.denominator
    rest = steps - floor
    half = rest * 2 >= 1 if floor >= 0 else rest * 2 > 1  # a half goes away from zero
    up = {"down": False, "up": rest > 0, "half_up": half}[op.option]
    return exact((floor + up) * Fraction(step))


OPERATIONS = (
    Operation("ratio", _ratio, _ratio_type, {"": chain("÷", PRODUCT)}, span=_ratio_span, divisor=1),
    Operation("sum", _sum, _alike_numbers, {"": chain("+", SUM)}, span=_sum_span),
    Operation("difference", _difference, _alike_numbers, {"": chain("−", SUM)}),
    Operation("product", _product, _product_type, {"": chain("×", PRODUCT)}, read=_read_product),
    Operation("least", _extreme(min), _ordered, {
        "": choice("最小者", "smallest"), "@date": choice("最早者", "earliest"), "@choice": choice("最低者", "lowest"),
    }),
    Operation("greatest", _extreme(max), _ordered, {
        "": choice("最大者", "largest"), "@date": choice("最晚者", "latest"), "@choice": choice("最高者", "highest"),
    }),
    Operation("round", _round, _alike_numbers, {
        ".down": rounded("向下舍至", "down"),
        ".up": rounded("向上进至", "up"),
        ".half_up": rounded("四舍五入至", "half up"),
    }, tuple(Key(f"round_{how}", EXPRESSION, {"to": VALUE}, option=how) for how in ("down", "up", "half_up")),
        _read_rounding, divisor=1),
)  # fmt: skip
