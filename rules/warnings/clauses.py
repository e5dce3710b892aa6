"""Holds the plan's own rules against the words of their clauses: the same figures, the operators they say.

A rule that departs from its clause on purpose names a reading, and the reading chosen there must then say
what the rule does. Numbers that the lender sets stand in no clause and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from rules.model import (
    Comparison,
    Const,
    Criterion,
    Edition,
    Expr,
    Fact,
    Group,
    Leaf,
    Op,
    Reading,
    Ref,
    Rule,
    ScoreItem,
    criteria_of,
    items_of,
)
from rules.model.contents import children
from rules.model.uses import behind, read_by, read_by_items
from rules.operations.comparisons import DOWNWARD, OPERATORS, UPWARD
from rules.problems.problem import Problems
from rules.values.exact import DATE, POINTS, Type, Value, read_literal
from rules.values.figures import show
from rules.values.text import Mark, Text
from rules.warnings.numerals import comparisons, figures, says_day

OPPOSITE = {"at_least": "below", "below": "at_least", "at_most": "above", "above": "at_most"}


class Claim(NamedTuple):
    """A comparison or a bare figure of a rule, which its clause should state. `turned`: something follows where it
    fails, so that the clause may as well state the opposite."""

    operator: str
    limit: Expr
    turned: bool = False


class Source(NamedTuple):
    """A part of a rule or a fact that cites clauses, and the text that should state its claims.

    `alike`: the text may leave them all to the lender; only figures of a kind that it has are checked."""

    mark: Mark
    path: str
    id: str
    title: Text
    clause: str
    text: str
    claims: tuple[Claim, ...]
    reading: Reading | None = None
    alike: bool = False


def check_agreement(sources: Sequence[Source], problems: Problems) -> None:
    """Warn where a rule or a value set by the plan says other than the clause it cites."""
    for source in sources:
        for claim in dict.fromkeys(source.claims if source.text else ()):
            if _differs(source, claim) and not _explained(source, claim):
                limit = f"{claim.operator} {_shown(claim.limit)}".strip()
                problems.warn(source.mark, "warning.clause_disagrees", path=source.path, id=source.id,
                              fact=source.title, limit=limit, clause=source.clause)  # fmt: skip


def sources_of(edition: Edition) -> Iterator[Source]:
    """The parts of an edition that the plan sets and whose clauses have words."""
    for rule in edition.rules.values():
        for item in items_of(rule):
            if item.set_by == "plan":
                yield from _of_item(edition, rule, item)
        if grades := getattr(rule.body, "grades", ()):
            text, stated = comparable(edition, rule.clause), tuple(claims(tuple(one for one, _ in grades), turned=True))
            graded = any(one.operator and one.alike(POINTS) for one in figures(text))
            yield Source(rule.mark, rule.id, rule.id, rule.title, rule.clause, text, stated if graded else ())
    yield from _of_facts(edition)


def _of_item(edition: Edition, rule: Rule, item: Criterion | ScoreItem) -> Iterator[Source]:
    text, path = comparable(edition, item.clause), f"{rule.id}.{item.id}"
    head = (item.mark, path, path, item.title, item.clause)
    reading = edition.readings.get(item.reading)
    if isinstance(item, ScoreItem):
        limits = tuple(Const(one, POINTS) for one in (item.least, item.most) if one is not None)
        named = item.clause != rule.clause or item.title.zh in text
        said = tuple(claims((item.bands, item.formula, limits), turned=True)) if named else ()
        yield Source(*head, text, said, reading, alike=True)
        return
    turned = item.reject or bool(rule.body.rows)
    yield Source(*head, text, tuple(claims((item.condition, item.then), turned)), reading)
    yield Source(*head, text + _group_text(edition, rule, item), tuple(claims(item.when)), reading)


def _of_facts(edition: Edition) -> Iterator[Source]:
    """The facts that a formula or the plan itself gives. One that cites no clause is held against those of its readers,
    and of the facts that it reads."""
    facts = [fact for subject in edition.subjects.values() for fact in subject.facts.values() if not fact.given]
    readers = _readers(edition, facts)
    for fact in facts:
        given = tuple(Claim("", Const(value, fact.type)) for _, value in fact.dated)
        below = {one.clause for one in behind(edition, read_by(fact)).values() if one.clause}
        read = {fact.clause} if fact.clause else readers.get((fact.subject, fact.name), set())
        if fact.set_by == "lender" or not read or "" in read:
            continue
        cited = sorted(read if fact.clause else read | below)
        text = "。".join(filter(None, (comparable(edition, one) for one in cited)))
        yield Source(fact.mark, f"{fact.subject}.{fact.name}", fact.name, fact.title, "、".join(cited), text,
                     (*given, *claims(fact.formula, turned=True)), alike=not fact.clause)  # fmt: skip


def _readers(edition: Edition, facts: Sequence[Fact]) -> dict[tuple[str, str], set[str]]:
    """The clauses of the items and facts that each fact is read by, "" for one that the lender sets."""
    readers: dict[tuple[str, str], set[str]] = {}
    for rule in edition.rules.values():
        used = read_by_items(rule)
        for item in items_of(rule):
            for key in behind(edition, used.get(item.id, ())):
                readers.setdefault(key, set()).add(item.clause if item.set_by == "plan" else "")
    for fact in facts:
        for key in behind(edition, read_by(fact)) if fact.clause else ():
            readers.setdefault(key, set()).add(fact.clause)
    return readers


def claims(thing: object, turned: bool = False) -> Iterator[Claim]:
    """Every comparison with a limit, and every bare figure, in conditions and formulas, to any depth."""
    match thing:
        case Const():
            yield Claim("", thing)
        case Leaf():
            yield from claims(thing.left, turned)
            for test in thing.tests:
                yield from _of_test(thing, test, turned)
        case Group():
            for part in thing.parts:
                yield from claims(part, turned or thing.join == "none")
        case tuple() | Mapping():
            for one in thing.values() if isinstance(thing, Mapping) else thing:
                yield from claims(one, turned)
        case Op():
            for child, _ in children(thing):
                yield from claims(child, turned)


def _of_test(leaf: Leaf, test: Comparison, turned: bool) -> Iterator[Claim]:
    for limit in test.limits:
        if isinstance(limit, Const):
            yield Claim(test.operator if test.operator != "one_of" else "", limit, turned)
            continue
        if leaf.left.type.is_number and test.operator in OPPOSITE:
            yield Claim(test.operator, limit, turned)
        yield from claims(limit, turned)


def quoted(edition: Edition, clause: str) -> str:
    """The words of a clause and of the one it stands under."""
    above = max((name for name in edition.clauses if clause.startswith(name) and name != clause), key=len, default="")
    both = [edition.clauses[name] for name in (clause, above) if name in edition.clauses]
    return "。".join(f"{one.heading}。{one.text}" for one in both)


def comparable(edition: Edition, clause: str) -> str:
    """The words that figures are held against; "" where the clause has only a heading, and no figure stands there."""
    words = quoted(edition, clause)
    return words if clause not in edition.clauses or edition.clauses[clause].text or figures(words) else ""


def _group_text(edition: Edition, rule: Rule, criterion: Criterion) -> str:
    """Whom a criterion of a group applies to may be said by the clause of any of the group."""
    beside = {one.clause for one in criteria_of(rule) if one.group and one.group == criterion.group}
    return "".join(comparable(edition, clause) for clause in sorted(beside))


def _differs(source: Source, claim: Claim) -> bool:
    allowed = {claim.operator, OPPOSITE.get(claim.operator, "")} if claim.turned else {claim.operator}
    limit = claim.limit
    if isinstance(limit, Const):
        if not is_figure(limit, claim.operator) or (source.alike and not _has_alike(source.text, limit.type)):
            return False
        return not any(says(source.text, limit.value, operator, limit.type.unit) for operator in allowed)
    stated = comparisons(source.text)
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


def _shown(limit: Expr) -> str:
    return show(limit.value, limit.type) if isinstance(limit, Const) else limit.path if isinstance(limit, Ref) else "…"


def says(text: str, value: Value, operator: str, unit: str = "") -> bool:
    """Whether a text names a value and does not set another operator on it. Words without one allow any."""
    if isinstance(value, date):
        return says_day(text, value)
    wanted = abs(Fraction(value))
    stated = {figure.operator for figure in figures(text) if figure.equals(wanted, unit)}
    return bool(stated) and (operator in stated or "" in stated or not operator)
