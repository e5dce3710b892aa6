"""Decisions that were made, judged again under two editions by the code that judges requests, and what differs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from rules import Edition, Engine, FactChecker, FactError
from rules.judging.decision import Decision, vars_of
from rules.model import Rule
from rules.values.exact import Value, decimal_text
from service.county.simulation import moneyed
from service.exact_json import loads

LISTED = 100  # log lines of each from -> to
NOTHING = Fraction(0)
EVERY = 20  # decisions between two words of progress
Progress = Callable[[int, int], None]  # done, of


class Interrupted(SystemExit):
    """Not all came that was to be judged again: nothing is told of a part as if it were the whole."""


class Judge:
    """An edition that judges as requests are judged."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self._engine, self._checker = edition, Engine(edition), FactChecker(edition)

    def decide(self, decision: str, inputs: Mapping[str, Any], on: date, *, checked: bool = True) -> Decision | None:
        """The decision about inputs as they were given; None where the edition has no such decision, or the inputs do
        not fit its facts. What was `checked` against the day already is not held against it again."""
        if (rule := self.edition.rules.get(decision)) is None:
            return None
        try:
            facts = self._checker.check(rule.subject, inputs["facts"], on if checked else None)
        except FactError:
            return None
        return self._engine.decide(decision, facts, on, inputs["subject"]["id"])


def replayed(before: Edition, after: Edition, lines: Iterable[bytes], tell: Progress) -> dict[str, Any]:
    """What comes of the decisions of a Feed under two editions, by decision; Interrupted where the feed breaks off."""
    old, new, cannot = Judge(before), Judge(after), Counter[str]()
    tallies: dict[str, Tally] = {}
    begun: dict[str, Any] = {}
    judged = 0
    for said in map(loads, lines):
        match said:
            case {"broken": words}:
                raise Interrupted(f"{words['zh']} / {words['en']}")
            case {"total": _}:
                begun = said
            case {"end": rest}:
                counts = Counter(rest["cannot"]) + cannot
                told = [one.as_dict() for one in tallies.values()]
                return {"at": begun["at"], "total": begun["total"], "judged": judged, "left": rest["left"],
                        "changed": sum(one["changed"] for one in told), "cannot": dict(sorted(counts.items())),
                        "decisions": [one for one in told if one["changed"] or one["amounts"]]}  # fmt: skip
            case _:
                why = _judged(said, old, new, tallies)
                cannot.update([why] if why else ())
                judged += not why
                if (judged + cannot.total()) % EVERY == 1:
                    tell(judged + cannot.total(), begun["total"])
    raise Interrupted("日志没有读到头。 / The log was not read to its end.")


def _judged(said: Mapping[str, Any], old: Judge, new: Judge, tallies: dict[str, Tally]) -> str:
    """Judge one decision again and add it up; why not, where that cannot be done."""
    decision, inputs, on = said["decision"], said["inputs"], date.fromisoformat(said["on"])
    was = old.decide(decision, inputs, on, checked=False)
    if was is None or was.outcome != said["outcome"]:
        return "unlike"  # the log says otherwise: somebody has to look
    if decision not in new.edition.rules:
        return "no_decision"
    if (now := new.decide(decision, inputs, on)) is None:
        return "unfit"
    tallies.setdefault(decision, Tally(was.rule, now.rule)).add(said["log_id"], was, now)
    return ""


# --- added up


@dataclass
class Money:
    """One output that is money, added up exactly, in yuan; the same counts as of a county run."""

    before: Fraction = NOTHING
    after: Fraction = NOTHING
    more: Fraction = NOTHING
    less: Fraction = NOTHING
    newly_known: Fraction = NOTHING
    no_longer_known: Fraction = NOTHING
    changed: int = 0
    unknown_before: int = 0
    unknown_after: int = 0

    def add(self, was: Fraction | None, now: Fraction | None) -> None:
        self.changed += was != now
        self.unknown_before += was is None
        self.unknown_after += now is None
        self.before += was or 0
        self.after += now or 0
        if was is None:
            self.newly_known += now or 0
        elif now is None:
            self.no_longer_known += was
        else:
            self.more += max(now - was, NOTHING)
            self.less += max(was - now, NOTHING)

    def as_dict(self) -> dict[str, Any]:
        return {name: decimal_text(value) if isinstance(value, Fraction) else value
                for name, value in vars(self).items()}  # fmt: skip


@dataclass
class Tally:
    """One decision, as made and as it would be made."""

    old: Rule
    new: Rule
    turns: Counter[tuple[str, str]] = field(default_factory=Counter)
    lines: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    money: dict[str, Money] = field(default_factory=dict)

    def add(self, log_id: str, was: Decision, now: Decision) -> None:
        turn = was.outcome, now.outcome
        self.turns[turn] += 1
        moved = was.outcome != now.outcome
        for name in set(moneyed(self.old)).intersection(moneyed(self.new)):
            sides = amount(was, name), amount(now, name)
            self.money.setdefault(name, Money()).add(*sides)
            moved = moved or sides[0] != sides[1]
        if moved and len(self.lines[turn]) < LISTED:
            self.lines[turn].append(log_id)

    def as_dict(self) -> dict[str, Any]:
        met = [{one.id for one in rule.outcomes.values() if one.role == "met"} for rule in (self.old, self.new)]
        moved = {turn: count for turn, count in sorted(self.turns.items()) if turn[0] != turn[1]}
        titles = self.old.body.outputs
        return {
            "decision": self.old.id, "title": vars_of(self.old.title), "clause": self.old.clause,
            "judged": self.turns.total(), "changed": sum(moved.values()),
            "gains": sum(count for (was, now), count in moved.items() if was not in met[0] and now in met[1]),
            "loses": sum(count for (was, now), count in moved.items() if was in met[0] and now not in met[1]),
            "turns": [{"before": one(was, self.old), "after": one(now, self.new), "count": self.turns[was, now],
                       "lines": lines} for (was, now), lines in sorted(self.lines.items())],
            "amounts": [{"output": name, "title": vars_of(titles[name].title), **money.as_dict()}
                        for name, money in self.money.items() if money.changed],
        }  # fmt: skip


def one(outcome: str, rule: Rule) -> dict[str, Any]:
    """An outcome with its title."""
    return {"outcome": outcome, "title": vars_of(rule.outcomes[outcome].title)}


def amount(decision: Decision, output: str) -> Fraction | None:
    """An amount that a decision says: not known where the outcome is not, 0 where a known outcome says none."""
    if decision.rule.outcomes[decision.outcome].role == "unknown":
        return None
    value: Value = decision.outputs.get(output, (0, None))[0]
    return Fraction(value) if isinstance(value, int | Fraction) else None
