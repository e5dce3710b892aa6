"""A policy edition in memory: frozen, resolved, typed. Nothing here reads files or decides anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rules.model.decisions import Assignment, Rule
from rules.model.expressions import Condition, Expr, Op
from rules.values.exact import Type, Value
from rules.values.text import NOWHERE, Mark, NotFound, Text

CONSTANTS = "constants"  # the subject that the constants of the whole plan belong to; there is no record of it


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of a subject: given by the caller, derived by a formula, or dated by the policy."""

    name: str
    subject: str
    type: Type
    title: Text
    mark: Mark
    about: Text | None = None
    supplied_by: Text | None = None
    choices: Mapping[str, Text] = field(default_factory=dict)
    formula: Expr | None = None
    dated: tuple[tuple[date, Value], ...] = ()
    minimum: Value = None
    maximum: Value = None
    part_of: tuple[str, ...] = ()  # the facts it never exceeds
    lever: str = ""  # up | down | set: how action changes it; "" where no action can
    moves: tuple[str, ...] = ()
    trait: str = ""
    sensitive: bool = False  # personal information that the law calls sensitive
    set_by: str = ""
    clause: str = ""
    decimals: bool = False  # a count that is measured, not numbered
    future: bool = False  # a date that may lie after the day of the decision
    counted: Op | None = None  # how a bulk run fills it in from the records of a subject below
    constant: bool = False  # the same for every record: no given fact and no decision is behind it
    last: Expr | None = None  # what the same record of the run before makes it, where a bulk run is not given it

    @property
    def given(self) -> bool:
        return self.formula is None and not self.dated

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are given."""
        return self.type.kind == "count" and not self.decimals


@dataclass(frozen=True, slots=True)
class Subject:
    name: str
    title: Text
    within: str
    facts: Mapping[str, Fact]
    named: Text | None = None  # the heading of the column of names that anybody may know; None where there are none
    personal: bool | None = None  # whether its records are about people; None where the plan does not say


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a clause, and how it is answered for."""

    text: str
    by: tuple[str, ...] = ()  # decisions, `decision.item`, `subject.fact`, `readings.reading`
    partly: Text | None = None  # what of it is left
    left_out: Text | None = None  # why nothing carries it out


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    heading: str
    text: str
    not_decided: Text | None = None  # why no rule implements it
    sentences: tuple[Sentence, ...] = ()  # none where the clause is one sentence


@dataclass(frozen=True, slots=True)
class Reading:
    id: str
    clause: str
    title: Text
    question: Text
    chosen: str
    readings: Mapping[str, Text]
    because: Text
    changes: Mapping[str, Any] = field(default_factory=dict)  # of an option: path -> what it says instead
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A warning that is meant: its code without `warning.`, its place, who looked into it, when and why."""

    warning: str
    at: str
    by: Text
    on: date
    because: Text
    mark: Mark


@dataclass(frozen=True, slots=True)
class ReportStep:
    """One step of a funnel: those of the step before of whom a condition holds."""

    id: str
    title: Text
    where: Condition | None


@dataclass(frozen=True, slots=True)
class ReportResult:
    """A number that a report opens with: the records of a subject of whom a condition holds, and a sum over them."""

    title: Text
    subject: str
    where: Condition | None
    total: str = ""  # the fact that is added up
    risk: bool = False  # the fewer the better


@dataclass(frozen=True, slots=True)
class ReportTurn:
    """An outcome after which someone has to act, and the output that says who."""

    decision: str
    outcome: str
    by: str


@dataclass(frozen=True, slots=True)
class Report:
    """The settings of a bulk run's report, by the names of decisions, groups and criteria; "" leaves a part out."""

    smallest_group: int = 0  # what is published shows no smaller one
    results: tuple[ReportResult, ...] = ()
    turns: tuple[ReportTurn, ...] = ()
    funnel_subject: str = ""
    funnel: tuple[ReportStep, ...] = ()
    exclusions: tuple[str, ...] = ()
    scatter: str = ""
    scatter_group: str = ""
    shares: str = ""
    share: str = ""
    near: str = ""
    nearest: int = 0
    titles: str = ""
    held: Condition | None = None
    ahead: str = ""
    ahead_months: tuple[int, ...] = ()
    expired_subject: str = ""
    expired: Condition | None = None  # the records that have expired by then
    changes: tuple[str, ...] = ()
    milestones: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """How people head and fill a column of an extract, beside its title and the forms that all plans share."""

    headings: tuple[str, ...] = ()
    means: Mapping[str, str] = field(default_factory=dict)  # words of a cell -> the value as text


@dataclass(frozen=True, slots=True)
class Members:
    """How an extract tells the rows of one record apart: a column, and the words in it of the row that counts."""

    headings: tuple[str, ...]
    head: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extracts:
    """The words of a plan's extracts; `columns` by subject, then by fact, by `id`, or by the subject above."""

    blank: tuple[str, ...] = ()  # words of a cell that mean that nothing is known
    columns: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)
    members: Mapping[str, Members] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edition:
    """One dated, immutable version of one plan."""

    plan: str
    title: Text
    issuer: Text
    effective_from: date
    effective_to: date | None
    source: Mapping[str, str]
    sha256: str
    subjects: Mapping[str, Subject]
    rules: Mapping[str, Rule]  # in an order in which each comes after those it needs
    clauses: Mapping[str, Clause]
    readings: Mapping[str, Reading]
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    acknowledged: tuple[Acknowledged, ...] = ()
    extracts: Extracts = field(default_factory=Extracts)
    after_lapse: bool = False  # no edition of the plan was in force just before
    under: Mapping[str, str] = field(default_factory=dict)  # readings taken otherwise than the plan does
    mark: Mark = NOWHERE  # of the day from which it is in force
    mark_to: Mark = NOWHERE  # of the last day

    @property
    def id(self) -> str:
        return f"{self.plan}/{self.effective_from.isoformat()}"

    @property
    def called(self) -> Text:
        """The title of its plan, and its first day."""
        return Text(
            f"《{self.title.zh}》（{self.effective_from} 起）", f"“{self.title.en}” (from {self.effective_from})"
        )

    def rule(self, name: str) -> Rule:
        """A decision; NotFound where there is none, which says whether an assignment is meant."""
        rule = self.rules.get(name)
        if rule is not None:
            return rule
        if name in self.assignments:
            raise NotFound(f"{name} 是分派，不逐个判定。", f"{name} is an assignment: it judges no single case.")
        raise NotFound(f"没有判定 {name}。", f"There is no decision {name}.")
