"""Warns of rules that are allowed but deserve a look before they are in force. A warning never stops an edition.

Every warning is proven, not guessed: see rules.warnings.worlds. A warning that turns out to be meant may stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.model import (
    Const,
    Criterion,
    Dimension,
    Edition,
    Expr,
    Leaf,
    Op,
    Ref,
    Rule,
    ScoreItem,
    cites,
    criteria_of,
    items_of,
    leaves_in,
    parts_of,
    subject_read,
)
from rules.model.uses import Used, behind, fact_of, read_by, refs
from rules.problems.problem import Problem, Problems
from rules.values.exact import Value, decimal_text
from rules.warnings.chosen import check_chosen
from rules.warnings.clauses import check_agreement
from rules.warnings.exchanged import check_exchanged
from rules.warnings.redundant import check_redundant
from rules.warnings.sources import sources_of
from rules.warnings.totals import check_totals
from rules.warnings.traits import check_traits
from rules.warnings.worlds import shape

OUT_OF_REACH = {"above": "highest", "below": "lowest"}


def warnings(edition: Edition) -> tuple[Problem, ...]:
    """Everything in an edition that deserves a look, in reading order."""
    problems = Problems()
    check_redundant(edition, problems)
    check_traits(edition, problems)
    for rule in edition.rules.values():
        _out_of_reach(edition, rule, problems)
        _unused(rule, problems)
        _silence(rule, problems)
    _unused_facts(edition, problems)
    _directions(edition, problems)
    _unused_readings(edition, problems)
    sources = tuple(sources_of(edition))
    check_agreement(sources, problems)
    check_chosen(edition, problems)
    check_exchanged(edition, sources, problems)
    check_totals(edition, problems)
    return problems.sorted()


def _silence(rule: Rule, problems: Problems) -> None:
    """Points for nothing known that beat the fewest that can be known: who has something to lose will say nothing."""
    for item in rule.body.items:
        worst = item.least if item.formula is not None else _fewest(item)
        if item.missing is not None and worst is not None and item.missing > worst:
            figures = {"missing": decimal_text(item.missing), "worst": decimal_text(worst)}
            problems.warn(item.mark, "warning.silence_pays", path=f"{rule.id}.{item.id}", id=item.id, **figures)


def _fewest(item: ScoreItem) -> Value:
    """The fewest points of the bands that give fixed ones."""
    return min((band.points.value for band in item.bands if isinstance(band.points, Const)), default=None)


# --- comparisons that nobody can pass


def _out_of_reach(edition: Edition, rule: Rule, problems: Problems) -> None:
    """A record cannot exceed the maximum of a list that contains it."""
    for criterion in criteria_of(rule):
        for leaf in leaves_in(criterion.condition):
            for test in leaf.tests:
                if _is_best_of_own(edition, rule, leaf, test.limits[0], OUT_OF_REACH.get(test.operator, "")):
                    problems.warn(criterion.mark, "warning.own_statistic", path=f"{rule.id}.{criterion.id}",
                                  id=criterion.id)  # fmt: skip


def _is_best_of_own(edition: Edition, rule: Rule, leaf: Leaf, limit: Expr, statistic: str) -> bool:
    subject = subject_read(rule)
    formula: Expr | None = limit
    if isinstance(limit, Ref):
        fact = fact_of(edition, rule.subject if limit.scope == "own" else limit.scope or subject, limit)
        formula = None if fact is None else fact.formula
    return (
        isinstance(formula, Op)
        and formula.name == statistic
        and formula.where is None
        and formula.args[0].type.of == subject
        and shape(formula.each) == shape(leaf.left)
    )


# --- declarations that are never used


def _unused(rule: Rule, problems: Problems) -> None:
    """Outcomes that no case ends in, and outputs that no row gives."""
    body, roles = rule.body, {role: rule.role(role) for role in ("met", "not_met", "unknown")}
    reachable = {criterion.outcome for criterion in criteria_of(rule)} | body.reachable(roles)
    for outcome in (one for one in rule.outcomes if one not in reachable):
        path = f"{rule.id}.outcomes.{outcome}"
        problems.warn(rule.outcomes[outcome].mark, "warning.outcome_unused", path=path, id=outcome)
    if body.otherwise is not None:
        given = {name for row in (*body.rows, body.otherwise) for name in row.then}
        for output in (one for one in body.outputs if one not in given):
            path = f"{rule.id}.outputs.{output}"
            problems.warn(body.outputs[output].mark, "warning.output_unset", path=path, id=output)


def _unused_facts(edition: Edition, problems: Problems) -> None:
    """A fact counts as used when a decision or the changes of a reading read it, or it bounds or moves with one that
    is read."""
    facts = [fact for subject in edition.subjects.values() for fact in subject.facts.values()]

    def read() -> Iterator[Used]:
        for rule in edition.rules.values():
            yield from read_by(rule)
        for assignment in edition.assignments.values():
            yield from read_by(assignment)
        for fact in facts:
            for part in parts_of(fact):
                if part.role != "formula":  # `behind` follows formulas
                    yield from refs(part.what, part.subject)

    words = {word for reading in edition.readings.values() for word in _words(reading.changes)}
    tried = ((fact.subject, Ref("fact", "", fact.name, fact.type)) for fact in facts
             if {fact.name, f"{fact.subject}.{fact.name}"} & words)  # fmt: skip
    used = behind(edition, (*read(), *tried))
    beside = {(subject, name) for (subject, _), fact in used.items() for name in (*fact.part_of, *fact.moves)}
    for fact in facts:
        if (fact.subject, fact.name) not in used.keys() | beside:
            path = f"{fact.subject}.{fact.name}"
            problems.warn(fact.mark, "warning.fact_unused", path=path, fact=fact.title, id=fact.name)


def _words(changes: Any) -> Iterator[str]:
    """The words that may name facts in the changes of a reading; the items that they change are not read."""
    for option in changes.values():
        for change in option.values():
            yield from _below(change)


def _below(thing: Any) -> Iterator[str]:
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            yield key
            yield from _below(value) if key not in ("title", "about") else ()
    elif isinstance(thing, list):
        for one in thing:
            yield from _below(one)
    elif isinstance(thing, str):
        yield thing


def _directions(edition: Edition, problems: Problems) -> None:
    """Levers that go up or down though their answers have no order: they turn to any other answer."""
    for fact in (fact for subject in edition.subjects.values() for fact in subject.facts.values()):
        if fact.lever in ("up", "down") and fact.type.values and not fact.type.ranked:
            problems.warn(fact.mark, "warning.no_direction", path=f"{fact.subject}.{fact.name}", id=fact.name,
                          fact=fact.title, change=fact.lever)  # fmt: skip


def _unused_readings(edition: Edition, problems: Problems) -> None:
    """A reading is used where an item names it or a rule rests on its clause, if only with a part."""
    rules, assignments = edition.rules.values(), edition.assignments.values()
    items: list[Criterion | ScoreItem | Dimension] = [one for rule in rules for one in items_of(rule)]
    items += (one for assignment in assignments for one in assignment.balance)
    named = {one.reading for one in items}
    clauses = {clause for listed in (rules, assignments) for one in listed for _, clause in cites(one)}
    for reading in edition.readings.values():
        if reading.id not in named and reading.clause not in clauses:
            path = f"readings.{reading.id}"
            problems.warn(reading.mark, "warning.reading_unused", path=path, title=reading.title)
