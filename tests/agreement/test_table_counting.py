"""Villages counted up from their households say what a count over a list of those households says."""

from dataclasses import replace
from datetime import date
from random import Random

import pyarrow as pa
import pytest

from rules import Reference
from rules.model import Const
from rules.table import Counting, Repeated, TableError, TableJudge, facts_schema
from tests.agreement.backends import EACH, connect, put, rows_of
from tests.agreement.drawing import Drawing
from tests.agreement.tabular import row, tabular, value_of
from tests.editions import shipped

EDITION = shipped()
ON = date(2026, 12, 31)


def named(con, name: str, table: pa.Table):
    return put(con, table, name)


def rows(subject: str, cases, keys) -> pa.Table:
    schema = facts_schema(EDITION, subject).to_pyarrow()
    made = [row(EDITION, facts, schema, f"{subject}-{n}") | keys[n] for n, facts in enumerate(cases)]
    return pa.Table.from_pylist(made, schema=schema)


def households(many: int, seed: int, gaps: float = 0):
    random, drawing = Random(seed), Drawing(EDITION)
    cases = []
    for _ in range(many):
        facts = tabular(EDITION, "household", drawing.case(random, "household", ON))
        facts = {key: value for key, value in facts.items() if key not in ("village", "township", "county")}
        if random.random() >= gaps:
            facts |= {"birth_date": date(1980, 1, 1), "status": random.choice(("resident", "deceased", "moved_away"))}
            facts |= {"adverse_record": random.random() < 0.1, "other_unfitness": False}
            facts |= dict.fromkeys(("loan_balance", "npl_balance", "lender_loan_balance", "lender_npl_balance"), 0)
            facts["loan_balance"] = random.choice((0, 0, 20000, 12345))
            facts["graded_on"] = random.choice((date(2026, 3, 1), date(2025, 12, 31), date(2025, 12, 30)))
        cases.append(facts)
    return cases


@EACH
@pytest.mark.parametrize("gaps", [0, 0.02])
def test_counts_are_those_of_a_list(name, gaps):
    con, cases = connect(name), households(200, 11, gaps)
    keys = [{"village_id": f"village-{n % 7}"} for n in range(len(cases))]
    below = named(con, "households", rows("household", cases, keys))
    above = named(
        con, "villages", rows("village", [{"households": 500}, *[{}] * 8], [{}] * 9).select(["id", "households"])
    )
    filled = rows_of(con, Counting(EDITION, ON).fill("village", above, {"household": below}))

    assert len(filled) == 9
    scope = Reference(EDITION).scope(EDITION.rules["credit_village"], {}, ON)
    for found in filled:
        number = int(found["id"].removeprefix("village-"))
        own = [facts for n, facts in enumerate(cases) if n % 7 == number]
        for fact in Counting(EDITION, ON).declared("village", "household").values():
            op = replace(fact.counted, args=(Const(own, fact.counted.args[0].type),))
            expected = 500 if (number, fact.name) == (0, "households") else scope.evaluate(op)
            assert value_of(found, fact.name) == expected, (number, fact.name)


def test_the_county_run_in_small():
    """Households are judged, counted up to villages, those to townships; every village is judged as online."""
    con, cases = connect("duckdb"), households(300, 3)
    keys = [{"village_id": f"village-{n % 6}"} for n in range(len(cases))]
    judge, counting = TableJudge(EDITION, ON), Counting(EDITION, ON)
    screened, _ = judge.add_possible(named(con, "households", rows("household", cases, keys)), "screening")
    yes = {
        fact.name: True
        for fact in EDITION.subjects["village"].facts.values()
        if fact.given and fact.type.kind == "boolean"
    }
    belongs = [{"township_id": f"township-{n % 2}"} for n in range(6)]
    villages = named(con, "villages", rows("village", [yes] * 6, belongs))
    filled = counting.fill(
        "village", villages.drop(*counting.declared("village", "household")), {"household": screened}
    )
    judged, _ = judge.add_possible(filled, "credit_village")
    judged = named(con, "judged", con.to_pyarrow(judged))  # as a run does between its levels
    townships = named(con, "townships", rows("township", [{}] * 3, [{}] * 3).drop(["villages"]))
    told = rows_of(con, judge.judge("credit_township", counting.fill("township", townships, {"village": judged})))
    reference = Reference(EDITION)
    outcomes = {}
    names = facts_schema(EDITION, "village").names
    for found in rows_of(con, judged):
        facts = {key: value_of(found, key) for key, value in found.items() if key in names and value is not None}
        facts = {key: value for key, value in facts.items() if key not in ("id", "township_id", "credit_village")}
        outcomes[found["id"]] = reference.judge("credit_village", facts, ON).outcome
        assert found["credit_village"] == outcomes[found["id"]]
    for number, found in enumerate(sorted(told, key=lambda one: one["id"])):
        own = [{"credit_village": outcomes[f"village-{n}"]} for n in range(6) if n % 2 == number % 2 and number < 2]
        assert found["outcome"] == reference.judge("credit_township", {"villages": own}, ON).outcome


@EACH
def test_conclusions_of_judged_records_stand(name):
    """What could not be told of a household when all that lies around it was known is not told from less."""
    con, (facts,) = connect(name), households(1, 5)
    facts |= {"status": "resident"}
    of = [{"village_id": "village-0", "screening": outcome} for outcome in ("collectable", "needs_information")]
    for conclusions, again in ((of[:1], 1), (of[1:], 1), (of, 2)):
        below = named(con, "households", rows("household", [facts] * len(conclusions), conclusions))
        above = named(con, "villages", rows("village", [{}], [{}]).select(["id"]))
        counting = Counting(EDITION, ON)
        for judged, count in ((False, again), (True, again if conclusions == of[:1] else None)):
            counting.judged = ("household",) if judged else ()
            (found,) = rows_of(con, counting.fill("village", above, {"household": below}, checked=True))
            assert found["collectable_households"] == count, (conclusions, judged)


@EACH
def test_a_part_that_was_counted_and_a_smaller_whole_that_was_given_are_both_unknown(name):
    con, cases = connect(name), households(60, 3)
    keys = [{"village_id": f"village-{n % 3}"} for n in range(len(cases))]
    below = named(con, "households", rows("household", cases, keys))
    given = [{"households": 20}, {"households": 1}, {"households": 1000}]
    above = named(con, "villages", rows("village", given, [{}] * 3).select(["id", "households"]))
    filled = {
        one["id"]: one for one in rows_of(con, Counting(EDITION, ON).fill("village", above, {"household": below}))
    }
    for id, whole in (("village-0", 20), ("village-1", None), ("village-2", 1000)):
        assert filled[id]["households"] == whole
        assert (filled[id]["borrowing_households"] is None) == (whole is None)


def test_a_household_never_counts_twice():
    con, cases = connect("duckdb"), households(3, 1)
    below = rows("household", cases, [{"village_id": "village-0", "id": "same"}] * 3)
    above = named(con, "villages", rows("village", [{}], [{}]))

    with pytest.raises(Repeated, match="same"):
        Counting(EDITION, ON).fill("village", above, {"household": named(con, "households", below)})


def test_a_table_that_does_not_say_where_its_records_belong_is_refused():
    con = connect("duckdb")
    below = named(con, "households", rows("household", [{}], [{}]).drop(["village_id"]))

    with pytest.raises(TableError, match="village_id"):
        Counting(EDITION, ON).fill("village", named(con, "villages", rows("village", [{}], [{}])), {"household": below})


def test_a_column_that_cannot_hold_a_fact_exactly_is_refused():
    con = connect("duckdb")
    table = named(con, "floats", pa.table({"id": ["a"], "annual_income": [0.1]}))

    with pytest.raises(TableError, match="annual_income"):
        TableJudge(EDITION, ON).judge("scoring", table)
