"""Choices: the first that is known, whether something is known, one of two by a condition, the truth of a condition."""

from __future__ import annotations

from collections.abc import Sequence

from rules.model import Expr, Op
from rules.operations.forms import CONDITION, EXPRESSION, EXPRESSIONS
from rules.operations.operation import Formula, Key, Operation, Scope, alike, read_list, truth
from rules.operations.phrases import LOOSE, WORDS, Phrase
from rules.values.exact import BOOLEAN, Value
from rules.values.text import Text


def _first_known(op: Op, scope: Scope) -> Value:
    return next((value for arg in op.args if (value := scope.evaluate(arg)) is not None), None)


def _read_known(formula: Formula) -> Op | None:
    argument = formula.expression(formula.own)
    return None if argument is None else formula.op((argument,), BOOLEAN)


def _known(op: Op, scope: Scope) -> Value:
    return scope.evaluate(op.args[0]) is not None


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


def _read_truth(formula: Formula) -> Op | None:
    condition = formula.resolver.condition(formula.own, formula.place)
    return None if condition is None else formula.op((), BOOLEAN, where=condition)


def _holds(op: Op, scope: Scope) -> Value:
    assert op.where is not None  # the grammar demands it
    return scope.holds(op.where)


OPERATIONS = (
    Operation(
        "first_known", (Key("first_known", EXPRESSIONS),), read_list, _first_known, "`first_known: [a, b, …]`",
        Text(
            "第一个已知的；`[income, 0 yuan]` 把未知变成一个值",
            'the first that is known. `[income, 0 yuan]` turns "not known" into a value',
        ),
        alike, strict=False,
        phrases={"": Phrase("{args}", "{args}", LOOSE, (WORDS,), Text("；没有的，", "; where not known, "))},
    ),
    Operation(
        "known", (Key("known", EXPRESSION),), _read_known, _known, "`known: a`",
        Text("是否已知：只有 true、false，不会未知", "true or false, never unknown"),
        truth, strict=False, phrases={"": Phrase("{0}已知", "{0} is known", WORDS)},
    ),
    Operation(
        "choose", (Key("when", CONDITION, {"then": EXPRESSION, "otherwise": EXPRESSION}),), _read_choice, _choose,
        "`{when: c, then: a, otherwise: b}`",
        Text("条件成立得 a，不成立得 b", "a or b"),
        alike, strict=False, asked=_branch,
        phrases={
            "": Phrase("若{where}，则为 {0}，否则为 {1}", "if {where}, then {0}, otherwise {1}", LOOSE, (WORDS,)),
        },
    ),
    Operation(
        "holds", (Key("holds", CONDITION),), _read_truth, _holds, "`holds: c`",
        Text("条件是否成立：true、false 或未知", "true, false or not known"),
        truth, strict=False, phrases={"": Phrase("{where}", "{where}", LOOSE)},
    ),
)  # fmt: skip
