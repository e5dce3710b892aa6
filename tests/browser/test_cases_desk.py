"""A test case of the plan's own before a real browser: written with the keyboard alone, tried, kept, and held."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESK, looked
from tests.browser.test_browser import PALE, WIDER
from tests.browser.test_effect_desk import there
from tests.browser.test_policy_desk import (  # noqa: F401 -- fixtures among them
    FILE,
    LIMIT,
    NARROW,
    TYPE,
    begun,
    days,
    saved,
    server,
)


def here(page):
    """What has the focus, once Tab has led there."""
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def tab_to(page, wanted):
    for _ in range(120):
        page.keyboard.press("Tab")
        if here(page) == wanted:
            return
    raise AssertionError(wanted)


@pytest.mark.parametrize(("lang", "size"), [("zh", DESK), ("en", NARROW)], ids=["zh-desk", "en-phone"])
def test_a_case_is_kept_with_the_keyboard_and_holds_the_next_change(visitor, days, lang, size):
    zh = lang == "zh"
    page, draft = begun(visitor, next(days), lang, size)
    page.locator("#cases").wait_for()
    page.get_by_role("link", name="增加测试案例" if zh else "Add a test case").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/new*")
    looked(page)
    tab_to(page, "decision")
    page.locator("#decision").select_option(FILE)  # the list is opened by the browser, not by the page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#wanted\\:credit_village").wait_for()
    tab_to(page, "example")
    title = page.locator("#example option", has_text=re.compile("恰为55%|exactly on its limits"))
    page.locator("#example").select_option(title.get_attribute("value"))
    tab_to(page, "填进来" if zh else "Fill in")
    page.keyboard.press("Enter")
    page.locator("p[role=status]").wait_for()
    page.fill("#subject", "V-001")
    page.locator("#wanted\\:credit_village").select_option("qualified")
    tab_to(page, "先判定看看" if zh else "Try it first")
    page.keyboard.press("Enter")
    page.locator("p.good", has_text=re.compile("正是“达标”|“qualified” indeed")).wait_for()
    assert page.locator("#subject").input_value() == "V-001"
    page.locator("p.screen a").last.click()
    looked(page)
    for again in (page.go_back, page.reload):  # neither sends the form a second time, nor loses it
        assert again().request.method == "GET"
        assert (page.locator("#subject").input_value(), page.locator("#wanted\\:credit_village").input_value()) == (
            "V-001", "qualified")  # fmt: skip
    broken = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
    assert (broken, page.evaluate(PALE), page.evaluate(WIDER)) == ([], [], 0)
    page.locator("#subject").focus()
    page.keyboard.press("Enter")  # saves
    page.wait_for_url(re.compile(r"/desk/drafts/draft-\w+(\?[^#]*)?#cases"))
    looked(page)
    page.locator("#cases ~ ul .good", has_text=re.compile("符合|holds")).first.wait_for()
    page.goto(f"{draft}/text/{FILE}.yaml?lang={lang}")
    page.evaluate(TYPE, [LIMIT, "at_least: 99%"])
    saved(page)
    page.goto(f"{draft}?lang={lang}")
    looked(page)
    there(page).locator("#cases ~ ul .bad").first.wait_for()
    assert page.locator("#errors").count() == 1
