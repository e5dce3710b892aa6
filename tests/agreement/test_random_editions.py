"""The engine and the plain evaluator agree on editions nobody wrote, with every kind of decision nested every way."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, FactChecker, Reference
from rules.building.loader import load
from tests.agreement.agreeing import agree
from tests.agreement.drawing import Drawing
from tests.agreement.making import Maker, write


def made(random: Random):
    with TemporaryDirectory() as folder:
        write(Path(folder), Maker(random).edition())
        loaded = load(Path(folder))
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    assert {problem.code for problem in errors} <= {"condition.never"}, errors
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


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_random_editions(seed):
    check(Random(seed), 4)


@pytest.mark.parametrize("batch", range(4))
def test_more_random_editions(batch):
    """More than hypothesis would take the time for, by fixed seeds."""
    seen: set[tuple[str, str]] = set()
    for number in range(12):
        seen |= check(Random(f"{batch}-{number}"), 12)

    for kind in ("checklist", "table", "scorecard", "ranking"):
        assert len({outcome for of, outcome in seen if of == kind}) >= 3, seen
