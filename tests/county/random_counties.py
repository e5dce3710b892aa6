"""Editions and counties made by chance: what a run has to say of each row, worked out plainly from the rows alone.

The plain evaluator judges each record with all that lies around it; what is counted from below is counted here once
more, record by record, so that nothing of a run's tables is taken for true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from rules import FactChecker, Reference
from rules.building import loader
from rules.building.loader import load
from rules.judging.evaluate import Scope
from rules.judging.outcomes import Judgement
from rules.judging.parts import parts_and_wholes
from rules.model import Edition, Op
from rules.table.columns import around
from rules.values.exact import Range, exact
from tests.agreement.drawing import Drawing
from tests.agreement.making import Maker, write
from tests.agreement.making_values import NUMBERS, TITLE, Content

LEVELS = ("area", "thing", "part")  # the upper ones first
BELOW = {"thing": ("part",), "area": ("thing", "part")}
ADDED = ("amount", "points", "count")  # kinds of totals
LARGEST = 10**12
Facts = dict[str, Any]


class CountyMaker(Maker):
    """Makes an edition for a county run: lists and figures are counted from below, and areas are judged as well."""

    about_things, derived = ("second", "third"), 3

    def _listed(self) -> None:
        super()._listed()
        for subject, name, of in (("thing", "parts", "part"), ("area", "things", "thing")):
            where = {"where": self.condition(of, 1)} if self.maybe(0.2) else {}
            self.facts[subject][name]["counted"] = {"records": of, **where}
        for subject, belows in BELOW.items():
            for below in belows:
                self._counted(subject, below, 2)

    def _counted(self, subject: str, below: str, many: int) -> None:
        """Figures counted from records below: all, and some of them; and their share."""
        everyone = f"{below}s_0"
        for number in range(many):
            name = f"{below}s_{len(self.facts[subject])}" if number or everyone in self.facts[subject] else everyone
            where = {} if name == everyone else {"where": self.condition(below, 2)}
            whole = everyone if name != everyone else "count_0" if below == "part" and self.maybe(0.2) else ""
            part = {"part_of": whole} if whole else {}
            fact = {"type": "count", "unit": below, "title": TITLE, "counted": {"count": below, **where}, **part}
            self.facts[subject][name] = fact
            if below == "part":
                self.names[subject]["count"].append(name)
            if name != everyone:
                self._declare(subject, f"{name}_share", "rate", {"ratio": [name, everyone], "title": TITLE})
        kind = self.random.choice(ADDED)
        where = {"where": self.condition(below, 1)} if self.maybe(0.6) else {}
        each = self.random.choice(self.given[below][kind])
        fine = {"decimals": True} if self.facts[below][each].get("decimals") else {}
        fact = {**self._typed(kind, 0), **fine, "counted": {"total": each, "over": below, **where}}
        self._declare(subject, f"{below}s_{len(self.facts[subject])}_{kind}", kind, fact)

    def _above(self) -> dict[str, Content]:
        for below in BELOW["area"]:
            self._counted("area", below, 2)
        decision = self._decision("top", "area")
        return {"top": decision}


def made(random: Random) -> Edition | None:
    """An edition; None where chance wrote a condition that cannot hold, which is refused."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "check_limits", lambda *_: None)
        write(Path(folder), CountyMaker(random).edition())
        loaded = load(Path(folder))
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    assert [problem.en for problem in errors if problem.code != "condition.never"] == []
    return loaded.edition


class County:
    """Records of an edition by subject and id, each with the id of the record around it, and what is true of them."""

    def __init__(self, edition: Edition, on: date, random: Random, sizes: tuple[int, ...]) -> None:
        self.edition, self.on, self.reference = edition, on, Reference(edition)
        self.checker = FactChecker(edition)
        self.rows: dict[str, dict[str, Facts]] = {}
        self.links: dict[str, dict[str, str]] = {}
        self.counts: dict[tuple[str, str], Facts] = {}
        self.known: dict[tuple[str, str], Facts] = {}  # the records as they are known, until more is counted
        drawing = Drawing(edition)
        drawing.given, most = random.choice((0, 0, 0.1)), random.choice((10**6, 10**6, LARGEST))
        for kind in NUMBERS:  # their total has to be a figure as well
            drawing.pools[kind] = [value for value in drawing._pool(kind) if abs(value) <= most]
        gaps = random.choice((0, 0, 0.02, 0.1))
        for level, subject in enumerate(LEVELS):
            drawing.mood = random.choice((0.7, 0.97, 0.5))
            ids = [f"{subject}-{number:02}" for number in range(sizes[level])]
            self.rows[subject] = {id: self._drawn(drawing, random, subject, gaps) for id in ids}
            upper = list(self.rows[LEVELS[level - 1]]) if level else []
            self.links[subject] = {id: random.choice(upper) for id in ids} if level else {}
            self.counts |= {(subject, id): {} for id in ids}
        self.files = {subject: {id: dict(row) for id, row in those.items()} for subject, those in self.rows.items()}
        self._count()

    def _drawn(self, drawing: Drawing, random: Random, subject: str, gaps: float) -> Facts:
        record = drawing._record(random, subject, self.on, gaps, 1, [])
        facts = self.edition.subjects[subject].facts
        lists = [name for name, value in record.items() if isinstance(value, list)]
        for name in lists:
            record[name] = [self._flat(one) for one in record[name]]
        return {name: value for name, value in record.items()
                if not (name in facts and (facts[name].counted or self._ahead(facts[name], value)))}  # fmt: skip

    def _flat(self, record: Facts) -> Facts:
        """A record of a list, without lists in it and records around it."""
        return {name: value for name, value in record.items()
                if not isinstance(value, list | dict) and not self._late(value)}  # fmt: skip

    def _late(self, value: Any) -> bool:
        return isinstance(value, date) and value > self.on

    def _ahead(self, fact: Any, value: Any) -> bool:
        return self._late(value) and not fact.future

    # --- counted

    def _count(self) -> None:
        """Count what is counted, in the order in which it was written: it rests on nothing that is written later."""
        facts = [fact for subject in BELOW for fact in self.edition.subjects[subject].facts.values() if fact.counted]
        for fact in sorted(facts, key=lambda fact: not fact.type.of):
            for id in self.rows[fact.subject]:
                counts = self.counts[fact.subject, id]
                counts[fact.name] = self._added(fact.counted, fact.subject, id)
                self._doubted(fact.subject, counts, self.rows[fact.subject][id])
                self.known.clear()

    def _doubted(self, subject: str, counts: Facts, given: Facts) -> None:
        """Of a part that is surely larger than its whole neither is known, whatever a file says."""
        known = given | counts
        pairs = [one for one in parts_and_wholes(self.edition, subject) if one.given and counts.keys() & {*one.facts}]
        odd = [one for one in pairs if _end(known, one.part.name, 0) > _end(known, one.whole.name, 1)]
        for pair in [one for one in odd if all(_unsure(known.get(name)) for name in one.between)]:
            for name in pair.facts:
                counts.pop(name, None)
                given.pop(name, None)

    def below(self, subject: str, id: str, of: str) -> list[str]:
        """The ids of the records of a subject that lie within a record."""
        return [one for one in self.rows[of] if self.up(of, one)[subject] == id]

    def up(self, subject: str, id: str) -> dict[str, str]:
        """The records around a record, by subject."""
        found = {}
        for level in around(self.edition, subject):
            id = self.links[subject][id]
            found[level], subject = id, level
        return found

    def _added(self, op: Op, subject: str, id: str) -> Any:
        """What is counted in a record: a value, its ends, the records of a list; None where it is not known."""
        of = op.args[0].type.of
        told = [(one, self._told(op, of, one)) for one in self.below(subject, id, of)]
        if op.name == "records":
            return None if any(holds is None for _, (holds, _) in told) else [one for one, (holds, _) in told if holds]
        ends = [(self._within(op, each), holds) for _, (holds, each) in told if holds is not False]
        if op.each is not None and not _counts_up(self.edition, of, op):  # what is in doubt could lower it
            ends = [(one, holds if one.at_least == one.at_most else None) for one, holds in ends]
            return None if any(holds is None for _, holds in ends) else exact(sum(one.at_least for one, _ in ends))
        low = exact(sum(one.at_least for one, holds in ends if holds))
        highest = [one.at_most for one, _ in ends]
        high = None if None in highest else exact(sum(highest))
        return low if low == high else {"at_least": low} | ({} if high is None else {"at_most": high})

    def _within(self, op: Op, each: Range | None) -> Range:
        """What a record adds to a total; nothing at least, where nothing is known of it."""
        return Range(0, None) if each is None else Range(each.at_least or 0, each.at_most)

    def _told(self, op: Op, of: str, id: str) -> tuple[bool | None, Range | None]:
        scope = Scope(self.edition, of, self.case(of, id), self.on, self.reference)
        holds = True if op.where is None else scope.holds(op.where)
        if op.each is None:
            return holds, Range(1, 1)
        value = scope.evaluate(op.each)
        if value is not None:
            return holds, Range(value, value)
        return holds, scope.range(op.each)

    # --- cases

    def case(self, subject: str, id: str) -> Facts:
        """A record as a case: with its lists, and the records around it with theirs."""
        levels = {level: self.record(level, one) for level, one in self.up(subject, id).items()}
        return self.record(subject, id) | {level: record for level, record in levels.items() if record}

    def record(self, subject: str, id: str) -> Facts:
        """What is known of a record, its lists included."""
        if (subject, id) not in self.known:
            self.known[subject, id] = self._known(subject, id)
        return self.known[subject, id]

    def _known(self, subject: str, id: str) -> Facts:
        counts, own = self.counts[subject, id], self.rows[subject][id]
        facts = {name: fact for name, fact in self.edition.subjects[subject].facts.items() if fact.given}
        flat = own | {name: one for name, one in counts.items() if one is not None and not facts[name].type.of}
        lists = {name: [{"id": one} | self.record(facts[name].type.of, one) for one in ids]
                 for name, ids in counts.items() if ids is not None and facts[name].type.of}  # fmt: skip
        return self.checker.check(subject, flat, self.on) | lists

    def judged(self, subject: str, id: str) -> Iterator[tuple[str, Judgement, Facts]]:
        """Each decision about a record, with the case it was judged from."""
        facts = self.case(subject, id)
        for rule in self.edition.rules.values():
            if rule.subject == subject:
                yield rule.id, self.reference.judge(rule.id, facts, self.on), facts


def _counts_up(edition: Edition, of: str, op: Op) -> bool:
    """Whether no amount that a total adds up is below zero."""
    least = edition.subjects[of].facts[op.each.name].minimum
    return least is not None and least >= 0


def _unsure(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _end(known: Mapping[str, Any], name: str, place: int) -> Any:
    """What a figure is at least or at most; beyond all reason where there is no such end."""
    value = known.get(name)
    beyond = 10**40 * (1 if place else -1)
    if isinstance(value, Mapping):
        return value.get(Range._fields[place], beyond)
    return beyond if value is None else value
