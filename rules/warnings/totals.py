"""Holds the full marks and the bounds of a scorecard's total against the words of its clause."""

from __future__ import annotations

import re
from fractions import Fraction

from rules.model import Edition, Rule
from rules.problems.problem import Problems
from rules.values.exact import POINTS, Value
from rules.values.figures import told
from rules.warnings.numerals import numeral, plain
from rules.warnings.sources import comparable

_POINTS = r"(?P<points>\d{1,4}(?:\.\d{1,2})?|[一二三四五六七八九十百]{1,5})分"
_TOTAL = r"(?:总得?分|总计|合计|得分)"
SAID = {  # words that state the whole of a card; a limit of a grade (总分不低于85分的为优) is none
    "full_marks": re.compile(
        rf"满分共?计?[为是:]?{_POINTS}|(?P<hundred>百分制)|{_POINTS.replace('points', 'of')}(?:制|为满分)"
    ),
    "most": re.compile(rf"{_TOTAL}[^,;。:\d]{{0,4}}(?:最高|最多|封顶|上限)[^,;。:\d]{{0,4}}?{_POINTS}"),
    "least": re.compile(rf"{_TOTAL}[^,;。:\d]{{0,4}}(?:最低|最少|下限)[^,;。:\d]{{0,4}}?{_POINTS}"),
}


def check_totals(edition: Edition, problems: Problems) -> None:
    """Warn where a scorecard adds up to other points than its clause says."""
    for rule in edition.rules.values():
        text = plain(comparable(edition, rule.clause))
        for field, pattern in SAID.items():
            value, said = getattr(rule.body, field, None), [_number(match) for match in pattern.finditer(text)]
            if value is not None and said and value not in said:
                _warn(rule, field, value, problems)


def _number(match: re.Match[str]) -> Fraction:
    words = match.groupdict()
    return Fraction(100) if words.get("hundred") else numeral(words.get("points") or words["of"])


def _warn(rule: Rule, field: str, value: Value, problems: Problems) -> None:
    mark = getattr(rule.body, "mark", rule.mark)
    problems.warn(mark, "warning.clause_disagrees", path=f"{rule.id}.{field}", id=rule.id, fact=rule.title,
                  limit=told(value, POINTS), clause=rule.clause)  # fmt: skip
