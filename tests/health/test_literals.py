"""A plan is data: its figures and its words stand in policies/ and nowhere in Python.

The words and figures are read from the editions at run time, so a new plan is guarded without a change here.
"""

import ast
import re
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CODE = sorted(path for package in ("rules", "service") for path in (ROOT / package).rglob("*.py"))
POLICIES = sorted((ROOT / "policies").glob("*/*/*.yaml"))

ARITHMETIC = {-1, 0, 1, 2, 10, 100, 1000, 10000}
# What a number or a figure in a text stands for, wherever it stands. A figure of a plan is allowed in one file only.
ALLOWED = {
    3: "shortest runs and versions: a plural in -ies, Python 3, an exit code",
    4: "digits of a year; rungs on which one value can stand to another; spaces of an indent",
    6: "decimal places of a figure, and choices shown as an example",
    8: "rules that share a gate in the engine, and digits of a hash as shown",
    12: "months of a year, a power of ten, and known words listed in a message",
    15: "a power of ten: what no honest figure reaches",
    20: "stray characters, and codes, listed in a message",
    32: "characters of a sha256 that identify a decision; bits of a tally's lower half",
    40: "depth of a policy file; digits of a decimal",
    60: "characters quoted in a message; rows of a table that are measured",
    63: "characters of an example of a sha256",
    64: "characters of an id",
    120: "characters of YAML's own message",
    400: "boxes of a search",
    240: "fields that the engine's message holds",
    480: "rules that the engine's rule set holds",
    512: "states that the engine's rule set holds",
    100000: "records of a list",
    200000: "nodes of a policy file",
    1000000: "bytes of a policy file",
    0x811C9DC5: "FNV-1a, its start",
    0x01000193: "FNV-1a, its prime",
    0xFFFFFFFF: "FNV-1a, 32 bits",
    ("service/app.py", 20000): "objects after which the cycle collector looks at the young",
    ("service/publishing/contents.py", 255): "bytes of a part of a path",
    ("service/publishing/kept.py", 16): "contents that are remembered to have been looked at",
    ("service/examples/assigning.py", 0.0001): "what the solver leaves, as a share",
    ("service/app.py", 50): "... and at those that outlived them",
    ("service/http/background.py", 0.02): "seconds for which lines of the server's log gather",
    ("service/commands/serve.py", 5): "seconds after which an idle thread ends",
    ("service/commands/serve.py", 30): "seconds for what is under way at the end",
    ("service/commands/serve.py", 1024): "connections that wait to be taken",
    ("service/http/observing.py", 15): "digits of the shortest number of a card",
    ("rules/values/text.py", 0.6): "how alike a word and the one meant are",
    ("rules/shapes/either.py", 0.8): "... a key and the one that tells the kind of an entry",
    ("service/county/intake/matching.py", 0.8): "... the heading of a column and a fact",
    ("service/county/intake/forms.py", 1900): "the year from which Excel counts days",
    ("service/county/intake/forms.py", 1904): "the year from which old workbooks of a Mac count days",
    ("service/county/intake/forms.py", 1899): "the day before the first that Excel counts",
    ("service/county/intake/forms.py", 30): "the day before the first that Excel counts",
    ("service/county/intake/grids.py", 30): "lines that show how cells are parted",
    ("service/county/intake/headings.py", 30): "rows among which a heading stands",
    ("service/county/intake/looking.py", 0.6): "how alike a heading and a fact are that are offered",
    ("service/county/intake/sheets.py", 9): "digits of the rows of a sheet",
    ("service/county/intake/texts.py", 16): "bits of the number of texts kept",
    ("service/county/intake/parts.py", 1900): "the year from which Excel counts days",
    ("service/county/intake/parts.py", 1904): "the year from which old workbooks of a Mac count days",
    ("service/county/intake/pages.py", 14): "bits of the columns of a workbook",
    ("rules/values/ids.py", 5): "digits of an area after the first",
    ("service/county/run/bounded.py", 5_000): "records judged once more, some thousand a second",
    ("service/county/intake/widths.py", 18): "digits of an amount with two decimal places",
    ("service/county/intake/widths.py", 21): "digits of a figure with six decimal places",
    ("service/county/run/gaps.py", 5): "thousands of records that are looked into",
    ("service/county/backend.py", "50%"): "the share of the memory that DuckDB may hold",
    ("service/settings.py", "50%"): "the same, as a setting",
    ("service/effect/jobs.py", 0.2): "seconds between two looks at a job",
    ("service/effect/jobs.py", 2000): "characters of a failure that are told",
    ("service/commands/effect.py", 0.2): "seconds between two looks at a job",
    ("service/effect/feeding.py", 600.0): "seconds after which no more decisions are judged again",
    ("service/shadow/acts.py", 92): "days that a shadow lasts at most: a quarter of a year",
    ("service/shadow/beside.py", 256): "requests that wait to be judged beside",
    ("service/shadow/tally.py", 0.3): "seconds to wait for the database",
    ("service/effect/making.py", 5): "steps of a county run, to show progress by",
    ("service/effect/tried.py", 41): "values of a sweep at most",
    ("service/desk/curves.py", 600): "the width of a curve in its box",
    ("service/desk/curves.py", 150): "the height of a curve in its box",
    ("service/county/report/basis.py", 5): "thousands of rows of the table of a page",
    ("service/county/report/time.py", 7): "days of a week",
    ("service/county/run/asked.py", 0.01): "the share of rows that may be set aside, by default",
    ("service/county/report/workbook.py", 2000): "the year that every workbook bears",
    ("service/county/report/workbook.py", 31): "characters of the name of a sheet",
    ("service/county/report/workbook.py", 50): "thousands of rows of a sheet",
    ("service/county/report/workbook.py", 48): "letters that the widest column holds",
    ("service/county/report/workbook.py", 0x2E80): "the first character of Chinese",
    ("service/county/run/aside_book.py", 2000): "the year that every workbook bears",
    ("service/county/run/aside_book.py", 50): "thousands of rows of a sheet",
    ("service/county/intake/mended.py", 31): "characters of the name of a sheet",
    ("service/county/template.py", 2000): "the year that every workbook bears",
    ("service/county/template.py", 1900): "the year from which Excel counts days",
    ("service/county/template.py", 255): "characters of a list that Excel takes beside a cell",
    ("service/commands/demonstration.py", 384): "rights of a secret file: read and write for its owner",
    ("service/county/assignment/assigning.py", 4000): "trades, at most",
    ("service/county/assignment/assigning.py", 0.05): "the solver's effort on a pair",
    ("service/county/assignment/assigning.py", 2000): "parts of a share, of which one does not matter",
    ("service/county/assignment/trading.py", 1e-9): "what floats differ by for no reason",
    ("service/log/entry.py", 80): "bits of chance in an id",
    ("service/log/log.py", 5): "seconds that the clock may lag",
    ("service/log/writer.py", 0.006): "seconds that a leader of a group commit waits at most",
    ("service/log/kinds.py", 3000): "milliseconds that a write waits for its turn",
    ("service/log/kinds.py", 0.3): "seconds of waiting after which the one before is asked whether it failed",
    ("service/log/kinds.py", 4000): "pages between checkpoints; milliseconds until a silent server is given up",
    ("service/log/database.py", 0.25): "seconds that a failing read took which waited for something",
    ("service/log/kinds.py", 0.005): "seconds between two tries to have the turn",
    ("service/log/kinds.py", 41): "bytes of the note about a failure",
    ("service/log/kinds.py", "20"): "characters of the time, and of the code, in that note",
    ("service/log/probing.py", 0.4): "seconds that readiness waits for a turn",
    ("service/log/writer.py", 0.8): "seconds of a transaction that is no longer honest work",
    ("service/http/readers.py", 0.25): "seconds that one waits for a place to read a body",
    ("service/http/turns.py", 5): "seconds that one waits for a turn",
    ("service/http/turns.py", "5"): "seconds of Retry-After",
    ("service/http/turns.py", "30"): "seconds of Retry-After after a request that took too long",
    ("service/policies/hosts.py", 0.3): "seconds that a host waits to say what it serves",
    ("service/policies/watching.py", 5): "threads in a row that die before none is started any more",
    ("service/policies/folder.py", 2000): "most files of a policies folder",
    ("service/policies/folder.py", 16): "most mebibytes of a policies folder",
    ("service/http/observing.py", 0.001): "a bucket of the histogram of seconds, and so on",
    ("service/http/observing.py", 0.0025): "a bucket",
    ("service/http/observing.py", 0.005): "a bucket",
    ("service/http/observing.py", 0.01): "a bucket",
    ("service/http/observing.py", 0.025): "a bucket",
    ("service/http/observing.py", 0.05): "a bucket",
    ("service/http/observing.py", 0.1): "a bucket",
    ("service/http/observing.py", 0.25): "a bucket",
    ("service/http/observing.py", 5): "a bucket",
    ("service/http/observing.py", 30): "a bucket",
    ("service/settings.py", "5"): "seconds that the clock may lag, by default",
    ("service/settings.py", "15"): "days for a review, by default",
    ("service/people/openid.py", 5): "seconds for an answer of the provider",
    ("service/people/openid.py", 600): "seconds in which somebody signs in there",
    ("service/people/openid.py", 3600): "seconds for which its keys are kept",
    ("service/people/passwords.py", 5): "failures in a row",
    ("service/people/passwords.py", 128): "characters of a password, at most",
    ("service/people/passwords.py", 19456): "KiB of a hash",
    ("service/settings.py", "30"): "minutes of an idle session, by default",
    ("service/settings.py", "12"): "hours of a session, by default",
    ("service/settings.py", 1440): "minutes of a day",
    ("service/settings.py", 168): "hours of a week",
    ("service/settings.py", "60"): "seconds of a request, by default",
    ("service/settings.py", 256): "workers, and threads, at most",
    ("service/settings.py", 65535): "the last port",
    ("service/settings.py", 0.05): "seconds between two looks, at least",
    ("service/settings.py", 3600): "seconds of an hour",
    ("service/settings.py", 86400): "seconds of a day",
    ("service/settings.py", 1024): "bytes of a body, at least",
    ("service/settings.py", 0.1): "seconds of a request, at least",
    ("service/settings.py", 366): "days of a year",
    ("service/settings.py", 36500): "days of a century",
    ("service/settings.py", 9): "a power of ten: requests of a minute, at most",
    ("service/settings.py", 30): "bits of a body's length, at most",
    ("service/settings.py", 16): "MiB of a body, by default",
    ("rules/values/exact.py", 100000000): "yuan of 亿元, as people write amounts",
    ("rules/operations/forms.py", "7"): "an example of a number for editors to show",
    ("rules/engine/memory.py", 250000): "comparisons remembered for an edition: 25 MB at most",
    ("rules/engine/network.py", 50): "conditions that the engine's stack holds",
    ("rules/values/kinds.py", "4"): "an example of a number in a message",
    ("rules/values/kinds.py", "55"): "an example of a percentage in a message",
    ("rules/table/dates.py", 366): "days of the longest year",
    ("rules/table/dates.py", 9999): "the last year of the calendar",
    ("rules/table/verdicts.py", 62): "criteria of a column of verdicts",
    ("rules/table/rows.py", 5000): "parts of an expression that an engine still plans in a moment",
    ("rules/table/arithmetic.py", 52): "bits within which a float tells whole numbers apart",
    ("rules/table/numbers.py", 37): "a power of ten that 38 digits hold with room to add",
    ("rules/table/numbers.py", 38): "digits of a decimal of DuckDB and Spark",
    ("rules/table/numbers.py", 63): "bits of a whole number",
    ("rules/shapes/scalars.py", "12"): "a number to try a pattern with",
    ("rules/shapes/scalars.py", "0.5"): "a number to try a pattern with",
}

NAMING_KEYS = {"decision", "id", "outcome"}  # their value is an id
NAMED_KEYS = {"choices", "outcomes", "outputs"}  # the keys of their value are ids
PROSE_FILES = {"clauses.yaml", "readings.yaml", "report.yaml"}  # set no figure that decides anything
FIGURE = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(%?)(?:\s*[a-z]+)?")
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?%?")


@dataclass(frozen=True)
class Plan:
    """The words and figures of the plans."""

    words: frozenset[str]
    decisions: frozenset[str]
    figures: frozenset[Decimal]


def walk(node):
    """Every mapping entry below a node, as (key, value)."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def scalars(node):
    if isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from scalars(value)
    else:
        yield node


def named(key, value):
    """The ids that one entry of a policy declares."""
    if key in NAMING_KEYS and isinstance(value, str):
        yield value
    if isinstance(value, dict) and "title" in value:
        yield key
    if key in NAMED_KEYS and isinstance(value, dict):
        yield from (name for name, what in value.items() if isinstance(what, dict))
        yield from (what for what in value.values() if isinstance(what, str))
    if key in NAMED_KEYS and isinstance(value, list):
        yield from (name for name in value if isinstance(name, str))


def figures(node):
    """The numbers a policy sets, as written and as shares: 55 and 0.55 of `55%`."""
    for value in scalars(node):
        match = FIGURE.fullmatch(str(value)) if isinstance(value, str | int | float) else None
        if match and not isinstance(value, bool):
            number = Decimal(match[1])
            yield number
            if match[2]:
                yield number / 100


def plan_of(documents):
    """The words and figures of policies given as {file name: content}."""
    entries = [entry for document in documents.values() for entry in walk(document)]
    words = {str(word) for key, value in entries for word in named(key, value)}
    numbers = {
        n for name, document in documents.items() if Path(name).name not in PROSE_FILES for n in figures(document)
    }
    return Plan(
        words=frozenset(word for word in words if len(word) > 5 and "_" in word),
        decisions=frozenset(value for key, value in entries if key == "decision" and isinstance(value, str)),
        figures=frozenset(numbers - ARITHMETIC),
    )


def names(node):
    """The identifiers that one node of a program spells."""
    for field in ("id", "attr", "name", "arg", "asname", "module"):
        value = getattr(node, field, None)
        if isinstance(value, str):
            yield from value.split(".")
    if isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    if isinstance(node, ast.MatchClass):
        yield from node.kwd_attrs


def in_text(text, plan, allowed):
    for word in sorted({*re.findall(r"\w+", text)} & plan.words | {text} & plan.decisions):
        yield f"word {word!r}"
    if text not in allowed and NUMBER.fullmatch(text) and Decimal(text.rstrip("%")) in plan.figures:
        yield f"figure {text!r}"


def in_node(node, plan, allowed):
    for name in names(node):
        if name in plan.words | plan.decisions:
            yield f"name {name}"
    match node:
        case ast.Constant(value=str(text)):
            yield from in_text(text, plan, allowed)
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() | complex() as number) if number not in allowed:
            yield f"number {number}"


def docstrings(tree):
    """The texts that explain the program: they may give an example from a plan."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            yield body[0].value


def offences(where, source, plan, allowed):
    """Everything of a plan in one program; `allowed` numbers are for all files or (file, number)."""
    tree = ast.parse(source)
    said = {id(text) for text in docstrings(tree)}
    statuses = set(HTTPStatus) if where.startswith("service/") else set()
    mine = statuses | {
        key[1] if isinstance(key, tuple) else key for key in allowed if not isinstance(key, tuple) or key[0] == where
    }
    for node in ast.walk(tree):
        if id(node) not in said:
            for what in in_node(node, plan, ARITHMETIC | mine):
                yield f"{where}:{getattr(node, 'lineno', 1)}: {what}"


@pytest.fixture(scope="module")
def plan():
    return plan_of({str(path): yaml.safe_load(path.read_text(encoding="utf-8")) for path in POLICIES})


def test_the_plans_yield_their_words_and_figures(plan):
    assert {"credit_village", "credit_township", "screening"} <= plan.decisions
    assert {"a_grade_share", "credit_village", "needs_information"} <= plan.words
    assert {Decimal(55), Decimal("0.55"), Decimal(18), Decimal(65)} <= plan.figures


def test_no_word_or_figure_of_a_plan_stands_in_python(plan):
    found = []
    for path in CODE:
        where = path.relative_to(ROOT).as_posix()
        found += offences(where, path.read_text(encoding="utf-8"), plan, ALLOWED)
    assert not found, "\n".join(["move these to policies/, or give a number its reason in ALLOWED:", *found])


def test_every_allowed_number_is_still_used():
    used = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str):
                used |= {node.value, (path.relative_to(ROOT).as_posix(), node.value)}
    assert [key for key in ALLOWED if key not in used] == []


SAMPLE = """
facts: {village: {title: {zh: 村}, filed_homes: {type: count, title: {zh: 户}},
                  status: {type: choice, title: {zh: 状}, choices: {moved_away: {zh: 迁}}}}}
decision: grading
outcomes: {met: well_known, unknown: {title: {zh: 缺}}}
criteria: [{id: filed_share, require: {filed_share: {at_least: 55%}, age: {between: [18 years, 65 years]}}}]
"""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("limit = 55", "number 55"),
        ("share = 0.5", "number 0.5"),
        ("age = -7", "number 7"),
        ("def f(age=18): ...", "number 18"),
        ("share = Decimal('0.55')", "figure '0.55'"),
        ("share = '55%'", "figure '55%'"),
        ("kind = 'grading'", "word 'grading'"),
        ("grading = 1", "name grading"),
        ("def filed_share(): ...", "name filed_share"),
        ("from rules import filed_share as f", "name filed_share"),
        ("x = subject.filed_homes", "name filed_homes"),
        ("f(filed_homes=1)", "name filed_homes"),
        ("x = 'village.filed_homes'", "word 'filed_homes'"),
        ("x = f'{a}.moved_away'", "word 'moved_away'"),
        ("x = {'well_known': 1}", "word 'well_known'"),
    ],
)
def test_a_word_or_figure_of_a_plan_would_be_noticed(source, found):
    plan = plan_of({"a.yaml": yaml.safe_load(SAMPLE)})
    assert [line.partition(": ")[2] for line in offences("a.py", source, plan, {})] == [found]


@pytest.mark.parametrize(
    "source",
    [
        "x = [-1, 0, 1, 2, 10, 100, 1000, 10000, True]",
        "x = at_least",
        '"""Grading is done by rule."""',
        'def f():\n    """Judges moved_away, as an example."""',
        "x = 7",
    ],
)
def test_arithmetic_and_the_words_of_the_format_are_free(source):
    plan = plan_of({"a.yaml": yaml.safe_load(SAMPLE)})
    assert list(offences("a.py", source, plan, {("a.py", 7): "days of a week"})) == []
