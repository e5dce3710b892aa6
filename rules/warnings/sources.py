"""What an edition says that its clauses should say: the figures and comparisons of its rules and facts, each with the
words of the clause nearest to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rules.model import (
    Comparison,
    Condition,
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
from rules.model.uses import behind, fact_of, read_by, read_by_items
from rules.values.exact import POINTS
from rules.values.text import Mark, Text
from rules.warnings.numerals import figures

OPPOSITE = {"at_least": "below", "below": "at_least", "at_most": "above", "above": "at_most"}
Stated = tuple[str, str, Iterable["Claim"]]  # a clause, who sets what should stand there, and what that is


class Claim(NamedTuple):
    """A comparison or a bare figure of a rule, which its clause should state. `turned`: something follows where it
    fails, so that the clause may as well state the opposite. `of`: the titles of the choices it is said of."""

    operator: str
    limit: Expr
    turned: bool = False
    of: str = ""


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


def sources_of(edition: Edition) -> Iterator[Source]:
    """The parts of an edition that the plan sets and whose clauses have words."""
    for rule in edition.rules.values():
        for item in items_of(rule):
            if isinstance(item, ScoreItem):
                yield from _of_score(edition, rule, item)
            else:
                yield from _of_criterion(edition, rule, item)
        yield from _of_grades(edition, rule)
    yield from _of_facts(edition)


def _of_grades(edition: Edition, rule: Rule) -> Iterator[Source]:
    for grade in (one for one in rule.body.grades if one.set_by == "plan"):
        text = comparable(edition, grade.clause)
        if any(one.operator and one.alike(POINTS) for one in figures(text)):
            said = tuple(_said(grade.condition, rule.outcomes[grade.id].title.zh))
            yield Source(grade.mark, rule.id, rule.id, rule.title, grade.clause, text, said)


def _by_clause(stated: Iterable[Stated]) -> Iterator[tuple[str, tuple[Claim, ...]]]:
    """What the plan sets, by the clause that it stands in."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for clause, set_by, what in stated:
        if set_by == "plan":
            found[clause] += what
    return ((clause, tuple(listed)) for clause, listed in found.items())


def _said(thing: object, of: str, turned: bool = True) -> Iterator[Claim]:
    return (claim._replace(of=of) for claim in claims(thing, turned))


def _chosen(edition: Edition, subject: str, thing: Condition | None) -> str:
    """The titles of the choices and outcomes that a condition names, where it names no more than one of each fact."""
    match thing:
        case Group(parts=parts):
            return "".join(_chosen(edition, subject, part) for part in parts)
        case Leaf(left=Ref() as ref, tests=(Comparison(limits=(Const(value=code),)),)) if ref.type.choices:
            if ref.what == "outcome":
                return edition.rules[ref.name].outcomes[str(code)].title.zh
            fact = fact_of(edition, subject, ref)
            return "" if fact is None or code not in fact.choices else fact.choices[str(code)].zh
    return ""


def _of_score(edition: Edition, rule: Rule, item: ScoreItem) -> Iterator[Source]:
    path = f"{rule.id}.{item.id}"
    limits = tuple(Const(one, POINTS) for one in (item.least, item.most) if one is not None)
    bands = ((one.clause, one.set_by, _said((one.condition, one.points), _chosen(edition, rule.subject, one.condition)))
             for one in item.bands)  # fmt: skip
    for clause, stated in _by_clause((*bands, (item.clause, item.set_by, claims((item.formula, limits), turned=True)))):
        text = comparable(edition, clause)
        if clause != rule.clause or item.title.zh in text:
            yield Source(item.mark, path, path, item.title, clause, text, stated,
                         edition.readings.get(item.reading), alike=True)  # fmt: skip


def _of_criterion(edition: Edition, rule: Rule, item: Criterion) -> Iterator[Source]:
    path, turned = f"{rule.id}.{item.id}", item.reject or bool(rule.body.rows)
    of = _chosen(edition, rule.subject, item.condition)
    outputs = ((rule.body.outputs[name], worth) for name, worth in item.then.items())
    then = ((one.clause or item.clause, one.set_by or item.set_by, _said(worth, of, turned)) for one, worth in outputs)
    whom = comparable(edition, item.clause) + _group_text(edition, rule, item)
    asked = (item.clause, item.set_by, _said(item.condition, of, turned))
    stated = [(clause, comparable(edition, clause), said) for clause, said in _by_clause((asked, *then))]
    stated += [(item.clause, whom, tuple(claims(item.when)))] if item.set_by == "plan" else []
    for clause, text, said in stated:
        yield Source(item.mark, path, path, item.title, clause, text, said, edition.readings.get(item.reading))


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
