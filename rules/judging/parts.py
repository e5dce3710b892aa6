"""The parts and wholes of a subject (`part_of`) that are held against each other before anything is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from rules.judging.evaluate import Scope
from rules.model import Edition, Fact, Op, Ref
from rules.model.uses import Used, fact_of, read_by, refs, wholes_of
from rules.values.exact import RANGES, Value


@dataclass(frozen=True, slots=True)
class Pair:
    """A part and a whole of it. Where one is derived: the given facts, by subject and name, that must all be known for
    both to be true as worked out, and whether they go by the day of the decision. Of a whole of a whole the facts
    `between`: where one is known, it is held against both itself."""

    part: Fact
    whole: Fact
    behind: tuple[tuple[str, str], ...] = ()
    daily: bool = False
    between: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Whether a case gives both itself."""
        return self.part.given and self.whole.given

    @property
    def facts(self) -> tuple[str, ...]:
        """The given facts that both are, or are worked out from; none where one of them is about another subject."""
        if self.given:
            return self.part.name, self.whole.name
        alien = any(of != self.part.subject for of, _ in self.behind)
        return () if alien else tuple(name for _, name in self.behind)

    def named(self, names: Collection[str]) -> str:
        """The fact that a problem points to: the first of `names` behind the part, or the part itself."""
        subject = self.part.subject
        return next((name for of, name in self.behind if of == subject and name in names), self.part.name)

    def worked_out(self, scope: Scope) -> tuple[Value, Value] | None:
        """What the part is at least and the whole at most; None where a fact behind them is not given."""
        for subject, name in self.behind:
            target = scope.named(subject)
            if target is None or (target.record.get(name) is None and name not in target.record.get(RANGES, ())):
                return None
        part, whole = (scope.range(Ref("fact", "", one.name, one.type)) for one in (self.part, self.whole))
        return None if part is None or whole is None else (part.at_least, whole.at_most)


def parts_and_wholes(edition: Edition, subject: str) -> list[Pair]:
    """The pairs of numbers; none of which the part cannot exceed the whole anyhow. Of given facts also the wholes of
    wholes: what lies between them may not be known."""
    facts = edition.subjects[subject].facts
    pairs = [(fact, whole) for fact in facts.values() if fact.type.is_number
             for name, whole in wholes_of(facts, fact).items()
             if name in fact.part_of or (fact.given and whole.given)]  # fmt: skip
    return [_pair(edition, *pair) for pair in pairs if not _counted_within(*pair)]


def _pair(edition: Edition, part: Fact, whole: Fact) -> Pair:
    if part.given and whole.given:
        known = edition.subjects[part.subject].facts
        inner = {} if whole.name in part.part_of else wholes_of(known, part)
        between = tuple(name for name, one in inner.items() if whole.name in wholes_of(known, one))
        return Pair(part, whole, between=between)
    read = [used for one in (part, whole) for used in _read(edition, one)]
    facts = [fact for one in read if (fact := fact_of(edition, *one)) is not None]
    reached = {fact.subject for fact in facts} & {part.subject, *_levels(edition, part.subject)}
    given = {(fact.subject, fact.name): None for fact in facts if fact.given and fact.subject in reached}
    daily = any(ref.what == "on" for _, ref in read) or any(
        start != date.min for fact in facts for start, _ in fact.dated
    )
    return Pair(part, whole, tuple(given), daily)


def _read(edition: Edition, fact: Fact) -> Iterator[Used]:
    """A fact and all that it rests on, through derived facts and decisions, each once."""
    seen, waiting = set[tuple[str, str, str]](), [(fact.subject, Ref("fact", "", fact.name, fact.type))]
    while waiting:
        subject, ref = waiting.pop(0)
        if (subject, ref.what, ref.name) in seen:
            continue
        seen.add((subject, ref.what, ref.name))
        yield subject, ref
        if (behind := fact_of(edition, subject, ref)) is not None:
            waiting += refs(behind.formula, subject)
        elif ref.what in ("outcome", "output"):
            waiting += read_by(edition.rules[ref.name])


def _levels(edition: Edition, subject: str) -> Iterator[str]:
    """The subjects around one; circles are refused as an edition is loaded."""
    while subject := edition.subjects[subject].within:
        yield subject


def _counted_within(part: Fact, whole: Fact) -> bool:
    """Whether both count one list, the whole all of it: the part cannot exceed it."""
    some, every = part.formula, whole.formula
    return (isinstance(some, Op) and isinstance(every, Op) and some.name == every.name == "count"
            and some.args == every.args and every.where is None)  # fmt: skip
