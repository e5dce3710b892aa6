"""Arithmetic: ratio, sum, difference, product, the least and the greatest, rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
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
    (low, high), (least, most) = (spans.of(arg) for arg in op.args)
    if least is None or least < 0:
        return None, None
    if low is not None:
        low = _over(low, most, 0) if low >= 0 else _over(low, least, None)
    if high is not None:
        high = _over(high, least, None) if high > 0 else _over(high, most, 0)
    if low is not None and low >= 0 and spans.is_part(*op.args):
        high = 1 if high is None else min(high, 1)
    return low, high


def _over(top: Any, bottom: Any, endless: Value) -> Value:
    """The ratio; over what has no bound, or can come close to zero, the limit that it tends to."""
    return exact(Fraction(top) / Fraction(bottom)) if bottom else endless


def _alike_numbers(types: Sequence[Type]) -> Type | None:
    return alike(types) if _numbers(types) else None


def _sum(_op: Op, *values: Any) -> Value:
    return exact(sum(values))


def _sum_span(op: Op, spans: Spans) -> Span:
    lows, highs = zip(*(spans.of(arg) for arg in op.args), strict=True)
    return tuple(None if None in ends else exact(sum(ends)) for ends in (lows, highs))  # type: ignore[return-value]


def _difference(_op: Op, whole: Any, *parts: Any) -> Value:
    return exact(whole - sum(parts))


def _difference_span(op: Op, spans: Spans) -> Span:
    """A whole less its part is not below zero."""
    (low, high), *parts = map(spans.of, op.args)
    lows, highs = [least for least, _ in parts], [most for _, most in parts]
    least = None if low is None or None in highs else exact(low - sum(highs))
    if len(op.args) == 2 and spans.is_part(op.args[1], op.args[0]):
        least = max(0, least or 0)
    return least, (None if high is None or None in lows else exact(high - sum(lows)))


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


def _product_span(op: Op, spans: Spans) -> Span:
    ends = [spans.of(arg) for arg in op.args]
    if all(None not in span for span in ends):
        corners = [_product(op, *chosen) for chosen in product(*ends)]
        return min(corners), max(corners)
    lows = [low for low, _ in ends]
    return (_product(op, *lows) if all(low is not None and low >= 0 for low in lows) else None), None


def _ordered(types: Sequence[Type]) -> Type | None:
    return alike(types) if all(type.is_ordered for type in types) else None


def _extreme(choose: Callable[..., Value]) -> Callable[..., Value]:
    """The least or the greatest argument, in the order of its type."""

    def value(op: Op, *values: Value) -> Value:
        return choose(values, key=lambda value: sort_key(value, op.type))

    return value


def _extreme_span(choose: Callable[..., Value], open_end: int) -> Callable[[Op, Spans], Span]:
    """At one end of a span the arguments without a bound do not matter; at the other they leave it open."""

    def span(op: Op, spans: Spans) -> Span:
        if not op.type.is_number:
            return None, None
        ends = list(zip(*(spans.of(arg) for arg in op.args), strict=True))
        low, high = (choose((end for end in side if end is not None), default=None) for side in ends)
        return (None if None in ends[0] and not open_end else low), (None if None in ends[1] and open_end else high)

    return span


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


def _round_span(op: Op, spans: Spans) -> Span:
    (low, high), (step, most) = (spans.of(arg) for arg in op.args)
    if step is None or step != most or step <= 0:
        return None, None
    return (None if low is None else _round(op, low, step)), (None if high is None else _round(op, high, step))


OPERATIONS = (
    Operation("ratio", _ratio, _ratio_type, {"": chain("÷", PRODUCT)}, span=_ratio_span, divisor=1),
    Operation("sum", _sum, _alike_numbers, {"": chain("+", SUM)}, span=_sum_span),
    Operation("difference", _difference, _alike_numbers, {"": chain("−", SUM)}, span=_difference_span),
    Operation("product", _product, _product_type, {"": chain("×", PRODUCT)}, read=_read_product,
              span=_product_span),
    Operation("least", _extreme(min), _ordered, {
        "": choice("最小者", "smallest"), "@date": choice("最早者", "earliest"), "@choice": choice("最低者", "lowest"),
    }, span=_extreme_span(min, 0)),
    Operation("greatest", _extreme(max), _ordered, {
        "": choice("最大者", "largest"), "@date": choice("最晚者", "latest"), "@choice": choice("最高者", "highest"),
    }, span=_extreme_span(max, 1)),
    Operation("round", _round, _alike_numbers, {
        ".down": rounded("向下舍至", "down"),
        ".up": rounded("向上进至", "up"),
        ".half_up": rounded("四舍五入至", "half up"),
    }, tuple(Key(f"round_{how}", EXPRESSION, {"to": VALUE}, option=how) for how in ("down", "up", "half_up")),
        _read_rounding, divisor=1, span=_round_span),
)  # fmt: skip
