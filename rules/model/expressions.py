"""Expressions and conditions: resolved, typed trees over the facts of a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.values.exact import Type, Value


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

    @property
    def inside(self) -> str:
        """The subject of the records that `each` and `where` are read of; "" for the record at hand."""
        return self.args[0].type.of if self.args else ""


Expr = Const | Ref | Op


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a value with a limit; `one_of` has several limits."""

    operator: str
    limits: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """All tests hold of one value. The unit that the engines decide; each stands for itself, not for its content,
    so that looking one up costs no walk through its expressions."""

    left: Expr
    tests: tuple[Comparison, ...]


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
