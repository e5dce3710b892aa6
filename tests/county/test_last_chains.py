"""What one run leaves to the next over chains of years: a title granted, revoked, renewed, or not spoken of."""

from datetime import date
from itertools import product

import pytest

from rules import FactChecker
from rules.building.loader import load
from rules.engine.engine import Engine
from rules.judging.reference import Reference
from tests.agreement.agreeing import agree
from tests.agreement.making import write
from tests.county.conftest import call
from tests.county.making import parquet
from tests.county.test_report import rows
from tests.unit.small import derived, given, head

TITLE = {"zh": "试", "en": "trial"}
YEARS = (2026, 2027, 2028, 2029)
EVENTS = {  # what the tables of a year say of a village
    "granted": {"sound": True, "passed": True}, "revoked": {"sound": False}, "silent": {},
    "renewed": {"sound": True, "passed": False},
}  # fmt: skip
BEFORE = {"held": {"title": True, "titled_on": date(2024, 12, 31)}, "none": {"title": False}, "unknown": {}}
CHAINS = [*product(BEFORE, *[EVENTS] * 3)]


def outcomes(*named, met, not_met, unknown):
    roles = {met: "met", not_met: "not_met", unknown: "unknown"}
    return {one: {"title": TITLE} | ({"if": roles[one]} if one in roles else {})
            for one in (met, *named, not_met, unknown)}  # fmt: skip


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    """The shape of the titles of the shipped plan, at its smallest."""
    root = tmp_path_factory.mktemp("policies")
    facts = {
        "sound": given("boolean"), "passed": given("boolean"),
        "title": given("boolean", last={"first_known": [
            {"when": {"review": "revoke"}, "then": False,
             "otherwise": {"holds": {"any": [{"award": "give"}, {"review": ["renew", "keep"]}]}}},
            {"holds": {"any": [{"award": "give"}, {"title": True}]}}, "title"]}),
        "titled_on": given("date", last={"first_known": [
            {"when": {"review": "keep"}, "then": "titled_on", "otherwise": {
                "when": {"any": [{"award": "give"}, {"review": "renew"}]}, "then": "on", "otherwise": "titled_on"}},
            "titled_on"]}),
        "due_on": derived(date="titled_on", plus="1 year"),
    }  # fmt: skip

    def table(rows, other, *named, **said):
        return head("table", subject="village", hit="first", outcomes=outcomes(*named, **said), otherwise=other,
                    rows=[{"id": f"r{at}", "title": TITLE, "when": when, "outcome": one}
                          for at, (when, one) in enumerate(rows)])  # fmt: skip

    write(root / "chain/2026-01-01", {
        "plan": {"plan": "chain", "title": TITLE, "issuer": TITLE, "effective": {"from": "2026-01-01"}},
        "clauses": {"clauses": {"一": {"text": "试"}}}, "readings": {"readings": {}},
        "facts": {"subjects": {"village": {"title": TITLE, "facts": facts}}},
        "award": {"decision": "award", **table([({"passed": False}, "step"), ({"sound": False}, "refuse")],
                  {"outcome": "give"}, "step", met="give", not_met="refuse", unknown="open")},
        "review": {"decision": "review", **table(
            [({"title": False}, "untitled"), ({"on": {"below": "due_on"}}, "keep"), ({"sound": False}, "revoke")],
            {"outcome": "renew"}, "untitled", "keep", met="renew", not_met="revoke", unknown="open")},
    })  # fmt: skip
    return root


@pytest.fixture(scope="module")
def edition(policies):
    return load(policies / "chain/2026-01-01").edition


def after(title, dated, event):
    """Whether a title is held after a year, by what a reader of the plan would say, None where that cannot be told; and
    whether its day is known. One whose day is not known may not be due for its review: it stays, and is asked about."""
    if event == "granted":
        return True, dated or title is False
    return (False if event == "revoked" and dated and title else title), dated


def chain_of_runs(policies, tmp_path, years, without=()):
    """The rows of villages in each of several years, the first told what was before. `without` are years whose table
    lacks every column of which it says nothing."""
    runs = []
    for year, table in zip(YEARS, years, strict=False):
        named = {name for row in table for name in row} | (set() if year in without else {"sound", "passed"})
        file = parquet(tmp_path / f"{year}.parquet", [dict.fromkeys(named) | row for row in table])
        last = [word for run in runs for word in ("--last", run)]
        runs.append(tmp_path / str(year))
        call("run", "--policies", policies, "--table", f"village={file}", "--on", date(year, 12, 31), "--out",
             runs[-1], "--cache", "", *last)  # fmt: skip
    return [{one["id"]: one for one in rows(run, "village")} for run in runs]


def test_every_chain_of_three_years_leaves_the_title_that_it_should(policies, edition, tmp_path):
    ids = {f"V{at:03}": chain for at, chain in enumerate(CHAINS)}
    years = [[{"id": id_} | (BEFORE[chain[0]] if at == 1 else {}) | EVENTS[chain[at]] for id_, chain in ids.items()]
             for at in (1, 2, 3)]  # fmt: skip
    runs = chain_of_runs(policies, tmp_path, [*years, [{"id": id_} for id_ in ids]])
    engine, reference, checker = Engine(edition), Reference(edition), FactChecker(edition)
    for id_, (before, *events) in ids.items():
        title, dated = BEFORE[before].get("title"), before == "held"
        for year, run, event in zip(YEARS, runs, (*events, "silent"), strict=True):
            row = run[id_]
            assert row["title"] is title, (year, before, events)
            facts = {name: row[name] for name in ("sound", "passed", "title", "titled_on") if row[name] is not None}
            for name in ("award", "review"):
                one = agree(engine, reference, name, checker.check("village", facts), date(year, 12, 31))
                assert row[name] == one.outcome, (name, year, before, events)
            title, dated = after(title, dated, event)


@pytest.mark.parametrize("missing", [{2027}, {2028}, {2027, 2028}, {2027, 2028, 2029}])
def test_a_year_without_the_columns_leaves_a_title_as_it_was(policies, tmp_path, missing):
    ids = {f"V{at}": pair for at, pair in enumerate(product(BEFORE, EVENTS))}
    said = {2026: [{"id": id_} | BEFORE[before] | EVENTS[event] for id_, (before, event) in ids.items()]}
    years = [said.get(year, [{"id": id_} for id_ in ids]) for year in YEARS]
    runs = chain_of_runs(policies, tmp_path, years, missing)
    for id_, (before, event) in ids.items():
        title, _ = after(BEFORE[before].get("title"), before == "held", event)
        assert [run[id_]["title"] for run in runs[1:]] == [title] * 3, (before, event)


def test_a_day_of_a_title_goes_with_it(policies, tmp_path):
    years = [[{"id": "V1"} | BEFORE["none"] | EVENTS["granted"]], [{"id": "V1"} | EVENTS["silent"]],
             [{"id": "V1"} | EVENTS["renewed"]], [{"id": "V1"}]]  # fmt: skip
    runs = chain_of_runs(policies, tmp_path, years)
    days = [run["V1"].get("titled_on") for run in runs]
    assert days == [None, date(2026, 12, 31), date(2026, 12, 31), date(2028, 12, 31)]
