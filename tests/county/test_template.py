"""The workbooks that clerks fill in: every table of a run, with lists, formats and explanations, read as they are."""

import json
import random
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from service.county.intake.mapping import WrongMapping, read_mapping
from service.county.template import DATA, EXPLAINED, columns
from tests.county.conftest import call
from tests.county.making import ON
from tests.county.test_run import EDITION

COUNTS = {"county": 1, "township": 2, "village": 4, "household": 60, "enterprise": 3, "household.votes": 120}
ABOVE = {
    "township": "county",
    "village": "township",
    "household": "village",
    "enterprise": "village",
    "household.votes": "household",
}
NAMED = {subject: {"zh": one.named.zh, "en": one.named.en} for subject, one in EDITION.subjects.items() if one.named}


def cell(fact, chance, lang):
    """A value of a fact as a clerk would enter it."""
    if fact.type.kind == "boolean":
        return chance.choice([{"zh": "是", "en": "yes"}[lang], {"zh": "否", "en": "no"}[lang]])
    if fact.choices:
        return chance.choice([one.get(lang) for one in fact.choices.values()])
    if fact.type.kind == "date":
        return date(2026, 6, chance.randrange(1, 29))
    return {"rate": 0.55, "amount": 12345.67}.get(fact.type.kind, 2)


def fill(path, subject, lang):
    """Fill a template with rows."""
    book, chance = load_workbook(path), random.Random(subject)
    sheet = book.worksheets[0]
    shown, name = columns(EDITION, subject, lang), NAMED.get(subject, {}).get(lang)
    assert [one.value for one in sheet[1]] == [one.heading for one in shown]
    for number in range(COUNTS[subject]):
        for place, column in enumerate(shown, 1):
            above = ABOVE.get(subject, "")
            value = (cell(column.fact, chance, lang) if column.fact else f"名称{number}" if column.heading == name else
                     f"{subject}-{number}" if place == 1 else f"{above}-{number % COUNTS[above]}")  # fmt: skip
            sheet.cell(number + 2, place).value = value
    book.save(path)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_templates_filled_in_are_read_without_a_touch(lang, tmp_path):
    files = json.loads(template(tmp_path / "forms", lang))
    assert files.keys() == COUNTS.keys()
    for subject, path in files.items():
        fill(path, subject, lang)
    words = [f"--table={subject}={path}" for subject, path in files.items()]
    run = json.loads(call("run", *words, "--on", ON, "--out", tmp_path / "out", "--at-most", "100%", "--json"))
    for one in run["checked"]:
        assert one["rows"] == COUNTS[one["subject"]]
        aside = (tmp_path / "out/set_aside.csv").read_text(encoding="utf-8-sig")
        assert one["bad"] == 0, aside
        assert one["missing"] == {}
        assert (f"名称{one['rows'] - 1}" in names(tmp_path / "out", one["subject"])) == (one["subject"] in NAMED)
        assert {note["code"] for note in one["notes"]} <= {"column_missing"}
        assert [note["column"] for note in one["notes"] if "village" not in note["column"]] == []


def names(out, subject):
    """The names that a run keeps of the records of a subject."""
    table = pq.read_table(out / "directory.parquet").to_pylist()
    return {one["name"] for one in table if one["subject"] == subject}


def template(folder, lang="zh"):
    return call("template", "--out", folder, "--on", ON, "--lang", lang, "--json")


def test_a_template_helps_to_fill_it_in(tmp_path):
    book = load_workbook(json.loads(template(tmp_path))["household"])
    sheet, notes = book.worksheets
    assert notes.title == EXPLAINED.zh
    heads = {one.value: one.column_letter for one in sheet[1]}
    lists = {str(one.sqref).split(":")[0][:-1]: one for one in sheet.data_validations.dataValidation}
    facts = EDITION.subjects["household"].facts
    by_kind = {one.fact.type.kind: heads[one.heading] for one in columns(EDITION, "household", "zh") if one.fact}
    assert lists[by_kind["boolean"]].formula1 == '"是,否"'
    assert lists[by_kind["date"]].type == "date"
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions[by_kind["amount"]].number_format == "#,##0.00"
    assert "（元）" in sheet[by_kind["amount"] + "1"].value
    assert sheet.freeze_panes == "B2"
    told = {row[0].split("  ")[1]: row for row in notes.iter_rows(min_row=2, values_only=True)}
    assert told.keys() == heads.keys()
    assert told["编号"][2] == "必填"
    birth = told[facts["birth_date"].title.zh]
    assert "不晚于判定日" in birth[3]
    assert EDITION.rules["screening"].title.zh in birth[4]


def test_what_is_counted_from_below_is_not_asked_for():
    counted = {one.name for one in EDITION.subjects["village"].facts.values() if one.counted}
    assert counted
    assert not counted & {one.fact.name for one in columns(EDITION, "village", "zh") if one.fact}


def test_a_mapping_of_a_template_leaves_its_explanation_out(tmp_path):
    files = json.loads(template(tmp_path / "forms", "zh"))
    fill(files["household"], "household", "zh")
    looked = json.loads(call("look", files["household"], "--out", tmp_path / "m.yaml", "--json"))
    assert {one["sheet"]: one["above"] for one in looked[0]["sheets"]}[EXPLAINED.zh] == ""
    (sheet,) = read_mapping(tmp_path / "m.yaml").sheets(Path(files["household"]), "household")
    assert sheet.sheet == DATA.zh


def test_a_sheet_of_a_mapping_without_a_column_is_refused_in_words(tmp_path):
    (tmp_path / "m.yaml").write_text(
        'files:\n- file: "h.xlsx"\n  subject: household\n  sheets:\n'
        '  - sheet: "说明"\n    heading: [1, 1]\n    columns:\n',
        encoding="utf-8",
    )
    with pytest.raises(WrongMapping, match=r"sheet .说明. has no column"):
        read_mapping(tmp_path / "m.yaml")
