"""Frames: the records that an expression is read from, all rows at once. A Scope is the same for one record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import ibis

from rules.model import Condition, Edition, Expr, Fact, Op, Rule
from rules.table.columns import number_column
from rules.table.errors import about
from rules.table.numbers import Flags, Num, Truth
from rules.table.values import Cell, Day, Records, choose, constant, plain, truth, unknown
from rules.values.exact import Type

Cells = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of each row, with the columns behind it."""

    outcome: Any
    verdicts: Mapping[str, Truth]
    outputs: Mapping[str, Cell] = field(default_factory=dict)
    measures: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    points: Mapping[str, Num] = field(default_factory=dict)


class Frame(ABC):
    """Records of one subject."""

    done = False  # whether all that could be concluded stands in the table
    standing: Collection[str] = ()  # decisions whose outcome the table states in every row where it is known
    settles = False  # whether cells get columns of their own

    def __init__(self, edition: Edition, subject: str, on: Day, own: Frame | None, flags: Flags) -> None:
        self.edition, self.subject, self.on, self.own, self.flags = edition, subject, on, own, flags
        self.totals: dict[str, Mapping[str, Num]] = {}
        self.memo: dict[Any, Any] = {}
        self.ops: dict[int, Cell] = {}  # operations that have been settled

    def named(self, name: str) -> Frame | None:
        """The frame that a reference speaks of."""
        if not name or name == self.subject:
            return self
        if name == "own":
            return self.own
        return self.around(name) or (None if self.own is None else self.own.named(name))

    def around(self, name: str) -> Frame | None:
        return None

    @abstractmethod
    def element(self, item: Any, subject: str, flags: Flags) -> Frame:
        """The records of a list of these records."""

    @abstractmethod
    def evaluate(self, expr: Expr) -> Cell: ...

    @abstractmethod
    def holds(self, condition: Condition) -> Truth: ...

    def holds_where(self, op: Op) -> Truth:
        """Whether the condition of an operation holds; it holds where there is none."""
        return truth(True) if op.where is None else self.holds(op.where)

    @abstractmethod
    def allowed(self, expr: Expr) -> tuple[Num, Num, Truth] | None:
        """The ends of a number of each record, what is not given lying within the bounds of its fact, and whether it is
        there; None where nothing bounds it."""

    @abstractmethod
    def column(self, name: str) -> Any | None:
        """The table's column of a name, or None."""

    def fact(self, name: str) -> Cell:
        fact = self.edition.subjects[self.subject].facts[name]
        return self.given(fact) if fact.given else self.derived(fact)

    def given(self, fact: Fact) -> Cell:
        column = self.column(fact.name)
        if column is None:
            return unknown(fact.type)
        if fact.type.of:
            return Records(column, fact.type.of)
        return number_column(column, fact) if fact.type.is_number else column

    def compute(self, fact: Fact) -> Cell:
        """The value of a derived or dated fact, written out."""
        if fact.formula is not None:
            with about(f"{self.subject}.{fact.name}"):
                return self.evaluate(fact.formula)
        if not isinstance(self.on, date) and any(start > date.min for start, _ in fact.dated):
            since = [(self.on >= plain(start), constant(value, fact.type)) for start, value in reversed(fact.dated)]
            return choose(since, None, fact.type, self.flags)
        on = self.on if isinstance(self.on, date) else date.min
        past = [value for start, value in fact.dated if start <= on]
        return constant(past[-1] if past else None, fact.type)

    def derived(self, fact: Fact) -> Cell:
        if fact.name not in self.memo:
            self.memo[fact.name] = self.compute(fact)
        return self.memo[fact.name]

    def conclusion(self, decision: str, output: str, type: Type) -> Cell:
        """The conclusion of another decision: as given with the facts, or as judged."""
        rule = self.edition.rules[decision]
        if output:
            return self.judged(rule).outputs.get(output, unknown(type))
        given = self.stated(rule)
        if given is not None and self.stands(decision):
            return given
        judged = self.judged(rule).outcome
        judged = ibis.ifelse(judged == rule.role("unknown"), ibis.null("string"), judged)
        return judged if given is None else ibis.coalesce(given, judged)

    def stands(self, decision: str) -> bool:
        """Whether a column of a decision says all that is known of it."""
        return self.done or decision in self.standing

    def stated(self, rule: Rule) -> Any | None:
        """The outcome that the table gives, null where it gives none or that of not knowing; None without a column."""
        given = self.column(rule.id)
        return None if given is None else ibis.ifelse(given == rule.role("unknown"), ibis.null("string"), given)

    @abstractmethod
    def judged(self, rule: Rule) -> Judged: ...

    def settle(self, name: str, cells: Cells) -> Mapping[str, Cell]:
        """Cells that are used many times over: here as they are."""
        return cells


Translation = Callable[[Op, Frame], Cell]  # the column form of an operation that rules.operations declares


def arguments(op: Op, frame: Frame) -> list[Cell]:
    """The values of the arguments in every row."""
    return [frame.evaluate(arg) for arg in op.args]
