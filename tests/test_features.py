"""Runs every feature, and holds all of them against the edition: none lacks, and each tag cites a clause."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_bdd import scenarios

from rules import Edition, Engine
from rules.model import Criterion, Rule, Scorecard, ScoreItem, criteria_of
from service.examples.scenarios import CLAUSE, Example, documents, examples
from tests.editions import FEATURES, POLICIES

scenarios(".")


@pytest.fixture(scope="module")
def told(engine: Engine) -> list[Example]:
    return examples(FEATURES, engine, POLICIES)


def test_every_decision_has_its_feature(edition: Edition) -> None:
    assert set(documents(FEATURES)) == {*edition.rules, *edition.assignments}


def test_features_carry_the_title_of_their_decision(edition: Edition) -> None:
    said = {name: document["feature"]["name"] for name, document in documents(FEATURES).items()}
    titles = {one.id: one.title.zh for one in (*edition.rules.values(), *edition.assignments.values())}
    assert said == titles


def test_features_open_with_one_line_in_english() -> None:
    """A comment, so that the page that a county reads is in one language."""
    for name, document in documents(FEATURES).items():
        first = document["comments"][0]["text"]
        assert first.startswith("# "), name
        assert first.isascii(), name


def test_every_example_cites_clauses_that_exist(edition: Edition, told: list[Example]) -> None:
    lost = {(one.decision, tag) for one in told for tag in one.clauses if tag not in edition.clauses}
    bare = {(one.decision, one.name) for one in told if not one.clauses}
    assert (lost, bare) == (set(), set())


def test_no_two_examples_of_a_feature_share_a_name() -> None:
    """pytest-bdd finds an example by its name, so that of two only one would run."""
    for name, document in documents(FEATURES).items():
        names = [child["scenario"]["name"] for child in _children(document["feature"]) if "scenario" in child]
        assert sorted(set(names)) == sorted(names), name


def test_no_example_repeats_the_words_of_the_code(edition: Edition) -> None:
    """Policy staff read these: no fact, decision or outcome goes by its id."""
    ids = {name for subject in edition.subjects.values() for name in subject.facts if "_" in name}
    ids |= {name for rule in edition.rules.values() for name in (rule.id, *rule.outcomes) if "_" in name}
    for name, document in documents(FEATURES).items():
        texts = str(document["feature"]["children"])
        assert not [one for one in ids if one in texts], name


def test_every_criterion_is_met_and_not_met_somewhere(edition: Edition, told: list[Example]) -> None:
    seen = {(one.decision, name, verdict) for one in told for name, verdict in _verdicts(one)}
    wanted = {
        (rule.id, criterion.id, verdict)
        for rule in edition.rules.values()
        for criterion in criteria_of(rule)
        for verdict in (True, False)
    }
    assert wanted - seen == set()


def test_every_outcome_is_reached_somewhere(edition: Edition, told: list[Example]) -> None:
    seen = {(one.decision, one.case.decision.outcome) for one in told}
    wanted = {(rule.id, outcome) for rule in edition.rules.values() for outcome in rule.outcomes}
    assert wanted - seen == set()


def test_every_example_asks_the_decision_of_its_feature(told: list[Example]) -> None:
    assert [one.name for one in told if one.case.asked != one.decision] == []


def test_every_example_looks_at_the_conclusion(told: list[Example]) -> None:
    looking = {one.name for one in told for sentence, _ in one.looks if sentence.action.__name__ == "conclusion"}
    assert {one.name for one in told} - looking == set()


def _verdicts(example: Example) -> list[tuple[str, bool | None]]:
    decision = example.case.decision
    if decision.ranking:  # a place means that all was met
        eligible = [criterion.id for criterion in criteria_of(decision.rule)]
        placed = [(name, True) for one in decision.ranking if one.place for name in eligible]
        return [*placed, *((one.why, False) for one in decision.ranking if one.why in eligible)]
    return [(finding.id, finding.verdict) for finding in decision.findings if finding.applies]


def test_tags_are_clauses() -> None:
    """Every tag of a file, even one on an outline's table, is of the one kind that the reports know."""
    for name, document in documents(FEATURES).items():
        assert all(tag.startswith(CLAUSE) for tag in _tags(document["feature"])), name


def _children(node: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [child["rule"] for child in node["children"] if "rule" in child]
    return [*node["children"], *(one for rule in inner for one in _children(rule))]


def _tags(node: object) -> list[str]:
    if isinstance(node, dict):
        here = [tag["name"] for tag in node.get("tags", [])]
        return here + [tag for value in node.values() for tag in _tags(value)]
    return [tag for item in node for tag in _tags(item)] if isinstance(node, list) else []


def test_rules_of_the_lenders_own_say_so(edition: Edition) -> None:
    """A lender's own rule never stands under a clause of the plan as if the plan had it."""
    own = {rule.id for rule in edition.rules.values() for one in _items(rule) if one.set_by == "lender"}
    own |= {one.id for one in edition.assignments.values() if any(each.set_by == "lender" for each in one.balance)}
    saying = {name for name, document in documents(FEATURES).items() if "农信社自定" in str(document["feature"])}
    assert own - saying == set()


def _items(rule: Rule) -> tuple[Criterion | ScoreItem, ...]:
    return (*criteria_of(rule), *(rule.body.items if isinstance(rule.body, Scorecard) else ()))
