"""Resolves the literals, formulas and conditions of policy files to typed expressions.

The operations read and type their own formulas (rules.operations); this module finds which one is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rules.building.names import Names
from rules.files.source import Node
from rules.model import Comparison, Condition, Const, Expr, Fact, Group, Leaf, Op, Ref
from rules.operations import JOINS, KEYS, OPERATIONS, OPERATORS
from rules.operations.operation import Formula, Place
from rules.problems.meant import truth
from rules.problems.problem import Problems
from rules.values.exact import BOOLEAN, PLACE, POINTS, Type, read_literal
from rules.values.figures import unit_told
from rules.values.kinds import example, said
from rules.values.text import Mark, Text, shown
from rules.warnings.numerals import SIZES


@dataclass(slots=True)
class Resolver:
    """Turns nodes to expressions and conditions."""

    problems: Problems
    names: Names

    def path(self, node: Node, place: Place) -> Ref | None:
        """The fact, outcome or output that a dotted name stands for."""
        return self.names.path(node, place)

    def set_at(self, ref: Expr, place: Place) -> Mark | None:
        """Where a value that the plan itself sets is written; None of any other expression."""
        if not isinstance(ref, Ref) or ref.what != "fact":
            return None
        fact = self.names.facts.built(ref.scope or place.subject, ref.name)
        return fact.mark if fact is not None and fact.dated else None

    # --- values and formulas -------------------------------------------------------------------------------------

    def expression(
        self, node: Node, place: Place, wanted: Type | None = None, fits: Callable[[Type, Type], bool] = Type.fits
    ) -> Expr | None:
        """A literal, a name or a formula; of a type that fits the wanted one, if one is."""
        expr = self.formula(node, place, wanted) if node.is_map else self._scalar(node, place, wanted)
        if expr is not None and wanted is not None and not fits(wanted, expr.type):
            self.wrong_type(node, wanted, expr.type, node.text if isinstance(expr, Ref) else "")
            return None
        return expr

    def wrong_type(self, node: Node, wanted: Type, given: Type, name: str = "") -> None:
        """Report that a value, or the fact of this name, is of another type than the one that is wanted."""
        units = wanted.kind == given.kind and wanted.unit != given.unit
        code, say = ("type.unit", _unit) if units else ("type.wrong", said)
        self.problems.add(node, code, wanted=say(wanted), found=say(given), example=example(wanted), text=name)

    def _scalar(self, node: Node, place: Place, wanted: Type | None) -> Expr | None:
        text = node.text
        if wanted is not None and wanted.kind == "choice":
            if text in wanted.choices:
                return Const(text, wanted)
            if text.split(".")[0] not in self.names.known(place) and "." not in text:
                self.problems.unknown(node, "type.no_choice", text, wanted.choices)
                return None
        literal = read_literal(text)
        if literal is not None and literal.type.unit in SIZES:
            self.problems.add(node, "type.size_alone", text=shown(text))
            return None
        if literal is None:
            if wanted == BOOLEAN and "." not in text and text not in self.names.known(place):
                self.problems.add(node, "shape.flag", text=shown(text), mend=truth(text))
                return None
            return self.path(node, place)
        if literal.type.kind != "bare":
            return Const(literal.value, literal.type)
        if wanted is not None and wanted.kind == "points":
            return Const(literal.value, POINTS)
        self.problems.add(node, "type.no_unit", text=text, example=example(wanted, text))
        return None

    def literal(self, node: Node, wanted: Type) -> Const | None:
        """A value written out, not a name."""
        if read_literal(node.text) is None and wanted.kind != "choice":
            self.problems.add(node, "type.not_literal", text=shown(node.text), example=example(wanted))
            return None
        value = self.expression(node, Place(""), wanted)
        return value if isinstance(value, Const) else None

    def formula(self, node: Node, place: Place, wanted: Type | None = None) -> Expr | None:
        """A formula, typed. `wanted` lends its codes to choices written out."""
        codes = wanted if wanted is not None and wanted.kind == "choice" else None
        operation, key = next(one for name, one in KEYS.items() if name in node.entries)
        return operation.read(Formula(node, key, operation, place, codes, self))

    def counted(self, node: Node, fact: Fact) -> Op | None:
        """The aggregation by which a bulk run fills a fact in: a list formula over all records of a subject below."""
        key = next(key for key in ("count", "total", "records") if key in node.entries)
        named = node.entries["over" if key == "total" else key]
        if fact.subject not in self.names.around(Place(named.text))[1:]:
            below = [name for name in self.names.within if fact.subject in self.names.around(Place(name))[1:]]
            if self.names.told_apart(named.text, fact.subject):
                apart = named.text in self.names.within and named.text not in self.names.around(Place(fact.subject))
                code = "fact.counted_apart" if apart else "fact.counted"
                self.problems.unknown(named, code, named.text, below, subject=fact.subject)
            return None
        place, records = Place(named.text), Ref("records", "", named.text, Type("list", of=named.text))
        each = self.expression(node.entries[key], place, fact.type) if key == "total" else None
        clause = node.get("where")
        where = None if clause is None else self.condition(clause, place)
        if (key == "total" and each is None) or (clause is not None and where is None):
            return None
        types = [records.type] if each is None else [records.type, each.type]
        type = records.type if key == "records" else OPERATIONS[key].typed(types)
        if type is None or not fact.type.fits(type):
            self.wrong_type(node, fact.type, type or types[-1])
            return None
        return Op(key, (records,), fact.type, each, where)

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, node: Node, place: Place) -> Condition | None:
        """Comparisons, and all, any, none or at least k of conditions."""
        if (of := node.get("of")) is not None:
            least = int(node.entries["at_least"].text)
            if least > len(of.items):
                self.problems.add(node.entries["at_least"], "condition.too_many", least=least, count=len(of.items))
            return self._joined("at_least", of.items, place, least)
        for join in JOINS:
            if (parts := node.get(join)) is not None:
                return self._joined(join, parts.items, place)
        words = [key for key in node.entries if key in KEYS or key in OPERATORS]
        if words and (no_fact := next((key for key in words if key not in self.names.known(place)), "")):
            self.problems.add(node.key(no_fact), "condition.formula", key=no_fact)
            return None
        entries = [self._leaves(node.key(key), value, place) for key, value in node.entries.items()]
        known = [leaf for entry in entries if entry is not None for leaf in entry]
        return None if None in entries or not known else joined(known)

    def _joined(self, join: str, nodes: list[Node], place: Place, least: int = 0) -> Condition | None:
        parts = [self.condition(node, place) for node in nodes]
        known = tuple(part for part in parts if part is not None)
        return Group(join, known, least) if len(known) == len(parts) else None

    def _leaves(self, name: Node, value: Node, place: Place) -> list[Leaf] | None:
        left = self.names.path(name, place)
        tests = None if left is None else self.tests(value, left, place)
        return None if left is None or tests is None else leaves(left, tests)

    def tests(self, value: Node, left: Expr, place: Place) -> list[Comparison] | None:
        """The comparisons that stand under the name of a value; None where one is wrong."""
        tests = [*self._tests(value, left.type, place)]
        known = [test for test in tests if test is not None]
        return known if len(known) == len(tests) else None

    def _tests(self, value: Node, type: Type, place: Place) -> Iterator[Comparison | None]:
        if type.kind == "list":
            self.problems.add(value, "type.list_compared")
            yield None
            return
        limits = {"equals": value} if value.is_scalar else {"one_of": value} if value.is_list else value.entries
        for operator, limit in limits.items():
            parts = OPERATORS[operator].parts
            if not parts:
                yield self._test(operator, limit.items if limit.is_list else [limit], type, place)
            elif len(limit.items) != len(parts):
                self.problems.add(limit, "condition.between")
                yield None
            else:
                for part, bound in zip(parts, limit.items, strict=True):
                    yield self._test(part, [bound], type, place)

    def _test(self, operator: str, nodes: list[Node], type: Type, place: Place) -> Comparison | None:
        if OPERATORS[operator].ordered and not type.is_ordered:
            self.problems.add(nodes[0], "condition.no_order", operator=operator, found=said(type))
            return None
        limits = [self.expression(node, place, type, self._comparable) for node in nodes]
        known = tuple(limit for limit in limits if limit is not None)
        if operator == "one_of" and not all(isinstance(limit, Const) for limit in known):
            self.problems.add(nodes[0], "condition.one_of")
            return None
        return Comparison(operator, known) if len(known) == len(limits) else None

    def _comparable(self, left: Type, right: Type) -> bool:
        """Whether values may be compared: a place among records with a number of records, too."""
        units = {left.unit, right.unit} - {PLACE.unit}
        ranked = left.kind == right.kind == PLACE.kind and PLACE.unit in (left.unit, right.unit)
        return left.fits(right) or (ranked and units <= self.names.within.keys())


def _unit(type: Type) -> Text:
    return unit_told(type.unit)


def leaves(left: Expr, tests: Sequence[Comparison]) -> list[Leaf]:
    """One leaf for the fixed limits, and one for each other."""
    fixed = tuple(test for test in tests if all(isinstance(limit, Const) for limit in test.limits))
    others = [Leaf(left, (test,)) for test in tests if test not in fixed]
    return [Leaf(left, fixed), *others] if fixed else others


def joined(leaves: Sequence[Leaf]) -> Condition:
    return leaves[0] if len(leaves) == 1 else Group("all", tuple(leaves))
