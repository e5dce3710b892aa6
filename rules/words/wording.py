"""Values, comparisons and formulas in words that people read, in Chinese or in English.

The words of a plan (titles, choices, units that name a subject) come from its edition; only arithmetic, the calendar
and the comparisons have words of their own here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rules.judging.findings import title_of
from rules.model import Comparison, Condition, Const, Edition, Expr, Leaf, Op, Ref, Table
from rules.values.exact import Type, Value, decimal_text, show
from rules.values.text import Lang, Text

TEN_THOUSAND = 10_000
MOST_DIGITS = 6
UNITS = {"month": "个月", "day": "天", "point": "分", "record": "条", "place": "名"}
OPERATORS: Mapping[str, tuple[str, str]] = {
    "at_least": ("不低于", "at least"),
    "above": ("高于", "above"),
    "at_most": ("不超过", "at most"),
    "below": ("低于", "below"),
    "equals": ("为", ""),
    "one_of": ("为其中之一：", "one of:"),
    "between": ("在", "between"),
}
DAYS: Mapping[str, tuple[str, str]] = {
    "at_least": ("不早于", "not before"),
    "above": ("晚于", "after"),
    "at_most": ("不晚于", "not after"),
    "below": ("早于", "before"),
}
BETWEEN = ("at_least", "at_most")  # as the loader writes `between`
JOINS = {"all": (" 且 ", " and "), "any": (" 或 ", " or "), "none": (" 和 ", " nor ")}
FORMULAS: Mapping[str, tuple[str, str]] = {
    "ratio": ("{0} ÷ {1}", "{0} ÷ {1}"),
    "difference": ("{0} − {1}", "{0} − {1}"),
    "choose": ("若{where}，则{0}，否则{1}", "{0} if {where}, otherwise {1}"),
    "holds": ("{where}", "{where}"),
    "completed_years": ("{0}至{1}满几年", "completed years from {0} to {1}"),
    "completed_months": ("{0}至{1}满几月", "completed months from {0} to {1}"),
    "days": ("{0}至{1}的天数", "days from {0} to {1}"),
    "year_of": ("{0}的年份", "year of {0}"),
    "month_of": ("{0}的月份", "month of {0}"),
    "known": ("{0}已知", "{0} is known"),
    "plus": ("{0} + {1}", "{0} + {1}"),
    "round": ("{0}按{1}取整", "{0} rounded to {1}"),
    "count": ("{0}的个数", "number of {0}"),
    "records": ("{0}", "{0}"),
    "total": ("{0}的{each}合计", "total {each} over {0}"),
    "mean": ("{0}的{each}平均", "mean {each} over {0}"),
    "median": ("{0}的{each}中位数", "median {each} over {0}"),
    "lowest": ("{0}中最低的{each}", "lowest {each} of {0}"),
    "highest": ("{0}中最高的{each}", "highest {each} of {0}"),
    "rank": ("{each}在{0}中的名次", "place by {each} among {0}"),
    "streak": ("{0}按{each}连续的条数", "latest {0} in a row by {each}"),
    "every": ("{0}都", "every one of {0}"),
    "some": ("{0}中有", "some of {0}"),
}
SIGNS = {"sum": " + ", "product": " × "}
NAMED = {
    "least": ("最小者", "least of"),
    "greatest": ("最大者", "greatest of"),
    "first_known": ("先取", "first known of"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How one edition is spoken of in one language."""

    edition: Edition
    lang: Lang
    years: str = "年"  # 岁 where years are an age

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    def pick(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def text(self, both: Text) -> str:
        return both.get(self.lang)

    # --- values-

    def value(self, value: Value, type: Type, codes: Mapping[str, Text] | None = None, digits: int = 2) -> str:
        """A value with its unit."""
        if value is None:
            return self.pick("未知", "not known")
        if isinstance(value, tuple):
            return self.pick("、", ", ").join(self.value(one, type, codes, digits) for one in value)
        if type.kind in ("count", "points"):
            return self._count(value, type.unit, digits)
        if type.kind == "amount":
            return self._amount(Fraction(value), digits)
        return self._named(value, type, codes or {}) or show(value, type, digits).removeprefix("≈")

    def _named(self, value: Value, type: Type, codes: Mapping[str, Text]) -> str:
        """Values that are words."""
        if type.kind == "boolean":
            return self.pick("是", "yes") if value else self.pick("否", "no")
        if type.kind == "choice" and value in codes:
            return self.text(codes[value])
        return self.pick(f"{len(value)} 条", f"{len(value)} records") if type.kind == "list" else ""

    def _amount(self, value: Fraction, digits: int) -> str:
        """Chinese money is counted in ten thousands, as long as that hides nothing."""
        if self.zh and abs(value) >= TEN_THOUSAND and value % 100 == 0:
            return f"{decimal_text(value / TEN_THOUSAND)}万元"
        return f"{_grouped(value, digits)}{self.pick('元', ' yuan')}"

    def _count(self, value: Value, unit: str, digits: int) -> str:
        number = _grouped(Fraction(value), digits)
        if not unit:
            return number
        if self.zh:
            subject = self.edition.subjects.get(unit)
            word = self.years if unit == "year" else UNITS.get(unit) or (f"个{subject.title.zh}" if subject else unit)
            return f"{number}{word}" if word[0] >= "\u4e00" else f"{number} {word}"
        return f"{number} {unit if abs(value) == 1 else plural(unit)}"

    def apart(self, value: Value, limits: Iterable[Value], type: Type, codes: Mapping[str, Text] | None) -> int:
        """How many digits it takes so that different figures do not look the same."""
        others = [one for limit in limits for one in (limit if isinstance(limit, tuple) else (limit,))]
        for digits in range(2, MOST_DIGITS + 1):
            seen = self.value(value, type, codes, digits)
            if all(other == value or self.value(other, type, codes, digits) != seen for other in others):
                return digits
        return MOST_DIGITS

    def codes(self, expr: Expr) -> dict[str, Text]:
        """What the codes of a choice are called, wherever they come from."""
        if isinstance(expr, Op):
            return {code: title for arg in reversed(expr.args) for code, title in self.codes(arg).items()}
        if not isinstance(expr, Ref) or expr.type.kind != "choice":
            return {}
        rule = self.edition.rules.get(expr.name)
        if expr.what == "outcome" and rule is not None:
            return {outcome.id: outcome.title for outcome in rule.outcomes.values()}
        if expr.what == "output" and rule is not None and isinstance(rule.body, Table):
            return dict(rule.body.outputs[expr.output].choices)
        for subject in self.edition.subjects.values():
            fact = subject.facts.get(expr.name)
            if fact is not None and fact.type == expr.type and expr.scope in ("", "own", subject.name):
                return dict(fact.choices) or ({} if fact.formula is None else self.codes(fact.formula))
        return {}

    # --- comparisons ---------------------------------------------------------------------------------------------

    def comparison(self, operator: str, limit: Value, type: Type, codes: Mapping[str, Text], digits: int = 2) -> str:
        """`at least 55%`."""
        if operator == "between" and isinstance(limit, tuple):
            low, high = (self.value(one, type, codes, digits) for one in limit)
            return self.span(low, high)
        said = self.value(limit, type, codes, digits)
        return f"{self.operator(operator, type.kind)} {said}".strip().replace("： ", "：")

    def operator(self, operator: str, kind: str = "") -> str:
        """An operator in words; days are early or late, not high or low."""
        words = DAYS if kind == "date" and operator in DAYS else OPERATORS
        return words[operator][0 if self.zh else 1]

    def test(self, test: Comparison, leaf: Leaf, subject: str, own: str = "") -> str:
        limits = [self.expr(limit, subject, own, self.codes(leaf.left)) for limit in test.limits]
        if test.operator == "between":
            return self.span(*limits)
        said = self.pick("、", ", ").join(limits)
        return f"{self.operator(test.operator, leaf.left.type.kind)} {said}".strip().replace("： ", "：")

    def tests(self, leaf: Leaf, subject: str, own: str = "") -> str:
        if tuple(test.operator for test in leaf.tests) == BETWEEN:
            codes = self.codes(leaf.left)
            return self.span(*(self.expr(test.limits[0], subject, own, codes) for test in leaf.tests))
        return self.pick("，", " and ").join(self.test(test, leaf, subject, own) for test in leaf.tests)

    def span(self, low: str, high: str) -> str:
        return self.pick(f"在 {low} 至 {high} 之间（含两端）", f"between {low} and {high} (both in)")

    def condition(self, condition: Condition, subject: str, own: str = "", *, inner: bool = False) -> str:
        """A condition; `inner` where it is part of another, and needs parentheses to stand together."""
        if isinstance(condition, Leaf):
            left = self.expr(condition.left, subject, own)
            return f"{left}{self.pick(' ', ' is ')}{self.tests(condition, subject, own)}"
        parts = [self.condition(part, subject, own, inner=True) for part in condition.parts]
        if condition.join in JOINS:
            joined = JOINS[condition.join][0 if self.zh else 1].join(parts)
            if condition.join == "none":
                return self.pick(f"以下都不成立：{joined}", f"neither {joined}")
            return f"({joined})" if inner and len(parts) > 1 else joined
        joined = self.pick("；", "; ").join(parts)
        return self.pick(f"至少 {condition.least} 项成立：{joined}", f"at least {condition.least} of: {joined}")

    # --- formulas ------------------------------------------------------------------------------------------------

    def expr(self, expr: Expr, subject: str, own: str = "", codes: Mapping[str, Text] | None = None) -> str:
        if isinstance(expr, Const):
            return self.value(expr.value, expr.type, codes)
        if isinstance(expr, Ref):
            if expr.what == "output":
                return f"{self.text(self.edition.rules[expr.name].title)}·{expr.output}"
            if expr.what == "records":
                return self.text(self.edition.subjects[expr.name].title)
            return self.text(title_of(expr, self.edition, subject, own or subject))
        return self._formula(expr, subject, own)

    def _formula(self, op: Op, subject: str, own: str) -> str:
        args = [self.expr(arg, subject, own, self.codes(op)) for arg in op.args]
        inside = op.args[0].type.of if op.args and op.args[0].type.kind == "list" else ""
        place, around = (inside, subject) if inside else (subject, own)
        where = "" if op.where is None else self.condition(op.where, place, around)
        each = "" if op.each is None else self.expr(op.each, place, around)
        if op.name in SIGNS:
            return SIGNS[op.name].join(args)
        if op.name in NAMED:
            return f"{NAMED[op.name][0 if self.zh else 1]}({self.pick('、', ', ').join(args)})"
        said = FORMULAS.get(op.name, ("", ""))[0 if self.zh else 1] or f"{op.name}({', '.join(args)})"
        said = said.format(*args, each=each, where=where)
        return self.pick(f"{said}（{where}）", f"{said} ({where})") if inside and where else said


def plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"


def _grouped(value: Fraction, digits: int) -> str:
    shown: Any = round(value, digits) if value.denominator != 1 else value.numerator
    return f"{shown:,}" if isinstance(shown, int) else f"{int(shown):,}{decimal_text(abs(shown) % 1)[1:]}"
