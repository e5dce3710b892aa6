"""Headings as people write them: those that have one meaning are read, of the others all that they may mean is offered;
and cells that say 同上."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from service.county.intake.forms import Form, Refused, reader
from service.county.intake.inputs import Unreadable
from service.county.intake.looking import look, mapping_text, plainly
from service.county.intake.mapping import read_mapping
from service.county.intake.texts import clean
from tests.county.test_clerks import EDITION, GOOD, HEADINGS, Looked, book, changed, households, text


def headed(folder, more=(), **renamed):
    """Two households under other headings, and with more columns: each a heading and a cell."""
    heads = [renamed.get(one, one) for one in HEADINGS]
    rows = [[*row, *(cell for _, cell in more)] for row in households(2)]
    return text(folder / "h.csv", [[*heads, *(head for head, _ in more)], *rows])


@pytest.mark.parametrize(("heading", "name", "cell", "value"), [
    ("是否有不良信用记录", "adverse_record", "是", True), ("有无不良信用记录", "adverse_record", "无", False),
    ("有无不良信用记录（有/无）", "adverse_record", "有", True),
    ("有不良信用记录(是/否)*", "adverse_record", "是", True),
    ("是否获评文明户", "civilised_household", "√", True), ("授信名单是否已公示", "list_posted", "否", False),
    ("有无合格保证人（必填）", "has_guarantor", "无", False), ("不良记录", "adverse_record", "有", True),
])  # fmt: skip
def test_a_question_is_the_title_that_it_asks_about(heading, name, cell, value, tmp_path):
    lines = [["编号", "行政村", heading], ["H1", "V1", cell]]
    assert Looked(text(tmp_path / "h.csv", lines)).column(name) == [value]


@pytest.mark.parametrize("heading", ["出生日期", "拟授信人出生日期（年月日）", "出生年月日(YYYY-MM-DD)", "＊出生日期"])
def test_a_heading_that_the_plan_declares_is_read_in_any_dress(heading, tmp_path):
    looked = Looked(headed(tmp_path, 拟授信人出生日期=heading))
    assert [str(one) for one in looked.column("birth_date")] == ["1980-03-01"] * 2


@pytest.mark.parametrize("heading", ["拟授信人出生日期（农历）", "有无", "是否", "各金融机构贷款余额（农信社）"])
def test_brackets_that_narrow_a_heading_make_it_another(heading, tmp_path):
    lines = [["编号", "行政村", "家庭年收入", heading], ["H1", "V1", "1", "1980-03-01"]]
    (note,) = (one for one in Looked(text(tmp_path / "h.csv", lines)).file.notes if one.column == clean(heading))
    assert note.code == "unknown_column"


def test_a_heading_that_ends_one_title_is_offered_and_not_read(tmp_path):
    looked = Looked(headed(tmp_path, 家庭年收入="年收入"))
    assert looked.column("annual_income") == [None, None]
    (note,) = (one for one in looked.file.notes if one.column == "年收入")
    assert "是不是 家庭年收入？" in note.zh
    assert "county look" in note.zh


def test_a_heading_that_ends_several_titles_is_offered_as_each(tmp_path):
    file = look(EDITION, headed(tmp_path, 各金融机构贷款余额="不良贷款余额"), "household")
    assert plainly([file])[0]["sheets"][0]["guesses"] == {"不良贷款余额": ["npl_balance", "lender_npl_balance"]}
    assert mapping_text([file]).count('# "I": ') == 2
    (note,) = (one for one in Looked(file.path).file.notes if one.column == "不良贷款余额")
    assert "各金融机构不良贷款余额、农信系统内不良贷款余额" in note.zh


@pytest.mark.parametrize("before", [True, False])
def test_of_two_columns_that_hold_the_same_that_of_the_title_counts(before, tmp_path):
    lines = [["编号", "行政村", "拟授信人出生日期", "出生日期"], ["H1", "V1", "1980-03-01", "1950-01-01"]]
    lines = [[*row[:2], *(row[:1:-1] if before else row[2:])] for row in lines]
    looked = Looked(text(tmp_path / "h.csv", lines))
    assert [str(one) for one in looked.column("birth_date")] == ["1980-03-01"]
    assert [one.column for one in looked.file.notes if one.code == "column_twice"] == ["出生日期"]


def test_the_name_of_the_village_says_where_a_household_belongs_unless_its_id_does(tmp_path):
    names = {"V1": "东沟村", "V2": "西沟村"}
    path = headed(tmp_path, 行政村="村名")
    path.write_text(path.read_text(encoding="utf-8").replace("V1", "西沟村"), encoding="utf-8")
    assert Looked(path, names=names).column("village_id") == ["V2", "V2"]
    both = text(tmp_path / "both.csv", [["编号", "村名", "行政村编号", "家庭年收入"], ["H1", "不在表里", "V1", "1"]])
    assert Looked(both, names=names).column("village_id") == ["V1"]


def ditto(folder, *, mapped=False):
    """Households in the villages V1, 〃, 同上, a total, ", V2 and 同上, with another 同上 in a date."""
    rows = households(6)
    for row, word in zip(rows, ("V1", "〃", "同上", '"', "V2", "同上"), strict=True):
        row[1] = word
    rows[1][2] = "同上"
    rows.insert(3, ["小计", "", *[""] * (len(HEADINGS) - 2)])
    path = book(folder / "h.xlsx", {"表": [HEADINGS, *rows]})
    if not mapped:
        return Looked(path)
    mapping = folder / "m.yaml"
    mapping.write_text(mapping_text([look(EDITION, path, "household")]).replace("# ditto", "ditto"), encoding="utf-8")
    return Looked(path, mapping=read_mapping(mapping))


def test_a_cell_that_says_the_same_as_above_is_refused_by_name(tmp_path):
    looked = ditto(tmp_path)
    assert looked.column("village_id") == ["V1", "V2"]
    assert {row for row, column, code in looked.bad if (column, code) == ("行政村", "ditto")} == {3, 4, 6, 8}
    assert (3, "拟授信人出生日期", "ditto") in looked.bad


def test_a_cell_that_says_the_same_as_above_is_read_where_the_mapping_says_so(tmp_path):
    looked = ditto(tmp_path, mapped=True)
    assert not looked.bad
    assert looked.column("village_id") == ["V1", "V1", "V1", "V1", "V2", "V2"]
    assert {str(one) for one in looked.column("birth_date")} == {GOOD[1]}
    (note,) = (one for one in looked.file.notes if one.code == "ditto")
    assert " 5 格" in note.zh


def test_the_first_record_has_nothing_above_and_no_id_is_that_above(tmp_path):
    path = book(tmp_path / "h.xlsx", {"表": changed(0, "行政村", "同上", 2)})
    mapping = tmp_path / "m.yaml"
    words = mapping_text([look(EDITION, path, "household")])
    assert "# ditto: true" in words
    mapping.write_text(words.replace("# ditto", "ditto"), encoding="utf-8")
    assert (2, "行政村", "ditto") in Looked(path, mapping=read_mapping(mapping)).bad
    again = book(tmp_path / "i.xlsx", {"表": changed(1, "编号", "〃", 2)})
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("h.xlsx", "i.xlsx"), encoding="utf-8")
    assert (3, "id", "ditto") in Looked(again, mapping=read_mapping(mapping)).bad


@pytest.mark.parametrize(("heading", "cell", "share"), [
    ("工作时间占比", "55%", "0.55"), ("工作时间占比", "0.55", "0.55"), ("工作时间占比", 1, "1"),
    ("工作时间占比（%）", 55, "0.55"), ("工作时间占比", 55, None), ("工作时间占比", "100", None),
    ("工作时间占比", "1.5", None),
])  # fmt: skip
def test_a_share_above_one_needs_its_sign(heading, cell, share, tmp_path):
    lines = [["编号", heading], ["M1", cell]]
    looked = Looked(book(tmp_path / "m.xlsx", {"表": lines}), subject="manager")
    assert looked.column("working_share") == [None if share is None else Decimal(share)]
    assert [code for *_, code in looked.bad] == ([] if share else ["bare_percent"])


def test_a_file_whose_rows_have_no_ids_is_told_so(tmp_path):
    path = book(
        tmp_path / "c.xlsx",
        {"表": [["编号", "全县各项贷款余额", "全县各项不良贷款余额", "培训完成日"], [None, 5000000]]},
    )
    with pytest.raises(Unreadable, match=r"Rows without an id were taken for notes \(1\): give them one"):
        Looked(path, subject="county")


def test_what_may_exceed_the_whole_is_read_as_a_case_writes_it():
    share = EDITION.subjects["manager"].facts["working_share"]
    growth = replace(share, maximum=Fraction(10))
    assert [reader(growth, Form())(one) for one in ("1.2", 1.2, "120%")] == ["1.2", "1.2", "120%"]
    with pytest.raises(Refused, match="bare_percent"):
        reader(share, Form())("1.2")
