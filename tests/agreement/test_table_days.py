"""A table judged on many days at once says what each day says alone."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Reference
from rules.table import DAY, Counting, Days, TableJudge
from tests.agreement.backends import EACH, connect, put, rows_of
from tests.agreement.drawing import Drawing
from tests.agreement.tabular import arrow, assert_row, tabular, tabular_decisions
from tests.agreement.test_random_editions import made
from tests.agreement.test_table_counting import households, rows
from tests.editions import every

ROOT = Path(__file__).parents[2]
EDITIONS = every()
EDITION = EDITIONS["xx-county/2026-05-01"]
DAYS = [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2027, 12, 31)]


def turns(edition) -> list[date]:
    """The days on which a dated fact changes, and those before."""
    starts = [start for one in edition.subjects.values() for fact in one.facts.values() for start, _ in fact.dated]
    return [day for start in starts if start > date.min for day in (start - timedelta(days=1), start)]


def hold(name: str, edition, many: int, seed: int, only: str = "") -> int:
    """Judge random cases of each decision on some days at once; how many rows were held against the evaluator."""
    reference, drawing, random, held = Reference(edition), Drawing(edition), Random(seed), 0
    for decision, why in tabular_decisions(edition, DAYS[0]).items():
        if why is not None or (only and decision != only):
            continue
        days = list(dict.fromkeys([*(drawing.day(random) for _ in range(3)), *turns(edition)]))
        subject, judge = edition.rules[decision].subject, TableJudge(edition, Days.of(days))
        cases = [tabular(edition, subject, drawing.case(random, subject, days[0])) for _ in range(many)]
        found = rows_of(connect(name), judge.judge(decision, put(connect(name), arrow(edition, subject, cases))))
        assert sorted((int(one["id"]), one[DAY]) for one in found) == [
            (number, day) for number in range(many) for day in sorted(days)
        ]
        for one in found:
            facts = cases[int(one["id"])]
            held += assert_row(judge, decision, one, facts, reference.judge(decision, facts, one[DAY]))
    return held


@EACH
@pytest.mark.parametrize("plan", EDITIONS)
def test_every_row_is_that_of_its_day(plan, name):
    assert hold(name, EDITIONS[plan], 12, 952) > 30


@EACH
def test_a_dated_fact_is_that_of_its_day(name):
    own = EDITION.subjects["village"]
    dated = tuple((date(year, 6, 1), Fraction(year % 10, 100)) for year in (2025, 2026, 2027))
    facts = {**own.facts, "reference_rate": replace(own.facts["reference_rate"], dated=dated)}
    edition = replace(EDITION, subjects={**EDITION.subjects, "village": replace(own, facts=facts)})

    assert hold(name, edition, 20, 4, "village_measures") > 100


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32))
def test_random_editions_are_the_same(seed):
    if (edition := made(Random(seed))) is not None:
        hold("duckdb", edition, 8, seed)


@EACH
@pytest.mark.parametrize("gaps", [0, 0.05])
def test_records_are_added_up_by_the_day(name, gaps):
    con, cases = connect(name), households(150, 5, gaps)
    keys = [{"village_id": f"village-{n % 4}"} for n in range(len(cases))]
    below = put(con, rows("household", cases, keys), "households")
    above = put(con, rows("village", [{}] * 6, [{}] * 6).select(["id"]), "villages")
    found = rows_of(con, Counting(EDITION, Days.of(DAYS)).fill("village", above, {"household": below}))

    assert len(found) == 6 * len(DAYS)
    for day in DAYS:
        alone = rows_of(con, Counting(EDITION, day).fill("village", above, {"household": below}))
        told = [{key: value for key, value in one.items() if key != DAY} for one in found if one[DAY] == day]
        assert sorted(told, key=lambda one: one["id"]) == sorted(alone, key=lambda one: one["id"])
    assert len({(one["id"], one["filed_households"]) for one in found}) > 6  # and they differ between the days


@EACH
def test_rows_are_tallied_by_the_day(name):
    con, cases = connect(name), households(200, 3, 0.02)
    made = rows("household", cases, [{}] * len(cases))
    table = put(con, made.drop([one for one in made.column_names if one in EDITION.rules]), "households")
    for where in (EDITION.report.expired, EDITION.report.funnel[-1].where):
        found = rows_of(con, TableJudge(EDITION, Days.of(DAYS)).tally("household", table, where))
        alone = {}
        for day in DAYS:
            told = rows_of(con, TableJudge(EDITION, day).beside("household", table, {"holds": where}))
            alone[day] = sum(one["holds"] is True for one in told)
        assert {one[DAY]: one["many"] for one in found} == {day: many for day, many in alone.items() if many}
        assert sum(alone.values()) > 0
