"""Counts and totals of a list in a case decide what every completion of the case would, on all engines alike; a
scorecard waits for its items."""

from collections import Counter
from itertools import product
from random import Random

import pytest

from rules import Engine, FactChecker, Reference
from rules.words.explain import explain
from tests.agreement.agreeing import agree
from tests.agreement.backends import connect
from tests.agreement.tabular import assert_agree
from tests.unit.small import ON, TITLE, checklist, choice, count, derived, given, head, small, table

VOTES = {
    "votes": given("list", of="vote"), "late": given("boolean"), "houses": count(),
    "yes": derived(count="votes", where={"yes": True}), "cast": derived(count="votes"),
    "paid": derived(total="sum", over="votes", where={"yes": True}), "owed": derived(total="sum", over="votes"),
    "doubled": derived(total={"product": ["sum", 2]}, over="votes", where={"yes": True}),
    "share": derived(ratio=["yes", "cast"]), "others": derived(difference=["cast", "yes"]),
    "penalty": derived(product=["yes", "-2 points"]),
    "which": derived(when={"late": True}, then="yes", otherwise="cast"),
}  # fmt: skip
GRADES = {name: {"title": TITLE} for name in ("best", "fair", "low")} | {"open": {"if": "unknown", "title": TITLE}}
CARD = head("scorecard", outcomes=GRADES, items=[
    {"id": "size", "title": TITLE, "fact": "houses", "bands": [
        {"below": "10 houses", "points": 0}, {"at_least": "10 houses", "points": 60}]},
    {"id": "votes", "title": TITLE, "formula": {"product": ["yes", "10 points"]}, "at_least": 0, "at_most": 20},
    {"id": "late", "title": TITLE, "fact": "late", "points": {"true": 0, "false": 15}},
], grades=[
    {"grade": "best", "at_least": 60}, {"grade": "fair", "at_least": 20, "below": 60}, {"grade": "low", "below": 20},
], ceilings=[{"id": "cap", "title": TITLE, "when": {"late": True}, "at_most": "fair"}])  # fmt: skip
RULES = {
    "one": checklist({"require": {"yes": {"at_least": "1 vote"}}}),
    "two": checklist({"require": {"yes": {"at_least": "2 votes"}}}),
    "few": checklist({"require": {"paid": {"at_most": "5 yuan"}}}),
    "most": checklist({"require": {"share": {"above": "50%"}}}),
    "sums": checklist({"require": {"owed": {"at_most": "6 yuan"}}}, {"require": {"doubled": {"below": "9 yuan"}}}),
    "by_others": checklist({"require": {"others": {"at_most": "1 vote"}}}, {"require": {"which": {"above": "1 vote"}}}),
    "by_penalty": checklist({"require": {"penalty": {"at_least": "-3 points"}}}),
    "card": CARD,
    "first_one": table("first", {"when": {"late": False}, "then": {"votes": {"least": ["yes", "1 vote"]}}}, otherwise={
        "then": {"votes": {"difference": [{"greatest": ["cast", "2 votes"]}, {"least": ["yes", "1 vote"]}]}}},
        outputs={"votes": count("vote")}),
    "best_one": table("highest", {"when": {"late": False}, "then": {"sum": {"least": ["owed", "2 yuan"]}}}, {
        "when": {"houses": {"at_least": "9 houses"}}, "then": {"sum": {"greatest": ["paid", "9 yuan"]}}},
        by="sum", outputs={"sum": given("amount")}),
    "then_one": checklist({"require": {"first_one.votes": {"at_least": "1 vote"}}}),
    "points": checklist({"require": {"card.total": {"at_least": "30 points"}}}),
    "graded": checklist({"require": {"card": ["best", "fair"]}}),
}  # fmt: skip
EDITION = small(VOTES, RULES, vote={"yes": given("boolean"), "sum": given("amount", maximum="4 yuan")})
CHECKER, ENGINE, REFERENCE = FactChecker(EDITION), Engine(EDITION), Reference(EDITION)
WORTH = {"yes": (True, False), "sum": (0, 3, 4), "late": (True, False), "houses": (9, 10)}


def drawn(random):
    def some(*names):
        return {name: random.choice(WORTH[name]) for name in names if random.random() < 0.6}

    return {"votes": [some("yes", "sum") for _ in range(random.randint(0, 3))], **some("late", "houses")}


def completions(facts):
    """Every way in which what is not given could be."""
    records = [({"late", "houses"}, facts), *(({"yes", "sum"}, one) for one in facts["votes"])]
    open_ = [(place, name) for place, (names, one) in enumerate(records) for name in sorted(names - one.keys())]
    for values in product(*(WORTH[name] for _, name in open_)):
        whole = [{**one} for _, one in records]
        for (place, name), value in zip(open_, values, strict=True):
            whole[place][name] = value
        yield {**whole[0], "votes": whole[1:]}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_decided_holds_of_every_completion(seed):
    random, settled, given_out = Random(seed), 0, Counter[str]()
    for facts in (drawn(random) for _ in range(25)):
        whole = [CHECKER.check("thing", one) for one in completions(facts)]
        for name, rule in EDITION.rules.items():
            decision = agree(ENGINE, REFERENCE, name, CHECKER.check("thing", facts), ON)
            judged = [REFERENCE.judge(name, one, ON) for one in whole]
            others = {one.outcome for one in judged} - {rule.role("unknown")}
            if decision.outcome != rule.role("unknown"):
                assert others <= {decision.outcome}, (name, facts)
                for output, (value, _) in decision.outputs.items():
                    assert {one.outputs[output] for one in judged if output in one.outputs} <= {value}, (name, facts)
                    given_out[name] += len(whole) > 1
                settled += len(whole) > 1
            elif name in ("one", "two", "few"):  # one figure against fixed limits: as sharp as can be
                assert len(others) > 1, (name, facts)
    assert settled > 40
    assert given_out.keys() >= {"first_one", "best_one"}


@pytest.mark.parametrize("name", RULES)
def test_a_table_says_the_same(name):
    random = Random(name)
    cases = [CHECKER.check("thing", drawn(random)) for _ in range(60)]
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, name, cases, ON) == (60, 0)


def test_one_vote_that_is_known_settles_that_there_is_one():
    decision = agree(ENGINE, REFERENCE, "one", {"votes": [{"yes": True}, {}]}, ON)
    assert (decision.outcome, decision.missing) == ("good", ())
    assert decision.as_dict()["findings"][0]["comparisons"][0]["observed"] == {"at_least": 1, "at_most": 2}


@pytest.mark.parametrize(("name", "facts", "outputs"), [
    ("first_one", {"votes": [{"yes": True}, {}], "late": False}, {"votes": 1}),
    ("first_one", {"votes": [{}], "late": False}, {}),  # none or one
    ("best_one", {"votes": [{"yes": True, "sum": 3}, {}], "late": False, "houses": 8}, {"sum": 2}),
    ("best_one", {"votes": [{"yes": True, "sum": 3}, {"sum": 4}], "late": False, "houses": 9}, {"sum": 9}),
])  # fmt: skip
def test_an_output_that_only_one_value_is_left_for_has_it(name, facts, outputs):
    decision = agree(ENGINE, REFERENCE, name, facts, ON)
    assert {output: value for output, (value, _) in decision.outputs.items() if value is not None} == outputs
    assert (decision.outcome == "open", bool(decision.missing)) == ((not outputs,) * 2)
    assert all(explain(decision, lang) for lang in ("zh", "en"))
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, name, [facts], ON) == (1, 0)


def test_a_card_waits_for_an_item_though_the_grade_would_be_the_same():
    facts = {"votes": [], "houses": 10, "late": None}
    assert (
        agree(ENGINE, REFERENCE, "card", {name: one for name, one in facts.items() if one is not None}, ON).outcome
        == "open"
    )
    assert agree(ENGINE, REFERENCE, "card", facts | {"late": True}, ON).outcome == "fair"


PASSED = {
    "told": derived(known="yes"), "or_none": derived(first_known=["yes", "0 votes"]),
    "or_known": derived(first_known=["sure", "9 votes"]),
    "sure": derived(count="votes", where={"n": {"above": "2 rooms"}}),
}  # fmt: skip
SILENT = small(
    {**{name: VOTES[name] for name in ("votes", "yes")}, **PASSED},
    {
        "by_told": checklist({"require": {"told": True}}),
        "by_none": checklist({"require": {"or_none": {"at_most": "0 votes"}}}),
        "by_known": checklist({"require": {"or_known": {"at_least": "9 votes"}}}),
    },
    vote={"yes": given("boolean"), "n": count("room"), "kind": choice("a", "b")},
)


@pytest.mark.parametrize(("name", "votes", "outcome"), [
    ("by_told", [{"yes": True}, {}], "bad"),  # nobody said whether: a count of which a part is wanted is not known
    ("by_none", [{"yes": True}, {}], "good"),
    ("by_known", [{"n": 3}, {}], "good"),
    ("by_known", [{"n": 3}, {"n": {"at_least": 1, "at_most": 9}}], "open"),  # it is there, between 1 and 2
    ("by_known", [{"n": {"at_least": 1, "at_most": 9}}, {}], "open"),  # which cannot be told: it may be there or not
])  # fmt: skip
def test_what_does_without_a_figure_does_so_as_before(name, votes, outcome):
    facts = FactChecker(SILENT).check("thing", {"votes": votes})
    assert agree(Engine(SILENT), Reference(SILENT), name, facts, ON).outcome == outcome
