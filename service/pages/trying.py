"""Data for the start page's form: the facts each decision depends on, and examples."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from rules import FactChecker, FactError
from rules.cases.files import Case, read_cases
from rules.judging.decision import Decision, vars_of
from rules.model import Edition, Rule
from rules.model.needs import Key, needed
from service.policies.compiled import Compiled, Snapshot
from service.settings import HOME

CASES = HOME / "examples" / "cases"
MOST = 6  # examples of a decision


@dataclass(frozen=True, slots=True)
class Example:
    """A case, titled by the first and last comment line of its file."""

    title: Mapping[str, str]
    case: Case


def forms(snapshot: Snapshot, day: date) -> list[dict[str, Any]]:
    """A form for each decision of the editions that the OpenAPI document of that day describes."""
    return _forms(snapshot, tuple(edition.id for edition in snapshot.store.by(day)))


@lru_cache(maxsize=1)
def _forms(snapshot: Snapshot, names: tuple[str, ...]) -> list[dict[str, Any]]:
    examples = tuple(_examples(CASES))
    live = [snapshot.edition(name) for name in names]
    return [_form(compiled, rule, examples) for compiled in live for rule in compiled.edition.rules.values()]


def _form(compiled: Compiled, rule: Rule, examples: tuple[Example, ...]) -> dict[str, Any]:
    edition = compiled.edition
    wanted = needed(edition, rule)
    suitable = list(_suitable(compiled, rule, examples))
    return {
        "plan": edition.plan,
        "decision": rule.id,
        "title": vars_of(rule.title),
        "subject": {"id": rule.subject, "title": vars_of(edition.subjects[rule.subject].title)},
        "outcomes": {one.id: vars_of(one.title) for one in rule.outcomes.values()},
        "facts": list(_facts(edition, rule, wanted)),
        "lists": dict(_lists(edition, rule, wanted, [one["facts"] for one in suitable])),
        "examples": suitable,
    }


def _facts(edition: Edition, rule: Rule, wanted: Container[Key]) -> Iterator[list[str]]:
    """The path to each fact of the case, in the order of the fact dictionary."""
    level, above = rule.subject, list[str]()
    while level:
        names = edition.subjects[level].facts
        yield from ([*above, name] for name in names if (level, name) in wanted)
        level = edition.subjects[level].within
        above = [level]


def _lists(
    edition: Edition, rule: Rule, wanted: Container[Key], examples: list[Mapping[str, Any]]
) -> Iterator[tuple[str, list[str]]]:
    """The lists of the case and the fields of their records: those of the examples, else all that are needed."""
    for fact in edition.subjects[rule.subject].facts.values():
        if (kind := fact.type.of) and (names := [one for one in edition.subjects[kind].facts if (kind, one) in wanted]):
            said = {key for one in examples for record in one.get(fact.name) or () for key in record}
            concluded = [name for name in edition.rules if name in said]
            yield fact.name, ["id", *([name for name in names if name in said] + concluded or names)]


# --- examples


def _examples(folder: Path) -> Iterator[Example]:
    for file in sorted(folder.glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        said = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")] or [file.stem]
        for case in read_cases(text, file.name):
            yield Example({"zh": said[0], "en": said[-1]}, case)


def _suitable(compiled: Compiled, rule: Rule, examples: tuple[Example, ...]) -> Iterator[dict[str, Any]]:
    """The example cases that give most of the needed facts, the most complete first."""
    found = []
    for example in examples:
        case = example.case
        on = case.on or compiled.edition.effective_from
        try:
            facts = compiled.checker.check(rule.subject, case.facts, on)
        except FactError:
            continue
        decision = compiled.engine.decide(rule.id, facts, on, case.subject_id)
        if len(decision.missing) * 2 <= sum(len(finding.parts) or 1 for finding in decision.findings):
            found.append((_gaps(decision), example))
    for _, example in sorted(found, key=lambda one: one[0])[:MOST]:
        case = example.case
        yield {"title": example.title, "on": case.on, "subject": {"id": case.subject_id}, "facts": case.facts}


def suitable(edition: Edition, rule: Rule) -> list[Example]:
    """The example cases that an edition takes and that give at least half of what a decision rests on."""
    checker, wanted, found = FactChecker(edition), needed(edition, rule), list[Example]()
    for example in _examples(CASES):
        try:
            facts = checker.check(rule.subject, example.case.facts)
        except FactError:
            continue
        own = [name for subject, name in wanted if subject == rule.subject]
        if sum(name in facts for name in own) * 2 >= len(own):
            found.append(example)
    return found[:MOST]


def _gaps(decision: Decision) -> int:
    """The missing facts of the decision and of those it depends on."""
    return sum(len(one.missing) for one in decision.all().values())
