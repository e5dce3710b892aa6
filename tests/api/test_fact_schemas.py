"""The schema of facts in the document and the checker of facts take and refuse the same.

Two things a schema cannot say, and only the checker refuses: what two facts say together (a part and its whole, a date
and the calendar), and how much a percentage written as text comes to.
"""

import decimal
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rules import FactChecker, FactError, open_store
from rules.facts import HUGE
from rules.values import exact
from service.cases import read
from service.exact_json import dumps, loads
from service.openapi import fact_schemas
from service.schemas import ID_SCHEMA
from tests.api.calling import POLICIES

PLANS = POLICIES.parent / "tests" / "plans"
EDITIONS = [edition for root in (POLICIES, PLANS) for found in open_store(root).plans.values() for edition in found]
SUBJECTS = [(edition, subject) for edition in EDITIONS for subject in edition.subjects]
TOGETHER = {"part_exceeds_whole", "not_a_date", "too_deep"}
OF_TEXT = {"too_small", "too_large", "not_a_number"}
JUNK = st.sampled_from([True, False, 0, 1, "", "x", "0.9", "5 %", "true", "2026-12-31", [], {}, [None], Decimal("1.0"),
                        Decimal("1E+3"), Decimal("1E-7"), HUGE, -HUGE, 10**30, Decimal("1E+30")])  # fmt: skip
often = settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@cache
def validator(number):
    edition, subject = SUBJECTS[number]
    name, schemas = fact_schemas(edition, subject)
    document = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return Draft202012Validator(loads(dumps(document).replace(b"%$", b"%\\\\Z")))  # Python's `$` goes before a line end


@cache
def checker(number):
    return FactChecker(SUBJECTS[number][0])


def numbers(fact):
    """Figures within the bounds of a fact and at them, and with `beyond` just outside."""
    least = -HUGE + 1 if fact.minimum is None else exact(fact.minimum)
    most = HUGE - 1 if fact.maximum is None else exact(fact.maximum)
    whole = st.integers(int(least) + (least > int(least)), int(most))
    if fact.type.kind == "count" and not fact.decimals:
        return whole
    return whole | st.decimals(_decimal(least), _decimal(most), allow_nan=False, places=6)


def _decimal(number):
    with decimal.localcontext(prec=50):
        return number if isinstance(number, int) else Decimal(number.numerator) / Decimal(number.denominator)


def values(fact, draw, honest, depth):
    match fact.type.kind:
        case "boolean":
            good = st.booleans()
        case "choice":
            good = st.sampled_from(list(fact.choices))
        case "date":
            good = st.dates().map(date.isoformat) | st.just("2026-02-30")
        case "rate":
            good = numbers(fact) | st.from_regex(r"\A[0-9]{1,3}(\.[0-9]{1,4})? ?%\Z")
        case _:
            good = numbers(fact)
    step = Decimal("0.000001")
    edge = [bound + way for bound in (fact.minimum, fact.maximum) if bound is not None and fact.type.is_number
            for way in (-1, 0, 1)]  # fmt: skip
    bad = JUNK | st.sampled_from([HUGE - step, step / 10, *map(_decimal, edge)])
    return draw((good | st.none()) if honest else (good | bad))


def record(draw, edition, subject, honest, depth=2, around=True, top=True):
    """Some facts of a subject, what lies around it, and where it is not honest, what does not belong there."""
    found = {}
    own, use = edition.subjects[subject], st.integers(0, 3)
    for fact in own.facts.values():
        if not fact.given or draw(use):
            continue
        if fact.type.kind != "list":
            found[fact.name] = values(fact, draw, honest, depth)
        elif depth:
            many = range(draw(st.integers(0, 2)))
            found[fact.name] = [record(draw, edition, fact.type.of, honest, depth - 1, top=False) for _ in many]
            if not honest and not draw(use):
                found[fact.name] = draw(JUNK | st.just([None]))
    for rule in edition.rules.values():
        if rule.subject == subject and not draw(use):
            found[rule.id] = draw(
                st.sampled_from([*rule.outcomes, None]) if honest else JUNK | st.sampled_from(list(rule.outcomes))
            )
    level = own.within if around else ""
    while level:
        if depth and not draw(use):
            found[level] = record(draw, edition, level, honest, depth - 1, around=False, top=False)
        level = edition.subjects[level].within
    if not top and not draw(use):
        found["id"] = draw(st.text(min_size=1, max_size=64) if honest else st.text(max_size=66) | JUNK)
    if not honest and not draw(use):
        found[draw(st.sampled_from(["no_such", "id", *own.facts, *edition.subjects]))] = draw(JUNK | st.none())
    return found


@st.composite
def cases(draw):
    number = draw(st.integers(0, len(SUBJECTS) - 1))
    edition, subject = SUBJECTS[number]
    return number, record(draw, edition, subject, honest=draw(st.booleans()))


def at(facts, pointer):
    for step in filter(None, pointer.split("/")):
        facts = facts[int(step)] if isinstance(facts, list) else facts[step.replace("~1", "/").replace("~0", "~")]
    return facts


@often
@given(cases())
def test_schema_and_checker_agree(case):
    number, facts = case
    with decimal.localcontext(prec=200):
        said = [error.message for error in validator(number).iter_errors(facts)]
    try:
        checker(number).check(SUBJECTS[number][1], facts)
    except FactError as error:
        event("the checker refuses")
        if said:
            return
        left = [one for one in error.problems if one.code not in TOGETHER
                and not (isinstance(at(facts, one.pointer), str) and one.code in OF_TEXT)]  # fmt: skip
        assert left == [], "the schema takes what the checker refuses"
    else:
        event("the checker takes it")
        assert said == [], "the schema refuses what the checker takes"


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
identifiers = (
    st.text(max_size=70) | st.from_regex(r"\A[0-9]{17}[0-9Xx]\n?\Z") | st.sampled_from(["\n", "a\n", "村", "\x7f"])
)


@often
@given(identifiers | JUNK)
def test_schema_and_reader_agree_on_what_an_id_is(id):
    for more in ({}, {"plan": "p"}):  # two ways through the reader
        _, problems = read({"subject": {"id": id}, "facts": {}, **more})
        # Python's `$` stands before a line end too; in JSON Schema it does not
        assert (not problems) == (ID.is_valid(id) and not str(id).endswith("\n"))


def test_mappings_are_made_of_json_alone():
    for edition, subject in SUBJECTS:
        _, schemas = fact_schemas(edition, subject)
        assert isinstance(loads(dumps(schemas)), Mapping)
