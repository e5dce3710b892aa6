"""The ten minutes of `/desk/guide` by the keyboard alone: no step of it wants a mouse."""

import re

import pytest

from tests.browser.conftest import looked
from tests.browser.test_policy_desk import BUSY, FILE, REFUSED, SHARE
from tests.running import POLICIES, running

MANY = 400  # stops of the Tab key: more than the longest page has
REACHED = """([what, text]) => {
  const at = document.activeElement;
  return at.matches(what) && (at.innerText || at.value || "").includes(text);
}"""


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running(tmp_path_factory.mktemp("walk"), policies=POLICIES) as server:
        yield server


def reach(page, what, text=""):
    """Go on with the Tab key until something has the focus, which can be seen."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if page.evaluate(REACHED, [what, text]):
            box = page.locator(":focus").bounding_box()
            assert box is not None, what
            assert box["width"] > 0, what
            return
    raise AssertionError(f"the keyboard does not reach {what} {text} on {page.url}")


def press(page, what, text="", key="Enter"):
    reach(page, what, text)
    page.keyboard.press(key)


def follow(page, what, text=""):
    """Follow a link, or send a form."""
    with page.expect_navigation():
        press(page, what, text)
    looked(page)


def fill(page, what, text):
    reach(page, what)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def entered(visitor, role):
    page = visitor.open("/sign-in?next=/desk")
    fill(page, "#login", role)
    fill(page, "#password", visitor.server.passwords[role])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page


def begun(page, day):
    press(page, "summary", "起草一个新版本")
    reach(page, "#day")
    year, month, date = day.split("-")
    page.keyboard.type(month + date + year)  # in the order of chromium's own language; a year has four digits
    assert page.input_value("#day") == day
    follow(page, "button", "起草")


def in_a_field(page):
    """55% becomes 60% in a form, and the words of the clause with it."""
    follow(page, f'a[href*="/form/{FILE}"]')
    while page.evaluate("document.activeElement.id") != SHARE:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('details:not([open]) > summary')"):
            page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("60")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, "button.main", "按所选保存")
    assert "不低于 55% → 不低于 60%" in page.content()


def as_text(page):
    """60% becomes 65% in the text, with an error on the way that is told at its line."""
    follow(page, f'a[href*="/text/{FILE}.yaml"]')
    press(page, ".ace_scroller")
    page.evaluate("ace.edit(document.querySelector('.editor')).find('at_least: 60%')")
    page.keyboard.type("at_leest: 65%")
    page.locator("#faults li.bad").first.wait_for()
    page.evaluate("ace.edit(document.querySelector('.editor')).find('at_leest: 65%')")
    page.keyboard.type("at_least: 65%")
    page.locator("#faults li.bad").first.wait_for(state="detached")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    follow(page, "button.main", "保存")
    assert "不低于 55% → 不低于 65%" in page.content()


def remarked(page):
    """Why the warning may stand, and a comment on a line."""
    fill(page, "[id^=w-]", "联社自定，见会议纪要")
    follow(page, "button", "说明")
    assert "已说明可以保留" in page.content()
    follow(page, "a[aria-label]", "意见")
    page.keyboard.type("请核对依据")
    follow(page, "button.main", "提意见")
    assert page.locator(".thread", has_text="请核对依据").count() == 1


def submitted(page):
    press(page, "summary", "提交审批")
    fill(page, "#reason", "县里下了文")
    fill(page, "#title", "X政办〔2031〕1号")
    page.set_input_files("#document", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"a document"})
    reach(page, "#document")  # the browser's own window chooses the file
    follow(page, "button.main", "提交")
    assert page.locator(".state.submitted").count() == 1


def restored(page, edition, day):
    """The content of an edition, as a draft for another day."""
    follow(page, f'a[href*="/desk/editions/{edition}"]')
    reach(page, "input[type=date]")
    year, month, date = day.split("-")
    page.keyboard.type(month + date + year)
    follow(page, "button", "恢复")
    assert "/desk/drafts/draft-" in page.url


def test_the_walk_through_by_the_keyboard_alone(visitor):
    visitor.expected |= {BUSY, REFUSED}
    page = entered(visitor, "editor")
    begun(page, "2031-05-01")
    draft = page.url.partition("?")[0]
    for step in (in_a_field, as_text, remarked, submitted):
        step(page)
    second = entered(visitor, "approver")
    follow(second, f'a[href*="{draft.rpartition("/")[2]}"]')
    press(second, ".thread summary", "答复或了结")
    follow(second, "button", "了结")
    boxes = second.locator("[name=acknowledged]").count()
    for _ in range(boxes):
        press(second, "[name=acknowledged]:not(:checked)", key="Space")
    follow(second, "button.main", "批准，到")
    assert second.locator(".state.approved").count() == 1
    told = second.locator("section:has(#history)").inner_text()
    done = re.findall("(?:editor|approver) (批准|了结意见|提交|提意见)", told)
    assert done == ["批准", "了结意见", "提交", "提意见", "提意见"]
    page.goto(f"{visitor.server.address}/desk")
    looked(page)
    restored(page, "xx-county/2026-05-01", "2032-01-01")
    assert "不低于 65% → 不低于 55%" in page.locator("section:has(#changes)").inner_text()
