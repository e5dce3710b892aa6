"""The pages as people see them: what they can do there, in both languages, on a desk, on a phone and on paper."""

import json
import re
import time

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.running import PATIENCE

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNNAMED = """() => [...document.querySelectorAll("input, select, textarea, button, a[href]")]
  .filter((one) => !(one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim()))
  .map((one) => one.outerHTML)"""
UNDERSCORE = "Deprecated: escaping deep link"  # what Swagger UI says of any operationId with a `_`
# Text whose contrast with what lies behind it is below 4.5 : 1, as WCAG AA wants it.
PALE = """() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")].filter((one) =>
    one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return texts.filter((one) => {
    const [low, high] = [channels(getComputedStyle(one).color), behind(one)].map(light).sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) < 4.5;
  }).map((one) => one.outerHTML);
}"""


def decide(page):
    """Press the button, and wait for the reasons."""
    page.click("#form [type=submit]")
    page.wait_for_selector("#decided article")


def form_of(page, decision):
    """Choose a decision by its id."""
    offered = page.evaluate("fetch('/try-it.json').then((answer) => answer.json())")
    page.select_option("#decision", str([one["decision"] for one in offered].index(decision)))


# --- documentation


def test_the_documentation_draws_every_operation_and_calls_them(visitor):
    visitor.expected.add(UNDERSCORE)
    page = visitor.open("/docs#/catalogue/list_plans", "en")
    plans = page.locator("#operations-catalogue-list_plans")
    plans.locator("button.try-out__btn").click()
    paths = page.evaluate("fetch('/openapi.json').then((answer) => answer.json())")["paths"]
    operations = sum(method in ("get", "post", "put", "delete") for methods in paths.values() for method in methods)
    assert page.locator(".opblock").count() == operations
    assert page.locator(".swagger-ui .errors").count() == 0
    page.click("button.authorize")
    page.fill("#auth-bearer-value", visitor.server.keys["caller"])
    page.click(".auth-btn-wrapper button.authorize")
    page.click("button.btn-done")
    plans.locator("button.execute").click()
    plans.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) == 0


# --- the form of the start page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_first_decision_takes_a_sign_in_and_a_click(visitor, lang):
    page = visitor.form(lang)
    decide(page)
    said = json.loads(page.text_content("#answer"))
    assert page.inner_text("#decided .outcome") == said["outcome_title"][lang]
    shown = page.locator("#decided .findings > li .mark b").all_inner_texts()
    assert shown == [{"met": "✓", "not_met": "✗", "unknown": "?"}[one["verdict"]] for one in said["findings"]]
    for finding in said["findings"]:
        assert finding["title"][lang] in page.inner_text("#decided")
        assert finding["clause"] in page.inner_text("#decided")
    assert {"zh": "还差多少", "en": "What it would take"}[lang] in page.inner_text("#decided")
    status, line, _ = visitor.server.call("GET", f"/v1/decisions/{said['log_id']}", role="auditor")
    assert (status, line["outcome"]) == (200, said["outcome"])


def test_what_is_typed_is_what_is_judged(visitor):
    visitor.expected.add("status of 422")
    page = visitor.form()
    page.select_option("#example", "")
    page.get_by_label("全村农户数", exact=True).first.fill("1,000")
    page.get_by_label("A级及以上户数", exact=True).fill("549.0000")
    page.locator("fieldset", has_text="社会治安稳定").locator(".choice label", has_text="否").last.click()
    with page.expect_request(re.compile("/v1/decisions/")) as sent:
        page.click("#form [type=submit]")
    assert '"a_grade_households": 549.0000' in sent.value.post_data
    page.wait_for_selector("#problem:not([hidden])")
    assert page.get_by_label("A级及以上户数", exact=True).get_attribute("aria-invalid") == "true"
    page.get_by_label("A级及以上户数", exact=True).fill("549")
    decide(page)
    assert page.locator("#problem").is_hidden()
    said = json.loads(page.text_content("#answer"))
    assert [one["comparisons"][0]["observed"] for one in said["findings"][:1]] == ["0.549"]


def test_every_decision_can_be_tried_from_its_example(visitor):
    page = visitor.form()
    for number in range(page.locator("#decision option").count()):
        page.select_option("#decision", str(number))
        with page.expect_response(re.compile("/explanation$")) as explained:
            page.click("#form [type=submit]")
        assert explained.value.status == 200
        page.wait_for_selector("#decided article")
        answer = json.loads(page.text_content("#answer"))
        assert (answer["decision"], answer["missing"]) == (answer["decision"], [])
        assert page.evaluate(WIDER) == 0


def test_records_are_added_and_removed(visitor):
    page = visitor.form("en")
    form_of(page, "credit_township")
    page.click(".list button:has-text('Add a row')")
    page.locator(".records tr").last.locator("input").fill("V-999")
    page.locator(".records tr").last.locator("select").select_option(label="not qualified")
    page.locator(".records tr").nth(1).locator("button").click()
    before = page.locator(".records tbody tr").count()
    with page.expect_request(re.compile("/v1/decisions/")) as sent:
        decide(page)
    villages = sent.value.post_data_json["facts"]["villages"]
    assert len(villages) == before
    assert villages[-1] == {"id": "V-999", "credit_village": "not_qualified"}


def test_a_session_that_is_over_is_told(visitor):
    visitor.expected.add("status of 401")
    page = visitor.form("en")
    page.context.clear_cookies()
    page.click("#form [type=submit]")
    page.wait_for_selector("#problem:not([hidden])")
    assert "Sign in" in page.inner_text("#problem")
    assert page.get_attribute("#problem a", "href").startswith("/sign-in")


def test_a_service_that_is_gone_is_told(visitor):
    visitor.expected.add("ERR_FAILED")
    page = visitor.form("en")
    page.route("**/v1/**", lambda route: route.abort())
    page.click("#form [type=submit]")
    page.wait_for_selector("#problem:not([hidden])")
    assert "cannot be reached" in page.inner_text("#problem")
    assert page.is_enabled("#form [type=submit]")


def test_no_script_reads_the_session(visitor):
    page = visitor.form()
    decide(page)
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    [cookie] = [one for one in page.context.cookies() if one["name"].endswith("session")]
    assert cookie["value"] not in page.content()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


# --- on paper


def printable(page):
    with page.context.expect_page() as opened:
        page.click("#print")
    opened.value.wait_for_selector("article.first")
    return opened.value


def test_the_explanation_prints_with_the_words_of_the_clauses(visitor, edition):
    page = visitor.form()
    decide(page)
    said = json.loads(page.text_content("#answer"))
    sheet = printable(page)
    sheet.emulate_media(media="print")
    text = sheet.inner_text("body")
    for finding in said["findings"]:
        assert edition.clauses[finding["clause"]].text in text
    assert {said["log_id"], said["edition_sha256"]} <= set(text.split())
    assert "第二十四条" in text
    assert "English" not in text
    pdf = sheet.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 4


def test_the_explanation_holds_both_languages(visitor):
    page = visitor.form()
    decide(page)
    said = json.loads(page.text_content("#answer"))
    sheet = printable(page)
    assert sheet.inner_text("h1 >> visible=true") == said["title"]["zh"]
    sheet.click("text=English")
    assert sheet.inner_text("h1 >> visible=true") == said["title"]["en"]
    sheet.click("text=中文")
    assert sheet.inner_text("h1 >> visible=true") == said["title"]["zh"]


# --- languages, sizes, readers


@pytest.mark.parametrize("path", ["/", "/docs", "/problems/unavailable"])
def test_the_language_is_switched_without_scripts(visitor, path):
    page = visitor.open(path, scripts=False)
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.click("header >> text=English")
    assert page.get_attribute("html", "lang") == "en"
    page.click("header >> text=中文")
    assert page.get_attribute("html", "lang") == "zh-CN"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_wider_than_a_phone(visitor, lang):
    page = visitor.form(lang, PHONE)
    decide(page)
    assert page.evaluate(WIDER) == 0
    sheet = printable(page)
    sheet.set_viewport_size(PHONE)
    assert sheet.evaluate(WIDER) == 0
    page.goto(f"{visitor.server.address}/problems/invalid-input")
    assert page.evaluate(WIDER) == 0


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_everything_has_a_name_and_can_be_read(visitor, size):
    page = visitor.form("zh", size)
    form_of(page, "grant")
    decide(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(PALE) == []
    page.goto(f"{visitor.server.address}/problems/gone")
    assert page.evaluate(PALE) == []


def test_a_change_of_a_locked_edition_is_on_the_start_page_until_it_is_taken_back(visitor, policies):
    facts = next(policies.glob("*/*/facts.yaml"))
    good = facts.read_text(encoding="utf-8")
    page = visitor.open("/", "en")
    assert page.locator("#untaken").count() == 0
    facts.write_text(f"{good}\nnonsense: 1\n", encoding="utf-8")
    reload_until(page, told=True)
    line = good.count("\n") + 1  # the first that differs
    assert f"{facts.relative_to(policies).as_posix()}:{line}:1" in page.inner_text("section:has(#untaken)")
    facts.write_text(good, encoding="utf-8")
    reload_until(page, told=False)


def reload_until(page, *, told):
    until = time.monotonic() + PATIENCE
    while (page.locator("#untaken").count() > 0) != told:
        assert time.monotonic() < until
        page.reload()
