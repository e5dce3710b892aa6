"""What an open answer leaves holds of every completion of the case, and the engines agree on what is not open."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from rules import Engine, FactChecker, Reference
from rules.values.exact import Range
from tests.agreement.agreeing import agree
from tests.agreement.backends import connect
from tests.agreement.tabular import assert_agree
from tests.unit.small import ON, TITLE, checklist, choice, count, derived, given, head, small, table

FACTS = {
    "filed": count(maximum="6 houses"), "kind": choice("a", "b", "c"), "old": given("boolean"),
    "income": given("amount", maximum="6 yuan"),
    "half": derived(product=["income", "50%"]), "most": derived(least=["income", "2 yuan"]),
    "cap": derived(when={"old": True}, then="half", otherwise="2 yuan"),
}  # fmt: skip
SOME = {"filed": {"at_least": "3 houses"}}
ROWS = (
    {"when": SOME, "outcome": "good", "then": {"limit": "half", "rate": "3%", "term": "1 year"}},
    {"when": {"kind": "a"}, "outcome": "worse", "then": {"limit": "cap", "rate": "3%", "term": "2 years"}},
    {"when": {"kind": ["a", "b"]}, "outcome": "worse", "then": {"limit": "2 yuan", "rate": "4%", "term": "2 years"}},
    {"when": {"old": True}, "outcome": "bad", "then": {"limit": "most", "rate": "4%"}},
)
OUTPUTS = {"limit": given("amount"), "rate": given("rate"), "term": count("year"),
           "never": given("points")}  # that no row gives  # fmt: skip
OTHER = {"outcome": "bad", "then": {"limit": "2 yuan", "rate": "4%", "term": "2 years"}}
GRADES = {"high": {"title": TITLE}, "middle": {"title": TITLE}, "low": {"title": TITLE},
          "out": {"title": TITLE}, "open": {"if": "unknown", "title": TITLE}}  # fmt: skip
RULES = {
    "first": table("first", *ROWS, otherwise=OTHER, outputs=OUTPUTS),
    "by_title": table("first", {"when": SOME, "outcome": "good", "then": {"title": "a"}},
                      {"when": {"old": True}, "outcome": "bad", "then": {"title": "kind"}},
                      otherwise={"outcome": "bad", "then": {"title": "b"}},
                      outputs={"title": choice("a", "b", "c")}),
    **{hit: table(hit, *ROWS, by="limit", otherwise=OTHER, outputs=OUTPUTS) for hit in ("highest", "lowest")},
    "by_rate": table("highest", *ROWS, by="rate", otherwise=OTHER, outputs=OUTPUTS),
    "sum": table("sum", *ROWS, otherwise=OTHER, outputs=OUTPUTS),
    "list": checklist({"require": SOME, "outcome": "worse"}, {"require": {"old": False}}),
    "next": table("first", {"when": {"first.rate": {"at_least": "4%"}}, "outcome": "good"},
                  otherwise={"outcome": "bad"}),
    "card": head("scorecard", outcomes=GRADES, total={"at_least": 0, "at_most": 30},
        vetoes=[{"id": "veto", "title": TITLE, "reject": {"kind": "c"}, "outcome": "out"}],
        ceilings=[{"id": "cap", "title": TITLE, "when": {"old": True}, "at_most": "middle"}],
        items=[{"id": "houses", "title": TITLE, "fact": "filed", "bands": [
                    {"below": "2 houses", "points": 0}, {"at_least": "2 houses", "below": "4 houses", "points": 5},
                    {"at_least": "4 houses", "points": 10}]},
               {"id": "money", "title": TITLE, "formula": {"product": [{"ratio": ["most", "1 yuan"]}, "5 points"]},
                "at_least": 0, "at_most": 10}],
        grades=[{"grade": "high", "at_least": 15}, {"grade": "middle", "at_least": 8, "below": 15},
                {"grade": "low", "below": 8}]),
}  # fmt: skip
EDITION = small(FACTS, RULES)
CHECKER, ENGINE, REFERENCE = FactChecker(EDITION), Engine(EDITION), Reference(EDITION)
VALUES = {"filed": range(7), "kind": "abc", "old": (True, False), "income": (0, 1, 2, 3, 4, 6)}


def drawn(random, facts=VALUES):
    """A case of which some is not known, and some within bounds."""
    case = {}
    for name, values in facts.items():
        fate, value = random.random(), random.choice(values)
        if fate < 0.4:
            case[name] = value
        elif fate < 0.7 and name not in ("kind", "old"):
            case[name] = {"at_least": value, "at_most": random.choice([one for one in values if one >= value])}
    return case


def completions(case, facts=VALUES):
    """The case with every value that it allows of each fact; None is that of a fact that stays not given."""
    can = {name: values if name not in case else [case[name]] for name, values in facts.items()}
    for name, given_ in case.items():
        if isinstance(given_, dict):
            can[name] = [one for one in facts[name] if given_["at_least"] <= one <= given_["at_most"]]
    return [{name: one for name, one in zip(can, values, strict=True) if one is not None}
            for values in product(*can.values())]  # fmt: skip


def assert_leaves(left, whole, case):
    assert not left.outcomes or {one.outcome for one in whole} <= {*left.outcomes}, case
    for output, (range_, _) in left.outputs.items():
        found = {one.outputs[output] for one in whole if output in one.outputs}
        if isinstance(range_, Range):
            assert range_.at_least is None or range_.at_least <= min(found), (output, case)
            assert range_.at_most is None or max(found) <= range_.at_most, (output, case)
        else:
            assert found <= {*range_}, (output, case)


@pytest.mark.parametrize("name", RULES)
def test_every_completion_is_one_of_what_is_left(name):
    random, rule, told = Random(name), EDITION.rules[name], 0
    for case in (drawn(random) for _ in range(40)):
        decision = agree(ENGINE, REFERENCE, name, CHECKER.check("thing", case), ON)
        if decision.outcome != rule.role("unknown"):
            continue
        whole = [REFERENCE.judge(name, CHECKER.check("thing", one), ON) for one in completions(case)]
        assert_leaves(decision.left, whole, case)
        told += bool(decision.left.outcomes or decision.left.outputs)
    assert told > (0 if name == "next" else 5)


@pytest.mark.parametrize("name", RULES)
def test_a_table_has_the_same_outputs(name):
    random = Random(name)
    cases = [CHECKER.check("thing", drawn(random)) for _ in range(60)]
    assert assert_agree(connect("duckdb"), ENGINE, REFERENCE, name, cases, ON) == (60, 0)


def decided(name, **facts):
    return agree(ENGINE, REFERENCE, name, CHECKER.check("thing", facts), ON)


def bounds_of(decision):
    """The bounds of outputs that are left, as pairs."""
    return {name: tuple(value) for name, (value, _) in decision.left.outputs.items()}


def test_rows_in_question_that_give_the_same_leave_one_value():
    decision = decided("first", filed=1, kind="b", income=6)
    assert decision.outcome == "worse"
    decision = decided("first", filed=1, old=False)  # row 2, 3, or none of them
    assert (decision.outcome, decision.outputs) == ("open", {})
    left = bounds_of(decision)
    assert (left["limit"], left["term"]) == ((2, 2), (2, 2))
    assert decided("next", filed=1, old=False).outcome == "open"  # 3% or 4%


def test_rows_that_surely_lose_leave_no_doubt_of_the_limit():
    decision = decided("highest", filed=5, income=6, kind="c")  # 3 yuan surely; `old` could give 2
    assert decision.outcome == "open"
    left = bounds_of(decision)
    assert (left["limit"], left["rate"], left["term"]) == ((3, 3), (Fraction(3, 100), Fraction(3, 100)), (1, 1))


SUM = {"sum": [{"product": [{"ratio": ["income", "1 yuan"]}, "3 points"]}, "worth"]}
OVER = {"product": [{"ratio": ["filed", "spare"]}, "1 point"]}
ABOVE = {"fact": "filed", "bands": [{"below": "3 houses", "points": 2}, {"at_least": "3 houses", "points": "worth"}]}
LACKING = {  # items whose points, or whose worth where something stays missing, lie apart
    "sum": {"items": [{"formula": SUM, "at_least": 4, "at_most": 20, "missing": 0}]},
    "zero": {"items": [{"formula": OVER, "at_most": 9, "missing": 40}]},
    "chosen": {"items": [{"formula": {"when": {"old": True}, "then": SUM, "otherwise": "2 points"}, "missing": -30}]},
    "points": {"items": [{**ABOVE, "missing": 100}]},
    "added": {"adjustments": [{"when": {"any": [{"old": True}, {"filed": {"at_least": "5 houses"}}]},
                               "points": 1, "missing": -30}]},
    "changed": {"adjustments": [{"when": SOME, "points": "worth", "missing": -30}]},
}  # fmt: skip
NOUGHT = {"fact": "old", "points": {"true": 0, "false": 0}, "missing": 0}


def scorecard(items=(NOUGHT,), adjustments=()):
    own, more = ([{"id": f"{of}{at}", "title": TITLE, **one} for at, one in enumerate(those)]
                 for of, those in (("i", items), ("a", adjustments)))  # fmt: skip
    return head("scorecard", outcomes=GRADES, items=own, **({"adjustments": more} if more else {}),
        grades=[{"grade": "high", "at_least": 15}, {"grade": "middle", "at_least": 8, "below": 15},
                {"grade": "low", "below": 8}])  # fmt: skip


SCORED = small({**FACTS, "worth": given("points", minimum=1, maximum=5), "spare": count(maximum="6 houses")},
               {name: scorecard(**more) for name, more in LACKING.items()})  # fmt: skip
POINTED = {**VALUES, "worth": (1, 2, 5), "spare": (0, 1, 3, 6)}


@pytest.mark.parametrize("name", LACKING)
def test_what_stays_missing_is_worth_what_the_item_says(name):
    checker, engine, reference = FactChecker(SCORED), Engine(SCORED), Reference(SCORED)
    (item,), random, told, stayed = *LACKING[name].values(), Random(name), 0, 0
    for case in (drawn(random, POINTED) for _ in range(60)):
        decision = agree(engine, reference, name, checker.check("thing", case), ON)
        exact = completions(case, {fact: values for fact, values in POINTED.items() if fact in case})
        within = [reference.judge(name, checker.check("thing", one), ON) for one in exact]
        if decision.outcome != "open":
            assert {(one.outcome, one.outputs["total"]) for one in within} == {
                (decision.outcome, decision.outputs["total"][0])
            }, case
            continue
        free = {fact: values if fact in case else (*values, None) for fact, values in POINTED.items()}
        whole = [reference.judge(name, checker.check("thing", one), ON) for one in completions(case, free)]
        assert_leaves(decision.left, whole, case)
        told += bool(decision.left.outputs)
        stayed += item["missing"] in {one.outputs["total"] for one in whole}
    assert told > 1
    assert stayed > 1
