"""The columns of a table of a subject, from the fact dictionary; how a column of numbers is read exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from rules.model import Edition, Fact
from rules.operations import require
from rules.table.errors import TableError
from rules.table.numbers import D38, INT64, NARROW, Num, Whole, counted, whole
from rules.values.exact import NUMBERS, Range
from rules.values.kinds import SINGLE
from rules.values.limits import HUGE, PLACES

SEPARATOR = "__"  # between a record around and its fact: county__households
KEY = "id"
ENDS = tuple(f"{SEPARATOR}{end}" for end in Range._fields)  # of a column beside that of a fact known within bounds
ASIDE = f"{SEPARATOR}set_aside"  # of a column after a subject below: how many of its rows were set aside
DEEPEST = 3  # lists within lists that a schema writes out

FIGURE = dt.Decimal(len(str(HUGE)) - 1 + PLACES, PLACES)  # every figure that the fact dictionary allows
# the columns of the kinds that are no numbers
TYPES: dict[str, dt.DataType] = {"boolean": dt.boolean, "choice": dt.string, "date": dt.date}
require("kinds of facts without a column", SINGLE, NUMBERS | TYPES.keys())


def facts_schema(edition: Edition, subject: str) -> ibis.Schema:
    """The columns that a table of a subject may have: its id and that of the record it lies within, its given facts
    and conclusions, and those of the records around it. A column that is left out is not known in every row."""
    columns: dict[str, dt.DataType] = {KEY: dt.string}
    for name in around(edition, subject):
        columns[key_of(name)] = dt.string
    columns.update(_own(edition, subject, DEEPEST))
    for level in around(edition, subject):
        columns.update({level + SEPARATOR + name: type for name, type in _own(edition, level, DEEPEST).items()})
    return ibis.schema(columns)


def without_rows(columns: Mapping[str, Any]) -> Any:
    """A table of these columns, by their types, that nothing can be read from: enough to tell what it could hold."""
    return ibis.table({KEY: dt.string, **columns}, name="without_rows")


def key_of(subject: str) -> str:
    """The column that says which record of a subject around a row belongs to."""
    return f"{subject}_{KEY}"


@cache
def fact_name(column: str) -> str:
    """The fact of a column, or the fact whose least or greatest value a column has."""
    return next((column.removesuffix(end) for end in ENDS if column.endswith(end)), column)


def own_columns(columns: Iterable[str]) -> list[str]:
    """The columns of a table that are about its own rows: not those of records around them or of conclusions."""
    return [one for one in columns if SEPARATOR not in fact_name(one).removesuffix(ASIDE)]


def around(edition: Edition, subject: str) -> Iterator[str]:
    """The subjects that a subject lies within, nearest first."""
    seen: set[str] = set()
    level = edition.subjects[subject].within
    while level and level not in seen:
        seen.add(level)
        yield level
        level = edition.subjects[level].within


def _own(edition: Edition, subject: str, depth: int) -> dict[str, dt.DataType]:
    found = {}
    for fact in edition.subjects[subject].facts.values():
        if fact.given and (depth or not fact.type.of):
            found[fact.name] = column_type(edition, fact, depth)
    found.update({rule.id: dt.string for rule in edition.rules.values() if rule.subject == subject})
    return found


def column_type(edition: Edition, fact: Fact, depth: int = DEEPEST) -> dt.DataType:
    if fact.type.of:
        return dt.Array(dt.Struct({KEY: dt.string, **_own(edition, fact.type.of, depth - 1)}))
    return INT64 if fact.whole else FIGURE if fact.type.is_number else TYPES[fact.type.kind]


def check_columns(edition: Edition, subject: str, table: Any) -> None:
    """Refuse a column of a fact that cannot hold it exactly. Columns that are no facts are left alone."""
    wanted = facts_schema(edition, subject)
    for column, type in table.schema().items():
        name = fact_name(column)
        if name in wanted and not _fits(type, wanted[name]):
            raise TableError(
                f"列 {column} 的类型是 {type}，应为 {wanted[name]}。",
                f"Column {column} is {type}; {wanted[name]} is wanted.",
            )


def _fits(type: dt.DataType, wanted: dt.DataType) -> bool:
    if type.is_null():
        return True
    if wanted.is_numeric():
        scaled = type.is_decimal() and type.scale is not None
        return bool(type.is_integer() or (scaled and (wanted.is_decimal() or type.scale == 0)))
    if wanted.is_array():
        inside = type.value_type.items() if type.is_array() and type.value_type.is_struct() else None
        known = wanted.value_type
        return inside is not None and all(_fits(one, known[name]) for name, one in inside if name in known.names)
    return bool(type.copy(nullable=True) == wanted)


def number_column(column: Any, fact: Fact) -> Num:
    """A column as whole numbers over the power of ten that its decimal places make."""
    type, largest = column.type(), HUGE
    if fact.minimum is not None and fact.maximum is not None:
        largest = min(HUGE, max(abs(fact.minimum), abs(fact.maximum)))
    if not type.is_decimal():
        return counted(column.cast(INT64), int(largest // 1) + 1)
    bottom: int = 10**type.scale
    most = min(int(largest * bottom // 1) + 1, 10**type.precision)
    top = column if type.scale == 0 else column * ibis.literal(bottom)
    return Num(Whole(top.cast(D38 if most > NARROW else INT64), most), whole(bottom))
