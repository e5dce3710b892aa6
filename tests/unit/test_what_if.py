"""What changes between two decisions about the same facts: all of it is counted, not the outcome alone."""

from rules import Reference
from rules.variants.whatif import changed
from rules.words.wording import Wording
from service.commands.decide import turned
from tests.agreement.making import TITLE
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
