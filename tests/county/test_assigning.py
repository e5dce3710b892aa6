"""An assignment is whole, within its limits, never better than its bound, and as good as trying everything."""

from dataclasses import replace
from itertools import product

import pytest

from rules.judging.assignment import judged, least_spreads, obstacles
from service.county.assignment.assigning import STEPS, assign
from tests.county.asking import question


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("last", [False, True])
def test_small_questions_get_the_best_answer_there_is(edition, seed, last):
    asked = question(edition, seed, records=7, bearers=3, last=last)
    found = assign(asked)
    possible = (one for one in product(range(3), repeat=7) if asked.stays(one) >= asked.keep)
    best = min(judged(asked, one).score for one in possible)

    assert found.bound <= best <= found.judged.score
    assert float(found.judged.score - best) < 1e-4
    assert found.gap >= found.judged.score - best


@pytest.mark.parametrize("most", [None, 12])
def test_every_record_has_a_bearer_within_the_limits_and_enough_stay(edition, most):
    asked = question(edition, 5, records=60, bearers=6, last=True, most=most)
    found = assign(asked)

    assert len(found.answer) == len(asked.records)
    assert sum(one.records for one in found.judged.loads) == len(asked.records)
    assert all(one.bearer.most is None or one.records <= one.bearer.most for one in found.judged.loads)
    assert asked.stays(found.answer) >= asked.keep
    assert judged(asked, found.answer) == found.judged


def test_the_same_question_gets_the_same_answer(edition):
    answers = {assign(question(edition, 3, records=60, bearers=7)).answer for _ in range(2)}
    assert len(answers) == 1


def test_progress_comes_to_its_end(edition):
    steps = []
    assign(question(edition, 3, records=9, bearers=2), steps.append)
    assert sum(steps) == STEPS


def test_a_middling_county_is_even_to_a_few_thousandths(edition):
    found = assign(question(edition, 1, records=120, bearers=8))
    assert found.judged.outcome == "balanced"
    assert found.gap < 0.004


def test_nobody_without_a_share_bears(edition):
    asked = question(edition, 1, records=6, bearers=2)
    assert obstacles(replace(asked, bearers=())) != ()
    assert obstacles(replace(asked, records=())) != ()
    assert obstacles(asked) == ()


def test_fewer_records_than_bearers_leave_somebody_idle(edition):
    asked = question(edition, 1, records=2, bearers=3)
    assert all(one >= 1 for one in least_spreads(asked))
    assert assign(asked).judged.outcome == "uneven"


def test_nothing_to_balance_is_balanced(edition):
    asked = question(edition, 1, records=4, bearers=2)
    asked = replace(asked, weights=tuple(tuple(one * 0 for one in row) for row in asked.weights))
    assert assign(asked).judged.score == 0
