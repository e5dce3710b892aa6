"""Extracts in the shapes that clerks have: each is read whole, or said to be what it is."""

import csv
import io
import re
import zipfile
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from rules.building.loader import load
from service.county.backend import Duck, named, rows_of
from service.county.intake.checks import BAD, Checks
from service.county.intake.inputs import SPAN, Source, Unreadable

ROOT = Path(__file__).parents[2]
EDITION = load(ROOT / "policies/xx-county/2026-05-01", ROOT / "policies").edition
HEADINGS = ("编号", "行政村", "拟授信人出生日期", "拟授信人状态", "有不良信用记录", "省系统信用等级", "建档评级完成日",
            "预授信额度", "各金融机构贷款余额", "家庭年收入")  # fmt: skip
GOOD = ("V1", "1980-03-01", "resident", "否", "A", "2026-06-01", "50000", "10000", "30000")


def households(count=10, **changed):
    """Rows of households, H01 and on; `changed` are cells by the place of a row and a heading."""
    return [[f"H{number:02}", *GOOD] for number in range(1, count + 1)]


class Looked:
    """The result of checking a file of households."""

    def __init__(self, path, subject="household", villages=("V1", "V2"), names=None, mapping=None):
        with closing(Duck(path.parent / "scratch")) as duck:
            more = {} if mapping is None else {"mapping": mapping}
            checks = Checks(EDITION, duck, path.parent / "scratch", on=date(2026, 12, 31), **more)
            if subject == "household":
                lines = [["编号", "名称"], *([one, (names or {}).get(one, "")] for one in villages)]
                checks.look(Source("village", text(path.parent / "villages.csv", lines)))
            self.file = checks.look(Source(subject, path))
            self.rows = {one["id"]: one for one in duck.dicts(f"SELECT * FROM {rows_of(checks.clean[subject])}")}
            self.bad = sorted(
                duck.run(f"SELECT row__ % {SPAN}, col, split_part(code, ' ', 1) FROM {named(BAD + subject)}")
            )
            self.messages = checks.messages
        for one in self.file.sheets:
            assert one.rows == one.kept + one.aside + sum(one.unused.values())
        assert self.file.rows == sum(one.kept + one.aside for one in self.file.sheets)

    def column(self, name):
        return [one.get(name) for one in self.rows.values()]

    def unused(self):
        return {(one.sheet, kind): count for one in self.file.sheets for kind, count in one.unused.items()}


def text(path, lines, encoding="utf-8", comma=",", end="\r\n"):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=comma, lineterminator=end).writerows(lines)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def book(path, sheets, merged=(), hidden=(), epoch=None):
    out = openpyxl.Workbook()
    out.remove(out.active)
    if epoch:
        out.epoch = epoch
    for name, lines in sheets.items():
        sheet = out.create_sheet(name)
        for line in lines:
            sheet.append(line)
        for one in merged:
            sheet.merge_cells(one)
        if name in hidden:
            sheet.sheet_state = "hidden"
    out.save(path)
    return path


def changed(place, heading, value, count=10):
    lines = households(count)
    lines[place][HEADINGS.index(heading)] = value
    return [HEADINGS, *lines]


def test_rows_beyond_a_dimension_that_is_too_small_are_read(tmp_path):
    path = book(tmp_path / "h.xlsx", {"表": [HEADINGS, *households(10)]})
    with zipfile.ZipFile(path) as old:
        parts = {one: old.read(one) for one in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', parts[sheet])
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    assert len(Looked(path).rows) == 10


def test_a_heading_is_matched_without_breaks_blanks_and_width(tmp_path):
    lines = [[*HEADINGS[:8], "各金融机构\n 贷款余额", "　家庭 年收入\u200b"], *households(2)]
    assert Looked(book(tmp_path / "h.xlsx", {"表": lines})).column("annual_income") == [30000, 30000]


@pytest.mark.parametrize(("heading", "cell", "yuan"), [
    ("家庭年收入（万元）", "3.5", 35000), ("家庭年收入(元)", "3.5", "3.5"), ("家庭年收入（单位：千元）", 0.56, 560),
    ("家庭年收入", "12万", 120000), ("家庭年收入", "3.5万元", 35000), ("家庭年收入", "￥1,234.50", "1234.5"),
    ("家庭年收入", "５０００", 5000), ("家庭年收入", "5000元", 5000), ("家庭年收入", 0.56 * 10000, 5600),
    ("家庭年收入", 434.9999999999999, 435), ("家庭年收入", 1 / 3 * 100000, "33333.33"), ("家庭年收入", "\u00a01200\u3000元", 1200),
    ("家庭年收入", "\u200b5000", 5000), ("家庭年收入", "1,234,567", 1234567), ("家庭年收入（万元）", "3.5万元", 35000),
])  # fmt: skip
def test_amounts_are_read_in_their_units(heading, cell, yuan, tmp_path):
    lines = [[*HEADINGS[:-1], heading], ["H01", *GOOD[:-1], cell]]
    looked = Looked(book(tmp_path / "h.xlsx", {"表": lines}))
    assert not looked.bad
    assert looked.column("annual_income") == [Decimal(yuan)]
    assert bool([one for one in looked.file.notes if one.code == "unit"]) is ("万元）" in heading or "千" in heading)


@pytest.mark.parametrize(("cell", "code"), [
    ("1,5", "ambiguous_number"), ("12,34", "ambiguous_number"), ("约5000", "not_a_number"), ("5户", "not_a_number"),
    ("1.2.3", "not_a_number"), ("-5", "too_small"),
])  # fmt: skip
def test_an_amount_that_is_none_or_two_leaves_its_fact_unknown(cell, code, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", changed(1, "家庭年收入", cell)))
    assert looked.bad == [(3, "家庭年收入", code)]
    assert looked.column("annual_income") == [30000, None, *[30000] * 8]
    assert looked.file.cells == {"家庭年收入": 1}


@pytest.mark.parametrize("cell", ["1960.3.1", "1960年3月1日", "19600301", "1960/3/1", "1960-3-1", "1960/03/01 08:30",
                                  "1960-03-01T00:00:00", "１９６０－３－１", " 1960年03月01日 "])  # fmt: skip
def test_days_are_read_in_all_forms(cell, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", changed(0, "拟授信人出生日期", cell, 1)))
    assert [str(one) for one in looked.column("birth_date")] == ["1960-03-01"]


@pytest.mark.parametrize(("epoch", "serial"), [
    (openpyxl.utils.datetime.WINDOWS_EPOCH, 21976), (openpyxl.utils.datetime.MAC_EPOCH, 20514),
])  # fmt: skip
def test_days_are_numbered_as_the_workbook_numbers_them(epoch, serial, tmp_path):
    path = book(tmp_path / "h.xlsx", {"表": changed(0, "拟授信人出生日期", serial, 1)}, epoch=epoch)
    assert [str(one) for one in Looked(path).column("birth_date")] == ["1960-03-01"]


@pytest.mark.parametrize(("cell", "code"), [
    ("60.3.1", "ambiguous_date"), ("3/1/1960", "ambiguous_date"), ("21976", "ambiguous_serial"),
    ("1960年3月", "not_a_date"), ("2091-01-01", "in_future"), ("1960-02-30", "not_a_date"),
])  # fmt: skip
def test_a_day_that_is_none_or_two_leaves_its_fact_unknown(cell, code, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", changed(0, "拟授信人出生日期", cell, 1)))
    assert looked.bad == [(2, "拟授信人出生日期", code)]
    assert looked.column("birth_date") == [None]


@pytest.mark.parametrize(("cell", "value"), [
    *((one, True) for one in ("是", "有", "√", "Y", "对", "TRUE", "1", "ｙ", True)),
    *((one, False) for one in ("否", "无", "×", "N", "错", "false", "0", 0, False)),
])  # fmt: skip
def test_yes_and_no_are_read_in_all_forms(cell, value, tmp_path):
    looked = Looked(book(tmp_path / "h.xlsx", {"表": changed(0, "有不良信用记录", cell, 1)}))
    assert looked.column("adverse_record") == [value]


def test_a_negative_title_leaves_open_what_it_is_that_there_is_none_of(tmp_path):
    lines = [["编号", "与金融机构无债务纠纷"], ["T1", "无"], ["T2", "是"]]
    looked = Looked(text(tmp_path / "t.csv", lines), "township")
    assert looked.bad == [(2, "与金融机构无债务纠纷", "ambiguous_answer")]
    assert looked.column("no_debt_dispute") == [None, True]


@pytest.mark.parametrize(("heading", "cell", "code"), [
    ("拟授信人状态", "在村（含外出务工）", "resident"), ("拟授信人状态", "在村", "resident"), ("拟授信人状态", "已去世", "deceased"),
    ("拟授信人状态", " resident", "resident"), ("省系统信用等级", "A级", "A"), ("省系统信用等级", "ＡＡ", "AA"),
    ("省系统信用等级", "—", None),
])  # fmt: skip
def test_choices_are_read_by_code_title_and_declared_word(heading, cell, code, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", changed(0, heading, cell, 1)))
    assert not looked.bad
    assert [one["status" if "状态" in heading else "provincial_grade"] for one in looked.rows.values()] == [code]


@pytest.mark.parametrize(("cell", "value"), [("无", 0), ("—", None), ("/", None)])
def test_words_for_nothing_mean_what_the_plan_declares(cell, value, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", changed(0, "各金融机构贷款余额", cell, 1)))
    assert (looked.bad, looked.column("loan_balance")) == ([], [value])


@pytest.mark.parametrize("row", [
    ["小计", "V1", *[""] * 6, "100000", ""], ["", "合 计", *[""] * 6, "100000", ""], ["", "", *[""] * 6, 100000, "总计："],
    ["V1村小计", *[""] * 7, "100000", ""],
])  # fmt: skip
def test_a_total_is_no_household_and_is_held_against_the_sum(row, tmp_path):
    lines = [HEADINGS, *households(10), row]
    looked = Looked(book(tmp_path / "h.xlsx", {"表": lines}))
    assert (len(looked.rows), looked.unused(), looked.file.stated) == (10, {("表", "total"): 1}, ())
    row[8] = "90000"
    (wrong,) = Looked(book(tmp_path / "h.xlsx", {"表": [HEADINGS, *households(10), row]})).file.stated
    assert (wrong.row, wrong.column, wrong.stated, wrong.records) == (12, "各金融机构贷款余额", "90000", "100000")


def test_a_remark_about_totals_takes_no_household_away(tmp_path):
    lines = [[*HEADINGS, "备注"], *([*one, "合计"] for one in households(3))]
    assert len(Looked(text(tmp_path / "h.csv", lines)).rows) == 3


def test_all_sheets_are_accounted_for(tmp_path):
    sheets = {"上年": [HEADINGS, *households(3)], "白名单": [HEADINGS, *households(10)[:4]],
              "不予授信": [HEADINGS, *households(10)[4:]], "说明": [["填表说明"], ["一"]], "行政村": [["编号"], ["V1"]]}  # fmt: skip
    looked = Looked(book(tmp_path / "h.xlsx", sheets, hidden=("上年",)))
    assert len(looked.rows) == 10
    assert {one.sheet: (one.rows, one.kept, one.why) for one in looked.file.sheets} == {
        "上年": (4, 0, "hidden"), "白名单": (4, 4, ""), "不予授信": (6, 6, ""), "说明": (2, 0, "no_heading"),
        "行政村": (2, 0, "other_subject")}  # fmt: skip


def test_rows_of_two_sheets_are_told_apart(tmp_path):
    lines = changed(1, "家庭年收入", "约", 3)
    looked = Looked(book(tmp_path / "h.xlsx", {"甲": lines, "乙": [HEADINGS, ["H09", *GOOD]]}))
    assert looked.bad == [(3, "家庭年收入", "not_a_number")]
    assert looked.column("annual_income") == [30000, None, 30000, 30000]


def test_titles_above_marks_and_notes_below_are_no_households(tmp_path):
    lines = [["农户明细表"], ["单位：万元"], [], HEADINGS, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
             ["", "", "", "", "", "", "", "3.0"], *households(3), [], ["", "说明：1、负面清单的不能授信"],
             ["制表人：甲", "", "审核人：乙"]]  # fmt: skip
    lines[-1] = ["", "制表人：甲", "", "审核人：乙"]
    looked = Looked(book(tmp_path / "h.xlsx", {"表": lines}))
    (sheet,) = looked.file.sheets
    assert (len(looked.rows), looked.bad, sheet.unused, sheet.above, sheet.heading) == (3, [], {"note": 4}, 2, "4")
    assert looked.column("annual_income") == [300_000_000] * 3


def test_a_household_without_an_id_is_set_aside_wherever_it_stands(tmp_path):
    for place in (0, 2, 4):
        lines = [HEADINGS, *households(5)]
        lines[1 + place][0] = ""
        looked = Looked(book(tmp_path / "h.xlsx", {"表": lines}))
        assert (len(looked.rows), looked.bad) == (4, [(2 + place, "id", "no_id")])


def test_a_heading_in_two_rows_with_merged_cells_is_read(tmp_path):
    lines = [["明细表"], ["编号", "行政村", "各金融机构", None, "收入"],
             [None, None, "贷款余额", "不良贷款余额", "家庭年收入"], ["H01", "V1", 10, 0, 5]]  # fmt: skip
    merged = ("A1:E1", "A2:A3", "B2:B3", "C2:D2")
    looked = Looked(book(tmp_path / "h.xlsx", {"表": lines}, merged))
    assert [(one["loan_balance"], one["npl_balance"], one["annual_income"]) for one in looked.rows.values()] == [
        (10, 0, 5)
    ]


def test_merged_cells_are_filled_down_and_merged_numbers_are_not(tmp_path):
    lines = [HEADINGS, *households(3)]
    for place in (2, 3):
        lines[place][1] = lines[place][9] = None
    looked = Looked(book(tmp_path / "h.xlsx", {"表": lines}, ("B2:B4", "J2:J4")))
    assert looked.column("village_id") == ["V1"] * 3
    assert looked.column("annual_income") == [None] * 3
    assert {code for *_, code in looked.bad} == {"merged_number"}


def test_formulas_without_values_are_refused(tmp_path):
    with pytest.raises(Unreadable) as told:
        Looked(book(tmp_path / "h.xlsx", {"表": changed(1, "家庭年收入", "=50000")}))
    assert "保存" in told.value.zh
    lines = [["序号", *HEADINGS], *(["=A1+1", *one] for one in households(3))]
    assert len(Looked(book(tmp_path / "i.xlsx", {"表": lines})).rows) == 3


def test_an_error_of_excel_leaves_its_fact_unknown(tmp_path):
    path = tmp_path / "h.xlsx"
    book(path, {"表": changed(1, "家庭年收入", "#N/A")})
    looked = Looked(path)
    assert [code for *_, code in looked.bad] == ["error_value"]


@pytest.mark.parametrize("id", [2.1010219600301399e17, "2.1E+17", "210102600301399", "2101 0219 6003 0139 9X",
                                "２１０１０２１９６００３０１３９９０", "身份证210102196003013990", 210102600301399])  # fmt: skip
def test_card_numbers_are_refused_and_not_written_on(id, tmp_path):
    looked = Looked(book(tmp_path / "h.xlsx", {"表": changed(1, "编号", id)}))
    assert [code for *_, code in looked.bad] == ["identity_card"]
    assert len(looked.rows) == 9


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("comma", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_is_read_in_all_encodings_and_with_all_signs(encoding, comma, end, tmp_path):
    path = text(tmp_path / "h.csv", [["农户明细表"], HEADINGS, *households(3)], encoding, comma, end)
    assert len(Looked(path).rows) == 3


def test_rows_of_text_are_numbered_as_lines(tmp_path):
    path = tmp_path / "h.csv"
    path.write_bytes('编号,行政村,家庭年收入,备注\r\nH1,V1,5,a\n,,,\n\r\nH2,V1,6,"甲\n乙"\nH3,V1,x,b\n'.encode())
    looked = Looked(path)
    assert looked.bad == [(7, "家庭年收入", "not_a_number")]
    assert looked.column("annual_income") == [5, 6, None]


def test_villages_are_told_by_name_and_never_guessed(tmp_path):
    lines = [HEADINGS, *households(3)]
    lines[1][1], lines[2][1], lines[3][1] = "东 山村", "东山树", "V2"
    looked = Looked(text(tmp_path / "h.csv", lines), names={"V1": "东山村"})
    assert looked.column("village_id") == ["V1", "V2"]
    assert looked.bad == [(3, "行政村", "strange_record_above")]
    assert any("最接近的是 东山村" in zh for zh, _ in looked.messages.values())


def test_a_name_of_two_villages_is_no_name(tmp_path):
    lines = [HEADINGS, *households(1)]
    lines[1][1] = "东山村"
    looked = Looked(text(tmp_path / "h.csv", lines), names={"V1": "东山村", "V2": "东山村"})
    assert looked.bad == [(2, "行政村", "ambiguous_record_above")]


def test_members_of_a_household_stand_behind_its_head(tmp_path):
    heading = [*HEADINGS, "与户主关系"]
    lines = [heading, *([*one, "户主"] for one in households(2)), ["H01", *GOOD[:-1], "9", "配偶"],
             ["H09", *GOOD, "配偶"], ["H09", *GOOD, "子"]]  # fmt: skip
    looked = Looked(text(tmp_path / "h.csv", lines))
    assert (looked.column("annual_income"), looked.unused()) == ([30000, 30000], {("", "member"): 1})
    assert [code for *_, code in looked.bad] == ["repeated_id"] * 2


def test_a_row_that_is_cut_short_is_no_record(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text("编号,行政村,家庭年收入\nH1,V1,1,000\n", encoding="utf-8")
    with pytest.raises(Unreadable) as told:
        Looked(path)
    assert "第 2 行有 4 格" in told.value.zh
