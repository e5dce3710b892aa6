"""Builds the fact dictionary of an edition: subjects, and their given, derived and dated facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rules.building.names import Names
from rules.building.resolver import Resolver
from rules.files.source import Node
from rules.model import Fact, Subject
from rules.operations.operation import Place
from rules.problems.problem import Problems
from rules.values.exact import Type, Value, read_date, read_literal
from rules.values.kinds import KINDS, example, said
from rules.values.text import Text, listed, near, shown

RESOLVING = object()


def words(node: Node | None) -> Text | None:
    return None if node is None else Text(node.entries["zh"].text, node.entries["en"].text)


def title(node: Node) -> Text:
    found = words(node.get("title"))
    assert found is not None  # the grammar demands it
    return found


def text_of(node: Node | None) -> str:
    return "" if node is None else node.text


def names_of(node: Node | None) -> tuple[str, ...]:
    """One name, or a list of them."""
    return () if node is None else tuple(item.text for item in node.items or [node])


def choices_of(node: Node | None) -> dict[str, Text]:
    return {} if node is None else {code: Text(at.entries["zh"].text, at.entries["en"].text)
                                    for code, at in node.entries.items()}  # fmt: skip


class FactBuilder:
    """Builds each fact when it is first named; implements rules.building.names.Facts."""

    def __init__(self, root: Node, problems: Problems) -> None:
        self.problems = problems
        self.nodes: Mapping[str, Node] = root.entries["subjects"].entries
        self.facts: dict[tuple[str, str], Any] = {}
        within = {name: text_of(node.get("within")) for name, node in self.nodes.items()}
        for name, above in within.items():
            if above and above not in within:
                self.problems.add(self.nodes[name].entries["within"], "subject.unknown", text=shown(above),
                                  near=near(above, tuple(within)))  # fmt: skip
        self._refuse_circles(within)
        names = {name: tuple(self._own(name)) for name in self.nodes}
        self.names = Names(problems, within, names, self)
        self.resolver = Resolver(problems, self.names)

    def _own(self, subject: str) -> Mapping[str, Node]:
        facts = self.nodes[subject].get("facts")
        return facts.entries if facts is not None else {}

    def _refuse_circles(self, within: dict[str, str]) -> None:
        for name, above in list(within.items()):
            seen, level = {name}, above
            while level in within and level not in seen:
                seen.add(level)
                level = within[level]
            if level in seen and level:
                self.problems.add(self.nodes[name].entries["within"], "subject.circle", subject=name)
                within[name] = ""

    def build(self) -> dict[str, Subject]:
        for subject in self.nodes:
            for name in self._own(subject):
                self.fact(subject, name, self._own(subject)[name])
        self._bulk()
        return {
            subject: Subject(
                subject,
                title(node),
                text_of(node.get("within")),
                {name: fact for name in self._own(subject) if (fact := self.built(subject, name)) is not None},
            )
            for subject, node in self.nodes.items()
        }

    def _bulk(self) -> None:
        """Read `counted` and `last` once all facts are known: they may refer to facts around the record and to any
        decision about it."""
        for subject in self.nodes:
            for name, node in self._own(subject).items():
                fact = self.built(subject, name)
                if fact is not None and fact.given:
                    with self.names.gathering():
                        below, before = node.get("counted"), node.get("last")
                        counted = None if below is None else self.resolver.counted(below, fact)
                        last = None if before is None else self.resolver.expression(before, Place(subject), fact.type)
                    self.facts[subject, name] = replace(fact, counted=counted, last=last)

    def fact(self, subject: str, name: str, at: Node) -> Fact | None:
        found = self.facts.get((subject, name))
        if found is RESOLVING:
            path = [key for key, value in self.facts.items() if value is RESOLVING]
            circle = [*path[path.index((subject, name)) :], (subject, name)]
            self.problems.add(at, "fact.circle", circle=" → ".join(map(".".join, circle)))
            return None
        if found is None and (subject, name) not in self.facts:
            self.facts[subject, name] = RESOLVING
            with self.names.gathering() as needs:
                found = self._fact(subject, name, self._own(subject)[name])
            self.names.fact_needs[subject, name] = needs
            self.facts[subject, name] = found
        return self.built(subject, name)

    def built(self, subject: str, name: str) -> Fact | None:
        """A fact that has been built; None where there is none, or it was wrong."""
        found = self.facts.get((subject, name))
        return found if isinstance(found, Fact) else None

    def _fact(self, subject: str, name: str, node: Node) -> Fact | None:
        if not node.is_map:
            return None
        if node.get("type") is not None:
            return self._given(subject, name, node)
        if (dated := node.get("dated") or node.get("value")) is not None:
            return self._dated(subject, name, node, dated)
        choices = choices_of(node.get("choices"))
        codes = Type("choice", "", tuple(choices), text_of(node.get("ranked")) == "true") if choices else None
        formula = self.resolver.formula(node, Place(subject), codes)
        if formula is None:
            return None
        if codes is not None and not codes.fits(formula.type):
            self.problems.add(node, "type.wrong", wanted=said(codes), found=said(formula.type), example=example(codes))
        type = replace(codes or formula.type, written="")  # the unit of one argument is not that of the value
        return self._with(subject, name, node, type, formula=formula, choices=choices)

    def _with(self, subject: str, name: str, node: Node, type: Type, **others: Any) -> Fact:
        self._known_facts(subject, node.get("part_of"))
        unfit = {"part_of": not type.is_number, "change": type.kind in ("date", "list")}
        for key in (key for key, wrong in unfit.items() if wrong and node.get(key) is not None):
            self.problems.add(node.entries[key], "fact.needless", key=key, kind=type.kind)
        return Fact(name, subject, type, title(node), node.mark, words(node.get("about")),
                    words(node.get("supplied_by")), part_of=names_of(node.get("part_of")),
                    lever=text_of(node.get("change")), set_by=text_of(node.get("set_by")),
                    clause=text_of(node.get("clause")), **others)  # fmt: skip

    def _given(self, subject: str, name: str, node: Node) -> Fact | None:
        kind = text_of(node.get("type"))
        unit = text_of(node.get("unit")) or KINDS[kind].unit
        choices = choices_of(node.get("choices"))
        of = text_of(node.get("of"))
        for key in filter(None, (one.needs for one in KINDS.values())):
            if (key == KINDS[kind].needs) != (node.get(key) is not None):
                code = "fact.needs" if key == KINDS[kind].needs else "fact.needless"
                self.problems.add(node, code, key=key, kind=kind)
        if of and of not in self.nodes:
            self.problems.add(node.entries["of"], "subject.unknown", text=of, near=near(of, tuple(self.nodes)))
            return None
        ranked = text_of(node.get("ranked")) == "true"
        type = Type(kind, unit, tuple(choices), ranked, of)
        unless = {"minimum": KINDS[kind].minimum, "maximum": KINDS[kind].maximum}
        bounds = {key: self._bound(node.get(key), type, bound) for key, bound in unless.items()}
        self._known_facts(subject, node.get("moves"))
        return self._with(
            subject,
            name,
            node,
            type,
            choices=choices,
            moves=names_of(node.get("moves")),
            trait=text_of(node.get("trait")),
            decimals=text_of(node.get("decimals")) == "true",
            **bounds,
        )

    def _known_facts(self, subject: str, node: Node | None) -> None:
        for at in [] if node is None else node.items or [node]:
            own = self._own(subject)
            if at.text not in own:
                self.problems.add(at, "name.unknown", text=shown(at.text), near=near(at.text, tuple(own)),
                                  allowed=listed(tuple(own)[:12]), subject=subject)  # fmt: skip

    def _bound(self, node: Node | None, type: Type, unless: Value) -> Value:
        found = None if node is None else self.resolver.literal(node, type)
        return unless if found is None else found.value

    def _dated(self, subject: str, name: str, node: Node, values: Node) -> Fact | None:
        pairs = list(values.entries.items()) if values.is_map else [("0001-01-01", values)]
        found, type = [], None
        for day, value in pairs:
            start, literal = read_date(day), read_literal(value.text)
            if start is None:
                self.problems.add(values.key_marks[day], "fact.date", text=shown(day))
            elif literal is None or literal.type.kind == "bare":
                self.problems.add(value, "type.no_unit", text=shown(value.text), example=example(None))
            elif type is not None and not type.fits(literal.type):
                self.problems.add(
                    value, "type.wrong", wanted=said(type), found=said(literal.type), example=example(type)
                )
            else:
                type = type or literal.type
                found.append((start, literal.value))
        if type is None:
            return None
        return self._with(subject, name, node, type, dated=tuple(sorted(found, key=lambda pair: pair[0])))
