"""Every other reading of the shipped plan can be tried, or says that no figure brings it about."""

import pytest

from rules.variants.whatif import suppose
from rules.words.diff import diff
from tests.editions import POLICIES, store
from tests.steps.readings import suppositions

EDITION = store(POLICIES).edition("xx-county/2026-05-01")
CHANGES = [(one.id, option) for one in EDITION.readings.values() for option in one.changes]
NO_FIGURE = ("没有一处数值可改", "o one limit changes it")


@pytest.mark.parametrize("name", EDITION.readings)
def test_each_other_reading_can_be_tried_or_says_why_not(name):
    reading = EDITION.readings[name]
    rest = reading.readings.keys() - {reading.chosen} - reading.changes.keys()
    says = (NO_FIGURE[0] in reading.because.zh, NO_FIGURE[1] in reading.because.en)
    assert says == ((True, True) if rest else (False, False)), rest


@pytest.mark.parametrize(("name", "option"), CHANGES)
def test_the_changes_of_a_reading_change_what_they_name_and_no_more(name, option):
    changes = EDITION.readings[name].changes[option]
    then = suppose(POLICIES, EDITION, tuple(suppositions(changes)))
    paths = {one.path.partition("facts.")[2] or one.path for one in diff(EDITION, then)}
    assert paths == set(changes)
