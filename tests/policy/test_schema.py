"""Editors hold policy files against policies/policy.schema.json; it must say what the loader says."""

import json
from pathlib import Path
from random import Random

import pytest
from jsonschema import Draft7Validator

from rules.files.source import read
from rules.format.grammar import DOCUMENT
from rules.format.schema import schema_text
from rules.problems.problem import Problems
from tests.policy.core_yaml import plain

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "policies").glob("*/*/*.yaml"))
SCHEMA = json.loads((ROOT / "policies/policy.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)
NUMBERS = (
    "55%",
    "0.55",
    "55",
    "true",
    "'55%'",
    "-",
    "[]",
    "{}",
    "~",
    "",
    "{zh: 甲}",
    "[1, 2]",
    "five",
    "2026-12-31",
)


def judged(text: str) -> tuple[bool, bool]:
    """Whether the grammar takes a text, and whether the schema does."""
    problems = Problems()
    node = read(text, "x.yaml", problems)
    assert node is not None
    assert not problems.errors
    return DOCUMENT.check(node, problems), VALIDATOR.is_valid(plain(node))


def test_it_is_up_to_date():
    assert (ROOT / "policies/policy.schema.json").read_text(encoding="utf-8") == schema_text(), "run `make docs`"


def test_it_is_a_schema():
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_pass_both(path):
    assert judged(path.read_text(encoding="utf-8")) == (True, True)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_file_names_it_where_editors_look(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")

    assert (path.parent / name).resolve() == ROOT / "policies/policy.schema.json"


def edited(text: str, random: Random) -> str:
    """The text with one value, key or line changed."""
    lines = text.splitlines()
    number = random.randrange(1, len(lines))
    line = lines[number]
    before, colon, after = line.partition(": ")
    match random.randrange(4):
        case 0 if colon:
            lines[number] = f"{before}: {random.choice(NUMBERS)}"
        case 1 if colon:
            lines[number] = f"{before}x: {after}"
        case 2:
            del lines[number]
        case _:
            lines[number] = line.replace(random.choice(line.split() or [""]), random.choice(NUMBERS), 1)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_both_refuse_the_same_edits(path):
    """What the grammar takes, the schema takes; what it refuses, the schema refuses but for spellings it cannot see."""
    random, text = Random(path.stem), path.read_text(encoding="utf-8")
    refused = 0
    for _ in range(40):
        changed = edited(text, random)
        problems = Problems()
        node = read(changed, "x.yaml", problems)
        if node is None or problems.errors:
            continue
        taken = DOCUMENT.check(node, problems)
        refused += not taken
        assert VALIDATOR.is_valid(plain(node)) == taken, (problems.errors, changed)
    assert refused
