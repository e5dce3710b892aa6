"""Chinese is typed in steps that are no text yet: neither the editor nor a field may lose, save or check one."""

import pytest

from tests.browser.conftest import looked
from tests.browser.test_policy_desk import BUSY, begun, saved
from tests.running import POLICIES, running

LONG = 60_000  # milliseconds: more than any script of the page waits
STEPS = ["b", "ban", "ban'f", "ban'fa"]
TITLE = '[id="value:plan.title.zh"]'


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running(tmp_path_factory.mktemp("composed"), policies=POLICIES) as server:
        yield server


@pytest.fixture
def sent(visitor):
    """A draft's page, with the bodies of what its scripts send."""
    visitor.expected.add(BUSY)
    page, draft = begun(visitor, "2031-06-01")
    bodies = []
    page.clock.install()
    page.on("request", lambda one: bodies.append(one.post_data or "") if one.method == "POST" else None)
    return page, draft, bodies


def composed(page, word):
    """Type a word as an input method does; what the page holds meanwhile is for the caller to see."""
    method = page.context.new_cdp_session(page)
    for text in STEPS:
        said = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        method.send("Input.imeSetComposition", said)
    page.clock.run_for(LONG)
    yield
    method.send("Input.insertText", {"text": word})
    page.clock.run_for(LONG)
    yield


def test_the_editor_takes_a_word_when_it_is_whole(sent):
    page, draft, bodies = sent
    page.goto(f"{draft}/text/plan.yaml")
    page.wait_for_selector(".ace_content")
    page.evaluate("() => { const e = ace.edit(document.querySelector('.editor')); e.focus(); e.gotoLine(1, 0); }")
    page.keyboard.type("# ")
    steps = composed(page, "办法")
    next(steps)
    assert not page.locator("#text").input_value().startswith("# b")
    next(steps)
    page.keyboard.press("Enter")
    page.clock.run_for(LONG)
    assert page.locator("#text").input_value().startswith("# 办法\n")
    saved(page)
    assert not [one for one in bodies if "ban%27" in one or "ban'" in one]


def test_a_field_is_not_saved_while_a_word_is_composed(sent):
    page, draft, bodies = sent
    page.goto(f"{draft}/form/plan")
    looked(page)
    page.locator(TITLE).focus()
    page.keyboard.press("End")
    steps = composed(page, "办法")
    next(steps)
    assert page.locator(TITLE).input_value().endswith(STEPS[-1])
    assert bodies == []
    next(steps)
    saved(page)
    assert page.locator(TITLE).input_value().endswith("办法")
    assert not [one for one in bodies if "ban%27" in one or "ban'" in one]
