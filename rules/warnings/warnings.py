"""Warns of rules that are allowed but deserve a look before they are in force. A warning never stops an edition.

Every warning is proven, not guessed: see rules.warnings.worlds. A warning that turns out to be meant may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rules.model import Edition, Expr, Fact, Leaf, Op, Ref, Rule, criteria_of, items_of, leaves_in, subject_read
from rules.model.uses import Used, behind, fact_of, read_by, read_by_items
from rules.problems.problem import Problem, Problems
from rules.values.text import Mark, Text
from rules.warnings.clauses import check_agreement
from rules.warnings.redundant import check_redundant
from rules.warnings.unused import check_unused
from rules.warnings.worlds import shape

# A title that speaks of what people may not be judged by. 最低保证金 is no 低保.
PROTECTED = re.compile(r"健康|残疾|疾病|患病|婚姻|离异|离婚|(?<!最)低保|五保|性别|宗教|民族|信仰")
OUT_OF_REACH = {"above": "highest", "below": "lowest"}


def warnings(edition: Edition) -> tuple[Problem, ...]:
    """Everything in an edition that deserves a look, in reading order."""
    problems = Problems()
    check_redundant(edition, problems)
    for rule in edition.rules.values():
        _protected(edition, rule, problems)
        _out_of_reach(edition, rule, problems)
    for assignment in edition.assignments.values():
        _of_traits(edition, assignment.id, assignment.mark, read_by(assignment), problems)
    check_unused(edition, problems)
    check_agreement(edition, problems)
    return problems.sorted()


def _protected(edition: Edition, rule: Rule, problems: Problems) -> None:
    used = read_by_items(rule)
    for item in items_of(rule):
        _of_traits(edition, item.id, item.mark, used.get(item.id, ()), problems)


def _of_traits(edition: Edition, name: str, mark: Mark, used: Iterable[Used], problems: Problems) -> None:
    for fact in behind(edition, used).values():
        if word := protected(fact):
            title = Text(fact.title.zh, fact.title.en)
            problems.warn(mark, "warning.protected", id=name, fact=title, word=word)


def protected(fact: Fact) -> str:
    """The protected trait a fact declares, or the word of its title that speaks of one."""
    titles = [fact.title.zh, *(choice.zh for choice in fact.choices.values())]
    found = next((match for title in titles if (match := PROTECTED.search(title))), None)
    return fact.trait or (found[0] if found else "")


def _out_of_reach(edition: Edition, rule: Rule, problems: Problems) -> None:
    """A record cannot exceed the maximum of a list that contains it."""
    for criterion in criteria_of(rule):
        for leaf in leaves_in(criterion.condition):
            for test in leaf.tests:
                if _is_best_of_own(edition, rule, leaf, test.limits[0], OUT_OF_REACH.get(test.operator, "")):
                    problems.warn(criterion.mark, "warning.own_statistic", id=criterion.id)


def _is_best_of_own(edition: Edition, rule: Rule, leaf: Leaf, limit: Expr, statistic: str) -> bool:
    subject = subject_read(rule)
    if isinstance(limit, Ref):
        home = rule.subject if limit.scope == "own" else limit.scope or subject
        fact = fact_of(edition, home, limit)
        if fact is None or fact.formula is None:
            return False
        limit = fact.formula
    return (
        isinstance(limit, Op)
        and limit.name == statistic
        and limit.where is None
        and limit.args[0].type.of == subject
        and shape(limit.each) == shape(leaf.left)
    )
