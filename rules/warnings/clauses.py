"""Holds the plan's own rules against the words of their clauses: the same numbers, the operators they say.

A rule that departs from its clause on purpose names a reading, and the reading chosen there must then say
what the rule does. Numbers that the lender sets stand in no clause and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rules.model import (
    Clause,
    Comparison,
    Const,
    Criterion,
    Edition,
    Expr,
    Leaf,
    Op,
    Reading,
    Ref,
    Rule,
    criteria_of,
    leaves_in,
)
from rules.operations.comparisons import DOWNWARD, OPERATORS, UPWARD
from rules.problems.problem import Problems
from rules.values.exact import Type, Value, read_literal
from rules.values.figures import show
from rules.warnings.figures import comparisons, figures, says

DISAGREES = "warning.clause_disagrees"


def check_agreement(edition: Edition, problems: Problems) -> None:
    """Warn where a rule or a value set by the plan says other than the clause it cites."""
    for rule in edition.rules.values():
        for one in criteria_of(rule):
            for operator, limit in _unlike(edition, rule, one) if one.set_by == "plan" else ():
                problems.warn(one.mark, DISAGREES, id=f"{rule.id}.{one.id}", fact=one.title, operator=operator,
                              limit=limit, clause=one.clause)  # fmt: skip
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if fact.clause and fact.set_by != "lender":
                values = [*((value, fact.type) for _, value in fact.dated), *_figures_in(fact.formula)]
                for value in _unsaid(quoted(edition.clauses, fact.clause), values):
                    problems.warn(fact.mark, DISAGREES, id=fact.name, fact=fact.title, operator="", limit=value,
                                  clause=fact.clause)  # fmt: skip


def _unlike(edition: Edition, rule: Rule, criterion: Criterion) -> Iterator[tuple[str, str]]:
    """The comparisons and values of a criterion that its clause does not state: operator and limit."""
    reading = edition.readings.get(criterion.reading)
    where = f"{rule.id}.{criterion.id}"
    text = quoted(edition.clauses, criterion.clause)
    around = _group_text(edition, rule, criterion)
    for condition, words in ((criterion.condition, text), (criterion.when, text + around)):
        for leaf in leaves_in(condition):
            for test in leaf.tests:
                for limit in test.limits:
                    if _differs(words, leaf, test, limit) and not _explained(reading, where, words, test, limit):
                        yield test.operator, _shown(limit)
    for expr in criterion.then.values():
        yield from (("", value) for value in _unsaid(text, _figures_in(expr)))


def _unsaid(text: str, values: Iterable[tuple[Value, Type]]) -> Iterator[str]:
    """The figures that a text does not name."""
    for value, type in values:
        if _is_figure(value, "") and not says(text, value, ""):
            yield show(value, type)


def quoted(clauses: Mapping[str, Clause], clause: str) -> str:
    """The words of a clause and of the one it stands under."""
    above = max((name for name in clauses if clause.startswith(name) and name != clause), key=len, default="")
    both = [clauses[name] for name in (clause, above) if name in clauses]
    return "。".join(f"{one.heading}。{one.text}" for one in both)


def _group_text(edition: Edition, rule: Rule, criterion: Criterion) -> str:
    """Whom a criterion of a group applies to may be said by the clause of any of the group."""
    beside = {one.clause for one in criteria_of(rule) if one.group and one.group == criterion.group}
    return "".join(quoted(edition.clauses, clause) for clause in sorted(beside))


def _differs(text: str, leaf: Leaf, test: Comparison, limit: Expr) -> bool:
    if isinstance(limit, Const):
        operator = test.operator if test.operator != "one_of" else ""
        return _is_figure(limit.value, test.operator) and not says(text, limit.value, operator)
    stated = comparisons(text)
    return isinstance(limit, Ref) and leaf.left.type.is_number and bool(stated) and test.operator not in stated


def _is_figure(value: Value, operator: str) -> bool:
    """Zero and "at least one" only say that there is none or some; choices and truth are no figures."""
    if isinstance(value, bool | str) or value is None:
        return False
    return value != 0 and not (value == 1 and operator == "at_least" and isinstance(value, int))


def _explained(reading: Reading | None, where: str, text: str, test: Comparison, limit: Expr) -> bool:
    """Whether the reading chosen says what the rule does: in the change it lists for it, or else in words,
    which explain another operator than the clause's but neither another number nor another direction."""
    if reading is None:
        return False
    changed = reading.changes.get(reading.chosen, {}).get(where)
    if isinstance(changed, dict) and changed:
        return (test.operator, _path_or_value(limit)) in set(_changes(changed))
    chosen = reading.readings[reading.chosen].zh
    if isinstance(limit, Const):
        words = chosen if figures(chosen) else reading.title.zh
        return says(text, limit.value, "") and says(words, limit.value, test.operator)
    alike = UPWARD if test.operator in UPWARD else DOWNWARD
    return test.operator in comparisons(chosen) and bool(alike & comparisons(text))


def _changes(changed: dict[str, object]) -> Iterator[tuple[str, object]]:
    for operator, limits in changed.items():
        several: Sequence[object] = limits if isinstance(limits, list) else [limits]
        names = OPERATORS[operator].parts or (operator,) * len(several)
        for name, text in zip(names, several, strict=False):
            literal = read_literal(str(text))
            yield name, str(text) if literal is None else literal.value


def _path_or_value(limit: Expr) -> object:
    return limit.value if isinstance(limit, Const) else limit.path if isinstance(limit, Ref) else limit


def _figures_in(expr: Expr | None) -> Iterator[tuple[Value, Type]]:
    """The literals of a formula."""
    if isinstance(expr, Const) and (expr.type.is_number or expr.type.kind == "date"):
        yield expr.value, expr.type
    elif isinstance(expr, Op):
        for arg in expr.args:
            yield from _figures_in(arg)


def _shown(limit: Expr) -> str:
    return show(limit.value, limit.type) if isinstance(limit, Const) else limit.path if isinstance(limit, Ref) else "…"
