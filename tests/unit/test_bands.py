"""Bands leave no gap and do not overlap, to the last point between two numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.building.bands import Interval, can_hold, check_bands, check_open_bands
from rules.files.node import Node
from rules.model import Comparison, Const, Ref
from rules.operations import COMPARE
from rules.operations import OPERATORS as DECLARED
from rules.problems.problem import Problems
from rules.values.exact import POINTS
from rules.values.text import Mark

OPERATORS = tuple(name for name, one in DECLARED.items() if (one.low, one.high) != (None, None))
TRIES = [Fraction(n, 2) for n in range(-9, 20)]  # every limit drawn, and the points between


def comparisons(limits):
    return [Comparison(operator, (Const(value, POINTS),)) for operator, value in limits.items()]


def told(bands, minimum=None, maximum=None):
    problems = Problems()
    nodes = [Node(Mark("f", line, 1), "", {}) for line in range(1, len(bands) + 1)]
    made = [Interval.of(node, comparisons(limits)) for node, limits in zip(nodes, bands, strict=True)]
    check_bands(made, POINTS, minimum, maximum, problems)
    return [problem.code for problem in problems.sorted()]


@pytest.mark.parametrize(("bands", "codes"), [
    ([{"below": 5}, {"at_least": 5}], []),
    ([{"at_most": 5}, {"above": 5}], []),
    ([{"at_least": 5}, {"below": 5}], []),
    ([{"below": 5}, {"equals": 5}, {"above": 5}], []),
    ([{}], []),
    ([{"below": 5}, {"above": 5}], ["bands.gap_at"]),
    ([{"at_most": 5}, {"at_least": 5}], ["bands.overlap"]),
    ([{"below": 4}, {"at_least": 5}], ["bands.gap"]),
    ([{"below": 6}, {"at_least": 5}], ["bands.overlap"]),
    ([{"at_least": 0, "below": 5}, {"at_least": 5}], ["bands.gap_below"]),
    ([{"below": 5}, {"at_least": 5, "at_most": 9}], ["bands.gap_above"]),
    ([{"at_least": 5, "below": 5}, {}], ["bands.empty"]),
    ([{"above": 5, "at_most": 5}, {}], ["bands.empty"]),
    ([{"at_least": 6, "below": 5}], ["bands.empty"]),
    ([{}, {}], ["bands.overlap"]),
])  # fmt: skip
def test_gaps_and_overlaps(bands, codes):
    assert told(bands) == codes


LOW, HIGH = Ref("fact", "", "low", POINTS), Ref("fact", "", "high", POINTS)


@pytest.mark.parametrize(("bands", "apart"), [
    ([{"below": LOW}, {"at_least": LOW}], False), ([{"above": LOW}, {"at_most": LOW}], False),
    ([{"below": LOW}, {"at_least": LOW, "below": HIGH}, {"at_least": HIGH}], False),
    ([{"at_least": 0, "below": LOW}, {"at_least": LOW, "at_most": 9}], False),
    ([{"above": 0, "below": LOW}, {"at_least": LOW}], True), ([{"below": LOW}, {"at_least": LOW, "below": 9}], True),
    ([{"below": LOW}, {"at_least": HIGH}], True), ([{"below": LOW}, {"above": LOW}], True),
    ([{"at_most": LOW}, {"at_least": LOW}], True), ([{"below": LOW}, {"at_least": 5}], True),
    ([{"at_least": LOW, "below": HIGH}, {"at_least": HIGH, "below": LOW}], True),
    ([{"below": LOW}, {"at_least": LOW}, {"at_least": LOW}], True),
])  # fmt: skip
def test_bands_between_facts_begin_where_another_ends(bands, apart):
    problems = Problems()
    tests = [[Comparison(operator, (limit if isinstance(limit, Ref) else Const(limit, POINTS),))
              for operator, limit in limits.items()] for limits in bands]  # fmt: skip
    check_open_bands([(Node(Mark("f", 1, 1), "", {}), one) for one in tests], 0, 9, problems)
    assert [problem.code for problem in problems.sorted()] == ["bands.apart"] * apart


@pytest.mark.parametrize(("minimum", "maximum", "codes"), [
    (0, 9, []), (1, 8, []), (-1, 9, ["bands.gap_below"]), (0, 10, ["bands.gap_above"]), (0, None, ["bands.gap_above"]),
    (None, 9, ["bands.gap_below"]),
])  # fmt: skip
def test_only_values_that_there_can_be_need_a_band(minimum, maximum, codes):
    assert told([{"at_least": 0, "below": 5}, {"at_least": 5, "at_most": 9}], minimum, maximum) == codes


limits = st.dictionaries(st.sampled_from(OPERATORS), st.integers(-3, 8), max_size=2)


@given(st.lists(limits, min_size=1, max_size=4))
def test_silence_means_that_every_value_has_just_one_band_and_every_band_a_value(bands):
    said = told(bands)
    fits = [[all(COMPARE[o](value, v) for o, v in band.items()) for value in TRIES] for band in bands]

    assert (said == []) == (all(map(any, fits)) and all(sum(hits) == 1 for hits in zip(*fits, strict=True)))


@given(limits)
def test_a_condition_that_can_hold_is_known_by_trying(band):
    assert can_hold(comparisons(band)) == any(all(COMPARE[o](value, v) for o, v in band.items()) for value in TRIES)


def test_a_choice_among_values_can_hold():
    one_of = Comparison("one_of", (Const(1, POINTS), Const(5, POINTS)))

    assert can_hold([one_of, *comparisons({"above": 4})])
    assert not can_hold([one_of, *comparisons({"above": 5})])
