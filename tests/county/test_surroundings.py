"""The county run of plans that look at peers: ranks, means and medians of the records around a record."""

import json
import random
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq
import pytest

from rules import Engine, FactChecker, Reference
from rules.building.loader import load
from rules.table import TableError
from rules.values.text import Text
from service.county.backend import Duck
from service.county.intake.inputs import Source
from service.county.run.asked import Asked
from service.county.run.outputs import Outputs
from service.county.running import run
from tests.agreement.making import TITLE
from tests.county.conftest import call
from tests.county.making import ON, parquet
from tests.unit.small import checklist, choice, count, derived, given, loaded

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "tests/plans"
KINDS, TITLES = ("plain", "hill"), ("province_title", "city_title", "county_title", "none")


def villages(count, chance):
    return [
        {"id": f"V{n:02}", "township_id": f"T{n % 4}", "kind": chance.choice(KINDS), "households": 100 + n,
         "borrowing": 60, "good_borrowing": chance.randrange(30, 60), "loans": 1000 * chance.randrange(100, 900),
         "area": 500 + n, "income": None if n == 7 else 1000 * chance.randrange(8, 20), "growth": 0,
         "merit": chance.randrange(60, 100), "title_given": chance.choice(TITLES), "titled_on": date(2020, 1, 1),
         "applied_on": date(2024, 10, 1), "filing": 1, "fraud": False}
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def jin(tmp_path_factory):
    folder, chance = tmp_path_factory.mktemp("jin"), random.Random(5)
    rows = {
        "city": [{"id": "S"}],
        "county": [{"id": f"C{n}", "city_id": "S", "npl_rate": 0} for n in range(2)],
        "township": [{"id": f"T{n}", "county_id": f"C{n % 2}"} for n in range(4)],
        "village": villages(20, chance),
    }
    tables = [
        word
        for one, those in rows.items()
        for word in ("--table", f"{one}={parquet(folder / f'{one}.parquet', those)}")
    ]
    out = folder / "out"
    manifest = json.loads(
        call("run", *tables, "--on", ON, "--out", out, "--json", "--policies", PLANS, "--plan", "jin-city")
    )
    return rows, out, manifest


def title_of(village, rows):
    """The title by the plan's articles, worked out here once more."""
    county_of = {one["id"]: one["county_id"] for one in rows["township"]}
    neighbours = [one for one in rows["village"] if one["township_id"] == village["township_id"]]
    peers = [one for one in neighbours if one["kind"] == village["kind"]]
    place = 1 + sum(one["merit"] > village["merit"] for one in peers)
    within = [one for one in rows["village"]
              if county_of[one["township_id"]] == county_of[village["township_id"]]]  # fmt: skip
    middle = median(one["income"] for one in within if one["income"] is not None)
    lends = 1 + sum(one["loans"] * village["households"] > village["loans"] * one["households"] for one in within)
    titled = village["title_given"] != "none"
    if village["title_given"] == "city_title" and lends <= 2:
        return "waiting"  # the years without bad loans are not known
    if titled and village["income"] is None:
        return "waiting"
    if titled and village["income"] >= middle:
        return "city_title"
    return "county_title" if 10 * place <= 3 * len(peers) and village["good_borrowing"] >= 36 else "none"


def test_ranks_and_medians_of_peers_are_worked_out(jin):
    rows, out, manifest = jin
    found = {one["id"]: one["title"] for one in pq.read_table(out / "village.parquet").to_pylist()}
    assert found == {one["id"]: title_of(one, rows) for one in rows["village"]}
    assert {"city_title", "county_title", "none"} <= {*found.values()}
    assert "title" in manifest["levels"]["village"]["bulk"]


def test_every_row_agrees_with_both_engines(jin, tmp_path):
    _, out, manifest = jin
    edition = load(PLANS / "jin-city/2024-07-01", PLANS).edition
    with closing(Duck(tmp_path)) as duck:
        outputs = Outputs(out, edition, duck)
        for subject, level in manifest["levels"].items():
            for row in outputs.rows(subject):
                for decision in (*level["bulk"], *level["singly"]):
                    for engine in (Engine(edition), Reference(edition)):
                        assert outputs.decided(engine, subject, row, decision).outcome == row[decision]


# --- small plans


FARM = {
    "constants": {"least": {"value": "40 points", "title": TITLE}},
    "union": {"most": derived(value="3 万元"), "least_of_all": derived(sum=["least", "5 points"])},
    "township": {
        "within": "union",
        "households": given("list", of="household", counted={"records": "household"}),
        "passed": count("household", counted={"count": "household", "where": {"sound": "good"}}),
        "mean_score": derived(mean="score", over="households", where={"draws": True}),
        "mean_share": derived(mean="share", over="households"),
    },
    "village": {"within": "township", "kind": choice("plain", "hill")},
    "household": {
        "within": "village",
        "score": given("points", minimum=0, maximum=100),
        "draws": given("boolean"),
        "limit": given("amount"),
        "asked": given("amount"),
        "share": derived(ratio=["asked", "limit"]),
    },
}
DECISIONS = {
    "sound": checklist({"require": {"limit": {"at_most": "union.most"}}},
                       {"require": {"score": {"above": "union.least_of_all"}}}, subject="household"),
    "peer": checklist({"require": {"score": {"at_least": "township.mean_score"}}}, subject="household"),
    "many": checklist({"require": {"township.passed": {"at_least": "3 households"}}}, subject="household"),
    "modest": checklist({"require": {"share": {"at_most": "township.mean_share"}}}, subject="household"),
}  # fmt: skip


ABOVE = {"township": [{"id": "T0"}, {"id": "T1"}],
         "village": [{"id": f"V{n}", "township_id": f"T{n % 2}"} for n in range(6)]}  # fmt: skip


def farms(count):
    chance = random.Random(7)
    return [{"id": f"H{n:03}", "village_id": f"V{n % 6}", "score": chance.randrange(30, 80),
             "draws": chance.random() < 0.7, "limit": 10000 * chance.randrange(1, 5), "asked": 1000 * n}
            for n in range(count)]  # fmt: skip


def judged(edition, rows, out):
    """The outcomes of a run, by subject, id and decision; and its manifest."""
    sources = tuple(
        Source(one, parquet(out.with_name(f"{out.name}_{one}.parquet"), those)) for one, those in rows.items()
    )
    manifest = run(Asked(edition, ON, sources, out))
    tables = {one: pq.read_table(out / f"{one}.parquet").to_pylist() for one in rows}
    return {(one, row["id"]): row for one, those in tables.items() for row in those}, manifest


def plan(decisions, **altered):
    found = loaded(FARM | altered, decisions)
    assert found.edition is not None, found.problems
    titled = {name: replace(one, title=Text(name, name)) for name, one in found.edition.subjects.items()}
    return replace(found.edition, subjects=titled)  # a sheet for each


def test_figures_and_counts_of_records_around_are_carried_to_those_below(tmp_path):
    rows = ABOVE | {"household": farms(60)}
    found, manifest = judged(plan(DECISIONS), rows, tmp_path / "out")
    town = {one["id"]: one["township_id"] for one in rows["village"]}
    for one in rows["household"]:
        peers = [other for other in rows["household"] if town[other["village_id"]] == town[one["village_id"]]]
        draw = [other["score"] for other in peers if other["draws"]]
        sound = [other for other in peers if other["limit"] <= 30000 and other["score"] > 45]
        mean_share = sum(Fraction(other["asked"], other["limit"]) for other in peers) / len(peers)
        wanted = {
            "sound": one in sound, "peer": one["score"] * len(draw) >= sum(draw), "many": len(sound) >= 3,
            "modest": Fraction(one["asked"], one["limit"]) <= mean_share,
        }  # fmt: skip
        row = found["household", one["id"]]
        assert {name: row[name] for name in wanted} == {
            name: "good" if holds else "bad" for name, holds in wanted.items()
        }
    level = manifest.levels["household"]
    assert {*level.bulk} == {"sound", "peer", "many"}
    assert level.singly == ("modest",)  # the shares have no denominator in common


def test_a_conclusion_given_of_one_row_leaves_that_of_its_peers_to_be_drawn(tmp_path):
    """Of the list both the conclusion and what it rests on is looked at."""
    township = {"within": "union", "households": FARM["township"]["households"],
                "sound_ones": derived(count="households", where={"sound": "good"})}  # fmt: skip
    among = checklist({"require": {"township.sound_ones": {"at_least": "2 households"}}}, subject="household")
    rows = ABOVE | {"household": [{"id": f"H{n}", "village_id": "V0", "score": 50, "limit": limit, "sound": sound}
                                  for n, (limit, sound) in enumerate([(40000, "good"), (30000, None)])]}  # fmt: skip
    edition = plan({"sound": DECISIONS["sound"], "among": among}, township=township)
    found, _ = judged(edition, rows, tmp_path / "out")
    assert [one["among"] for (subject, _), one in found.items() if subject == "household"] == ["good", "good"]


def test_constants_need_no_record_on_any_road(tmp_path):
    edition = plan({"sound": DECISIONS["sound"]})
    cases = [{"score": 46, "limit": 30000}, {"score": 45, "limit": 30000}, {"score": 46, "limit": 30001}]
    wanted = ["good", "bad", "bad"]
    for engine in (Engine(edition), Reference(edition)):
        checker = FactChecker(edition)
        assert [engine.decide("sound", checker.check("household", one), ON).outcome for one in cases] == wanted
    rows = {"household": [{"id": f"H{n}", "village_id": "V"} | one for n, one in enumerate(cases)]}
    found, _ = judged(edition, rows, tmp_path / "out")
    assert [one["sound"] for one in found.values()] == wanted


def test_a_count_that_rests_on_itself_is_refused_by_name(tmp_path):
    decisions = {
        "sound": checklist({"require": {"township.passed": {"at_least": "3 households"}}}, subject="household")
    }
    with pytest.raises(TableError, match=r"household.sound → township.passed → household.sound") as refused:
        judged(plan(decisions), ABOVE | {"household": farms(6)}, tmp_path / "out")
    assert "汇总绕回了自己" in refused.value.zh
    judged(plan(decisions), {"household": farms(3)}, tmp_path / "alone")  # the count is given, or not known


def test_a_count_that_no_decision_reads_and_that_rests_on_itself_is_refused_by_name(tmp_path):
    best = {"records": "household", "where": {"score": {"above": {"mean": "score", "over": "township.households"}}}}
    township = FARM["township"] | {"households": given("list", of="household", counted=best)}
    with pytest.raises(TableError, match=r"township.households → township.households"):
        judged(plan({"sound": DECISIONS["sound"]}, township=township), ABOVE | {"household": farms(6)}, tmp_path / "o")


def test_a_list_that_nothing_fills_in_is_refused_by_name(tmp_path):
    township = FARM["township"] | {"households": given("list", of="household")}
    with pytest.raises(TableError, match=r"counted: {records: household}.*--table township.households=FILE"):
        judged(
            plan({"peer": DECISIONS["peer"], "sound": DECISIONS["sound"]}, township=township),
            ABOVE | {"household": farms(6)},
            tmp_path / "out",
        )


def test_counts_of_levels_that_are_not_judged_yet_are_drawn_where_they_do_not_come_back(tmp_path):
    """A household looks at its township's villages, which look at the union, which counts the households."""
    union = {"all": count("household", counted={"count": "household", "where": {"sound": "good"}})}
    township = {
        "within": "union",
        "villages": given("list", of="village", counted={"records": "village"}),
        "fine": derived(count="villages", where={"fit": "good"}),
        "most_sound": derived(highest="sound", over="villages"),
    }
    village = {
        "within": "township",
        "kind": choice("plain", "hill"),
        "sound": count("household", counted={"count": "household", "where": {"solid": "good"}}),
    }
    decisions = {
        "solid": DECISIONS["sound"] | {"criteria": DECISIONS["sound"]["criteria"][:1]},
        "fit": checklist({"require": {"kind": "hill"}}, {"require": {"union.all": {"at_least": "1 household"}}},
                         subject="village"),
        "sound": DECISIONS["sound"],
        "among": checklist({"require": {"township.fine": {"at_least": "2 villages"}}},
                           {"require": {"township.most_sound": {"at_least": "8 households"}}}, subject="household"),
    }  # fmt: skip
    edition = plan(decisions, union=FARM["union"] | union, township=township, village=village)
    kinds = ["hill", "plain", "hill", "hill", "plain", "plain"]  # of V0, V2, V4 in T0 two are hills; in T1 one
    rows = {"union": [{"id": "U"}], "township": [one | {"union_id": "U"} for one in ABOVE["township"]],
            "village": [one | {"kind": kind} for one, kind in zip(ABOVE["village"], kinds, strict=True)],
            "household": farms(60)}  # fmt: skip
    found, _ = judged(edition, rows, tmp_path / "out")
    town = {one["id"]: one["township_id"] for one in rows["village"]}
    solid = Counter(one["village_id"] for one in rows["household"] if one["limit"] <= 30000)
    for one in rows["household"]:
        mine = town[one["village_id"]]
        hills = sum(kind == "hill" for (name, place), kind in zip(town.items(), kinds, strict=True) if place == mine)
        best = max(solid[name] for name, place in town.items() if place == mine)
        assert found["household", one["id"]]["among"] == ("good" if hills >= 2 and best >= 8 else "bad")
    assert {row["among"] for (subject, _), row in found.items() if subject == "household"} == {"good", "bad"}


def test_a_figure_of_a_record_around_that_rests_on_nothing_of_its_own_is_known_where_there_is_a_record(tmp_path):
    """The village says nothing but what its township says; what is not read of it tells that there is a village."""
    facts = {
        "township": {"kind": choice("plain", "hill"), "least": given("points")},
        "village": {"within": "township", "area": given("amount"), "drawn": derived(first_known=["township.kind"]),
                    "limit": derived(sum=["township.least", "1 point"])},
        "household": {"within": "village", "score": given("points")},
    }  # fmt: skip
    rules = {
        "by_kind": checklist({"require": {"village.drawn": ["hill"]}}, subject="household"),
        "by_limit": checklist({"require": {"score": {"at_least": "village.limit"}}}, subject="household"),
    }
    edition = loaded(facts, rules).edition
    rows = {"township": [{"id": "T", "kind": "hill", "least": 5}],
            "village": [{"id": "V", "township_id": "T", "area": 1}, {"id": "W", "township_id": "T", "area": None}],
            "household": [{"id": id, "village_id": of, "score": 6} for id, of in ("HV", "IW")]}  # fmt: skip
    found, _ = judged(edition, rows, tmp_path / "out")
    assert (found["household", "H"]["by_kind"], found["household", "H"]["by_limit"]) == ("good", "good")
    assert (found["household", "I"]["by_kind"], found["household", "I"]["by_limit"]) == ("open", "open")
