"""What it means that two ways of deciding agree."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.engine.engine import Engine
from rules.judging.decider import Decider
from rules.judging.decision import Decision
from rules.judging.reference import Reference
from rules.model import Ranking, Rule, Scorecard, criteria_of


def due(rule: Rule) -> int:
    """How many findings a decision owes."""
    if isinstance(rule.body, Ranking):
        return 0  # a ranking has a place for every record instead
    return len(criteria_of(rule)) + (len(rule.body.items) if isinstance(rule.body, Scorecard) else 0)


def bad(decision: Decision) -> set[str]:
    """The criteria that a decision's findings show as not met or not known."""
    return {one.id for one in decision.findings if one.verdict is not True and one.role != "item"}


def agree(engine: Engine, reference: Reference, name: str, facts: Mapping[str, Any], on: date) -> Decision:
    """Decide with both, online and at length, and hold all four against each other."""
    decided, expected = engine.decide(name, facts, on, "one"), reference.decide(name, facts, on, "one")
    assert decided.as_dict() == expected.as_dict()
    rule = decided.rule
    assert len(decided.findings) == due(rule)
    if isinstance(rule.body, Ranking):
        records = facts.get(rule.body.over.name)
        assert len(decided.ranking) == len(records or ())
    for decider in (engine, reference):
        assert_same_judgement(decider, decided, name, facts, on)
    for chained in decided.chained.values():
        assert len(chained.findings) == due(chained.rule)
    return decided


def assert_same_judgement(decider: Decider, decided: Decision, name: str, facts: Mapping[str, Any], on: date) -> None:
    """`judge` looks only at what fired; it must say what `decide` says."""
    judged = decider.judge(name, facts, on)
    assert judged.outcome == decided.outcome
    assert judged.ranking == decided.ranking
    assert {key: value for key, value in judged.outputs.items() if value is not None} == {
        key: value for key, (value, _) in decided.outputs.items()
    }
    if decided.rule.kind == "checklist":
        assert judged.codes == decided.codes
