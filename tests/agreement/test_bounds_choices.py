"""A choice by a condition, in a record or a row, has the range of the branch that is taken, and none where the
condition cannot be told: whatever the condition is written with, on all engines alike."""

import pytest

from rules import Engine, FactChecker, Reference
from tests.agreement.agreeing import agree
from tests.agreement.backends import connect
from tests.agreement.tabular import assert_agree
from tests.unit.small import ON, checklist, derived, given, small

NUMBERS = {"mine": given("boolean"), "a": given("amount"), "w": given("amount", maximum="6 yuan")}
CONDITIONS = {"no": {"mine": False}, "never": {"none": [{"mine": True}]}, "yes": {"mine": True}}
BRANCHES = {"no": {"then": "a", "otherwise": "w"}, "never": {"then": "a", "otherwise": "w"},
            "yes": {"then": "w", "otherwise": "a"}}  # fmt: skip
CHOICES = {name: {"when": CONDITIONS[name], **BRANCHES[name]} for name in CONDITIONS}
EDITION = small(
    {**NUMBERS, "records": given("list", of="record"),
     **{name: derived(**one) for name, one in CHOICES.items()},
     **{f"is_{name}": derived(known=name) for name in CHOICES},
     **{f"all_{name}": derived(total=one, over="records") for name, one in CHOICES.items()}},
    {f"{how}_{name}": checklist({"require": require}) for name in CHOICES for how, require in (
        ("by", {name: {"above": "2 yuan"}}), ("known", {f"is_{name}": True}),
        ("total", {f"all_{name}": {"at_most": "6 yuan"}}))},
    record=NUMBERS,
)  # fmt: skip
CHECKER, ENGINE, REFERENCE = FactChecker(EDITION), Engine(EDITION), Reference(EDITION)
MORE = {"at_least": 3}


CASES = {
    "by": [
        ({"mine": True, "w": MORE}, "good"), ({"mine": False, "a": MORE}, "good"), ({"mine": True, "a": MORE}, "open"),
        ({"a": MORE, "w": MORE}, "open"),
    ],
    "known": [
        ({"mine": False, "a": MORE}, "good"), ({"a": MORE, "w": MORE}, "open"), ({"a": 1, "w": MORE}, "open"),
    ],
    "total": [
        ({"records": [{"mine": True, "a": 9}]}, "good"), ({"records": [{"mine": False, "a": 9}]}, "bad"),
        ({"records": [{"mine": False, "w": 1}]}, "open"),
        ({"records": [{"mine": False, "a": {"at_most": 5}}]}, "good"), ({"records": [{"a": 1}]}, "open"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("how", CASES)
def test_a_choice_has_the_range_of_its_branch(name, how):
    decision, cases = f"{how}_{name}", [(CHECKER.check("thing", facts), outcome) for facts, outcome in CASES[how]]
    for facts, outcome in cases:
        assert agree(ENGINE, REFERENCE, decision, facts, ON).outcome == outcome
    rows = [facts for facts, _ in cases]
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, decision, rows, ON) == (len(cases), 0)
