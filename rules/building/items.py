"""Builds the items that all kinds of decision share: criteria, rows, titles, outcomes, outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rules.building.bands import can_hold
from rules.building.facts import choices_of, text_of, title, words
from rules.building.resolver import Resolver
from rules.files.source import Node
from rules.model import (
    Comparison,
    Condition,
    Const,
    Criterion,
    Expr,
    Fact,
    Group,
    Leaf,
    Outcome,
    Output,
    Ref,
    leaves_in,
)
from rules.operations.operation import Place
from rules.values.exact import Type, Value, read_literal, whole
from rules.values.kinds import KINDS
from rules.values.text import Text, listed, near, shown


def entries(node: Node, key: str) -> Mapping[str, Node]:
    found = node.get(key)
    return {} if found is None else found.entries


def items(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return [] if found is None else found.items


def outputs_of(node: Node) -> dict[str, Output]:
    """The outputs that a table declares, each shown in the unit that all its rows write it in."""
    rows = [*items(node, "rows"), *([] if (otherwise := node.get("otherwise")) is None else [otherwise])]
    outputs = {}
    for name, at in entries(node, "outputs").items():
        literals = [read_literal(then[name].text) for row in rows if name in (then := entries(row, "then"))]
        written = {"" if one is None else one.type.written for one in literals}
        outputs[name] = _output(name, at, written.pop() if len(written) == 1 else "")
    return outputs


def _output(name: str, node: Node, written: str) -> Output:
    word, choices = text_of(node.get("type")), choices_of(node.get("choices"))
    kind = KINDS[word]
    type = Type(word, text_of(node.get("unit")) if kind.needs == "unit" else kind.unit)
    if kind.needs == "choices":
        type = replace(type, choices=tuple(choices), ranked=text_of(node.get("ranked")) == "true")
    return Output(name, replace(type, written=written), title(node), choices)


def number(node: Node | None) -> Value:
    return None if node is None else whole(Fraction(node.text))


class ItemBuilder:
    """Builds the items of one decision; problems go to the resolver's."""

    def __init__(self, node: Node, resolver: Resolver, clauses: Mapping[str, Any], readings: Mapping[str, Any]) -> None:
        self.node, self.resolver, self.problems = node, resolver, resolver.problems
        self.clauses, self.readings = clauses, readings
        self.id, self.kind = text_of(node.get("decision")), text_of(node.get("kind"))
        self.subject = text_of(node.get("subject"))
        self.place = Place(self.subject)
        self.ids: dict[str, Node] = {}
        self.outcomes = {
            name: Outcome(name, title(at), text_of(at.get("if")))
            for name, at in node.entries["outcomes"].entries.items()
        }

    def clause(self, node: Node, inherited: str) -> str:
        at = node.get("clause")
        if at is not None and at.text not in self.clauses:
            self.unknown(at, tuple(self.clauses), "clause.unknown")
        return text_of(at) or inherited

    def unknown(self, at: Node, known: Sequence[str], code: str) -> None:
        guess = near(at.text, tuple(known))
        self.problems.add(at, code, text=shown(at.text), near=guess, allowed=listed(tuple(known)[:12]))

    def outcome(self, node: Node, key: str = "outcome") -> str:
        at = node.get(key)
        if at is not None and (at.text not in self.outcomes or self.outcomes[at.text].role == "unknown"):
            self.unknown(at, tuple(n for n, o in self.outcomes.items() if o.role != "unknown"), "outcome.unknown")
        return text_of(at)

    def meta(self, node: Node, clause: str) -> dict[str, Any]:
        name = text_of(node.get("id"))
        if name in self.ids:
            self.problems.add(node.entries["id"], "item.twice", id=name, line=self.ids[name].mark.line)
        self.ids[name] = node
        reading = node.get("reading")
        if reading is not None and reading.text not in self.readings:
            self.unknown(reading, tuple(self.readings), "reading.unknown")
        return {
            "id": name,
            "clause": self.clause(node, clause),
            "mark": node.mark,
            "set_by": text_of(node.get("set_by")) or "plan",
        }

    def title(self, node: Node, *sources: Expr | Condition | None) -> Text:
        """The item's own title, else that of the one value it speaks of."""
        if (own := words(node.get("title"))) is not None:
            return own
        for source in sources:
            value = _one_value(source)
            if isinstance(value, Ref) and (found := self._title_of(value)) is not None:
                return found
        self.problems.add(node, "item.no_title", id=text_of(node.get("id")))
        return Text("", "")

    def _title_of(self, ref: Ref) -> Text | None:
        if ref.what == "outcome":
            return self.resolver.names.heads[ref.name].title
        fact = self.fact(ref)
        return None if fact is None else fact.title

    def _criterion(self, node: Node, clause: str, group: Node | None = None) -> Criterion | None:
        meta = self.meta(node, clause)
        at = node.get("require") or node.get("reject")
        assert at is not None
        condition = self.condition(at)
        when = self.condition(node.get("when"))
        outcome = self.outcome(node)
        if condition is None:
            return None
        return Criterion(
            title=self.title(node, condition), condition=condition, reject=node.get("reject") is not None, when=when,
            outcome=outcome, group=text_of(group.get("group") if group else None),
            group_title=words(group.get("title")) if group else None,
            reading=text_of(node.get("reading")), note=words(node.get("note")), **meta,
        )  # fmt: skip

    def condition(self, node: Node | None) -> Condition | None:
        if node is None:
            return None
        condition = self.resolver.condition(node, self.place)
        for leaf in leaves_in(condition):
            if leaf.left.type.is_number and not can_hold(leaf.tests):
                self.problems.add(node, "condition.never")
        return condition

    def criteria(self, key: str) -> tuple[Criterion, ...]:
        clause = text_of(self.node.get("clause"))
        found: list[Criterion | None] = []
        for item in items(self.node, key):
            if item.get("group") is None:
                found.append(self._criterion(item, clause))
                continue
            inherited = self.clause(item, clause)
            found += [self._criterion(one, inherited, item) for one in items(item, "criteria")]
        return tuple(criterion for criterion in found if criterion is not None)

    def then(self, node: Node, outputs: Mapping[str, Output]) -> dict[str, Expr]:
        then: dict[str, Expr] = {}
        for name, value in entries(node, "then").items():
            if name not in outputs:
                at = Node(node.entries["then"].key_marks[name], value.path, name)
                self.unknown(at, tuple(outputs), "output.unknown")
                continue
            expr = self.resolver.expression(value, self.place, outputs[name].type)
            if expr is not None:
                then[name] = expr
        return then

    def fact(self, ref: Ref) -> Fact | None:
        """The fact that a reference names, if it is one."""
        subject = ref.scope if ref.scope not in ("", "own") else self.place.subject
        return self.resolver.names.facts.built(subject, ref.name)


def joined(left: Expr, tests: Sequence[Comparison]) -> Condition:
    """One leaf for the fixed limits, and one for each other."""
    fixed = tuple(test for test in tests if all(isinstance(limit, Const) for limit in test.limits))
    leaves = [Leaf(left, fixed)] if fixed else []
    leaves += [Leaf(left, (test,)) for test in tests if test not in fixed]
    return leaves[0] if len(leaves) == 1 else Group("all", tuple(leaves))


def _one_value(source: Expr | Condition | None) -> Expr | None:
    """The one value that an expression is or that a condition speaks of."""
    if isinstance(source, Leaf):
        return source.left
    if isinstance(source, Group):
        lefts = {part.left for part in source.parts if isinstance(part, Leaf)}
        return next(iter(lefts)) if len(lefts) == 1 and source.join == "all" else None
    return source
