"""Holds the plan's own rules against the words of their clauses: the same numbers, the operators they say.

A rule that departs from its clause on purpose names a reading, and the reading chosen there must then say
what the rule does. Numbers that the lender sets stand in no clause and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.model import (
    Clause,
    Comparison,
    Condition,
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
from rules.values.text import Mark, Text
from rules.warnings.figures import comparisons, figures, says


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value or a comparison of a rule that its clause does not say."""

    mark: Mark
    id: str
    title: Text
    clause: str
    operator: str
    shown: str


def check_agreement(edition: Edition, problems: Problems) -> None:
    """Warn where a rule says other than its clause."""
    for one in disagreements(edition):
        problems.warn(
            one.mark, "warning.clause_disagrees", id=one.id, fact=Text(one.title.zh, one.title.en),
            operator=one.operator, limit=one.shown, clause=one.clause,
        )  # fmt: skip


def disagreements(edition: Edition) -> Iterator[Disagreement]:
    """Every place where a rule set by the plan says other than the clause it cites."""
    for rule in edition.rules.values():
        for criterion in criteria_of(rule):
            if criterion.set_by == "plan":
                yield from _criterion(edition, rule, criterion)
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if not fact.clause or fact.set_by == "lender":
                continue
            values = [(value, fact.type) for _, value in fact.dated] + list(_figures_in(fact.formula))
            text = quoted(edition.clauses, fact.clause)
            for value, kind in values:
                if _is_figure(value, "") and not says(text, value, ""):
                    yield Disagreement(fact.mark, fact.name, fact.title, fact.clause, "", show(value, kind))


def _criterion(edition: Edition, rule: Rule, criterion: Criterion) -> Iterator[Disagreement]:
    reading = edition.readings.get(criterion.reading)
    where = f"{rule.id}.{criterion.id}"
    text = quoted(edition.clauses, criterion.clause)

    def wrong(operator: str, shown: str) -> Disagreement:
        return Disagreement(criterion.mark, where, criterion.title, criterion.clause, operator, shown)

    for condition, around in (
        (criterion.condition, ""),
        (criterion.when, _group_text(edition, rule, criterion)),
    ):
        for leaf, test in _tests(condition):
            for limit in test.limits:
                said = text + around
                if _differs(said, leaf, test, limit) and not _explained(reading, where, said, test, limit):
                    yield wrong(test.operator, _shown(limit))
    for expr in criterion.then.values():
        for value, kind in _figures_in(expr):
            if _is_figure(value, "") and not says(text, value, ""):
                yield wrong("", show(value, kind))


def quoted(clauses: Mapping[str, Clause], clause: str) -> str:
    """The words of a clause and of the one it stands under."""
    above = max((name for name in clauses if clause.startswith(name) and name != clause), key=len, default="")
    both = [clauses[name] for name in (clause, above) if name in clauses]
    return "。".join(f"{one.heading}。{one.text}" for one in both)


def _group_text(edition: Edition, rule: Rule, criterion: Criterion) -> str:
    """Whom a criterion of a group applies to may be said by the clause of any of the group."""
    beside = {one.clause for one in criteria_of(rule) if one.group and one.group == criterion.group}
    return "".join(quoted(edition.clauses, clause) for clause in sorted(beside))


def _tests(condition: Condition | None) -> Iterator[tuple[Leaf, Comparison]]:
    for leaf in leaves_in(condition):
        for test in leaf.tests:
            yield leaf, test


def _differs(text: str, leaf: Leaf, test: Comparison, limit: Expr) -> bool:
    if isinstance(limit, Const):
        operator = test.operator if test.operator != "one_of" else ""
        return _is_figure(limit.value, test.operator) and not says(text, limit.value, operator)
    said = comparisons(text)
    return isinstance(limit, Ref) and leaf.left.type.is_number and bool(said) and test.operator not in said


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
    if isinstance(expr, Const) and expr.type.is_ordered and not expr.type.choices:
        yield expr.value, expr.type
    elif isinstance(expr, Op):
        for arg in expr.args:
            yield from _figures_in(arg)


def _shown(limit: Expr) -> str:
    return show(limit.value, limit.type) if isinstance(limit, Const) else limit.path if isinstance(limit, Ref) else "…"
