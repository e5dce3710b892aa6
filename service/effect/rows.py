"""A row of a county run as a test case of a draft: the facts that a decision needs and no others, under another id
where the record is about people."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules import FactError
from rules.editing.address import Data, Verbatim
from rules.model import Edition, Rule
from rules.model.needs import Key, needed
from rules.values.exact import RANGES, Range
from rules.words.personal import about_people
from service.county.backend import Duck
from service.county.intake.inputs import FileError
from service.county.run.outputs import Outputs
from service.effect.question import Question
from service.examples.case import as_written
from service.publishing.comparing import edition_of

Facts = Mapping[str, Any]


def case_of_row(question: Question, rule: Rule, row: Mapping[str, Any], alias: Callable[[str], str]) -> Data:
    """The case that keeps what a row of the run of a question comes to now. `row` is one that moves, as the effect
    tells it; `alias` gives the id to write in place of one of a person. Nothing where the run is not there any more."""
    if question.run is None or question.judged is None:
        return {}
    edition = edition_of(question.judged.files, question.judged.edition)
    if edition is None:
        return {}
    try:
        with tempfile.TemporaryDirectory() as scratch, closing(Duck(Path(scratch))) as duck:
            outputs = Outputs(Path(question.run.folder), edition, duck)
            found = outputs.row(rule.subject, row["id"])
            facts = {} if found is None else outputs.facts(rule.subject, found)
    except (FileError, FactError, OSError):
        return {}
    if not facts:
        return {}
    return case_of(edition, rule, Made(row["id"], outputs.on.isoformat(), row["before"]), facts, alias)


@dataclass(frozen=True, slots=True)
class Made:
    """What was decided, of whom, and as of which day."""

    id: str
    on: str
    outcome: str


def case_of(edition: Edition, rule: Rule, made: Made, facts: Facts, alias: Callable[[str], str]) -> Data:
    """The case that keeps an outcome: with the facts that the decision needs, and an alias for the id of a person."""
    named = alias(made.id) if about_people(edition.subjects[rule.subject]) else made.id
    return {"on": made.on, "subject": {"id": Verbatim(named)}, "decisions": {rule.id: made.outcome},
            "facts": _needed(edition, rule.subject, facts, needed(edition, rule).keys())}  # fmt: skip


def _needed(edition: Edition, subject: str, facts: Facts, keys: Collection[Key]) -> Data:
    """Of the facts of a record those that are needed, as a case writes them: records of a list by their place, and what
    is known within bounds by these. A conclusion that the run was given stays."""
    names = {name for of, name in keys if of == subject}
    made: dict[str, Data] = {}
    for name, value in facts.items():
        of = _listed(edition, subject, name)
        if name in edition.subjects and isinstance(value, Mapping):
            made[name] = _needed(edition, name, value, keys)
        elif of and isinstance(value, list | tuple):
            made[name] = [{"id": Verbatim(str(at)), **_map(_needed(edition, of, one, keys))}
                          for at, one in enumerate(value, 1)]  # fmt: skip
        elif name in names or name in edition.rules:
            made[name] = as_written(value)
    for name, bounds in (facts.get(RANGES) or {}).items():
        if name in names:
            made[name] = _bounds(bounds)
    return {name: one for name, one in made.items() if one != {}}


def _map(data: Data) -> Mapping[str, Data]:
    return data if isinstance(data, Mapping) else {}


def _listed(edition: Edition, subject: str, name: str) -> str:
    """The subject of the records of a list; empty where the fact is none."""
    fact = edition.subjects[subject].facts.get(name)
    return "" if fact is None else fact.type.of


def _bounds(bounds: Range) -> Data:
    return as_written(dict(zip(Range._fields, bounds, strict=True)))
