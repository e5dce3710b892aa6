"""A part that is counted larger than its whole: neither is known, and the run says so."""

import json
from textwrap import dedent

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.county.conftest import call
from tests.county.test_report import data_of

FILES = {
    "plan": """
        plan: m
        title: {zh: 方案, en: Plan}
        issuer: {zh: 单位, en: Union}
        effective: {from: 2026-01-01}
        """,
    "clauses": """
        clauses:
          第一条: {heading: 条件, text: 信用户占农户总数的比例不低于50%的，评定为信用村。}
        """,
    "readings": "readings: {}",
    "facts": """
        subjects:
          village:
            title: {zh: 村, en: Village}
            facts:
              households: {type: count, unit: household, title: {zh: 农户数, en: Households},
                           counted: {count: household, where: {filed: true}}}
              good: {type: count, unit: household, part_of: households, title: {zh: 信用户, en: Good households},
                     counted: {count: household, where: {good: true}}}
              share: {ratio: [good, households], title: {zh: 占比, en: Share}}
          household:
            title: {zh: 户, en: Household}
            within: village
            facts:
              filed: {type: boolean, title: {zh: 已建档, en: Filed}}
              good: {type: boolean, title: {zh: 信用好, en: Good}}
        """,
    "credit_village": """
        decision: credit_village
        kind: checklist
        subject: village
        title: {zh: 信用村评定, en: Credit village}
        clause: 第一条
        outcomes:
          qualified: {if: met, title: {zh: 信用村, en: credit village}}
          not_qualified: {if: not_met, title: {zh: 不符合, en: not qualified}}
          needs_information: {if: unknown, title: {zh: 需补充, en: needs information}}
        criteria:
          - {id: share, require: {share: {at_least: 50%}}}
        """,
}
DOUBT = {"subject": "village", "part": "good", "whole": "households", "rows": 2, "ids": ["V1", "V4"],
         "facts": ["good", "households"]}  # fmt: skip
ROWS = """id,village_id,filed,good
A,V1,true,true
B,V1,false,true
C,V2,true,true
D,V2,true,false
E,V3,,true
F,V4,,true
G,V4,false,true
"""


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    root = tmp_path_factory.mktemp("contradicting")
    folder = root / "m" / "2026-01-01"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def ran(policies, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ran")
    (folder / "v.csv").write_text("id\nV1\nV2\nV3\nV4\n", encoding="utf-8")
    (folder / "h.csv").write_text(ROWS, encoding="utf-8")
    words = ("run", "--villages", folder / "v.csv", "--households", folder / "h.csv", "--out", folder / "out")
    said = call(*words, "--on", "2026-02-01", "--lang", "en", "--policies", policies)
    return folder / "out", said


def test_a_part_counted_larger_than_its_whole_decides_nothing_and_is_named(ran):
    out, said = ran
    rows = {one["id"]: one for one in pq.read_table(out / "village.parquet").to_pylist()}
    assert (rows["V1"]["good"], rows["V1"]["households"]) == (None, None)
    assert {id: row["credit_village"] for id, row in rows.items()} == {
        "V1": "needs_information", "V2": "qualified", "V3": "qualified", "V4": "needs_information"}  # fmt: skip
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["contradictions"] == [DOUBT]
    assert "2 with more Good households than Households: neither is known" in said
    (told,) = data_of(out)["contradictions"]
    assert (told["count"], told["ids"], told["part"]["zh"], told["whole"]["zh"]) == (
        2,
        ["V1", "V4"],
        "信用户",
        "农户数",
    )


def test_such_a_village_is_explained_and_simulated(ran, policies):
    out, _ = ran
    said = call("explain", out, "village", "V1", "--lang", "en", "--policies", policies)
    assert "needs information" in said
    assert "Good households contradicts its part or whole" in said
    assert not any(word in said for word in ("not given", "is missing", "lacks"))
    call("simulate", out, "--change", "credit_village.share=60%", "--policies", policies)


def test_facts_that_a_run_holds_and_its_edition_refuses_are_told(ran, policies, tmp_path):
    out, _ = ran
    rows = pq.read_table(out / "village.parquet")
    for name, number in (("good", 2), ("households", 1)):
        place = rows.column_names.index(name)
        rows = rows.set_column(place, rows.field(place), pa.array([number] * len(rows), rows.field(place).type))
    copied = tmp_path / "out"
    copied.mkdir()
    for one in out.iterdir():
        if one.is_file():
            (copied / one.name).write_bytes(one.read_bytes())
    pq.write_table(rows, copied / "village.parquet")
    said = call("explain", copied, "village", "V1", "--lang", "en", "--policies", policies, code=2)
    assert "cannot exceed Households" in said


WORKED_OUT = """
subjects:
  village:
    title: {zh: 村, en: Village}
    facts:
      households: {type: count, unit: household, title: {zh: 农户数, en: Households}, counted: {count: household}}
      good: {type: count, unit: household, title: {zh: 信用户, en: Good households},
             counted: {count: household, where: {good: true}}}
      filed: {type: count, unit: household, title: {zh: 建档户, en: Filed households},
              counted: {count: household, where: {filed: true}}}
      either: {sum: [good, filed], part_of: households, title: {zh: 合计户, en: Good or filed}}
      share: {ratio: [either, households], title: {zh: 占比, en: Share}}
  household:
    title: {zh: 户, en: Household}
    within: village
    facts:
      filed: {type: boolean, title: {zh: 已建档, en: Filed}}
      good: {type: boolean, title: {zh: 信用好, en: Good}}
"""
BOTH_COUNTED = """id,village_id,filed,good
A,V1,true,true
B,V1,true,
C,V2,true,false
D,V2,false,true
E,V3,true,
F,V3,false,
G,V4,true,true
H,V4,,
"""


def test_a_part_worked_out_from_counts_as_larger_than_its_whole_leaves_the_counts_unknown(tmp_path):
    folder = tmp_path / "policies" / "m" / "2026-01-01"
    folder.mkdir(parents=True)
    for name, text in (FILES | {"facts": WORKED_OUT}).items():
        (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    (tmp_path / "v.csv").write_text("id\nV1\nV2\nV3\nV4\n", encoding="utf-8")
    (tmp_path / "h.csv").write_text(BOTH_COUNTED, encoding="utf-8")
    words = ("run", "--villages", tmp_path / "v.csv", "--households", tmp_path / "h.csv", "--out", tmp_path / "out")
    said = call(*words, "--on", "2026-02-01", "--lang", "en", "--policies", tmp_path / "policies")
    rows = {one["id"]: one for one in pq.read_table(tmp_path / "out" / "village.parquet").to_pylist()}
    assert {id: row["credit_village"] for id, row in rows.items()} == {
        "V1": "needs_information",  # 1 or 2 good and 2 filed of 2
        "V2": "qualified", "V3": "qualified",  # 2 of 2; 1 to 3 of 2, so 1 to 2
        "V4": "qualified",  # 2 to 4 of 2, so 2
    }  # fmt: skip
    (told,) = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["contradictions"]
    assert (told["part"], told["ids"], told["facts"]) == ("either", ["V1"], ["good", "filed", "households"])
    assert "1 with more Good or filed than Households: neither is known" in said
    for id in rows:
        explained = call(
            "explain", tmp_path / "out", "village", id, "--lang", "en", "--policies", tmp_path / "policies"
        )
        assert ("Good households contradicts" in explained) == (id == "V1")


HELD = FILES | {
    "facts": """
        subjects:
          village:
            title: {zh: 村, en: Village}
            facts:
              limit: {type: count, unit: household, title: {zh: 上限, en: Limit}}
              households: {type: count, unit: household, part_of: limit, title: {zh: 农户数, en: Households},
                           counted: {count: household}}
              crowded: {type: count, unit: household, title: {zh: 拥挤户, en: Crowded},
                        counted: {count: household, where: {village.limit: {at_most: 1 household}}}}
          household: {title: {zh: 户, en: Household}, within: village, facts: {
            filed: {type: boolean, title: {zh: 已建档, en: Filed}}}}
        """,
    "credit_village": FILES["credit_village"].replace("subject: village", "subject: household").replace(
        "- {id: share, require: {share: {at_least: 50%}}}",
        "- {id: crowded, require: {village.crowded: {at_most: 0 households}}}\n"
        "          - {id: any, require: {village.households: {at_least: 0 households}}}"),
}  # fmt: skip


def test_a_count_rests_on_no_figure_that_contradicts_another_count_made_with_it(tmp_path):
    folder = tmp_path / "policies" / "m" / "2026-01-01"
    folder.mkdir(parents=True)
    for name, text in HELD.items():
        (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    (tmp_path / "v.csv").write_text("id,limit\nV1,1\nV2,1\nV3,2\n", encoding="utf-8")
    (tmp_path / "h.csv").write_text("id,village_id,filed\nA,V1,true\nB,V1,true\nC,V2,true\nD,V3,true\n", "utf-8")
    words = ("run", "--villages", tmp_path / "v.csv", "--households", tmp_path / "h.csv", "--out", tmp_path / "out")
    call(*words, "--on", "2026-02-01", "--lang", "en", "--policies", tmp_path / "policies")
    rows = {
        one["id"]: one["credit_village"] for one in pq.read_table(tmp_path / "out" / "household.parquet").to_pylist()
    }
    assert rows == {"A": "needs_information", "B": "needs_information", "C": "not_qualified", "D": "qualified"}
