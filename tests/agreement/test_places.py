"""A place among records is compared with a number of records, on all engines alike, and with no other count."""

import pytest

from rules import Engine, FactChecker, Reference
from rules.words.wording import Wording
from tests.agreement.agreeing import agree
from tests.agreement.backends import connect
from tests.agreement.tabular import assert_agree
from tests.unit.small import ON, TITLE, checklist, codes, count, derived, given, small

FACTS = {
    "own_points": count("time"), "peers": given("list", of="peer"), "quota": count("peer"), "years": count("year"),
    "third": derived(round_down={"product": [{"count": "peers"}, "34%"]}, to="1 peer"),
    "place": derived(rank="own_points", over="peers", first="highest"),
}  # fmt: skip
RULES = {
    "in_quota": checklist({"require": {"place": {"at_most": "quota"}}}),
    "quota_reaches": checklist({"require": {"quota": {"at_least": "place"}}}),
    "in_third": checklist({"require": {"place": {"at_most": "third"}}}),
    "last": checklist({"require": {"place": {"equals": {"count": "peers"}}}}),
}
PEER = {"own_points": count("time")}


def ranked(own, peers, quota):
    facts = {"own_points": own, "quota": quota, "peers": [{"own_points": one} for one in peers]}
    return {name: value for name, value in facts.items() if value is not None}


@pytest.fixture(scope="module")
def edition():
    return small(FACTS, RULES, peer=PEER)


@pytest.mark.parametrize(("facts", "outcomes"), [
    (ranked(8, [9, 8, 7], 2), ("good", "good", "bad", "bad")),
    (ranked(8, [9, 8, 7], 1), ("bad", "bad", "bad", "bad")),
    (ranked(9, [9, 8, 7, 6], 1), ("good", "good", "good", "bad")),
    (ranked(6, [9, 8, 7, 6], 4), ("good", "good", "bad", "good")),
    (ranked(8, [9, 8, 7], None), ("open", "open", "bad", "bad")),
])  # fmt: skip
def test_a_place_is_held_against_a_quota(edition, facts, outcomes):
    checked = FactChecker(edition).check("thing", facts)
    engine, reference = Engine(edition), Reference(edition)
    assert tuple(agree(engine, reference, name, checked, ON).outcome for name in RULES) == outcomes
    for name in RULES:
        assert assert_agree(connect("duckdb"), engine, reference, name, [checked], ON) == (1, 0)


def test_a_place_is_held_against_no_other_count():
    wrong = checklist({"require": {"place": {"at_most": "years"}}})
    assert codes(FACTS, {"wrong": wrong}, peer=PEER) == ["type.unit"]
    assert codes({**FACTS, "sum": derived(sum=["place", "quota"])}, peer=PEER) != []


@pytest.mark.parametrize(("lang", "value", "limits"), [
    ("zh", "2名", {"名〔place〕 不超过 3名", "名〔place〕 不超过 名〔quota〕"}),
    ("en", "place 2", {"name[place] is at most place 3", "name[place] is at most name[quota]"}),
])  # fmt: skip
def test_a_place_counts_nothing_in_words(lang, value, limits):
    rules = {"in_quota": RULES["in_quota"], "fixed": checklist({"require": {"place": {"at_most": "3 places"}}})}
    edition = small(FACTS, rules, peer=PEER)
    say, place = Wording(edition, lang, "thing"), edition.subjects["thing"].facts["place"]
    assert say.value(2, place.type) == value
    conditions = {say.condition(one.body.criteria[0].condition) for one in edition.rules.values()}
    assert conditions == limits
    assert TITLE[lang] in next(iter(conditions))
