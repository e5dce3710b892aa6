"""A kind of decision is known to a few modules: its own, and the tables that find them by the type of its body."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from rules.judging.kinds import KINDS

ROOT = Path(__file__).parents[2]
# the modules of a package that may name one kind: its own, and the one that lists all kinds
MODULES = {"rules/model": 2, "rules/building": 2, "rules/judging": 2, "rules/table": 2, "rules/words": 2}


def named(text):
    """The kinds of decision that a module imports."""
    kinds = {kind.__name__ for kind in KINDS}
    return {
        alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rules.model")
        for alias in node.names
        if alias.name in kinds
    }


def defined_or_named(path):
    text = path.read_text(encoding="utf-8")
    classes = {node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}
    return named(text) | {kind.__name__ for kind in KINDS if "model" in path.parts and kind.__name__ in classes}


def test_a_kind_is_named_by_its_own_modules_and_the_tables_of_kinds():
    found = defaultdict(lambda: defaultdict(list))
    for package in ("rules", "service"):
        for path in sorted((ROOT / package).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            for kind in defined_or_named(path):
                found["/".join(path.relative_to(ROOT).parts[:2])][kind].append(where)
    assert found.keys() == MODULES.keys()
    most = {package: max(kinds.values(), key=len) for package, kinds in found.items()}
    assert {package: names for package, names in most.items() if len(names) > MODULES[package]} == {}


@pytest.mark.parametrize(("text", "kinds"), [
    ("from rules.model import Rule, criteria_of", set()), ("from sqlalchemy import Table", set()),
    ("from rules.model import Ranking, Rule", {"Ranking"}), ("from rules.model.decisions import Table", {"Table"}),
])  # fmt: skip
def test_a_kind_that_is_imported_is_noticed(text, kinds):
    assert named(text) == kinds
