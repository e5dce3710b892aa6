"""A Decision with one Finding per criterion, each citing its clause; and its form in JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from rules.judging.left import NOTHING, Left
from rules.model import Edition, Rule
from rules.values.exact import Range, Type, Value, plain
from rules.values.limits import MOST_MISSING
from rules.values.text import Text

NOT_EXACT = "not_exact"  # why a fact is missing that is known within bounds
CONTRADICTORY = "contradictory"  # and one that a run counted, larger or less than its whole or part can be
VERDICTS: Mapping[bool | None, str] = {True: "met", False: "not_met", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Compared:
    """The fixed part of a comparison: the value it names, its operators, and its limits where they are constants."""

    fact: str
    title: Text
    type: Type
    operators: tuple[str, ...]
    fixed: tuple[Value, ...] | None = None
    form: Mapping[str, Any] = field(init=False, repr=False, compare=False)  # of every Part.as_dict

    def __post_init__(self) -> None:
        form = {
            "fact": self.fact, "title": vars_of(self.title), "observed": None,
            "unit": self.type.unit or self.type.kind, "tests": None if self.fixed is None else self.tests(self.fixed),
            "verdict": None,
        }  # fmt: skip
        object.__setattr__(self, "form", form)

    def tests(self, limits: tuple[Value, ...]) -> list[dict[str, Any]]:
        return [
            {"operator": operator, "limit": _limit(limit)}
            for operator, limit in zip(self.operators, limits, strict=True)
        ]


class Part(NamedTuple):
    """One comparison inside a criterion: the value seen, and the limits it was held against."""

    of: Compared
    value: Value
    limits: tuple[Value, ...]
    truth: bool | None

    @property
    def fact(self) -> str:
        return self.of.fact

    @property
    def title(self) -> Text:
        return self.of.title

    @property
    def type(self) -> Type:
        return self.of.type

    def as_dict(self) -> dict[str, Any]:
        return _shown(*self)


def _shown(of: Compared, value: Value, limits: tuple[Value, ...], truth: bool | None) -> dict[str, Any]:
    """The JSON form of the Part of these fields: a finding is written without making its Parts."""
    shown = {**of.form}
    if of.type.kind != "list":
        shown["observed"] = plain(value)
    if of.fixed is None:
        shown["tests"] = of.tests(limits)
    shown["verdict"] = VERDICTS[truth]
    return shown


@dataclass(frozen=True, slots=True)
class Item:
    """The fixed part of a finding: the item of the plan that it is about."""

    id: str
    role: str  # criterion | row | veto | ceiling | item
    title: Text
    clause: str
    set_by: str
    group: str = ""
    group_title: Text | None = None
    rejects: bool = False
    outcome: str = ""
    form: Mapping[str, Any] = field(init=False, repr=False, compare=False)  # of every Finding.as_dict

    def __post_init__(self) -> None:
        form = {
            "criterion": self.id, "role": self.role, "title": vars_of(self.title), "verdict": None,
            "clause": self.clause, "set_by": self.set_by, "group": self.group,
            "group_title": self.group_title and vars_of(self.group_title), "applies": None,
            "rejects": self.rejects, "points": None, "outcome": self.outcome, "comparisons": None,
        }  # fmt: skip
        absent = {"group": not self.group, "group_title": self.group_title is None, "outcome": not self.outcome}
        object.__setattr__(self, "form", {key: value for key, value in form.items() if not absent.get(key)})


class Finding(NamedTuple):
    """The verdict on one item. `applies` is False where its `when` excused the subject."""

    item: Item
    verdict: bool | None
    compared: tuple[tuple[Compared, Value, tuple[Value, ...], bool | None], ...]  # the fields of each Part
    applies: bool = True
    points: Value = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The comparisons, made when they are looked at: a plain tuple takes half as long to make."""
        return tuple(map(Part._make, self.compared))

    @property
    def id(self) -> str:
        return self.item.id

    @property
    def role(self) -> str:
        return self.item.role

    @property
    def title(self) -> Text:
        return self.item.title

    @property
    def clause(self) -> str:
        return self.item.clause

    @property
    def set_by(self) -> str:
        return self.item.set_by

    @property
    def group(self) -> str:
        return self.item.group

    @property
    def rejects(self) -> bool:
        return self.item.rejects

    @property
    def outcome(self) -> str:
        return self.item.outcome

    def as_dict(self) -> dict[str, Any]:
        shown = {**self.item.form}
        shown["verdict"] = VERDICTS[self.verdict]
        shown["applies"] = self.applies
        if self.points is None:
            del shown["points"]
        else:
            shown["points"] = plain(self.points)
        shown["comparisons"] = [_shown(*one) for one in self.compared]
        return shown


class Ready(Finding):
    """A finding made in advance and shared by all cases it is true of; its JSON form is built once."""

    @cached_property
    def _shown(self) -> dict[str, Any]:
        return super().as_dict()

    def as_dict(self) -> dict[str, Any]:
        return self._shown


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact for want of which a value is not known, known within bounds only, or a denominator that is zero."""

    fact: str
    title: Text
    why: str  # not_given | not_exact | contradictory | zero | empty | none_fits | not_decided

    def as_dict(self) -> dict[str, Any]:
        return {"fact": self.fact, "title": vars_of(self.title), "why": self.why}


@dataclass(frozen=True, slots=True)
class Placed:
    """One record's place in a ranking; no place where it is not eligible or cannot be ranked."""

    id: str
    place: int | None
    chosen: bool
    why: str = ""  # the criterion it fails, or `unknown`

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "place": self.place, "chosen": self.chosen, "why": self.why or None}


class Decision(NamedTuple):
    """The answer to one question about one subject on one date, under one edition."""

    edition: Edition
    rule: Rule
    subject_id: str
    on: date
    facts: Mapping[str, Any]
    outcome: str
    findings: tuple[Finding, ...]
    outputs: Mapping[str, tuple[Value, Type]]
    measures: tuple[tuple[str, Mapping[str, tuple[Value, Type]]], ...]
    ranking: tuple[Placed, ...]
    missing: tuple[Missing, ...]  # one more than MOST_MISSING where there are more
    left: Left  # where the outcome is not known
    chained: Mapping[str, Decision]

    def all(self) -> dict[str, Decision]:
        """The decision itself and all that it rests on, each once, by name."""
        made, waiting = {self.rule.id: self}, [self]
        while waiting:
            new = {name: one for name, one in waiting.pop(0).chained.items() if name not in made}
            made |= new
            waiting += new.values()
        return made

    @property
    def id(self) -> str:
        """The same question, facts and edition always have the same id."""
        question = [self.edition.sha256, self.rule.id, self.subject_id, self.on.isoformat(), self.facts]
        return hashlib.sha256(_canonical(question)).hexdigest()[:32]

    @property
    def codes(self) -> tuple[str, ...]:
        """The criteria that are not met or cannot be told, in the plan's order."""
        return tuple(finding.id for finding in self.findings if finding.verdict is not True)

    def as_dict(self) -> dict[str, Any]:
        outcome = self.rule.outcomes[self.outcome]
        return {
            "id": self.id,
            "decision": self.rule.id,
            "title": vars_of(self.rule.title),
            "subject": {"kind": self.rule.subject, "id": self.subject_id},
            "on": self.on.isoformat(),
            "outcome": self.outcome,
            "outcome_title": vars_of(outcome.title),
            "findings": [finding.as_dict() for finding in self.findings],
            "outputs": {name: plain(value) for name, (value, _) in self.outputs.items()},
            "measures": [
                {"id": name, "outputs": {key: plain(value) for key, (value, _) in outputs.items()}}
                for name, outputs in self.measures
            ],
            "ranking": [placed.as_dict() for placed in self.ranking],
            "missing": [missing.as_dict() for missing in self.missing[:MOST_MISSING]],
            **({"missing_more": True} if len(self.missing) > MOST_MISSING else {}),
            **({} if self.left == NOTHING else {"left": self.left.as_dict()}),
            "chained": {
                name: {"outcome": decision.outcome, "id": decision.id} for name, decision in self.chained.items()
            },
            "plan": self.edition.plan,
            "edition": self.edition.effective_from.isoformat(),
            "edition_sha256": self.edition.sha256,
            **({"readings": dict(self.edition.under)} if self.edition.under else {}),
        }


def vars_of(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _stated(value: Any) -> Any:
    """Fractions and dates as exact text, which JSON has no type for."""
    if isinstance(value, Mapping):
        return dict(value)
    if (stated := plain(value)) is value:
        raise TypeError(f"{value!r} is no fact")
    return stated


def _canonical(value: Any) -> bytes:
    """Canonical JSON: equal values give equal bytes."""
    try:
        return orjson.dumps(value, default=_stated, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a whole number of more than 64 bits, which the slower writer spells as well
        return _CANONICAL.encode(value).encode()


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_stated)


def _limit(limit: Value) -> Any:
    several = isinstance(limit, tuple) and not isinstance(limit, Range)
    return [plain(value) for value in limit] if several else plain(limit)
