"""Workbooks of several sheets: a sheet for each village, sheets that add up the others, sheets on their side."""

from datetime import date

import pytest
from click.testing import CliRunner
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from service.commands.main import cli
from service.county.intake.inputs import Unreadable
from service.county.intake.looking import look, mapping_text
from service.county.intake.mapping import read_mapping
from tests.county.test_clerks import EDITION, HEADINGS, Looked, book, changed, households, text

ABOVE = HEADINGS.index("行政村")
NAMES = {"V1": "东村", "V2": "西村"}
TEN = [f"H{number:02}" for number in range(1, 11)]
SUMMARY = [["行政村", "户数", "预授信额度", "家庭年收入"], ["东村", 5, 250000, 150000], ["西村", 5, 250000, 150000]]


def bare(lines):
    return [[*line[:ABOVE], *line[ABOVE + 1 :]] for line in lines]


def a_sheet_each(folder, **more):
    rows = bare(households(10))
    head = bare([HEADINGS])
    return book(folder / "h.xlsx", {" 东 村": head + rows[:5], "Ｖ2": head + rows[5:], **more})


def mapped(folder, path):
    (folder / "m.yaml").write_text(mapping_text([look(EDITION, path)]), encoding="utf-8")
    return Looked(path, names=NAMES, mapping=read_mapping(folder / "m.yaml"))


@pytest.mark.parametrize("totals", [
    bare([HEADINGS, ["合计", "", *[""] * 5, 500000, 100000, 300000]]), bare([HEADINGS]), SUMMARY,
])  # fmt: skip
def test_a_sheet_of_totals_is_in_no_mapping_that_look_writes(totals, tmp_path):
    looked = mapped(tmp_path, a_sheet_each(tmp_path, 汇总=totals))
    assert (list(looked.rows), looked.bad) == (TEN, [])
    assert looked.column("village_id") == ["V1"] * 5 + ["V2"] * 5
    assert looked.unused() == {("汇总", "not_mapped"): len(totals)}


def test_a_sheet_that_adds_up_villages_holds_no_households(tmp_path):
    looked = Looked(book(tmp_path / "h.xlsx", {"农户": [HEADINGS, *households(10)], "汇总": SUMMARY}), names=NAMES)
    assert (list(looked.rows), looked.bad) == (TEN, [])
    assert looked.unused() == {("汇总", "no_ids"): 3}


def test_households_without_ids_beside_others_are_set_aside(tmp_path):
    rest = [line[1:8] for line in [HEADINGS, *households(2)]]
    looked = Looked(book(tmp_path / "h.xlsx", {"农户": [HEADINGS, *households(10)], "补": rest}), names=NAMES)
    assert [code for _, _, code in looked.bad] == ["no_id"] * 2


def test_a_text_file_named_after_a_village_is_offered_as_its_own(tmp_path):
    path = text(tmp_path / "东村.csv", bare([HEADINGS, *households(10)]))
    written = mapping_text([look(EDITION, path)])
    assert '# above: "东村"' in written
    (tmp_path / "m.yaml").write_text(written.replace("# above:", "above:"), encoding="utf-8")
    looked = Looked(path, names=NAMES, mapping=read_mapping(tmp_path / "m.yaml"))
    assert looked.column("village_id") == ["V1"] * 10


@pytest.mark.parametrize("more", [[], [["续表"]], [["合计", *[""] * 8]]])
@pytest.mark.parametrize("after", [True, False])
def test_a_sheet_that_goes_on_without_a_heading_is_refused(after, more, tmp_path):
    """Its rows are records, and would be lost."""
    sheets = [("一", [HEADINGS, *households(10)[:5]]), ("二", [*more, *households(10)[5:]])]
    with pytest.raises(Unreadable) as told:
        Looked(book(tmp_path / "h.xlsx", dict(sheets if after else sheets[::-1])))
    assert "工作表 二 没有标题行" in told.value.zh
    assert "Sheet 二 has no heading" in told.value.en


@pytest.mark.parametrize("notes", [
    [["H1", "V1"], ["H2", "V1"]], [["编号怎样填", "见第二页"]] * 3, [[*households(1)[0], "", "备注"]],
])  # fmt: skip
def test_a_sheet_of_other_rows_without_a_heading_is_named_and_not_read(notes, tmp_path):
    looked = Looked(book(tmp_path / "h.xlsx", {"农户": [HEADINGS, *households(10)], "说明": notes}))
    assert list(looked.rows) == TEN
    assert looked.unused() == {("说明", "no_heading"): len(notes)}


def turned(count):
    return [list(line) for line in zip(HEADINGS, *households(count), strict=True)]


def test_records_on_their_side_beside_others_are_refused(tmp_path):
    with pytest.raises(Unreadable) as told:
        Looked(book(tmp_path / "h.xlsx", {"农户": [HEADINGS, *households(10)], "补": turned(3)}))
    assert "“补”是横排" in told.value.zh


def test_a_sheet_that_shows_one_record_beside_its_headings_is_told_to_lie_on_its_side(tmp_path):
    looked = Looked(book(tmp_path / "h.xlsx", {"农户": [HEADINGS, *households(10)], "样例": turned(1)}))
    assert (list(looked.rows), looked.unused()) == (TEN, {("样例", "turned"): len(HEADINGS)})


def test_look_tells_whose_records_lie_on_their_side(tmp_path):
    looked = look(EDITION, book(tmp_path / "h.xlsx", {"农户": [["台账"], *turned(8)]}))
    assert (looked.subject, [one.turned > 0 for one in looked.sheets]) == ("household", [True])


def test_a_unit_is_told_of_whichever_sheet_has_it(tmp_path):
    other = [["编号", "行政村", "家庭年收入（万元）"], ["B1", "V1", 3]]
    looked = Looked(book(tmp_path / "h.xlsx", {"农户": [HEADINGS, *households(2)], "补": other}))
    assert looked.rows["B1"]["annual_income"] == 30000
    assert ["万元" in one.column for one in looked.file.notes if one.code == "unit"] == [True]


@pytest.mark.parametrize("word", ["v1", "ｖ 1", "V-1"])
def test_a_record_above_that_differs_in_dress_is_offered(word, tmp_path):
    looked = Looked(text(tmp_path / "h.csv", changed(0, "行政村", word)))
    assert any("最接近的是 V1" in zh for zh, _ in looked.messages.values())


def test_true_is_no_id(tmp_path):
    assert Looked(book(tmp_path / "h.xlsx", {"表": changed(0, "编号", True)})).bad == [
        (2, "id", "answer_for_id"), (2, "id", "no_id")]  # fmt: skip


@pytest.mark.parametrize(("number", "epoch"), [(29281, None), (27819, CALENDAR_MAC_1904)])
def test_a_numbered_day_with_a_time_is_that_day(number, epoch, tmp_path):
    lines = changed(0, "拟授信人出生日期", number + 0.75)
    assert Looked(book(tmp_path / "h.xlsx", {"表": lines}, epoch=epoch)).column("birth_date")[0] == date(1980, 3, 1)


@pytest.mark.parametrize(("words", "said"), [
    (["--households", "a.csv", "--households", "b/a.csv"], "household 的两个文件同名"),
    (["--mapping", "a.csv", "--mapping", "b.csv"], "--mapping 只能写一次"),
    (["--households", "a.csv", "--table", "household=b/a.csv"], "household 的两个文件同名：a.csv、b/a.csv"),
    (["--households", "a.csv", "--table", "vote=a.csv", "--table", "household.votes=b/a.csv"],
     "household.votes 的两个文件同名"),
    (["--households", "."], "目录 . 里还有目录 b"), (["--households", "c"], "目录 c 里没有文件"),
    (["--households", "a.csv", "--households", "d.csv"],
     "d.csv: 和 a.csv 的列不一样：缺“家庭年收入”，多“实际资金需求”。"),
])  # fmt: skip
def test_no_file_that_is_named_goes_unread(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("b", "c"):
        (tmp_path / folder).mkdir()
    for name in ("a.csv", "b/a.csv", "b.csv"):
        text(tmp_path / name, [HEADINGS, *households(1)])
    text(tmp_path / "d.csv", [[*HEADINGS[:-1], "need"], *households(1)])
    done = CliRunner().invoke(cli, ["county", "run", *words, "--out", "out", "--on", "2026-12-31", "--lang", "zh"])
    assert done.exit_code == 2
    assert said in done.stderr.replace("\n", "")
