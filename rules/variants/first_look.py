"""What is wrong with a figure by itself: told by the readers that build an edition, before one is built with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.building.decisions import KINDS
from rules.building.facts import FactBuilder
from rules.building.names import Head, Names
from rules.building.resolver import Resolver
from rules.files.node import Node
from rules.model import CONSTANTS, Criterion, Edition, Fact, Leaf, Rule, items_of, subject_read
from rules.operations import OPERATORS
from rules.operations.forms import EXPRESSION, VALUE
from rules.operations.operation import Place
from rules.problems.problem import Problem, Problems
from rules.values.exact import DATE, Type, read_literal
from rules.values.text import NOWHERE
from rules.variants.whatif import Supposition
from rules.warnings.redundant import check_limit
from rules.warnings.worlds import Spans


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts of an edition, as rules.building.names looks them up."""

    edition: Edition

    def fact(self, subject: str, name: str, at: Node) -> Fact | None:
        return self.built(subject, name)

    def built(self, subject: str, name: str) -> Fact | None:
        home = self.edition.subjects.get(subject)
        return None if home is None else home.facts.get(name)


def faults(edition: Edition, one: Supposition) -> tuple[Problem, ...]:
    """The faults of a supposition about a criterion with one limit, or a value by date; none where only the whole
    edition shows them, as under other readings."""
    rule, problems = edition.rules.get(one.owner), Problems()
    if one.value[0] in "[{" or edition.under:
        return ()
    if rule is None:
        _value(one, problems)
    elif (leaf := _compared(rule, one.name)) is not None and one.value.partition(".")[0] not in edition.rules:
        _limit(edition, rule, leaf, one, problems)
    return tuple(problems.errors)


def _value(one: Supposition, problems: Problems) -> None:
    """Read a value by date, unless its unit tells more than its text."""
    if one.since is None or read_literal(one.value) is not None:
        return
    value = Node(NOWHERE, f"{one.path}.value", one.value)
    root = value
    for key in reversed(("subjects", one.owner, "facts", one.name, "value")):
        root = Node(NOWHERE, one.path, {key: root})
    FactBuilder(root, problems, ()).fact(one.owner, one.name, root)


def _limit(edition: Edition, rule: Rule, leaf: Leaf, one: Supposition, problems: Problems) -> None:
    operator = one.operator or leaf.tests[0].operator
    limit = Node(rule.mark, f"{one.path}.{operator}", one.value)
    if OPERATORS[operator].shape is not EXPRESSION or not VALUE.check(limit, problems):
        return
    inside = subject_read(rule)
    place = Place(inside, "" if inside == rule.subject else rule.subject)
    test = Node(rule.mark, one.path, {operator: limit})
    tests = Resolver(problems, _names(edition, problems)).tests(test, leaf.left, place)
    if tests is not None and (leaf.left.type.is_number or leaf.left.type == DATE):
        check_limit(replace(leaf, tests=tuple(tests)), Spans(edition, inside).of(leaf.left), rule.mark, problems)


def _compared(rule: Rule, name: str) -> Leaf | None:
    """The one comparison of a criterion, with one limit."""
    found = (one for one in items_of(rule) if one.id == name)
    item = next(found, None)
    leaf = item.condition if isinstance(item, Criterion) else None
    return leaf if isinstance(leaf, Leaf) and len(leaf.tests) == 1 and len(leaf.tests[0].limits) == 1 else None


def _names(edition: Edition, problems: Problems) -> Names:
    """The names there are in an edition; of its decisions only that they are there."""
    subjects = edition.subjects
    made = Names(
        problems, {name: one.within for name, one in subjects.items() if name != CONSTANTS},
        {name: tuple(one.facts) for name, one in subjects.items()}, _Facts(edition),
        frozenset(code for one in subjects.values() for fact in one.facts.values() for code in fact.choices),
    )  # fmt: skip
    made.heads |= {rule.id: Head(rule.subject, Type("choice"), {}, rule.title)
                   for rule in edition.rules.values() if KINDS[rule.kind].named}  # fmt: skip
    return made
