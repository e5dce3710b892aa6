"""A household whose figures are too long for tables is decided all the same, and the run says so."""

import json

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
    home = tmp_path / "policies" / "p" / "2020-01-01"
    home.mkdir(parents=True)
    for name, content in TEXT.items():
        (home / f"{name}.yaml").write_text(content.strip() + "\n", encoding="utf-8")
    (tmp_path / "households.csv").write_text(HOUSEHOLDS, encoding="utf-8")
    (tmp_path / "villages.csv").write_text("id\nV1\n", encoding="utf-8")

    def made():
        out = tmp_path / "out"
        files = ("--households", tmp_path / "households.csv", "--villages", tmp_path / "villages.csv")
        said = call("run", *files, "--on", "2026-12-31", "--out", out, "--policies", tmp_path / "policies")
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


def test_it_is_counted_anew_where_a_household_reads_the_count_that_lacked_it(run, tmp_path):
    (tmp_path / "policies/p/2020-01-01/bonus.yaml").write_text(BONUS.strip() + "\n", encoding="utf-8")
    _, rows, village, _ = run()

    assert [row["bonus"] for row in rows.values()] == ["unknown"] * 3
    assert village["granted"] == 2


def test_too_many_have_no_conclusion_and_that_is_said(run, monkeypatch):
    monkeypatch.setattr(beyond, "FEW", 0)
    said, rows, _, _ = run()

    assert rows["H2"]["beyond"]
    assert rows["H2"]["grant"] is None
    assert "1 行，没有结论" in said
