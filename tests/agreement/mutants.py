"""Mutants: the edition with one thing of one rule or fact wrong, a number a step off or a row gone.

An edition is frozen data, so a mutant is the edition with one node replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from rules.model import Checklist, Criterion, Edition, Fact, Group, Ranking, Rule, Scorecard, ScoreItem, Table
from rules.values.figures import show
from rules.values.text import Mark
from tests.agreement.alterations import Change, are_intervals, conditions, edges, expressions, values


@dataclass(frozen=True, slots=True)
class Mutant:
    mark: Mark
    what: str
    where: str  # the rule or `subject.fact` changed
    edition: Edition

    def __str__(self) -> str:
        return f"{self.mark.file}:{self.mark.line}: {self.where}: {self.what}"


HITS = {
    "first": ("all",),
    "all": ("first",),
    "highest": ("lowest", "first"),
    "lowest": ("highest", "first"),
    "sum": ("first",),
}


def mutants(edition: Edition) -> Iterator[Mutant]:
    for rule in edition.rules.values():
        for mark, what, changed in _rule(rule):
            yield Mutant(mark, what, rule.id, replace(edition, rules={**edition.rules, rule.id: changed}))
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            for what, changed_fact in _fact(fact):
                other = replace(subject, facts={**subject.facts, fact.name: changed_fact})
                subjects = {**edition.subjects, subject.name: other}
                yield Mutant(fact.mark, what, f"{subject.name}.{fact.name}", replace(edition, subjects=subjects))


def declarations(edition: Edition) -> Iterator[Mutant]:
    """The edition with one thing wrong that no case comes out differently by: what is declared so that slips show."""
    for rule in edition.rules.values():
        for mark, what, changed in _roles(rule) if isinstance(rule.body, Table) else ():  # each row has its outcome
            yield Mutant(mark, what, rule.id, replace(edition, rules={**edition.rules, rule.id: changed}))
        full = getattr(rule.body, "full_marks", None)
        if full is not None:
            body: Any = replace(rule.body, full_marks=full + 1)  # type: ignore[call-arg]
            rules = {**edition.rules, rule.id: replace(rule, body=body)}
            yield Mutant(rule.mark, "full marks", rule.id, replace(edition, rules=rules))
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if fact.part_of:
                other = replace(subject, facts={**subject.facts, fact.name: replace(fact, part_of=())})
                subjects = {**edition.subjects, subject.name: other}
                yield Mutant(fact.mark, "part_of", f"{subject.name}.{fact.name}", replace(edition, subjects=subjects))


# --- criteria, rows, items ----------------------------------------------------------------------------------


def _criterion(rule: Rule, one: Criterion) -> Iterator[Change]:
    yield "require <-> reject", replace(one, reject=not one.reject)
    yield from ((what, replace(one, condition=changed)) for what, changed in conditions(one.condition))
    if one.when is not None:
        yield "without when", replace(one, when=None)
        yield from ((f"when {what}", replace(one, when=changed)) for what, changed in conditions(one.when))
    yield from _consequence(rule, one)


def _consequence(rule: Rule, one: Criterion) -> Iterator[Change]:
    if rule.kind != "ranking" and (rule.kind != "checklist" or one.outcome):
        for outcome in rule.outcomes.values():
            if outcome.id != one.outcome and outcome.role != "unknown":
                yield f"outcome {one.outcome} -> {outcome.id}", replace(one, outcome=outcome.id)
    for name, expr in one.then.items():
        for what, changed in expressions(expr):
            yield f"{name}: {what}", replace(one, then={**one.then, name: changed})
        rest = {key: value for key, value in one.then.items() if key != name}
        yield f"without output {name}", replace(one, then=rest)


def _item(item: ScoreItem) -> Iterator[Change]:
    if are_intervals(item.bands):
        yield from ((what, replace(item, bands=changed)) for what, changed in edges(item.bands))
    for number, band in enumerate(item.bands):
        if isinstance(band.condition, Group) and number:
            continue  # the other side of a bonus or deduction: nobody writes it
        before, after = item.bands[:number], item.bands[number + 1 :]
        for what, changed in () if are_intervals(item.bands) else conditions(band.condition):
            yield what, replace(item, bands=(*before, replace(band, condition=changed), *after))
        for what, changed in expressions(band.points):
            yield f"points {what}", replace(item, bands=(*before, replace(band, points=changed), *after))
        yield f"without band {number + 1}", replace(item, bands=(*before, *after))
    if item.formula is not None:
        yield from ((what, replace(item, formula=changed)) for what, changed in expressions(item.formula))
    if item.missing is not None:
        yield f"missing {item.missing} -> {item.missing + 1}", replace(item, missing=item.missing + 1)
        yield "without missing", replace(item, missing=None)


# --- rules and facts ----------------------------------------------------------------------------------------

Found = tuple[Mark, str, Rule]


def _rule(rule: Rule) -> Iterator[Found]:
    body: Any = rule.body
    if not isinstance(body, Table):
        yield from _roles(rule)
    if isinstance(body, Checklist):
        yield from _each(rule, "criteria", lambda one: _criterion(rule, one))
    elif isinstance(body, Table):
        yield from _each(rule, "rows", lambda one: _criterion(rule, one))
        yield from _swapped(rule, body) if body.hit == "first" else ()
        for hit in HITS[body.hit]:
            yield rule.mark, f"hit {body.hit} -> {hit}", replace(rule, body=replace(body, hit=hit))
        for what, changed in _consequence(rule, body.otherwise):
            yield (
                body.otherwise.mark,
                f"otherwise: {what}",
                replace(rule, body=replace(body, otherwise=changed)),
            )
    elif isinstance(body, Scorecard):
        yield from _scorecard(rule, body)
    else:
        yield from _ranking(rule, body)


def _roles(rule: Rule) -> Iterator[Found]:
    if rule.role("met") and rule.role("not_met"):
        roles = {"met": "not_met", "not_met": "met"}
        turned = {name: replace(one, role=roles.get(one.role, one.role)) for name, one in rule.outcomes.items()}
        yield rule.mark, "roles turned round", replace(rule, outcomes=turned)


def _each(rule: Rule, field: str, changes: Callable[[Any], Iterator[Change]]) -> Iterator[Found]:
    """The rule with one item of a list left out, or changed."""
    items = getattr(rule.body, field)
    for number, item in enumerate(items):
        before, after = items[:number], items[number + 1 :]
        options = [("left out", ()), *((what, (changed,)) for what, changed in changes(item))]
        for what, instead in options:
            body: Any = replace(rule.body, **{field: (*before, *instead, *after)})  # type: ignore[arg-type]
            yield item.mark, f"{item.id}: {what}", replace(rule, body=body)


def _swapped(rule: Rule, body: Table) -> Iterator[Found]:
    for number, (one, two) in enumerate(zip(body.rows, body.rows[1:], strict=False)):
        rows = (*body.rows[:number], two, one, *body.rows[number + 2 :])
        yield two.mark, f"{two.id}: before {one.id}", replace(rule, body=replace(body, rows=rows))


def _scorecard(rule: Rule, body: Scorecard) -> Iterator[Found]:
    yield from _each(rule, "vetoes", lambda one: _criterion(rule, one))
    yield from _each(rule, "items", _item)
    yield from _each(rule, "ceilings", lambda one: _criterion(rule, one))
    for name in ("least", "most"):
        value = getattr(body, name)
        for other in () if value is None else (value - 1, value + 1):
            yield (
                rule.mark,
                f"total {name} {value} -> {other}",
                replace(rule, body=replace(body, **{name: other})),
            )
    for what, grades in edges(body.grades):
        yield rule.mark, f"grades: {what}", replace(rule, body=replace(body, grades=grades))


def _ranking(rule: Rule, body: Ranking) -> Iterator[Found]:
    yield from _each(rule, "eligible", lambda one: _criterion(rule, one))
    for take in () if body.take is None else (body.take - 1, body.take + 1, None):
        yield rule.mark, f"take {body.take} -> {take}", replace(rule, body=replace(body, take=take))
    ties = "by_id" if body.ties == "shared" else "shared"
    yield rule.mark, f"ties {ties}", replace(rule, body=replace(body, ties=ties))
    for number, key in enumerate(body.order):
        other = replace(key, first="lowest" if key.first == "highest" else "highest")
        for what, instead in (("left out", ()), (other.first, (other,))):
            order = (*body.order[:number], *instead, *body.order[number + 1 :])
            yield (
                rule.mark,
                f"order by {key.title.en}: {what}",
                replace(rule, body=replace(body, order=order)),
            )
    yield rule.mark, "order turned round", replace(rule, body=replace(body, order=body.order[::-1]))


def _fact(fact: Fact) -> Iterator[Change]:
    if fact.formula is not None:
        yield from ((what, replace(fact, formula=changed)) for what, changed in expressions(fact.formula))
    for number, (start, value) in enumerate(fact.dated):
        before, after = fact.dated[:number], fact.dated[number + 1 :]
        small = Fraction(1, 10_000)
        others = (value - small, value + small) if fact.type.kind == "rate" else values(value, fact.type)
        for other in others:
            what = f"{show(value, fact.type)} -> {show(other, fact.type)}"
            yield what, replace(fact, dated=(*before, (start, other), *after))
        if start > date.min:  # a plain value holds since ever
            for day in values(start, fact.type):
                yield f"from {start} -> {day}", replace(fact, dated=(*before, (day, value), *after))
