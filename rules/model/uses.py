"""The facts and decisions that an expression or a condition rests on, directly and through derived facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.model.contents import Node, children, parts_of
from rules.model.decisions import Assignment, Rule
from rules.model.edition import Edition, Fact
from rules.model.expressions import Expr, Ref

Used = tuple[str, Ref]  # the subject whose record it is read from, and the reference


def refs(thing: Node | None, subject: str, own: str = "") -> Iterator[Used]:
    """Every reference written in an expression or condition, in the order written."""
    if isinstance(thing, Ref):
        yield (subject if thing.scope == "" else own if thing.scope == "own" else thing.scope), thing
    for child, inside in children(thing) if thing is not None else ():
        yield from refs(child, inside or subject, subject if inside else own)


def fact_of(edition: Edition, subject: str, ref: Ref) -> Fact | None:
    """The fact a reference names; None where it names a decision or the date."""
    home = edition.subjects.get(subject) if ref.what == "fact" else None
    return None if home is None else home.facts.get(ref.name)


def is_part(edition: Edition, subject: str, part: Expr, whole: Expr) -> bool:
    """Whether a fact is declared a part of another of the same record, or of a part of it."""
    if not isinstance(part, Ref) or not isinstance(whole, Ref) or part.scope != whole.scope:
        return False
    of = part.scope or subject
    fact = fact_of(edition, of, part)
    return fact is not None and whole.name in wholes_of(edition.subjects[of].facts, fact)


def wholes_of(facts: Mapping[str, Fact], fact: Fact) -> dict[str, Fact]:
    """The facts of the same subject that a fact never exceeds, by name: its wholes first, then theirs, and so on."""
    found, waiting = dict[str, Fact](), [*fact.part_of]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = facts[name]
            waiting += facts[name].part_of
    return found


def behind(edition: Edition, used: Iterable[Used]) -> dict[tuple[str, str], Fact]:
    """The facts referred to, and those they are derived from, each once."""
    facts: dict[tuple[str, str], Fact] = {}
    waiting = list(used)
    while waiting:
        subject, ref = waiting.pop(0)
        fact = fact_of(edition, subject, ref)
        if fact is not None and (subject, fact.name) not in facts:
            facts[subject, fact.name] = fact
            waiting += refs(fact.formula, subject)
    return facts


def read_by(thing: Rule | Assignment | Fact) -> Iterator[Used]:
    """The references in a rule, an assignment or a fact."""
    for part in parts_of(thing):
        yield from refs(part.what, part.subject, part.own)


def read_in_lists(thing: Rule | Fact) -> Iterator[Used]:
    """The references in a rule or a fact that are read inside the records of a list."""
    listed = isinstance(thing, Rule) and thing.body.over is not None
    for part in parts_of(thing):
        if listed and part.role != "over":
            yield from refs(part.what, part.subject, part.own)
        else:
            yield from _in_lists(part.what, part.subject)


def _in_lists(thing: Node, subject: str) -> Iterator[Used]:
    for child, inside in children(thing):
        yield from refs(child, inside, subject) if inside else _in_lists(child, subject)


def read_by_items(rule: Rule) -> dict[str, list[Used]]:
    """The references in each item of a rule, by its id: one walk, as a rule may have thousands of items."""
    by_item: dict[str, list[Used]] = {}
    for part in parts_of(rule):
        by_item.setdefault(part.item, []).extend(refs(part.what, part.subject, part.own))
    return by_item
