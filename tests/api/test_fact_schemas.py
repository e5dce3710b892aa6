"""The schema of facts in the document and the checker of facts take and refuse the same.

Two things a schema cannot say, and only the checker refuses: what two facts say together (a part and its whole, a date
and the calendar), and how much a percentage written as text comes to.
"""

import decimal
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from marshmallow import ValidationError

from rules import FactChecker, FactError
from rules.values.exact import exact
from rules.values.ids import CARD, UNSEEN, UNSEEN_BEYOND
from rules.values.limits import HUGE
from service.exact_json import dumps, loads
from service.http.cases import read
from service.http.fields import ID_SCHEMA, words
from service.openapi.document import fact_schemas
from tests.editions import every

EDITIONS = list(every().values())
SUBJECTS = [(edition, subject) for edition in EDITIONS for subject in edition.subjects]
TOGETHER = {"part_exceeds_whole", "empty_range", "not_a_date", "too_deep", "repeated_id"}
OF_TEXT = {"too_small", "too_large", "not_a_number"}
ODD = [True, False, 0, 1, "", "x", "0.9", "5 %", "true", "2026-12-31", [], {}, [None], Decimal("1.0"),
                        Decimal("1E+3"), Decimal("1E-7"), HUGE, -HUGE, 10**30, Decimal("1E+30")]  # fmt: skip
JUNK = st.sampled_from(ODD)
STEP = Decimal("0.000001")
often = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@cache
def validator(number):
    edition, subject = SUBJECTS[number]
    name, schemas = fact_schemas(edition, subject)
    document = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return Draft202012Validator(loads(dumps(document).replace(b"%$", b"%\\\\Z")))  # Python's `$` goes before a line end


@cache
def checker(number):
    return FactChecker(SUBJECTS[number][0])


def bounds(fact):
    """The least and the most that a number may be."""
    least = -HUGE + 1 if fact.minimum is None else exact(fact.minimum)
    most = HUGE - 1 if fact.maximum is None else exact(fact.maximum)
    return least, most


def good(fact):
    """Values of a fact as they should be, those at its bounds too."""
    match fact.type.kind:
        case "boolean":
            return st.booleans()
        case "choice":
            return st.sampled_from(list(fact.choices))
        case "date":
            return st.dates().map(date.isoformat)
    least, most = bounds(fact)
    found = st.integers(int(least) + (least > int(least)), int(most))
    found |= st.sampled_from([bound for bound in (least, most) if bound == int(bound)] or [0])
    if fact.type.kind != "count" or fact.decimals:
        found |= st.decimals(_decimal(least), _decimal(most), allow_nan=False, places=6)
        found |= st.just(_decimal(most) if fact.maximum is not None else HUGE - STEP)
    if fact.type.kind == "rate":
        found |= st.from_regex(r"\A[0-9]{1,3}(\.[0-9]{1,4})? ?%\Z")
    return found


def ranges(fact):
    """Numbers that are known within bounds, some of them without a bound."""
    end = good(fact) | st.none() | st.sampled_from(ODD)
    return st.fixed_dictionaries({}, optional={"at_least": end, "at_most": end})


def doubtful(fact):
    """What stands just outside, or is of another kind."""
    if not fact.type.is_number:
        return JUNK
    edges = [_decimal(bound) + way for bound in bounds(fact) for way in (-1, -STEP, STEP, 1, STEP / 10)]
    return JUNK | st.sampled_from([int(edge) if edge == int(edge) else edge for edge in edges])


def _decimal(number):
    return number if isinstance(number, int) else Decimal(number.numerator) / Decimal(number.denominator)


def record(draw, spots, edition, subject, depth=2, around=True, top=True):
    """Some facts of a subject as they should be, and what lies around it; `spots` is where one could go wrong."""
    found, own, seldom = {}, edition.subjects[subject], st.integers(0, 2)
    for fact in own.facts.values():
        if not fact.given or draw(seldom):
            continue
        if fact.type.kind != "list":
            found[fact.name] = draw(good(fact) | st.none() | (ranges(fact) if fact.type.is_number else st.none()))
            spots.append((found, fact.name, doubtful(fact)))
        elif depth:
            many = range(draw(st.integers(0, 2)))
            found[fact.name] = [record(draw, spots, edition, fact.type.of, depth - 1, top=False) for _ in many]
            spots.append((found, fact.name, st.just([None]) | JUNK))
    for rule in edition.rules.values():
        if rule.subject == subject and not draw(seldom):
            found[rule.id] = draw(st.sampled_from([*rule.outcomes, None]))
            spots.append((found, rule.id, JUNK))
    level = own.within if around else ""
    while level:
        if depth and not draw(seldom):
            found[level] = record(draw, spots, edition, level, depth - 1, around=False, top=False)
            spots.append((found, level, JUNK))
        level = edition.subjects[level].within
    if not top and not draw(seldom):
        found["id"] = draw(st.text(min_size=1, max_size=64) | st.just("x" * 64))
        spots.append((found, "id", JUNK | st.just("x" * 65)))
    strangers = ["no_such", "id", *own.facts, *edition.subjects]
    spots.append((found, draw(st.sampled_from(strangers)), JUNK | st.none()))
    return found


@st.composite
def cases(draw):
    """A case as it should be, or one that is doubtful in a single place."""
    number, spots = draw(st.integers(0, len(SUBJECTS) - 1)), []
    found = record(draw, spots, *SUBJECTS[number])
    if draw(st.booleans()):
        place, name, wrong = spots[draw(st.integers(0, len(spots) - 1))]
        place[name] = draw(wrong)
    return number, found


def at(facts, pointer):
    for step in filter(None, pointer.split("/")):
        facts = facts[int(step)] if isinstance(facts, list) else facts[step.replace("~1", "/").replace("~0", "~")]
    return facts


def disagreement(number, facts):
    """What schema and checker say differently of the facts of a case."""
    with decimal.localcontext(prec=200):  # for what jsonschema makes of `multipleOf`
        said = [error.message for error in validator(number).iter_errors(facts)]
    try:
        checker(number).check(SUBJECTS[number][1], facts)
    except FactError as error:
        left = [one for one in error.problems if one.code not in TOGETHER
                and not (isinstance(at(facts, one.pointer), str) and one.code in OF_TEXT)]  # fmt: skip
        return [] if said else left
    return said


@often
@given(cases())
def test_schema_and_checker_agree(case):
    assert disagreement(*case) == []


@pytest.mark.parametrize(
    "number", range(len(SUBJECTS)), ids=lambda number: SUBJECTS[number][0].id + SUBJECTS[number][1]
)
def test_they_agree_on_every_odd_value_of_every_fact(number):
    edition, subject = SUBJECTS[number]
    names = {*edition.subjects[subject].facts, *edition.subjects, *edition.rules, "id", "no_such"}

    assert [(name, value) for name in names for value in ODD if disagreement(number, {name: value})] == []


@pytest.mark.parametrize(("edition", "subject"), SUBJECTS, ids=lambda part: getattr(part, "id", part))
def test_every_fact_that_can_be_given_is_in_the_schema_and_no_other(edition, subject):
    name, schemas = fact_schemas(edition, subject)
    properties = schemas[name]["properties"].keys()
    around, level = set(), edition.subjects[subject].within
    while level:
        around, level = around | {level}, edition.subjects[level].within
    own = {fact.name for fact in edition.subjects[subject].facts.values() if fact.given}

    assert properties == own | around | {rule.id for rule in edition.rules.values() if rule.subject == subject}


ID = Draft202012Validator(dict(ID_SCHEMA))
BEYOND = re.compile(f"[{UNSEEN_BEYOND}]")  # the one thing that the pattern leaves to the reader: see ID_SCHEMA
identifiers = (
    st.text(max_size=70)
    | st.text("a村 ", min_size=63, max_size=66)
    | st.from_regex(r"\A[0-9]{17}[0-9Xx]\n?\Z")
    | st.sampled_from(["\n", "a\n", "村", "\x7f", "𠮷村"])
    | st.text(
        [*"𠮷村1 X-", *map(chr, (0x110BD, 0x13430, 0x1343F, 0x1BCA0, 0x1D173, 0xE0000, 0xE0FFF, 0x34F, 0x200B))],
        max_size=6,
    )
    | st.from_regex(CARD)
)


@often
@given(identifiers | JUNK)
def test_schema_and_reader_agree_on_what_an_id_is(id):
    for more in ({}, {"plan": "p"}):  # two ways through the reader
        _, problems = read({"subject": {"id": id}, "facts": {}, **more})
        assert (not problems) == (ID.is_valid(id) and BEYOND.search(str(id)) is None)


REASON = words(40)
REASONS = Draft202012Validator({"type": "string", "minLength": 1, "maxLength": 40, **REASON.metadata})


@often
@given(st.text(max_size=42) | st.text([*" 　𠮷a\n", *map(chr, (0x110BD, 0x13430, 0xE0000, 0x200B))], max_size=4))
def test_schema_and_reader_agree_on_what_says_something(text):
    try:
        REASON.deserialize(text)
    except ValidationError:
        assert not REASONS.is_valid(text) or re.fullmatch(rf"[{UNSEEN}\s]*", text)
    else:
        assert REASONS.is_valid(text)


def test_mappings_are_made_of_json_alone():
    for edition, subject in SUBJECTS:
        _, schemas = fact_schemas(edition, subject)
        assert isinstance(loads(dumps(schemas)), Mapping)
