"""Finds the reasons why a decision is unknown: facts that are not given, and denominators that are zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from rules.judging.decision import CONTRADICTORY, NOT_EXACT, Missing
from rules.judging.evaluate import Scope, evaluate, leaf_holds
from rules.judging.findings import path_of, title_of
from rules.model import Condition, Const, Expr, Leaf, Op, Ref
from rules.operations import OPERATIONS
from rules.values.exact import CONTRADICTED, RANGES
from rules.values.limits import MOST_MISSING
from rules.values.text import Text


def missing(expr: Expr, scope: Scope, path: str = "", own: str | None = None) -> Iterator[Missing]:
    """The given facts for want of which an expression is not known, and denominators that are zero.

    `path` leads to the record at hand, `own` to the one around its list."""
    if isinstance(expr, Const) or evaluate(expr, scope) is not None:
        return
    if isinstance(expr, Op):
        yield from _missing_in(expr, scope, path, own)
        return
    target, prefix = scope.named(expr.scope), f"{path}{expr.scope}." if expr.scope else path
    if own is not None and target is not None and _around(expr, scope):
        yield from missing(replace(expr, scope=""), target, own)
        return
    here = f"{path}{expr.path}"
    if target is None:  # `own` of a formula that is asked about outside its list
        return
    if expr.what in ("outcome", "output"):
        wanted = target.conclusions.missing(expr.name, target, prefix)
        yield from wanted or [Missing(here, _title(expr, scope), "not_decided")]
    elif expr.what == "fact":
        fact = scope.edition.subjects[target.subject].facts[expr.name]
        if fact.formula is None:
            yield Missing(here, _title(expr, scope), _why(expr.name, target.record))
        else:
            around = own if target is scope else None
            wanted = once(target, (f".{fact.name}", prefix), partial(missing, fact.formula, target, prefix, around))
            whole = Missing(f"{path}{expr.scope}", scope.edition.subjects[target.subject].title, "not_given")
            yield from wanted or ([whole] if target.absent else [])


def _why(name: str, record: Mapping[str, Any]) -> str:
    """Why a given fact of a record is not known."""
    if name in record.get(RANGES, ()):
        return NOT_EXACT
    return CONTRADICTORY if name in record.get(CONTRADICTED, ()) else "not_given"


def _around(ref: Ref, scope: Scope) -> bool:
    """Whether a reference reads the record around the list, as `own` or by its subject."""
    return ref.scope != "" and scope.own is not None and scope.named(ref.scope) is scope.own


def _missing_in(op: Op, scope: Scope, path: str, own: str | None) -> Iterator[Missing]:
    operation = OPERATIONS[op.name]
    for arg in operation.asked(op, scope):
        yield from missing(arg, scope, path, own)
    if operation.divisor is not None and evaluate(divisor := op.args[operation.divisor], scope) == 0:
        yield Missing(f"{path}{path_of(divisor)}", _title(divisor, scope), "zero")
    if op.inside:
        yield from _missing_inside(op, scope, path, own)
    elif op.where is not None:
        yield from missing_for(op.where, scope, path, own)


def _missing_inside(op: Op, scope: Scope, path: str, own: str | None) -> Iterator[Missing]:
    records, operation = evaluate(op.args[0], scope), OPERATIONS[op.name]
    if records is None:
        return
    listed, place = op.args[0], f"{path}{path_of(op.args[0])}"
    if isinstance(listed, Ref) and own is not None and _around(listed, scope):
        place = f"{own}{listed.name}"
    scopes = scope.records_of(listed.type.of, records)
    out = [operation.chooses and op.where is not None and inner.holds(op.where) is False for inner in scopes]
    if all(out):
        yield Missing(place, _title(listed, scope), "none_fits" if records else "empty")
    for number, inner in enumerate(scopes):
        here = f"{place}[{inner.record.get('id', number)}]."
        if op.each is not None and not out[number]:  # of what is left out, no figure is wanted
            yield from missing(op.each, inner, here, path)
        if op.where is not None:
            yield from missing_for(op.where, inner, here, path)


def missing_for(condition: Condition, scope: Scope, path: str = "", own: str | None = None) -> Iterator[Missing]:
    """The missing facts of all comparisons of a condition."""
    if isinstance(condition, Leaf):
        if leaf_holds(condition, scope) is not None:
            return
        yield from missing(condition.left, scope, path, own)
        for test in condition.tests:
            for limit in test.limits:
                yield from missing(limit, scope, path, own)
    else:
        for part in condition.parts:
            yield from missing_for(part, scope, path, own)


def once(scope: Scope, key: tuple[str, str], wanted: Callable[[], Iterable[Missing]]) -> tuple[Missing, ...]:
    """The missing facts of a decision or a derived fact under a path, each once. They are gathered once for a record:
    else each level that reads the one below twice would double the work. Of more than MOST_MISSING one more is told:
    a list of empty records would be answered by a thousand times its size."""
    place = ("missing", *key)
    if place not in scope.memo:
        gathered: dict[tuple[str, str], Missing] = {}
        for one in wanted():
            gathered.setdefault((one.fact, one.why), one)
            if len(gathered) > MOST_MISSING:
                break
        scope.memo[place] = tuple(gathered.values())
    return scope.memo[place]  # type: ignore[no-any-return]


def _title(expr: Expr, scope: Scope) -> Text:
    return title_of(expr, scope.edition, scope.subject, scope.own.subject if scope.own else "")
