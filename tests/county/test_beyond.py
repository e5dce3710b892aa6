"""A household whose figures are too long for tables is decided all the same, and the run says so."""

import json
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest

from service.county.run import beyond
from tests.county.conftest import call

TEXT = {
    "plan": "plan: p\ntitle: {zh: 试, en: Trial}\nissuer: {zh: 试, en: Trial}\neffective: {from: 2020-01-01}",
    "clauses": "clauses: {一: {heading: 一}}",
    "readings": "readings: {}",
    "facts": """
subjects:
  household:
    title: {zh: 农户, en: Household}
    within: village
    facts:
      income:   {type: amount, title: {zh: 收入, en: Income}}
      ratio:    {type: rate, title: {zh: 比例, en: Ratio}}
      discount: {type: rate, title: {zh: 折扣, en: Discount}}
      ceiling:
        round_down: {product: [income, ratio, discount]}
        to: 0.01 yuan
        title: {zh: 额度, en: Limit}
  village:
    title: {zh: 村, en: Village}
    facts:
      granted:
        type: count
        unit: household
        title: {zh: 授信户, en: Households granted}
        counted: {count: household, where: {grant: [granted]}}
      households: {type: list, of: household, title: {zh: 农户, en: Households}}
""",
    "grant": """
decision: grant
kind: table
subject: household
title: {zh: 授信, en: Grant}
clause: 一
outcomes:
  granted: {if: met, title: {zh: 授信, en: granted}}
  refused: {if: not_met, title: {zh: 不授信, en: refused}}
  unknown: {if: unknown, title: {zh: 未知, en: unknown}}
hit: first
outputs: {limit: {type: amount, title: {zh: 额度, en: Limit}}}
rows:
  - {id: any_income, when: {income: {above: 0 yuan}}, then: {limit: ceiling}}
otherwise: {then: {limit: 0 yuan}}
""",
}
BONUS = """
decision: bonus
kind: checklist
subject: household
title: {zh: 奖励, en: Bonus}
clause: 一
outcomes:
  due: {if: met, title: {zh: 有, en: due}}
  none: {if: not_met, title: {zh: 无, en: none}}
  unknown: {if: unknown, title: {zh: 未知, en: unknown}}
criteria: [{id: granted_around, require: {village.granted: {at_least: 2 households}}}]
"""
HOUSEHOLDS = """id,village_id,income,ratio,discount
H1,V1,30000.000001,0.700001,0.900001
H2,V1,900000000000000.000001,0.700001,0.900001
H3,V1,0,0.5,1
"""


@pytest.fixture
def run(tmp_path):
    def made(households=HOUSEHOLDS, villages="id\nV1\n", **files):
        home, out = tmp_path / "policies" / "p" / "2020-01-01", tmp_path / "out"
        home.mkdir(parents=True)
        for name, content in (TEXT | files).items():
            (home / f"{name}.yaml").write_text(content.strip() + "\n", encoding="utf-8")
        (tmp_path / "households.csv").write_text(households, encoding="utf-8")
        (tmp_path / "villages.csv").write_text(villages, encoding="utf-8")
        tables = ("--households", tmp_path / "households.csv", "--villages", tmp_path / "villages.csv")
        words = ("--on", "2026-12-31", "--out", out, "--policies", tmp_path / "policies", "--at-most", "100%")
        said = call("run", *tables, *words)
        rows = {row["id"]: row for row in pq.read_table(out / "household.parquet").to_pylist()}
        (village,) = pq.read_table(out / "village.parquet").to_pylist()
        return said, rows, village, json.loads((out / "manifest.json").read_text(encoding="utf-8"))

    return made


def test_it_is_decided_and_counted_and_said(run):
    said, rows, village, manifest = run()

    assert [row["grant"] for row in rows.values()] == ["granted", "granted", "refused"]
    top, bottom = rows["H2"]["grant__limit__top"], rows["H2"]["grant__limit__bottom"]
    assert int(top) == 567001440000900 * int(bottom)
    assert not any(row["beyond"] for row in rows.values())
    assert village["granted"] == 2
    assert manifest["counts"]["household"]["beyond"] == 1
    assert "1 行，已逐行判定" in said


def test_it_is_counted_anew_where_a_household_reads_the_count_that_lacked_it(run):
    _, rows, village, _ = run(bonus=BONUS)

    assert [row["bonus"] for row in rows.values()] == ["unknown"] * 3
    assert village["granted"] == 2


def test_a_household_reads_the_count_that_lacked_it_within_bounds(run):
    """One is granted whatever comes of the other."""
    _, rows, village, _ = run(bonus=BONUS.replace("at_least: 2", "at_least: 1"))

    assert [row["bonus"] for row in rows.values()] == ["due"] * 3
    assert village["granted"] == 2


def test_a_row_of_which_the_figures_contradict_each_other_is_not_decided_and_that_is_said(run):
    """Tables cannot hold the part against its whole either."""
    part = TEXT["facts"].replace("to: 0.01 yuan", "to: 0.01 yuan\n        part_of: most")
    facts = part.replace("      ceiling:", "      most: {type: amount, title: {zh: 上限, en: Ceiling}}\n      ceiling:")
    head, *rows = HOUSEHOLDS.strip().split("\n")
    said, rows, _, manifest = run("\n".join([f"{head},most", *(f"{row},1000000" for row in rows)]) + "\n", facts=facts)

    assert rows["H2"]["grant"] is None
    (told,) = manifest["levels"]["household"]["left_out"]
    assert told["decision"] == "grant"
    assert "H2 没有判定：额度" in told["zh"]
    assert "H2 not decided: Limit" in told["en"]
    assert told["zh"] in said


def test_a_figure_that_no_column_holds_is_told(run):
    facts = TEXT["facts"].replace(
        "round_down: {product: [income, ratio, discount]}\n        to: 0.01 yuan",
        "product: [income, ratio, discount, ratio, discount]",
    )
    said, rows, _, manifest = run(facts=facts)

    assert [row["grant"] for row in rows.values()] == ["granted", "granted", "refused"]
    assert rows["H2"]["grant__limit__top"] is None
    (told,) = manifest["levels"]["household"]["left_out"]
    assert told == {"decision": "grant", "zh": "H2：额度位数太多，结果表里没有写出",
                    "en": "H2: Limit has too many digits to stand in the table of results"}  # fmt: skip
    assert told["zh"] in said


@pytest.mark.parametrize("most", ["900000000000000.000001", "999999999999999.999999"])
def test_a_total_of_great_amounts_with_places_is_compared(run, most):
    """Its column kept twice the places, and turned into a whole number it took more than 38 digits."""
    facts = TEXT["facts"].replace("      households: {", """      income:
        type: amount
        title: {zh: 总收入, en: Income of all}
        counted: {total: income, over: household}
      households: {""")  # fmt: skip
    bonus = BONUS.replace("subject: household", "subject: village").replace(
        "village.granted: {at_least: 2 households}", "income: {at_least: 900000000000000 yuan}"
    )
    _, _, village, _ = run(f"id,village_id,income,ratio,discount\nH1,V1,{most},0,1\nH2,V1,30000,0,1\n",
                           facts=facts, bonus=bonus)  # fmt: skip

    assert village["bonus"] == "due"
    assert village["income"] == Decimal(most) + 30000


def test_too_many_have_no_conclusion_and_that_is_said(run, monkeypatch):
    monkeypatch.setattr(beyond, "FEW", 0)
    said, rows, village, _ = run()

    assert rows["H2"]["beyond"]
    assert (village["granted"], village["granted__at_least"], village["granted__at_most"]) == (None, 1, 2)
    assert not village.get("beyond")
    assert rows["H2"]["grant"] is None
    assert "1 行，没有结论" in said


def test_the_greatest_amount_in_whole_yuan_is_decided_too(run):
    """In hundredths it fits 64 bits, but not while it is turned into a whole number."""
    _, rows, _, _ = run("id,village_id,income,ratio,discount\nH1,V1,999999999999999,0.5,1\nH2,V1,0.25,0.5,1\n")

    assert [row["grant"] for row in rows.values()] == ["granted", "granted"]
    top, bottom = rows["H1"]["grant__limit__top"], rows["H1"]["grant__limit__bottom"]
    assert 2 * int(top) == 999999999999999 * int(bottom)


def test_rows_set_aside_of_two_subjects_with_one_title_have_a_sheet_each(run, tmp_path):
    facts = TEXT["facts"].replace("{zh: 村, en: Village}", "{zh: 农户, en: Village}")
    run(HOUSEHOLDS + "H3,V1,0,0.5,1\n", "id\nV1\nV2\nV2\n", facts=facts)

    book = openpyxl.load_workbook(tmp_path / "out" / "set_aside.xlsx", read_only=True)
    assert {"农户（household）", "农户（village）"} <= {*book.sheetnames}


BEST = """
decision: best
kind: ranking
subject: village
title: {zh: 排名, en: Ranking}
clause: 一
outcomes:
  one: {if: met, title: {zh: 有, en: one}}
  none: {if: not_met, title: {zh: 无, en: none}}
  waiting: {if: unknown, title: {zh: 未知, en: waiting}}
list: households
order: [{by: income, first: highest}]
take: 1
"""


@pytest.mark.parametrize(("given", "outcome"), [("", "one"), ("none", "none")])
def test_a_conclusion_given_for_a_ranking_stands_and_a_blank_is_worked_out(given, outcome, run):
    facts = TEXT["facts"].replace("of: household,", "of: household, counted: {records: household},")
    _, _, village, _ = run(villages=f"id,best\nV1,{given}\n", facts=facts, best=BEST)

    assert village["best"] == outcome
