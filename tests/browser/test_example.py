"""The example county's report: one click from the start page of `serve --demo`, and nowhere else."""

from dataclasses import replace

import pytest

from service.app import create_app
from service.commands.demonstration import prepare
from service.http.context import NAME
from service.pages.example import ExampleReport
from service.settings import from_environment
from tests.browser.conftest import PHONE
from tests.running import POLICIES


@pytest.mark.parametrize(("lang", "size"), [("zh", {"width": 1280, "height": 900}), ("en", PHONE)])
def test_the_report_is_one_click_from_the_start_page(visitor, lang, size):
    """Its script runs under the headers of the service: a refusal would be a complaint of the browser."""
    page = visitor.open("/", lang, size)
    page.click("a[href^='/example/report']")
    page.wait_for_selector(f"body[data-ready={lang}]", timeout=120_000)  # until then the page asks again by itself
    assert page.locator("#scatter svg path").count() > 10
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_report_leads_back_and_offers_its_files(visitor):
    page = visitor.open("/example/report?lang=en")
    page.wait_for_selector("body[data-ready=en]", timeout=120_000)
    with page.expect_download() as taken:
        page.click("a[download='workbook.xlsx']")
    assert taken.value.path().read_bytes().startswith(b"PK")
    page.click("#home")
    page.wait_for_selector("a[href^='/example/report']")


def test_the_service_gives_no_other_file(visitor):
    page = visitor.open("/example/report?lang=en")
    page.wait_for_selector("body[data-ready=en]", timeout=120_000)
    assert page.request.get(f"{visitor.server.address}/example/household.parquet").status == 404
    assert page.request.get(f"{visitor.server.address}/example/..%2Fworkbook.xlsx").status == 404


def test_the_report_reaches_nothing_of_the_service(visitor):
    page = visitor.open("/example/report?lang=en")
    page.wait_for_selector("body[data-ready=en]", timeout=120_000)
    assert page.evaluate("origin") == "null"


def test_a_service_without_demo_has_no_example(app):
    client = app.test_client()
    assert client.get("/example/report").status_code == 404
    assert "/example/report" not in client.get("/").text


def test_a_report_is_kept_for_the_policies_it_was_made_from(app, tmp_path):
    reports, here = ExampleReport(tmp_path), app.extensions[NAME].policies.current()
    (tmp_path / reports.key(here)).mkdir()
    (tmp_path / reports.key(here) / "report.html").write_bytes(b"made")
    assert reports.page(here) == b"made"
    assert reports.page(replace(here, digest="of others")) is None


def test_the_report_is_not_offered_where_its_plan_is_not_in_force(tmp_path, monkeypatch):
    monkeypatch.setenv("VILLAGE_CREDIT_EXAMPLE", str(tmp_path / "example"))
    other = POLICIES.parent / "tests" / "plans"
    environment, _ = prepare({"VILLAGE_CREDIT_POLICIES": str(other)}, tmp_path / "data")
    app = create_app(from_environment(environment))
    app.extensions["example"].wait()
    client = app.test_client()
    assert "/example/report" not in client.get("/").text
    answer = client.get("/example/report?lang=en")
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/not-found")
    app.extensions[NAME].policies.close()
    app.extensions[NAME].log.close()
