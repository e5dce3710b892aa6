"""A case as it comes over HTTP: read, checked against the fact dictionary, and ready to judge.

{"plan": "xx-county", "on": "2026-12-31", "subject": {"id": "V-001"}, "facts": {...}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import ValidationError

from rules import FactError
from rules.model import Rule
from rules.values.ids import ID
from service.http.fields import MESSAGES, CaseSchema
from service.http.problems import FieldError, Problem
from service.policies.live import Compiled, Snapshot

_SCHEMA = CaseSchema()
REMEMBERED = 1000  # questions of which a court knows what judges


@dataclass(frozen=True, slots=True)
class Written:
    """A case as written: its shape is right, its facts are not looked at yet."""

    plan: str | None
    on: date | None
    subject_id: str
    facts: Any


@dataclass(frozen=True, slots=True)
class Case:
    """A case that can be judged, and under which edition."""

    compiled: Compiled
    rule: Rule
    on: date
    subject_id: str
    facts: Mapping[str, Any]  # checked, exact
    given: Mapping[str, Any]  # as they came


@dataclass(frozen=True, slots=True)
class Court:
    """Where cases are heard: the policies, the plan by default, and today."""

    snapshot: Snapshot
    plan: str
    today: date
    _asked: dict[tuple[str, str | None, date | None], tuple[Compiled, Rule]] = field(
        default_factory=dict, init=False, repr=False
    )

    def rule(self, decision: str, plan: str | None, on: date | None) -> tuple[Compiled, Rule]:
        """What judges, of the plan and day asked for."""
        asked = decision, plan, on
        if (found := self._asked.get(asked)) is None:
            found = self._rule(*asked)
            if len(self._asked) < REMEMBERED:
                self._asked[asked] = found
        return found

    def _rule(self, decision: str, plan: str | None, on: date | None) -> tuple[Compiled, Rule]:
        try:
            compiled = self.snapshot.in_force(plan or self.default_plan(), on or self.today)
        except LookupError as error:
            raise Problem.not_found(error) from None
        rule = compiled.edition.rules.get(decision)
        if rule is None:
            known = ", ".join(compiled.edition.rules)
            raise Problem("not-found", f"没有判定 {decision}（现有：{known}）。",
                          f"There is no decision {decision} (there are: {known}).")  # fmt: skip
        return compiled, rule

    def default_plan(self) -> str:
        plans = self.snapshot.store.plans
        if self.plan or len(plans) == 1:
            return self.plan or next(iter(plans))
        known = ", ".join(plans)
        raise Problem.invalid([FieldError("/plan", "required", f"请写明方案（现有：{known}）。",
                                          f"Say which plan (there are: {known}).")])  # fmt: skip

    def case(self, decision: str, raw: Any, above: str = "") -> Case:
        """The case a JSON value describes; every problem with it at once, pointers below `above`."""
        written, errors = read(raw, above)
        compiled, rule = self.rule(decision, written.plan, written.on)
        facts: Mapping[str, Any] = {}
        try:
            facts = compiled.checker.check(rule.subject, written.facts)
        except FactError as error:
            errors += [FieldError.of_fact(problem, f"{above}/facts") for problem in error.problems]
        if errors:
            raise Problem.invalid(errors)
        return Case(compiled, rule, written.on or self.today, written.subject_id, facts, written.facts)


def read(raw: Any, above: str = "") -> tuple[Written, list[FieldError]]:
    """A JSON value as a case, as far as it goes, and what is wrong with its shape."""
    if (plain := _plainly(raw)) is not None:
        return plain, []
    try:
        found, errors = _SCHEMA.load(raw), list[FieldError]()
    except ValidationError as error:
        found = error.valid_data if isinstance(error.valid_data, dict) else {}
        errors = list(field_errors(error.messages, above))
    subject = found.get("subject") or {}
    facts = raw.get("facts") if isinstance(raw, dict) else None
    given = {} if facts is None else facts  # the schema has told already
    return Written(found.get("plan"), found.get("on"), subject.get("id", ""), given), errors


def _plainly(raw: Any) -> Written | None:
    """The commonest shape without the schema's detour, which costs more than to judge it."""
    if type(raw) is not dict or len(raw) != 2:
        return None
    subject, facts = raw.get("subject"), raw.get("facts")
    if type(subject) is not dict or len(subject) != 1 or type(facts) is not dict:
        return None
    name = subject.get("id")
    return Written(None, None, name, facts) if type(name) is str and ID.fullmatch(name) else None


def field_errors(messages: Any, pointer: str = "") -> Iterator[FieldError]:
    """The tree of marshmallow's of messages, flat, in both languages."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            inside = pointer if key == "_schema" else f"{pointer}/{_escaped(str(key))}"
            yield from field_errors(below, inside)
        return
    for message in messages:
        said, *figures = str(message).split("|")
        code, zh, en = MESSAGES.get(said, ("invalid", said, said))
        yield FieldError(pointer, code, zh.format(*figures), en.format(*figures))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
