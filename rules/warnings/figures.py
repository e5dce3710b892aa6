"""Reads the figures of a clause: each number with the operator that the words next to it state: 高于55%, 18至65周岁."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from rules.values.exact import Value

# The longer word first: 不低于 holds 低于.
BEFORE = {
    "at_least": "不低于|不少于|不小于|不得低于|不得少于|至少|达到",
    "at_most": "不高于|不超过|不多于|不大于|不得高于|不得超过|至多|最多",
    "above": "高于|超过|大于|多于|超出",
    "below": "低于|小于|少于|不足",
}
AFTER = {"at_least": "及?以上", "at_most": "及?以下|及?以内"}
COMPARED = re.compile(
    "(?P<at_least>不低于|不少于|不小于)|(?P<at_most>不高于|不超过|不多于|不大于)"
    r"|(?P<above>高于|超过|大于|多于|超出)|(?P<below>低于|小于|少于)"
)
NUMERALS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九十")} | {"两": 2}
SIZES = {"%": Fraction(1, 100), "‰": Fraction(1, 1000), "万": Fraction(10_000)}
_UNITS = "年|岁|周岁|个|名|户|天|日|月|万"
_NUMBER = rf"(?P<number>\d+(?:\.\d+)?|[零一二两三四五六七八九十](?={_UNITS}))(?P<size>%|‰|万)?"
_LINK = r"[^\d,，、;；。()（）%“”]{0,4}?"
_TO = r"(?:周岁|岁|年|%)?[至到~—-]"
FIGURE = re.compile(
    "(?:(?P<word>" + "|".join(BEFORE.values()) + ")" + _LINK + ")?" + _NUMBER + "(?P<end>" + _TO + r"(?=\d))?"
    r"(?:[^\d,，、;；。()（）%]{0,2}?(?P<tail>及?以上|及?以下|及?以内))?"
)
DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a text and the operator that the words around it give it ("" where they give none)."""

    value: Fraction
    operator: str


def figures(text: str) -> tuple[Figure, ...]:
    """The numbers of a text, in order; both numbers of a range are ends that count themselves in."""
    read: list[Figure] = []
    upper = False
    for match in FIGURE.finditer(text):
        ranged = match["end"] is not None
        operator = "at_most" if upper else "at_least" if ranged else _operator(match)
        size = match["size"] or ("%" if ranged and text[match.end() :].lstrip("0123456789.")[:1] == "%" else "")
        read.append(Figure(_value(match["number"]) * SIZES.get(size, Fraction(1)), operator))
        upper = ranged
    return tuple(read)


def _value(text: str) -> Fraction:
    return Fraction(NUMERALS[text]) if text in NUMERALS else Fraction(text)


def _operator(match: re.Match[str]) -> str:
    for patterns, word in ((BEFORE, match["word"]), (AFTER, match["tail"])):
        for operator, pattern in patterns.items():
            if word and re.fullmatch(pattern, word):
                return operator
    return ""


def comparisons(text: str) -> frozenset[str]:
    """The operators that a text's words of comparison give, wherever they stand."""
    return frozenset(match.lastgroup or "" for match in COMPARED.finditer(text))


def says(text: str, value: Value, operator: str) -> bool:
    """Whether a text names a value and does not set another operator on it. Words without one allow any."""
    if isinstance(value, date):
        return _says_day(text, value)
    wanted = Fraction(value)
    stated = {figure.operator for figure in figures(text) if figure.value == wanted}
    return bool(stated) and (operator in stated or "" in stated or not operator)


def _says_day(text: str, day: date) -> bool:
    """Month and day; the plan leaves the years open (20xx年)."""
    last_of_year = (day + timedelta(days=1)).year > day.year
    named = any((int(month), int(number)) == (day.month, day.day) for month, number in DAY.findall(text))
    return named or (last_of_year and "年底" in text)
