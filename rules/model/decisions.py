"""Decisions: a Checklist, Scorecard, Table or Ranking over conditions. Assignments beside them, which judge no case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rules.model.expressions import Condition, Expr, Leaf, Ref
from rules.values.exact import POINTS, Type, Value
from rules.values.text import NOWHERE, Mark, Text


@dataclass(frozen=True, slots=True)
class Outcome:
    id: str
    title: Text
    role: str = ""  # met | not_met | unknown; "" where only an item or a row names it
    mark: Mark = field(default=NOWHERE, compare=False)


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
class Band:
    """Points for a condition, where a scored item gives them by choice or interval, and the clause they stand in."""

    condition: Condition
    points: Expr
    clause: str
    set_by: str = "plan"


@dataclass(frozen=True, slots=True)
class Grade:
    """An outcome for the totals that meet a condition, and the clause they stand in."""

    id: str
    condition: Condition
    clause: str
    set_by: str = "plan"
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """Points by choice or interval (`bands`), by formula, or added and deducted when a condition holds."""

    id: str
    title: Text
    clause: str
    mark: Mark
    shown: Expr | None = None  # the value that a finding shows beside the points
    formula: Expr | None = None
    bands: tuple[Band, ...] = ()
    least: Value = None
    most: Value = None
    missing: Value = None
    set_by: str = "plan"
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    type: Type
    title: Text
    choices: Mapping[str, Text] = field(default_factory=dict)
    clause: str = ""  # that its figures stand in; "" where they stand in those of the rows
    set_by: str = ""
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Key:
    by: Expr
    first: str  # highest | lowest
    title: Text


class Body:
    """The content of a decision, of one kind. Code outside the modules of a kind asks these attributes, and no kind.

    A kind overrides those it has; a field needs `field()` for that, or the value here would be its default."""

    __slots__ = ()
    finding_roles: Mapping[str, str] = MappingProxyType({})  # field -> role of the findings on its items, in order
    silent_verdict: bool = True  # the verdict on a criterion on none of whose comparisons a rule fires
    stages: int = 1  # a stage compares values that the one before has computed
    ranked: bool = False  # the outcomes are grades, best first, of which the worst wins
    counts_missing: bool = False  # a value that is missing counts as something
    criteria: tuple[Criterion, ...] = ()  # the criteria that all have to be met
    items: tuple[ScoreItem, ...] = ()  # the items that give points
    grades: tuple[Grade, ...] = ()  # the outcomes by the total of the points
    vetoes: tuple[Criterion, ...] = ()  # the criteria without which no total counts
    ceilings: tuple[Criterion, ...] = ()  # the criteria without which no better outcome is given
    least: Value = None  # the bounds of the total
    most: Value = None
    outputs: Mapping[str, Output] = MappingProxyType({})  # the values beside the outcome, by name
    rows: tuple[Criterion, ...] = ()  # the rows, each of which says what follows where it holds
    hit: str = ""  # the rows that count, of those that hold: first | all | highest | lowest | sum
    by: str = ""  # of hit highest and lowest: the output compared
    otherwise: Criterion | None = None  # the row that counts where no other holds
    over: Expr | None = None  # the list whose records the criteria read; None where they read the record at hand
    order: tuple[Key, ...] = ()  # the values by which the records of the list are put in order
    take: int | None = None  # the number of records that are chosen
    set_by: str = "plan"  # who sets the order and that number

    def reachable(self, roles: Mapping[str, str]) -> set[str]:
        """The outcomes that some case can end in, beside those of the criteria; `roles` are the outcomes by role."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Checklist(Body):
    criteria: tuple[Criterion, ...] = field()
    finding_roles = MappingProxyType({"criteria": "criterion"})

    def reachable(self, roles: Mapping[str, str]) -> set[str]:
        usual = {roles["not_met"]} if any(not one.outcome for one in self.criteria) else set()
        return usual | {roles["met"], roles["unknown"]}


@dataclass(frozen=True, slots=True)
class Table(Body):
    hit: str = field()
    rows: tuple[Criterion, ...] = field()
    otherwise: Criterion = field()
    outputs: Mapping[str, Output] = field()
    by: str = ""
    finding_roles = MappingProxyType({"rows": "row"})
    silent_verdict = False

    def reachable(self, roles: Mapping[str, str]) -> set[str]:
        return {self.otherwise.outcome, roles["unknown"]}


@dataclass(frozen=True, slots=True)
class Scorecard(Body):
    vetoes: tuple[Criterion, ...] = field()
    ceilings: tuple[Criterion, ...] = field()
    items: tuple[ScoreItem, ...] = field()
    grades: tuple[Grade, ...] = field()
    least: Value = None
    most: Value = None
    full_marks: Value = None  # the sum of the most points of all items, declared so that a slip shows
    mark: Mark = field(default=NOWHERE, compare=False)  # of the full marks, or of the bounds of the total
    finding_roles = MappingProxyType({"vetoes": "veto", "items": "item", "ceilings": "ceiling"})
    outputs = MappingProxyType({"total": Output("total", POINTS, Text("总分", "total"))})
    stages = 2  # the grades compare the total
    ranked = True
    counts_missing = True

    def reachable(self, roles: Mapping[str, str]) -> set[str]:
        return {one.id for one in self.grades} | {roles["unknown"]}


@dataclass(frozen=True, slots=True)
class Ranking(Body):
    over: Expr = field()
    eligible: tuple[Criterion, ...]
    order: tuple[Key, ...] = field()
    take: int | None = field()
    ties: str  # shared | by_id
    set_by: str = "plan"

    def reachable(self, roles: Mapping[str, str]) -> set[str]:
        return set(roles.values())


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
        order = list(self.outcomes)[::-1] if self.body.ranked else list(self.outcomes)
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
    """A measure that all bearers are to carry alike: its sum over their records."""

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
