"""The report: what it holds, what it keeps back, and how it looks in a browser."""

import hashlib
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from service.county.report.document import HOME, inlined
from tests import chromium
from tests.county.conftest import run
from tests.county.making import parquet

PARTS = (
    "funnel",
    "exclusions",
    "scatter",
    "shares",
    "milestones",
    "near",
    "titles",
    "ahead",
    "rankings",
    "alone",
    "table",
    "counts",
)


def data_of(folder):
    text = (folder / "report.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def rows(out, subject):
    return pq.read_table(out / f"{subject}.parquet").to_pylist()


def test_the_figures_are_those_of_the_outputs(out):
    data, people, villages = data_of(out), rows(out, "household"), rows(out, "village")
    steps = [one["count"] for one in data["funnel"]]
    assert steps[0] == len(people)
    assert steps[1] == sum(one["screening"] == "collectable" for one in people)
    assert steps == sorted(steps, reverse=True)
    assert len(data["scatter"]["points"]) == len(villages) == len(data["table"]["rows"])
    for id_, filing, granting, *_ in data["scatter"]["points"]:
        village = next(one for one in villages if one["id"] == id_)
        if filing is not None:
            assert filing == pytest.approx(village["filed_households"] / village["collectable_households"], abs=1e-6)
        if granting is not None:
            assert granting == pytest.approx(village["granted_households"] / village["filed_households"], abs=1e-6)
    held = [one["id"] for one in villages if one["title_in_force"]]
    assert data["titles"]["held"] == held
    assert {one["id"] for one in data["titles"]["rows"]} == {
        one["id"] for one in villages if one["title_in_force"] and one["credit_village"] != "qualified"
    }
    done = sum(one["collection_done"] for one in villages)
    assert {one["done"] for one in data["milestones"]["points"]} == {done}
    assert [one["on"] for one in data["milestones"]["points"]][-1] == "2027-12-31"
    assert data["milestones"]["points"][-1]["a_week"] == pytest.approx((12 - done) / (365 / 7), abs=0.06)


def test_the_funnel_does_not_show_as_none_those_of_whom_it_cannot_be_told(out, untold):
    people, (_, screened, listed, granted, _) = rows(out, "household"), data_of(out)["funnel"]
    assert screened["unknown"] == sum(one["screening"] == "needs_information" for one in people)
    assert listed["unknown"] == sum(one["review"] == "needs_information" and one["screening"] != "not_collectable"
                                    for one in people)  # fmt: skip
    assert granted["unknown"] <= listed["unknown"]
    steps = data_of(untold)["funnel"]
    assert [(one["count"], one["unknown"]) for one in steps[1:]] == [(0, 20)] * 4


@pytest.fixture(scope="module")
def untold(tmp_path_factory):
    """A run of households of which next to nothing is known."""
    folder = tmp_path_factory.mktemp("untold")
    rows = [{"id": f"H{number}", "granted_limit": 5000} for number in range(20)]
    run({"--households": parquet(folder / "h.parquet", rows)}, folder / "out")
    return folder / "out"


def test_a_phone_shows_how_many_lack_data_beside_each_step(browser, untold):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(Path(untold / "report.html").as_uri() + "?lang=zh")
    page.wait_for_selector("body[data-ready=zh]")
    assert page.inner_text("#funnel").count("另有 20 户缺数据，无法判断") == 4
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_published_report_shows_no_small_group_and_no_place(files, tmp_path):
    run(files, tmp_path / "out", "--publish")
    data, text = data_of(tmp_path / "out"), (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert not {"scatter", "table", "near", "titles", "ahead", "changes", "rankings"} & data.keys()
    assert '"V01"' not in text
    counts = [out["count"] for one in data["counts"] for at in one["decisions"] for out in at["outcomes"]]
    counts += [one[key] for at in data["exclusions"] for one in at["items"] for key in ("not_met", "unknown", "alone")]
    counts += [one[key] for one in data["funnel"] for key in ("count", "unknown")]
    assert None in counts
    assert not [one for one in counts if one is not None and 0 < one < 5]


def test_the_library_is_the_release_as_it_was():
    vendor = HOME / "vendor"
    known = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))["echarts"]
    for name, sha in known["files"].items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == sha
    assert {"LICENSE", "NOTICE"} <= {one.name for one in (vendor / "echarts").iterdir()}


def test_nothing_in_the_data_ends_its_script():
    assert "<" not in inlined({"a": "</script><!--"})


@pytest.fixture(scope="module")
def browser():
    return chromium.browser()


@pytest.fixture
def page(browser, out):
    complaints = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    opened = context.new_page()
    opened.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None)
    opened.on("pageerror", lambda one: complaints.append(str(one)))
    opened.on(
        "request", lambda one: None if one.url.startswith(("file:", "data:", "blob:")) else complaints.append(one.url)
    )
    opened.goto(Path(out / "report.html").as_uri() + "?lang=zh")
    opened.wait_for_selector("body[data-ready=zh]")
    yield opened
    assert complaints == []
    context.close()


def test_every_part_is_drawn_and_asks_for_nothing(page, out):
    for part in PARTS:
        assert page.locator(f"section#{part}").count() == 1, part
    drawn = page.evaluate(
        "[...document.querySelectorAll('.chart')].map(one => one.querySelectorAll('svg path').length)"
    )
    assert len(drawn) == 3
    assert min(drawn) > 3
    steps = data_of(out)["funnel"]
    assert page.locator("#funnel .row i").count() == sum(one[key] > 0 for one in steps for key in ("count", "unknown"))


def test_the_language_changes_and_stays(page):
    assert "农户漏斗" in page.inner_text("#funnel")
    page.click("#lang")
    page.wait_for_selector("body[data-ready=en]")
    assert "Collectable" in page.inner_text("#funnel")
    assert not re.search("[\u4e00-\u9fff]", re.sub("[一二三四五六][（(].*", "", page.inner_text("#funnel")))


def test_the_table_is_searched_and_sorted(page):
    assert page.locator("#table tbody tr").count() == 12
    page.fill("#search", "V03")
    assert page.locator("#table tbody tr").count() == 1
    page.fill("#search", "")
    page.click("#table th >> nth=0")
    assert page.inner_text("#table tbody tr >> nth=0").startswith("V11")


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 1280, "height": 900}])
def test_it_fits_the_screen_and_the_paper(page, size):
    page.set_viewport_size(size)
    page.wait_for_function(f"document.documentElement.scrollWidth <= {size['width']}")  # charts follow in a moment
    page.emulate_media(media="print")
    assert not page.is_visible("#lang")
    assert page.is_visible("#scatter svg")
