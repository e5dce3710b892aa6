"""An operation of formulas, defined once: its keys in the format, its reading, type and value, and facts for proofs.

Operations see their surroundings through the protocols of this module: a Scope evaluates for them, a Resolver
resolves names, and Spans knows the bounds of facts. The translation of an operation to a table stands in
rules.table, as a second witness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from rules.files.node import Node
from rules.model import Condition, Edition, Expr, Op, Ref
from rules.operations.forms import EXPRESSIONS
from rules.operations.phrases import Phrase
from rules.problems.problem import Problems
from rules.shapes import Record, Shape
from rules.values.exact import BOOLEAN, Range, Type, Value
from rules.values.kinds import said
from rules.values.text import Mark, Text

Span = tuple[Value, Value]  # the least and the greatest value; None is endless


class Scope(Protocol):
    """A record, from which expressions are evaluated."""

    def evaluate(self, expr: Expr) -> Value: ...

    edition: Edition
    subject: str
    record: Mapping[str, Any]

    def range(self, expr: Expr) -> Range | None: ...
    def allowed(self, expr: Expr) -> Range | None: ...
    def ranged(self, expr: Expr) -> bool: ...
    def holds(self, condition: Condition) -> bool | None: ...
    def records_of(self, subject: str, records: Sequence[Mapping[str, Any]]) -> Sequence[Scope]: ...


class Spans(Protocol):
    """Knows the least and greatest values of expressions about the records of one subject."""

    def of(self, expr: Expr) -> Span: ...
    def within(self, subject: str) -> Spans: ...
    def is_part(self, part: Expr, whole: Expr) -> bool: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: whose facts its names are, and whose `own.` is, inside a list."""

    subject: str
    own: str = ""

    def inside(self, subject: str) -> Place:
        return Place(subject, self.subject)


class Resolver(Protocol):
    """Resolves the parts of a formula; None where one is wrong, which it has then reported to `problems`."""

    problems: Problems

    def expression(self, node: Node, place: Place, wanted: Type | None = None) -> Expr | None: ...
    def condition(self, node: Node, place: Place) -> Condition | None: ...
    def path(self, node: Node, place: Place) -> Ref | None: ...
    def set_at(self, ref: Expr, place: Place) -> Mark | None: ...


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as written: its node, the key found there, where it stands, and the codes wanted of it, if any."""

    node: Node
    key: Key
    operation: Operation
    place: Place
    codes: Type | None
    resolver: Resolver

    @property
    def own(self) -> Node:
        """The value of the key."""
        return self.node.entries[self.key.name]

    def expression(self, node: Node, wanted: Type | None = None) -> Expr | None:
        return self.resolver.expression(node, self.place, wanted)

    def op(self, args: tuple[Expr, ...], type: Type, each: Expr | None = None, where: Condition | None = None) -> Op:
        return Op(self.operation.name, args, type, each, where, self.key.option)

    def refuse(self, node: Node | Mark, code: str, **facts: Any) -> Op | None:
        """Report a problem; there is then no operation."""
        self.resolver.problems.add(node, code, **facts)
        return None

    def misfit(self, node: Node, types: Iterable[Type]) -> Op | None:
        """Report that the formula does not go with values of these types."""
        kinds = [said(type) for type in types]
        found = Text("、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds))
        return self.refuse(node, "type.formula", formula=self.key.name, found=found)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that writes an operation: the shape of its value, those of the keys beside it, and the option it sets."""

    name: str
    shape: Shape
    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    option: str = ""

    def record(self, required: Mapping[str, Shape] = {}, optional: Mapping[str, Shape] = {}) -> Record:
        """The mapping that holds the key, with further keys."""
        return Record({self.name: self.shape, **self.required, **required}, {**self.optional, **optional})


def endless(_op: Op, _spans: Spans) -> Span:
    return None, None


def arguments(op: Op, _scope: Scope) -> Sequence[Expr]:
    return op.args


def read_list(formula: Formula) -> Op | None:
    """A formula of several arguments. The first choice lends its codes to those written out after it."""
    args: list[Expr | None] = []
    codes = formula.codes
    for item in formula.own.items:
        args.append(formula.expression(item, codes))
        first = args[0]
        codes = codes or (first.type if first is not None and first.type.choices else None)
    return typed(formula, args)


def typed(formula: Formula, args: Sequence[Expr | None]) -> Op | None:
    """The operation on its arguments, if their types go together."""
    known = tuple(arg for arg in args if arg is not None)
    if len(known) < len(args):
        return None
    types = [arg.type for arg in known]
    type = formula.operation.typed(types)
    return formula.misfit(formula.node, types) if type is None else formula.op(known, type)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `value` takes the operation and the values of its arguments, all known; where it is not `strict`
    it takes the operation and a scope, and may do with fewer.

    typed: the type of its result by those of its parts; None where they do not go together. phrases: how it reads, by
    `.option` and `@kind` of its values. keys, read: how it is written, and how that is read; a list of arguments under
    its name where nothing else is given. whole: whether a count it gives is always a whole number. asked: the
    expressions whose want makes it not known. divisor: the argument by which it divides. span: the least and greatest
    value it can have by those of its parts, which all have values; of a divisor those that are not zero. listed: those
    that it can have over a list of which some records cannot be told; None where it may have none. skips: whether it
    does without what is not known. own: whether it looks at the same value of the record at hand as of those listed."""

    name: str
    value: Callable[..., Value]
    typed: Callable[[Sequence[Type]], Type | None]
    phrases: Mapping[str, Phrase]
    keys: tuple[Key, ...] = ()
    read: Callable[[Formula], Op | None] = read_list
    strict: bool = True
    whole: bool = False
    span: Callable[[Op, Spans], Span] = endless
    asked: Callable[[Op, Scope], Sequence[Expr]] = arguments
    divisor: int | None = None
    listed: Callable[[Op, Scope], Range | None] | None = None
    skips: bool = False
    own: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", self.keys or (Key(self.name, EXPRESSIONS),))

    @property
    def chooses(self) -> bool:
        """Whether its condition says which records of a list it looks at, and not what they are to satisfy."""
        return "where" in self.keys[0].optional


def truth(_types: Sequence[Type]) -> Type | None:
    return BOOLEAN


def alike(types: Sequence[Type]) -> Type | None:
    """The type of the first, if the others fit it."""
    return types[0] if all(types[0].fits(type) for type in types) else None


def require(what: str, declared: Iterable[str], given: Iterable[str]) -> None:
    """Refuse to go on where a table of a package lacks an entry for something that is declared here."""
    if lacking := sorted(set(declared) - set(given)):
        raise NotImplementedError(f"{what}: {', '.join(lacking)}")
