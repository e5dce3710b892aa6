"""Every row of every sheet is accounted for: on the screen, in the manifest, the report and the workbook alike."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests import chromium
from tests.county.conftest import call
from tests.county.making import ON
from tests.county.test_clerks import HEADINGS, book, households, text
from tests.county.test_report import data_of

TOTAL = ["合计", "", "", "", "", "", "", "150000", "30001", ""]  # of three households: the second number is wrong


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A run of a workbook with four sheets, and what the screen says of it."""
    folder = tmp_path_factory.mktemp("accounts")
    lines = households(6)
    lines[4][1] = "V9"
    sheets = {"上年": [HEADINGS, *households(3)], "甲": [HEADINGS, *lines[:3], TOTAL], "乙": [HEADINGS, *lines[3:]],
              "说明": [["一"], ["二"]]}  # fmt: skip
    people = book(folder / "h.xlsx", sheets, hidden=("上年",))
    workbook = load_workbook(people)
    workbook["乙"].column_dimensions["J"].hidden = True
    workbook.save(people)
    words = ("--households", people, "--villages", text(folder / "v.csv", [["编号"], ["V1"]]), "--on", ON)
    said = call("run", *words, "--at-most", "50%", "--out", folder / "out", "--lang", "zh")
    return folder / "out", said


ACCOUNTS = [  # file, sheet, rows, kept, set aside, not used, of which, totals that agree and differ
    ("v.csv", "", 1, 1, 0, 0, "", 0, 0), ("h.xlsx", "上年", 4, 0, 0, 4, "隐藏的工作表 4", 0, 0),
    ("h.xlsx", "说明", 2, 0, 0, 2, "没有认得的标题行 2", 0, 0),
    ("h.xlsx", "甲", 4, 3, 0, 1, "合计行 1", 1, 1), ("h.xlsx", "乙", 3, 2, 1, 0, "", 0, 0),
]  # fmt: skip
HIDDEN = "家庭年收入：这一列在表里是隐藏的，照样读了。"
WRONG = ("h.xlsx", "甲", 5, "各金融机构贷款余额", "30001", "30000")


def test_the_manifest_and_the_screen_account_for_each_sheet(told):
    out, said = told
    checked = json.loads((out / "manifest.json").read_text("utf-8"))["checked"]
    found = [(file["file"], one["sheet"], one["rows"], one["kept"], one["aside"], sum(one["unused"].values()))
             for file in checked for one in file["sheets"]]  # fmt: skip
    assert found == [one[:6] for one in ACCOUNTS]
    assert all(rows == kept + aside + unused for *_, rows, kept, aside, unused in found)
    assert {one["sheet"]: one["agreeing"] for one in checked[-1]["sheets"] if one["agreeing"]} == {"甲": 1}
    assert "4 行，采用 3，未采用 0，合计行 1，相符的合计数 1" in said
    assert "写的合计是 30001，各行相加是 30000" in said
    assert HIDDEN in said


def test_the_report_accounts_for_each_sheet(told):
    data = data_of(told[0])["aside"]
    names = ("file", "sheet", "rows", "kept", "bad", "unused", "kinds", "agreeing", "differing")
    found = [tuple(one[name] if name != "kinds" else "、".join(f"{what['zh']} {count}" for what, count in one[name])
                   for name in names) for one in data["sheets"]]  # fmt: skip
    assert found == ACCOUNTS
    names = ("file", "sheet", "row", "column", "stated", "records")
    assert [tuple(map(one.get, names)) for one in data["totals"]] == [WRONG]


def test_the_page_draws_the_account(told):
    with chromium.browser().new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(Path(told[0] / "report.html").as_uri() + "?lang=zh")
        page.wait_for_selector("body[data-ready=zh]")
        assert f"h.xlsx · {HIDDEN}" in page.locator("#aside").inner_text()
        first, second = page.locator("#aside table").all()
        assert [row.inner_text().split("\t") for row in first.locator("tbody tr").all()] == [
            [str(cell) for cell in one] for one in ACCOUNTS
        ]
        assert second.locator("tbody tr").inner_text().split("\t") == [str(cell) for cell in WRONG]


def test_the_workbook_accounts_for_each_sheet(told):
    sheets = load_workbook(told[0] / "workbook.xlsx")
    rows = [tuple("" if cell is None else cell for cell in row)
            for row in sheets["数据文件"].iter_rows(min_row=2, values_only=True)]  # fmt: skip
    assert rows == ACCOUNTS
    assert list(sheets["不符的合计"].iter_rows(min_row=2, values_only=True)) == [WRONG]
