"""Formulas and comparisons in words, with the values of one record put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rules.judging.evaluate import Scope, evaluate
from rules.judging.missing import missing
from rules.model import Comparison, Condition, Const, Expr, Leaf, Op, Ref
from rules.values.exact import Type, Value
from rules.values.text import Text
from rules.words.wording import Wording

FEW = 2  # facts that are named beside the value they are missing for
LACKING: Mapping[str, Text] = {
    "not_given": Text("未提供", "not given"),
    "zero": Text("为零，不能作分母", "is zero and divides nothing"),
    "empty": Text("没有记录", "has no records"),
    "not_decided": Text("未判定", "not decided"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(Wording):
    """Wording in which every name is followed by its value for one record. Conditions stay without values."""

    scope: Scope

    @property
    def own(self) -> str:
        return self.scope.own.subject if self.scope.own else ""

    @property
    def plain(self) -> Wording:
        return Wording(self.edition, self.lang, self.years)

    def at(self, scope: Scope) -> Figures:
        return replace(self, scope=scope)

    def aged(self, expr: Expr) -> Figures:
        """Years of an age have a word of their own in Chinese."""
        return replace(self, years="岁") if "岁" in Wording.expr(self, expr, self.scope.subject, self.own) else self

    def expr(self, expr: Expr, subject: str, own: str = "", codes: Mapping[str, Text] | None = None) -> str:
        said = Wording.expr(self, expr, subject, own, codes)
        here = (subject, own) == (self.scope.subject, self.own)
        if not here or not isinstance(expr, Ref) or expr.type.kind == "list":
            return said
        value = self.seen(expr)
        return self.pick(f"{said} {value}", f"{value} ({said})")

    def condition(self, condition: Condition, subject: str, own: str = "", *, inner: bool = False) -> str:
        return self.plain.condition(condition, subject, own, inner=inner)

    def name(self, expr: Expr) -> str:
        return self.plain.expr(expr, self.scope.subject, self.own)

    def formula(self, expr: Expr) -> str:
        """The formula with the values of this record; nothing where it is no formula."""
        return f"= {self.expr(expr, self.scope.subject, self.own)}" if isinstance(expr, Op) else ""

    def seen(self, expr: Expr) -> str:
        """The value of an expression for this record."""
        aged = replace(self, years="岁") if "岁" in self.name(expr) else self
        return aged.value(evaluate(expr, self.scope), expr.type, self.codes(expr))

    def lacking(self, expr: Expr) -> str:
        """The value; where it is not known, the facts for want of which it is not."""
        if evaluate(expr, self.scope) is not None:
            return self.seen(expr)
        unknown = self.value(None, expr.type)
        wanted = {(one.title, one.why) for one in missing(expr, self.scope)}
        if len(wanted) > FEW:
            return self.pick(f"{unknown}（缺 {len(wanted)} 项信息）", f"{unknown} ({len(wanted)} facts are missing)")
        told = [self._lack(title, why) for title, why in sorted(wanted, key=lambda one: (one[1], one[0].zh))
                if why != "not_given" or self.text(title) != self.name(expr)]  # fmt: skip
        listed = self.pick("、", ", ").join(told)
        return self.pick(f"{unknown}（{listed}）", f"{unknown} ({listed})") if listed else unknown

    def _lack(self, title: Text, why: str) -> str:
        """A fact for want of which a value is not known."""
        if why == "not_given":
            return self.pick(f"缺{title.zh}", f"{title.en} is missing")
        return self.pick(f"{title.zh}{LACKING[why].zh}", f"{title.en} {LACKING[why].en}")


def plainly(say: Figures, leaf: Leaf) -> str:
    """What a comparison asks, without the verb where it asks for one value: `55% or more`, `AA`."""
    if len(leaf.tests) == 1 and leaf.tests[0].operator in ("equals", "one_of"):
        limits = leaf.tests[0].limits
        return say.pick("或", " or ").join(_limit(say, limit, leaf) for limit in limits)
    return say.tests(leaf, say.scope.subject, say.own)


def _limit(say: Figures, limit: Expr, leaf: Leaf) -> str:
    return say.expr(limit, say.scope.subject, say.own, say.codes(leaf.left))


def exactly(leaf: Leaf) -> bool:
    """Whether the value seen is the value wanted, if the comparison holds."""
    return all(test.operator in ("equals", "one_of") for test in leaf.tests)


def value_of(test: Comparison) -> Value:
    """The one fixed limit of a comparison; None where it has another."""
    return test.limits[0].value if len(test.limits) == 1 and isinstance(test.limits[0], Const) else None


def is_flag(leaf: Leaf) -> bool:
    """Whether a comparison asks a flag to be the one or the other."""
    kind: Type = leaf.left.type
    return kind.kind == "boolean" and len(leaf.tests) == 1 and isinstance(value_of(leaf.tests[0]), bool)
