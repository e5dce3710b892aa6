"""Looks up the names of policy files: facts, outcomes and outputs, from where they are named.

Facts are resolved when first named, so files may be written in any order; a fact that needs itself is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rules.files.source import Node
from rules.model import CONSTANTS, Fact, Ref
from rules.operations.operation import Place
from rules.problems.meant import SIGNS, respelt, signed
from rules.problems.problem import Problems
from rules.values.exact import DATE, Type, read_literal
from rules.values.text import Text, shown
from rules.warnings import numerals

_FIGURE = re.compile(
    "[0-9]|百分之|[一二三四五六七八九十百千万半]+(?:[%％成元岁年月日天户分]|万|$)"
)  # no name begins so


def meant_figure(node: Node) -> str:
    """The literal of a figure that was written in Chinese or with commas; "" where it is none, or says another operator
    than the one it stands under."""
    if plain := respelt(node.text, lambda text: read_literal(text) is not None):
        return plain
    operator, literal = numerals.literal(node.text)
    return literal if operator in {"", node.path.rpartition(".")[2]} else ""


@dataclass(slots=True)
class Head:
    """The public part of a decision: subject, outcomes as a choice, outputs, title."""

    subject: str
    type: Type
    outputs: dict[str, Type]
    title: Text


class Facts(Protocol):
    """Looks facts up: `fact` builds one on the way, and reports its faults. None where there is none."""

    def fact(self, subject: str, name: str, at: Node) -> Fact | None: ...
    def built(self, subject: str, name: str) -> Fact | None: ...


@dataclass(slots=True)
class Names:
    """The names there are. `needs` gathers the decisions that what is looked up rests on."""

    problems: Problems
    within: Mapping[str, str]
    of_facts: Mapping[str, Sequence[str]]  # by subject
    facts: Facts
    codes: frozenset[str] = frozenset()  # of the choices of all facts
    heads: dict[str, Head] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    fact_needs: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    apart: set[tuple[str, str]] = field(
        default_factory=set
    )  # subjects of which it is told that none is within the other

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
        levels: list[str] = []
        for start in (place.subject, place.own):
            level = start
            while level in self.within and level not in levels:
                levels.append(level)
                level = self.within[level]
        return levels

    @property
    def constants(self) -> Sequence[str]:
        """The constants of the whole plan, which are named everywhere."""
        return self.of_facts.get(CONSTANTS, ())

    def path(self, node: Node, place: Place) -> Ref | None:
        """The fact, outcome or output that a dotted name stands for."""
        parts = node.text.split(".")
        if parts == ["on"]:
            return Ref("on", "", "on", DATE)
        scope, subject = "", place.subject
        if len(parts) > 1 and parts[0] == "own" and place.own:
            scope, subject, parts = "own", place.own, parts[1:]
        elif len(parts) > 1 and parts[0] in (CONSTANTS, *self.around(place)):
            scope, subject, parts = parts[0], parts[0], parts[1:]
        elif parts[0] in self.constants and parts[0] not in self.of_facts.get(subject, ()):
            scope, subject = CONSTANTS, CONSTANTS
        if len(parts) == 1 and (ref := self._of(node, scope, subject, parts[0])):
            return ref
        if len(parts) == 2 and (head := self.heads.get(parts[0])) and head.subject == subject:
            if parts[1] in head.outputs:
                self.needs.add(parts[0])
                return Ref("output", scope, parts[0], head.outputs[parts[1]], parts[1])
            self.problems.unknown(node, "name.no_output", parts[1], head.outputs, decision=parts[0])
            return None
        if not (len(parts) == 1 and parts[0] in self.of_facts.get(subject, ())):
            self._unknown(node, place, subject)
        return None

    def _unknown(self, node: Node, place: Place, subject: str) -> None:
        """Report a text that names nothing: as the comparison, figure, code or fact out of reach that it is."""
        head, text = node.text.split(".")[0], shown(node.text)
        if comparison := signed(node.text):
            operator, limit = comparison
            meant = limit if node.path.rpartition(".")[2] in SIGNS.values() else f"{{{operator}: {limit}}}"
            self.problems.add(node, "shape.meant", text=text, meant=meant, mend=(node.text, meant))
        elif _FIGURE.match(node.text):
            meant = meant_figure(node)
            code, mend = ("shape.meant", (node.text, meant)) if meant else ("name.figure", None)
            self.problems.add(node, code, text=text, meant=meant, mend=mend)
        elif head in self.within and head not in (around := self.around(place)):
            known = all(self.within[one] in ("", *self.within) for one in around)  # else that is reported
            if known and self.told_apart(place.own or subject, head):
                self.problems.add(node, "name.within", text=text, subject=place.own or subject, above=head)
        elif node.text in self.codes or any(node.text in one.type.choices for one in self.heads.values()):
            self.problems.add(node, "name.code", text=text)
        else:
            self.problems.unknown(node, "name.unknown", node.text, self.known(place), subject=subject)

    def told_apart(self, below: str, above: str) -> bool:
        """Whether it is told for the first time that a subject does not lie within another, or within any."""
        many = len(self.apart)
        self.apart.add((below, above if self.within.get(below) else ""))
        return len(self.apart) > many

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
        decisions = [name for name, head in self.heads.items() if head.subject == place.subject]
        around = [f"{level}.{name}" for level in self.around(place)[1:] for name in self.of_facts.get(level, ())]
        return [
            *self.of_facts.get(place.subject, ()),
            *decisions,
            *around,
            *(() if place.subject == CONSTANTS else self.constants),
            "on",
        ]
