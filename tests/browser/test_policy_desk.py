"""The policy desk before a real browser: a draft in fields and as text, a second person who approves, and back."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.api.calling import example
from tests.browser.conftest import DESK, looked
from tests.browser.test_browser import PALE, WIDER
from tests.running import PATIENCE, POLICIES, running

PLAN = "xx-county"
FILE = "credit_village"
SHARE = f"value:{FILE}.criteria.a_grade_share.require.a_grade_share.at_least"
LIMIT = "at_least: 55%"
CONFLICT, BUSY = "responded with a status of 409", "responded with a status of 503"  # as a browser says it
REFUSED = "responded with a status of 422"
NARROW = {"width": 375, "height": 800}
# Puts the text of the editor in the place of a word, as if it were typed.
TYPE = """([word, instead]) => {
  const editor = ace.edit(document.querySelector(".editor"));
  editor.focus();
  editor.find(word, {regExp: false, wrap: true});
  editor.insert(instead);
}"""


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    """A service of its own: what is published here would be in force for the other tests."""
    with running(tmp_path_factory.mktemp("desk"), policies=POLICIES) as server:
        yield server


@pytest.fixture(scope="module")
def days():
    """A day of its own for each test, the last first: what one publishes, no later draft begins with."""
    return iter([f"2031-{month:02}-01" for month in range(12, 0, -1)])


def begun(visitor, day, lang="zh", size=DESK):
    """A draft for a day, from the desk's home: its page, and its address."""
    visitor.expected.add(BUSY)  # is asked again
    page = visitor.signed_in("editor", "/desk", lang, size)
    page.locator("summary", has_text=re.compile("起草一个新版本|Draft a new edition")).click()
    page.fill("#day", day)
    page.get_by_role("button", name=re.compile("^(起草|Begin)$")).click()
    page.wait_for_url("**/desk/drafts/draft-*")
    looked(page)
    return page, re.sub(r"\?.*", "", page.url)


def share(page):
    """The field of the limit that the tests change, where it can be seen."""
    field = page.locator(f'[id="{SHARE}"]')
    field.evaluate("one => { for (let at = one; at; at = at.parentElement) if (at.open === false) at.open = true; }")
    return field


def saved(page):
    page.locator("#saved", has_text=re.compile("已保存|Saved")).wait_for()


def test_a_figure_goes_from_a_field_to_a_decision_and_back(visitor, server, days):
    day = next(days)
    page, draft = begun(visitor, day)
    page.goto(f"{draft}/form/{FILE}")
    looked(page)
    share(page).fill("60")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="按所选保存").click()  # the words of clause and reading along with it
    page.wait_for_selector("#changes")
    assert "不低于 55% → 不低于 60%" in page.locator("section:has(#changes)").inner_text()
    page.goto(draft)
    looked(page)
    assert "clause_disagrees" not in page.content()
    page.locator("summary", has_text="提交审批").click()
    page.fill("#reason", "县里下了文")
    page.fill("#title", "X政办〔2027〕1号")
    page.set_input_files("#document", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"a document"})
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_selector(".state.submitted")
    assert page.get_by_role("button", name="批准").count() == 0  # whoever wrote it

    second = visitor.signed_in("approver", "/desk")
    with second.expect_navigation():
        second.locator(f'a[href*="{draft.rpartition("/")[2]}"]').first.click()
    assert "不低于 55% → 不低于 60%" in second.content()
    for box in second.locator("[name=acknowledged]").all():
        box.check()
    second.get_by_role("button", name=re.compile("批准，到")).click()
    second.wait_for_selector(".state.approved")

    def outcome(on):
        _, said, _ = server.call("POST", f"/v1/decisions/{FILE}", {**example("village_qualifies"), "on": on})
        found = next(one for one in said["findings"] if one["criterion"] == "a_grade_share")
        return said["edition"], found["comparisons"][0]["tests"][0]["limit"]

    until = time.monotonic() + PATIENCE
    while outcome(day)[0] != day and time.monotonic() < until:
        pass  # the service looks for what was published every tenth of a second
    assert outcome("2030-12-31") == ("2026-05-01", "0.55")
    assert outcome(day) == (day, "0.6")

    page.goto(f"{server.address}/desk/editions/{PLAN}/2026-05-01")
    looked(page)
    page.locator("input[type=date]").first.fill("2032-01-01")
    page.get_by_role("button", name="恢复").first.click()
    page.wait_for_url("**/desk/drafts/draft-*")
    looked(page)
    assert "不低于 60% → 不低于 55%" in page.content()


def test_a_text_shows_its_error_at_the_line_and_saves_itself(visitor, days):
    page, draft = begun(visitor, next(days), "en")
    page.goto(f"{draft}/text/{FILE}.yaml")
    page.wait_for_selector(".ace_content")
    page.evaluate(TYPE, [LIMIT, "at_leest: 60%"])
    page.wait_for_selector("#faults li.bad")
    number = page.evaluate("ace.edit(document.querySelector('.editor')).getCursorPosition().row + 1")
    assert f"line {number}" in page.locator("#faults li.bad").first.inner_text()
    assert page.locator(".ace_gutter-cell.ace_error").count() == 1
    page.evaluate(TYPE, ["at_leest", "at_least"])
    page.wait_for_selector("#faults li.bad", state="detached")
    saved(page)
    page.goto(draft)
    looked(page)
    assert "at least 55% → at least 60%" in page.content()


def test_the_editor_offers_words_and_says_what_they_mean(visitor, days):
    page, draft = begun(visitor, next(days))
    page.goto(f"{draft}/text/{FILE}.yaml")
    page.evaluate("""() => {
      const editor = ace.edit(document.querySelector(".editor"));
      editor.focus();
      editor.find("at_least: 55%");
      editor.selection.moveTo(editor.getCursorPosition().row, editor.getCursorPosition().column - 11);
    }""")
    page.locator(".about", has_text="不低于").wait_for()
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".ace_autocomplete .ace_line >> text=at_most")


def test_what_two_people_write_is_shown_at_once_and_nothing_is_lost(visitor, days):
    visitor.expected |= {CONFLICT, REFUSED}
    page, draft = begun(visitor, next(days))
    address = f"{draft}/text/{FILE}.yaml"
    page.goto(address)
    looked(page)
    other = visitor.signed_in("approver", address.partition("/desk")[1] + address.partition("/desk")[2])
    other.evaluate(TYPE, [LIMIT, "at_least: 65%"])
    saved(other)
    page.evaluate(TYPE, [LIMIT, "at_least: 60%"])
    page.wait_for_selector("#conflict")
    told = page.locator("#conflict").inner_text()
    assert "demo approver" in told
    assert "at_least: 65%" in told
    with page.expect_navigation():
        page.get_by_role("button", name="保存").click()
    assert "at_least: 60%" in page.locator("#text").input_value()  # both, and what was typed
    assert "at_least: 65%" in page.content()


def test_a_form_saves_itself_and_asks_before_what_is_unsaved_is_left(visitor, days):
    page, draft = begun(visitor, next(days))
    page.goto(f"{draft}/form/plan")
    looked(page)
    title = page.locator('[id="value:plan.title.zh"]')
    title.fill("一个新的名称")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.reload())")
    assert asked == ["beforeunload"]
    saved(page)
    page.goto(f"{draft}/text/plan.yaml")
    assert "一个新的名称" in page.locator("#text").input_value()
    page.goto(f"{draft}/form/{FILE}")
    looked(page)
    share(page).fill("60")
    page.locator("#saved", has_text="请按“保存”").wait_for()
    page.evaluate("document.querySelector('#form').requestSubmit()")  # the words are asked about
    page.wait_for_selector("input[name^=clause]")


def test_the_keyboard_alone_leads_into_the_editor_and_out_of_it(visitor, days):
    page, draft = begun(visitor, next(days), "en")
    page.goto(f"{draft}/text/{FILE}.yaml")
    page.locator(".ace_scroller").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Home")
    page.keyboard.type("# looked at")
    page.keyboard.press("Enter")
    assert page.locator("#text").input_value().startswith("# looked at\n")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('button.main')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/drafts/draft-*")
    looked(page)
    assert "/text/" not in page.url


@pytest.fixture(scope="module")
def draft(browser, server):
    """A draft that has changed a figure."""
    headers = {"If_Match": '"1"'}
    _, made, _ = server.call("POST", "/v1/drafts", {"plan": PLAN, "day": "2033-01-01"}, role="editor")
    files = {**made["files"], f"{FILE}.yaml": made["files"][f"{FILE}.yaml"].replace(LIMIT, "at_least: 60%")}
    status, _, _ = server.call("PUT", f"/v1/drafts/{made['id']}/files", {"files": files}, role="editor", **headers)
    assert status == 200
    return made["id"]


PAGES = ["", "/guide", "/drafts/{draft}", "/drafts/{draft}?at=credit_village.yaml:15",
         "/drafts/{draft}/form/credit_village", "/drafts/{draft}/text/plan.yaml",
         "/drafts/{draft}/add/credit_village.criteria?way=0", "/editions/xx-county/2026-05-01",
         "/drafts/{draft}/cases/new", "/drafts/{draft}/cases/new?decision=credit_township"]  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [DESK, NARROW], ids=["desk", "phone"])
def test_the_pages_of_the_desk_are_for_everybody(visitor, draft, size, lang):
    visitor.expected.add(BUSY)
    page = visitor.signed_in("editor", "/account", lang, size)
    found = {}
    for path in PAGES:
        page.goto(visitor.server.address + "/desk" + path.format(draft=draft))
        looked(page)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        broken = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
        found[path] = (broken, page.evaluate(PALE), page.evaluate(WIDER))
    assert {path: one for path, one in found.items() if one != ([], [], 0)} == {}


def test_the_pages_of_the_desk_are_printed_whole(visitor, draft):
    visitor.expected.add(BUSY)
    page = visitor.signed_in("editor", "/account", "zh", {"width": 700, "height": 1000})  # about A4 in its margins
    page.emulate_media(media="print")
    for path in PAGES:
        page.goto(visitor.server.address + "/desk" + path.format(draft=draft))
        looked(page)
        assert (path, page.evaluate(WIDER)) == (path, 0)


def test_what_is_typed_outlives_the_session(visitor, server, days):
    visitor.expected |= {CONFLICT, "responded with a status of 401"}
    page, draft = begun(visitor, next(days))
    page.goto(f"{draft}/text/{FILE}.yaml?lang=zh")
    page.wait_for_selector(".ace_content")
    elsewhere = visitor.signed_in("editor", "/account")
    elsewhere.get_by_role("button", name=re.compile("所有|everywhere")).click()
    page.evaluate(TYPE, [LIMIT, "at_least: 61%"])
    page.locator("#saved", has_text="登录已结束").wait_for()
    page.get_by_role("button", name="保存", exact=True).click()
    page.locator("pre", has_text="at_least: 61%").wait_for()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="登录（新标签页）").click()
    opened.value.fill("#login", "editor")
    opened.value.fill("#password", server.passwords["editor"])
    opened.value.click("main [type=submit]")
    opened.value.wait_for_url("**/desk*")
    for _ in range(2):  # the second with a token that is good
        with page.expect_navigation():
            page.get_by_role("button", name="再发一次").click()
    page.goto(f"{draft}/text/{FILE}.yaml?lang=zh")
    assert "at_least: 61%" in page.locator("textarea[name=text]").input_value()


ZONES = "Pacific/Kiritimati", "America/Los_Angeles"  # where it is never the same day


def test_two_people_in_two_zones_see_the_same_days_and_times(visitor, days):
    page, draft = begun(visitor, next(days))
    page.goto(f"{draft}/text/{FILE}.yaml")
    page.wait_for_selector(".ace_content")
    page.evaluate(TYPE, [LIMIT, "at_least: 56%"])
    saved(page)
    clock = re.search(r"\d\d:\d\d", page.locator("#saved").inner_text())[0]
    seen, now = [], []
    for visitor.zone in ZONES:
        other = visitor.signed_in("approver", "/desk")
        now.append(other.evaluate("new Date().toDateString()"))
        texts = []
        for path in ("/desk", draft.removeprefix(visitor.server.address), f"/desk/editions/{PLAN}/2026-05-01"):
            other.goto(visitor.server.address + path)
            looked(other)
            assert "Asia/Shanghai" in other.locator("main").inner_text()
            texts.append(other.locator("main").inner_text())
        assert re.search(rf"\d\d\d\d-\d\d-\d\d {clock}", texts[1])  # as it said when it was saved
        seen.append(texts)
    assert now[0] != now[1]  # two computers that are a day apart
    assert seen[0] == seen[1]
