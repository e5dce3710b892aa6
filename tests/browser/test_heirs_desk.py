"""A plan that extends another, before a real browser: its first draft, and then a draft of its parent."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESK
from tests.browser.test_browser import PALE, WIDER
from tests.browser.test_effect_desk import FIRST, there
from tests.browser.test_policy_desk import BUSY, NARROW
from tests.running import POLICIES, running

HEAD = ("plan: yy-county\ntitle: {zh: YY县实施方案, en: YY County plan}\nissuer: {zh: YY县, en: YY County}\n"
        "effective: {from: 2032-01-01}\nextends: {plan: xx-county, edition: 2026-05-01}\n")  # fmt: skip
STRICTER = "decision: credit_village\ncriteria:\n- {id: a_grade_share, require: {a_grade_share: {at_least: 75%}}}\n"
CALL = """async ([path, body, revision]) => {
  const token = document.querySelector("meta[name=csrf]").content;
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": token};
  if (revision) headers["If-Match"] = `"${revision}"`;
  const method = body === null ? "GET" : body.files && revision ? "PUT" : "POST";
  const answer = await fetch(`/v1${path}`, {method, headers, body: body === null ? undefined : JSON.stringify(body)});
  const said = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(said));
  return said;
}"""
SUBMISSION = {"reason": "沿用市里的方案", "source": {"title": "YY政办〔2031〕1号", "sha256": "ab" * 32}}


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    """A service of its own: what is published here would be an heir for the other tests."""
    folder = tmp_path_factory.mktemp("heirs")
    with running(folder, policies=POLICIES, example=folder / "example") as server:
        yield server


def looked_at(visitor, path, selector, *words):
    """A page in both languages and widths, as an approver sees it, once what is wanted is there."""
    for lang, size in (("zh", DESK), ("en", NARROW), ("zh", NARROW), ("en", DESK)):
        page = there(visitor.signed_in("approver", path, lang, size))
        page.wait_for_selector(selector, timeout=FIRST)
        page.wait_for_selector("#progress", state="detached", timeout=FIRST)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert all(one[lang] in page.inner_text("main") for one in words)
        broken = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
        assert (broken, page.evaluate(PALE), page.evaluate(WIDER)) == ([], [], 0)
        page.close()


def test_a_child_plan_is_begun_and_its_parent_tells_of_it(visitor, server):
    visitor.expected.add(BUSY)
    editor = visitor.signed_in("editor", "/account")
    files = {"plan.yaml": HEAD, "credit_village.yaml": STRICTER}
    draft = editor.evaluate(CALL, ["/drafts", {"plan": "yy-county", "day": "2032-01-01", "files": files}, 0])
    path = f"/desk/drafts/{draft['id']}"
    looked_at(visitor, f"{path}/effect", "#examples",
              {"zh": "不低于 55% → 不低于 75%", "en": "Those of the edition that it extends"})  # fmt: skip

    editor.evaluate(CALL, [f"/drafts/{draft['id']}/submit", SUBMISSION, 1])
    second = there(visitor.signed_in("approver", path))
    for box in second.locator("[name=acknowledged]").all():
        box.check()
    second.get_by_role("button", name=re.compile("批准，到")).click()
    second.wait_for_selector(".state.approved")

    parent = editor.evaluate(CALL, ["/drafts", {"plan": "xx-county", "day": "2026-05-01", "amend": True}, 0])
    text = parent["files"]["credit_village.yaml"].replace("at_least: 55%", "at_least: 58%")
    changed = {**parent["files"], "credit_village.yaml": text}
    editor.evaluate(CALL, [f"/drafts/{parent['id']}/files", {"files": changed}, 1])
    words = {"zh": "沿用自《XX县助力乡村振兴开展“整村授信”工作实施方案》（2026-05-01 起）的解读",
             "en": "inherited from “XX County whole-village credit granting plan” (from 2026-05-01)"}  # fmt: skip
    called = {"zh": "YY县实施方案，2032-01-01起", "en": "YY County plan, 2032-01-01"}
    looked_at(visitor, f"/desk/drafts/{parent['id']}", "#warnings", words, called)
    looked_at(visitor, f"/desk/drafts/{parent['id']}/effect", "#heirs", words, called)
    looked_at(visitor, "/desk/editions/yy-county/2032-01-01", "details.act",
              {"zh": "是这个方案唯一的版本", "en": "is the only edition of its plan."})  # fmt: skip
