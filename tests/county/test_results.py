"""What a report opens with, the names in it, the way from a number to its rows, and what a clerk's workbook holds."""

import csv
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook

from rules.judging.distance import Change
from rules.values.exact import Type
from rules.values.text import Text
from service.county.report.villages import _relative
from service.county.run.outputs import CriteriaSet
from tests import chromium
from tests.county.conftest import call, run
from tests.county.making import COUNTY, as_csv, households, parquet, townships, villages
from tests.county.test_lists import VOTES as CAST
from tests.county.test_report import data_of

CARD = "110101199003078515"
VOTES = [one | {"verdict": "approve"} for one in CAST]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A county whose villages and townships have names, and whose villages have managers. One village waits for a next
    step, one is not known to be of sound order, one holds a title that it does not deserve; most households that may
    be reviewed were."""
    folder = tmp_path_factory.mktemp("told")
    willing = {"households_take_part": True, "households_repay": True}
    low = [one | willing | {"preselected": one["id"] != "V01"} for one in villages(6, 2)]
    low[2]["public_order_stable"] = None
    low[3] |= {"title_in_force": True, "titled_on": date(2026, 1, 5)}
    people = [one | {"votes": VOTES if fit(one) and number % 4 else None}
              for number, one in enumerate(households(240, 6))]  # fmt: skip
    named = [{"id": one["id"], "村名": f"柳河{one['id'][1:]}村", **one} for one in low]
    named[5]["村名"] = f"柳{CARD}"
    files = {
        "--households": parquet(folder / "h.parquet", people),
        "--villages": parquet(folder / "v.parquet", named),
        "--townships": parquet(folder / "t.parquet", [{**one, "name": f"{one['id']}镇"} for one in townships(2)]),
        "--county": parquet(folder / "c.parquet", COUNTY),
    }
    assigned = [{"行政村": one["id"], "客户经理": f"M{at % 2}"} for at, one in enumerate(low[:5])]
    assigned = as_csv(folder / "a.csv", assigned)
    run(files, folder / "out", "--assigned", assigned)
    return folder / "out"


def fit(one):
    """Whether the screening lets a household pass: it is judged by nothing else here."""
    return one["status"] == "resident" and not one["adverse_record"] and one["birth_date"] > date(1960, 12, 31)


def test_names_and_bearers_stand_beside_the_tables(told):
    known = {row["id"]: (row["name"], row["bearer"]) for row in pq.read_table(told / "directory.parquet").to_pylist()}
    assert known["T1"] == ("T1镇", None)
    assert known["V02"] == ("柳河02村", "M0")
    assert "V05" not in known  # a card number is no name
    assert CARD not in (told / "report.html").read_text(encoding="utf-8")


def test_the_report_opens_with_results_of_the_tables(told):
    data, people = data_of(told), pq.read_table(told / "household.parquet").to_pylist()
    villages_ = pq.read_table(told / "village.parquet").to_pylist()
    shown = {one["title"]["zh"]: one for one in data["results"]}
    held = [one for one in villages_ if one["title_in_force"]]
    assert shown["称号有效的信用村"]["count"] == len(held)
    assert shown["有称号而不达标的村"]["ids"] == ["V03"]
    assert [one["id"] for one in held if one["credit_village"] == "not_qualified"] == ["V03"]
    granted = shown["预授信户数和额度"]
    kept = [one for one in people if one["screening"] == "collectable" and one["review"] == "white_listed"]
    limits = [one["granted_limit"] for one in kept if one["granted_limit"]]
    assert limits
    assert (granted["count"], granted["sum"]) == (len(limits), float(sum(limits)))


def test_numbers_by_place_add_up_to_those_of_the_whole(told):
    data = data_of(told)
    part, funnel = data["people"], data["funnel"]
    for at, step in enumerate(funnel):
        assert sum(part["counts"][f"f{at}"][1::2]) == step["count"]
    for one in data["exclusions"]:
        for at, item in enumerate(one["items"]):
            assert sum(part["counts"][f"{one['id']}.{at} unknown"][1::2]) == item["unknown"]
    place = part["keys"].index("f1")
    listed = [row[0] for row in part["rows"] if int(row[2][place // 4], 16) >> (3 - place % 4) & 1]
    people = pq.read_table(told / "household.parquet").to_pylist()
    assert listed == sorted(one["id"] for one in people if one["screening"] == "collectable")
    assert funnel[1]["count"] == len(listed)
    assert funnel[1]["unknown"] == sum(one["screening"] == "needs_information" for one in people)


def test_data_that_decides_nothing_is_not_missing(told):
    """A household that the screening refuses has no votes, and waits for none."""
    people = pq.read_table(told / "household.parquet").to_pylist()
    waiting = [one["review__unknown"] for one in people if one["review"] == "needs_information"]
    refused = sum(one["screening"] == "excluded" for one in people)
    review = next(one for one in data_of(told)["exclusions"] if one["id"] == "review")
    assert refused
    told_of = [sum(bits >> place & 1 for bits in waiting) for place in range(len(review["items"]))]
    assert [one["unknown"] for one in review["items"]] == told_of
    assert max(told_of) == len(waiting) > 0
    first = review["items"][0]
    assert (first["not_met"], first["others"], first["alone"]) == (refused, 0, 0)  # the votes are unknown, not against


def test_bits_are_told_apart():
    not_met, unknown = CriteriaSet(("f",)), CriteriaSet(("u",))
    assert not_met.apart(unknown, 1) == {
        "not_met": "((f >> 1) & 1) = 1", "alone": "(f = 2) AND (u = 0)",
        "others": "((f >> 1) & 1) = 1 AND NOT (f = 2)", "unknown": "((u >> 1) & 1) = 1 AND (f = 0)",
    }  # fmt: skip


def test_yuan_and_households_are_compared_in_proportion():
    def change(kind, by, to):
        return _relative(Change("f", Text("", ""), by, to, Type(kind)))

    assert change("amount", Decimal(-6530), Decimal(500000)) < change("count", 3, 40)
    assert change("boolean", None, True) == 1
    assert change("amount", Decimal(-5), Decimal(0)) == 1


def test_those_nearest_miss_the_fewest_and_those_that_lack_data_stand_apart(told):
    near = data_of(told)["near"]
    missed = [len(one["unmet"]) for one in near["rows"]]
    assert missed == sorted(missed)
    assert len(set(missed)) > 1
    assert [one["id"] for one in near["lacking"]] == ["V02"]
    assert all(one["unknown"] for one in near["lacking"])
    assert not {one["id"] for one in near["rows"]} & {one["id"] for one in near["lacking"]}


def test_each_next_step_has_its_turn(told):
    data = data_of(told)
    waiting = {one["id"] for one in pq.read_table(told / "village.parquet").to_pylist()
               if one["village_award"] == "next_step"}  # fmt: skip
    part = next(one for one in data["turns"] if one["subject"] == "village")
    assert "V01" in waiting
    assert {row["id"] for group in part["groups"] for row in group["rows"]} == waiting
    assert all(row["step"]["zh"] for group in part["groups"] for row in group["rows"])


def test_the_workbook_speaks_in_titles_and_has_a_sheet_for_each_manager(told):
    book = load_workbook(told / "workbook.xlsx")
    assert {"行政村 M0", "行政村 M1"} <= set(book.sheetnames)
    assert [row[0] for row in book["行政村 M1"].iter_rows(min_row=2, values_only=True)] == ["V01", "V03"]
    sheet = book["行政村"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:5] == ["编号", "村名", "乡镇", "乡镇名称", "客户经理"]
    assert not [one for one in heads if re.search("_|actor", one)]
    assert heads.index("信用村评定标准") < heads.index("采集评级率") < heads.index("村级集体经济良好")
    assert sheet.freeze_panes == "C2"  # the names stay in sight
    share = sheet.cell(2, heads.index("采集评级率") + 1)
    assert share.number_format == "0.00%"
    cells = {cell for row in sheet.iter_rows(min_row=2, values_only=True) for cell in row if isinstance(cell, str)}
    assert not {"village_committee", "lender", "not_yet", "next_step"} & cells
    widths = {letter: one.width for letter, one in sheet.column_dimensions.items()}
    assert widths["A"] < widths["B"] < widths[sheet.cell(1, heads.index("采集评级率") + 1).column_letter]


def test_an_explanation_names_the_records_it_shows(told):
    words = call("explain", told, "village", "V01", "credit_village", "--lang", "zh")
    assert words.startswith("信用村评定标准  柳河01村 V01  2026-12-31")
    choice = call("explain", told, "county", "county", "demonstration_village", "--lang", "zh")
    assert {f"柳河0{number}村 V0{number}" for number in range(5)} <= set(re.findall(r"柳河\d\d村 V\d\d", choice))
    assert re.search(r"[✗?] +V05 ", choice)  # a card number is no name
    data = json.loads(call("explain", told, "township", "T1", "credit_township", "--json"))
    assert data["reasons"]["zh"]["subject_name"] == "T1镇"


def test_a_simulation_names_the_records_that_move(told, tmp_path):
    change = ("--change", "credit_village.a_grade_share=95%")
    words = ("--csv", tmp_path / "moved.csv", "--chart", tmp_path / "moved.html")
    said = call("simulate", told, *change, *words, "--lang", "zh")
    with (tmp_path / "moved.csv").open(encoding="utf-8-sig", newline="") as lines:
        moved = [one for one in csv.DictReader(lines) if one["decision"] == "credit_village"]
    assert {(one["id"], one["name"], one["above"], one["above_name"]) for one in moved} >= {
        ("V01", "柳河01村", "T1", "T1镇"), ("V04", "柳河04村", "T0", "T0镇")}  # fmt: skip
    assert re.search(r"柳河01村 V01 +T1镇 T1 +信用村评定标准", said)
    text = (tmp_path / "moved.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    (step,) = data["moves"]["steps"]
    assert ("柳河01村 V01", "T1镇 T1") in {(one["id"], one["above"]) for one in step["moved"]}
    assert {place[0] for place in step["places"]["credit_village"]} == {"T0镇 T0", "T1镇 T1"}


@pytest.fixture(params=["zh", "en"])
def page(told, request):
    context = chromium.browser().new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    context.set_default_timeout(30_000)
    opened = context.new_page()
    complaints = []
    opened.on("pageerror", lambda one: complaints.append(str(one)))
    opened.goto(Path(told / "report.html").as_uri() + f"?lang={request.param}")
    opened.wait_for_selector(f"body[data-ready={request.param}]")
    yield opened
    assert complaints == []
    context.close()


def test_nobody_is_shut_out(page):
    """No fault is found by axe with the page, nor with the list behind a number."""
    assert Axe().run(page).response["violations"] == []
    page.click(".tile .num >> nth=0")
    page.wait_for_selector("dialog[open]")
    assert Axe().run(page).response["violations"] == []


def test_a_number_leads_to_its_rows_and_a_row_to_its_reasons(page, told):
    refused = sum(one["screening"] == "excluded" for one in pq.read_table(told / "household.parquet").to_pylist())
    button = page.locator("#counts .num", has_text=re.compile(f"^{refused}$")).first
    button.click()
    assert page.locator("dialog tbody").first.locator("tr").count() == refused
    with page.expect_download() as taken:
        page.click("dialog a.download >> nth=0")
    assert taken.value.path().read_text(encoding="utf-8-sig").count("\n") == refused + 1
    page.locator("dialog tbody a").first.click()
    page.wait_for_selector("dialog h2:has-text('柳河')")
    assert page.locator("dialog tbody tr").count() > 3


def test_the_way_back_leads_through_the_boxes_that_were_open(page):
    top = "() => [...document.querySelectorAll('dialog[open]')].at(-1)?.querySelector('h2').textContent"
    page.locator("#counts .num").last.focus()
    page.keyboard.press("Enter")
    rows = page.evaluate(top)
    page.locator("dialog tbody a").first.click()
    page.wait_for_selector("dialog >> nth=1")
    village = page.evaluate(top)
    page.locator("dialog >> nth=1").locator("p a").first.click()
    page.wait_for_selector("dialog >> nth=2")
    page.go_back()
    page.wait_for_function(f"({top})() === {village!r}")
    close = "() => { [...document.querySelectorAll('dialog .close')].at(-1).click(); return location.hash; }"
    assert page.evaluate(close) == ""  # at once: whoever goes on fast is not led to the box that was left
    assert page.evaluate(top) == rows
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('dialog')")
    assert page.evaluate("document.activeElement.className") == "num"


def test_the_filter_leaves_the_villages_of_one_manager(page):
    whole = page.inner_text("#funnel .row .num >> nth=0")
    page.select_option("#pick-bearer", "M1")
    assert page.locator("#table tbody tr").count() == 2
    assert int(page.inner_text("#funnel .row .num >> nth=0")) < int(whole)


def test_a_printed_chart_is_as_wide_as_the_paper(page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    assert page.locator(".chart svg").count() > 2
    for box in page.locator(".chart svg").all():
        assert box.get_attribute("viewBox")
        assert box.bounding_box()["x"] + box.bounding_box()["width"] <= 700


NUMBERS = """() => [...document.querySelectorAll("main .num")].map((one) => {
  one.click();
  const box = document.querySelector("dialog"), all = box.querySelector("p.dim").textContent.match(/[\\d,]+/g).pop();
  box.close();
  return [one.textContent, all, box.querySelector("h2").textContent];
})"""
TABLES = """() => [...document.querySelectorAll("main .scroll")]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.closest("section").id)"""
OVERLAPS = """() => [...document.querySelectorAll(".chart svg")].flatMap((chart) => {
  const texts = [...chart.querySelectorAll("text")].filter((one) => one.textContent.trim());
  const boxes = texts.map((one) => [one.textContent, one.getBoundingClientRect()]);
  const across = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  return boxes.flatMap(([one, a], place) => boxes.slice(place + 1).filter(([, b]) => across(a, b))
    .map(([other]) => [chart.closest("section").id, one, other]));
})"""


def test_every_number_leads_to_as_many_rows(page):
    for choice in ("", "M1"):
        page.select_option("#pick-bearer", choice)
        numbers = page.evaluate(NUMBERS)
        assert len(numbers) > 20
        if page.evaluate("document.documentElement.lang") == "zh-CN":  # the last number of the line is that of all
            assert [one for one in numbers if one[0] != one[1]] == []


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_is_cut_or_written_over(width, page):
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    page.wait_for_selector("body[data-ready]")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(TABLES) == []
    assert page.evaluate(OVERLAPS) == []
