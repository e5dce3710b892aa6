"""A formula reads as it computes: its words, read back in every way they can be read, give its value.

So two formulas of different value never read alike. The titles are chosen to mislead: they look like formulas.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from rules.judging.evaluate import Scope, evaluate
from rules.judging.reference import Reference
from rules.model import Comparison, Condition, Const, Edition, Expr, Fact, Group, Leaf, Op, Ref, Subject
from rules.operations import OPERATIONS as DECLARED
from rules.operations import PHRASES
from rules.values.exact import AMOUNT, BOOLEAN, DATE, POINTS, RATE, TIMES, Type
from rules.values.text import Lang, Mark, Text
from rules.words.wording import Wording
from tests.words.reading import EN, ZH, Reader

ON = date(2026, 12, 31)
GRADE = Type("choice", choices=("top", "fair", "low"), ranked=True)
CHOICES = {"top": Text("优", "top"), "fair": Text("优、良", "top, fair"), "low": Text("已申报", "Applied")}
YEAR, DAY = Type("count", "year"), Type("count", "day")
FACTS: dict[str, dict[str, tuple[Type, str, str]]] = {
    "town": {"loans": (AMOUNT, "贷款", "Loans"), "grade": (GRADE, "等级", "Grade"), "since": (DATE, "起始日", "Start")},
    "village": {
        "loans": (AMOUNT, "贷款", "Loans"),
        "more": (AMOUNT, "贷款 + 存款", "Loans + Savings"),
        "savings": (AMOUNT, "存款", "Savings"),
        "same": (AMOUNT, "存款", "Savings"),  # as another is called
        "quoted": (AMOUNT, "“贷款”余额", '"Loans" left'),
        "odd": (AMOUNT, "“贷款 + 存款”", '"Loans + Savings"'),
        "town_loans": (AMOUNT, "镇贷款", "Town: Loans"),  # as that of the town is called
        "span": (YEAR, "3年", "3 years"),
        "notice": (DAY, "提前天数", "number of days"),
        "share": (RATE, "占比（不含本村）", "Share (others)"),
        "since": (DATE, "起始日", "Start"),
        "after": (DATE, "起始日之后 1年", "1 year after Start"),
        "grade": (GRADE, "等级", "Grade"),
        "most": (GRADE, "等级 为 优", "Grade is top"),
        "applied": (BOOLEAN, "已申报", "Applied"),
        "posted": (BOOLEAN, "已申报，且", "Applied, and Grade"),
        "visits": (Type("list", of="visit"), "走访", "Visits"),
        "peers": (Type("list", of="village"), "走访的", "Visits over"),
    },
    "visit": {
        "year": (YEAR, "年份", "Year"),
        "loans": (AMOUNT, "贷款", "Loans"),
        "day": (DATE, "日期", "Day"),
        "grade": (GRADE, "等级", "Grade"),
        "met": (BOOLEAN, "是", "yes"),
    },
}


def _edition() -> Edition:
    subjects = {}
    for name, within, title in (
        ("town", "", Text("镇", "Town")),
        ("village", "town", Text("村", "Village")),
        ("visit", "", Text("次", "Visit")),
    ):
        facts = {
            id: Fact(id, name, type, Text(zh, en), Mark("facts.yaml", 1, 1), choices=CHOICES if type == GRADE else {})
            for id, (type, zh, en) in FACTS[name].items()
        }
        subjects[name] = Subject(name, title, within, facts)
    none = Text("", "")
    return Edition("plan", none, none, ON, None, {}, "", subjects, {}, {}, {})


EDITION = _edition()
PLACES = [("village", ""), ("visit", "village"), ("village", "village")]
TRIES = 12  # formulas a test


def refs_at(place: tuple[str, str]) -> list[Ref]:
    """Everything that can be named at a place."""
    home = {"": place[0], **({"own": place[1]} if place[1] else {}), "town": "town", "village": "village"}
    scopes = [scope for scope in home if scope != place[0]]
    if place == ("visit", "village"):
        scopes = ["", "own", "village", "town"]
    refs = [Ref("fact", scope, name, type) for scope in scopes for name, (type, _, _) in FACTS[home[scope]].items()]
    return [*refs, Ref("on", "", "on", DATE)]


REFS = {place: refs_at(place) for place in PLACES}

# --- drawing -----------------------------------------------------------------------------------------------------

NUMBERS = [
    *(Const(value, AMOUNT) for value in (0, 5, 12_345, 35_000, 2_400_000_000, Fraction(1, 2), -2)),
    *(Const(Fraction(value), Type("rate", written=unit)) for value, unit in
      ((Fraction(5475, 100_000), ""), (Fraction(2675, 100_000), "bp"), (Fraction(3, 1000), "‰"), (3, TIMES), (-1, ""))),
    Const(7, POINTS), Const(3, YEAR), Const(18, DAY),
]  # fmt: skip
OPTIONS = {"round": ("down", "up", "half_up"), "rank": ("highest", "lowest"), "date": ("plus", "minus")}
GROUPS = ("all", "any", "none", "at_least")
OPERATORS = {"not_below": "at_least", "above": "above", "at_most": "at_most", "below": "below"}
ORDERS = ("between", "two", *OPERATORS)
KINDS = {  # which operations give which kind of value
    "number": ("sum", "difference", "product", "ratio", "least", "greatest", "first_known", "choose", "round", "days",
               "completed_years", "completed_months", "year_of", "month_of", "count", "total", "mean", "median",
               "lowest", "highest", "rank", "streak"),
    "date": ("least", "greatest", "first_known", "choose", "date", "lowest", "highest"),
    "choice": ("least", "greatest", "first_known", "choose", "lowest", "highest"),
    "boolean": ("known", "holds", "every", "some", "first_known", "choose"),
}  # fmt: skip


class Maker:
    """Draws expressions at a place."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def one(self, *options: Any) -> Any:
        return self.random.choice(options)

    def expr(self, kind: str, place: tuple[str, str], depth: int) -> Expr:
        plain = place == ("visit", "village")  # a list in a list is not drawn
        if depth > 0 and self.one(True, True, False):
            names = [name for name in KINDS[kind] if not plain or not PHRASES_OVER[name]]
            return self.op(self.one(*names), kind, place, depth - 1)
        refs = [ref for ref in REFS[place] if (ref.type.is_number if kind == "number" else ref.type.kind == kind)]
        consts = {
            "number": NUMBERS, "date": [Const(date(2026, 3, 31), DATE)], "boolean": [Const(True, BOOLEAN)],
            "choice": [Const(code, GRADE) for code in GRADE.choices],
        }[kind]  # fmt: skip
        return self.one(*(refs if self.one(True, True, False) or kind == "boolean" else consts))

    def op(self, name: str, kind: str, place: tuple[str, str], depth: int, option: str = "") -> Op:
        """One operation that gives a value of a kind, with one of its options."""
        option = option or self.one(*OPTIONS.get(name, ("",)))
        if PHRASES_OVER[name]:
            return self.over(name, option, kind, place, depth)
        type = {"date": DATE, "choice": GRADE, "boolean": BOOLEAN}.get(kind, AMOUNT)
        of = {"days": "date", "completed_years": "date", "completed_months": "date", "year_of": "date",
              "month_of": "date"}.get(name, kind)  # fmt: skip
        if name == "date":
            return self.moved(option, place, depth)
        if name == "holds":
            return Op(name, (), type, where=self.condition(place, depth))
        if name == "known":
            return Op(name, (self.expr(self.one(*KINDS), place, depth),), type)
        many = 3 if name in ("sum", "difference", "product", "least", "greatest", "first_known") else 2
        least = 2 if many == 2 else 1
        size = 1 if name in ("year_of", "month_of") else self.random.randint(least, many)
        args = tuple(self.expr(of, place, depth) for _ in range(size))
        if name == "round":
            args = (args[0], self.one(Const(1000, AMOUNT), Const(Fraction(1, 100), RATE), args[1]))
        return Op(name, args, type, where=self.condition(place, depth) if name == "choose" else None, option=option)

    def moved(self, option: str, place: tuple[str, str], depth: int) -> Op:
        unit = self.one("year", "day")
        counts = [ref for ref in REFS[place] if ref.type == Type("count", unit)]
        length: Expr = self.one(Const(3, Type("count", unit)), *counts)
        if self.one(True, False):
            length = Op(self.one("sum", "difference"), (length, Const(2, length.type)), length.type)
        return Op("date", (self.expr("date", place, depth), length), DATE, option=option)

    def over(self, name: str, option: str, kind: str, place: tuple[str, str], depth: int) -> Op:
        lists = [ref for ref in REFS[place] if ref.type.kind == "list"]
        if name == "streak":
            lists = [ref for ref in lists if ref.type.of == "visit"]
        if name == "rank":
            lists = [ref for ref in lists if ref.type.of == place[0]]
        of = self.one(*lists)
        inner = (of.type.of, place[0])
        each = None
        if name == "streak":
            each = Ref("fact", "", "year", YEAR)
        elif name not in ("count", "every", "some"):
            each = self.expr(self.one("number", "date") if name == "rank" else kind, inner, min(depth, 1))
        needed = name in ("every", "some", "streak") or self.one(True, False)
        where = self.condition(inner, min(depth, 1)) if needed else None
        type = BOOLEAN if kind == "boolean" else each.type if each is not None else Type("count", "record")
        return Op(name, (of,), type, each, where, option)

    def condition(self, place: tuple[str, str], depth: int, form: str = "") -> Condition:
        """A condition, of one form where that is named: how it joins others, or how it compares."""
        if form in GROUPS or (not form and depth > 0 and self.one(True, False)):
            join = form or self.one(*GROUPS)
            parts = tuple(self.condition(place, depth - 1) for _ in range(self.random.randint(1, 3)))
            return Group(join, parts, self.random.randint(1, len(parts)) if join == "at_least" else 0)
        kind = self.one(*(KINDS if form not in ORDERS else ("number", "date", "choice")))
        refs = [ref for ref in REFS[place] if (ref.type.is_number if kind == "number" else ref.type.kind == kind)]
        return Leaf(self.one(*refs), self.tests(kind, place, depth, form))

    def tests(self, kind: str, place: tuple[str, str], depth: int, form: str) -> tuple[Comparison, ...]:
        shape = form or self.one("equals", "one_of", *(() if kind == "boolean" else ORDERS))
        limits = [self.expr(kind, place, min(depth, 1)) for _ in range(2)]
        if shape == "between":
            return Comparison("at_least", (limits[0],)), Comparison("at_most", (limits[1],))
        if shape == "equals":
            return (
                Comparison("equals", (self.one(limits[0], Const(False, BOOLEAN)) if kind == "boolean" else limits[0],)),
            )
        if shape == "two":
            return Comparison("above", (limits[0],)), Comparison(self.one(*OPERATORS.values()), (limits[1],))
        if shape in OPERATORS:
            return (Comparison(OPERATORS[shape], (limits[0],)),)
        consts = {"number": NUMBERS, "date": [Const(ON, DATE)], "boolean": [Const(False, BOOLEAN)],
                  "choice": [Const(code, GRADE) for code in GRADE.choices]}[kind]  # fmt: skip
        return (Comparison("one_of", tuple(self.random.choices(consts, k=self.random.randint(1, 3)))),)


PHRASES_OVER = {name.split(".")[0].split("@")[0]: phrase.over for name, phrase in PHRASES.items()}


def record_of(random: Random, subject: str, depth: int = 1, unknown: tuple[None, ...] = ()) -> dict[str, Any]:
    """A record of a subject, with what lies below and around it."""
    found: dict[str, Any] = {}
    for name, (type, _, _) in FACTS[subject].items():
        match type.kind:
            case "list":
                size = random.randint(0, 3) if depth else 0
                value: Any = [record_of(random, type.of, 0, unknown) for _ in range(size)]
            case "date":
                value = random.choice((date(2025, 1, 31), date(2026, 3, 31), date(2026, 3, 30), *unknown))
            case "boolean":
                value = random.choice((True, False, *unknown))
            case "choice":
                value = random.choice((*GRADE.choices, *unknown))
            case "count":
                value = random.choice((0, 1, 2, 3, 5, *unknown))
            case _:
                value = random.choice((0, 1, 2, 3, 5, 2024, Fraction(1, 3), *unknown))
        found[name] = value
    return {**found, "town": record_of(random, "town", 0, unknown)} if subject == "village" else found


# --- reading back ------------------------------------------------------------------------------------------------


def reader(text: str, lang: Lang) -> Reader:
    """A reader that knows what is called how."""
    names = {}
    for place in PLACES:
        said = Wording(EDITION, lang, *place).names
        named = {said.of(ref): ref for ref in REFS[place]}
        assert len(named) == len(REFS[place])
        names[place] = named
    codes = {
        place: {Wording(EDITION, lang, *place).names.code(code, CHOICES): Const(code, GRADE) for code in CHOICES}
        for place in PLACES
    }
    units = {"年": "year", "岁": "year", "天": "day", "个月": "month"}
    return Reader(text, ZH if lang == "zh" else EN, names, codes, units)


def scope(record: dict[str, Any]) -> Scope:
    return Scope(EDITION, "village", record, ON, Reference(EDITION))


def seeds() -> list[int]:
    """New ones each time; or the one in READING_SEED, to repeat the try that a failure names."""
    given = os.environ.get("READING_SEED")
    return [int(given)] if given else [secrets.randbits(64) for _ in range(TRIES)]


def read_back(lang: Lang, make: Callable[[Maker], Expr]) -> None:
    """Draw formulas and read their words: every reading has the value of the formula, whatever the facts."""
    for seed in seeds():
        try_back(lang, make, seed)


def try_back(lang: Lang, make: Callable[[Maker], Expr], seed: int) -> None:
    random = Random(seed)
    expr = make(Maker(random))
    words = Wording(EDITION, lang).expr(expr, "village")
    readings = reader(words, lang).expressions(PLACES[0])
    drawn = f"{words}\nREADING_SEED={seed} repeats this.\nformula: {expr}"
    assert readings, drawn
    for unknown in ((), (), (None,)):
        record = record_of(random, "village", unknown=unknown)
        value = evaluate(expr, scope(record))
        for reading in readings:
            other = evaluate(reading, scope(record))
            same = other == value and (other is None) == (value is None)
            assert same, f"{drawn}\nreading: {reading}\nvalues: {value}, {other}\nrecord: {record}"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("name", "option"), [
    (name, option) for name in sorted(DECLARED) for option in OPTIONS.get(name, ("",))
])  # fmt: skip
def test_the_words_of_a_formula_give_its_value_back(name, option, lang):
    kinds = [kind for kind, names in KINDS.items() if name in names]

    read_back(lang, lambda maker: maker.op(name, maker.one(*kinds), PLACES[0], 2, option))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", [*GROUPS, *ORDERS, "equals", "one_of"])
def test_the_words_of_a_condition_give_its_truth_back(form, lang):
    read_back(lang, lambda maker: Op("holds", (), BOOLEAN, where=maker.condition(PLACES[0], 2, form)))


def test_every_option_of_an_operation_has_a_test():
    phrases = {key.split("@")[0] for key in PHRASES}

    assert phrases >= {f"{name}.{option}" for name, options in OPTIONS.items() for option in options}
    assert {key.split(".")[0] for key in phrases if "." in key} == set(OPTIONS)
    assert {key.option for one in DECLARED.values() for key in one.keys} - {""} <= {*sum(OPTIONS.values(), ())}
