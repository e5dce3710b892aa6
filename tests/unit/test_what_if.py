"""What changes between two decisions about the same facts: all of it is counted, not the outcome alone."""

from datetime import date
from pathlib import Path

import pytest

from rules import Reference, open_store
from rules.variants.whatif import NoSuchFigure, Supposition, changed, in_force, suppose
from rules.words.wording import Wording
from service.commands.decide import turned
from tests.agreement.making import TITLE, write
from tests.editions import POLICIES, shipped
from tests.unit.small import ON, checklist, count, derived, given, head, small

GRADES = {"good": {"title": TITLE}, "bad": {"title": TITLE}, "open": {"if": "unknown", "title": TITLE}}


def test_suppositions_tell_points_places_and_what_a_decision_rests_on():
    """None of these need show in the outcome, and each is a change for somebody."""
    decisions = {
        "base": checklist({"require": {"n": {"at_least": "2 houses"}}}),
        "card": head("scorecard", outcomes=GRADES, grades=[{"grade": "good"}],
                     items=[{"id": "i", "title": TITLE, "formula": "points"}]),
        "places": head("ranking", list="parts", order=[{"by": "worth", "first": "highest"}], take=2),
        "above": checklist({"require": {"base": ["good", "bad"]}}),
    }  # fmt: skip
    facts = {"n": count(), "step": {"value": "1 houses", "title": TITLE}, "parts": given("list", of="part"),
             "points": derived(when={"n": {"above": "step"}}, then="5 points", otherwise="2 points")}  # fmt: skip
    part = {
        "within": "thing",
        "n": count(),
        "worth": derived(when={"n": {"above": "thing.step"}}, then="n", otherwise="0 houses"),
    }
    now = small(facts, decisions, part=part)
    then = small({**facts, "step": {"value": "9 houses", "title": TITLE}},
                 {**decisions, "base": checklist({"require": {"n": {"at_least": "5 houses"}}})}, part=part)  # fmt: skip
    case = {"n": 3, "parts": [{"id": "a", "n": 2}, {"id": "b", "n": 4}]}

    def told(name):
        pair = [Reference(edition).decide(name, case, ON) for edition in (now, then)]
        return changed(*pair), turned(*pair, Wording(then, "en"))

    assert told("base") == (("outcome", "findings"), ["name ✓ → ✗"])
    assert told("card") == (("points",), ["name 5 points → 2 points", "total 5 points → 2 points"])
    assert told("places")[0] == ("ranking",)
    assert told("above")[0] == ("chained",)


def test_suppositions_name_the_ids_of_rows_that_share_a_title():
    def decided(limit):
        rows = [{"require": {"n": {"at_least": f"{low} houses"}}} for low in (limit, 9)]
        edition = small({"n": count()}, {"base": checklist(*rows)})
        return Reference(edition).decide("base", {"n": 3}, ON), Wording(edition, "zh")

    (now, say), (then, _) = decided(2), decided(5)
    title = say.text(now.findings[0].title)
    assert turned(now, then, say) == [f"{title}〔c0〕 ✓ → ✗"]


# --- what is changed


EDITIONS = {
    "2026-01-01": {
        "plan": {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01", "to": "2026-06-30"}},
        "clauses": {"clauses": {"一": {"heading": "一"}}}, "readings": {"readings": {}},
        "facts": {
            "constants": {"days": {"dated": {"2026-02-01": "5 days", "2026-05-01": "7 days"}, "title": TITLE}},
            "subjects": {"thing": {"title": TITLE, "facts": {
                "n": count(), "waited": given("count", unit="day"),
                "least": {"dated": {"2026-01-01": "3 houses", "2026-04-01": "4 houses"}, "title": TITLE},
            }}},
        },
        "check": {"decision": "check", **checklist(
            {"require": {"n": {"at_least": "least"}}}, {"require": {"waited": {"at_least": "constants.days"}}})},
    },
    "2026-07-01": {  # extends the first, and changes one of the values by date
        "plan": {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-07-01"},
                 "extends": {"plan": "p", "edition": "2026-01-01"}},
        "facts": {"subjects": {"thing": {"facts": {"least": {"dated": {"2026-09-01": "6 houses"}}}}}},
    },
}  # fmt: skip


@pytest.fixture
def policies(tmp_path):
    for start, files in EDITIONS.items():
        write(tmp_path / "p" / start, files)
    return tmp_path


def supposed(policies, said, on):
    edition = open_store(policies).in_force("p", on)
    return suppose(policies, edition, in_force(edition, [Supposition.read(said)], on))


@pytest.mark.parametrize(("said", "on", "place"), [
    ("thing.least=9 houses", date(2026, 3, 31), ("thing", "least", date(2026, 1, 1))),
    ("thing.least=9 houses", date(2026, 4, 1), ("thing", "least", date(2026, 4, 1))),
    ("thing.least=9 houses", date(2026, 7, 1), ("thing", "least", date(2026, 4, 1))),  # written in the first edition
    ("thing.least=9 houses", date(2026, 9, 1), ("thing", "least", date(2026, 9, 1))),  # written in the second
    ("constants.days=9 days", date(2026, 2, 1), ("constants", "days", date(2026, 2, 1))),
    ("constants.days=9 days", date(2026, 12, 31), ("constants", "days", date(2026, 5, 1))),
])  # fmt: skip
def test_of_values_by_date_the_one_in_force_that_day_is_changed(policies, said, on, place):
    subject, name, start = place
    was = open_store(policies).in_force("p", on).subjects[subject].facts[name].dated
    then = supposed(policies, said, on).subjects[subject].facts[name].dated
    assert dict(then) == {**dict(was), start: 9}
    assert dict(was) != dict(then)


def test_a_value_that_is_not_yet_in_force_is_refused(policies):
    with pytest.raises(NoSuchFigure, match=r"constants.days has no value yet on 2026-01-31: its first is from 2026-02"):
        supposed(policies, "constants.days=9 days", date(2026, 1, 31))


@pytest.mark.parametrize(("said", "meant"), [
    ("thing.days=9 days", "constants.days"),
    ("check.days=9 days", "constants.days"),
    ("constants.day=9 days", "constants.days"),
    ("constant.days=9 days", "constants.days"),
    ("things.least=9 houses", "thing.least"),
    ("check.c0x=9 houses", "check.c0"),
])  # fmt: skip
def test_a_path_that_is_not_found_is_answered_by_a_near_one_and_how_constants_are_written(policies, said, meant):
    with pytest.raises(NoSuchFigure) as refused:
        supposed(policies, said, ON)
    assert f"did you mean {meant}?" in refused.value.en
    assert "constants.NAME" in refused.value.en
    assert "constants.名称" in refused.value.zh


def test_a_supposition_without_an_owner_says_how_constants_are_written():
    with pytest.raises(NoSuchFigure, match=r"constants\.NAME=value, not days=9"):
        Supposition.read("days=9")


@pytest.mark.parametrize("second", ["8 days", "9 days"])
def test_one_figure_is_not_supposed_twice(policies, second):
    """The first of the two would be lost without a word."""
    edition = open_store(policies).in_force("p", ON)
    both = [Supposition.read(f"constants.days={value}") for value in ("9 days", second)]
    with pytest.raises(NoSuchFigure, match=r"constants\.days is supposed twice"):
        suppose(policies, edition, in_force(edition, both, ON))


KINDS = {  # a constant of each kind, what is written in its place, and what should have been
    "yuan": ("3 万元", "2", "2 yuan"), "lpr": ("3.5%", "2", "2%"), "lpr_of_yuan": ("3.5%", "2 yuan", "55%"),
    "wait": ("7 days", "2", "2 days"), "wait_of_months": ("7 days", "2 months", "4 days"),
    "score": ("5 points", "2", "2 points"), "number": ("4 houses", "2", "2 houses"),
    "day": ("2026-05-01", "2", "2026-12-31"), "flag": ("true", "2", "true"),
    "flag_of_day": ("true", "2026-01-01", "true"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_value_of_another_unit_is_answered_by_the_unit_of_what_is_named(tmp_path, name):
    constants = {name: {"value": value, "title": TITLE} for name, (value, _, _) in KINDS.items()}
    facts = {**EDITIONS["2026-01-01"]["facts"], "constants": constants | EDITIONS["2026-01-01"]["facts"]["constants"]}
    write(tmp_path / "p" / "2026-01-01", {**EDITIONS["2026-01-01"], "facts": facts})
    _, said, meant = KINDS[name]
    with pytest.raises(NoSuchFigure) as refused:
        supposed(tmp_path, f"constants.{name}={said}", date(2026, 6, 1))
    assert refused.value.en.endswith(f"for example: {meant}")
    for written in (meant, refused.value.zh.partition("例如：")[2]):
        assert written.startswith(meant.partition(" ")[0])
        assert supposed(tmp_path, f"constants.{name}={written}", date(2026, 6, 1))


POLICIES = Path(__file__).parents[2] / "policies"


@pytest.mark.parametrize(("said", "band"), [
    ("scoring.civilised_household=7", 0),
    ("scoring.civilised_household.points=7", 0),
    ("scoring.loan_record.points.none=7", 1),
])  # fmt: skip
def test_points_of_adjustments_and_choices_are_reached(said, band):
    edition = open_store(POLICIES).in_force("xx-county", date(2026, 6, 1))
    supposition = Supposition.read(said)
    then = suppose(POLICIES, edition, [supposition])
    item, _, _ = supposition.name.partition(".")
    [scored] = [one for one in then.rules["scoring"].body.items if one.id == item]
    assert scored.bands[band].points.value == 7


def test_missing_points_of_an_item_are_reached():
    edition = open_store(POLICIES).in_force("xx-county", date(2026, 6, 1))
    then = suppose(POLICIES, edition, [Supposition.read("scoring.civilised_household.missing=-3")])
    assert {one.id: one.missing for one in then.rules["scoring"].body.items}["civilised_household"] == -3


def test_a_figure_without_a_limit_is_answered_by_the_points_beside_it():
    edition = open_store(POLICIES).in_force("xx-county", date(2026, 6, 1))
    with pytest.raises(NoSuchFigure, match=r"did you mean scoring\.loan_record\.points\.late"):
        suppose(POLICIES, edition, [Supposition.read("scoring.loan_record.points.latte=7")])


@pytest.mark.parametrize("said", ["20-60", "60", "[20 years， 60 years]", "[20 years]"])
def test_one_value_in_the_place_of_several_is_answered_by_how_they_are_written(said):
    with pytest.raises(NoSuchFigure) as refused:
        suppose(POLICIES, shipped(), [Supposition.read(f"screening.age={said}")])
    assert "is [18 years, 65 years]. Write 2 values in brackets" in refused.value.en
    assert "共 2 项" in refused.value.zh
