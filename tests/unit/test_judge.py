"""From verdicts to outcomes: which of several counts, and when an open question matters."""

from fractions import Fraction
from itertools import product

import pytest

from rules.engine.engine import Engine
from rules.judging.reference import Reference
from rules.words.explain import whole
from tests.unit.small import ON, OUTCOMES, TITLE, checklist, choice, count, derived, given, head, small, table

FLAGS = {name: given("boolean") for name in "abc"} | {"m": given("amount"), "k": given("amount")}
STATES = (True, False, None)


def record(**facts):
    return {name: value for name, value in facts.items() if value is not None}


def judged(edition, name, facts):
    """The outcome, agreed on by both."""
    said = {decider.judge(name, facts, ON).outcome for decider in (Engine(edition), Reference(edition))}
    assert len(said) == 1
    return said.pop()


def both(edition, name):
    engine, reference = Engine(edition), Reference(edition)

    def ask(facts):
        decision = engine.decide(name, facts, ON)
        assert decision.as_dict() == reference.decide(name, facts, ON).as_dict()
        return decision

    return ask


def test_one_unmet_decides_and_else_one_unknown_opens():
    ask = both(small(FLAGS, {"d": checklist({"require": {"a": True}}, {"reject": {"b": True}})}), "d")

    for a, b in product(STATES, STATES):
        met = [a, None if b is None else not b]
        expected = "bad" if False in met else "open" if None in met else "good"
        assert ask(record(a=a, b=b)).outcome == expected


def test_the_outcome_declared_first_wins_and_an_unknown_one_matters_only_if_stronger():
    items = ({"require": {"a": True}, "outcome": "bad"}, {"require": {"b": True}, "outcome": "worse"})
    ask = both(small(FLAGS, {"d": checklist(*items)}), "d")
    expected = {
        (True, True): "good", (False, True): "bad", (True, False): "worse", (False, False): "worse",
        (None, True): "open", (True, None): "open", (None, None): "open",
        (None, False): "worse", (False, None): "open",  # b could still make it `worse`, which comes first
    }  # fmt: skip

    for (a, b), outcome in expected.items():
        assert ask(record(a=a, b=b)).outcome == outcome


@pytest.mark.parametrize(("when", "holds", "verdict", "applies"), [
    (True, True, True, True), (True, False, False, True), (True, None, None, True),
    (False, True, True, False), (False, False, True, False), (False, None, True, False),
    (None, True, True, True), (None, False, None, True), (None, None, None, True),
])  # fmt: skip
def test_whom_a_criterion_applies_to(when, holds, verdict, applies):
    ask = both(small(FLAGS, {"d": checklist({"require": {"a": True}, "when": {"b": True}})}), "d")
    (finding,) = ask(record(a=holds, b=when)).findings

    assert (finding.verdict, finding.applies) == (verdict, applies)


ROWS = (
    {"when": {"a": True}, "outcome": "good", "then": {"sum": "1 yuan"}},
    {"when": {"b": True}, "outcome": "worse", "then": {"sum": "m"}},
)
SUM = {"outputs": {"sum": {"type": "amount", "title": TITLE}}}


def rows(hit, **more):
    otherwise = {"outcome": "bad", "then": {"sum": "0 yuan"}}
    return both(small(FLAGS, {"d": table(hit, *ROWS, otherwise=otherwise, **SUM, **more)}), "d")


def answer(decision):
    return decision.outcome, decision.as_dict()["outputs"].get("sum"), [name for name, _ in decision.measures]


def test_the_first_row_that_holds_is_taken_unless_one_above_is_open():
    ask = rows("first")

    assert answer(ask(record(a=True))) == ("good", 1, [])
    assert answer(ask(record(a=False, b=True, m=5))) == ("worse", 5, [])
    assert answer(ask(record(a=False, b=True))) == ("open", None, [])
    assert answer(ask(record(a=False, b=False))) == ("bad", 0, [])
    assert answer(ask(record(b=True, m=5))) == ("open", None, [])
    assert answer(ask(record(a=False))) == ("open", None, [])


def test_all_rows_that_hold_are_measures():
    ask = rows("all")

    assert answer(ask(record(a=True, b=True, m=5))) == ("good", None, ["r0", "r1"])
    assert answer(ask(record(a=False, b=True, m=5))) == ("worse", None, ["r1"])
    assert answer(ask(record(a=False, b=False))) == ("bad", 0, [])
    assert answer(ask(record(a=True))) == ("open", None, ["r0"])


def test_the_highest_row_wins():
    ask = rows("highest", by="sum")

    assert answer(ask(record(a=True, b=True, m=5)))[:2] == ("worse", 5)
    assert answer(ask(record(a=True, b=True, m=0)))[:2] == ("good", 1)
    assert answer(ask(record(a=True, b=True, m=1)))[:2] == ("good", 1)  # of equals the one listed first
    assert answer(ask(record(a=True, b=True)))[0] == "open"
    assert answer(ask(record(a=True)))[0] == "open"
    assert answer(ask(record(a=False, b=False)))[:2] == ("bad", 0)


def test_rows_are_added():
    ask = rows("sum")

    assert answer(ask(record(a=True, b=True, m=5)))[:2] == ("good", 6)
    assert answer(ask(record(a=True, b=True, m=Fraction(1, 2))))[:2] == ("good", "1.5")
    assert answer(ask(record(a=True)))[0] == "open"


SCORES = {
    "items": [
        {"id": "i", "title": TITLE, "fact": "n",
         "bands": [{"below": "5 houses", "points": 10}, {"at_least": "5 houses", "points": 20}]},
        {"id": "x", "title": TITLE, "formula": "p", "at_least": 0, "at_most": 10, "missing": 3},
    ],
    "grades": [{"grade": "A", "at_least": 30}, {"grade": "B", "at_least": 20, "below": 30}, {"grade": "C",
        "below": 20}],
    "total": {"at_least": 5, "at_most": 40},
    "adjustments": [{"id": "less", "title": TITLE, "when": {"a": True}, "points": -20, "missing": 0}],
    "vetoes": [
        {"id": "v", "title": TITLE, "reject": {"b": True}, "outcome": "C"},
        {"id": "w", "title": TITLE, "reject": {"c": True}, "outcome": "B"},
    ],
    "ceilings": [{"id": "cap", "title": TITLE, "when": {"k": {"above": "0 yuan"}}, "at_most": "B"}],
    "outcomes": {**{code: {"title": TITLE} for code in "ABC"}, "open": OUTCOMES["open"]},
}  # fmt: skip
KNOWN = {"n": 5, "p": 10, "a": False, "b": False, "c": False, "k": 0}


@pytest.mark.parametrize(("changed", "outcome", "total"), [
    ({}, "A", 30), ({"n": 4}, "B", 20), ({"p": 0}, "B", 20), ({"p": 99}, "A", 30), ({"p": -5}, "B", 20),
    ({"p": Fraction(999, 100)}, "B", "29.99"), ({"n": 4, "p": Fraction(999, 100)}, "C", "19.99"),
    ({"a": True}, "C", 10), ({"a": True, "n": 4, "p": 0}, "C", 5), ({"a": None}, "A", 30),
    ({"p": None}, "B", 23), ({"n": None}, "open", None),
    ({"b": True}, "C", 30), ({"c": True}, "B", 30), ({"b": True, "c": True}, "C", 30), ({"b": None}, "open", 30),
    ({"b": None, "c": True}, "open", 30), ({"b": True, "c": None}, "C", 30), ({"b": True, "n": None}, "C", None),
    ({"k": 1}, "B", 30), ({"k": None}, "open", 30), ({"k": None, "n": 4}, "B", 20), ({"k": None, "a": True}, "C", 10),
])  # fmt: skip
def test_a_scorecard(changed, outcome, total):
    facts = {"n": count(), "p": given("points"), **FLAGS}
    decision = both(small(facts, {"d": head("scorecard", **SCORES)}), "d")(record(**{**KNOWN, **changed}))

    assert (decision.outcome, decision.as_dict()["outputs"].get("total")) == (outcome, total)
    assert [finding.id for finding in decision.findings] == ["v", "w", "i", "x", "less", "cap"]


PART = {"m": given("amount"), "g": choice("A", "B", ranked=True), "ok": given("boolean")}


def ranked(records, **more):
    body = {"list": "parts", "order": [{"by": "m", "first": "highest"}, {"by": "g", "first": "highest"}],
            "eligible": [{"id": "ok", "require": {"ok": True}}], **more}  # fmt: skip
    edition = small({"parts": given("list", of="part")}, {"d": head("ranking", **body)}, part=PART)
    facts = {} if records is None else {"parts": [{"id": name, **one} for name, one in records.items()]}
    decision = both(edition, "d")(facts)
    return decision.outcome, [(one.id, one.place, one.chosen, one.why) for one in decision.ranking]


def part(m=None, g="A", ok=True):
    return record(m=m, g=g, ok=ok)


def test_equals_share_a_place_and_all_of_them_are_chosen():
    records = {"x": part(5), "y": part(9), "z": part(5), "w": part(5, "B")}

    assert ranked(records, take=2) == ("good", [
        ("y", 1, True, ""), ("x", 2, True, ""), ("z", 2, True, ""), ("w", 4, False, "")])  # fmt: skip


def test_equals_go_by_id_where_the_plan_says_so():
    records = {"z": part(5), "x": part(5), "y": part(9)}

    assert [one[:3] for one in ranked(records, take=2, ties="by_id")[1]] == [
        ("y", 1, True), ("x", 2, True), ("z", 3, False)]  # fmt: skip


def test_ids_are_compared_as_text_and_records_without_one_come_last_as_listed():
    body = {"list": "parts", "order": [{"by": "m", "first": "highest"}], "ties": "by_id", "take": 1}
    edition = small({"parts": given("list", of="part")}, {"d": head("ranking", **body)}, part=PART)
    parts = [{"m": 5}] * 9 + [{"m": 5, "id": "V2"}, {"m": 5}, {"m": 5, "id": "V10"}]

    places = [one.id for one in both(edition, "d")({"parts": parts}).ranking]
    assert places == ["V10", "V2", *map(str, range(1, 10)), "11"]


@pytest.mark.parametrize(("records", "outcome"), [
    (None, "open"), ({}, "bad"), ({"x": part(1)}, "bad"), ({"x": part(1), "y": part(2)}, "good"),
    ({"x": part(1), "y": part(2), "z": part(3, ok=False)}, "good"), ({"x": part(1), "y": part(2, ok=False)}, "bad"),
    ({"x": part(1), "y": part(2), "z": part()}, "open"), ({"x": part(1), "y": part(2), "z": part(3, ok=None)}, "open"),
    ({"x": part(1), "y": part(2), "z": part(3, g=None)}, "open"),
])  # fmt: skip
def test_a_ranking_is_settled_when_no_record_could_change_it(records, outcome):
    assert ranked(records, take=2)[0] == outcome


def test_conclusions_chain_and_a_given_one_is_taken():
    first = checklist({"require": {"a": True}})
    second = checklist({"require": {"first": "good"}})
    ask = both(small(FLAGS, {"first": first, "second": second}), "second")

    assert ask({"a": True}).outcome == "good"
    assert ask({"a": False}).outcome == "bad"
    assert ask({}).outcome == "open"
    assert ask({"a": False, "first": "good"}).outcome == "good"
    assert [*ask({"a": False}).chained] == ["first"]
    assert [*ask({"first": "good"}).chained] == []


def chained(levels):
    """Decisions of which each rests on the two before, and the last on all of them."""
    decisions = {"d0": checklist({"require": {"a": True}}), "d1": checklist({"require": {"d0": "good"}})}
    for n in range(2, levels):
        decisions[f"d{n}"] = checklist({"require": {f"d{n - 1}": "good"}}, {"require": {f"d{n - 2}": "good"}})
    return small(FLAGS, decisions)


@pytest.mark.parametrize("decider", [Reference, Engine])
@pytest.mark.parametrize("facts", [{"a": True}, {}])
def test_each_of_22_chained_decisions_is_made_once(decider, facts):
    decided = decider(chained(22)).decide("d21", facts, ON)
    everywhere, waiting = {}, [decided]
    while waiting:
        one = waiting.pop()
        assert everywhere.setdefault(one.rule.id, one) is one  # made once
        waiting += [below for name, below in one.chained.items() if everywhere.get(name) is not below]
    assert decided.all() == everywhere
    assert len(everywhere) == 22
    assert [missed.fact for missed in decided.missing] == ([] if facts else ["a"])


def test_a_decision_that_several_rest_on_is_written_in_full_once():
    def written(shown):
        for name, below in shown["chained"].items():
            assert {"outcome", "id"} <= below.keys()
            if "findings" in below:
                yield name
                yield from written(below)

    decided = Reference(chained(6)).decide("d5", {}, ON)
    assert sorted(written(whole(decided))) == [f"d{n}" for n in range(5)]


@pytest.mark.parametrize(("facts", "missed"), [({}, ["m", "k"]), ({"m": 5}, ["k"]), ({"m": 5, "k": 1}, [])])
def test_tables_that_each_add_up_the_two_before_miss_each_fact_once(facts, missed):
    decisions = {}
    for n in range(22):
        before, first = f"d{n - 1}.y" if n else "m", f"d{n - 2}.y" if n > 1 else "k"
        decisions[f"d{n}"] = table(
            "first",
            {"when": {before: {"at_least": "3 yuan"}}, "then": {"y": {"sum": [before, first]}}},
            {"when": {first: {"at_least": "1 yuan"}}, "then": {"y": first}},
            outputs={"y": {"type": "amount", "title": TITLE}},
            otherwise={"then": {"y": "1 yuan"}},
        )

    decided = Reference(small(FLAGS, decisions)).decide("d21", facts, ON)
    assert [one.fact for one in decided.missing] == missed


@pytest.mark.parametrize("facts", [{"x": 3}, {}])
def test_facts_that_each_read_the_two_before_are_evaluated_and_missed_once(facts):
    sums = {f"s{n}": derived(sum=[f"s{n - 1}", f"s{n - 2}"] if n > 1 else ["x", "x"]) for n in range(22)}
    edition = small({"x": count(), **sums}, {"d": checklist({"require": {"s21": {"at_least": "1 house"}}})})

    assert [one.fact for one in Reference(edition).decide("d", facts, ON).missing] == ([] if facts else ["x"])


def test_every_combination_of_nested_joins_is_agreed_on():
    parts = [{"a": True}, {"any": [{"b": True}, {"none": [{"c": True}]}]}]
    for join in ("all", "any", "none"):
        edition = small(FLAGS, {"d": checklist({"require": {join: parts}})})
        for a, b, c in product(STATES, repeat=3):
            judged(edition, "d", record(a=a, b=b, c=c))


def test_a_formula_of_conditions_is_agreed_on():
    facts = {**FLAGS, "fine": derived(holds={"at_least": 2, "of": [{name: True} for name in "abc"]})}
    ask = both(small(facts, {"d": checklist({"require": {"fine": True}})}), "d")

    for a, b, c in product(STATES, repeat=3):
        flags = (a, b, c)
        expected = "good" if flags.count(True) >= 2 else "bad" if flags.count(False) >= 2 else "open"
        assert ask(record(a=a, b=b, c=c)).outcome == expected
