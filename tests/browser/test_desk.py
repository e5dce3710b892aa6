"""The pages of people who signed in, before a real browser: nothing that axe finds, nothing wider than the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.api.calling import example
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_browser import PALE, WIDER


@pytest.fixture(scope="module")
def asked(server):
    """A decision, and a request for its review."""
    _, decided, _ = server.call("POST", "/v1/decisions/credit_village", example("village_misses_narrowly"))
    path = f"/v1/decisions/{decided['log_id']}/review-requests"
    _, request, _ = server.call("POST", path, {"reason": "户数登记有误"})
    return {"log_id": decided["log_id"], "id": request["id"], "edition": "xx-county/2026-05-01"}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("analyst", "/reviews"),
        ("analyst", "/reviews/{id}"),
        ("analyst", "/account"),
        ("analyst", "/policies"),
        ("analyst", "/policies/{edition}?q=55%25"),
        ("analyst", "/policies/{edition}/decisions/credit_village"),
        ("analyst", "/policies/{edition}/facts/village/a_grade_share"),
        ("analyst", "/policies/{edition}/clauses/四(三)1(1)"),
        ("analyst", "/policies/{edition}/readings/a_grade_share_operator"),
        ("auditor", "/audit"),
        ("auditor", "/audit/{log_id}"),
        ("auditor", "/audit/{log_id}/edition"),
    ],
)
def test_a_page_is_for_everybody(visitor, asked, role, path, size, lang):
    page = visitor.signed_in(role, path.format(**asked), lang, size)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate(PALE) == []
    assert page.evaluate(WIDER) == 0


def test_a_review_is_worked_with_the_keyboard_alone(visitor, server):
    _, decided, _ = server.call("POST", "/v1/decisions/credit_village", example("village_misses_narrowly"))
    server.call("POST", f"/v1/decisions/{decided['log_id']}/review-requests", {"reason": "请再看"})
    page = visitor.signed_in("analyst", "/reviews", "en")
    page.locator("tbody a").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#note")
    page.locator("input[value=upheld]").focus()
    page.keyboard.press("Space")
    page.locator("#note").focus()
    page.keyboard.type("as filed")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reviews")
    _, line, _ = server.call("GET", f"/v1/decisions/{decided['log_id']}")
    assert [one.get("result") for one in line["reviews"]] == [None, "upheld"]
