"""Holds the plan's own rules against the words of their clauses: the same numbers, the operators they say.

A rule that departs from its clause on purpose names a reading, and the reading chosen there must then say
what the rule does. Numbers that the lender sets stand in no clause and are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from rules.model import (
    Clause,
    Comparison,
    Const,
    Criterion,
    Edition,
    Expr,
    Leaf,
    Op,
    Reading,
    Ref,
    Rule,
    criteria_of,
    leaves_in,
)
from rules.operations.comparisons import DOWNWARD, OPERATORS, UPWARD
from rules.problems.problem import Problems
from rules.values.exact import Type, Value, read_literal
from rules.values.figures import show

DISAGREES = "warning.clause_disagrees"
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


def check_agreement(edition: Edition, problems: Problems) -> None:
    """Warn where a rule or a value set by the plan says other than the clause it cites."""
    for rule in edition.rules.values():
        for one in criteria_of(rule):
            for operator, limit in _unlike(edition, rule, one) if one.set_by == "plan" else ():
                problems.warn(one.mark, DISAGREES, id=f"{rule.id}.{one.id}", fact=one.title, operator=operator,
                              limit=limit, clause=one.clause)  # fmt: skip
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if fact.clause and fact.set_by != "lender":
                values = [*((value, fact.type) for _, value in fact.dated), *_figures_in(fact.formula)]
                for value in _unsaid(quoted(edition.clauses, fact.clause), values):
                    problems.warn(fact.mark, DISAGREES, id=fact.name, fact=fact.title, operator="", limit=value,
                                  clause=fact.clause)  # fmt: skip


def _unlike(edition: Edition, rule: Rule, criterion: Criterion) -> Iterator[tuple[str, str]]:
    """The comparisons and values of a criterion that its clause does not state: operator and limit."""
    reading = edition.readings.get(criterion.reading)
    where = f"{rule.id}.{criterion.id}"
    text = quoted(edition.clauses, criterion.clause)
    around = _group_text(edition, rule, criterion)
    for condition, words in ((criterion.condition, text), (criterion.when, text + around)):
        for leaf in leaves_in(condition):
            for test in leaf.tests:
                for limit in test.limits:
                    if _differs(words, leaf, test, limit) and not _explained(reading, where, words, test, limit):
                        yield test.operator, _shown(limit)
    for expr in criterion.then.values():
        yield from (("", value) for value in _unsaid(text, _figures_in(expr)))


def _unsaid(text: str, values: Iterable[tuple[Value, Type]]) -> Iterator[str]:
    """The figures that a text does not name."""
    for value, type in values:
        if _is_figure(value, "") and not says(text, value, ""):
            yield show(value, type)


def quoted(clauses: Mapping[str, Clause], clause: str) -> str:
    """The words of a clause and of the one it stands under."""
    above = max((name for name in clauses if clause.startswith(name) and name != clause), key=len, default="")
    both = [clauses[name] for name in (clause, above) if name in clauses]
    return "。".join(f"{one.heading}。{one.text}" for one in both)


def _group_text(edition: Edition, rule: Rule, criterion: Criterion) -> str:
    """Whom a criterion of a group applies to may be said by the clause of any of the group."""
    beside = {one.clause for one in criteria_of(rule) if one.group and one.group == criterion.group}
    return "".join(quoted(edition.clauses, clause) for clause in sorted(beside))


def _differs(text: str, leaf: Leaf, test: Comparison, limit: Expr) -> bool:
    if isinstance(limit, Const):
        operator = test.operator if test.operator != "one_of" else ""
        return _is_figure(limit.value, test.operator) and not says(text, limit.value, operator)
    stated = comparisons(text)
    return isinstance(limit, Ref) and leaf.left.type.is_number and bool(stated) and test.operator not in stated


def _is_figure(value: Value, operator: str) -> bool:
    """Zero and "at least one" only say that there is none or some; choices and truth are no figures."""
    if isinstance(value, bool | str) or value is None:
        return False
    return value != 0 and not (value == 1 and operator == "at_least" and isinstance(value, int))


def _explained(reading: Reading | None, where: str, text: str, test: Comparison, limit: Expr) -> bool:
    """Whether the reading chosen says what the rule does: in the change it lists for it, or else in words,
    which explain another operator than the clause's but neither another number nor another direction."""
    if reading is None:
        return False
    changed = reading.changes.get(reading.chosen, {}).get(where)
    if isinstance(changed, dict) and changed:
        return (test.operator, _path_or_value(limit)) in set(_changes(changed))
    chosen = reading.readings[reading.chosen].zh
    if isinstance(limit, Const):
        words = chosen if figures(chosen) else reading.title.zh
        return says(text, limit.value, "") and says(words, limit.value, test.operator)
    alike = UPWARD if test.operator in UPWARD else DOWNWARD
    return test.operator in comparisons(chosen) and bool(alike & comparisons(text))


def _changes(changed: dict[str, object]) -> Iterator[tuple[str, object]]:
    for operator, limits in changed.items():
        several: Sequence[object] = limits if isinstance(limits, list) else [limits]
        names = OPERATORS[operator].parts or (operator,) * len(several)
        for name, text in zip(names, several, strict=False):
            literal = read_literal(str(text))
            yield name, str(text) if literal is None else literal.value


def _path_or_value(limit: Expr) -> object:
    return limit.value if isinstance(limit, Const) else limit.path if isinstance(limit, Ref) else limit


def _figures_in(expr: Expr | None) -> Iterator[tuple[Value, Type]]:
    """The literals of a formula."""
    if isinstance(expr, Const) and expr.type.is_ordered and not expr.type.choices:
        yield expr.value, expr.type
    elif isinstance(expr, Op):
        for arg in expr.args:
            yield from _figures_in(arg)


def _shown(limit: Expr) -> str:
    return show(limit.value, limit.type) if isinstance(limit, Const) else limit.path if isinstance(limit, Ref) else "…"


# --- the figures of a text: each number with the operator that the words next to it state: 高于55%, 18至65周岁


class Figure(NamedTuple):
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
