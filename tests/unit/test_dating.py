"""The first day of an edition is set where it stands, and nothing else of the text changes."""

from datetime import date

import pytest

from rules.variants.dating import starting

DAY = date(2027, 1, 1)


@pytest.mark.parametrize(("before", "after"), [
    ("effective: {from: 2026-05-01}  # 起\n", "effective: {from: 2027-01-01}  # 起\n"),
    ("effective: {from: 2026-05-01, to: 2026-12-31}\n", "effective: {from: 2027-01-01}\n"),
    ("effective: {to: 2026-12-31, from: 2026-05-01}\n", "effective: {from: 2027-01-01}\n"),
    ("effective: {from: 2026-05-01, to: 2026-12-31, after_lapse: true}\n",
     "effective: {from: 2027-01-01, after_lapse: true}\n"),
    ("effective:\n  # 见通知\n  from: '2026-05-01' # 起\n  to: 2026-12-31\ntitle: x\n",
     "effective:\n  # 见通知\n  from: 2027-01-01 # 起\ntitle: x\n"),
    ("effective:\r\n  to: 2026-12-31\r\n  from: 2026-05-01\r\n", "effective:\r\n  from: 2027-01-01\r\n"),
    ("\ufeffeffective: {from: 2026-05-01}", "\ufeffeffective: {from: 2027-01-01}"),
    ("effective: {from: 2026-05-01,\n  to: 2026-12-31}\n", "effective: {from: 2027-01-01,\n  }\n"),
])  # fmt: skip
def test_the_first_day_is_set_and_the_last_taken_out(before, after):
    assert starting(before, DAY) == after


@pytest.mark.parametrize("text", [
    "", "plan: x\n", "effective: soon\n", "effective: {to: 2026-12-31}\n", "a: [", "- x\n", "effective: {from: [1]}\n",
])  # fmt: skip
def test_what_says_no_day_stays_as_it_is(text):
    assert starting(text, DAY) == text
