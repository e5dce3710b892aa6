"""A checklist with more criteria than one column of verdicts holds goes through the run and all that reads it."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from rules.table import NotTabular, TableJudge
from tests import chromium
from tests.county.conftest import call
from tests.county.making import options, parquet
from tests.county.test_report import data_of

THEN, NOW = "2026-05-31", "2026-06-30"
PLAN = """
plan: wide
title: {zh: 宽, en: Wide}
issuer: {zh: 试验, en: Trial}
effective: {from: 2026-05-01}
"""
FACTS = """
subjects:
  household:
    title: {zh: 户, en: Household}
    within: village
    facts:
      lives_here: {type: boolean, title: {zh: 在住, en: Lives here}}
  village:
    title: {zh: 村, en: Village}
    facts:
"""
STANDING = """
decision: standing
kind: checklist
subject: village
title: {zh: 评定, en: Standing}
clause: 一
outcomes:
  qualified: {if: met, title: {zh: 达标, en: qualified}}
  not_qualified: {if: not_met, title: {zh: 不达标, en: not qualified}}
  needs_information: {if: unknown, title: {zh: 需补充信息, en: needs information}}
criteria:
"""
REPORT = """
report:
  exclusions: [standing]
  scatter: {decision: standing, group: figures}
  near: {decision: standing, most: 30}
  titles: {decision: standing, held: {held: true}}
  ahead: {decision: standing, months: [1, 12]}
  changes: [standing]
"""
FIGURES = ("income", "reserves", "age")  # the last criteria
LACKS = {"V2": "reserves"}


def names_of(width):
    return [*(f"c{number}" for number in range(width - len(FIGURES))), *FIGURES]


def edition(folder, width):
    facts = ["held: {type: boolean, title: {zh: 有称号, en: Holds the title}}",
             "founded: {type: date, ahead: true, title: {zh: 成立日, en: Founded on}}",
             "age: {completed_years: [founded, on], title: {zh: age, en: age}}"]  # fmt: skip
    facts += [f"{name}: {{type: amount, title: {{zh: {name}, en: {name}}}}}" for name in FIGURES[:2]]
    facts += [f"{name}: {{type: boolean, title: {{zh: {name}, en: {name}}}}}" for name in names_of(width)[:-3]]
    criteria = [f"  - {{id: {name}, require: {{{name}: true}}}}" for name in names_of(width)[:-3]]
    criteria += ["  - group: figures", "    title: {zh: 数, en: Figures}", "    criteria:"]
    criteria += [
        f"      - {{id: {name}, set_by: lender, require: {{{name}: {{at_least: 10 yuan}}}}}}" for name in FIGURES[:2]
    ]
    criteria += ["  - {id: age, set_by: lender, require: {age: {at_most: 0 years}}}"]
    home = folder / "wide" / "2026-05-01"
    home.mkdir(parents=True)
    text = {"plan": PLAN, "facts": FACTS + "".join(f"      {one}\n" for one in facts), "report": REPORT,
            "standing": STANDING + "\n".join(criteria), "clauses": "clauses:\n  一: {text: 试验。}\n",
            "readings": "readings: {}"}  # fmt: skip
    for name, content in text.items():
        (home / f"{name}.yaml").write_text(content.lstrip() + "\n", encoding="utf-8")
    return folder


def village(id_, width, fails=(), lacks=(), founded=date(2026, 6, 1)):
    """A village that meets all criteria but those that it fails and those that lack their fact."""
    sound = dict.fromkeys(names_of(width)[:-3], True) | dict.fromkeys(FIGURES[:2], 20)
    row = {"id": id_, "held": True, "founded": founded, **sound}
    row |= {name: 5 if name in FIGURES else False for name in fails if name != "age"}
    return row | dict.fromkeys(lacks) | ({"founded": date(2020, 1, 1)} if "age" in fails else {})


@dataclass(frozen=True)
class Made:
    width: int
    folder: Path

    @property
    def last(self):
        return names_of(self.width)[-4]  # of those without a figure

    @property
    def fails(self):
        """The criteria that each village fails now: the 1st, the 62nd, the 63rd and some of the last."""
        across = ["c0", names_of(self.width)[61], names_of(self.width)[62], "age"]
        failing = {"V0": [self.last], "V1": ["c0"], "V3": list(dict.fromkeys(across)), "V5": ["reserves"]}
        return {f"V{number}": failing.get(f"V{number}", []) for number in range(7)}

    def rows(self, **more):
        return [village(id_, self.width, fails, [LACKS[id_]] if id_ in LACKS else [], **more)
                for id_, fails in self.fails.items()]  # fmt: skip

    def run(self, name, rows, on, *words):
        people = [{"id": f"H{number}", "village_id": row["id"]} for number, row in enumerate(rows)]
        files = {"--villages": parquet(self.folder / "villages.parquet", rows),
                 "--households": parquet(self.folder / "households.parquet", people)}  # fmt: skip
        self.call("run", *options(files), "--on", on, "--out", self.folder / name, *words)

    def call(self, *words):
        return call(*words, "--policies", self.folder / "policies")


@pytest.fixture(scope="module", params=[63, 70, 200])
def made(request, tmp_path_factory):
    wide = Made(request.param, tmp_path_factory.mktemp("wide"))
    edition(wide.folder / "policies", wide.width)
    then = [row | {wide.last: row["id"] != "V4", "reserves": 20} for row in wide.rows()]
    wide.run("then", then, THEN)
    wide.run("now", wide.rows(), NOW, "--last", wide.folder / "then")
    return wide


def titles(parts):
    return [one["zh"] for one in parts]


def test_every_criterion_is_counted(made):
    (part,) = data_of(made.folder / "now")["exclusions"]
    counted = {one["title"]["zh"]: (one["not_met"], one["unknown"], one["alone"]) for one in part["items"]}
    for name in names_of(made.width):
        failing = [fails for fails in made.fails.values() if name in fails]
        lacking = list(LACKS.values()).count(name)
        assert counted[name] == (len(failing), lacking, sum(len(fails) == 1 for fails in failing)), name


def test_the_lists_of_the_report_name_every_criterion(made):
    data = data_of(made.folder / "now")
    unmet = {id_: fails for id_, fails in made.fails.items() if fails}
    assert {row["id"]: titles(row["unmet"]) for row in data["near"]["rows"]} == unmet
    held = {row["id"]: (titles(row["unmet"]), titles(row["unknown"])) for row in data["titles"]["rows"]}
    assert held == {id_: (fails, []) for id_, fails in unmet.items()} | {"V2": ([], ["reserves"])}
    names = titles(data["table"]["criteria"])
    for id_, *_, not_met, unknown in data["table"]["rows"]:
        assert [names[place] for place in not_met] == made.fails[id_]
        assert [names[place] for place in unknown] == ([LACKS[id_]] if id_ in LACKS else [])


def test_changes_since_the_last_run_and_those_ahead_have_their_reasons(made):
    data = data_of(made.folder / "now")
    (part,) = data["changes"]["decisions"]
    assert {row["id"]: (row["became"], titles(row["why"])) for row in part["rows"]} == {
        "V2": ("lost", ["reserves"]), "V4": ("gained", [made.last]), "V5": ("lost", ["reserves"]),
    } | ({"V0": ("lost", [made.last])})  # fmt: skip
    assert data["ahead"]["dates"][1]["lost"] == 2
    ahead = {row["id"]: row["months"] for row in data["ahead"]["rows"]}
    assert ahead.pop("V3", None) is None
    assert all(months[0] is None and titles(months[1]) == ["age"] for months in ahead.values())
    assert {"V4", "V6"} <= ahead.keys()


def test_the_workbook_has_one_column_of_each_kind(made):
    book = load_workbook(made.folder / "now/workbook.xlsx", read_only=True)
    heads, *rows = book["村"].iter_rows(values_only=True)
    assert [one for one in heads if one.startswith("评定")] == ["评定", "评定：未满足", "评定：缺数据"]
    fails, lacks = (heads.index(one) for one in ("评定：未满足", "评定：缺数据"))
    cells = {row[0]: (row[fails] or "", row[lacks] or "") for row in rows}
    assert cells == {id_: ("、".join(fails), LACKS.get(id_, "")) for id_, fails in made.fails.items()}
    book.close()


def test_a_row_is_explained_as_the_table_judged_it(made):
    said = json.loads(made.call("explain", made.folder / "now", "village", "V3", "standing", "--json"))
    assert [one["criterion"] for one in said["findings"] if one["verdict"] == "not_met"] == made.fails["V3"]


def test_a_figure_past_the_first_column_is_simulated(made):
    words = ("simulate", "--run", made.folder / "now", "--change", "standing.reserves=5 yuan", "--json")
    (step,) = json.loads(made.call(*words))["steps"]
    assert [(one["id"], one["after"]) for one in step["moved"]] == [("V5", "qualified")]


def test_the_columns_are_those_that_the_documentation_names(made):
    columns = [one for one in pq.read_schema(made.folder / "now/village.parquet").names if "__" in one]
    count = -(-made.width // 62)
    for kind in ("not_met", "unknown"):
        assert [one for one in columns if kind in one] == [
            f"standing__{kind}{f'_{number}' if number else ''}" for number in range(count)
        ]


def test_the_page_shows_the_last_criterion(made):
    context = chromium.browser().new_context()
    page = context.new_page()
    page.goto((made.folder / "now/report.html").as_uri() + "?lang=zh")
    page.wait_for_selector("body[data-ready=zh]")
    assert made.last in page.inner_text("#exclusions")
    page.fill("#search", "V3")
    assert "、".join(made.fails["V3"]) in page.inner_text("#table tbody tr")
    context.close()


@pytest.mark.parametrize("made", [70], indirect=True)
def test_row_by_row_gives_the_columns_that_tables_give(made, monkeypatch):
    """Where tables cannot hold a decision, the reference evaluator fills the same columns."""
    with monkeypatch.context() as patch:
        refused = {"standing": NotTabular("test", "试验", "test")}
        patch.setattr(
            TableJudge, "add_possible", lambda _, table, *names: (table, {one: refused[one] for one in names})
        )
        made.run("singly", made.rows(), NOW)
    bulk, singly = (pq.read_table(made.folder / name / "village.parquet").to_pylist() for name in ("now", "singly"))
    assert singly == [{name: value for name, value in row.items() if name != "beyond"} for row in bulk]
