"""Sheets as they are printed and filled in by hand: units beside the columns, totals and remarks among the records, ids
that a workbook spoilt. None of it is lost, added, or read as something else without a word."""

from datetime import date

import openpyxl
import pytest

from service.county.intake.inputs import Unreadable
from service.county.intake.looking import look, mapping_text
from service.county.intake.mapping import read_mapping
from service.county.template import write_templates
from tests.county.making import parquet
from tests.county.test_clerks import EDITION, GOOD, HEADINGS, Looked, book, households, text

LOAN = HEADINGS.index("各金融机构贷款余额")
THREE = ["H01", "H02", "H03"]
BARE = [[*row[:7], None, 50, None] for row in households(3)]  # loans of 50, in whatever unit


def sheet(folder, *lines, merged=()):
    return book(folder / "h.xlsx", {"表": [*lines]}, merged=merged)


def with_loan(heading):
    return [heading if place == LOAN else one for place, one in enumerate(HEADINGS)]


@pytest.mark.parametrize("line", [
    "（单位：万元）", "金额单位：人民币万元", "单位：万元   填报日期：2026-12-31", "金额单位（万元）", "单位 万元",
    "金额：万元", "计量单位：万 元", "单位：户、万元", "农户台账（万元）", "(万元)",
])  # fmt: skip
def test_a_unit_above_the_heading_is_read_in_any_dress(line, tmp_path):
    looked = Looked(sheet(tmp_path, ["农户台账"], [None, line], HEADINGS, *BARE))
    assert looked.column("loan_balance") == [500000] * 3
    assert {one.code for one in looked.file.notes if one.column == "各金融机构贷款余额"} == {"unit"}


@pytest.mark.parametrize("line", ["填报单位：万元信用社", "5万元以下贷款农户台账", "编制单位：XX农信社"])
def test_what_is_no_unit_multiplies_nothing(line, tmp_path):
    assert Looked(sheet(tmp_path, [line], HEADINGS, *BARE)).column("loan_balance") == [50] * 3


@pytest.mark.parametrize(("row", "merged"), [
    ([None] * LOAN + ["（万元）"], ()), ([None] * (LOAN - 1) + ["万元", "万元", "元"], ()),
    ([None] * (LOAN - 1) + ["万元", "万元", "元"], [f"{column}1:{column}2" for column in "ABCDEFG"]),
])  # fmt: skip
def test_a_row_of_units_below_the_heading_is_read(row, merged, tmp_path):
    path = sheet(tmp_path, HEADINGS, row, *BARE, merged=merged)
    assert Looked(path).column("loan_balance") == [500000] * 3
    (tmp_path / "m.yaml").write_text(mapping_text([look(EDITION, path, "household")]), encoding="utf-8")
    mapped = Looked(path, mapping=read_mapping(tmp_path / "m.yaml"))
    assert mapped.column("loan_balance") == [500000] * 3


@pytest.mark.parametrize("unit", ["[万元]", "【万元】", " 万元", "/万元", "(万)", "（人民币万元）", "（￥万元）"])
def test_a_unit_in_a_heading_is_read_in_any_dress(unit, tmp_path):
    lines = [with_loan(f"*各金融机构贷款余额{unit}"), *BARE]
    assert Looked(sheet(tmp_path, *lines)).column("loan_balance") == [500000] * 3


@pytest.mark.parametrize("lines", [
    [["单位：元、万元"], HEADINGS, *BARE], [HEADINGS, *BARE, ["注：金额单位为万元"]],
])  # fmt: skip
def test_units_that_leave_an_amount_open_are_refused(lines, tmp_path):
    with pytest.raises(Unreadable, match="万元"):
        Looked(sheet(tmp_path, *lines))


def test_a_guess_in_a_mapping_has_its_unit(tmp_path):
    path = sheet(tmp_path, ["单位：万元"], with_loan("金融机构贷款余额数"), *BARE)
    assert 'is: loan_balance, unit: "万元"' in mapping_text([look(EDITION, path, "household")])


TOTALS = ("小计（V1）", "合计：3户", "合计 3 户", "全村合计数", "总数", "总计（户）", "∑", "以上合计3户", "村小计:")
PARTIAL = ("平均", "平均数", "户均", "其中：")  # no households, and no sums
REMARKS = ("注：本表数据截至2026年12月31日", "填表人：甲    审核人：乙", "备注：1、本表一式两份", "说明", "— 完 —",
           "制表日期：2026-12-31", "第1页 共3页", "以下空白")  # fmt: skip


def test_totals_and_means_are_no_households(tmp_path):
    lines = [[word, "V1", *[None] * (len(HEADINGS) - 2)] for word in (*TOTALS, *PARTIAL)]
    for line in lines:
        line[LOAN] = 30000 if line[0] in TOTALS else 7
    looked = Looked(text(tmp_path / "h.csv", [HEADINGS, *households(3), *lines]))
    assert (list(looked.rows), looked.file.stated) == (THREE, ())
    assert looked.unused() == {("", "total"): len(TOTALS), ("", "note"): len(PARTIAL)}


@pytest.mark.parametrize("write", [sheet, lambda folder, *lines: text(folder / "h.csv", lines)])
def test_remarks_in_the_column_of_ids_are_no_households(write, tmp_path):
    looked = Looked(write(tmp_path, HEADINGS, *households(3), *([word] for word in REMARKS)))
    assert (list(looked.rows), looked.bad, sum(looked.unused().values())) == (THREE, [], len(REMARKS))


def test_the_heading_of_a_further_page_is_no_household(tmp_path):
    looked = Looked(sheet(tmp_path, ["台账"], HEADINGS, *households(2), ["台账"], HEADINGS, ["H03", *GOOD]))
    assert (list(looked.rows), looked.bad, looked.unused()) == (THREE, [], {("表", "note"): 2})


def test_the_first_record_is_no_numbering_of_columns(tmp_path):
    looked = Looked(text(tmp_path / "h.csv", [["编号", "行政村"], ["1", "2"], ["2", "2"]]), villages=("1", "2"))
    assert list(looked.rows) == ["1", "2"]


def test_a_word_for_nothing_is_no_id(tmp_path):
    lines = [[id, *GOOD] for id in ("-", "/", "—", "无", "不详", "#N/A")]
    looked = Looked(text(tmp_path / "h.csv", [HEADINGS, *households(3), *lines]))
    assert (list(looked.rows), looked.bad) == (THREE, [(row, "id", "no_id") for row in range(5, 11)])


@pytest.mark.parametrize(("id", "code"), [
    (date(2026, 1, 2), "day_for_id"), (6222021234567890123, "digits_lost"), (1234567890123456.0, "digits_lost"),
])  # fmt: skip
def test_an_id_that_a_workbook_spoilt_is_refused(id, code, tmp_path):
    looked = Looked(sheet(tmp_path, HEADINGS, *households(3), [id, *GOOD]))
    assert list(looked.rows) == THREE
    assert (5, "id", code) in looked.bad


def test_ids_that_differ_by_lost_zeros_are_not_two_households(tmp_path):
    looked = Looked(sheet(tmp_path, HEADINGS, ["001", *GOOD], [1, *GOOD], ["2", *GOOD], ["10", *GOOD]))
    assert (list(looked.rows), looked.bad) == (["10", "2"], [(2, "id", "zeros_lost"), (3, "id", "zeros_lost")])


def test_signs_that_keep_an_id_text_are_no_part_of_it(tmp_path):
    lines = [HEADINGS, ["'H01", *GOOD], ['="H02"', *GOOD], ["H03\t", *GOOD]]
    assert list(Looked(text(tmp_path / "h.csv", lines)).rows) == THREE


def test_a_member_without_an_id_is_one_of_the_head_above(tmp_path):
    lines = [[*HEADINGS, "与户主关系"], ["H01", *GOOD, "户主"], [None, *GOOD, "妻"], ["H02", *GOOD, "户主"]]
    looked = Looked(sheet(tmp_path, *lines))
    assert (list(looked.rows), looked.bad, looked.unused()) == (["H01", "H02"], [], {("表", "member"): 1})


def test_a_column_without_a_heading_is_named_where_it_holds_something(tmp_path):
    lines = [[*HEADINGS, None, "备注"], ["H01", *GOOD, "甲", ""], ["H02", *GOOD, "", "乙"]]
    assert [one.column for one in Looked(sheet(tmp_path, *lines)).file.notes if one.code == "unknown_column"] == [
        "备注", "K 列 / column K"
    ]  # fmt: skip


def test_hidden_rows_are_read_and_told(tmp_path):
    path = sheet(tmp_path, HEADINGS, *households(3))
    workbook = openpyxl.load_workbook(path)
    for row in (2, 4):
        workbook["表"].row_dimensions[row].hidden = True
    workbook.save(path)
    looked = Looked(path)
    assert list(looked.rows) == THREE
    assert [(one.column, "2" in one.zh) for one in looked.file.notes if one.code == "folded"] == [("表", True)]


WITHOUT = [HEADINGS[0], *HEADINGS[2:]]


def test_lists_by_village_without_a_column_of_it_are_told_what_to_add(tmp_path):
    sheets = {"甲村": [WITHOUT, ["H01", *GOOD[1:]]], "乙村": [WITHOUT, ["H02", *GOOD[1:]]]}
    with pytest.raises(Unreadable) as told:
        Looked(book(tmp_path / "h.xlsx", sheets))
    assert "每张工作表里加一列“行政村”，每行写编号或名称" in told.value.zh
    assert "county look --out 写出对应关系" in told.value.zh
    assert "village_id" in told.value.en


def by_village(folder, *names):
    """A workbook with a sheet for each village, with a total and a note, and the mapping that is written of it."""
    sheets = {name: [["农户台账"], WITHOUT, *([f"H{place}{number}", *GOOD[1:]] for number in range(2)),
                     ["合计"], ["注：数据截至2026年12月31日"]] for place, name in enumerate(names)}  # fmt: skip
    path = book(folder / "h.xlsx", sheets)
    (folder / "m.yaml").write_text(mapping_text([look(EDITION, path, "household")]), encoding="utf-8")
    return path, folder / "m.yaml"


def test_a_sheet_is_its_village_where_a_mapping_says_so(tmp_path):
    path, mapping = by_village(tmp_path, "甲村", "乙 村")
    looked = Looked(path, mapping=read_mapping(mapping), names={"V1": "甲村", "V2": "乙村"})
    assert {id: one["village_id"] for id, one in looked.rows.items()} == {
        "H00": "V1", "H01": "V1", "H10": "V2", "H11": "V2"}  # fmt: skip
    assert (looked.bad, sum(looked.unused().values())) == ([], 4)


def test_a_mapping_may_say_another_name_of_a_sheets_village(tmp_path):
    path, mapping = by_village(tmp_path, "甲村", "一组")
    told = mapping.read_text(encoding="utf-8")
    mapping.write_text(told.replace('above: "一组"', 'above: "V2"'), encoding="utf-8")
    assert Looked(path, mapping=read_mapping(mapping), names={"V1": "甲村"}).rows["H10"]["village_id"] == "V2"
    mapping.write_text(told + "aliases:\n  village: {一组: V2}\n", encoding="utf-8")
    assert Looked(path, mapping=read_mapping(mapping), names={"V1": "甲村"}).rows["H10"]["village_id"] == "V2"


def test_a_sheet_whose_village_is_not_known_is_refused_with_the_nearest_name(tmp_path):
    path, mapping = by_village(tmp_path, "甲村", "大石桥儿村")
    with pytest.raises(Unreadable) as told:
        Looked(path, mapping=read_mapping(mapping), names={"V1": "甲村", "V2": "大石桥村"})
    assert "工作表“大石桥儿村”" in told.value.zh
    assert "最接近的是 大石桥村" in told.value.zh
    path, mapping = by_village(tmp_path, "甲村", "乙村")
    with pytest.raises(Unreadable, match="V1, V2"):
        Looked(path, mapping=read_mapping(mapping), names={"V1": "甲村", "V2": "甲村"})


def test_the_name_of_a_sheet_is_proposed_where_several_may_be_villages(tmp_path):
    for names, written in ((("甲村",), "# above"), (("甲村", "乙村"), "    above")):
        assert written in by_village(tmp_path, *names)[1].read_text(encoding="utf-8")
    for names in (("Sheet1", "Sheet2"), ("工作表1", "表")):
        assert "above" not in by_village(tmp_path, *names)[1].read_text(encoding="utf-8")


def test_above_beside_a_column_that_says_the_same_is_refused(tmp_path):
    path, mapping = by_village(tmp_path, "甲村", "乙村")
    told = mapping.read_text(encoding="utf-8")
    mapping.write_text(told.replace("is: birth_date", "is: village"), encoding="utf-8")
    with pytest.raises(Unreadable, match="above"):
        Looked(path, mapping=read_mapping(mapping))


ALIKE = [["h01", *GOOD], ["H02", *GOOD], ["H01", *GOOD], ["h03", *GOOD]]


def test_ids_that_differ_by_capitals_alone_are_told_with_their_rows(tmp_path):
    looked = Looked(sheet(tmp_path, HEADINGS, *ALIKE))
    (note,) = (one for one in looked.file.notes if one.code == "alike_ids")
    assert "1 组" in note.zh
    assert "h01 (第 2 行), H01 (第 4 行)" in note.zh
    assert "h01 (row 2), H01 (row 4)" in note.en
    assert (len(looked.rows), looked.bad) == (4, [])
    assert not [one for one in Looked(sheet(tmp_path, HEADINGS, *ALIKE[:2])).file.notes if one.code == "alike_ids"]


def test_ids_of_full_width_are_told_of_a_file_that_keeps_them(tmp_path):
    path = parquet(tmp_path / "h.parquet", [{"id": id, "village_id": "V1"} for id in ("H01", "H02", "Ｈ０１")])
    (note,) = (one for one in Looked(path).file.notes if one.code == "alike_ids")
    assert "H01 (第 1 行), Ｈ０１ (第 3 行)" in note.zh


def test_hidden_columns_are_read_and_told(tmp_path):
    path = sheet(tmp_path, HEADINGS, *households(3))
    workbook = openpyxl.load_workbook(path)
    for letter in ("H", "I", "L"):  # the last holds nothing
        workbook["表"].column_dimensions[letter].hidden = True
    workbook.save(path)
    looked = Looked(path)
    assert looked.column("loan_balance") == [10000] * 3
    assert [one.column for one in looked.file.notes if one.code == "veiled"] == ["预授信额度", "各金融机构贷款余额"]


def on_its_side(lines):
    return [list(one) for one in zip(*lines, strict=True)]


@pytest.mark.parametrize("above", [(), (["农户台账"],)])
def test_a_table_on_its_side_is_told_what_to_do(above, tmp_path):
    path = sheet(tmp_path, *above, *on_its_side([HEADINGS, *households(4)]))
    with pytest.raises(Unreadable) as told:
        Looked(path)
    assert "工作表“表”是横排的" in told.value.zh
    assert "转置" in told.value.zh
    assert [one.turned for one in look(EDITION, path, "household").sheets] == [len(HEADINGS)]
    with pytest.raises(Unreadable, match="lies on its side"):
        Looked(text(tmp_path / "h.csv", on_its_side([HEADINGS, *households(4)])))


def test_a_sheet_that_explains_columns_does_not_lie_on_its_side(tmp_path):
    written = write_templates(EDITION, tmp_path / "t", "zh")
    for subject, path in written.items():
        assert not any(one.turned for one in look(EDITION, path, subject).sheets)


def test_a_sheet_that_lacks_nothing_but_the_village_is_not_passed_over(tmp_path):
    sheets = {"甲村": [HEADINGS, *households(2)], "乙村": [WITHOUT, ["H03", *GOOD[1:]]]}
    with pytest.raises(Unreadable) as told:
        Looked(book(tmp_path / "h.xlsx", sheets))
    assert "工作表“乙村”没有写明所属行政村的列" in told.value.zh


def test_a_sheet_of_something_else_is_named_and_not_used(tmp_path):
    sheets = {"农户": [HEADINGS, *households(2)], "各村": [["编号", "预授信额度"], ["V1", 100000]]}
    assert Looked(book(tmp_path / "h.xlsx", sheets)).unused() == {("各村", "no_above"): 2}
