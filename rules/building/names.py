"""Looks up the names of policy files: facts, outcomes and outputs, from where they are named.

Facts are resolved when first named, so files may be written in any order; a fact that needs itself is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from rules.files.source import Node
from rules.model import Fact, Ref
from rules.operations.operation import Place
from rules.problems.problem import Problems
from rules.values.exact import DATE, Type
from rules.values.text import Text, listed, near, shown


@dataclass(slots=True)
class Head:
    """The public part of a decision: subject, outcomes as a choice, outputs, title."""

    subject: str
    type: Type
    outputs: dict[str, Type]
    title: Text


class Facts(Protocol):
    """Looks facts up, resolving them on the way; None where there is none (a problem has been reported if it is
    one's own fault)."""

    def fact(self, subject: str, name: str, at: Node) -> Fact | None: ...
    def built(self, subject: str, name: str) -> Fact | None: ...


@dataclass(slots=True)
class Names:
    """The names there are. `needs` gathers the decisions that what is looked up rests on."""

    problems: Problems
    within: Mapping[str, str]
    of_facts: Mapping[str, Sequence[str]]  # by subject
    facts: Facts
    heads: dict[str, Head] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    fact_needs: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    @contextmanager
    def gathering(self) -> Iterator[set[str]]:
        """Gather needs apart from those around."""
        outer, self.needs = self.needs, set()
        try:
            yield self.needs
        finally:
            self.needs = outer

    def around(self, place: Place) -> list[str]:
        """The subjects whose records can be named from a place, nearest first."""
        found: list[str] = []
        for start in (place.subject, place.own):
            level = start
            while level and level in self.within and level not in found:
                found.append(level)
                level = self.within[level]
        return found

    def path(self, node: Node, place: Place) -> Ref | None:
        """The fact, outcome or output that a dotted name stands for."""
        parts = node.text.split(".")
        if parts == ["on"]:
            return Ref("on", "", "on", DATE)
        scope, subject = "", place.subject
        if len(parts) > 1 and parts[0] == "own" and place.own:
            scope, subject, parts = "own", place.own, parts[1:]
        elif len(parts) > 1 and parts[0] in self.around(place):
            scope, subject, parts = parts[0], parts[0], parts[1:]
        if len(parts) == 1 and (ref := self._of(node, scope, subject, parts[0])):
            return ref
        if len(parts) == 2 and (head := self.heads.get(parts[0])) and head.subject == subject:
            if parts[1] in head.outputs:
                self.needs.add(parts[0])
                return Ref("output", scope, parts[0], head.outputs[parts[1]], parts[1])
            self.report_unknown(node, parts[1], list(head.outputs), "name.no_output", decision=parts[0])
            return None
        if not (len(parts) == 1 and parts[0] in self.of_facts.get(subject, ())):
            if node.text[:1].isdigit():  # no name begins so: a figure was meant
                self.problems.add(node, "name.figure", text=shown(node.text))
            else:
                self.report_unknown(node, node.text, self.known(place), "name.unknown", subject=subject)
        return None

    def _of(self, node: Node, scope: str, subject: str, name: str) -> Ref | None:
        if name in self.of_facts.get(subject, ()):
            fact = self.facts.fact(subject, name, node)
            self.needs |= self.fact_needs.get((subject, name), set())
            return Ref("fact", scope, name, fact.type) if fact else None
        if (head := self.heads.get(name)) and head.subject == subject:
            self.needs.add(name)
            return Ref("outcome", scope, name, head.type)
        return None

    def known(self, place: Place) -> list[str]:
        """Every name that can be written in a place, as messages offer them."""
        known = [
            *self.of_facts.get(place.subject, ()),
            *(n for n, h in self.heads.items() if h.subject == place.subject),
        ]
        known += [f"{level}.{name}" for level in self.around(place)[1:] for name in self.of_facts.get(level, ())]
        return [*known, "on"]

    def report_unknown(self, node: Node, text: str, known: list[str], code: str, **facts: Any) -> None:
        guess = near(text, tuple(known))
        self.problems.add(node, code, text=shown(text), near=guess, allowed=listed(tuple(known[:12])), **facts)
