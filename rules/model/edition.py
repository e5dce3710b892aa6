"""A policy edition in memory: frozen, resolved, typed. Nothing here reads files or decides anything.

Edition
 ├─ subjects: county, township, village, household ... each with its facts (given, derived, dated)
 ├─ clauses, readings
 ├─ decisions: a Checklist, Scorecard, Table or Ranking, made of conditions over expressions over facts
 └─ assignments: who bears which records, evenly; they judge no case, and so are no decisions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from rules.problems.problem import Mark
from rules.values.exact import Type, Value


@dataclass(frozen=True, slots=True)
class Text:
    """A title in the two languages; `zh` is the one that counts."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


# --- expressions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Const:
    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Ref:
    """A fact, an outcome, or an output of a decision. `scope` is "" for the record at hand, `own` for the subject
    of the decision seen from inside a list, else the name of the subject the record belongs to."""

    what: str  # fact | outcome | output | total | on
    scope: str
    name: str
    type: Type
    output: str = ""

    @property
    def path(self) -> str:
        parts = [part for part in (self.scope, self.name, self.output) if part]
        return ".".join(parts)


@dataclass(frozen=True, slots=True)
class Op:
    """An operation on its arguments; `each` and `where` are read inside the records of a list."""

    name: str
    args: tuple[Expr, ...]
    type: Type
    each: Expr | None = None
    where: Condition | None = None
    option: str = ""


Expr = Const | Ref | Op


# --- conditions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a value with a limit; `one_of` has several limits."""

    operator: str
    limits: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """All tests hold of one value. The unit that the engines decide; each stands for itself, not for its content,
    so that looking one up costs no walk through its expressions."""

    left: Expr
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by all, any, none, or at least `least` of them."""

    join: str
    parts: tuple[Condition, ...]
    least: int = 0


Condition = Leaf | Group


def leaves_in(*conditions: Condition | None) -> Iterator[Leaf]:
    """The comparisons of conditions, in the order they are written."""
    for condition in conditions:
        if isinstance(condition, Leaf):
            yield condition
        elif condition is not None:
            yield from leaves_in(*condition.parts)


# --- facts -------------------------------------------------------------------------------------------------------


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
    part_of: str = ""
    lever: str = ""  # up | down | set: how action changes it; "" where no action can
    moves: tuple[str, ...] = ()
    trait: str = ""
    set_by: str = ""
    clause: str = ""
    decimals: bool = False  # a count that is measured, not numbered
    counted: Op | None = None  # how a bulk run fills it in from the records of a subject below
    last: Expr | None = None  # what the same record of the run before makes it, where a bulk run is not given it

    @property
    def given(self) -> bool:
        return self.formula is None and not self.dated


@dataclass(frozen=True, slots=True)
class Subject:
    name: str
    title: Text
    within: str
    facts: Mapping[str, Fact]


# --- decisions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    id: str
    title: Text
    role: str = ""  # met | not_met | unknown; "" where only an item or a row names it


@dataclass(frozen=True, slots=True)
class Criterion:
    """One item: a checklist's criterion, a table's row, a veto, a ceiling, an eligibility test of a ranking.

    It is met when its condition holds (`reject`: when it does not); `when` says whom it applies to.
    `outcome` is what follows: for a criterion that is not met, for a row or a ceiling that is."""

    id: str
    title: Text
    clause: str
    condition: Condition
    mark: Mark
    reject: bool = False
    when: Condition | None = None
    outcome: str = ""
    group: str = ""
    group_title: Text | None = None
    set_by: str = "plan"
    reading: str = ""
    then: Mapping[str, Expr] = field(default_factory=dict)
    note: Text | None = None

    @property
    def plain(self) -> bool:
        """Whether a single comparison settles it."""
        return self.when is None and isinstance(self.condition, Leaf)


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """Points by choice or interval (`bands`), by formula, or added and deducted when a condition holds."""

    id: str
    title: Text
    clause: str
    mark: Mark
    bands: tuple[tuple[Condition, Expr], ...] = ()
    formula: Expr | None = None
    least: Value = None
    most: Value = None
    missing: Value = None
    shown: Expr | None = None
    set_by: str = "plan"


@dataclass(frozen=True, slots=True)
class Checklist:
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Table:
    hit: str  # first | all | highest | sum
    rows: tuple[Criterion, ...]
    otherwise: Criterion
    outputs: Mapping[str, Output]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    type: Type
    title: Text
    choices: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scorecard:
    vetoes: tuple[Criterion, ...]
    items: tuple[ScoreItem, ...]
    grades: tuple[tuple[Condition, str], ...]
    ceilings: tuple[Criterion, ...]
    least: Value = None
    most: Value = None


@dataclass(frozen=True, slots=True)
class Key:
    by: Expr
    first: str  # highest | lowest
    title: Text


@dataclass(frozen=True, slots=True)
class Ranking:
    over: Expr
    eligible: tuple[Criterion, ...]
    order: tuple[Key, ...]
    take: int | None
    ties: str  # shared | by_id


Body = Checklist | Scorecard | Table | Ranking


@dataclass(frozen=True, slots=True)
class Rule:
    """One decision of the plan: what it judges, from which clause, to which outcomes, by which body."""

    id: str
    kind: str
    subject: str
    title: Text
    clause: str
    outcomes: Mapping[str, Outcome]
    body: Body
    mark: Mark
    needs: tuple[str, ...] = ()  # decisions of the same edition whose conclusions it reads
    ranked: bool = False  # the outcomes are listed highest first, and compare
    roles: Mapping[str, str] = field(init=False, compare=False)
    strength: Mapping[str, int] = field(init=False, compare=False)  # 0 for the outcome that wins over all others

    def __post_init__(self) -> None:
        """Outcomes are listed strongest first, but grades best first, of which the worst wins."""
        order = list(self.outcomes)
        if self.kind == "scorecard":
            order.reverse()
        object.__setattr__(self, "roles", {o.role: o.id for o in self.outcomes.values() if o.role})
        object.__setattr__(self, "strength", {name: place for place, name in enumerate(order)})

    def role(self, role: str) -> str:
        """The outcome declared for met, not_met or unknown ("" where there is none)."""
        return self.roles.get(role, "")

    @property
    def type(self) -> Type:
        known = tuple(o.id for o in self.outcomes.values() if o.role != "unknown")
        return Type("choice", choices=known, ranked=self.ranked)


@dataclass(frozen=True, slots=True)
class Dimension:
    """What all bearers are to carry alike: the sum of a measure over their records."""

    id: str
    title: Text
    clause: str
    mark: Mark
    measure: Expr
    weight: int  # against the other dimensions
    tolerance: Value  # how far from the fair share, as a part of it, still counts as even
    set_by: str = "plan"
    reading: str = ""
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Gives every record of one subject to exactly one bearer, so that all bear alike.

    It looks at all records at once and judges none of them; that is why it is no Rule."""

    id: str
    subject: str
    bearer: str  # a subject too
    title: Text
    clause: str
    outcomes: Mapping[str, Outcome]
    mark: Mark
    balance: tuple[Dimension, ...]
    share: Ref | None = None  # of a bearer: how much of a full load; all alike where there is none
    most: Ref | None = None  # of a bearer: how many records at most
    keep: Value = None  # the part of the last assignment that stays
    keep_set_by: str = "plan"
    kind: str = "assignment"

    def role(self, role: str) -> str:
        """The outcome declared for met, not_met or unknown."""
        return next(one.id for one in self.outcomes.values() if one.role == role)


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    heading: str
    text: str
    not_decided: Text | None = None  # why no rule implements it


@dataclass(frozen=True, slots=True)
class Reading:
    id: str
    clause: str
    title: Text
    question: Text
    chosen: str
    readings: Mapping[str, Text]
    because: Text
    changes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportStep:
    """One step of a funnel: those of the step before of whom a condition holds."""

    id: str
    title: Text
    where: Condition | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the report of a bulk run shows, by the names of decisions, groups and criteria; "" leaves a part out."""

    smallest_group: int = 0  # what is published shows no smaller one
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

    @property
    def id(self) -> str:
        return f"{self.plan}/{self.effective_from.isoformat()}"

    def rule(self, name: str) -> Rule:
        """A decision; LookupError where there is none, which says whether an assignment is meant."""
        found = self.rules.get(name)
        if found is not None:
            return found
        if name in self.assignments:
            raise LookupError(f"{name} 是分派，不逐个判定。 / {name} is an assignment: it judges no single case.")
        raise LookupError(f"没有判定 {name}。 / There is no decision {name}.")
