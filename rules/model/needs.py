"""Which given facts a decision rests on, through derived facts and through the decisions it needs."""

from __future__ import annotations

from rules.model.decisions import Rule
from rules.model.edition import Edition, Fact
from rules.model.uses import Used, fact_of, read_by, refs

Key = tuple[str, str]


def needed(edition: Edition, rule: Rule) -> dict[Key, Fact]:
    """The given facts by subject and name, in the order in which the decision comes to them."""
    facts: dict[Key, Fact] = {}
    seen: set[Key] = set()
    asked = {rule.id}
    waiting: list[Used] = list(read_by(rule))
    while waiting:
        subject, ref = waiting.pop(0)
        if ref.what in ("outcome", "output") and ref.name not in asked:
            asked.add(ref.name)
            waiting = [*read_by(edition.rules[ref.name]), *waiting]
        fact = fact_of(edition, subject, ref)
        if fact is None or (subject, fact.name) in seen:
            continue
        seen.add((subject, fact.name))
        if fact.given and fact.type.kind != "list":
            facts[subject, fact.name] = fact
        waiting = [*refs(fact.formula, subject), *waiting]
    return facts
