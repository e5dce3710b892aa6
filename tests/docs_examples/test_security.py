"""What the page on security claims is held by tests that there are."""

import ast
import re
from functools import cache

import pytest

from tests.docs_examples.played import ROOT

PAGES = ("security.md", "security.zh-CN.md")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def defined(file):
    """The tests of a file; none where there is no such file."""
    path = ROOT / file
    body = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
    return {one.name for one in body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def invented(text):
    return [f"{file}::{name}" for file, name in TEST.findall(text) if name not in defined(file)]


def claims(text):
    """The rows of the tables of threats, by their first cell."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if re.match(r"\| [STRIDE] ", line)]
    return {cells[0]: TEST.findall(cells[-1]) for cells in rows}


@pytest.mark.parametrize("page", PAGES)
def test_every_claim_names_a_test_and_none_is_invented(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert [threat for threat, tests in claims(text).items() if not tests] == []
    assert len(claims(text)) > 20
    assert invented(text) == []


def test_the_two_languages_claim_the_same():
    first, second = (list(claims((ROOT / "docs" / page).read_text(encoding="utf-8")).items()) for page in PAGES)
    assert [(threat[0], tests) for threat, tests in first] == [(threat[0], tests) for threat, tests in second]


def test_an_invented_test_would_be_noticed():
    row = "| S one | two | `tests/docs_examples/test_security.py::test_of_nothing` `tests/none.py::test_x` |"
    assert invented(row) == ["tests/docs_examples/test_security.py::test_of_nothing", "tests/none.py::test_x"]
    assert claims("| S one | two | `make` |") == {"S one": []}
