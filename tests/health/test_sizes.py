"""Files and functions stay short enough to be read at once. No exception may be added."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE, FUNCTION = 300, 40  # lines, at most
EXCEPTIONS = {}


def too_long(where, text):
    """What is too long in a file, with its lines."""
    lines = len(text.splitlines())
    if lines > FILE:
        yield where, lines
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION:
                yield f"{where}:{node.name}", lines


def test_no_file_and_no_function_is_too_long():
    found = {}
    for package in ("rules", "service"):
        for path in sorted((ROOT / package).rglob("*.py")):
            found.update(too_long(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
    assert {name: lines for name, lines in found.items() if name not in EXCEPTIONS} == {}
    assert EXCEPTIONS - found.keys() == set(), "these are short enough now: take them out"


@pytest.mark.parametrize(("text", "found"), [
    ("x = 1\n" * FILE, []), ("x = 1\n" * (FILE + 1), [("a", FILE + 1)]),
    ("def f():\n" + "    x = 1\n" * (FUNCTION - 1), []),
    ("def f():\n" + "    x = 1\n" * FUNCTION, [("a:f", FUNCTION + 1)]),
])  # fmt: skip
def test_a_line_too_many_is_noticed(text, found):
    assert list(too_long("a", text)) == found
