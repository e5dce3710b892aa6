"""Reads a case from a request, checks it against the fact dictionary, and finds the edition that judges it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import ValidationError

from rules import FactError, PolicyError
from rules.cases.checker import ALIEN
from rules.model import Rule
from rules.values.ids import is_id
from rules.values.text import NotFound
from rules.variants.readings import NoSuchReading, otherwise
from service.http.fields import CaseSchema
from service.http.problems import MESSAGES, FieldError, Problem
from service.http.turns import Turns
from service.policies.compiled import Compiled, Snapshot, reread

_SCHEMA = CaseSchema()
COMPILING = Turns(1, waiting=4)  # of editions for one request: other figures, other readings
REMEMBERED = 1000  # questions whose edition and decision are remembered


@dataclass(frozen=True, slots=True)
class RawCase:
    """A case whose shape is valid and whose facts are not checked yet."""

    plan: str | None
    on: date | None
    subject_id: str
    facts: Any
    readings: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A checked case, with the edition that judges it."""

    compiled: Compiled
    rule: Rule
    on: date
    subject_id: str
    facts: Mapping[str, Any]  # checked, exact
    given: Mapping[str, Any]  # as they came
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Reads cases of one request: the live policies, the default plan, and today's date."""

    snapshot: Snapshot
    plan: str
    today: date
    _asked: dict[tuple[str, str | None, date | None], tuple[Compiled, Rule]] = field(
        default_factory=dict, init=False, repr=False
    )

    def rule(self, decision: str, plan: str | None, on: date | None) -> tuple[Compiled, Rule]:
        """The compiled edition and the decision for a plan and a day."""
        asked = decision, plan, on
        if (found := self._asked.get(asked)) is None:
            found = self._rule(*asked)
            if len(self._asked) < REMEMBERED:
                self._asked[asked] = found
        return found

    def _rule(self, decision: str, plan: str | None, on: date | None) -> tuple[Compiled, Rule]:
        try:
            compiled = self.snapshot.in_force(plan or self.default_plan(), on or self.today)
        except NotFound as error:
            raise Problem("not-found", error.zh, error.en) from None
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
        reread = True  # facts that the edition does not take, the reading that was meant may
        if written.readings:
            try:
                compiled = reread_as(compiled, written.readings, above)
            except Problem as problem:
                if not problem.errors:
                    raise
                errors, reread = [*errors, *problem.errors], False
            rule = compiled.edition.rules[rule.id]
        try:
            facts = compiled.checker.check(rule.subject, written.facts, written.on or self.today)
        except FactError as error:
            errors += [FieldError.of_fact(problem, f"{above}/facts") for problem in error.problems
                       if reread or problem.code not in ALIEN]  # fmt: skip
        if errors:
            raise Problem.invalid(errors)
        return Case(compiled, rule, written.on or self.today, written.subject_id, facts, written.facts,
                    written.dry_run)  # fmt: skip


def reread_as(compiled: Compiled, readings: Mapping[str, str], above: str = "") -> Compiled:
    """The edition under other readings; a Problem with the name of each that cannot be taken."""
    if wrong := [error for name, option in readings.items() if (error := _untaken(compiled, name, option))]:
        raise Problem.invalid(
            FieldError(f"{above}/readings/{error.path}", "no_such_reading", error.zh, error.en) for error in wrong
        )
    try:
        with COMPILING.turn():
            return reread(compiled, tuple(sorted(readings.items())))
    except PolicyError as error:
        raise Problem.invalid(
            FieldError(f"{above}/readings", one.code, one.zh, one.en)
            for one in error.problems
            if one.severity == "error"
        ) from None


def _untaken(compiled: Compiled, name: str, option: str) -> NoSuchReading | None:
    try:
        otherwise(compiled.edition, {name: option})
    except NoSuchReading as error:
        return error
    return None


def read(raw: Any, above: str = "") -> tuple[RawCase, list[FieldError]]:
    """Read a JSON value as a case. Returns the readable parts and the errors of its shape."""
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
    readings = found.get("readings") or {}
    dry_run = found.get("dry_run", False)
    return RawCase(found.get("plan"), found.get("on"), subject.get("id", ""), given, readings, dry_run), errors


def _plainly(raw: Any) -> RawCase | None:
    """A fast path for the most common shape: marshmallow costs more than judging."""
    if type(raw) is not dict or len(raw) != 2:
        return None
    subject, facts = raw.get("subject"), raw.get("facts")
    if type(subject) is not dict or len(subject) != 1 or type(facts) is not dict:
        return None
    name = subject.get("id")
    return RawCase(None, None, name, facts) if type(name) is str and is_id(name) else None


def field_errors(messages: Any, pointer: str = "") -> Iterator[FieldError]:
    """Nested marshmallow messages as a flat list, in both languages."""
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
