"""Puts cases into a table, judges the table, and holds every row against the engine and the plain evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis
import pyarrow as pa

from rules.engine.engine import Engine
from rules.judging.outcomes import Judgement
from rules.judging.reference import Reference
from rules.model import Edition
from rules.table import BOTTOM, DAY, TOP, NotTabular, TableJudge, facts_schema
from rules.table.columns import ENDS
from rules.values.exact import RANGES
from rules.values.limits import PLACES
from tests.agreement.backends import put, rows_of

Facts = Mapping[str, Any]


def tabular(edition: Edition, subject: str, facts: Facts) -> dict[str, Any]:
    """Facts that a row can hold: of a record around something has to be known, and records of a list bring none."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if name == RANGES:
            found[name] = value
        elif isinstance(value, Mapping):
            if inner := tabular(edition, name, value):
                found[name] = inner
        elif isinstance(value, list):
            of = edition.subjects[subject].facts[name].type.of
            inside = [tabular(edition, of, one) for one in value]
            found[name] = [{key: one[key] for key in one if key == RANGES or not isinstance(one[key], Mapping)}
                           for one in inside]  # fmt: skip
        else:
            found[name] = value
    return found


def row(edition: Edition, facts: Facts, schema: pa.Schema, name: str) -> dict[str, Any]:
    flat: dict[str, Any] = {"id": name, **beside(facts)}
    for key, value in facts.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}__{inner}": one for inner, one in (value | beside(value)).items()}
        else:
            flat[key] = value
    return {field.name: plain(flat.get(field.name), field.type) for field in schema}


def beside(facts: Facts) -> dict[str, Any]:
    """The ends of ranges, by the names of their columns."""
    return {name + end: value for name, ends in facts.get(RANGES, {}).items()
            for end, value in zip(ENDS, ends, strict=True)}  # fmt: skip


def plain(value: Any, type: pa.DataType) -> Any:
    if isinstance(value, list):
        return [{field.name: plain((one | beside(one)).get(field.name), field.type) for field in type.value_type}
                for one in value]  # fmt: skip
    if value is not None and pa.types.is_decimal(type):
        scaled = Fraction(value) * 10**PLACES
        assert scaled.denominator == 1, value
        return Decimal(scaled.numerator).scaleb(-PLACES)
    return value


def arrow(edition: Edition, subject: str, cases: Sequence[Facts]) -> pa.Table:
    schema = facts_schema(edition, subject).to_pyarrow()
    if RANGES in str(cases):
        schema = pa.schema([one for field in schema for one in with_ends(field)])
    return pa.Table.from_pylist([row(edition, one, schema, str(n)) for n, one in enumerate(cases)], schema=schema)


def with_ends(field: pa.Field) -> list[pa.Field]:
    """A column, and those of its ends where it has numbers, in the records of a list too."""
    if pa.types.is_list(field.type):
        inside = [one for inner in field.type.value_type for one in with_ends(inner)]
        return [pa.field(field.name, pa.list_(pa.struct(inside)))]
    numbers = pa.types.is_integer(field.type) or pa.types.is_decimal(field.type)
    return [field, *(pa.field(field.name + end, field.type) for end in ENDS if numbers)]


def judged(con: Any, edition: Edition, name: str, cases: Sequence[Facts], on: date) -> list[dict[str, Any]]:
    """The rows of a decision, in the order of the cases."""
    table = put(con, arrow(edition, edition.rules[name].subject, cases))
    found = rows_of(con, TableJudge(edition, on).judge(name, table))
    return sorted(found, key=lambda one: int(one["id"]))


def assert_agree(
    con: Any, engine: Engine, reference: Reference, name: str, cases: Sequence[Facts], on: date
) -> tuple[int, int]:
    """Judge cases by all three; how many were held against each other, and how many were beyond the table."""
    edition, beyond = reference.edition, 0
    cases = [tabular(edition, edition.rules[name].subject, one) for one in cases]
    judge = TableJudge(edition, on)
    for found, facts in zip(judged(con, edition, name, cases, on), cases, strict=True):
        expected = reference.judge(name, facts, on)
        said = engine.judge(name, facts, on)
        assert (said.outcome, said.outputs) == (expected.outcome, expected.outputs)
        beyond += not assert_row(judge, name, found, facts, expected)
    return len(cases), beyond


def assert_row(judge: TableJudge, name: str, found: Mapping[str, Any], facts: Facts, expected: Judgement) -> bool:
    """Hold a row of a decision against what was expected; whether it was not beyond the table."""
    if found["beyond"]:
        assert found["outcome"] is None
        return False
    assert found["outcome"] == expected.outcome, (facts, found, expected)
    verdicts = {criterion.id: verdict for criterion, verdict in expected.verdicts}
    assert judge.findings(name, found) == verdicts, (facts, found, expected)
    assert_values(found, expected)
    return True


def assert_values(found: Mapping[str, Any], expected: Judgement) -> None:
    """The outputs, the measures' outputs and the points."""
    wanted = dict(expected.outputs)
    wanted |= {f"{row}__{name}": value for row, outputs in expected.measures for name, value in outputs.items()}
    wanted |= {f"points__{item}": value for item, value in expected.points.items()}
    told = {"id", DAY, "outcome", "not_met", "unknown", "beyond"}
    names = {key.removesuffix(TOP).removesuffix(BOTTOM) for key in found if not key.startswith(tuple(told))}
    for name in names | wanted.keys():
        assert value_of(found, name) == wanted.get(name), (name, found, expected)


def value_of(found: Mapping[str, Any], name: str) -> Any:
    if name + TOP in found:
        top, bottom = found[name + TOP], found[name + BOTTOM]
        return None if top is None or bottom is None else Fraction(Fraction(top), Fraction(bottom))
    value = found[name]
    return Fraction(value) if isinstance(value, Decimal) else value


_TOLD: dict[tuple[int, date], tuple[Edition, dict[str, NotTabular | None]]] = {}  # holds the editions: ids stay theirs


def tabular_decisions(edition: Edition, on: date) -> Mapping[str, NotTabular | None]:
    """Every decision, with why it is not for tables if it is not. To tell takes seconds: an edition is asked once."""
    if (id(edition), on) not in _TOLD:
        _TOLD[id(edition), on] = edition, {name: _why_not(edition, name, on) for name in edition.rules}
    return _TOLD[id(edition), on][1]


def _why_not(edition: Edition, name: str, on: date) -> NotTabular | None:
    table = ibis.table(facts_schema(edition, edition.rules[name].subject), name="any")
    try:
        TableJudge(edition, on).judge(name, table)
    except NotTabular as error:
        return error
    return None
