"""Holds the plan's own rules against the words of their clauses: the same figures, the operators they say.

A rule that departs from its clause on purpose names a reading, and the reading chosen there must then say
what the rule does. Numbers that the lender sets stand in no clause and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from rules.model import Const, Expr, Ref
from rules.operations.comparisons import DOWNWARD, OPERATORS, UPWARD
from rules.problems.problem import Problems
from rules.values.exact import DATE, Type, Value, read_literal
from rules.values.figures import told
from rules.values.text import Text
from rules.warnings.numerals import bare_comparisons, comparisons, figures, says_day
from rules.warnings.sources import OPPOSITE, Claim, Source


def check_agreement(sources: Sequence[Source], problems: Problems) -> None:
    """Warn where a rule or a value set by the plan says other than the clause it cites."""
    for source in sources:
        for claim in dict.fromkeys(one._replace(of="") for one in source.claims if source.text):
            if _differs(source, claim) and not _explained(source, claim):
                limit = _said(claim.operator, claim.limit)
                problems.warn(source.mark, "warning.clause_disagrees", path=source.path, id=source.id,
                              fact=source.title, limit=limit, clause=source.clause)  # fmt: skip


def _differs(source: Source, claim: Claim) -> bool:
    allowed = {claim.operator, OPPOSITE.get(claim.operator, "")} if claim.turned else {claim.operator}
    limit = claim.limit
    if isinstance(limit, Const):
        if not is_figure(limit, claim.operator) or (source.alike and not _has_alike(source.text, limit.type)):
            return False
        return not any(says(source.text, limit.value, operator, limit.type.unit) for operator in allowed)
    stated = bare_comparisons(source.text) | {
        one.operator for one in figures(source.text) if one.operator and one.alike(limit.type)
    }
    return bool(stated) and not stated & allowed


def is_figure(limit: Const, operator: str) -> bool:
    """Zero and "at least one" only say that there is none or some; choices and truth are no figures."""
    if not limit.type.is_ordered or limit.type.choices:
        return False
    return limit.value != 0 and not (limit.value == 1 and operator in ("", "at_least"))


def _has_alike(text: str, type: Type) -> bool:
    return type != DATE and any(one.alike(type) for one in figures(text))


def _explained(source: Source, claim: Claim) -> bool:
    """Whether the reading chosen says what the rule does: in the change it lists for it, or else in words,
    which explain another operator than the clause's but neither another number nor another direction."""
    reading, limit = source.reading, claim.limit
    if reading is None:
        return False
    changed = reading.changes.get(reading.chosen, {}).get(source.path)
    if isinstance(changed, dict) and changed and changed.keys() <= OPERATORS.keys():
        return (claim.operator, _path_or_value(limit)) in set(_changes(changed))
    chosen = reading.readings[reading.chosen].zh
    if isinstance(limit, Const):
        words = chosen if figures(chosen) else reading.title.zh
        return says(source.text, limit.value, "") and says(words, limit.value, claim.operator)
    alike = UPWARD if claim.operator in UPWARD else DOWNWARD
    return claim.operator in comparisons(chosen) and bool(alike & comparisons(source.text))


def _changes(changed: dict[str, object]) -> Iterator[tuple[str, object]]:
    for operator, limits in changed.items():
        several: Sequence[object] = limits if isinstance(limits, list) else [limits]
        names = OPERATORS[operator].parts or (operator,) * len(several)
        for name, text in zip(names, several, strict=False):
            literal = read_literal(str(text))
            yield name, str(text) if literal is None else literal.value


def _path_or_value(limit: Expr) -> object:
    return limit.value if isinstance(limit, Const) else limit.path if isinstance(limit, Ref) else limit


def _said(operator: str, limit: Expr) -> Text:
    """An operator, if there is one, and its limit: 不低于 55%, at_least 55%."""
    shown = Text("…", "…")
    if isinstance(limit, Const):
        shown = told(limit.value, limit.type)
    elif isinstance(limit, Ref):
        shown = Text(f"`{limit.path}`", limit.path)
    if not operator:
        return shown
    declared = OPERATORS[operator]
    words = declared.days if limit.type == DATE and declared.days else declared.words
    return Text(f"{words.zh} {shown.zh}", f"{operator} {shown.en}")


def says(text: str, value: Value, operator: str, unit: str = "") -> bool:
    """Whether a text names a value and does not set another operator on it. Words without one allow any."""
    if isinstance(value, date):
        return says_day(text, value)
    wanted = abs(Fraction(value))
    stated = {figure.operator for figure in figures(text) if figure.equals(wanted, unit)}
    return bool(stated) and (operator in stated or "" in stated or not operator)
