"""Where no rule fires, one, or several: the judgement is the one that the plain evaluator comes to."""

from collections import ChainMap, Counter
from itertools import combinations

import pytest

from rules import Engine, Reference
from tests.agreement.agreeing import agree
from tests.agreement.nearly import examples
from tests.editions import shipped
from tests.unit.small import ON, checklist, choice, count, derived, given, small

EDITION = shipped()


def firings(engine: Engine, rule, facts, on) -> int:
    """How many rules fire, up to two."""
    return min(2, engine._blocks[rule.id, 0].ask(engine.scope(rule, facts, on)).fired)


def test_every_case_next_to_an_example():
    engine, reference, seen = Engine(EDITION), Reference(EDITION), Counter()
    for rule, facts, on in examples(EDITION):
        agree(engine, reference, rule.id, facts, on)
        seen[rule.id, firings(engine, rule, facts, on)] += 1

    for decision in ("screening", "credit_village", "credit_township"):
        assert all(seen[decision, number] > 5 for number in (0, 1)), seen


FACTS = {
    "within": "area", "a": count(), "b": count(), "flag": given("boolean"), "fault": given("boolean"),
    "colour": choice("red", "green", "blue"), "share": derived(ratio=["a", "b"]), "born": given("date"),
    "age": derived(completed_years=["born", "on"]), "amount": given("amount"), "other": given("amount"),
}  # fmt: skip
AREA = {"a": count(), "b": count(), "share": derived(ratio=["a", "b"])}
GOOD = {
    "a": 60, "b": 100, "flag": True, "fault": False, "colour": "red", "born": ON.replace(year=1990),
    "amount": 5, "other": 4, "area": {"a": 1, "b": 2},
}  # fmt: skip
FLAWS = [
    {"a": 54}, {"a": None}, {"b": 0}, {"flag": False}, {"flag": None}, {"fault": True}, {"fault": None},
    {"colour": "green"}, {"colour": "blue"}, {"colour": None}, {"born": ON}, {"born": None}, {"amount": 4},
    {"amount": None}, {"area": {"a": 3, "b": 5}}, {"area": {}}, {"area": None},
]  # fmt: skip
PLAIN = [
    {"require": {"share": {"at_least": "55%"}}}, {"require": {"flag": True}}, {"reject": {"fault": True}},
    {"require": {"share": {"above": "area.share"}}}, {"reject": {"colour": "green"}},
    {"reject": {"colour": "blue"}, "outcome": "worse"}, {"require": {"age": {"between": ["18 years", "65 years"]}}},
    {"require": {"amount": {"above": "other"}}},
]  # fmt: skip
JOINED = [
    {"require": {"any": [{"flag": True}, {"colour": "red"}]}, "outcome": "worse"},
    {"reject": {"fault": True}, "when": {"flag": True}},
]
NONE = {"require": {"none": [{"colour": ["green", "blue"]}]}}  # silence does not mean that it is met


@pytest.mark.parametrize(
    "criteria",
    [PLAIN, [*PLAIN, *JOINED], [PLAIN[2], PLAIN[7], NONE]],
    ids=["plain", "joined", "none"],
)
def test_every_case_with_no_more_than_three_flaws(criteria):
    edition = small(FACTS, {"d": checklist(*criteria)}, area=AREA)
    engine, reference, seen = Engine(edition), Reference(edition), set()
    for flaws in (some for number in range(4) for some in combinations(FLAWS, number)):
        case = dict(ChainMap(*flaws, GOOD))
        facts = {name: value for name, value in case.items() if value is not None}
        agree(engine, reference, "d", facts, ON)
        seen.add(firings(engine, edition.rules["d"], facts, ON))

    assert seen == {0, 1, 2}
    engine.close()
