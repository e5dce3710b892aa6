"""Editions under other readings: what `changes` can say, and what becomes of an edition by it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given as each
from hypothesis import settings
from hypothesis import strategies as st

from rules import Reference
from rules.building.loader import load
from rules.model.places import differing
from rules.problems.problem import PolicyError
from rules.variants.readings import NoSuchReading, choices, each_under, otherwise, under
from rules.variants.whatif import NoSuchFigure, Supposition, suppose
from tests.agreement.making import TITLE, write
from tests.unit.small import ON, checklist, count, derived, given, head, table

FACTS = {
    "n": count(), "m": count(), "all": count(), "flag": given("boolean"),
    "share": derived(ratio=["n", "all"]),
    "few": {"value": "3 houses", "title": TITLE},
    "parts": given("list", of="part"),
    "sound": derived(count="parts", where={"good": True}),
}  # fmt: skip
GRADES = {"A": {"title": TITLE}, "B": {"title": TITLE}, "open": {"if": "unknown", "title": TITLE}}
DECISIONS = {
    "check": checklist({"require": {"n": {"at_least": "5 houses"}}}, {"require": {"share": {"above": "50%"}}}),
    "rows": table("first", {"when": {"n": {"above": "few"}}, "outcome": "good", "then": {"out": "1 houses"}},
                  {"when": {"flag": True}, "outcome": "bad", "then": {"out": "2 houses"}},
                  outputs={"out": count()}, otherwise={"outcome": "worse", "then": {"out": "0 houses"}}),
    "card": head("scorecard", outcomes=GRADES, grades=[{"grade": "A", "at_least": 5}, {"grade": "B", "below": 5}],
                 items=[{"id": "i", "title": TITLE, "fact": "n",
                         "bands": [{"below": "4 houses", "points": 0}, {"at_least": "4 houses", "points": 9}]}]),
    "list": checklist({"require": {"sound": {"at_least": "2 parts"}}}),
}  # fmt: skip
CASE = {"n": 5, "m": 1, "all": 9, "flag": True, "parts": [{"id": "a", "good": True, "new": False},
                                                         {"id": "b", "good": True, "new": True}]}  # fmt: skip


def edition_in(root, readings, decisions=DECISIONS):
    """An edition with readings, written below a folder: name -> option -> changes."""
    folder = root / "p" / "2026-01-01"
    folder.mkdir(parents=True)
    part = {"title": TITLE, "facts": {"good": given("boolean"), "new": given("boolean")}}
    write(folder, {
        "plan": {"plan": "p", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}},
        "clauses": {"clauses": {"一": {"heading": "一"}}},
        "facts": {"constants": {"most": {"value": "1 houses", "title": TITLE}},
                  "subjects": {"thing": {"title": TITLE, "facts": FACTS}, "part": part}},
        "readings": {"readings": {
            name: {"clause": "一", "title": TITLE, "question": TITLE, "chosen": "own", "because": TITLE,
                   "readings": dict.fromkeys(["own", *options, "vague"], TITLE), "changes": options}
            for name, options in readings.items()}},
        **{name: {"decision": name, **body} for name, body in decisions.items()},
    })  # fmt: skip
    loaded = load(folder, root, warn=False)
    assert loaded.edition is not None, loaded.problems
    return loaded.edition


CHANGES = [
    ({"check.c0": {"at_least": "6 houses"}}, "check", "bad"),  # a limit
    ({"check.c0": {"below": "5 houses"}}, "check", "bad"),  # an operator
    ({"check.c0": {"require": {"m": {"at_least": "2 houses"}}}}, "check", "bad"),  # the fact compared
    ({"check.c0": {"reject": {"n": {"at_least": "5 houses"}}}}, "check", "bad"),
    ({"thing.share": {"ratio": ["m", "all"]}}, "check", "bad"),
    ({"thing.share": {"when": {"flag": True}, "then": "0%", "otherwise": {"ratio": ["n", "all"]}}}, "check", "bad"),
    ({"thing.few": {"equals": "7 houses"}}, "rows", "bad"),  # a constant
    ({"thing.few": {"value": "7 houses"}}, "rows", "bad"),
    ({"constants.most": {"equals": "7 houses"}, "rows.r0": {"when": {"n": {"above": "most"}}}}, "rows", "bad"),
    ({"rows.r0": {"remove": True}}, "rows", "bad"),
    ({"rows.r1": {"before": "r0"}}, "rows", "bad"),
    ({"rows.r0": {"outcome": "worse"}}, "rows", "worse"),
    ({"rows": {"rows": [{"id": "new", "title": TITLE, "before": "r0", "when": {"flag": True}, "outcome": "worse"}]}},
     "rows", "worse"),
    ({"card.i": {"bands": [{"below": "6 houses", "points": 0}, {"at_least": "6 houses", "points": 9}]}}, "card", "B"),
    ({"card": {"grades": [{"grade": "A", "at_least": 10}, {"grade": "B", "below": 10}]}}, "card", "B"),
    ({"thing.sound": {"where": {"good": True, "new": True}}}, "list", "bad"),
    ({"thing.other": derived(count="parts", where={"new": True}),
      "list.c0": {"require": {"other": {"above": "1 parts"}}}}, "list", "bad"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "decision", "outcome"), CHANGES)
def test_a_reading_changes_whatever_a_file_says(tmp_path, changes, decision, outcome):
    edition = edition_in(tmp_path, {"r": {"other": changes}})
    other = under(tmp_path, edition, {"r": "other"})
    now, then = (Reference(one).decide(decision, CASE, ON) for one in (edition, other))

    assert now.outcome != then.outcome == outcome
    assert (other.under, other.readings["r"].chosen) == ({"r": "other"}, "other")
    assert then.as_dict()["readings"] == {"r": "other"}
    assert "readings" not in now.as_dict()
    assert now.id != then.id


@each(st.integers(0, 20), st.sampled_from(["at_least", "above", "at_most", "below"]))
@settings(max_examples=25, deadline=None)
def test_an_edition_under_a_reading_is_the_edition_written_so(limit, operator):
    limits = {operator: f"{limit} houses"}
    with TemporaryDirectory() as folder:
        own, so = Path(folder) / "own", Path(folder) / "so"
        other = under(own, edition_in(own, {"r": {"other": {"check.c0": limits}}}), {"r": "other"})
        checks = checklist({"require": {"n": limits}}, {"require": {"share": {"above": "50%"}}})
        written = edition_in(so, {"r": {"other": {"check.c0": limits}}}, DECISIONS | {"check": checks})

    assert [one.place for one in differing(other, written)] == [("readings", "r", "chosen")]


def test_readings_go_together_unless_they_change_the_same(tmp_path):
    low, high = {"check.c0": {"at_least": "1 houses"}}, {"check.c0": {"at_least": "9 houses"}}
    edition = edition_in(tmp_path, {"a": {"other": low}, "b": {"other": high}, "c": {"other": low},
                                    "d": {"other": {"thing.few": {"value": "9 houses"}}}})  # fmt: skip

    assert under(tmp_path, edition, {"a": "other", "c": "other", "d": "other"}).under.keys() == {"a", "c", "d"}
    with pytest.raises(PolicyError) as clash:
        under(tmp_path, edition, {"a": "other", "b": "other"})
    assert [one.code for one in clash.value.problems] == ["edition.readings_clash"]


def test_the_plans_own_readings_change_nothing(tmp_path):
    edition = edition_in(tmp_path, {"r": {"other": {"check.c0": {"at_least": "1 houses"}}}})

    assert under(tmp_path, edition, {"r": "own"}) is edition
    assert list(each_under(tmp_path, edition, [{}, {}])) == [edition, edition]


def test_what_cannot_be_taken_is_named(tmp_path):
    edition = edition_in(tmp_path, {"reading": {"other": {"check.c0": {"at_least": "1 houses"}}}})
    told = {}
    for wanted in ({"readin": "other"}, {"reading": "none"}, {"reading": "vague"}):
        with pytest.raises(NoSuchReading) as refused:
            otherwise(edition, wanted)
        told[refused.value.path] = refused.value.en
    assert "did you mean reading?" in told["readin"]
    assert "no `changes`" in told["reading"]
    for text in ("reading", "=x", "reading="):
        with pytest.raises(NoSuchReading, match="NAME=CHOICE"):
            choices([text])
    with pytest.raises(NoSuchReading, match="Two choices"):
        choices(["a=b", "a=c"])


def test_a_supposition_keeps_the_readings_and_leaves_them_what_they_set(tmp_path):
    edition = edition_in(tmp_path, {"r": {"other": {"check.c0": {"at_least": "1 houses"}}}})
    other = under(tmp_path, edition, {"r": "other"})
    supposed = suppose(tmp_path, other, [Supposition.read("thing.few=9 houses")])

    assert supposed.under == {"r": "other"}
    assert Reference(supposed).decide("rows", CASE, ON).outcome == "bad"
    with pytest.raises(NoSuchFigure, match="what a reading taken here sets"):
        suppose(tmp_path, other, [Supposition.read("check.c0=9 houses")])
