"""The effect of a draft before a real browser: past decisions judged again, and live ones in shadow."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.api.calling import example
from tests.browser.test_browser import PALE, WIDER
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

TODAY = datetime.now(UTC).date()
FIRST = 150_000  # milliseconds: one effect is worked out at a time
UNTIL = (TODAY + timedelta(days=3)).isoformat()


def there(page):
    """The page, once the service is not busy with others."""
    while page.get_by_text(re.compile("同类请求正在处理的太多|Too many requests of this kind")).count():
        page.reload()
    return page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_past_is_judged_again_and_what_comes_is_judged_beside(visitor, server, days, lang):
    page, draft = begun(visitor, next(days))
    page.goto(f"{draft}/text/{FILE}.yaml")
    page.evaluate(TYPE, [LIMIT, "at_least: 99%"])
    saved(page)
    page.close()
    path = draft.removeprefix(server.address)
    second = visitor.signed_in("approver", f"{path}/effect", lang, NARROW)
    words = {"zh": ("开始影子运行", "开始", "选定这段时间", "重判"),
             "en": ("Put the draft in shadow", "Begin", "Choose this period", "Judge them again")}[lang]  # fmt: skip
    there(second).locator("summary", has_text=words[0]).click()
    second.fill("#until", UNTIL)
    second.fill("#shadow_reason", "看三天")
    second.get_by_role("button", name=words[1], exact=True).click()
    second.locator("b", has_text=re.compile("正在影子运行|In shadow")).wait_for()

    case = {**example("village_qualifies"), "on": TODAY.isoformat()}
    status, said, _ = server.call("POST", f"/v1/decisions/{FILE}", case)
    assert (status, said["outcome"]) == (200, "qualified")
    counted = second.get_by_text(re.compile("判定了 1 个请求，1 个结论不同|Of 1 requests that it judged 1 come"))
    while not counted.count():  # the next look keeps what was found
        second.reload()
        there(second)

    second.fill("#from_day", (TODAY - timedelta(days=1)).isoformat())
    second.fill("#to_day", (TODAY + timedelta(days=1)).isoformat())
    second.get_by_role("button", name=words[2]).click()
    there(second).get_by_role("button", name=words[3], exact=True).click()
    second.get_by_text(re.compile("重判了|were judged again, and")).wait_for(timeout=FIRST)  # after the effect itself
    assert said["log_id"] not in second.content()  # an approver reads no decisions
    second.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    broken = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(second).response["violations"]]
    assert (broken, second.evaluate(PALE), second.evaluate(WIDER)) == ([], [], 0)

    auditor = visitor.signed_in("auditor", second.url.removeprefix(server.address).replace("&", "%26"), lang)
    there(auditor).evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    auditor.locator(f'a[href*="{said["log_id"]}"]').first.click()
    auditor.wait_for_url(f"**/audit/{said['log_id']}*")
    _, ready, _ = server.call("GET", "/readyz")
    assert UNTIL in [one["until"] for one in ready["shadows"]]


@pytest.mark.parametrize(("lang", "size"), [("zh", NARROW), ("en", {"width": 1280, "height": 900})])
def test_what_is_typed_and_chosen_stays_while_what_is_ready_is_put_in(visitor, server, days, lang, size):
    page, draft = begun(visitor, next(days), size=size)
    page.goto(f"{draft}/text/{FILE}.yaml")
    page.evaluate(TYPE, [LIMIT, "at_least: 98%"])
    saved(page)
    page.close()
    second = visitor.signed_in("approver", f"{draft.removeprefix(server.address)}/effect", lang, size)
    there(second).locator("#progress").wait_for()
    second.evaluate("window.here = true")
    second.locator("summary", has_text=re.compile("开始影子运行|Put the draft in shadow")).click()
    second.fill("#shadow_reason", "看三天")
    second.locator("#said", has_text=re.compile("已算好|It is worked out")).wait_for(timeout=FIRST)
    second.locator("#examples").wait_for()
    assert second.evaluate("window.here") is True  # the page was not loaded again
    assert (second.input_value("#shadow_reason"), second.evaluate("document.activeElement.id")) == (
        "看三天",
        "shadow_reason",
    )
    assert second.locator("#progress").count() == 0
    broken = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(second).response["violations"]]
    assert (broken, second.evaluate(PALE), second.evaluate(WIDER)) == ([], [], 0)
