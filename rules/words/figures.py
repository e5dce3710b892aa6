"""Formulas and comparisons in words, with the values of one record put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rules.judging.evaluate import Scope, evaluate
from rules.judging.missing import missing
from rules.model import Comparison, Condition, Const, Expr, Leaf, Op, Ref
from rules.values.exact import Type, Value
from rules.values.text import Lang, Text
from rules.words.formulas import AND_ALSO, BETWEEN, SUM, WORDS
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
    around: str  # `own` of the record itself; inside its lists it is another

    @classmethod
    def of(cls, scope: Scope, lang: Lang) -> Figures:
        """The words for one record, seen from the record around its list where it is in one."""
        listed = scope.own is not None and scope.own.outer.get(scope.subject) is not scope
        own = scope.own.subject if scope.own is not None and listed else ""
        return cls(scope.edition, lang, scope.subject, own, scope=scope, around=own)

    @property
    def plain(self) -> Wording:
        return Wording(self.edition, self.lang, self.subject, self.own, self.years, self._names)

    def beside(self, scope: Scope) -> Figures:
        """The words for another record."""
        return self.of(scope, self.lang)

    def aged(self, expr: Expr) -> Figures:
        """Years of an age have a word of their own in Chinese."""
        return replace(self, years="岁") if "岁" in self.name(expr) else self

    def reference(self, ref: Ref) -> str:
        said = Wording.reference(self, ref)
        here = (self.subject, self.own) == (self.scope.subject, self.around)
        if not here or ref.type.kind == "list":
            return said
        return self.pick(f"{said} {self.seen(ref)}", f"{self.seen(ref)} ({said})")

    def condition(self, condition: Condition, subject: str = "", own: str = "") -> str:
        return self.plain.condition(condition, subject, own)

    def name(self, expr: Expr) -> str:
        return self.plain.expr(expr)

    def formula(self, expr: Expr) -> str:
        """The formula with the values of this record; nothing where it is no formula."""
        return f"= {self.expr(expr)}" if isinstance(expr, Op) else ""

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


def tests(say: Wording, leaf: Leaf) -> str:
    """What a comparison asks of its value: `at least 55%`."""
    kind, codes = leaf.left.type.kind, say.codes(leaf.left)
    if tuple(test.operator for test in leaf.tests) == BETWEEN:
        return say.span(*(say.operand(test.limits[0], SUM, codes) for test in leaf.tests))
    return say.text(AND_ALSO).join(say.test(test, kind, codes) for test in leaf.tests)


def plainly(say: Wording, leaf: Leaf) -> str:
    """The same, without the verb where one value is asked for: `at least 55%`, but `AA`."""
    if len(leaf.tests) == 1 and exactly(leaf):
        codes = say.codes(leaf.left)
        return say.pick("或", " or ").join(say.operand(limit, WORDS, codes) for limit in leaf.tests[0].limits)
    return tests(say, leaf)


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
