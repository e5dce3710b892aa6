"""The whole way before a real browser, with a clock that is moved: somebody drafts 55% → 60% and sees who loses, cannot
approve it, another does, nothing changes before its day, the day comes, and the earlier content is restored. In fields
at a desk in Chinese; as text, with an error told at its line, on a phone in English."""

import re
import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from werkzeug.serving import make_server

from benchmarks import county
from examples.generate import Wanted, generate
from service.county.running import run
from tests.api.calling import example, start
from tests.browser.conftest import DESK, looked
from tests.browser.test_policy_desk import FILE, LIMIT, NARROW, TYPE, saved, share
from tests.desk.signing import PASSWORD
from tests.editions import shipped

PLAN, BEFORE, DAY, AGAIN = "xx-county", "2026-05-01", "2027-05-01", "2027-09-01"
NIGHT = datetime(2027, 4, 30, 15, 59, tzinfo=UTC), datetime(2027, 4, 30, 16, 0, tzinfo=UTC)  # around a midnight there
WORDS = {
    "zh": {"begin": "起草一个新版本", "draft": "起草", "save": "保存", "as chosen": "按所选保存",
           "submit": "提交审批", "send": "提交", "approve": "批准，到", "restore": "恢复",
           "limit": ("不低于 55% → 不低于 60%", "不低于 60% → 不低于 55%"),
           "loses": r"(\d+) 条失去", "barred": "您写过这份草稿"},
    "en": {"begin": "Draft a new edition", "draft": "Begin", "save": "Save", "as chosen": "Save as chosen",
           "submit": "Submit for approval", "send": "Submit", "approve": "Approve; in force from", "restore": "Restore",
           "limit": ("at least 55% → at least 60%", "at least 60% → at least 55%"), "loses": r"(\d+) lose",
           "barred": "You wrote part of this draft"},
}  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with a county run in which villages stand near the line."""
    folder = tmp_path_factory.mktemp("county")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("write_workbook", "write_report"):  # nobody reads them here
            patch.setattr(f"service.county.running.{name}", lambda *_: 0)
        run(county.asked(shipped(), generate(Wanted(900, townships=6, villages=30), folder / "in"), folder / "run"))
    return folder


@pytest.fixture
def api(tmp_path, runs):
    api = start(tmp_path, county_runs=str(runs))
    for login in ("editor", "approver"):  # either may approve, but not what is his own
        made = api.service.people.add(login, f"demo {login}", "approver")
        api.service.passwords.change(made, PASSWORD)
    yield api
    api.service.effects.wait()
    api.close()


@pytest.fixture
def server(browser, api):
    """The application behind a door of its own, in this process: its clock is the test's."""
    served = make_server("127.0.0.1", 0, api.app, threaded=True)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    passwords = dict.fromkeys(("editor", "approver"), PASSWORD)
    yield SimpleNamespace(address=f"http://127.0.0.1:{served.port}", passwords=passwords)
    served.shutdown()
    thread.join()


def in_fields(page, draft, words):
    page.goto(f"{draft}/form/{FILE}")
    looked(page)
    share(page).fill("60")
    page.get_by_role("button", name=words["save"], exact=True).click()
    page.get_by_role("button", name=words["as chosen"]).click()
    page.wait_for_selector("#changes")


def as_text(page, draft, words):
    page.goto(f"{draft}/text/{FILE}.yaml")
    page.wait_for_selector(".ace_content")
    page.evaluate(TYPE, [LIMIT, "at_leest: 60%"])
    page.wait_for_selector("#faults li.bad")
    number = page.evaluate("ace.edit(document.querySelector('.editor')).getCursorPosition().row + 1")
    assert re.search(rf"\b{number}\b", page.locator("#faults li.bad").first.inner_text())
    page.evaluate(TYPE, ["at_leest", "at_least"])
    page.wait_for_selector("#faults li.bad", state="detached")
    saved(page)


def outcome(api, on=None):
    """The edition and the limit by which a village is judged, today or on a day."""
    asked = {name: one for name, one in example("village_qualifies").items() if name != "on"}
    said = api.caller("caller").decided(FILE, {**asked, **({"on": on} if on else {})})
    found = next(one for one in said["findings"] if one["criterion"] == "a_grade_share")
    return said["edition"], found["comparisons"][0]["tests"][0]["limit"]


def losing(api, page, draft, words):
    """How many the effect says lose by it, once it is worked out."""
    page.goto(f"{draft}/effect")
    looked(page)
    api.service.effects.wait()
    page.goto(f"{draft}/effect")
    looked(page)
    return [int(one) for one in re.findall(words["loses"], page.locator("main").inner_text())]


def submitted(page, words):
    page.locator("summary", has_text=words["submit"]).click()
    page.fill("#reason", "县里下了文")
    page.fill("#title", "X政办〔2027〕1号")
    page.set_input_files("#document", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"a document"})
    page.get_by_role("button", name=words["send"], exact=True).click()
    page.wait_for_selector(".state.submitted")
    assert page.get_by_role("button", name=words["approve"]).count() == 0
    assert words["barred"] in page.locator("main").inner_text()


@pytest.mark.parametrize(("lang", "size", "edit"), [("zh", DESK, in_fields), ("en", NARROW, as_text)], ids=["zh", "en"])
def test_from_a_draft_to_its_day_and_back(visitor, api, lang, size, edit):
    words = WORDS[lang]
    page = visitor.signed_in("editor", "/desk", lang, size)
    page.locator("summary", has_text=words["begin"]).click()
    page.fill("#day", DAY)
    page.get_by_role("button", name=words["draft"], exact=True).click()
    page.wait_for_url("**/desk/drafts/draft-*")
    looked(page)
    draft = re.sub(r"\?.*", "", page.url)
    edit(page, draft, words)
    page.goto(draft)
    looked(page)
    assert words["limit"][0] in page.locator("section:has(#changes)").inner_text()
    assert any(losing(api, page, draft, words))
    page.goto(draft)
    looked(page)
    submitted(page, words)

    second = visitor.signed_in("approver", draft.removeprefix(visitor.server.address), lang, size)
    assert words["limit"][0] in second.locator("main").inner_text()
    for box in second.locator("[name=acknowledged]").all():
        box.check()
    second.get_by_role("button", name=words["approve"]).click()
    second.wait_for_selector(".state.approved")
    api.reload()
    assert outcome(api) == (BEFORE, "0.55")  # approved, and not in force

    found = []
    for api.clock.now in NIGHT:
        found.append(outcome(api))
    assert found == [(BEFORE, "0.55"), (DAY, "0.6")]

    page = visitor.signed_in("editor", f"/desk/editions/{PLAN}/{BEFORE}", lang, size)  # of last year no session is left
    page.locator("input[type=date]").first.fill(AGAIN)
    page.get_by_role("button", name=words["restore"]).first.click()
    page.wait_for_url("**/desk/drafts/draft-*")
    looked(page)
    assert words["limit"][1] in page.locator("section:has(#changes)").inner_text()
