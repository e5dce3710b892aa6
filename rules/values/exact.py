"""Exact values and the literals staff write for them: `55%`, `18 years`, `50000 yuan`, `25 bp`, `2026-05-01`.

A number is an int, or a Fraction where it is not whole: never a float, so that 55/100 equals 55 % everywhere.
None stands for "not known" and is never taken for false or zero.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple

Number = int | Fraction
Value = Any  # Number, bool, str (a choice), date, or a list of records; None = not known


class Range(NamedTuple):
    """The least and the greatest value that a number can have; None is endless."""

    at_least: Value
    at_most: Value


CONTRADICTED = "contradicted"  # of a record of a run: its facts that are not known as they contradict each other
RANGES = "known within"  # of a record of facts: the ranges of those that are no single value, by name. No fact's id.


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value: its kind, the unit of a count, the codes of a choice, the subject of a list.

    `written` is the unit a rate is shown in (`bp`, `‰`, TIMES), or ORDINAL; types that differ in it alone are equal."""

    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    ranked: bool = False
    of: str = ""
    written: str = field(default="", compare=False)

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def is_ordered(self) -> bool:
        return self.kind in ORDERED or self.ranked

    @property
    def values(self) -> tuple[Value, ...]:
        """All values there can be, in order, where they can be listed; else none."""
        return (False, True) if self.kind == "boolean" else self.choices

    def fits(self, other: Type) -> bool:
        """Whether values of both types may be compared, added, or stand for each other."""
        if (self.kind, self.of) != (other.kind, other.of) or (self.kind == "count" and self.unit != other.unit):
            return False
        return set(other.choices) <= set(self.choices)  # every code of the other has its place among one's own

    def __str__(self) -> str:
        return f"{self.kind} ({self.unit})" if self.unit else self.kind


NUMBERS = frozenset({"count", "amount", "rate", "points"})
ORDERED = NUMBERS | {"date"}  # the values of other kinds are only equal or not, unless they are ranked
RATE, AMOUNT, POINTS = Type("rate"), Type("amount", "yuan"), Type("points", "point")
BOOLEAN, DATE, TEXT = Type("boolean"), Type("date"), Type("text")
ORDINAL = "ordinal"  # of a count that numbers: month 6 is June, and place 3 the third
PLACE = Type("count", "place", written=ORDINAL)  # of a record among its peers

# word -> (kind, unit, size); any other unit word is a count of that word
UNITS: Mapping[str, tuple[str, str, Fraction]] = {
    "%": ("rate", "", Fraction(1, 100)),
    "‰": ("rate", "", Fraction(1, 1000)),
    "bp": ("rate", "", Fraction(1, 10_000)),
    "基点": ("rate", "", Fraction(1, 10_000)),
    "yuan": ("amount", "yuan", Fraction(1)),
    "元": ("amount", "yuan", Fraction(1)),
    "万元": ("amount", "yuan", Fraction(10_000)),
    "亿元": ("amount", "yuan", Fraction(100_000_000)),
    "point": ("points", "point", Fraction(1)),
    "分": ("points", "point", Fraction(1)),
    "年": ("count", "year", Fraction(1)),
    "岁": ("count", "year", Fraction(1)),
    "周岁": ("count", "year", Fraction(1)),
    "个月": ("count", "month", Fraction(1)),
    "天": ("count", "day", Fraction(1)),
    "日": ("count", "day", Fraction(1)),
}
WRITTEN = {"bp": "bp", "基点": "bp", "‰": "‰"}  # units of a rate in which it is shown again
TIMES = "times"  # of a rate that is a plain multiplier, with no unit at all
_new = object.__new__
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
PERIODS = ("year", "month", "day")
_NUMBER = re.compile(r"([+-]?[0-9]{1,15}(?:\.[0-9]{1,10})?)\s*(%|‰|[^\W\d]{1,40})?")


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written in a policy file, with the type its unit gives it (`bare` when no unit is written)."""

    value: Value
    type: Type


def singular(word: str) -> str:
    """`villages` and `village` are one unit; `enterprises`, `townships`, `counties` too."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def read_literal(text: str) -> Literal | None:
    """Read a literal; None when the text is none (it may then be a name)."""
    if text in ("true", "false"):
        return Literal(text == "true", BOOLEAN)
    if day := read_date(text):
        return Literal(day, DATE)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    number, word = Fraction(match[1]), (match[2] or "").strip()
    if not word:
        return Literal(whole(number), Type("bare"))
    kind, unit, size = UNITS.get(word) or UNITS.get(singular(word)) or ("count", singular(word), Fraction(1))
    return Literal(whole(number * size), Type(kind, unit, written=WRITTEN.get(word, "")))


def read_date(text: str) -> date | None:
    """Read YYYY-MM-DD; None for anything else."""
    if _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def whole(number: Fraction) -> Number:
    """The int where the number is whole: ints are faster and print without a denominator."""
    return number.numerator if number.denominator == 1 else number


def exact(number: int | Decimal | Fraction) -> Number:
    return number if isinstance(number, int) else whole(Fraction(number))


def ratio(top: Number, bottom: Number) -> Number:
    """One number over another, which is not zero. Two whole ones make their Fraction here, in lowest terms: its own
    constructor takes three times as long, and most of what a finding shows is such a ratio."""
    if type(top) is not int or type(bottom) is not int:
        return whole(Fraction(top, bottom))
    common = gcd(top, bottom) if bottom > 0 else -gcd(top, bottom)
    if common != 1:
        top, bottom = top // common, bottom // common
    if bottom == 1:
        return top
    made: Any = _new(Fraction)
    made._numerator, made._denominator = top, bottom  # noqa: SLF001 -- its slots since Python 3
    return made  # type: ignore[no-any-return]


def completed_years(start: date, end: date) -> int:
    """Whole years from start to end: an age. See completed_months."""
    return completed_months(start, end) // 12


def completed_months(start: date, end: date) -> int:
    """Whole months from start to end. One is completed on the day of the same number; in a month without it, on the
    last day (Civil Code, art. 202). So n months are over on the day that `shift` finds n months later."""
    day = end.day
    short = day < start.day and day < monthrange(end.year, end.month)[1]
    return (end.year - start.year) * 12 + end.month - start.month - short


def shift(start: date, amount: int, unit: str) -> date | None:
    """The date a period later (earlier when negative); a day past the month's end becomes its last day."""
    try:
        if unit == "day":
            return start + timedelta(days=amount)
        months = start.year * 12 + start.month - 1 + amount * (12 if unit == "year" else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(start.day, monthrange(year, month)[1]))
    except (ValueError, OverflowError):
        return None


def plain(value: Value) -> Any:
    """The value for JSON: whole numbers as numbers, other numbers as exact text, dates in ISO form."""
    if value is None or isinstance(value, int | str):  # first: most are, and to be no Fraction is a long story
        return value
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, Range):
        return {name: plain(end) for name, end in value._asdict().items() if end is not None}
    return value.isoformat() if isinstance(value, date) else value


def decimal_text(value: Number, digits: int = 6) -> str:
    """The decimal expansion, exact where it ends within the digits, else `n/d` so that nothing is rounded."""
    top, bottom = value.as_integer_ratio()
    scaled, rest = divmod(top * 10**digits, bottom)
    if rest:
        return f"{top}/{bottom}"
    whole, part = divmod(abs(scaled), 10**digits)
    return f"{'-' if scaled < 0 else ''}{whole}.{part:0{digits}}".rstrip("0").rstrip(".")
