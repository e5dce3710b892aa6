"""Distances of cases with numbers known within bounds: what turns a case whatever they are, held against trying all."""

from itertools import product

import pytest

from rules import FactChecker, Reference
from rules.judging.distance import distances
from rules.values.exact import RANGES
from rules.words.explain import explain
from tests.unit.measuring import along, changed, cost, moved, told
from tests.unit.small import ON, TITLE, checklist, count, derived, given, head, small
from tests.unit.test_distance_random import Made

MOST = 3  # steps of a figure that are tried


def widened(made, record):
    """A record with a figure or two as ranges around what they are; the checked one, and the figures."""
    wide = dict(record)
    names = made.random.sample(made.figures, made.random.randint(1, 2))
    for name in names:
        low = max(0, record[name] - made.random.randint(0, 2))
        wide[name] = {"at_least": low, "at_most": record[name] + made.random.randint(0, 2)}
    return wide, names


def shifted(facts, wide, names, way):
    """A case after some changes, its ranges moved along; None where it is impossible."""
    after = dict(wide)
    for name, change in way.items():
        for one in along(facts, name) if facts[name]["type"] == "count" else ():
            value = after[one]
            after[one] = {end: max(0, size + change) for end, size in value.items()} if one in names else value + change
        if facts[name]["type"] != "count":
            after[name] = change
    return after


def ways(facts, names, most):
    signs = {"up": range(most + 1), "down": range(-most, 1), "set": range(-most, most + 1)}
    options = {name: signs[fact["change"]] if fact["type"] == "count" else tuple(fact.get("choices", (False, True)))
               for name, fact in facts.items() if "change" in fact and name not in names}  # fmt: skip
    return [dict(zip(options, way, strict=True)) for way in product(*options.values())]


def completions(wide, names):
    ends = [range(wide[name]["at_least"], wide[name]["at_most"] + 1) for name in names]
    return [{**wide, **dict(zip(names, values, strict=True))} for values in product(*ends)]


@pytest.mark.parametrize("seed", range(30))
def test_no_change_is_smaller_and_none_is_overlooked(seed):
    made = Made(seed)
    rules = {"below": checklist(made.criterion()), "d": checklist(made.criterion(), made.criterion(), {
        "require": {"below": [made.random.choice(("good", "bad"))]}})}  # fmt: skip
    edition = small(made.facts, rules)
    checker, reference = FactChecker(edition), Reference(edition)
    wide, names = widened(made, made.record())

    def judged(case):
        return reference.decide("d", checker.check("thing", case), ON)

    def good(decision, name):
        verdicts = {one.id: one.verdict for one in decision.findings}
        return decision.outcome == "good" if not name else verdicts[name] is True

    checked = checker.check("thing", wide)
    names = [name for name in names if name in checked.get(RANGES, ())]
    narrowed = {name: {"at_least": ends[0], "at_most": ends[1]} for name, ends in checked.get(RANGES, {}).items()}
    wide |= {name: narrowed.get(name, checked.get(name)) for name in wide if isinstance(wide[name], dict)}
    found = distances(reference.decide("d", checked, ON))
    for name, distance in {**found.criteria, "": found.outcome}.items():
        if distance is None or distance.why in ("unknown", "not_computed"):
            continue
        if distance.why:
            for whole in completions(wide, names):
                if changed(made.facts, whole, {}) is not None:
                    after = (changed(made.facts, whole, way) for way in ways(made.facts, (), MOST))
                    assert not any(good(judged(one), name) for one in after if one is not None), (name, whole)
            continue
        said = moved(distance)
        assert good(judged(shifted(made.facts, wide, names, said)), name)
        wholes = [one for one in completions(wide, names) if changed(made.facts, one, {}) is not None]
        for way in ways(made.facts, names, MOST):
            if cost(wide, way) < cost(wide, said) and all(changed(made.facts, one, way) is not None for one in wholes):
                assert not good(judged(shifted(made.facts, wide, names, way)), name), (name, way, said)


BAD = {
    "loan": given("amount"), "bad": given("amount", part_of="loan", change="down", moves=["loan"]),
    "rate": derived(ratio=["bad", "loan"]), "w": count(), "p": count(part_of="w", change="up"),
    "share": derived(ratio=["p", "w"]), "sure": given("boolean"), "few": count(change="down"),
    "down": count(part_of="few", change="up"), "out": count(part_of="down", change="down", moves=["down"]),
}  # fmt: skip


@pytest.mark.parametrize(("require", "record", "changes"), [
    ({"rate": {"below": "2%"}}, {"loan": {"at_least": 1000000, "at_most": 1200000}, "bad": 50000}, {"bad": -30613}),
    ({"share": {"at_least": "60%"}}, {"w": {"at_least": 8000, "at_most": 8200}, "p": 1000}, {"p": 3920}),
    ({"share": {"at_least": "60%"}}, {"w": {"at_least": 800000, "at_most": 990000}, "p": 1000}, {"p": 593000}),
    ({"share": {"at_least": "60%"}}, {"w": {"at_least": 10, "at_most": 20}, "p": 8}, {"p": 4}),  # of some it holds now
    ({"all": [{"share": {"at_least": "60%"}}, {"sure": True}]},
     {"w": {"at_least": 9, "at_most": 20}, "p": 8}, "unknown"),
    ({"share": {"at_least": "60%"}}, {"w": 100, "p": {"at_least": 20, "at_most": 30}}, "unknown"),
    ({"loan": {"below": "3 yuan"}}, {"loan": 5, "bad": {"at_least": 1, "at_most": 4}}, "unknown"),  # bad moves loan
    ({"few": {"below": "2 houses"}}, {"few": 4, "down": 2, "out": {"at_least": 0, "at_most": 2}}, "unknown"),
    ({"all": [{"share": {"at_least": "60%"}}, {"sure": True}]},
     {"w": 100, "p": {"at_least": 20, "at_most": 30}, "sure": False}, "no_lever"),
])  # fmt: skip
def test_it_is_the_smallest_that_does_for_all_that_a_range_allows(require, record, changes):
    edition = small(BAD, {"d": checklist({"require": require})})
    found = told(edition, FactChecker(edition).check("thing", record)).outcome
    assert (found.why or moved(found)) == changes


GRADES = {name: {"title": TITLE} for name in ("best", "low")} | {"open": {"if": "unknown", "title": TITLE}}
CARD = head("scorecard", outcomes=GRADES, items=[
    {"id": "size", "title": TITLE, "fact": "size", "bands": [
        {"below": "10 houses", "points": 0}, {"at_least": "10 houses", "points": 20}]},
    {"id": "part", "title": TITLE, "formula": {"product": ["part", "1 points"]}, "at_least": 0, "at_most": 90},
], grades=[{"grade": "best", "at_least": 60}, {"grade": "low", "below": 60}])  # fmt: skip


def test_a_card_says_what_it_would_take_beside_a_range():
    edition = small({"size": count(change="up"), "part": count(change="up")}, {"d": CARD})
    record = FactChecker(edition).check("thing", {"size": {"at_least": 10, "at_most": 20}, "part": 5})
    assert "名增加 35个（至 40个）" in explain(Reference(edition).decide("d", record, ON), "zh")


def test_what_cannot_be_measured_is_not_called_out_of_reach():
    edition = small(BAD, {"d": checklist({"require": {"share": {"at_least": "60%"}}})})
    found = told(edition, FactChecker(edition).check("thing", {"w": 100, "p": {"at_least": 20, "at_most": 30}}))
    assert found.outcome.as_dict() == {"reachable": None, "why": "unknown", "see": []}
