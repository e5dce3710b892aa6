"""Cases that meet everything, and those next to them: with one fact dropped or changed.

Drawn cases fail in several places at once; an engine has its shortest ways where nothing fires, or one rule does.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rules import FactChecker
from rules.cases.files import read_cases
from rules.model import Edition, Fact, Rule

EXAMPLES = Path(__file__).parents[2] / "examples" / "cases"
Facts = dict[str, Any]


def nearly(edition: Edition, facts: Facts, subject: str) -> Iterator[Facts]:
    """The case itself, and every case one fact away from it."""
    yield facts
    known = edition.subjects[subject].facts
    for name, value in facts.items():
        yield {other: kept for other, kept in facts.items() if other != name}
        if name in known:
            yield from ({**facts, name: other} for other in _others(known[name], value))
        elif name in edition.subjects:
            yield from ({**facts, name: around} for around in nearly(edition, value, name))


def _others(fact: Fact, value: Any) -> Iterator[Any]:
    match fact.type.kind:
        case "boolean":
            yield not value
        case "choice":
            yield from (choice for choice in fact.type.choices if choice != value)
        case "date":
            yield from (value + timedelta(days) for days in (-40_000, -1, 1, 40_000))
        case "list":
            yield []
        case _:
            yield from (0, value - 1, value + 1, value * 10)


def examples(edition: Edition) -> Iterator[tuple[Rule, Facts, date]]:
    """Every checklist about the subject of an example (its file is named after it), with all cases near it."""
    checker = FactChecker(edition)
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for case in read_cases(path.read_text(encoding="utf-8"), path.name):
            for rule in edition.rules.values():
                if rule.kind == "checklist" and re.match(rf"{rule.subject}[_.]", path.name):
                    facts = checker.check(rule.subject, case.facts)
                    for one in nearly(edition, facts, rule.subject):
                        yield rule, one, case.on or date(2026, 12, 31)
