"""The engine and the plain evaluator agree on editions nobody wrote, with every kind of decision nested every way."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, FactChecker, Reference
from rules.building import loader
from rules.building.loader import load
from rules.format.grammar import DECISION
from rules.operations import JOINS, KEYS, OPERATORS
from tests.agreement.agreeing import agree
from tests.agreement.drawing import Drawing
from tests.agreement.making import HITS, Maker, write
from tests.agreement.making_values import GIVES, OVER_LISTS


def mappings(content: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of an edition's files."""
    if isinstance(content, dict):
        yield content
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from mappings(inner)


def made(random: Random):
    # A limit beyond all values is refused in a plan; engines have to agree on it all the same.
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "check_limits", lambda *_: None)
        write(Path(folder), Maker(random).edition())
        loaded = load(Path(folder))
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    refused = [problem.en for problem in errors if problem.code != "condition.never"]
    assert refused == []
    return loaded.edition


def check(random: Random, cases: int) -> set[tuple[str, str]]:
    edition = made(random)
    seen: set[tuple[str, str]] = set()
    if edition is None:  # a condition that cannot hold is refused; it took chance to write one
        return seen
    engine, reference, drawing = Engine(edition), Reference(edition), Drawing(edition)
    for name, rule in edition.rules.items():
        for _ in range(cases):
            on = drawing.day(random)
            facts = drawing.case(random, rule.subject, on)
            assert FactChecker(edition).check(rule.subject, facts) == facts
            decision = agree(engine, reference, name, facts, on)
            seen.add((rule.kind, rule.outcomes[decision.outcome].role or decision.outcome))
    engine.close()
    return seen


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_random_editions(seed):
    check(Random(seed), 4)


@pytest.mark.parametrize("batch", range(4))
def test_more_random_editions(batch):
    """More than hypothesis would take the time for, by fixed seeds."""
    seen: set[tuple[str, str]] = set()
    for number in range(8):
        seen |= check(Random(f"{batch}-{number}"), 12)

    for kind in ("checklist", "table", "scorecard", "ranking"):
        assert len({outcome for of, outcome in seen if of == kind}) >= 3, seen


def test_everything_that_a_policy_can_say_is_drawn():
    """A key or an option that nobody draws is one that nobody holds against the other engines."""
    seen = [one for seed in range(60) for one in mappings(Maker(Random(seed)).edition())]
    drawn = defaultdict(list)
    for one in seen:
        for key, value in one.items():
            drawn[key].append(value)

    assert drawn.keys() >= KEYS.keys() | OPERATORS.keys() | JOINS.keys() | {"of", "value", "dated", "missing"}
    for key in OVER_LISTS:
        for part in KEYS[key][1].optional:
            assert {part in one for one in seen if key in one} == {True, False}, (key, part)
    (hits,) = [shape.required["hit"].choices for _, shape in DECISION.branches if "hit" in shape.required]
    assert set(drawn["hit"]) == set(hits) == set(HITS)
    for key in ("rank", "by"):  # of a formula, and of a ranking
        assert {one["first"] for one in seen if key in one and "first" in one} == {"highest", "lowest"}, key
    assert {"shared", "by_id"} == set(drawn["ties"])
    for bands in ("bands", "grades"):  # one without limits, and several with
        assert {len(band) == 1 for cut in drawn[bands] for band in cut} == {True, False}, bands


def test_only_what_the_format_has_is_drawn():
    assert GIVES.keys() | set(OVER_LISTS) <= KEYS.keys()
