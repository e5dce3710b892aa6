"""Resolves the names, literals, formulas and conditions of policy files to typed expressions.

Facts are resolved when first named, so files may be written in any order; a fact that needs itself is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from rules.files.source import Node
from rules.format.grammar import FORMULAS, JOINS
from rules.model import Comparison, Condition, Const, Expr, Fact, Group, Leaf, Op, Ref
from rules.problems.problem import Problems
from rules.values.exact import BOOLEAN, DATE, PERIODS, POINTS, RATE, Type, decimal_text, read_literal
from rules.values.text import Text, listed, near, shown

_SINGLE = {"known": BOOLEAN, "year_of": Type("count", "year"), "month_of": Type("count", "month")}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: whose facts its names are, and whose `own.` is, inside a list."""

    subject: str
    own: str = ""

    def inside(self, subject: str) -> Place:
        return Place(subject, self.subject)


@dataclass(slots=True)
class Head:
    """What other files may know of a decision: its subject, its outcomes as a choice, its outputs, its title."""

    subject: str
    type: Type
    outputs: dict[str, Type]
    title: Text


class Facts(Protocol):
    """Looks facts up, resolving them on the way; None where there is none (a problem has been reported if it is
    one's own fault)."""

    def fact(self, subject: str, name: str, at: Node) -> Fact | None: ...


@dataclass(slots=True)
class Resolver:
    """Turns nodes to expressions and conditions. `needs` gathers the decisions that what is resolved rests on."""

    problems: Problems
    within: Mapping[str, str]
    names: Mapping[str, Sequence[str]]  # subject -> the names of its facts
    heads: dict[str, Head]
    facts: Facts | None = None
    needs: set[str] = field(default_factory=set)
    fact_needs: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)

    @contextmanager
    def gathering(self) -> Iterator[set[str]]:
        """Gather needs apart from those around."""
        outer, self.needs = self.needs, set()
        try:
            yield self.needs
        finally:
            self.needs = outer

    # --- names ---------------------------------------------------------------------------------------------------

    def around(self, place: Place) -> list[str]:
        """The subjects whose records can be named from a place, nearest first."""
        found: list[str] = []
        for start in (place.subject, place.own):
            level = start
            while level and level in self.within and level not in found:
                found.append(level)
                level = self.within[level]
        return found

    def path(self, node: Node, place: Place, text: str | None = None) -> Ref | None:
        """The fact, outcome or output that a dotted name stands for."""
        parts = (text or node.text).split(".")
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
            self._unknown(node, parts[1], list(head.outputs), "name.no_output", decision=parts[0])
            return None
        if not (len(parts) == 1 and parts[0] in self.names.get(subject, ())):
            if (text or node.text)[:1].isdigit():  # no name begins so: a figure was meant
                self.problems.add(node, "name.figure", text=shown(text or node.text))
            else:
                self._unknown(node, text or node.text, self._known(place), "name.unknown", subject=subject)
        return None

    def _of(self, node: Node, scope: str, subject: str, name: str) -> Ref | None:
        if name in self.names.get(subject, ()):
            fact = self.facts.fact(subject, name, node) if self.facts else None
            self.needs |= self.fact_needs.get((subject, name), set())
            self.used.add((subject, name))
            return Ref("fact", scope, name, fact.type) if fact else None
        if (head := self.heads.get(name)) and head.subject == subject:
            self.needs.add(name)
            return Ref("outcome", scope, name, head.type)
        return None

    def _known(self, place: Place) -> list[str]:
        known = [
            *self.names.get(place.subject, ()),
            *(n for n, h in self.heads.items() if h.subject == place.subject),
        ]
        known += [f"{level}.{name}" for level in self.around(place)[1:] for name in self.names.get(level, ())]
        return [*known, "on"]

    def _unknown(self, node: Node, text: str, known: list[str], code: str, **facts: Any) -> None:
        guess = near(text, tuple(known))
        self.problems.add(node, code, text=shown(text), near=guess, allowed=listed(tuple(known[:12])), **facts)

    # --- values and formulas -------------------------------------------------------------------------------------

    def expression(self, node: Node, place: Place, wanted: Type | None = None) -> Expr | None:
        """A literal, a name or a formula; of the wanted type, if one is."""
        expr = self.formula(node, place, wanted) if node.is_map else self._scalar(node, place, wanted)
        if expr is not None and wanted is not None and not wanted.fits(expr.type):
            self.problems.add(node, "type.wrong", wanted=said(wanted), found=said(expr.type), example=example(wanted))
            return None
        return expr

    def _scalar(self, node: Node, place: Place, wanted: Type | None) -> Expr | None:
        text = node.text
        if wanted is not None and wanted.kind == "choice":
            if text in wanted.choices:
                return Const(text, wanted)
            if text.split(".")[0] not in self._known(place) and "." not in text:
                self._unknown(node, text, list(wanted.choices), "type.no_choice")
                return None
        literal = read_literal(text)
        if literal is None:
            if wanted == BOOLEAN and "." not in text and text not in self._known(place):
                self.problems.add(node, "shape.flag", text=shown(text))
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
        found = self.expression(node, Place(""), wanted)
        return found if isinstance(found, Const) else None

    def formula(self, node: Node, place: Place, wanted: Type | None = None) -> Expr | None:
        """A formula of rules.format.grammar.FORMULAS, typed. `wanted` lends its codes to choices written out."""
        codes = wanted if wanted is not None and wanted.kind == "choice" else None
        key = next(key for key in FORMULAS if key in node.entries)
        own = node.entries[key]
        if own.is_list:
            return self._arithmetic(node, key, own, place, codes)
        if key in ("date", "when", "holds", *_SINGLE) or key.startswith("round_"):
            return self._special(node, key, own, place, codes)
        return self._over_list(node, key, own, place)

    def _arithmetic(self, node: Node, key: str, own: Node, place: Place, codes: Type | None) -> Expr | None:
        args: list[Expr | None] = []
        for item in own.items:
            args.append(self._factor(item, place) if key == "product" else self.expression(item, place, codes))
            first = args[0]
            codes = codes or (first.type if first is not None and first.type.kind == "choice" else None)
        known = [arg for arg in args if arg is not None]
        if len(known) < len(args):
            return None
        type = formula_type(key, [arg.type for arg in known])
        if type is None:
            kinds = [said(arg.type) for arg in known]
            found = Text("、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds))
            self.problems.add(node, "type.formula", formula=key, found=found)
            return None
        return Op(key, tuple(known), type)

    def _factor(self, node: Node, place: Place) -> Expr | None:
        literal = read_literal(node.text) if node.is_scalar else None
        if literal is not None and literal.type.kind == "bare":
            return Const(literal.value, RATE)  # a plain multiplier
        return self.expression(node, place)

    def _special(self, node: Node, key: str, own: Node, place: Place, codes: Type | None) -> Expr | None:
        get = node.entries.get
        if key in _SINGLE:
            argument = self.expression(own, place, None if key == "known" else DATE)
            return None if argument is None else Op(key, (argument,), _SINGLE[key])
        if key == "holds":
            condition = self.condition(own, place)
            return None if condition is None else Op("holds", (), BOOLEAN, where=condition)
        if key == "when":
            condition = self.condition(own, place)
            first = self.expression(node.entries["then"], place, codes)
            second = self.expression(node.entries["otherwise"], place, codes or (first.type if first else None))
            if condition is None or first is None or second is None:
                return None
            return Op("choose", (first, second), codes or first.type, where=condition)
        if key == "date":
            return self._moved(node, own, get("plus"), get("minus"), place)
        value = self.expression(own, place)
        step = self.expression(node.entries["to"], place, value.type if value else None)
        if value is None or step is None or not self._takes(key, value.type, own):
            return None
        return Op("round", (value, step), value.type, option=key.removeprefix("round_"))

    def _moved(self, node: Node, own: Node, plus: Node | None, minus: Node | None, place: Place) -> Expr | None:
        start = self.expression(own, place, DATE)
        period = plus or minus
        if period is None or (plus and minus):
            self.problems.add(node, "type.period")
            return None
        length = self.expression(period, place)
        if start is None or length is None:
            return None
        if length.type.kind != "count" or length.type.unit not in PERIODS:
            self.problems.add(period, "type.period")
            return None
        if minus:
            length = Op("product", (length, Const(-1, RATE)), length.type)
        return Op("plus", (start, length), DATE, option=length.type.unit)

    def _over_list(self, node: Node, key: str, own: Node, place: Place) -> Expr | None:
        named = own if key in ("count", "every", "some") else node.entries["over"]
        records = self.path(named, place)
        if records is None:
            return None
        if records.type.kind != "list":
            self.problems.add(named, "type.not_list", text=shown(named.text))
            return None
        inner = place.inside(records.type.of)
        each: Expr | None = None
        if key == "streak":
            each = self.path(node.entries["by"], inner)
        elif named is not own:
            each = self.expression(own, inner)
        clause = own if key == "streak" else node.get("satisfies") or node.get("where")
        where = None if clause is None else self.condition(clause, inner)
        if (clause is not None and where is None) or (named is not own and each is None):
            return None
        if each is not None and not self._takes(key, each.type, node.entries["by"] if key == "streak" else own):
            return None
        first = node.get("first")
        type = list_type(key, records.type, each)
        return Op(key, (records,), type, each, where, first.text if first else "")

    def counted(self, node: Node, fact: Fact) -> Op | None:
        """How a bulk run adds a fact up from the records of a subject below: a list formula over all of them."""
        key = next(key for key in ("count", "total", "records") if key in node.entries)
        named = node.entries["over" if key == "total" else key]
        if fact.subject not in self.around(Place(named.text))[1:]:
            below = [name for name in self.within if fact.subject in self.around(Place(name))[1:]]
            self.problems.add(named, "fact.counted", text=shown(named.text), near=near(named.text, tuple(below)),
                              subject=fact.subject, allowed=listed(tuple(below)) or "—")  # fmt: skip
            return None
        place, records = Place(named.text), Ref("records", "", named.text, Type("list", of=named.text))
        each = self.expression(node.entries[key], place, fact.type) if key == "total" else None
        clause = node.get("where")
        where = None if clause is None else self.condition(clause, place)
        if (key == "total" and each is None) or (clause is not None and where is None):
            return None
        type = records.type if key == "records" else list_type(key, records.type, each)
        if not fact.type.fits(type) or (key == "total" and not fact.type.is_number):
            self.problems.add(node, "type.wrong", wanted=said(fact.type), found=said(type), example=example(fact.type))
            return None
        return Op(key, (records,), fact.type, each, where)

    def _takes(self, key: str, type: Type, at: Node) -> bool:
        """Whether a formula goes with values of a type; only what has an order can be ranked or be the highest."""
        dates = key in ("lowest", "highest", "streak", "rank") and type == DATE
        ranked = key in ("lowest", "highest", "rank") and type.ranked
        if type.is_number or dates or ranked:
            return True
        self.problems.add(at, "type.formula", formula=key, found=said(type))
        return False

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
        leaves = [leaf for key, value in node.entries.items() for leaf in self._leaves(node, key, value, place)]
        if not leaves or None in leaves:
            return None
        known = tuple(leaf for leaf in leaves if leaf is not None)
        return known[0] if len(known) == 1 else Group("all", known)

    def _joined(self, join: str, nodes: list[Node], place: Place, least: int = 0) -> Condition | None:
        parts = [self.condition(node, place) for node in nodes]
        known = tuple(part for part in parts if part is not None)
        return Group(join, known, least) if len(known) == len(parts) else None

    def _leaves(self, node: Node, key: str, value: Node, place: Place) -> Iterator[Leaf | None]:
        at = Node(node.key_marks[key], value.path, key)
        left = self.path(at, place, key)
        if left is None:
            yield None
            return
        tests = self.tests(value, left, place)
        fixed = tuple(t for t in tests if t is not None and all(isinstance(limit, Const) for limit in t.limits))
        if fixed:
            yield Leaf(left, fixed)
        for test in tests:
            if test is None:
                yield None
            elif test not in fixed:
                yield Leaf(left, (test,))

    def tests(self, value: Node, left: Expr, place: Place) -> list[Comparison | None]:
        """The comparisons that stand under the name of a value."""
        type = left.type
        if type.kind == "list":
            self.problems.add(value, "type.list_compared")
            return [None]
        if value.is_scalar:
            return [self._test("equals", [value], type, place)]
        if value.is_list:
            return [self._test("one_of", value.items, type, place)]
        found: list[Comparison | None] = []
        for operator, limit in value.entries.items():
            if operator == "between":
                if len(limit.items) != 2:
                    self.problems.add(limit, "condition.between")
                    found.append(None)
                    continue
                for one, bound in zip(("at_least", "at_most"), limit.items, strict=False):
                    found.append(self._test(one, [bound], type, place))
            else:
                found.append(self._test(operator, limit.items if limit.is_list else [limit], type, place))
        return found

    def _test(self, operator: str, nodes: list[Node], type: Type, place: Place) -> Comparison | None:
        if operator not in ("equals", "one_of") and not type.is_ordered:
            self.problems.add(nodes[0], "condition.no_order", operator=operator, found=said(type))
            return None
        limits = [self.expression(node, place, type) for node in nodes]
        known = tuple(limit for limit in limits if limit is not None)
        if operator == "one_of" and not all(isinstance(limit, Const) for limit in known):
            self.problems.add(nodes[0], "condition.one_of")
            return None
        return Comparison(operator, known) if len(known) == len(limits) else None


def formula_type(key: str, types: Sequence[Type]) -> Type | None:
    """The type of an arithmetic formula; None where its arguments do not go together."""
    first = types[0]
    alike = all(first.fits(type) for type in types)
    if key in ("completed_years", "completed_months", "days"):
        unit = {"completed_years": "year", "completed_months": "month"}.get(key, "day")
        return Type("count", unit) if len(types) == 2 and all(type == DATE for type in types) else None
    if key == "first_known":
        return first if alike else None
    if key in ("least", "greatest"):
        return first if alike and all(type.is_ordered for type in types) else None
    if not all(type.is_number for type in types):
        return None
    if key == "ratio":
        return _ratio_type(*types) if len(types) == 2 else None
    if key == "product":
        sized = [type for type in types if type.kind != "rate"]
        worth = [type for type in sized if type.kind != "count"]
        return None if len(worth) > 1 else (worth or sized or [RATE])[0]
    return first if alike else None


def _ratio_type(top: Type, bottom: Type) -> Type | None:
    if top.kind == bottom.kind:
        return RATE
    return top if bottom.kind in ("count", "rate") else None  # so much for each, or for the whole


def list_type(key: str, records: Type, each: Expr | None) -> Type:
    if key in ("every", "some"):
        return BOOLEAN
    if key == "rank":
        return Type("count", "place")
    if key in ("count", "streak") or each is None:
        return Type("count", records.of)
    return each.type


def said(type: Type) -> Text:
    """What a type is called in messages."""
    zh, en = {
        "count": (f"整数（{type.unit}）", f"a count ({type.unit})"),
        "amount": ("金额", "an amount"),
        "rate": ("百分比", "a percentage"),
        "points": ("分数", "points"),
        "boolean": ("真假值", "true or false"),
        "choice": ("代码", "a choice"),
        "date": ("日期", "a date"),
        "list": ("列表", "a list"),
    }.get(type.kind, (type.kind, type.kind))
    return Text(zh, en)


def example(type: Type | None, number: str = "") -> str:
    """How a literal of a type is written."""
    digits = number or {"rate": "55", "amount": "50000"}.get(type.kind if type else "", "4")
    if type is None:
        return f"{digits}%, {digits} yuan, {digits} years"
    return {
        "rate": f"{digits}%" if not number or "." not in number else f"{_percent(number)}%",
        "amount": f"{digits} yuan",
        "count": f"{digits} {type.unit}s",
        "points": digits,
        "boolean": "true",
        "date": "2026-12-31",
        "choice": ", ".join(type.choices[:6]),
    }.get(type.kind, type.kind)


def _percent(number: str) -> str:
    return decimal_text(Fraction(number) * 100)
