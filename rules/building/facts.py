"""Builds the fact dictionary of an edition: subjects, and their given, derived and dated facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from rules.building.names import Names, meant_figure
from rules.building.resolver import Resolver
from rules.files.source import Node
from rules.model import CONSTANTS, Fact, Op, Ref, Subject
from rules.model.uses import refs
from rules.operations.operation import Place
from rules.problems.problem import Problems
from rules.values.exact import Type, Value, read_date, read_literal
from rules.values.kinds import KINDS, example, said
from rules.values.text import Text, shown

RESOLVING = object()
NEEDED = tuple(one.needs for one in KINDS.values() if one.needs)  # the keys that given facts of some kind must have
PLAN = Text("方案常数", "Constants of the plan")


def text(node: Node) -> Text:
    """A text in both languages; empty where there is none."""
    return Text(node.at("zh").text, node.at("en").text)


def words(node: Node) -> Text | None:
    return text(node) if node.entries else None


def choices_of(node: Node) -> dict[str, Text]:
    """The titles of the codes that a fact or an output declares."""
    return {code: text(at) for code, at in node.at("choices").entries.items()}


def names_of(node: Node) -> tuple[str, ...]:
    """One name, or a list of them."""
    return tuple(item.text for item in node.items or [node] if item.text)


def flag(node: Node) -> bool:
    return node.text == "true"


class FactBuilder:
    """Builds each fact when it is first named; implements rules.building.names.Facts."""

    def __init__(self, root: Node, problems: Problems, clauses: Collection[str]) -> None:
        self.problems, self.clauses = problems, clauses
        self.nodes = dict(root.entries["subjects"].entries)
        self.facts: dict[tuple[str, str], Any] = {}
        within = {name: node.at("within").text for name, node in self.nodes.items()}
        for name, above in within.items():
            if above and above not in within:
                self.problems.unknown(self.nodes[name].at("within"), "subject.unknown", above, within)
        self._refuse_circles(within)
        self._add_constants(root.at(CONSTANTS))
        names = {name: tuple(self._own(name)) for name in self.nodes}
        codes = (at.at("choices").entries for name in self.nodes for at in self._own(name).values())
        self.names = Names(problems, within, names, self, frozenset(code for one in codes for code in one))
        self.resolver = Resolver(problems, self.names)

    def _own(self, subject: str) -> Mapping[str, Node]:
        return self.nodes[subject].at("facts").entries

    def _add_constants(self, constants: Node) -> None:
        """Add the constants of the whole plan; a name that a subject has too would mean two things."""
        if CONSTANTS in self.nodes:
            self.problems.add(self.nodes[CONSTANTS], "subject.reserved", subject=CONSTANTS)
        for subject in self.nodes:
            for name in constants.entries.keys() & self._own(subject).keys():
                at = self.nodes[subject].at("facts").key(name)
                self.problems.add(at, "fact.constant_of_same_name", id=name, subject=subject)
        if constants.entries:
            self.nodes[CONSTANTS] = replace(constants, value={"facts": constants})

    def _refuse_circles(self, within: dict[str, str]) -> None:
        for name, above in list(within.items()):
            seen, level = {name}, above
            while level in within and level not in seen:
                seen.add(level)
                level = within[level]
            if level in seen and level:
                self.problems.add(self.nodes[name].at("within"), "subject.circle", subject=name)
                within[name] = ""

    def build(self) -> dict[str, Subject]:
        for subject in self.nodes:
            for name, node in self._own(subject).items():
                try:
                    self.fact(subject, name, node)
                except RecursionError:
                    self.problems.add(node, "edition.too_deep")
                    raise
        self._bulk()
        self._refuse_other_kinds()
        return {
            subject: Subject(
                subject,
                PLAN if subject == CONSTANTS else text(node.at("title")),
                node.at("within").text,
                {name: fact for name in self._own(subject) if (fact := self.built(subject, name)) is not None},
                text(at) if (at := node.get("name")) is not None else None,
                flag(at) if (at := node.get("personal")) is not None else None,
            )
            for subject, node in self.nodes.items()
        }

    def _refuse_other_kinds(self) -> None:
        """Refuse a part of a whole, and a fact that moves with another, of another kind of number."""
        for (subject, _), fact in self.facts.items():
            for key in ("part_of", "moves") if isinstance(fact, Fact) else ():
                at = self._own(subject)[fact.name].at(key)
                for one in at.items or [at]:
                    other = self.built(subject, one.text)
                    if other is not None and fact.type.is_number and other.type.kind != fact.type.kind:
                        self.problems.add(one, "fact.other_kind", key=key, id=fact.name, other=one.text,
                                          found=said(other.type), wanted=said(fact.type))  # fmt: skip

    def _bulk(self) -> None:
        """Read `counted` and `last` once all facts are known: they may refer to facts around the record and to any
        decision about it."""
        for subject in self.nodes:
            for name, node in self._own(subject).items():
                fact, below, before = self.built(subject, name), node.get("counted"), node.get("last")
                if fact is not None and fact.given and (below is not None or before is not None):
                    with self.names.gathering():
                        counted = None if below is None else self.resolver.counted(below, fact)
                        last = None if before is None else self.resolver.expression(before, Place(subject), fact.type)
                    self._fine(fact, counted, below)
                    self.facts[subject, name] = replace(fact, counted=counted, last=last)

    def _fine(self, fact: Fact, counted: Op | None, at: Node | None) -> None:
        """A total of figures with decimal places has some as well."""
        each = None if counted is None else counted.each
        if at is not None and counted is not None and isinstance(each, Ref) and each.what == "fact" and fact.whole:
            part = self.built(each.scope or counted.args[0].type.of, each.name)
            if part is not None and not part.whole:
                self.problems.add(at.entries["total"], "fact.counted_decimals", id=fact.name, other=each.name)

    def fact(self, subject: str, name: str, at: Node) -> Fact | None:
        key = subject, name
        if self.facts.get(key) is RESOLVING:
            path = [one for one, fact in self.facts.items() if fact is RESOLVING]
            circle = [*path[path.index(key) :], key]
            self.problems.add(at, "fact.circle", circle=" → ".join(map(".".join, circle)))
        elif key not in self.facts:
            self.facts[key] = RESOLVING
            with self.names.gathering() as self.names.fact_needs[key]:
                self.facts[key] = self._fact(subject, name, self._own(subject)[name])
        return self.built(subject, name)

    def built(self, subject: str, name: str) -> Fact | None:
        """A fact that has been built; None where there is none, or it was wrong."""
        fact = self.facts.get((subject, name))
        return fact if isinstance(fact, Fact) else None

    def _fact(self, subject: str, name: str, node: Node) -> Fact | None:
        if node.get("type") is not None:
            return self._given(subject, name, node)
        if (dated := node.get("dated") or node.get("value")) is not None:
            return self._dated(subject, name, node, dated)
        choices = choices_of(node)
        codes = Type("choice", "", tuple(choices), flag(node.at("ranked"))) if choices else None
        formula = self.resolver.formula(node, Place(subject), codes)
        if formula is None:
            return None
        if codes is not None and not codes.fits(formula.type):
            self.resolver.wrong_type(node, codes, formula.type)
        type, args = codes or formula.type, formula.args if isinstance(formula, Op) else ()
        if any(arg.type.written == type.written for arg in args):
            type = replace(type, written="")  # the unit of one argument is not that of the value
        behind = [self.built(home, ref.name) for home, ref in refs(formula, subject) if ref.what != "on"]
        constant = all(fact is not None and fact.constant for fact in behind)
        return self._with(subject, name, node, type, formula=formula, choices=choices, constant=constant)

    def _with(self, subject: str, name: str, node: Node, type: Type, **others: Any) -> Fact:
        if (clause := node.get("clause")) is not None and clause.text not in self.clauses:
            self.problems.unknown(clause, "clause.unknown", clause.text, self.clauses)
        for whole in node.at("part_of").items or filter(None, [node.get("part_of")]):
            self._known_fact(subject, whole)
        unfit = {"part_of": not type.is_number, "change": not type.is_number and not type.values}
        for key in (key for key, wrong in unfit.items() if wrong and node.get(key) is not None):
            self.problems.add(node.at(key), "fact.needless", key=key, kind=type.kind)
        return Fact(name, subject, type, text(node.at("title")), node.mark, words(node.at("about")),
                    words(node.at("supplied_by")), part_of=names_of(node.at("part_of")),
                    lever=node.at("change").text, set_by=node.at("set_by").text,
                    clause=node.at("clause").text, **others)  # fmt: skip

    def _given(self, subject: str, name: str, node: Node) -> Fact | None:
        kind = node.at("type").text
        choices, of = choices_of(node), node.at("of").text
        for key in NEEDED:
            if (key == KINDS[kind].needs) != (node.get(key) is not None):
                code = "fact.needs" if key == KINDS[kind].needs else "fact.needless"
                self.problems.add(node, code, key=key, kind=kind)
        if kind != "date" and node.get("ahead") is not None:
            self.problems.add(node, "fact.needless", key="ahead", kind=kind)
        if of and of not in self.names.within:
            self.problems.unknown(node.at("of"), "subject.unknown", of, self.names.within)
            return None
        type = Type(kind, node.at("unit").text or KINDS[kind].unit, tuple(choices), flag(node.at("ranked")), of)
        for moved in node.at("moves").items:
            self._known_fact(subject, moved)
        return self._with(
            subject, name, node, type, choices=choices, moves=tuple(item.text for item in node.at("moves").items),
            minimum=self._bound(node.get("minimum"), type, KINDS[kind].minimum),
            maximum=self._bound(node.get("maximum"), type, KINDS[kind].maximum),
            trait=node.at("trait").text, sensitive=flag(node.at("sensitive")), decimals=flag(node.at("decimals")),
            future=flag(node.at("ahead")),
        )  # fmt: skip

    def _known_fact(self, subject: str, at: Node) -> None:
        if at.text not in self._own(subject):
            self.problems.unknown(at, "name.unknown", at.text, self._own(subject), subject=subject)

    def _bound(self, node: Node | None, type: Type, unless: Value) -> Value:
        bound = None if node is None else self.resolver.literal(node, type)
        return unless if bound is None else bound.value

    def _dated(self, subject: str, name: str, node: Node, values: Node) -> Fact | None:
        pairs = list(values.entries.items()) if values.is_map else [("0001-01-01", values)]
        dated, type = [], None
        for day, value in pairs:
            start, literal = read_date(day), read_literal(value.text)
            if start is None:
                self.problems.add(values.key_marks[day], "fact.date", text=shown(day))
            elif literal is None:
                meant = meant_figure(value)
                code, mend = ("shape.meant", (value.text, meant)) if meant else ("type.no_value", None)
                self.problems.add(value, code, text=shown(value.text), meant=meant, mend=mend)
            elif literal.type.kind == "bare":
                self.problems.add(value, "type.no_unit", text=shown(value.text), example=example(None, value.text))
            elif type is not None and not type.fits(literal.type):
                self.resolver.wrong_type(value, type, literal.type)
            else:
                type = type or literal.type
                dated.append((start, literal.value))
        if type is None:
            return None
        dated.sort(key=lambda pair: pair[0])
        return self._with(subject, name, node, type, dated=tuple(dated), constant=True)
