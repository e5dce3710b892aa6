"""Choices: the first that is known, whether something is known, one of two by a condition, the truth of a condition."""

from __future__ import annotations

from collections.abc import Sequence

from rules.model import Expr, Op
from rules.operations.forms import CONDITION, EXPRESSION
from rules.operations.operation import Formula, Key, Operation, Scope, Span, Spans, alike, truth, typed
from rules.operations.phrases import LOOSE, WORDS, Phrase
from rules.values.exact import BOOLEAN, Value
from rules.values.text import Text


def _first_known(op: Op, scope: Scope) -> Value:
    """The first value; one that is known within bounds hides those after it."""
    for arg in op.args:
        if (value := scope.evaluate(arg)) is not None or scope.ranged(arg):
            return value
    return None


def _first_ranged(op: Op, scope: Scope) -> Sequence[Expr]:
    """The argument that is known within bounds, if it comes first; else all are asked for."""
    first = next((arg for arg in op.args if scope.evaluate(arg) is not None or scope.ranged(arg)), None)
    return op.args if first is None else (first,)


def _read_known(formula: Formula) -> Op | None:
    return typed(formula, [formula.expression(formula.own)])


def _known(op: Op, scope: Scope) -> Value:
    """A number within bounds is known; whether there is one that cannot be computed (over zero?) is not."""
    if scope.evaluate(op.args[0]) is not None or not scope.ranged(op.args[0]):
        return scope.evaluate(op.args[0]) is not None
    return True if scope.range(op.args[0]) is not None else None


def _read_choice(formula: Formula) -> Op | None:
    condition, codes = formula.resolver.condition(formula.own, formula.place), formula.codes
    first = formula.expression(formula.node.entries["then"], codes)
    second = formula.expression(formula.node.entries["otherwise"], codes or (first.type if first else None))
    if condition is None or first is None or second is None:
        return None
    return formula.op((first, second), codes or first.type, where=condition)


def _choose(op: Op, scope: Scope) -> Value:
    assert op.where is not None  # the grammar demands it
    truth = scope.holds(op.where)
    return None if truth is None else scope.evaluate(op.args[0 if truth else 1])


def _branch(op: Op, scope: Scope) -> Sequence[Expr]:
    """The branch not taken is not asked for."""
    truth = None if op.where is None else scope.holds(op.where)
    return op.args if truth is None else op.args[:1] if truth else op.args[1:]


def _choice_span(op: Op, spans: Spans) -> Span:
    lows, highs = zip(*(spans.of(arg) for arg in op.args), strict=True)
    if not op.type.is_number:
        return None, None
    return (None if None in lows else min(lows)), (None if None in highs else max(highs))


def _read_truth(formula: Formula) -> Op | None:
    condition = formula.resolver.condition(formula.own, formula.place)
    return None if condition is None else formula.op((), BOOLEAN, where=condition)


def _holds(op: Op, scope: Scope) -> Value:
    assert op.where is not None  # the grammar demands it
    return scope.holds(op.where)


OPERATIONS = (
    Operation("first_known", _first_known, alike, {
        "": Phrase("{args}", "{args}", LOOSE, (WORDS,), Text("；没有的，", "; where not known, ")),
    }, strict=False, asked=_first_ranged, span=_choice_span, skips=True),
    Operation("known", _known, truth, {"": Phrase("{0}已知", "{0} is known", WORDS)},
              (Key("known", EXPRESSION),), _read_known, strict=False),
    Operation("choose", _choose, alike, {
        "": Phrase("若{where}，则为 {0}，否则为 {1}", "if {where}, then {0}, otherwise {1}", LOOSE, (WORDS,)),
    }, (Key("when", CONDITION, {"then": EXPRESSION, "otherwise": EXPRESSION}),), _read_choice, strict=False,
        asked=_branch, span=_choice_span),
    Operation("holds", _holds, truth, {"": Phrase("{where}", "{where}", LOOSE)},
              (Key("holds", CONDITION),), _read_truth, strict=False),
)  # fmt: skip
