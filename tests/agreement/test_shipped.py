"""The engine and the plain evaluator agree on every decision of every edition shipped."""

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, FactChecker, Reference
from tests.agreement.agreeing import agree
from tests.agreement.drawing import Drawing
from tests.editions import POLICIES, every

EDITIONS = list(every(POLICIES).values())
CASES = [(edition, name) for edition in EDITIONS for name in edition.rules]
BUILT: dict = {}


def built(edition):
    if edition.id not in BUILT:
        BUILT[edition.id] = Engine(edition), Reference(edition), Drawing(edition), FactChecker(edition)
    return BUILT[edition.id]


@pytest.mark.parametrize(("edition", "name"), CASES, ids=[f"{edition.id}/{name}" for edition, name in CASES])
def test_every_finding_is_the_same(edition, name):
    engine, reference, drawing, checker = built(edition)

    @settings(max_examples=30, deadline=None)
    @given(st.randoms(use_true_random=False))
    def check(random: Random) -> None:
        on = drawing.day(random)
        facts = drawing.case(random, edition.rules[name].subject, on)
        assert checker.check(edition.rules[name].subject, facts) == facts
        agree(engine, reference, name, facts, on)

    check()


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)
def test_a_case_without_facts_is_agreed_on(edition):
    engine, reference, *_ = built(edition)

    for name in edition.rules:
        agree(engine, reference, name, {}, date(2026, 12, 31))


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)
def test_many_plain_cases(edition):
    """More cases than hypothesis would take the time for; the seed is fixed so that a failure can be run again."""
    engine, reference, drawing, _ = built(edition)
    random = Random(952)

    for name in edition.rules:
        outcomes = set()
        for number in range(1500):
            if number >= 150 and len(outcomes) > 1:
                break
            on = drawing.day(random)
            facts = drawing.case(random, edition.rules[name].subject, on)
            outcomes.add(agree(engine, reference, name, facts, on).outcome)
        assert len(outcomes) >= min(2, len(edition.rules[name].outcomes)), (name, outcomes)
