"""The table engine says what durable_rules and the plain evaluator say, in every row, on every edition."""

from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules import Engine, Reference
from rules.operations import OPERATIONS, require
from rules.table import NotTabular, TableJudge, expressions, numbers
from rules.table.expressions import TRANSLATIONS
from tests.agreement.backends import QUIET, connect, put, why_no_spark
from tests.agreement.drawing import Drawing
from tests.agreement.making import TITLE
from tests.agreement.tabular import arrow, assert_agree, tabular_decisions
from tests.agreement.test_random_editions import made
from tests.editions import every
from tests.unit.small import checklist, head, small

ROOT = Path(__file__).parents[2]
ON = date(2026, 12, 31)
EDITIONS = every()
NOT_FOR_TABLES = {
    "xx-county/2026-05-01": {"demonstration_village": "ranking"},
    "heng-county/2025-03-01": {},
    "jin-city/2024-07-01": {"commended": "ranking"},
    "yun-county/2025-01-01": dict.fromkeys(
        ("village_credit", "village_star", "township_credit", "county_credit"), "mean"
    ),
    "yun-credit-union/2025-06-01": dict.fromkeys(("township_credit", "county_credit"), "length"),
}


def hold(name: str, edition, rows: int, seed: int, only: str = "") -> tuple[int, int]:
    """Judge random cases of each decision that tables can hold; how many, and how many were beyond them."""
    engine, reference, drawing, random = Engine(edition), Reference(edition), Drawing(edition), Random(seed)
    judged, beyond = 0, 0
    for decision, why in tabular_decisions(edition, ON).items():
        if why is not None or (only and decision != only):
            continue
        on = drawing.day(random)
        cases = [drawing.case(random, edition.rules[decision].subject, on) for _ in range(rows)]
        told = assert_agree(connect(name), engine, reference, decision, cases, on)
        judged, beyond = judged + told[0], beyond + told[1]
    engine.close()
    return judged, beyond


@pytest.mark.parametrize("plan", EDITIONS)
def test_what_is_not_for_tables_is_said_and_is_no_more_than_this(plan):
    told = {name: why.operation for name, why in tabular_decisions(EDITIONS[plan], ON).items() if why is not None}

    assert told == NOT_FOR_TABLES[plan]


def test_the_message_names_the_decision_the_item_and_the_operation():
    error = tabular_decisions(EDITIONS["yun-county/2025-01-01"], ON)["village_credit"]

    assert isinstance(error, NotTabular)
    for text in (error.zh, error.en):
        assert all(word in text for word in ("village_credit", "village.peer_npl", "mean"))


@pytest.mark.parametrize("plan", EDITIONS)
def test_every_row_is_the_same_on_duckdb(plan):
    judged, beyond = hold("duckdb", EDITIONS[plan], 50, 952)

    assert judged > 0
    assert beyond < judged / 8


def test_thousands_of_rows_are_the_same():
    edition, random = EDITIONS["xx-county/2026-05-01"], Random(7)
    engine, reference, drawing = Engine(edition), Reference(edition), Drawing(edition)
    for decision in ("screening", "credit_village"):
        subject = edition.rules[decision].subject
        around = ["county"] if subject == "village" else []
        cases = [drawing._record(random, subject, ON, random.choice((0, 0, 0.1)), 0, around) for _ in range(1500)]
        assert_agree(connect("duckdb"), engine, reference, decision, cases, ON)


@pytest.mark.parametrize("plan", EDITIONS)
def test_columns_that_are_left_out_are_not_known(plan):
    edition, con = EDITIONS[plan], connect("duckdb")
    con.con.register("ids", pa.table({"id": ["a"]}))
    tabular = [name for name, why in tabular_decisions(edition, ON).items() if why is None]
    for subject in edition.subjects:  # all decisions about it at once
        decisions = [name for name in tabular if edition.rules[name].subject == subject]
        if decisions:
            (found,) = con.to_pyarrow(TableJudge(edition, ON).add_possible(con.table("ids"), *decisions)[0]).to_pylist()
            told = {name: Reference(edition).judge(name, {}, ON).outcome for name in decisions}
            assert {name: found[name] for name in decisions} == told


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32))
@example(4265)  # a ranked code above the highest there is
@example(1023)  # a ratio of ratios
def test_random_editions_are_the_same(seed):
    if (edition := made(Random(seed))) is not None:
        hold("duckdb", edition, 30, seed)


@pytest.mark.skipif(bool(why_no_spark()), reason=why_no_spark() or "there")
@QUIET[0]
@QUIET[1]
@QUIET[2]
@pytest.mark.parametrize("plan", EDITIONS)
def test_every_row_is_the_same_on_spark(plan):
    assert hold("pyspark", EDITIONS[plan], 40, 7)[0] > 0


@pytest.mark.parametrize(("item", "outcome"), [
    ({"formula": "p"}, "open"), ({"fact": "p", "bands": [{"points": 7}]}, "open"),
    ({"fact": "p", "bands": [{"points": 7}], "missing": 2}, "good"), ({"formula": "p", "missing": 0}, "good"),
])  # fmt: skip
def test_nothing_is_graded_by_a_grade_or_a_band_without_limits_unless_it_is_known(item, outcome):
    grades = {"good": {"title": TITLE}, "open": {"if": "unknown", "title": TITLE}}
    items = [{"id": "i", "title": TITLE, **item}]
    card = head("scorecard", outcomes=grades, grades=[{"grade": "good"}], items=items)
    limit = checklist({"require": {"card": "good"}})
    edition = small({"p": {"type": "points", "title": TITLE}}, {"card": card, "limit": limit})
    engine, reference = Engine(edition), Reference(edition)

    assert reference.judge("card", {}, ON).outcome == outcome
    for decision in edition.rules:
        assert_agree(connect("duckdb"), engine, reference, decision, [{}, {"p": 5}], ON)


def test_every_operation_is_known_to_tables_and_one_that_is_not_stops_the_import():
    assert TRANSLATIONS.keys() == OPERATIONS.keys()
    with pytest.raises(NotImplementedError, match="streak"):
        require("operations", OPERATIONS, TRANSLATIONS.keys() - {"streak"})


def test_a_conclusion_in_the_table_stands():
    edition = EDITIONS["xx-county/2026-05-01"]
    cases = [{"screening": "excluded"}, {"screening": "collectable"}, {}]
    table = put(connect("duckdb"), arrow(edition, "household", cases))
    found = connect("duckdb").to_pyarrow(TableJudge(edition, ON).judge("review", table)).to_pylist()

    assert [row["outcome"] for row in found] == ["not_reviewed", "needs_information", "needs_information"]


# --- a compiler that goes wrong is found out -------------------------------------------------------------------------


def swapped(monkeypatch):
    monkeypatch.setitem(numbers.COMPARE, "at_least", numbers.COMPARE["above"])


def some_are_all(monkeypatch):
    monkeypatch.setattr(expressions, "some", expressions.every)


def years_by_the_new_year(monkeypatch):
    def early(op, frame):
        start, end = (frame.evaluate(arg) for arg in op.args)
        return numbers.counted(end.year - start.year().cast("int64"), 9999)

    monkeypatch.setitem(TRANSLATIONS, "completed_years", early)


@pytest.mark.parametrize(
    ("wrong", "decision"), [(swapped, "credit_village"), (some_are_all, "grant"), (years_by_the_new_year, "screening")]
)
def test_a_mistake_in_the_compiler_is_noticed(monkeypatch, wrong, decision):
    edition = EDITIONS["xx-county/2026-05-01"]
    wrong(monkeypatch)

    with pytest.raises(AssertionError):
        hold("duckdb", edition, 400, 4, decision)
