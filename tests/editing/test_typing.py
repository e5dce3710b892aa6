"""What may stand at the cursor of a text that is being typed, and what the word there means."""

import pytest

from rules.editing.texts import Texts
from rules.editing.typing import meaning, offered

from .test_outline import PLAN

FILE = "credit_village"
LINES = PLAN.own[f"{FILE}.yaml"].split("\n")
LIMIT = next(number for number, text in enumerate(LINES) if "{a_grade_share: {at_least" in text)


def words(typed, *, instead=True):
    """What is offered where `|` stands in a line, written in the place of that of the limit or before it."""
    column = typed.index("|") + 1
    lines = [*LINES[:LIMIT], typed.replace("|", ""), *LINES[LIMIT + instead :]]
    texts = Texts({**PLAN.own, f"{FILE}.yaml": "\n".join(lines)})
    return {one.word: one.title for one in offered(texts, FILE, LIMIT + 1, column)}


@pytest.mark.parametrize(("typed", "there", "absent"), [
    ("    require: {a_grade_share: {at_|: 55%}}", {"at_least", "above", "below"}, "id"),
    ("    require: {a_gr|: true}", {"a_grade_share", "households"}, "at_least"),
    ("    require: {public_order_stable: |}", {"true", "false"}, "households"),
    ("    require: {borrower_share: {above: county.|}}", {"county.borrower_share"}, "true"),
])  # fmt: skip
def test_what_may_stand_in_the_place_of_a_word_is_offered(typed, there, absent):
    found = words(typed)
    assert there <= found.keys()
    assert absent not in found


@pytest.mark.parametrize("typed", ["    |", "    no|"])
def test_keys_that_are_there_already_are_not_offered_again(typed):
    found = words(typed, instead=False)
    assert {"note", "when"} <= found.keys()
    assert not {"id", "clause", "reading", "require"} & found.keys()


def test_the_words_are_offered_with_what_they_mean():
    assert words("    require: {public_order_stable: |}")["true"].zh == "是"
    assert words("    require: {a_gr|: true}")["a_grade_share"].zh == "A级及以上信用户占比"


@pytest.mark.parametrize("typed", ["    require: {a: [|", "|    require: :::", "\t|"])
def test_a_text_that_cannot_be_read_offers_nothing(typed):
    assert words(typed) == {}


def test_a_key_a_fact_an_operator_and_a_clause_say_what_they_mean():
    def meant(number, word):
        column = LINES[number].index(word) + 2
        return [one.zh for one in meaning(PLAN, FILE, number + 1, column)]

    assert meant(LIMIT, "a_grade_share")[0] == "A级及以上信用户占比"
    assert meant(LIMIT, "at_least")[0].startswith("不低于")
    clause = next(number for number, text in enumerate(LINES) if text.strip() == "clause: 四(三)1(1)")
    assert any("高于55%" in one for one in meant(clause, "四(三)"))
    assert meaning(PLAN, FILE, 1, 3) == meaning(PLAN, FILE, 10_000, 1) == ()
