"""Formulas over what records of a list lack, years of which one cannot be told, and figures that only one value is left
for decide what every completion of the case would, on all engines alike."""

from collections import Counter
from itertools import product
from random import Random

import pytest

from rules import Engine, FactChecker, Reference
from tests.agreement.agreeing import agree
from tests.agreement.backends import connect
from tests.agreement.tabular import assert_agree
from tests.unit.small import ON, TITLE, checklist, count, derived, given, head, small, table

YEAR = {
    "year": count("year"), "well": given("boolean"), "late": given("boolean"),
    "price": given("amount", maximum="4 yuan"), "share": given("rate", maximum="100%"), "free": given("amount"),
    "worth": derived(product=["price", "share"]), "loss": derived(difference=["free", "price"]),
}  # fmt: skip
THING = {
    "years": given("list", of="year"), "late": given("boolean"),
    "run": derived(streak={"well": True}, over="years", by="year"),
    "mean_worth": derived(mean={"product": ["price", "share"]}, over="years"),
    "all_worth": derived(total="worth", over="years", where={"well": True}),
    "best_worth": derived(highest="worth", over="years", where={"well": True}),
    "losses": derived(total="loss", over="years"),
    "place": derived(rank="worth", over="years", first="highest"),
    "price": given("amount"), "share": given("rate"), "worth": derived(product=["price", "share"]),
    "many": derived(count="years", where={"well": True}),
    "one": derived(least=["many", "1 year"]),
    "told": derived(known="one"), "or_nine": derived(first_known=["one", "9 years"]),
    "added": derived(sum=["one", "1 year"]),
}  # fmt: skip
RULES = {
    "by_run": checklist({"require": {"run": {"at_least": "2 years"}}}),
    "by_mean": checklist({"require": {"mean_worth": {"at_least": "1 yuan"}}}),
    "by_all": checklist({"require": {"all_worth": {"at_most": "4 yuan"}}}),
    "by_best": checklist({"require": {"best_worth": {"above": "2 yuan"}}}),
    "by_losses": checklist({"require": {"losses": {"at_least": "-3 yuan"}}}),
    "by_place": checklist({"require": {"place": {"at_most": "2 places"}}}),
    "by_one": checklist({"require": {"added": {"at_least": "2 years"}}}),
    "by_told": checklist({"require": {"told": True}}, {"require": {"or_nine": {"below": "2 years"}}}),
    "gives": table("first", {"when": {"late": False}, "then": {"years": "added"}},
                   otherwise={"then": {"years": "one"}}, outputs={"years": count()}),
    "scored": head("scorecard", outcomes={
        "high": {"title": TITLE}, "low": {"title": TITLE}, "open": {"if": "unknown", "title": TITLE}},
        items=[{"id": "years", "title": TITLE, "formula": {"product": [{"least": ["many", "1 year"]}, "9 points"]},
                "at_least": 0, "at_most": 20},
               {"id": "of_one", "title": TITLE, "fact": "one", "bands": [
                   {"below": "1 year", "points": 0}, {"at_least": "1 year", "points": 6}]}],
        grades=[{"grade": "high", "at_least": 10}, {"grade": "low", "below": 10}]),
}  # fmt: skip
RULES["capped"] = RULES["scored"] | {"items": [
    {"id": "up_to", "title": TITLE, "formula": {"product": ["many", "12 points"]}, "at_least": 0, "at_most": 12},
    {"id": "down_to", "title": TITLE, "formula": {"product": ["many", "-9 points"]}, "at_least": -1},
]}  # fmt: skip
RULES["gives"]["outputs"] = {"years": count("year")}
EDITION = small(THING, RULES, year=YEAR)
CHECKER, ENGINE, REFERENCE = FactChecker(EDITION), Engine(EDITION), Reference(EDITION)
WORTH = {"well": (True, False), "price": (0, 2, 4), "share": (0, 1), "free": (0, 900), "late": (True, False)}
OF_YEARS = {"by_run": {"well"}, "by_mean": {"price", "share"}, "by_all": {"well", "price", "share"},
            "by_best": {"well", "price", "share"}, "by_losses": {"free", "price"}, "by_place": {"price", "share"},
            "by_one": {"well"}, "by_told": {"well"}, "gives": {"well"}, "scored": {"well"},
            "capped": {"well"}}  # fmt: skip


def drawn(random):
    def some(*names):
        return {name: random.choice(WORTH[name]) for name in names if random.random() < 0.7}

    years = random.sample((2020, 2021, 2022, 2023), random.randint(0, 3))
    return {"years": [{"year": year} | some("well", "price", "share", "free") for year in years],
            **some("late"), "price": 2, "share": 1}  # fmt: skip


def completions(facts, used):
    """Every way in which what is not given of the records, and `used`, could be."""
    open_ = [(place, name) for place, one in enumerate(facts["years"]) for name in sorted(used - one.keys())]
    for values in product(*(WORTH[name] for _, name in open_)):
        whole = [{**one} for one in facts["years"]]
        for (place, name), value in zip(open_, values, strict=True):
            whole[place][name] = value
        yield {**facts, "years": whole}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_decided_holds_of_every_completion(seed):
    random, settled = Random(seed), Counter()
    for facts in (drawn(random) for _ in range(25)):
        for name, rule in EDITION.rules.items():
            decision = agree(ENGINE, REFERENCE, name, CHECKER.check("thing", facts), ON)
            if decision.outcome == rule.role("unknown") or name == "by_told":
                continue
            judged = [REFERENCE.judge(name, CHECKER.check("thing", one), ON)
                      for one in completions(facts, OF_YEARS[name])]  # fmt: skip
            assert {one.outcome for one in judged} == {decision.outcome}, (name, facts)
            for output, (value, _) in decision.outputs.items():
                assert {one.outputs[output] for one in judged} == {value}, (name, facts)
            settled[name] += len(judged) > 1
    assert min(settled[name] for name in RULES if name != "by_told") > 0, settled


@pytest.mark.parametrize("name", RULES)
def test_a_table_says_the_same(name):
    random = Random(name)
    cases = [CHECKER.check("thing", drawn(random)) for _ in range(40)]
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, name, cases, ON) == (40, 0)


def years(*verdicts):
    return [{"year": 2020 + n} | ({} if one is None else {"well": one}) for n, one in enumerate(verdicts)]


@pytest.mark.parametrize(("name", "years", "outcome"), [
    ("by_run", years(None, True, True), "good"), ("by_run", years(True, None, True), "open"),
    ("by_run", years(True, True, None), "open"), ("by_run", years(None, False, True), "bad"),
    ("by_run", [*years(None, True), {"year": 2023, "well": True}], "bad"),  # 2022 is lacking
    ("by_mean", [{"price": 4, "share": 1}, {"price": 3}], "good"), ("by_mean", [{"share": 0}], "bad"),
    ("by_mean", [{"price": 4}], "open"), ("by_all", [{"well": True}], "good"),
    ("by_all", [{"well": True}, {"price": 1}], "open"), ("by_losses", [{"free": 1}], "good"),
    ("by_one", years(True, None), "good"), ("by_one", years(None), "open"), ("by_told", years(True, None), "good"),
    ("scored", years(True, None), "high"), ("scored", years(False, None), "open"),
    ("capped", years(True, None), "high"), ("capped", years(False, None), "open"),
])  # fmt: skip
def test_what_is_surely_so(name, years, outcome):
    facts = CHECKER.check("thing", {"years": years, "price": 3, "share": 1})
    assert agree(ENGINE, REFERENCE, name, facts, ON).outcome == outcome
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, name, [facts], ON) == (1, 0)
