"""Distances by kind of lever, of condition and of decision."""

from fractions import Fraction

import pytest

from rules.judging.distance import distances
from rules.judging.reference import Reference
from rules.judging.search import Late
from rules.words.explain import explain, whole
from rules.words.telling import Telling
from tests.agreement.making import TITLE
from tests.unit.measuring import moved, told
from tests.unit.small import ON, checklist, choice, count, derived, given, head, small, table
from tests.unit.test_distance import LEVERS

# --- kinds of levers, wholes and conditions --------------------------------------------------------------------------

CHAIN = {
    "households": count(), "collectable": count(part_of="households"),
    "filed": count(part_of="collectable", change="up"), "granted": count(part_of="filed", change="up"),
    "coverage": derived(ratio=["granted", "households"]),
}  # fmt: skip
PAIR = {
    "w": count(), "p": count(part_of="w", change="up"), "q": count(part_of="p", change="up"),
    "share": derived(ratio=["q", "p"]), "both": derived(sum=["p", "q"]),
}  # fmt: skip
FLAGS = {name: given("boolean", change="set") for name in "abc"}
BAD = {
    "loan": given("amount"), "bad": given("amount", part_of="loan", change="down", moves=["loan"]),
    "rate": derived(ratio=["bad", "loan"]), "share": given("rate", change="up"),
}  # fmt: skip
FREE = {
    "a": count(change="up"), "b": count(change="up"), "sum": derived(sum=["a", "b"]),
    "low": derived(least=["a", "b"]), "steps": derived(round_down="a", to="10 houses"),
    "more_a": derived(sum=["a", "a", "b"]), "more_b": derived(sum=["a", "b", "b"]), "people": count(change="set"),
    "colour": choice("red", "green", change="set"),
    "star": choice("gold", "silver", "iron", ranked=True, change="up"),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "require", "record", "changes"), [
    (FLAGS, {"at_least": 2, "of": [{"a": True}, {"b": True}, {"c": True}]}, {"a": True, "b": False, "c": False},
     {"b": True}),
    (FLAGS, {"all": [{"a": True}, {"b": True}]}, {"a": True, "b": False}, {"b": True}),
    (CHAIN, {"coverage": {"at_least": "60%"}}, {"households": 400, "collectable": 300, "filed": 200, "granted": 180},
     {"filed": 40, "granted": 60}),
    (PAIR, {"all": [{"both": {"at_least": "4 houses"}}, {"share": {"above": "75%"}}]}, {"w": 8, "p": 1, "q": 0},
     {"p": 1, "q": 2}),
    (BAD, {"rate": {"at_most": "2%"}}, {"loan": 10, "bad": Fraction(1, 2)}, {"bad": Fraction(-31, 100)}),
    (BAD, {"rate": {"at_most": "0%"}}, {"loan": 10, "bad": Fraction(1, 2)}, {"bad": Fraction(-1, 2)}),
    (BAD, {"share": {"at_least": "60%"}}, {"share": Fraction(1, 2)}, {"share": Fraction(1, 10)}),
    (BAD, {"share": {"at_least": "62.5%"}}, {"share": Fraction(1, 2)}, {"share": Fraction(1, 8)}),
    (FREE, {"all": [{"a": {"at_least": "3 houses"}}, {"b": {"at_least": "4 houses"}}]}, {"a": 1, "b": 1},
     {"a": 2, "b": 3}),
    (FREE, {"sum": {"at_least": "5000000 houses"}}, {"a": 1, "b": 1}, {"a": 4999998}),
    (FREE, {"low": {"at_least": "3 houses"}}, {"a": 5, "b": 1}, {"b": 2}),
    (FREE, {"steps": {"at_least": "121 houses"}}, {"a": 5}, {"a": 125}),
    (FREE, {"all": [{"more_a": {"at_least": "1000001 houses"}}, {"more_b": {"at_least": "1000000 houses"}}]},
     {"a": 0, "b": 0}, {"a": 333334, "b": 333333}),
    (FREE, {"people": {"equals": "2 houses"}}, {"people": 5}, {"people": -3}),
    (FREE, {"people": {"equals": "2 houses"}}, {"people": 0}, {"people": 2}),
    (FREE, {"a": {"between": ["7 houses", "7 houses"]}}, {"a": 1}, {"a": 6}),
    (FREE, {"colour": "green"}, {"colour": "red"}, {"colour": "green"}),
    (FREE, {"star": ["gold", "iron"]}, {"star": "silver"}, {"star": "gold"}),
])  # fmt: skip
def test_the_smallest_change(facts, require, record, changes):
    found = told(small(facts, {"d": checklist({"require": require})}), record)

    assert (found.outcome.why, moved(found.outcome)) == ("", changes)


def test_moves_are_followed_on_and_each_figure_moves_once():
    """Paying back a lender's bad loan lowers its loans, all bad loans and all loans, by the same amount."""
    facts = {
        "loans": given("amount"), "bad": given("amount", part_of="loans", change="down", moves=["loans"]),
        "own": given("amount", part_of="loans"),
        "own_bad": given("amount", part_of=["own", "bad"], change="down", moves=["own", "bad"]),
        "rate": derived(ratio=["bad", "loans"]), "own_rate": derived(ratio=["own_bad", "own"]),
    }  # fmt: skip
    rule = checklist({"require": {"rate": {"at_most": "3%"}}}, {"require": {"own_rate": {"at_most": "2%"}}})
    edition = small(facts, {"d": rule})

    only = told(edition, {"loans": 1000, "bad": 50, "own": 500, "own_bad": 50}).outcome
    both = told(edition, {"loans": 1000, "bad": 50, "own": 500, "own_bad": 15}).outcome

    assert moved(only) == {"own_bad": -41}  # 9 of 459; all bad loans are the lender's, and no others can be paid back
    assert moved(both) == {"bad": -15, "own_bad": -6}  # beyond the six of the lender, fifteen of others
    assert {one.fact: (one.to, one.besides) for one in both.changes} == {"bad": (29, True), "own_bad": (9, False)}


GROUND = checklist({"require": {"a": {"at_least": "4 houses"}}})
LIMITS = table(
    "first", {"when": {"a": {"at_least": "9 houses"}}, "then": {"most": "9 yuan"}},
    {"when": {"a": {"at_least": "3 houses"}}, "then": {"most": "3 yuan"}},
    outputs={"most": {"type": "amount", "title": TITLE}}, otherwise={"then": {"most": "0 yuan"}},
)  # fmt: skip


@pytest.mark.parametrize(("require", "record", "why", "changes", "see"), [
    ({"ground": ["good"]}, {"a": 1}, "", {"a": 3}, None),
    ({"ground": ["bad"]}, {"a": 5}, "out_of_reach", {}, None),
    ({"limits.most": {"at_least": "5 yuan"}}, {"a": 1}, "", {"a": 8}, None),
    ({"ground": ["good"]}, {"ground": "bad"}, "not_computed", {}, ["ground"]),
    ({"good": {"at_least": "1 village"}}, {"villages": [{"ok": False}]}, "not_computed", {}, ["village"]),
    ({"still": {"at_least": "1 village"}}, {"villages": [{"fixed": False}]}, "no_lever", {}, None),
])  # fmt: skip
def test_a_lever_behind_another_decision_is_followed_or_pointed_to(require, record, why, changes, see):
    facts = {
        "a": count(change="up"), "villages": given("list", of="village"),
        "good": derived(count="villages", where={"ok": True}),
        "still": derived(count="villages", where={"fixed": True}),
    }  # fmt: skip
    rules = {"ground": GROUND, "limits": LIMITS, "d": checklist({"require": require})}
    village = {"ok": given("boolean", change="set"), "fixed": given("boolean")}
    found = told(small(facts, rules, village=village), record).criteria["c0"]

    assert (found.why, moved(found), found.see and [*found.see]) == (why, changes, see)


@pytest.mark.parametrize(("require", "record", "zh", "en"), [
    ({"ground": ["good"]}, {"ground": "bad"}, "未测算：请另判“名”，看它还差多少",
     'not computed: decide "name", which says how far it is'),
    ({"good": {"at_least": "1 village"}}, {"villages": [{"ok": False}]}, "未测算：要改的在名的记录里",
     "not computed: what would change lies in the records of name"),
])  # fmt: skip
def test_where_nothing_is_computed_the_explanation_says_where_to_ask(require, record, zh, en):
    facts = {
        "a": count(change="up"), "villages": given("list", of="village"),
        "good": derived(count="villages", where={"ok": True}),
    }  # fmt: skip
    rules = {"ground": GROUND, "d": checklist({"require": require})}
    edition = small(facts, rules, village={"ok": given("boolean", change="set")})
    decision = Reference(edition).decide("d", record, ON)
    assert (zh in explain(decision, "zh"), en in explain(decision, "en")) == (True, True)


def test_a_lever_that_the_records_of_a_list_are_held_against_is_tried():
    facts = {
        "bar": count(change="down"), "houses": given("list", of="village"),
        "above": derived(count="houses", where={"n": {"at_least": "own.bar"}}),
        "share": derived(ratio=["above", "bar"]),
    }  # fmt: skip
    rule = checklist({"require": {"all": [{"above": {"at_least": "2 villages"}}, {"share": {"at_least": "10%"}}]}})
    edition = small(facts, {"d": rule}, village={"n": count()})

    found = told(edition, {"bar": 9, "houses": [{"n": 3}, {"n": 5}, {"n": 7}]})

    assert moved(found.outcome) == {"bar": -4}


@pytest.mark.parametrize(("difference", "limit"), [
    (["part", "whole"], "1 house"), (["least", "whole"], "1 house"), (["part", "half"], "-1 houses"),
])  # fmt: skip
def test_what_a_part_can_never_be_is_out_of_reach_though_both_are_without_end(difference, limit):
    edition = small({
        "flag": given("boolean"), "whole": count(change="set"), "part": count(part_of="whole", change="up"),
        "least": count(part_of="part", change="set"), "half": derived(product=["whole", 2]),
        "beyond": derived(difference=difference),
    }, {"d": checklist({"reject": {"all": [{"beyond": {"at_most": limit}}, {"flag": True}]}})})  # fmt: skip
    assert told(edition, {"whole": 5, "part": 3, "least": 1, "flag": True}).criteria["c0"].why == "out_of_reach"


def test_a_search_that_is_given_up_says_so(monkeypatch):
    monkeypatch.setattr("rules.judging.search.MOST_BOXES", 0)
    found = told(small(LEVERS, {"d": checklist({"require": {"n": {"at_least": "3 houses"}}})}), {"n": 1})

    assert found.outcome.as_dict() == {"reachable": None, "why": "not_computed", "see": []}


def test_a_search_whose_time_is_over_says_so_and_the_explanation_goes_on():
    edition = small(LEVERS, {"d": checklist({"require": {"n": {"at_least": "3 houses"}}})})
    decision = Reference(edition).decide("d", {"n": 1}, ON)

    def late():
        raise Late

    told = whole(decision, telling=Telling(search=late))

    assert told["distances"]["outcome"] == {"reachable": None, "why": "out_of_time", "see": []}
    assert "时间不够，未测算" in "".join(told["explanation"]["zh"])
    assert "not computed: time was up" in "".join(told["explanation"]["en"])


def test_the_records_of_a_list_are_judged_once_for_a_whole_explanation(monkeypatch):
    facts = {
        "a": count(change="up"), "villages": given("list", of="village"),
        "good": derived(count="villages", where={"fit": ["good"]}),
        "share": derived(ratio=["good", "a"]),
    }  # fmt: skip
    require = [{"good": {"at_least": "9 villages"}}, {"a": {"at_least": "4 houses"}}, {"share": {"at_least": "50%"}}]
    rules = {"fit": checklist({"require": {"n": {"at_least": "3 houses"}}}, subject="village"),
             "d": checklist({"require": {"all": require}})}  # fmt: skip
    edition = small(facts, rules, village={"n": count()})
    decision = Reference(edition).decide("d", {"a": 1, "villages": [{"n": one} for one in range(50)]}, ON)
    judged, truth = [], Reference.truth
    monkeypatch.setattr(Reference, "truth", lambda *args: judged.append(args[1].id) or truth(*args))

    whole(decision)

    assert judged.count("fit") == 50


BANDS = [{"at_least": "10 houses", "points": 50}, {"at_least": "5 houses", "below": "10 houses", "points": 30},
         {"below": "5 houses", "points": 0}]  # fmt: skip


def card(**more):
    outcomes = {**{grade: {"title": TITLE} for grade in "ABC"}, "u": {"if": "unknown", "title": TITLE}}
    grades = [{"grade": "A", "at_least": 60}, {"grade": "B", "above": 30, "below": 60}, {"grade": "C", "at_most": 30}]
    return {**head("scorecard"), "outcomes": outcomes, "grades": grades,
            "items": [{"id": "i", "title": TITLE, "fact": "a", "bands": BANDS}],
            "adjustments": [{"id": "j", "title": TITLE, "when": {"flag": True}, "points": 20}], **more}  # fmt: skip


@pytest.mark.parametrize(("record", "points", "changes"), [
    ({"a": 2, "flag": False}, ("B", 31), {"a": 3, "flag": True}),
    ({"a": 6, "flag": False}, ("B", 1), {"flag": True}),
    ({"a": 6, "flag": True}, ("A", 10), {"a": 4}),
    ({"a": 10, "flag": True}, None, None),
])  # fmt: skip
def test_a_scorecard_is_short_of_the_next_better_grade(record, points, changes):
    found = told(small({"a": count(change="up"), "flag": given("boolean", change="set")}, {"d": card()}), record)

    assert (found.points and (found.points.grade, found.points.by)) == points
    assert (found.outcome and moved(found.outcome)) == changes


@pytest.mark.parametrize(("output", "low", "high", "changes"), [
    ("card.total", "30 points", "60 points", {"a": 3}),
    ("most.o", "4 houses", "6 houses", {"a": 2}),
])  # fmt: skip
def test_an_output_that_must_stay_below_a_limit_is_followed(output, low, high, changes):
    """A row of a table is given only where those above it are not: their conditions are to fail."""
    facts = {"a": count(change="up"), "flag": given("boolean", change="set")}
    most = table("highest", {"when": {"flag": False}, "then": {"o": "a"}}, outputs={"o": count()}, by="o",
                 otherwise={"then": {"o": "0 houses"}})  # fmt: skip
    rows = [{"when": {output: {"at_least": limit}}, "outcome": outcome}
            for limit, outcome in ((high, "worse"), (low, "good"))]  # fmt: skip
    edition = small(facts, {"card": card(), "most": most, "d": table("first", *rows)})

    found = told(edition, {"a": 2, "flag": False}).criteria["r1"]

    assert (found.why, moved(found)) == ("", changes)


def test_points_bring_no_grade_beyond_a_ceiling():
    ceilings = [{"id": "late", "title": TITLE, "when": {"late": True}, "at_most": "B"}]
    facts = {"a": count(change="up"), "flag": given("boolean"), "late": given("boolean", change="set")}
    edition = small(facts, {"d": card(ceilings=ceilings)})

    capped = told(edition, {"a": 6, "flag": True, "late": True})

    assert capped.points is None
    assert moved(capped.outcome) == {"a": 4, "late": False}


def test_a_table_is_measured_to_each_row_above_the_one_given():
    edition = small({"a": count(change="up")}, {"d": LIMITS})

    assert {name: moved(one) for name, one in told(edition, {"a": 1}).criteria.items()} == {
        "r0": {"a": 8},
        "r1": {"a": 2},
    }
    assert {name: moved(one) for name, one in told(edition, {"a": 3}).criteria.items()} == {"r0": {"a": 6}}


@pytest.mark.parametrize(("hit", "record", "changes"), [
    ("highest", {"a": 1, "b": 3}, {"a": 2}),  # of equals the first leads
    ("lowest", {"a": 4, "b": 3}, {"b": 1}),
    ("all", {"a": 0, "b": 3}, {"a": 1}),
    ("sum", {"a": 0, "b": 3}, {"a": 1}),
])  # fmt: skip
def test_the_outcome_of_a_table_in_which_several_rows_may_hold(hit, record, changes):
    """What a row gives decides as well as whether it holds."""
    facts = {"a": count(change="up"), "b": count(change="up")}
    rows = (
        {"when": {"a": {"at_least": "1 house"}}, "outcome": "good", "then": {"o": "a"}},
        {"when": {"b": {"at_least": "1 house"}}, "outcome": "worse", "then": {"o": "b"}},
    )
    rule = table(hit, *rows, outputs={"o": count()}, ranked=True, **({"by": "o"} if hit.endswith("est") else {}))

    found = told(small(facts, {"d": rule}), record)

    assert (found.outcome.why, moved(found.outcome)) == ("", changes)


def test_a_ranked_choice_turns_the_way_its_lever_names():
    facts = {"star": choice("gold", "silver", "iron", ranked=True, change="up")}

    found = told(small(facts, {"d": checklist({"require": {"star": "iron"}})}), {"star": "silver"})

    assert found.outcome.why == "out_of_reach"


@pytest.mark.parametrize(("limit", "operator", "score", "id", "by"), [
    ("place.mean", "at_least", 1, "T1", 59),  # with its own score the mean rises: 60 of (60 + 59 + 60) / 3
    ("place.mean", "at_least", 1, "other", 39),  # it is not in the list
    ("peers_mean", "at_least", 1, "T1", 59),
    ("place.best", "at_least", 1, "T1", 59),
    ("place.mean", "above", 59, "T1", 1),
])  # fmt: skip
def test_the_record_is_changed_in_the_lists_around_it_too(limit, operator, score, id, by):
    facts = {"score": count(change="up"), "within": "place",
             "peers_mean": derived(mean="score", over="place.things")}  # fmt: skip
    place = {"things": given("list", of="thing"), "mean": derived(mean="score", over="things"),
             "best": derived(highest="score", over="things")}  # fmt: skip
    edition = small(facts, {"d": checklist({"require": {"score": {operator: limit}}})}, place=place)
    peers = [{"id": "T1", "score": score}, {"id": "T2", "score": 59}, {"id": "T3", "score": 60}]

    found = distances(Reference(edition).decide("d", {"score": score, "place": {"things": peers}}, ON, id)).outcome

    assert (found.why, moved(found)) == ("", {"score": by})


PEERS = {"within": "area", "n": count(change="up"), "place": derived(rank="n", over="area.things", first="highest")}


def test_the_own_place_among_peers_moves_with_the_record_itself():
    edition = small(PEERS, {"d": checklist({"require": {"place": {"at_most": "1 place"}}})},
                    area={"things": given("list", of="thing")})  # fmt: skip
    facts = {"n": 4, "area": {"things": [{"id": "X", "n": 4}, {"id": "Y", "n": 7}]}}
    decision = Reference(edition).decide("d", facts, ON, "X")
    assert moved(distances(decision).criteria["c0"]) == {"n": 3}
    apart = Reference(edition).decide("d", {**facts, "n": None}, ON, "X")
    assert distances(apart).criteria["c0"].why == "unknown"
