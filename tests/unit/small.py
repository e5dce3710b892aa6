"""Small editions for unit tests: the facts of a `thing`, and decisions about it."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules.building.loader import Loaded, load
from rules.judging.evaluate import Scope
from rules.judging.reference import Reference
from rules.model import Edition
from rules.problems.problem import Problem
from tests.agreement.making import TITLE, write

ON = date(2026, 12, 31)
OUTCOMES = {
    "good": {"if": "met", "title": TITLE},
    "worse": {"title": TITLE},
    "bad": {"if": "not_met", "title": TITLE},
    "open": {"if": "unknown", "title": TITLE},
}


def given(type: str, **more: Any) -> dict[str, Any]:
    return {"type": type, "title": TITLE, **more}


def count(unit: str = "house", **more: Any) -> dict[str, Any]:
    return given("count", unit=unit, **more)


def choice(*codes: str, **more: Any) -> dict[str, Any]:
    return given("choice", choices=dict.fromkeys(codes, TITLE), **more)


def derived(**formula: Any) -> dict[str, Any]:
    return {**formula, "title": TITLE}


def head(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "subject": "thing", "title": TITLE, "clause": "一", "outcomes": OUTCOMES, **more}


def checklist(*criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    items = [{"id": f"c{number}", "title": TITLE, **one} for number, one in enumerate(criteria)]
    return head("checklist", criteria=items, **more)


def table(hit: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    items = [{"id": f"r{number}", "title": TITLE, **one} for number, one in enumerate(rows)]
    return head("table", hit=hit, rows=items, **{"otherwise": {}, **more})


def loaded(subjects: dict[str, dict[str, Any]], decisions: dict[str, Any], heading: str = "一") -> Loaded:
    """`subjects`: name -> facts; `within:` among the facts names the subject around. `constants` are the plan's."""
    declared = {}
    constants = {key: one for key, one in subjects.items() if key == "constants"}
    for name, facts in subjects.items():
        if name == "constants":
            continue
        own = {key: fact for key, fact in facts.items() if key != "within"}
        declared[name] = {"title": TITLE, "facts": own} | ({"within": facts["within"]} if "within" in facts else {})
    with TemporaryDirectory() as folder:
        write(Path(folder), {
            "plan": {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}},
            "clauses": {"clauses": {"一": {"heading": heading}}},
            "readings": {"readings": {}},
            "facts": {"subjects": declared, **constants},
            **{name: {"decision": name, **body} for name, body in decisions.items()},
        })  # fmt: skip
        return load(Path(folder))


def small(facts: dict[str, Any], decisions: dict[str, Any] | None = None, **others: dict[str, Any]) -> Edition:
    """An edition about a thing; `others` are further subjects."""
    found = loaded({"thing": facts, **others}, decisions or {})
    assert found.edition is not None, found.problems
    return found.edition


def errors(facts: dict[str, Any], decisions: dict[str, Any] | None = None, **others: dict[str, Any]) -> list[Problem]:
    found = loaded({"thing": facts, **others}, decisions or {})
    return [problem for problem in found.problems if problem.severity == "error"]


def codes(facts: dict[str, Any], decisions: dict[str, Any] | None = None, **others: dict[str, Any]) -> list[str]:
    return [problem.code for problem in errors(facts, decisions, **others)]


def value(edition: Edition, fact: str, record: dict[str, Any], on: date = ON) -> Any:
    """What a fact of a thing is, by the plain evaluator."""
    reference = Reference(edition)
    return Scope(edition, "thing", record, on, reference).fact(fact)
