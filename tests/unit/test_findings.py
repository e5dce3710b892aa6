"""A finding says what was seen against what, and what is missing is named where it is missing."""

from hypothesis import given as drawn
from hypothesis import strategies as st

from rules.judging.decision import _CANONICAL, _canonical
from rules.judging.reference import Reference
from rules.words.explain import explain
from tests.unit.small import ON, TITLE, checklist, count, derived, given, head, small

FACTS = {
    "within": "area", "a": count(), "b": count(), "flag": given("boolean"), "m": given("amount"),
    "share": derived(ratio=["a", "b"]), "parts": given("list", of="part"),
    "good": derived(count="parts", where={"ok": True}), "mean": derived(mean="m", over="parts"),
    "good_mean": derived(mean="m", over="parts", where={"ok": True}),
    "good_sum": derived(total="m", over="parts", where={"ok": True}),
    "good_place": derived(rank="m", over="parts", where={"ok": True}, first="highest"),
    "which": derived(when={"flag": True}, then="a", otherwise="b"),
    "place": derived(rank="m", over="parts", first="highest"),
    "which_day": derived(first_known=["day", "other_day"]), "day": given("date"), "other_day": given("date"),
}  # fmt: skip
AREA = {"r": given("rate"), "a": count(), "b": count(), "share": derived(ratio=["a", "b"])}
PART = {"ok": given("boolean"), "m": given("amount")}


def decide(facts, *criteria, **more):
    edition = small(FACTS, {"d": checklist(*criteria, **more)}, area=AREA, part=PART)
    return Reference(edition).decide("d", facts, ON, "T-1")


def missing(facts, require):
    return [(one.fact, one.why) for one in decide(facts, {"require": require}).missing]


def test_a_finding_shows_the_comparison():
    decision = decide({"a": 1, "b": 3}, {"require": {"share": {"at_least": "55%"}}, "set_by": "lender"})

    assert decision.as_dict()["findings"] == [{
        "criterion": "c0", "role": "criterion", "title": TITLE, "verdict": "not_met", "clause": "一",
        "set_by": "lender",
        "applies": True, "rejects": False,
        "comparisons": [{
            "fact": "share", "title": TITLE, "observed": "1/3", "unit": "rate", "verdict": "not_met",
            "tests": [{"operator": "at_least", "limit": "0.55"}],
        }],
    }]  # fmt: skip


def test_a_benchmark_is_shown_with_its_value():
    decision = decide({"a": 1, "b": 2, "area": {"a": 3, "b": 4}}, {"require": {"share": {"above": "area.share"}}})

    (part,) = decision.as_dict()["findings"][0]["comparisons"]
    assert part["tests"] == [{"operator": "above", "limit": "0.75"}]


def test_nothing_is_missing_where_the_answer_is_known():
    assert (
        decide({"flag": False}, {"require": {"flag": True}}, {"require": {"a": {"at_least": "1 house"}}}).missing == ()
    )


def test_what_is_missing_is_named():
    low = {"at_least": "1 house"}

    assert missing({}, {"a": low}) == [("a", "not_given")]
    assert missing({}, {"share": {"above": "0%"}}) == [("a", "not_given"), ("b", "not_given")]
    assert missing({"a": 1, "b": 0}, {"share": {"above": "0%"}}) == [("b", "zero")]
    assert missing({"a": 1, "b": 2}, {"share": {"above": "area.r"}}) == [("area.r", "not_given")]
    assert missing({"a": 1, "b": 2, "area": {"a": 1}}, {"share": {"above": "area.share"}}) == [("area.b", "not_given")]
    assert missing({}, {"good": {"at_least": "1 part"}}) == [("parts", "not_given")]
    assert missing({"parts": []}, {"mean": {"above": "1 yuan"}}) == [("parts", "empty")]
    assert missing({"parts": [{"id": "x"}, {"ok": True}]}, {"good": {"at_least": "2 parts"}}) == [
        ("parts[x].ok", "not_given")]  # fmt: skip
    assert missing({"parts": [{"m": 1}, {}]}, {"mean": {"above": "1 yuan"}}) == [("parts[1].m", "not_given")]
    assert missing({"flag": True}, {"which": low}) == [("a", "not_given")]


def test_of_records_that_are_left_out_nothing_is_wanted():
    low, high = {"at_least": "1 yuan"}, {"at_most": "1 place"}
    out, open_ = {"id": "x", "ok": False}, {"id": "y", "ok": True}

    assert missing({"parts": [out]}, {"good_mean": low}) == [("parts", "none_fits")]
    assert missing({"parts": [out, open_]}, {"good_mean": low}) == [("parts[y].m", "not_given")]
    assert missing({"parts": [out, open_]}, {"good_sum": low}) == [("parts[y].m", "not_given")]
    assert missing({"parts": [out], "m": 1}, {"good_place": high}) == [("parts", "none_fits")]
    assert "没有符合条件的记录" in explain(decide({"parts": [out]}, {"require": {"good_mean": low}}), "zh")


def test_each_missing_fact_is_named_once():
    decision = decide({}, {"require": {"a": {"at_least": "1 house"}}}, {"require": {"a": {"at_most": "9 houses"}}})

    assert [one.fact for one in decision.missing] == ["a"]


def test_the_facts_a_scorecard_lacks_are_named():
    scores = {
        "items": [{"id": "i", "title": TITLE, "fact": "flag", "points": {"true": 5, "false": 0}}],
        "grades": [{"grade": "good", "at_least": 5}, {"grade": "bad", "below": 5}],
    }  # fmt: skip
    edition = small(FACTS, {"d": head("scorecard", **scores)}, area=AREA, part=PART)

    assert [one.fact for one in Reference(edition).decide("d", {}, ON).missing] == ["flag"]


def test_the_same_question_has_the_same_id_and_another_has_another():
    criterion = {"require": {"flag": True}}
    one, same, other = (decide({"flag": flag}, criterion) for flag in (True, True, False))

    assert one.id == same.id != other.id
    assert one.as_dict() == same.as_dict()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.fractions() | st.dates() | TEXTS
SAID = st.dictionaries(TEXTS, VALUES | st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=3), max_size=5)


@drawn(SAID, st.integers(2**64) | st.integers(max_value=-(2**63) - 1))
def test_both_spellings_of_what_an_id_is_made_of_are_one(facts, huge):
    """The quick one refuses whole numbers of more than 64 bits; ids of old decisions were made by the other."""
    assert _canonical(["x", facts]) == _CANONICAL.encode(["x", facts]).encode()
    assert _canonical({"n": huge}) == f'{{"n":{huge}}}'.encode()


def test_a_fact_read_by_way_of_the_record_around_is_missing_where_the_case_has_it():
    part = {
        "within": "thing",
        "who": count(),
        "alike": derived(count="thing.parts", where={"who": "own.who"}),
    }
    facts = {
        "parts": given("list", of="part"),
        "twice": derived(some="parts", satisfies={"alike": {"above": "1 part"}}),
    }
    edition = small(facts, {"d": checklist({"require": {"twice": False}})}, part=part)
    decision = Reference(edition).decide("d", {"parts": [{"id": "x", "who": 1}, {"id": "y"}]}, ON)
    assert [one.fact for one in decision.missing] == ["parts[y].who"]
