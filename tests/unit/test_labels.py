"""Messages in the words of forms: no key of a file and no name of the plan is left where a form calls it otherwise."""

import pytest

from rules.format.labels import in_forms
from rules.problems.problem import Problem
from rules.values.text import Mark, Text

NAMES = {"a_grade": Text("A级占比", "the share of A grades")}


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("由农信社自定的，写 set_by: lender。", "write set_by: lender.",
         ("由农信社自定的，写“由谁规定”：农信社自定。", "write “who sets it”: the lender decides it.")),
        ("请改用 at_least（或 at_most）。", "Write at_least.",
         ("请改用“不低于（含）”（或“不超过（含）”）。", "Write “this or more”.")),
        ("在 facts.yaml 里", "in facts.yaml", ("在“事实”里", "in “Facts”")),
        ("`village.a_grade` 与 `other`", "`a_grade` and `other`",
         ("“A级占比”与 `other`", "“the share of A grades” and `other`")),
        ("`village.a_grade`（A级占比）写的是", "`a_grade` (the share of A grades) says",
         ("“A级占比”写的是", "“the share of A grades” says")),
        ("事实“A级占比”（`a_grade`）没有", "'the share of A grades' (`a_grade`) has",
         ("事实“A级占比”没有", "'the share of A grades' (“the share of A grades”) has")),
        ("按 xx-county/2026-05-01，`set` 见 a/b.yaml", "less than 5% below the reading",
         ("按 xx-county/2026-05-01，`set` 见 a/b.yaml", "less than 5% below the reading")),
    ],
)  # fmt: skip
def test_a_message_calls_things_as_forms_do(zh, en, told):
    found = in_forms(Problem(Mark("a.yaml", 1, 1), "", "x", zh, en), NAMES)
    assert (found.zh, found.en) == told
