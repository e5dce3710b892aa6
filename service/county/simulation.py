"""Simulates other figures on a run: the decisions that rest on a change are made again from the counts of the run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from rules import Reference
from rules.judging.decision import vars_of
from rules.model import Edition, Rule
from rules.model.places import differing
from rules.model.uses import Used, behind, read_by, refs
from rules.table.columns import KEY, SEPARATOR, around, key_of
from rules.values.exact import AMOUNT
from rules.values.text import TextError
from service.county.run.beyond import FEW
from service.county.run.outputs import Outputs

Facts = Mapping[str, Any]
MONEY = "DECIMAL(38, 6)"  # of the tables, in yuan
Outcomes = dict[tuple[str, str], dict[str, str]]  # subject and record -> decision -> outcome
SOON = 2 * 1000  # rows that are judged one by one about as soon as queries are made to judge them in tables


class Fixed(TextError):
    """A change that cannot be simulated on a run."""


class Recount(Exception):
    """A change that the counts of a run cannot answer, or not soon: its rows are to be judged again."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One record whose outcome changes."""

    decision: str
    subject: str
    id: str
    above: str
    before: str
    after: str


def touched(edition: Edition, owner: str, name: str) -> list[str]:
    """The decisions that a changed figure touches: its own, or all that rest on it where it is a fact that is set."""
    if owner in edition.rules:
        return [owner]

    def rests(used: Iterator[Used]) -> bool:
        return (owner, name) in behind(edition, used)

    if owner in edition.subjects:
        for subject in edition.subjects.values():
            for fact in subject.facts.values():
                if rests(refs(fact.counted, subject.name)):
                    raise Recount
        return [rule.id for rule in edition.rules.values() if rests(read_by(rule))]
    known = ", ".join(edition.rules)
    raise Fixed(f"没有判定 {owner}（现有：{known}）。", f"There is no decision {owner} (there are: {known}).")


def touched_between(edition: Edition, other: Edition) -> list[str]:
    """The decisions in which an edition under other readings differs, or that rest on facts in which it does."""
    names: dict[str, None] = {}
    for what, *place in dict.fromkeys(one.place[:4] for one in differing(edition, other)):
        if what == "rules":
            names[place[0]] = None
        elif what == "subjects" and place[-1] not in edition.subjects[place[0]].facts:
            if other.subjects[place[0]].facts[place[-1]].given:
                raise Recount  # the run holds no such fact: it is counted now, or told to be missing
        elif what == "subjects":
            subject, _, name = place
            fact, new = edition.subjects[subject].facts[name], other.subjects[subject].facts.get(name)
            if fact.counted != (new and new.counted):
                raise Recount
            names |= dict.fromkeys(touched(edition, subject, name))
    return [name for name in names if name in edition.rules]


def resting_on(outputs: Outputs, decisions: Sequence[str]) -> list[Rule]:
    """Changed decisions and all that rest on them, in the order of the edition; rankings stay as they are."""
    edition, names, levels = outputs.edition, set(decisions), outputs.manifest.levels
    for rule in edition.rules.values():
        if rule.subject in levels and rule.id in levels[rule.subject].bulk and names.intersection(rule.needs):
            names.add(rule.id)
    return [rule for name, rule in edition.rules.items() if name in names and rule.subject in levels]


class Simulation:
    """A run to ask what-ifs of. Its rows are read once; Recount where these, or their number, do not allow it."""

    def __init__(self, outputs: Outputs, decisions: Sequence[str]) -> None:
        self.outputs, self.edition, self.on = outputs, outputs.edition, outputs.on
        self.affected = resting_on(outputs, decisions)
        self._refuse(FEW if outputs.manifest.given_figures == "kept" else SOON)  # no other way to judge the former
        self.subjects = sorted({one.subject for one in self.affected},
                               key=lambda one: -len(list(around(self.edition, one))))  # fmt: skip
        self.rows = {subject: self._rows(subject) for subject in self.subjects}

    def _refuse(self, few: int) -> None:
        """Counts are kept, so nothing that they rest on may change; many rows are judged sooner in tables."""
        changed = {rule.id for rule in self.affected}
        if any(self.outputs.manifest.counts[one.subject].rows > few for one in self.affected):
            raise Recount
        for subject in self.edition.subjects.values():
            for fact in subject.facts.values():
                if fact.counted is None or fact.counted.name == "records":
                    continue
                if any(ref.name in changed for _, ref in refs(fact.counted, subject.name)):
                    raise Recount

    def _rows(self, subject: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Id, the record above, and the facts."""
        key = key_of(self.edition.subjects[subject].within)
        return [(row[KEY], str(row.get(key) or ""), self.outputs.facts(subject, row))
                for row in self.outputs.rows(subject)]  # fmt: skip

    def outcomes(self, *editions: Edition, once: bool = False) -> list[Outcomes]:
        """The outcome of every affected decision about every record under each edition. With `once`, each
        comparison turns at most once along the editions, and so does every outcome: a binary search between the first
        and the last edition finds the turn."""
        judges = [Reference(edition) for edition in editions]
        results: list[Outcomes] = [{} for _ in editions]
        for subject in self.subjects:
            rules = [rule for rule in self.affected if rule.subject == subject]
            for id, _, facts in self.rows[subject]:
                mine: list[dict[str, str]] = [{} for _ in editions]
                for rule in rules:
                    for at, outcome in enumerate(self._along(rule, facts, judges, results, once=once)):
                        mine[at][rule.id] = outcome
                for result, outcomes in zip(results, mine, strict=True):
                    result[subject, id] = outcomes
        return results

    def _along(
        self, rule: Rule, facts: Facts, judges: Sequence[Reference], below: Sequence[Outcomes], *, once: bool
    ) -> list[str]:
        """The outcomes of one decision about one record. Editions under which the same was concluded about the records
        in its lists make a stretch."""
        stretches: dict[Hashable, list[int]] = {}
        for at, conclusions in enumerate(below):
            stretches.setdefault(self._concluded(rule.subject, facts, conclusions), []).append(at)
        outcomes = [""] * len(judges)
        for stretch in stretches.values():
            now = self._anew(rule.subject, facts, below[stretch[0]])
            _fill(outcomes, stretch, partial(_judged, judges, rule.id, now, self.on), once=once)
        return outcomes

    def _lists(self, subject: str, facts: Facts) -> Iterator[tuple[str, str]]:
        for name, fact in self.edition.subjects[subject].facts.items():
            if fact.type.kind == "list" and fact.type.of in self.rows and name in facts:
                yield name, fact.type.of

    def _concluded(self, subject: str, facts: Facts, below: Outcomes) -> Hashable:
        """The conclusions about the records in the lists of a record."""
        return tuple(tuple(below.get((of, str(one.get(KEY))), {}).values())
                     for name, of in self._lists(subject, facts) for one in facts[name])  # fmt: skip

    def _anew(self, subject: str, facts: Facts, below: Outcomes) -> dict[str, Any]:
        """The facts of a record, with the conclusions about the records in its lists as they are now."""
        return {**facts, **{name: [self._record(one, below.get((of, str(one.get(KEY))), {})) for one in facts[name]]
                            for name, of in self._lists(subject, facts)}}  # fmt: skip

    def _record(self, record: Facts, concluded: Mapping[str, str]) -> dict[str, Any]:
        known = {name: outcome for name, outcome in concluded.items()
                 if self.edition.rules[name].outcomes[outcome].role != "unknown"}  # fmt: skip
        return {name: value for name, value in record.items() if name not in concluded} | known

    def moved(self, before: Outcomes, after: Outcomes) -> Iterator[Moved]:
        for rule in self.affected:
            for id, above, _ in self.rows[rule.subject]:
                one, other = (outcomes[rule.subject, id][rule.id] for outcomes in (before, after))
                if one != other:
                    yield Moved(rule.id, rule.subject, id, above, one, other)

    def met(self, outcomes: Outcomes) -> dict[str, int]:
        """The number of records that meet each affected decision."""
        return {
            rule.id: sum(outcomes[rule.subject, id][rule.id] == rule.role("met") for id, *_ in self.rows[rule.subject])
            for rule in self.affected
            if any(one.role == "met" for one in rule.outcomes.values())
        }

    def write(self, edition: Edition, subject: str, outcomes: Outcomes, path: Path) -> None:
        """Write the outcomes under an edition, with the money that the affected decisions say, as a run's table has
        them."""
        rules = [edition.rules[one.id] for one in self.affected if one.subject == subject]
        money = {(rule.id, name): f"{rule.id}{SEPARATOR}{name}" for rule in rules for name in moneyed(rule)}
        judge, rows = Reference(edition), []
        for id, _, facts in self.rows[subject]:
            row: dict[str, Any] = {KEY: id, **outcomes[subject, id]}
            now = self._anew(subject, facts, outcomes) if money else facts
            said = {rule: judge.judge(rule, now, self.on).outputs for rule, _ in money}
            rows.append(row | {column: _exact(said[rule].get(name)) for (rule, name), column in money.items()})
        types = {KEY: "VARCHAR", **{rule.id: "VARCHAR" for rule in rules}, **dict.fromkeys(money.values(), MONEY)}
        self.outputs.duck.copy(f"SELECT * FROM {self.outputs.duck.loaded(rows, types)}", path)

    def titles(self) -> dict[str, Any]:
        return {rule.id: described(self.edition, rule) for rule in self.affected}


def moneyed(rule: Rule) -> list[str]:
    """The outputs of a decision that are money."""
    return [name for name, output in rule.body.outputs.items() if output.type == AMOUNT]


def described(edition: Edition, rule: Rule) -> dict[str, Any]:
    """A decision in words: its title, its subject, its outcomes, and which of these meet it."""
    return {"title": vars_of(rule.title), "subject": vars_of(edition.subjects[rule.subject].title),
            "outcomes": {one.id: vars_of(one.title) for one in rule.outcomes.values()},
            "met": [one.id for one in rule.outcomes.values() if one.role == "met"]}  # fmt: skip


def _exact(value: Any) -> str | None:
    """An amount as text that a table reads exactly; None where it is not one figure."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value) if isinstance(value, int) else None


def _judged(judges: Sequence[Reference], rule: str, facts: Facts, on: Any, at: int) -> str:
    return judges[at].judge(rule, facts, on).outcome


def _fill(outcomes: list[str], stretch: Sequence[int], judge: Callable[[int], str], *, once: bool) -> None:
    """Fill in the outcomes of a stretch."""
    for at in (stretch[0], stretch[-1]) if once else stretch:
        outcomes[at] = outcomes[at] or judge(at)
    if not once or len(stretch) <= 2:
        return
    if outcomes[stretch[0]] == outcomes[stretch[-1]]:
        for at in stretch:
            outcomes[at] = outcomes[stretch[0]]
    else:
        middle = len(stretch) // 2
        _fill(outcomes, stretch[: middle + 1], judge, once=True)
        _fill(outcomes, stretch[middle:], judge, once=True)
