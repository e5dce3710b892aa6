"""A kind of fact is declared once, and the files that name one are those that CONTRIBUTING.md lists."""

import ast
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from rules.engine.coders import ordinal
from rules.model import Fact
from rules.operations import require
from rules.table.columns import TYPES
from rules.values.exact import NUMBERS, Type, decimal_text, plain
from rules.values.kinds import KINDS, SINGLE, Unread
from rules.values.text import Text
from rules.words.wording import VALUES
from service.county.intake.columns import CELLS

ROOT = Path(__file__).parents[2]
ON = date(2026, 12, 31)
# what says the meaning of one kind, and has nothing to say about others
EXCEPTIONS = {
    "rules/building/assignments.py": "what can be added up",
    "rules/building/resolver.py": "points take a figure without a unit",
    "rules/model/edition.py": "a count is whole unless it is measured",
    "rules/operations/arithmetic.py": "what a ratio and a product of two kinds make",
    "rules/operations/dates.py": "a period is a count",
    "rules/values/figures.py": "a rate is written in percent",
    "rules/warnings/worlds.py": "a count may be whole",
    "rules/warnings/numerals.py": "a sign and a measure word tell the kind of a figure",
    "rules/words/particulars.py": "a count says what it counts",
    "rules/words/untold.py": "a rate is written in percent",
    "rules/building/report.py": "what can be added up",
    "rules/cases/checker.py": "lists and records are walked, and dates held against the day",
    "service/examples/fields.py": "what a truth and a count take in a form",
    "rules/editing/figures.py": "what says the unit of a figure, in an example",
    "rules/editing/scalars.py": "what a switch, a choice and a figure take in a form",
    "service/county/intake/turned.py": "cells that tell a sheet that lies on its side",
    "service/examples/words.py": "how people write a value of each kind",
    "service/county/intake/forms.py": "money and rates have units in a cell",
    "service/county/intake/names.py": "money and rates have units in a heading",
    "service/county/intake/totals.py": "what can be added up",
    "service/county/report/workbook.py": "a rate is shown in percent",
    "service/county/report/columns.py": "a rate is shown in percent",
    "service/county/report/lists.py": "amounts of a ranking are shown in yuan",
    "service/county/run/aside_book.py": "a date has a format of Excel",
    "service/county/template.py": "what Excel can hold a cell to",
    "service/openapi/facts.py": "a rate has a note on its places",
}


def naming(text):
    """Whether Python code asks a type for its kind by name, or holds a table by kind."""
    for node in ast.walk(ast.parse(text)):
        asked, names = _asked(node)
        if asked and names & SINGLE:
            return True
        entries = (
            node.keys if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Set | ast.Tuple) else []
        )
        names = {one.value for one in entries if isinstance(one, ast.Constant)}
        if len(names & SINGLE) > 1 and names <= KINDS.keys():
            return True
    return False


def _asked(node):
    """Whether a kind is compared with something, and the words in it."""
    if isinstance(node, ast.Compare):
        left = against = [node.left, *node.comparators]
    elif isinstance(node, ast.Match):
        left, against = [node.subject], [case.pattern for case in node.cases]
    else:
        return False, set()
    words = {one.value for side in against for one in ast.walk(side) if isinstance(one, ast.Constant)}
    return any(isinstance(side, ast.Attribute) and side.attr == "kind" for side in left), words


def listed():
    """The files that CONTRIBUTING.md wants changed with a fact type."""
    lines = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith("| a fact type |")]
    return set(re.findall(r"`([a-z_/]+\.(?:py|js))`", row))


def test_the_files_that_name_a_kind_are_those_that_contributing_lists():
    found = {
        path.relative_to(ROOT).as_posix()
        for package in ("rules", "service")
        for path in (ROOT / package).rglob("*.py")
        if naming(path.read_text(encoding="utf-8"))
    }
    assert found - EXCEPTIONS.keys() == {name for name in listed() if name.endswith(".py")}
    assert EXCEPTIONS.keys() - found == set(), "these name no kind any more: take them out"
    assert len(listed()) <= 6


@pytest.mark.parametrize(("text", "found"), [
    ('if fact.type.kind == "date":\n    pass', True),
    ('if fact.type.kind in ("choice", "boolean"):\n    pass', True),
    ('match type.kind:\n    case "rate":\n        pass', True),
    ('TYPES = {"boolean": 1, "date": 2}', True),
    ('if op.name == "count":\n    pass', False),
    ('if rule.kind == "table":\n    pass', False),
])  # fmt: skip
def test_a_file_that_names_a_kind_is_noticed(text, found):
    assert naming(text) is found


@pytest.mark.parametrize(("declared", "known"), [
    (KINDS, VALUES), (SINGLE, CELLS), (SINGLE, NUMBERS | TYPES.keys()),
])  # fmt: skip
def test_a_table_that_lacks_a_kind_is_refused(declared, known):
    require("complete", declared, known)
    last = max(declared)
    with pytest.raises(NotImplementedError, match=last):
        require("not complete", declared, set(known) - {last})


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_a_sample_is_read_as_it_is_and_fits_its_schema(name):
    kind = KINDS[name]
    type = Type(name, kind.unit, ("a", "b") if kind.needs == "choices" else ())
    fact = Fact("f", "thing", type, Text("f", "f"), Text("", ""), minimum=kind.minimum, maximum=kind.maximum)
    sample = kind.sample(type, ON)
    given = Decimal(decimal_text(sample)) if name == "rate" else plain(sample)
    schema = kind.schema(fact)

    assert kind.reader(fact)(given) == sample
    jsonschema.validate(given, schema)
    jsonschema.validate(None, schema)
    with pytest.raises(Unread):
        kind.reader(fact)([])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([], schema)
    assert ordinal(sample, type) is not None
