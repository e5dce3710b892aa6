"""The messages of policy files: every one is used, in both languages, with all its facts."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from rules.problems.problem import messages

ROOT = Path(__file__).parents[2]
MESSAGES = messages()
FAMILIES = {code.partition(".")[0] for code in MESSAGES}
REPORTS = {"add", "warn", "refuse"}  # the calls whose second argument is a code, and whose keywords are its facts


def codes(tree):
    """The texts that look like a code of some family."""
    for node in ast.walk(tree):
        text = str(node.value) if isinstance(node, ast.Constant) else ""
        if re.fullmatch(r"[a-z]+\.[a-z_0-9]+", text) and text.partition(".")[0] in FAMILIES:
            yield text


def lacking(tree):
    """The reports that write out a code and its facts but not all that the message shows."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in REPORTS or len(node.args) < 2:
            continue
        code, given = getattr(node.args[1], "value", ""), {keyword.arg for keyword in node.keywords}
        if code in MESSAGES and None not in given and (left := shown(code, "zh") - given - {"nearest"}):
            yield code, left


def shown(code, lang):
    return {name for _, name, _, _ in Formatter().parse(MESSAGES[code][lang]) if name}


def trees():
    return [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "rules").rglob("*.py")]


def test_every_code_has_a_message_and_every_message_is_used():
    assert {code for tree in trees() for code in codes(tree)} == MESSAGES.keys()


def test_every_report_gives_the_facts_that_its_message_shows():
    assert [one for tree in trees() for one in lacking(tree)] == []


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_says_the_same_in_both_languages(code):
    zh, en = MESSAGES[code]["zh"], MESSAGES[code]["en"]

    assert MESSAGES[code].keys() == {"zh", "en"}
    assert shown(code, "zh") == shown(code, "en")
    assert not zh.isascii()
    assert en.replace("…", "").isascii() or "full-width" in en


def test_a_report_without_a_fact_is_noticed():
    tree = ast.parse("problems.add(node, 'fact.needs', key=key)")

    assert list(lacking(tree)) == [("fact.needs", {"kind"})]
    assert list(codes(tree)) == ["fact.needs"]


@pytest.mark.parametrize("manual", ["policy-format.md", "policy-format.zh-CN.md"])
def test_the_manual_names_every_warning_that_can_be_acknowledged(manual):
    known = {code.removeprefix("warning.") for code in MESSAGES if code.startswith("warning.")} - {"not_arising"}
    named = set(re.findall("`([a-z_]+)`", (ROOT / "docs" / manual).read_text(encoding="utf-8")))
    assert known <= named
