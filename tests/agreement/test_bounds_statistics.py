"""Means, medians, the lowest and the highest of a list in a case, and the place in it, decide what every completion of
the case would, on all engines alike."""

from collections import Counter
from itertools import product
from random import Random

import pytest

from rules import Engine, FactChecker, Reference
from tests.agreement.agreeing import agree
from tests.agreement.backends import connect
from tests.agreement.tabular import assert_agree
from tests.unit.small import ON, checklist, derived, given, small, table

STATISTICS = ("mean", "median", "lowest", "highest")
FACTS = {
    "sales": given("list", of="sale"), "sum": given("amount", maximum="4 yuan"), "free": given("amount"),
    **{name: derived(**{name: "sum"}, over="sales") for name in STATISTICS},
    **{f"{name}_some": derived(**{name: "sum"}, over="sales", where={"mine": True}) for name in STATISTICS},
    **{f"{name}_open": derived(**{name: "free"}, over="sales", where={"mine": True}) for name in STATISTICS},
    "place": derived(rank="sum", over="sales", first="highest"),
    "by_ratio": derived(rank={"ratio": ["sum", "free"]}, over="sales", first="highest", where={"mine": True}),
    "last": derived(rank="sum", over="sales", first="lowest", where={"mine": True}),
    "doubled": derived(mean={"product": ["sum", 2]}, over="sales", where={"mine": True}),
    "spread": derived(difference=["highest", "lowest"]),
}  # fmt: skip
BY = {"lowest": "1 yuan", "highest": "3 yuan", "mean": "2 yuan", "median": "2 yuan"}
RULES = {
    f"by_{name}": checklist(
        {"require": {name: {"at_least": BY[name.partition("_")[0]]}}})
    for name in FACTS if name.partition("_")[0] in STATISTICS
} | {
    "by_doubled": checklist({"require": {"doubled": {"below": "5 yuan"}}}),
    "by_spread": checklist({"require": {"spread": {"at_most": "3 yuan"}}}),
    "by_sum": checklist({"require": {"mean_some": {"at_most": "sum"}}}),
    "by_place": checklist({"require": {"place": {"at_most": "2 places"}}}),
    "of_ratio": checklist({"require": {"by_ratio": {"at_most": "1 place"}}}),
    "by_last": checklist({"require": {"last": {"at_most": "1 place"}}}),
    "given": table("first", {
        "when": {"mean": {"above": "1 yuan"}}, "then": {"sum": {"least": ["highest_some", "3 yuan"]}}},
        otherwise={"then": {"sum": "0 yuan"}}, outputs={"sum": given("amount")}),
}  # fmt: skip
SALE = {"mine": given("boolean"), "sum": given("amount", maximum="4 yuan"), "free": given("amount")}
EDITION = small(FACTS, RULES, sale=SALE)
CHECKER, ENGINE, REFERENCE = FactChecker(EDITION), Engine(EDITION), Reference(EDITION)
WORTH = {"mine": (True, False), "sum": (0, 1, 3, 4), "free": (0, 2, 900)}


def drawn(random):
    def some(*names):
        return {name: random.choice(WORTH[name]) for name in names if random.random() < 0.7}

    return {"sales": [some("mine", "sum", "free") for _ in range(random.randint(0, 3))], **some("sum", "free")}


def completions(facts, used):
    """Every way in which what is not given and `used` could be."""
    records = [({"sum", "free"}, facts), *(({"mine", "sum", "free"}, one) for one in facts["sales"])]
    open_ = [
        (place, name) for place, (names, one) in enumerate(records) for name in sorted((names & used) - one.keys())
    ]
    for values in product(*(WORTH[name] for _, name in open_)):
        whole = [{**one} for _, one in records]
        for (place, name), value in zip(open_, values, strict=True):
            whole[place][name] = value
        yield {**whole[0], "sales": whole[1:]}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_decided_holds_of_every_completion(seed):
    random, settled = Random(seed), Counter()
    for facts in (drawn(random) for _ in range(20)):
        for name, rule in EDITION.rules.items():
            decision = agree(ENGINE, REFERENCE, name, CHECKER.check("thing", facts), ON)
            if decision.outcome == rule.role("unknown"):
                continue
            used = {"mine", "sum", "free"} - (
                {"sum"} if name.endswith("_open") else set() if name == "of_ratio" else {"free"}
            )
            judged = [REFERENCE.judge(name, CHECKER.check("thing", one), ON) for one in completions(facts, used)]
            assert {one.outcome for one in judged} == {decision.outcome}, (name, facts)
            for output, (value, _) in decision.outputs.items():
                assert {one.outputs[output] for one in judged} == {value}, (name, facts)
            settled[name] += len(judged) > 1
    assert sum(settled[name] > 0 for name in RULES) > 8, settled


@pytest.mark.parametrize("name", RULES)
def test_a_table_says_the_same(name):
    random = Random(name)
    cases = [CHECKER.check("thing", drawn(random)) for _ in range(40)]
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, name, cases, ON) == (40, 0)


@pytest.mark.parametrize(("name", "sales", "outcome"), [
    ("by_lowest", [{"sum": 0}, {}], "bad"), ("by_lowest", [{"sum": 1}, {}], "open"),
    ("by_highest", [{"sum": 3}, {}], "good"), ("by_highest", [{"sum": 2}, {}], "open"),
    ("by_mean", [{"sum": 4}, {}], "good"), ("by_mean", [{"sum": 3}, {}], "open"),
    ("by_mean", [{"sum": 0}, {"sum": 0}, {}], "bad"),
    ("by_median", [{"sum": 3}, {"sum": 3}, {}], "good"), ("by_median", [{"sum": 3}, {"sum": 1}, {}], "open"),
    ("by_highest_some", [{"sum": 3, "mine": True}, {"sum": 1}], "good"),
    ("by_highest_some", [{"sum": 3}, {"sum": 4}], "open"),  # of none there is no highest
    ("by_lowest_some", [{"sum": 0, "mine": True}, {}], "bad"),
    ("by_lowest_open", [{"free": 5, "mine": True}, {"mine": False}], "good"),
    ("by_lowest_open", [{"free": 5, "mine": True}, {"free": 2}], "good"),
    ("by_highest_open", [{"free": 5, "mine": True}, {}], "good"),  # it has no greatest amount
    ("by_mean_open", [{"free": 5, "mine": True}, {"free": 2}], "good"),
    ("by_mean_open", [{"free": 5, "mine": True}, {"free": 1}], "open"),
    ("by_place", [{"sum": 4}, {}], "open"), ("by_place", [{"sum": 3}, {}], "good"),
    ("by_place", [{"sum": 4}, {"sum": 4}], "bad"),
    ("by_place", [], "open"), ("by_last", [{"sum": 4}, {"sum": 1}], "open"),
    ("by_last", [{"sum": 4, "mine": True}, {"sum": 3}], "good"),
    ("by_last", [{"sum": 2, "mine": True}, {}], "bad"), ("by_last", [{"sum": 4, "mine": True}, {}], "open"),
])  # fmt: skip
def test_what_is_surely_so(name, sales, outcome):
    facts = CHECKER.check("thing", {"sales": sales, "sum": 3})
    assert agree(ENGINE, REFERENCE, name, facts, ON).outcome == outcome
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, name, [facts], ON) == (1, 0)
