"""A number that is known within bounds decides what all of its bounds decide, and is never taken for missing."""

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from rules import Engine, FactChecker, FactError, Reference
from rules.cases.files import read_cases
from rules.judging.distance import distances
from rules.judging.evaluate import Scope, leaf_holds
from rules.model import Comparison, Leaf, Ref
from rules.values.exact import RANGES, Range, Type
from rules.words.explain import explain
from tests.unit.small import ON, TITLE, checklist, count, derived, given, head, small, table

FACTS = {
    "all": count(), "filed": count(part_of="all", change="up"), "extra": count(), "income": given("amount"),
    "share": derived(ratio=["filed", "all"]), "rest": derived(difference=["all", "filed"]),
    "both": derived(sum=["filed", "extra"]), "or_income": derived(first_known=["income", "5 yuan"]),
    "told": derived(known="filed"), "ratio_told": derived(known={"ratio": ["filed", "extra"]}),
}  # fmt: skip
DECISIONS = {
    "by_share": checklist({"require": {"share": {"at_least": "90%"}}}),
    "by_both": checklist({"require": {"both": {"above": "100 houses"}}}),
    "by_rest": checklist({"require": {"rest": {"at_most": "30 houses"}}}),
    "poor": checklist({"require": {"or_income": {"at_most": "7 yuan"}}}),
    "exactly": checklist({"require": {"filed": ["3 houses", "4 houses"]}}),
    "by_told": checklist({"require": {"told": True}}),
    "by_ratio_told": checklist({"require": {"ratio_told": True}}),
    "graded": table("first", {"when": {"filed": {"at_least": "9 houses"}}, "outcome": "good"}, otherwise={
        "outcome": "bad",
    }),
    "card": head("scorecard", outcomes={
        "good": {"title": TITLE}, "bad": {"title": TITLE}, "open": {"if": "unknown", "title": TITLE},
    }, full_marks=1, items=[{
        "id": "one", "title": TITLE, "fact": "filed", "missing": 1, "bands": [
            {"at_least": "9 houses", "points": 1}, {"below": "9 houses", "points": 0},
        ],
    }], grades=[{"grade": "good", "at_least": 1}, {"grade": "bad", "below": 1}]),
}  # fmt: skip
EDITION = small(FACTS, DECISIONS)
CHECKER, ENGINE, REFERENCE = FactChecker(EDITION), Engine(EDITION), Reference(EDITION)


def decided(decision, **facts):
    checked = CHECKER.check("thing", facts)
    online, plainly = (one.decide(decision, checked, ON) for one in (ENGINE, REFERENCE))
    assert online.as_dict() == plainly.as_dict()
    return online


def between(low=None, high=None):
    return {name: end for name, end in (("at_least", low), ("at_most", high)) if end is not None}


@pytest.mark.parametrize(("decision", "facts", "outcome"), [
    ("by_share", {"all": 300, "filed": between(270, 272)}, "good"),
    ("by_share", {"all": 300, "filed": between(269, 272)}, "open"),
    ("by_share", {"all": 300, "filed": between(200, 269)}, "bad"),
    ("by_share", {"all": between(high=300), "filed": 270}, "good"),
    ("by_share", {"all": between(0, 300), "filed": between(0, 10)}, "open"),
    ("by_both", {"filed": between(101), "extra": between(0)}, "good"),
    ("by_both", {"filed": between(101)}, "open"),  # nothing is known of the other
    ("by_rest", {"all": between(100, 110), "filed": between(80, 90)}, "good"),
    ("poor", {"income": between(0, 7)}, "good"),
    ("poor", {"income": between(0, 8)}, "open"),  # it is not missing: no 5 yuan instead
    ("exactly", {"filed": between(5, 9)}, "bad"),
    ("exactly", {"filed": between(3, 4)}, "open"),
    ("by_told", {"filed": between(3, 4)}, "good"),
    ("by_told", {}, "bad"),
    ("by_ratio_told", {"filed": between(3, 4), "extra": between(1, 2)}, "good"),
    ("by_ratio_told", {"filed": between(3, 4), "extra": between(0, 2)}, "open"),
    ("graded", {"filed": between(9)}, "good"), ("graded", {"filed": between(8, 9)}, "open"),
    ("card", {}, "good"), ("card", {"filed": between(0, 8)}, "bad"), ("card", {"filed": between(0, 9)}, "open"),
])  # fmt: skip
def test_what_a_range_decides(decision, facts, outcome):
    assert decided(decision, **facts).outcome == outcome


@cases(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.sampled_from([*DECISIONS]))
def test_a_range_decides_as_every_number_in_it_would(low, wide, all_, extra, decision):
    facts = {"all": all_ * 10, "extra": extra * 10, "income": between(low, low + wide)}
    filed = between(low, low + wide)
    if low > facts["all"]:
        return
    outcome = decided(decision, **facts, filed=filed).outcome
    each = {decided(decision, **facts | {"income": one}, filed=one).outcome
            for one in range(low, min(low + wide, facts["all"]) + 1)}  # fmt: skip
    assert outcome == "open" or each == {outcome}
    if decision in (
        "by_share",
        "by_both",
        "by_rest",
        "graded",
        "card",
    ):  # a single number and fixed limits: as sharp as can be
        assert (outcome == "open") == (len(each) > 1 or each == {"open"})


def test_a_part_and_its_whole_narrow_each_other():
    checked = CHECKER.check("thing", {"all": between(5, 20), "filed": between(8, 30)})
    assert checked == {RANGES: {"all": Range(8, 20), "filed": Range(8, 20)}}
    assert CHECKER.check("thing", {"all": between(3, 9), "filed": 9}) == {"all": 9, "filed": 9}


def test_a_part_never_exceeds_the_whole_of_its_whole_though_that_between_is_not_known():
    edition = small({
        "all": count(), "filed": count(part_of="all"), "granted": count(part_of="filed", change="up"),
        "lent": count(part_of="granted"), "share": derived(ratio=["lent", "all"]),
    }, {"most": checklist({"require": {"share": {"at_most": "100%"}}}),
        "many": checklist({"require": {"granted": {"at_least": "5 houses"}}})})  # fmt: skip
    checker, reference = FactChecker(edition), Reference(edition)
    for facts, problem in (({"lent": 5, "all": 4}, ("/lent", "part_exceeds_whole")),
                           ({"lent": between(5), "all": 4}, ("/lent", "empty_range")),
                           ({"lent": 5, "all": between(2, 4)}, ("/all", "empty_range"))):  # fmt: skip
        with pytest.raises(FactError) as raised:
            checker.check("thing", facts)
        assert [(one.pointer, one.code) for one in raised.value.problems] == [problem]

    assert checker.check("thing", {"lent": between(1), "all": 4})[RANGES] == {"lent": Range(1, 4)}
    wide = checker.check("thing", {"lent": between(1, 8), "all": between(3, 9)})
    assert reference.judge("most", wide, ON).outcome == "good"
    short = distances(reference.decide("many", checker.check("thing", {"granted": 3, "all": 4}), ON))
    assert short.criteria["c0"].why == "out_of_reach"


@pytest.mark.parametrize(("facts", "code"), [
    ({"filed": between(9, 8)}, "empty_range"), ({"all": 3, "filed": between(4)}, "empty_range"),
    ({"filed": {"at_least": {"at_least": 1}}}, "not_a_range"), ({"filed": {"at_most": {}}}, "not_a_range"),
    ({"filed": {"at_least": 1, "above": 2}}, "not_a_range"), ({"filed": {"at_least": None}}, "not_a_range"),
])  # fmt: skip
def test_ranges_that_are_refused(facts, code):
    with pytest.raises(FactError) as raised:
        CHECKER.check("thing", facts)
    assert [(one.pointer, one.code) for one in raised.value.problems] == [("/filed", code)]


@pytest.mark.parametrize(("ends", "problems"), [
    (between(-1), {"/filed/at_least": "too_small"}), (between("3"), {"/filed/at_least": "not_whole"}),
    (between(1, "3"), {"/filed/at_most": "not_whole"}),
    (between(-1, "3"), {"/filed/at_least": "too_small", "/filed/at_most": "not_whole"}),
])  # fmt: skip
def test_each_end_that_cannot_be_used_is_told_where_it_is(ends, problems):
    with pytest.raises(FactError) as raised:
        CHECKER.check("thing", {"filed": ends})
    assert {one.pointer: one.code for one in raised.value.problems} == problems


def test_ends_that_are_reversed_are_told_beside_all_else():
    with pytest.raises(FactError) as raised:
        CHECKER.check("thing", {"filed": between(9, 8), "all": "3"})
    assert {(one.pointer, one.code) for one in raised.value.problems} == {
        ("/filed", "empty_range"), ("/all", "not_whole")}  # fmt: skip


@pytest.mark.parametrize("text", [
    "on: 2026-12-31\nfacts: {all: 300, filed: {at_least: 268, at_most: 270}}",
    '{"on": "2026-12-31", "facts": {"all": 300, "filed": {"at_least": 268, "at_most": 270}}}',
])  # fmt: skip
def test_findings_and_explanations_say_the_range(text):
    [case] = read_cases(text, "case.json" if text.startswith("{") else "case.yaml")
    decision = decided("by_share", **case.facts)
    shown = decision.as_dict()
    (compared,) = shown["findings"][0]["comparisons"]
    assert compared["observed"] == {"at_least": "67/75", "at_most": "0.9"}
    assert [(one["fact"], one["why"]) for one in shown["missing"]] == [("filed", "not_exact")]
    assert "≈89.33%至90%" in explain(decision)
    assert "只知道上下限" in explain(decision)
    assert "≈89.33% to 90%" in explain(decision, "en")
    assert decision.id != decided("by_share", all=300, filed=between(268, 271)).id


def test_a_distance_from_a_figure_within_bounds_is_not_measured():
    assert distances(decided("by_share", all=300, filed=between(200, 260))).outcome.why == "unknown"
    assert distances(decided("by_share", all=between(290, 300), filed=200)).outcome.changes[0].by == 70


def test_a_range_goes_with_the_day_of_the_decision():
    edition = small(FACTS, DECISIONS)
    facts = {"filed": {"at_least": 3, "at_most": 4}}
    assert FactChecker(edition).check("thing", facts, ON) == FactChecker(edition).check("thing", facts)


def test_each_limit_of_a_comparison_settles_for_itself():
    left, one, other = (Ref("fact", "", name, Type("count")) for name in ("all", "filed", "extra"))
    between = Leaf(left, (Comparison("at_least", (one,)), Comparison("at_most", (other,))))

    def truth(**record):
        return leaf_holds(between, Scope(EDITION, "thing", record, ON, REFERENCE))

    assert truth(all=5, filed=4) is None
    assert truth(all=5, extra=6) is None
    assert truth(all=5, filed=6) is False
    assert truth(all=5, filed=4, **{RANGES: {"extra": Range(6, 9)}}) is True
    assert truth(all=5, filed=4, **{RANGES: {"extra": Range(4, 9)}}) is None
