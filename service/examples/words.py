"""What policy staff write, read with the titles of the edition's own fact dictionary: no code words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from rules import Edition
from rules.model import Fact, Rule, Subject
from rules.values.exact import Type, Value, decimal_text, read_literal
from rules.values.figures import show

UNKNOWN, NONE, NOT_GIVEN = "未知", "无", "未给出"
UNITS = {"household": "户", "yuan": "元", "village": "个村", "vote": "票", "person": "人"}
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def rule_titled(edition: Edition, title: str) -> Rule:
    rule: Rule = _only(title, [rule for rule in edition.rules.values() if rule.title.zh == title])
    return rule


def around(edition: Edition, subject: str) -> Iterator[Subject]:
    """A subject and those it lies within, the nearest first."""
    while subject:
        yield edition.subjects[subject]
        subject = edition.subjects[subject].within


def fact_titled(edition: Edition, subject: str, title: str) -> tuple[str, Fact | Rule]:
    """The given fact (or the conclusion of a decision) of this title, and the subject it belongs to."""
    for level in around(edition, subject):
        facts = [fact for fact in level.facts.values() if fact.given and fact.title.zh == title]
        rules = [one for one in edition.rules.values() if one.subject == level.name and one.title.zh == title]
        if found := [*facts, *rules]:
            return level.name, _only(title, found)
    raise LookupError(f"no fact to give is called “{title}”")


def value_of(named: Fact | Rule, text: str) -> Any:
    """A cell as the facts of a case hold it; None for an empty cell or “未知”."""
    if text in ("", UNKNOWN):
        return None
    if isinstance(named, Rule):
        return _code({outcome.id: outcome.title.zh for outcome in named.outcomes.values()}, text)
    return typed(named.type, {code: title.zh for code, title in named.choices.items()}, text)


def typed(type: Type, choices: dict[str, str], text: str) -> Value:
    if type.kind == "boolean":
        return {"是": True, "否": False}[text]
    if type.kind == "choice":
        return _code(choices, text)
    if type.kind == "date":
        return day(text)
    literal = read_literal(text)
    if literal is None:
        raise LookupError(f"“{text}” is no {type}")
    return literal.value


def day(text: str) -> date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise LookupError(f"“{text}” is no day: write 2026年12月31日")
    return date(*map(int, match.groups()))


def listed(text: str) -> list[str]:
    """Titles joined by “；”; a title may hold “、” itself."""
    return [] if text == NONE else text.split("；")


def amount(value: Value, type: Type) -> str:
    """`3 户`, `1 元`, `2%`."""
    return f"{decimal_text(value)} {UNITS[type.unit]}" if type.unit else show(value, type)


def _code(titles: dict[str, str], text: str) -> str:
    code: str = _only(text, [code for code, title in titles.items() if title == text])
    return code


def _only(title: str, found: list[Any]) -> Any:
    if len(found) != 1:
        raise LookupError(f"“{title}” names {len(found)} things")
    return found[0]
