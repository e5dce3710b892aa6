"""Builds the items that all kinds of decision share: criteria, rows, titles, outcomes, outputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from rules.building.bands import can_hold
from rules.building.facts import choices_of, flag, text, words
from rules.building.resolver import Resolver
from rules.files.source import Node
from rules.model import Assignment, Body, Condition, Criterion, Expr, Fact, Group, Leaf, Outcome, Output, Ref, leaves_in
from rules.operations.operation import Place
from rules.values.exact import Type, Value, read_literal, whole
from rules.values.kinds import KINDS
from rules.values.text import Text

ROLES = ("met", "not_met", "unknown")


def outputs_of(node: Node) -> dict[str, Output]:
    """The outputs that a table declares, each shown in the unit that all its rows write it in."""
    rows = [*node.at("rows").items, node.at("otherwise")]
    outputs = {}
    for name, at in node.at("outputs").entries.items():
        literals = [read_literal(then[name].text) for row in rows if name in (then := row.at("then").entries)]
        written = {"" if one is None else one.type.written for one in literals}
        outputs[name] = _output(name, at, written.pop() if len(written) == 1 else "")
    return outputs


def _output(name: str, node: Node, written: str) -> Output:
    word, choices = node.at("type").text, choices_of(node)
    unit = node.at("unit").text if KINDS[word].needs == "unit" else KINDS[word].unit
    coded = KINDS[word].needs == "choices"
    type = Type(word, unit, tuple(choices) if coded else (), coded and flag(node.at("ranked")), written=written)
    return Output(name, type, text(node.at("title")), choices, mark=node.mark)


def number(node: Node) -> Value:
    """The number written; None where there is none."""
    return whole(Fraction(node.text)) if node.text else None


class ItemBuilder:
    """Builds the items of one decision; problems go to the resolver's."""

    def __init__(self, node: Node, resolver: Resolver, clauses: Mapping[str, Any], readings: Mapping[str, Any]) -> None:
        self.node, self.resolver, self.problems = node, resolver, resolver.problems
        self.clauses, self.readings = clauses, readings
        self.id, self.kind, self.subject = (node.at(key).text for key in ("decision", "kind", "subject"))
        self.place = Place(self.subject)
        self.ids: dict[str, Node] = {}
        self.outcomes = {
            name: Outcome(name, text(at.at("title")), at.at("if").text, at.mark)
            for name, at in node.at("outcomes").entries.items()
        }

    def clause(self, node: Node, inherited: str) -> str:
        return self.one_of(node.at("clause"), self.clauses, "clause.unknown") or inherited

    def stands(self, node: Node, clause: str, set_by: str = "plan") -> tuple[str, str]:
        """The clause that a part stands in, and who sets it; `clause` and `set_by` where the part does not say."""
        return self.clause(node, clause), node.at("set_by").text or set_by

    def one_of(self, at: Node, known: Collection[str], code: str) -> str:
        """The name written, if any; it must be one of those known."""
        if at.text and at.text not in known:
            self.problems.unknown(at, code, at.text, known)
        return at.text

    def outcome(self, node: Node, key: str = "outcome") -> str:
        """The outcome that an item leads to; the one for want of facts is none of them."""
        known = [name for name, outcome in self.outcomes.items() if outcome.role != "unknown"]
        return self.one_of(node.at(key), known, "outcome.unknown")

    def meta(self, node: Node, clause: str) -> dict[str, Any]:
        name = node.at("id").text
        if name in self.ids:
            self.problems.add(node.entries["id"], "item.twice", id=name, line=self.ids[name].mark.line)
        self.ids[name] = node
        cited, set_by = self.stands(node, clause)
        return {
            "id": name,
            "clause": cited,
            "mark": node.mark,
            "set_by": set_by,
            "reading": self.one_of(node.at("reading"), self.readings, "reading.unknown"),
        }

    def title(self, node: Node, source: Expr | Condition) -> Text:
        """The item's own title, else that of the one value it speaks of."""
        value = _one_value(source)
        known = words(node.at("title")) or (self._title_of(value) if isinstance(value, Ref) else None)
        if known is None:
            self.problems.add(node, "item.no_title", id=node.at("id").text)
        return known or Text("", "")

    def _title_of(self, ref: Ref) -> Text | None:
        if ref.what == "outcome":
            return self.resolver.names.heads[ref.name].title
        fact = self.fact(ref)
        return None if fact is None else fact.title

    def condition(self, node: Node) -> Condition | None:
        """The condition written, if any."""
        condition = self.resolver.condition(node, self.place) if node.entries else None
        for leaf in leaves_in(condition):
            if leaf.left.type.is_number and not can_hold(leaf.tests):
                self.problems.add(node, "condition.never")
        return condition

    def conditional(self, node: Node, clause: str, key: str, outcome: str, **more: Any) -> Criterion | None:
        """An item with its condition under one key, and what follows under another."""
        meta, condition, follows = self.meta(node, clause), self.condition(node.at(key)), self.outcome(node, outcome)
        return None if condition is None else Criterion(
            title=self.title(node, condition), condition=condition, outcome=follows,
            note=words(node.at("note")), **meta, **more,
        )  # fmt: skip

    def criteria(self, key: str) -> tuple[Criterion, ...]:
        """Conditions to be met, each by itself or within a group."""
        clause = self.node.at("clause").text
        criteria: list[Criterion | None] = []
        for item in self.node.at(key).items:
            if item.get("group") is None:
                criteria.append(self._criterion(item, clause))
                continue
            inherited = self.clause(item, clause)
            group = {"group": item.at("group").text, "group_title": words(item.at("title"))}
            criteria += [self._criterion(one, inherited, **group) for one in item.at("criteria").items]
        return tuple(criterion for criterion in criteria if criterion is not None)

    def _criterion(self, node: Node, clause: str, **group: Any) -> Criterion | None:
        key = "reject" if node.get("require") is None else "require"
        when = self.condition(node.at("when"))
        return self.conditional(node, clause, key, "outcome", reject=key == "reject", when=when, **group)

    def then(self, node: Node, outputs: Mapping[str, Output]) -> dict[str, Expr]:
        """The outputs that a row gives."""
        then: dict[str, Expr] = {}
        for name, value in node.at("then").entries.items():
            if name not in outputs:
                self.problems.unknown(node.at("then").key(name), "output.unknown", name, outputs)
            elif (expr := self.resolver.expression(value, self.place, outputs[name].type)) is not None:
                then[name] = expr
        return then

    def fact(self, ref: Ref) -> Fact | None:
        """The fact that a reference names, if it is one."""
        subject = ref.scope if ref.scope not in ("", "own") else self.place.subject
        return self.resolver.names.facts.built(subject, ref.name)


@dataclass(frozen=True, slots=True)
class DecisionKind:
    """One kind of decision, as the editions of plans are built.

    build: makes the body, or an assignment. roles: the roles (`if: met` ...) of which a decision must have an outcome.
    outputs: the outputs that every decision of the kind has. ranked: whether outcomes are always listed highest first.
    named: whether the outcomes are facts of the records judged, that other decisions can read."""

    build: Callable[[ItemBuilder], Body | Assignment | None]
    roles: Callable[[Node], Collection[str]] = lambda _node: ROLES
    outputs: Mapping[str, Type] = field(default_factory=dict)
    ranked: bool = False
    named: bool = True


def _one_value(source: Expr | Condition) -> Expr | None:
    """The one value that an expression is or that a condition speaks of."""
    if isinstance(source, Leaf):
        return source.left
    if isinstance(source, Group):
        lefts = {part.left for part in source.parts if isinstance(part, Leaf)}
        return next(iter(lefts)) if len(lefts) == 1 and source.join == "all" else None
    return source
