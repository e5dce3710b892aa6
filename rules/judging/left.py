"""What an open answer leaves: the outcomes that completions of the case can come to, and the outputs they can have.

Whoever completes the case, one of these comes out, or nothing can: what is left may be wider than the truth and is
never narrower. What counts as something though it is not given (an item told at its `missing`, a `first_known` that
passes over a fact) is taken as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rules.judging.bounds import bounds
from rules.judging.evaluate import Scope, evaluate, leaf_holds
from rules.model import Condition, Expr, Leaf, Op, Ref, Rule
from rules.operations import OPERATIONS
from rules.operations.comparisons import join, passes
from rules.values.exact import Range, Type, plain


@dataclass(frozen=True, slots=True)
class Left:
    """Outcomes in the plan's order, none where nothing is excluded; an output is a Range of numbers, or a tuple of all
    other values that it can have."""

    outcomes: tuple[str, ...] = ()
    outputs: Mapping[str, tuple[Any, Type]] = field(default_factory=lambda: MappingProxyType({}))

    def as_dict(self) -> dict[str, Any]:
        outputs = {name: plain(value) if isinstance(value, Range) else {"one_of": [plain(one) for one in value]}
                   for name, (value, _) in self.outputs.items()}  # fmt: skip
        return {**({"outcomes": list(self.outcomes)} if self.outcomes else {}), "outputs": outputs}


NOTHING = Left()


def left(rule: Rule, outcomes: Iterable[str], outputs: Mapping[str, Any]) -> Left:
    """What is left, without what says nothing: all outcomes there are, numbers without ends."""
    possible, unknown = set(outcomes), rule.role("unknown")
    kept = tuple(name for name in rule.outcomes if name in possible and name != unknown)
    types = {name: rule.body.outputs[name].type for name in outputs}
    told = {name: (value, types[name]) for name, values in outputs.items() if (value := _narrow(values, types[name]))}
    return Left(kept if len(kept) < len(rule.outcomes) - 1 else (), told)


def _narrow(values: Any, type: Type) -> Any:
    """Values in the order of their type; None where they are all that there are."""
    if values is None or isinstance(values, Range):
        return None if values == (None, None) else values
    listed = tuple(one for one in type.values if one in values) if type.values else values
    return None if listed == type.values else listed


def possible(expr: Expr, scope: Scope) -> Any:
    """The values that an expression can have: a Range of a number, a tuple of others; None where these are not told."""
    found = bounds(expr, scope, allowed=True)
    if found is not None:
        return found if expr.type.is_number else (found.at_least,)
    if isinstance(expr, Op):
        return _of_any(expr, scope)
    return None if expr.type.is_number else _of_fact(expr, scope)


def _of_any(op: Op, scope: Scope) -> Any:
    """The values of an operation that chooses one of its arguments."""
    operation = OPERATIONS[op.name]
    chooses = op.name == "choose" or (op.name in ("least", "greatest") and not op.type.is_number)
    return hull([possible(arg, scope) for arg in operation.asked(op, scope)]) if chooses else None


def _of_fact(expr: Expr, scope: Scope) -> Any:
    target = scope.named(expr.scope) if isinstance(expr, Ref) else None
    if target is None or not isinstance(expr, Ref):
        return None
    if expr.what in ("outcome", "output"):
        rest: Left = target.conclusions.left(expr.name, target)
        return rest.outputs.get(expr.output, (None,))[0] if expr.output else rest.outcomes or None
    if expr.what != "fact":
        return None
    formula = target.edition.subjects[target.subject].facts[expr.name].formula
    return None if formula is None else possible(formula, target)


def truth(condition: Condition, scope: Scope) -> bool | None:
    """Whether a condition holds, by the codes and outcomes that are left of what is not known, too."""
    if not isinstance(condition, Leaf):
        return join(condition, [truth(part, scope) for part in condition.parts])
    held = leaf_holds(condition, scope)
    if held is not None or condition.left.type.is_number:
        return held
    limits = [[evaluate(limit, scope) for limit in test.limits] for test in condition.tests]
    tests = [(test.operator, those) for test, those in zip(condition.tests, limits, strict=True)]
    found = {all(passes(operator, value, those, condition.left.type) is not False for operator, those in tests)
             for value in possible(condition.left, scope) or ()}  # fmt: skip
    unknown = any(None in those for those in limits)
    return None if len(found) != 1 or (unknown and True in found) else found.pop()


def hull(values: Sequence[Any]) -> Any:
    """All values that are of any of several; None where one of them can be anything."""
    if not values or None in values:
        return None
    if isinstance(values[0], Range):
        lows, highs = zip(*values, strict=True)
        return Range(None if None in lows else min(lows), None if None in highs else max(highs))
    return tuple(dict.fromkeys(one for value in values for one in value))


def added(ranges: Iterable[Range]) -> Range:
    """The sum of numbers that vary freely."""
    lows, highs = zip(*ranges, strict=True)
    return Range(*(None if None in ends else sum(ends) for ends in (lows, highs)))
