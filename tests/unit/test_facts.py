"""Facts are taken strictly: what is not exactly of its type is refused, all at once, where it stands."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from rules.cases.checker import HINTED, FactChecker, FactError
from rules.values.limits import HUGE, MOST_RECORDS
from tests.unit.small import TITLE, checklist, choice, codes, count, derived, given, small, table

FACTS = {
    "within": "area", "n": count(), "part": count(part_of="n"), "m": given("amount"), "r": given("rate"),
    "p": given("points", minimum="-5 points", maximum="10 points"), "flag": given("boolean"),
    "day": given("date"), "born": given("date", minimum="1900-01-01", maximum="2100-01-01"),
    "due": given("date", ahead=True), "colour": choice("red", "green"), "bits": given("list", of="bit"),
    "share": derived(ratio=["part", "n"]),
}  # fmt: skip
AREA = {"total": count("house"), "begun": given("date"), "things": given("list", of="thing")}
BIT = {"ok": given("boolean"), "on_day": given("date")}
EDITION = small(FACTS, {"verdict": checklist({"require": {"flag": True}})}, area=AREA, bit=BIT)
CHECKER = FactChecker(EDITION)


def problems(facts, subject="thing", on=None):
    with pytest.raises(FactError) as raised:
        CHECKER.check(subject, facts, on)
    for problem in raised.value.problems:
        assert problem.zh
        assert problem.en
    return [(problem.pointer, problem.code) for problem in raised.value.problems]


def test_a_date_lies_within_its_bounds_and_not_ahead_unless_it_may():
    day, later = date(2026, 5, 1), date(2026, 5, 2)
    facts = {"day": day, "born": day, "due": later, "bits": [{"on_day": day}], "area": {"begun": day}}
    assert CHECKER.check("thing", facts, day) == facts
    wrong = {
        "day": later,
        "born": later,
        "due": later,
        "bits": [{"on_day": day}, {"on_day": later}],
        "area": {"begun": later},
    }
    assert CHECKER.check("thing", wrong) == wrong
    assert problems(wrong, on=day) == [
        (pointer, "in_future") for pointer in ("/day", "/born", "/bits/1/on_day", "/area/begun")]  # fmt: skip
    assert CHECKER.check("thing", {"born": date(1900, 1, 1)}) == {"born": date(1900, 1, 1)}
    assert problems({"born": "1899-12-31"}) == [("/born", "too_early")]
    assert problems({"born": "2100-01-02"}) == [("/born", "too_late")]


@pytest.mark.parametrize(("name", "value", "code"), [
    ("n", True, "not_whole"), ("n", 1.0, "not_whole"), ("n", "1", "not_whole"), ("n", Decimal(1), "not_whole"),
    ("n", Fraction(1, 2), "not_whole"), ("n", -1, "too_small"), ("n", HUGE, "too_large"), ("n", 10**400, "too_large"),
    ("n", [], "not_whole"), ("n", {}, "not_a_range"), ("n", float("nan"), "not_whole"),
    ("m", True, "not_a_number"), ("m", 0.5, "not_a_number"), ("m", "0.9", "not_a_number"), ("m", "5", "not_a_number"),
    ("m", Decimal("NaN"), "not_a_number"), ("m", Decimal("sNaN"), "not_a_number"),
    ("m", Decimal("Infinity"), "not_a_number"), ("m", Decimal("-Infinity"), "not_a_number"),
    ("m", Decimal("1E+1000000"), "not_a_number"), ("m", Decimal("1E+30"), "too_large"),
    ("m", Decimal("-0.01"), "too_small"), ("m", Decimal("0.0000001"), "too_fine"), ("m", -HUGE, "too_small"),
    ("m", Decimal("1E-1000000"), "too_fine"), ("m", "5 yuan", "not_a_number"),
    ("r", "0.9", "not_a_number"), ("r", 0.9, "not_a_number"), ("r", Decimal("1.000001"), "too_large"),
    ("r", 90, "too_large"), ("r", "90", "not_a_number"), ("r", "101%", "too_large"), ("r", "-1%", "too_small"),
    ("r", "%", "not_a_number"), ("r", "a%", "not_a_number"), ("r", "9" * 5000 + "%", "not_a_number"),
    ("r", "1.80001%", "too_fine"), ("r", "0.00005%", "too_fine"),
    ("p", 11, "too_large"), ("p", -6, "too_small"), ("p", False, "not_a_number"),
    ("flag", 1, "not_boolean"), ("flag", 0, "not_boolean"), ("flag", "true", "not_boolean"),
    ("flag", "", "not_boolean"),
    ("day", "2026-02-29", "not_a_date"), ("day", "20260201", "not_a_date"), ("day", 20260201, "not_a_date"),
    ("day", datetime(2026, 1, 1, tzinfo=timezone(timedelta(0))), "not_a_date"), ("day", "", "not_a_date"),
    ("day", "2026-W01-1", "not_a_date"),
    ("colour", "Red", "not_a_choice"), ("colour", "rde", "not_a_choice"), ("colour", 1, "not_a_choice"),
    ("colour", ["red"], "not_a_choice"), ("colour", "", "not_a_choice"),
    ("bits", {}, "not_a_list"), ("bits", "x", "not_a_list"), ("bits", 3, "not_a_list"),
    ("share", 1, "derived"), ("nn", 1, "unknown_fact"), ("", 1, "unknown_fact"), ("id", "x", "unknown_fact"),
    ("verdict", "good!", "not_a_choice"), ("verdict", True, "not_a_choice"),
])  # fmt: skip
def test_what_is_refused(name, value, code):
    assert problems({name: value}) == [(f"/{name}", code)]


@pytest.mark.parametrize(("name", "value", "taken"), [
    ("n", 0, 0), ("n", HUGE - 1, HUGE - 1), ("m", 5, 5), ("m", Decimal("0.10"), Fraction(1, 10)), ("m", Decimal(5), 5),
    ("m", Decimal("1E+3"), 1000), ("m", Fraction(1, 3), Fraction(1, 3)), ("m", Decimal("0.000001"), Fraction(1, 10**6)),
    ("m", Decimal("-0"), 0), ("r", "1.8%", Fraction(9, 500)), ("r", "100%", 1), ("r", 1, 1), ("r", "0%", 0),
    ("r", "1.8001%", Fraction(18001, 10**6)), ("r", "1.8000000%", Fraction(9, 500)),
    ("r", Decimal("0.018"), Fraction(9, 500)), ("p", -5, -5), ("p", Decimal("9.5"), Fraction(19, 2)),
    ("flag", False, False),
    ("day", "2024-02-29", date(2024, 2, 29)), ("day", date(2024, 2, 29), date(2024, 2, 29)), ("colour", "red", "red"),
    ("bits", [], []), ("bits", [{"ok": True}, {}], [{"ok": True}, {}]), ("bits", ({"id": "b1"},), [{"id": "b1"}]),
    ("verdict", "bad", "bad"), ("area", {"total": 3}, {"total": 3}),
])  # fmt: skip
def test_what_is_taken_and_how(name, value, taken):
    record = CHECKER.check("thing", {name: value})

    assert record == {name: taken}
    assert type(record[name]) is type(taken)


@pytest.mark.parametrize("name", ["n", "m", "r", "flag", "day", "colour", "bits", "verdict", "area"])
def test_null_and_absence_are_the_same(name):
    assert CHECKER.check("thing", {name: None}) == {}


def test_a_conclusion_that_is_not_known_is_as_good_as_none():
    assert CHECKER.check("thing", {"verdict": "open"}) == {}


@pytest.mark.parametrize("facts", [None, [], "x", 3, True])
def test_facts_are_a_mapping(facts):
    assert problems(facts) == [("", "not_a_mapping")]


def test_every_problem_is_told_at_its_place():
    facts = {
        "n": True, "m": "x", "wrong/na~me": 1, 7: 1, "area": {"total": -1, "things": [{"n": 1}, {"n": "1"}, 5]},
        "bits": [{"ok": 1}, {"ko": True}, {"id": ""}, {"id": 5}, {"id": "x" * 65},
                 {"id": "110101199001011234"}, {"id": "11010119900101123x"}, {"id": "a\n"},
                 {"id": "1101011990010112345"}],
    }  # fmt: skip

    assert problems(facts) == [
        ("/n", "not_whole"), ("/m", "not_a_number"), ("/wrong~1na~0me", "unknown_fact"), ("/7", "unknown_fact"),
        ("/area/total", "too_small"), ("/area/things/1/n", "not_whole"), ("/area/things/2", "not_a_mapping"),
        ("/bits/0/ok", "not_boolean"), ("/bits/1/ko", "unknown_fact"), ("/bits/2/id", "not_an_id"),
        ("/bits/3/id", "not_an_id"), ("/bits/4/id", "not_an_id"), ("/bits/5/id", "not_an_id"),
        ("/bits/6/id", "not_an_id"), ("/bits/7/id", "not_an_id"),
    ]  # fmt: skip


def test_a_part_never_exceeds_its_whole():
    assert problems({"n": 5, "part": 6}) == [("/part", "part_exceeds_whole")]
    assert problems({"area": {"things": [{"n": 0, "part": 1}]}}) == [("/area/things/0/part", "part_exceeds_whole")]
    assert CHECKER.check("thing", {"n": 5, "part": 5}) == {"n": 5, "part": 5}
    assert CHECKER.check("thing", {"part": 6}) == {"part": 6}


def test_an_id_stands_in_a_list_once():
    assert problems({"bits": [{"id": "a"}, {}, {"id": "b"}, {"id": "a"}, {}]}) == [("/bits/3/id", "repeated_id")]
    assert CHECKER.check("thing", {"bits": [{"id": "a"}, {"id": None}, {}]})["bits"] == [{"id": "a"}, {}, {}]


def test_a_list_has_its_end():
    assert problems({"bits": [{}] * (MOST_RECORDS + 1)}) == [("/bits", "too_many")]


def test_facts_nested_without_end_are_refused():
    facts: dict = {}
    for _ in range(400):
        facts = {"area": {"things": [facts]}}

    found = problems(facts)

    assert {code for _, code in found} == {"too_deep"}


NAMES = [*FACTS, "id", "x"]
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@cases(json_like)
def test_nothing_but_a_fact_error_comes_of_anything(facts):
    try:
        record = CHECKER.check("thing", facts)
    except FactError as error:
        assert error.problems
    else:
        assert CHECKER.check("thing", record) == record


def test_a_part_stays_within_every_whole_and_so_does_a_derived_one():
    edition = small({
        "all": count(), "more": count(), "a": count(part_of=["all", "more"]), "b": count(),
        "days": given("list", of="day"),
        "good": {**derived(sum=["a", "b"]), "part_of": "all"},
        "late": {**derived(count="days", where={"late": True}), "part_of": "some"},
        "some": derived(count="days", where={"counted": True}),
    }, day={"late": given("boolean"), "counted": given("boolean")})  # fmt: skip
    checker = FactChecker(edition)

    def refused(facts):
        with pytest.raises(FactError) as raised:
            checker.check("thing", facts)
        return [(one.pointer, one.code) for one in raised.value.problems]

    assert checker.check("thing", {"all": 4, "more": 2, "a": 2, "b": 2})
    assert refused({"all": 4, "more": 2, "a": 2, "b": 3}) == [("/a", "part_exceeds_whole")]
    assert refused({"all": 4, "more": 1, "a": 2}) == [("/a", "part_exceeds_whole")]
    assert refused({"days": [{"late": True, "counted": False}]}) == [("/days", "part_exceeds_whole")]
    assert checker.check("thing", {"days": [{"late": True}]})  # whether it counts is not known


RESTING = small({
    "within": "area", "born": given("date"), "need": given("amount"), "limit": given("amount"), "a": count(),
    "age": {**derived(completed_years=["born", "on"]), "part_of": "most"},
    "most": derived(dated={"2020-01-01": "60 years", "2026-06-01": "65 years"}),
    "granted": {**derived(sum=["give.money", "0 yuan"]), "part_of": "limit"},
    "own": {**derived(sum=["a", "0 houses"]), "part_of": "room"},
    "room": derived(first_known=["area.room", "0 houses"]),
    "rows": given("list", of="row"),
}, {
    "give": table("first", {"when": {"need": {"above": "0 yuan"}}, "then": {"money": "need"}},
                  outputs={"money": {"type": "amount", "title": TITLE}}, otherwise={"then": {"money": "0 yuan"}}),
}, area={"within": "land", "room": count(), "used": count(part_of="left"),
         "left": derived(first_known=["land.left", "0 houses"])},
   land={"left": count()}, row={"within": "area", "n": {**count(), "part_of": "free"},
                                "free": derived(sum=["area.room", "0 houses"])})  # fmt: skip


@pytest.mark.parametrize(("facts", "on", "pointers"), [
    ({"born": "1960-12-31"}, "2026-12-31", ["/born"]),  # 66 of at most 65
    ({"born": "1961-01-01"}, "2026-12-31", []),
    ({"born": "1965-12-31"}, "2025-12-31", []), ({"born": "1964-12-31"}, "2025-12-31", ["/born"]),  # 60 that year
    ({"born": "1900-01-01"}, None, []),  # on no day
    ({"need": 9, "limit": 8}, "2026-12-31", ["/need"]), ({"need": 8, "limit": 8}, "2026-12-31", []),
    ({"limit": 8}, "2026-12-31", []),  # what is not given may be anything
    ({"a": 5, "area": {"room": 4}}, None, ["/a"]), ({"a": 4, "area": {"room": 4}}, None, []),
    ({"a": {"at_least": 5, "at_most": 6}, "area": {"room": 4}}, None, ["/a"]),  # whatever it is
    ({"a": {"at_least": 4, "at_most": 6}, "area": {"room": 4}}, None, []),
    ({"a": 5, "area": {"room": {"at_least": 1, "at_most": 4}}}, None, ["/a"]),
    ({"a": 5}, None, []),  # nothing is known of the room: the figure that stands for it contradicts nobody
    ({"area": {"used": 5}, "land": {"left": 5}}, None, []),
    ({"area": {"used": 6}, "land": {"left": 5}}, None, ["/area/used"]), ({"area": {"used": 6}}, None, []),
    ({"rows": [{"n": 1}, {"n": 5}], "area": {"room": 4}}, None, ["/rows/1/n"]), ({"rows": [{"n": 5}]}, None, []),
])  # fmt: skip
def test_a_derived_part_or_whole_is_held_once_all_behind_it_is_given(facts, on, pointers):
    try:
        FactChecker(RESTING).check("thing", facts, None if on is None else date.fromisoformat(on))
        found = []
    except FactError as error:
        found = [one.pointer for one in error.problems]
    assert found == pointers


@pytest.mark.parametrize(("fact", "key"), [
    (given("date", change="set"), "change"), (given("list", of="thing", change="set"), "change"),
    (given("boolean", part_of="n"), "part_of"),
])  # fmt: skip
def test_a_lever_is_no_date_and_a_part_is_a_number(fact, key):
    assert codes({"n": count(), "x": fact}) == ["fact.needless"]


@pytest.mark.parametrize("key", ["part_of", "moves"])
def test_a_part_and_a_fact_moved_along_are_of_one_kind(key):
    facts = {"owed": given("amount"), "filed": count(), "bad": given("amount", change="down", **{key: ["filed"]})}

    assert codes(facts) == ["fact.other_kind"]
    assert codes(facts | {"filed": given("amount")}) == []


def test_a_subject_that_lies_within_none_is_told_once():
    """However many of its facts name one around, and however many are counted from its records."""
    thing = {
        "parts": given("list", of="part", counted={"records": "part"}), "all": count("part", counted={"count": "part"}),
        "most": given("amount"),
    }  # fmt: skip
    part = {
        "own": given("amount"),
        "least": derived(least=["own", "thing.most"]),
        "sum": derived(sum=["own", "thing.most"]),
    }

    assert codes(thing, part=part) == ["name.within"]
    assert codes(thing, part={**part, "within": "thing"}) == []


def test_an_output_that_is_wrong_is_not_called_missing():
    rule = table(
        "highest", {"when": {"n": {"above": "1 house"}}, "then": {"o": "5 yuan"}}, by="o", outputs={"o": count()}
    )

    assert codes({"n": count()}, {"d": rule}) == ["type.wrong"]


def test_of_many_unknown_names_the_first_are_guessed_and_all_are_told(monkeypatch):
    """To compare each with all names there are takes a tenth of a millisecond, and a case has room for a million."""
    guessed = list[str]()
    monkeypatch.setattr("rules.cases.reading.near", lambda name, known: guessed.append(name) if known else "")
    wrong = {f"n{number}": 1 for number in range(3 * HINTED)}
    assert problems(wrong) == [(f"/{name}", "unknown_fact") for name in wrong]
    assert guessed == [*wrong][:HINTED]
