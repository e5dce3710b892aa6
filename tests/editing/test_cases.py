"""Test cases added, changed and taken away in the text of their file: those lines, and no other."""

import pytest

from rules.cases.files import read_cases
from rules.editing.address import Refused
from rules.editing.cases import FILE, case_at, merged_into, with_case, with_changed, without_case

CASE = {"on": "2027-08-01", "subject": {"id": "V-9"}, "decisions": {"credit_village": "not_qualified"},
        "facts": {"public_order_stable": "false"}}  # fmt: skip
ONE = """\
# what the leading group settled
on: 2027-08-01
subject: {id: V-1}  # a village of hills
decisions: {credit_village: qualified}

facts:
  households: 400   # of the register
  public_order_stable: true
"""
TWO = """\
# of 2026
- on: 2027-08-01
  subject: {id: V-1}
  facts: {households: 400}
# the second
- {on: 2027-08-02, subject: {id: V-2}, facts: {households: 300}}
"""


def ids(files):
    return [one.subject_id for one in read_cases(files[FILE], FILE)]


@pytest.mark.parametrize("text", [None, "", "# none yet\n", "# none yet", "# a\r\n"])
def test_a_file_is_begun_with_the_first_case_and_its_comments_stay(text):
    made = with_case({"plan.yaml": "x"} if text is None else {"plan.yaml": "x", FILE: text}, CASE)
    assert (ids(made), made["plan.yaml"]) == (["V-9"], "x")
    assert made[FILE].startswith((text or "").strip())
    assert ("\r\n" in made[FILE]) == ("\r\n" in (text or ""))


def test_a_case_without_a_list_becomes_the_first_of_one_with_its_comments():
    made = with_case({FILE: ONE}, CASE)
    assert ids(made) == ["V-1", "V-9"]
    assert case_at(made, 0) == case_at({FILE: ONE}, 0)
    for comment in ("# what the leading group settled", "# a village of hills", "# of the register"):
        assert comment in made[FILE]


@pytest.mark.parametrize(
    ("text", "kept"), [("{on: 2027-08-01, subject: {id: V-1},\n  facts: {}}\n", ["V-1", "V-9"]), ("[]\n", ["V-9"])]
)
def test_a_file_in_braces_takes_a_case_too(text, kept):
    assert ids(with_case({FILE: text}, CASE)) == kept


def test_a_case_is_added_behind_the_others_and_no_other_line_changes():
    made = with_case({FILE: TWO}, CASE)
    assert ids(made) == ["V-1", "V-2", "V-9"]
    assert made[FILE].startswith(TWO)


def test_the_lines_of_a_case_that_differ_are_changed():
    changed = merged_into(case_at({FILE: ONE}, 0), ("facts", "households"), "500")
    assert with_changed({FILE: ONE}, 0, changed)[FILE] == ONE.replace("400", "500")
    inner = merged_into(case_at({FILE: TWO}, 1), ("facts", "township", "title_in_force"), "true")
    made = with_changed({FILE: TWO}, 1, inner)
    assert made[FILE].splitlines()[:5] == TWO.splitlines()[:5]
    assert case_at(made, 1)["facts"] == {"households": "300", "township": {"title_in_force": "true"}}


def test_what_is_not_known_any_more_is_left_out():
    assert "households" not in merged_into(case_at({FILE: TWO}, 0), ("facts", "households"), None)["facts"]
    assert merged_into({"facts": {}}, ("facts", "township", "titled_on"), None) == {"facts": {}}


def test_a_case_that_goes_tells_its_lines_and_the_last_takes_the_file_along():
    left, gone = without_case({FILE: TWO}, 0)
    assert ids(left) == ["V-2"]
    assert any("V-1" in line for line in gone)
    files, gone = without_case({"plan.yaml": "x", FILE: ONE}, 0)
    assert (files, len(gone)) == ({"plan.yaml": "x"}, len(ONE.splitlines()))


@pytest.mark.parametrize("text", ["- [", "a: {b\n", TWO])
def test_what_is_not_there_or_cannot_be_read_is_refused(text):
    with pytest.raises(Refused):
        case_at({FILE: text}, 2)
