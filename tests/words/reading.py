"""Reads sentences of rules.words.wording back to expressions, in every way they can be read.

It has words of its own for every operation: a second opinion on the table that the sentences are made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from rules.model import Comparison, Condition, Const, Expr, Group, Leaf, Op, Ref
from rules.values.exact import BOOLEAN, DATE, PERIODS, Type, whole

NUMBER = Type("count", "number")
Place = tuple[str, str]
Found = list[tuple[Expr, int]]
SIZES = {
    "": 1, "亿元": 10**8, "万元": 10**4, "元": 1, " yuan": 1, "%": Fraction(1, 100), "‰": Fraction(1, 1000),
    " bp": Fraction(1, 10**4), "年": 1, "岁": 1, "个月": 1, "天": 1, "分": 1, " years": 1, " year": 1, " months": 1,
    " month": 1, " days": 1, " day": 1, " points": 1, " point": 1,
}  # fmt: skip
FIGURE = re.compile(
    r"(-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?)(" + "|".join(sorted(SIZES, key=len, reverse=True)) + ")"
)
SUMS, PRODUCTS = {" + ": "sum", " − ": "difference"}, {" × ": "product", " ÷ ": "ratio"}


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    open: str
    close: str
    then: str  # between the parts of a list in brackets
    lists: str  # between the values of a list without brackets
    closed: Mapping[str, str]
    before: Mapping[str, tuple[str, str]]  # words before one argument, and behind it
    between: Mapping[tuple[str, str, str], tuple[str, str, bool]]  # around two; the second comes first
    over: Mapping[str, tuple[str, str]]  # words over a list, with `{list}` and `{each}`, `{where}`
    only: str
    choose: tuple[str, str, str]
    known: str
    first_known: str
    groups: Mapping[str, str]
    least: tuple[str, str]
    also: str
    no: str
    gap: str
    joined: str
    operators: Mapping[str, str]
    span: tuple[str, str, str]
    one_of: str
    round: tuple[Mapping[str, str], str]


ZH = Words(
    open="（", close="）", then="；", lists="、",
    closed={"最小者": "least", "最大者": "greatest", "最早者": "least", "最晚者": "greatest",
            "最低者": "least", "最高者": "greatest"},
    before={"year_of": ("", "的年份"), "month_of": ("", "的月份")},
    between={("", "至", "满几年"): ("completed_years", "", False),
             ("", "至", "满几个月"): ("completed_months", "", False),
             ("", "至", "的天数"): ("days", "", False),
             ("", "之后 ", ""): ("date", "plus", False), ("", "之前 ", ""): ("date", "minus", False)},
    over={"{list}的个数": ("count", ""), "{list}各自的{each}的合计": ("total", ""),
          "{list}各自的{each}的平均数": ("mean", ""), "{list}各自的{each}的中位数": ("median", ""),
          "{list}各自的{each}中最低的": ("lowest", ""), "{list}各自的{each}中最早的": ("lowest", ""),
          "{list}各自的{each}中最高的": ("highest", ""), "{list}各自的{each}中最晚的": ("highest", ""),
          "{list}各自的{each}从高到低排列时自身的名次": ("rank", "highest"),
          "{list}各自的{each}从晚到早排列时自身的名次": ("rank", "highest"),
          "{list}各自的{each}从低到高排列时自身的名次": ("rank", "lowest"),
          "{list}各自的{each}从早到晚排列时自身的名次": ("rank", "lowest"),
          "{list}都符合（{where}）": ("every", ""), "{list}中有符合（{where}）的": ("some", ""),
          "{list}各自的{each}从新到旧连续符合（{where}）的个数": ("streak", "")},
    only="（仅计", choose=("若", "，则为 ", "，否则为 "), known="已知", first_known="；没有的，",
    groups={"满足任一（": "any", "都不成立（": "none", "不符合（": "none"}, least=("至少", "项成立（"),
    also="，且", no="：否", gap=" ", joined="，",
    operators={"不低于 ": "at_least", "高于 ": "above", "不超过 ": "at_most", "低于 ": "below", "为 ": "equals",
               "不早于 ": "at_least", "晚于 ": "above", "不晚于 ": "at_most", "早于 ": "below"},
    span=("在 ", " 至 ", " 之间（含两端）"), one_of="为其中之一：",
    round=({"向下舍至": "down", "向上进至": "up", "四舍五入至": "half_up"}, "的整数倍"),
)  # fmt: skip
EN = Words(
    open="(", close=")", then="; ", lists=", ",
    closed={"smallest of ": "least", "largest of ": "greatest", "earliest of ": "least", "latest of ": "greatest",
            "lowest of ": "least", "highest of ": "greatest"},
    before={"year_of": ("year of ", ""), "month_of": ("month of ", "")},
    between={("completed years from ", " until ", ""): ("completed_years", "", False),
             ("completed months from ", " until ", ""): ("completed_months", "", False),
             ("days from ", " until ", ""): ("days", "", False),
             ("", " after ", ""): ("date", "plus", True), ("", " before ", ""): ("date", "minus", True)},
    over={"number of {list}": ("count", ""), "total of {each} over {list}": ("total", ""),
          "mean of {each} over {list}": ("mean", ""), "median of {each} over {list}": ("median", ""),
          "lowest {each} over {list}": ("lowest", ""), "earliest {each} over {list}": ("lowest", ""),
          "highest {each} over {list}": ("highest", ""), "latest {each} over {list}": ("highest", ""),
          "own place by {each}, highest first, over {list}": ("rank", "highest"),
          "own place by {each}, latest first, over {list}": ("rank", "highest"),
          "own place by {each}, lowest first, over {list}": ("rank", "lowest"),
          "own place by {each}, earliest first, over {list}": ("rank", "lowest"),
          "every one of {list} meets ({where})": ("every", ""), "some of {list} meet ({where})": ("some", ""),
          "number in a row, latest {each} first, over {list} that meet ({where})": ("streak", "")},
    only=" (only where ", choose=("if ", ", then ", ", otherwise "), known=" is known",
    first_known="; where not known, ",
    groups={"any of (": "any", "none of (": "none", "not (": "none"}, least=("at least ", " of ("),
    also=", and ", no=": no", gap=" is ", joined=" and ",
    operators={"at least ": "at_least", "above ": "above", "at most ": "at_most", "below ": "below",
               "not before ": "at_least", "after ": "above", "not after ": "at_most", "before ": "below",
               "": "equals"},
    span=("between ", " and ", " (both in)"), one_of="one of: ",
    round=({" rounded down to a multiple of ": "down", " rounded up to a multiple of ": "up",
            " rounded half up to a multiple of ": "half_up"}, ""),
)  # fmt: skip


@dataclass
class Reader:
    """Reads one sentence. `names` gives, for each place, what can be named there; `codes` the choices."""

    text: str
    words: Words
    names: Mapping[Place, Mapping[str, Ref]]
    codes: Mapping[Place, Mapping[str, Const]]
    unit: Mapping[str, str] = field(default_factory=dict)
    memo: dict[tuple[object, ...], Found] = field(default_factory=dict)

    def expressions(self, place: Place) -> list[Expr]:
        """Every expression that the whole text can stand for."""
        return [expr for expr, end in self.loose(0, place) if end == len(self.text)]

    def at(self, word: str, start: int) -> Iterator[int]:
        if self.text.startswith(word, start):
            yield start + len(word)

    def once(self, rule: str, start: int, place: Place, found: Iterator[tuple[Expr, int]]) -> Found:
        key = (rule, start, place)
        if key not in self.memo:
            self.memo[key] = list(found)
        return self.memo[key]

    # --- expressions, by how strongly they bind

    def loose(self, start: int, place: Place) -> Found:
        return self.once("loose", start, place, self._loose(start, place))

    def _loose(self, start: int, place: Place) -> Iterator[tuple[Expr, int]]:
        for first, end in self.worded(start, place):
            yield first, end
            yield from self._known((first,), end, place)
        w = self.words
        for at in self.at(w.choose[0], start):
            for where, end in self.condition(at, place):
                for second in self.at(w.choose[1], end):
                    for then, after in self.worded(second, place):
                        for third in self.at(w.choose[2], after):
                            for other, last in self.worded(third, place):
                                if alike(then, other):
                                    yield Op("choose", (then, other), then.type, where=where), last
        for where, end in self.condition(start, place):
            if not (isinstance(where, Leaf) and len(where.tests) == 1 and where.tests[0].limits == (TRUE,)):
                yield Op("holds", (), BOOLEAN, where=where), end

    def _known(self, args: tuple[Expr, ...], start: int, place: Place) -> Iterator[tuple[Expr, int]]:
        for at in self.at(self.words.first_known, start):
            for arg, end in self.worded(at, place):
                if alike(args[0], arg):
                    yield Op("first_known", (*args, arg), args[0].type), end
                    yield from self._known((*args, arg), end, place)

    def worded(self, start: int, place: Place) -> Found:
        return self.once("worded", start, place, self._worded(start, place))

    def _worded(self, start: int, place: Place) -> Iterator[tuple[Expr, int]]:
        yield from self.sums(start, place)
        yield from self._paired(start, place)
        for value, end in self.atom(start, place):
            for known in self.at(self.words.known, end):
                yield Op("known", (value,), BOOLEAN), known
            for word, option in self.words.round[0].items():
                for at in self.at(word, end):
                    for step, after in self.atom(at, place):
                        for last in self.at(self.words.round[1], after):
                            if value.type.is_number and step.type.is_number:
                                yield Op("round", (value, step), value.type, option=option), last
        yield from self._listed(start, place, tight=False)

    def _paired(self, start: int, place: Place) -> Iterator[tuple[Expr, int]]:
        for (before, middle, behind), (name, option, turned) in self.words.between.items():
            for at in self.at(before, start):
                for first, end in self.atom(at, place):
                    for second in self.at(middle, end):
                        for other, after in self.atom(second, place):
                            for last in self.at(behind, after):
                                pair = (other, first) if turned else (first, other)
                                if pair[0].type == DATE and (pair[1].type == DATE) == (name != "date"):
                                    yield Op(name, pair, DATE if name == "date" else NUMBER, option=option), last

    def sums(self, start: int, place: Place) -> Found:
        return self.once("sums", start, place, self._chain(start, place, SUMS, self.products))

    def products(self, start: int, place: Place) -> Found:
        return self.once("products", start, place, self._chain(start, place, PRODUCTS, self.tight))

    def _chain(self, start, place, signs, below) -> Iterator[tuple[Expr, int]]:  # type: ignore[no-untyped-def]
        open_ = list(below(start, place))
        while open_:
            expr, end = open_.pop()
            yield expr, end
            for sign, name in signs.items():
                for at in self.at(sign, end):
                    open_ += [
                        (Op(name, (expr, other), period(expr, other)), after)
                        for other, after in below(at, place)
                        if expr.type.is_number and other.type.is_number
                    ]

    def tight(self, start: int, place: Place) -> Found:
        return self.once("tight", start, place, self._tight(start, place))

    def _tight(self, start: int, place: Place) -> Iterator[tuple[Expr, int]]:
        yield from self.atom(start, place)
        for name, (before, behind) in self.words.before.items():
            for at in self.at(before, start):
                for value, end in self.atom(at, place):
                    for last in self.at(behind, end):
                        if value.type == DATE:
                            yield Op(name, (value,), NUMBER), last
        yield from self._listed(start, place, tight=True)

    def atom(self, start: int, place: Place) -> Found:
        return self.once("atom", start, place, self._atom(start, place))

    def _atom(self, start: int, place: Place) -> Iterator[tuple[Expr, int]]:
        w = self.words
        for name, ref in self.names[place].items():
            for end in self.at(name, start):
                yield ref, end
        for name, code in self.codes[place].items():
            for end in self.at(name, start):
                yield code, end
        yield from self._literal(start)
        for at in self.at(w.open, start):
            for inside, end in self.loose(at, place):
                for last in self.at(w.close, end):
                    yield inside, last
        for word, name in w.closed.items():
            for at in self.at(word + w.open, start):
                for args, end in self._parts(at, place):
                    if all(alike(args[0], arg) for arg in args):
                        yield Op(name, args, args[0].type), end

    def _parts(self, start: int, place: Place) -> Iterator[tuple[tuple[Expr, ...], int]]:
        for first, end in self.worded(start, place):
            for last in self.at(self.words.close, end):
                yield (first,), last
            for at in self.at(self.words.then, end):
                for others, last in self._parts(at, place):
                    yield (first, *others), last

    def _literal(self, start: int) -> Iterator[tuple[Expr, int]]:
        for word, value in (("是", True), ("否", False), ("yes", True), ("no", False)):
            for end in self.at(word, start):
                yield Const(value, BOOLEAN), end
        if found := re.compile(r"\d{4}-\d\d-\d\d").match(self.text, start):
            yield Const(date.fromisoformat(found[0]), DATE), found.end()
        elif found := FIGURE.match(self.text, start):
            number = Fraction(found[1].replace(",", "")) * SIZES[found[2]]
            unit = re.sub("s$", "", found[2].strip())
            yield Const(whole(number), Type("count", self.unit.get(unit, unit))), found.end()

    # --- lists

    def _listed(self, start: int, place: Place, *, tight: bool) -> Iterator[tuple[Expr, int]]:
        for template, (name, option) in self.words.over.items():
            if tight == (name == "count"):
                inner = {ref.type.of for ref in self.names[place].values() if ref.type.kind == "list"}
                for of in sorted(of for of in inner if (of, place[0]) in self.names):
                    parts = re.split(r"(\{\w+\})", template)
                    for slots, end in self._slots(parts, start, place, (of, place[0])):
                        yield self._over(name, option, slots), end

    def _over(self, name: str, option: str, slots: Mapping[str, object]) -> Op:
        each, type = slots.get("{each}"), NUMBER
        if name in ("every", "some"):
            type = BOOLEAN
        elif name in ("lowest", "highest"):
            type = each.type  # type: ignore[union-attr]
        return Op(name, (slots["{list}"],), type, each, slots.get("{where}"), option)  # type: ignore[arg-type]

    def _slots(self, parts, start, place, inner) -> Iterator[tuple[dict[str, object], int]]:  # type: ignore[no-untyped-def]
        if not parts:
            yield {}, start
            return
        part, rest = parts[0], parts[1:]
        if part == "{list}":
            found = self._list(start, place, inner)
        elif part == "{each}":
            found = (({part: each}, end) for each, end in self.atom(start, inner))
        elif part == "{where}":
            found = (({part: where}, end) for where, end in self.condition(start, inner))
        else:
            found = (({}, end) for end in self.at(part, start))
        for slots, end in found:
            for others, last in self._slots(rest, end, place, inner):
                yield {**slots, **others}, last

    def _list(self, start: int, place: Place, inner: Place) -> Iterator[tuple[dict[str, object], int]]:
        for name, ref in self.names[place].items():
            for end in self.at(name, start) if ref.type.of == inner[0] else ():
                yield {"{list}": ref}, end
                for at in self.at(self.words.only, end):
                    for where, after in self.condition(at, inner):
                        for last in self.at(self.words.close, after):
                            yield {"{list}": ref, "{where}": where}, last

    # --- conditions

    def condition(self, start: int, place: Place) -> list[tuple[Condition, int]]:
        return self.once("condition", start, place, self._condition(start, place))  # type: ignore[arg-type,return-value]

    def _condition(self, start: int, place: Place) -> Iterator[tuple[Condition, int]]:
        for first, end in self._single(start, place):
            yield first, end
            for at in self.at(self.words.also, end):
                for others, last in self.condition(at, place):
                    yield Group("all", (first, others)), last

    def _single(self, start: int, place: Place) -> Iterator[tuple[Condition, int]]:
        w = self.words
        yield from self._leaf(start, place)
        for word, join in w.groups.items():
            for at in self.at(word, start):
                for parts, end in self._alternatives(at, place):
                    yield Group(join, parts), end
        for at in self.at(w.least[0], start):
            number = re.compile("[0-9]+").match(self.text, at)
            for then in self.at(w.least[1], number.end()) if number else ():
                for parts, end in self._alternatives(then, place):
                    yield Group("at_least", parts, int(number[0])), end  # type: ignore[index]

    def _alternatives(self, start: int, place: Place) -> Iterator[tuple[tuple[Condition, ...], int]]:
        for first, end in self.condition(start, place):
            for last in self.at(self.words.close, end):
                yield (first,), last
            for at in self.at(self.words.then, end):
                for others, last in self._alternatives(at, place):
                    yield (first, *others), last

    def _leaf(self, start: int, place: Place) -> Iterator[tuple[Leaf, int]]:
        w = self.words
        for left, end in self.sums(start, place):
            if left.type == BOOLEAN:
                yield Leaf(left, (Comparison("equals", (TRUE,)),)), end
                for last in self.at(w.no, end):
                    yield Leaf(left, (Comparison("equals", (Const(False, BOOLEAN),)),)), last
            for at in self.at(w.gap, end):
                for tests, last in self._tests(left, at, place):
                    yield Leaf(left, tests), last

    def _tests(self, left: Expr, start: int, place: Place) -> Iterator[tuple[tuple[Comparison, ...], int]]:
        w = self.words
        for at in self.at(w.span[0], start):
            for low, end in self.sums(at, place):
                for second in self.at(w.span[1], end):
                    for high, after in self.sums(second, place):
                        for last in self.at(w.span[2], after):
                            if alike(left, low) and alike(left, high):
                                yield (Comparison("at_least", (low,)), Comparison("at_most", (high,))), last
        for first, end in self._test(left, start, place):
            yield (first,), end
            for at in self.at(w.joined, end):
                for others, last in self._tests(left, at, place):
                    yield (first, *others), last

    def _test(self, left: Expr, start: int, place: Place) -> Iterator[tuple[Comparison, int]]:
        for word, operator in self.words.operators.items():
            for at in self.at(word, start):
                for limit, end in self.worded(at, place):
                    if alike(left, limit):
                        yield Comparison(operator, (limit,)), end
        for at in self.at(self.words.one_of, start):
            for limits, end in self._values(at, place):
                if all(alike(left, limit) for limit in limits):
                    yield Comparison("one_of", limits), end

    def _values(self, start: int, place: Place) -> Iterator[tuple[tuple[Expr, ...], int]]:
        for first, end in self.atom(start, place):
            if isinstance(first, Const):
                yield (first,), end
                for at in self.at(self.words.lists, end):
                    for others, last in self._values(at, place):
                        yield (first, *others), last


TRUE = Const(True, BOOLEAN)


def alike(one: Expr, other: Expr) -> bool:
    """Whether two values can be compared: figures with figures, days with days."""
    return (one.type.is_number and other.type.is_number) or one.type.kind == other.type.kind


def period(*args: Expr) -> Type:
    """The type of what arithmetic gives, as far as a day that is moved by it must know."""
    return next((arg.type for arg in args if arg.type.unit in PERIODS), NUMBER)
