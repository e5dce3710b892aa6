"""Finds declarations that are never used: facts, outputs, outcomes, readings."""

from __future__ import annotations

from collections.abc import Iterator

from rules.model import (
    Checklist,
    Edition,
    Ranking,
    Rule,
    Scorecard,
    Table,
    criteria_of,
    otherwise_of,
    outputs_of,
    parts_of,
)
from rules.model.uses import Used, behind, read_by, refs
from rules.problems.problem import Problems
from rules.values.text import Mark, Text


def check_unused(edition: Edition, problems: Problems) -> None:
    """Warn of declarations that nothing rests on."""
    _facts(edition, problems)
    for rule in edition.rules.values():
        for outcome in rule.outcomes:
            if outcome not in reachable(rule):
                problems.warn(rule.mark, "warning.outcome_unused", path=f"outcomes.{outcome}", id=outcome)
        given = {name for row in (*criteria_of(rule), otherwise_of(rule)) if row is not None for name in row.then}
        for output in outputs_of(rule):
            if output not in given:
                problems.warn(rule.mark, "warning.output_unset", path=f"outputs.{output}", id=output)
    _readings(edition, problems)


def _facts(edition: Edition, problems: Problems) -> None:
    """A fact counts as used when a decision reads it, or it bounds or moves with one that is read."""

    def read() -> Iterator[Used]:
        for rule in edition.rules.values():
            yield from read_by(rule)
        for assignment in edition.assignments.values():
            yield from read_by(assignment)
        for subject in edition.subjects.values():
            for fact in subject.facts.values():
                for part in parts_of(fact):
                    if part.role != "formula":  # `behind` follows formulas
                        yield from refs(part.what, part.subject)

    used = behind(edition, read())
    beside = {(subject, name) for (subject, _), fact in used.items() for name in (*fact.part_of, *fact.moves)}
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if (subject.name, fact.name) not in used.keys() | beside:
                path = f"{subject.name}.{fact.name}"
                title = Text(fact.title.zh, fact.title.en)
                problems.warn(fact.mark, "warning.fact_unused", path=path, fact=title, id=fact.name)


def reachable(rule: Rule) -> set[str]:
    """The outcomes that some case could end in."""
    named = {criterion.outcome for criterion in criteria_of(rule)}
    roles = {role: rule.role(role) for role in ("met", "not_met", "unknown")}
    match rule.body:
        case Checklist(criteria=criteria):
            usual = {roles["not_met"]} if any(not one.outcome for one in criteria) else set()
            return named | usual | {roles["met"], roles["unknown"]}
        case Table(otherwise=otherwise):
            return named | {otherwise.outcome, roles["unknown"]}
        case Scorecard(grades=grades):
            return named | {grade for _, grade in grades} | {roles["unknown"]}
        case Ranking():
            return set(roles.values())


def _readings(edition: Edition, problems: Problems) -> None:
    """A reading is used where a criterion names it or a rule rests on its clause."""
    named, clauses = set(), set()
    for rule in edition.rules.values():
        clauses.add(rule.clause)
        for criterion in criteria_of(rule):
            named.add(criterion.reading)
            clauses.add(criterion.clause)
    for assignment in edition.assignments.values():
        clauses |= {assignment.clause, *(one.clause for one in assignment.balance)}
        named |= {one.reading for one in assignment.balance}
    for reading in edition.readings.values():
        if reading.id not in named and reading.clause not in clauses:
            mark = Mark(f"{edition.id}/readings.yaml", 1, 1)
            problems.warn(
                mark,
                "warning.reading_unused",
                path=f"readings.{reading.id}",
                title=Text(reading.title.zh, reading.title.en),
            )
