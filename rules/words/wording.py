"""Values, comparisons, conditions and formulas in words, in Chinese or in English.

In: an edition and typed trees over its facts. Out: one sentence each, which reads in one way only. Titles, choices and
units that name a subject come from the edition; the words of operations and comparisons from rules.operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from rules.model import Condition, Const, Edition, Expr, Leaf, Op, Ref
from rules.operations import OPERATORS, PHRASES, require
from rules.operations.phrases import ATOM, LOOSE, SUM, WORDS, Phrase
from rules.values.exact import BOOLEAN, ORDINAL, Range, Type, Value
from rules.values.figures import PLACES, ROUNDED, figure, rate, yuan
from rules.values.kinds import KINDS
from rules.values.text import Lang, Text
from rules.words.names import Names
from rules.words.phrases import AND_ALSO, AROUND, BETWEEN, LISTED, NOT, NUMBERED, ONLY, SPAN, UNITS

Codes = Mapping[str, Text]
NO_CODES: Codes = {}
CALENDAR = 1000  # years from so many on are one of the calendar: no period is as long


@dataclass(frozen=True, slots=True)
class Wording:
    """How one edition is spoken of in one language.

    `subject` is the subject whose facts are named without it; `own` the subject around the list, inside one."""

    edition: Edition
    lang: Lang
    subject: str = ""
    own: str = ""
    years: str = "年"  # 岁 where years are an age
    ordinal: bool = False  # whether counts number: the months of the calendar, the places of a ranking
    _names: dict[tuple[str, str], Names] = field(default_factory=dict, compare=False, repr=False)

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    def pick(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def text(self, both: Text) -> str:
        return both.get(self.lang)

    def at(self, subject: str, own: str = "") -> Wording:
        """The same words, for expressions that stand at another place."""
        return replace(self, subject=subject, own=own)

    @property
    def names(self) -> Names:
        place = self.subject, self.own
        if place not in self._names:
            self._names[place] = Names(self.edition, self.lang, *place)
        return self._names[place]

    # --- values --------------------------------------------------------------------------------------------------

    def value(self, value: Value, type: Type, codes: Codes | None = None, digits: int = ROUNDED) -> str:
        """A value with its unit; exact, or behind `≈` and rounded to `digits` decimal places."""
        if value is None:
            return self.pick("未知", "not known")
        if isinstance(value, Range):
            return self._range(value, type, digits)
        if isinstance(value, tuple):
            return self.text(LISTED).join(self.value(one, type, codes, digits) for one in value)
        return VALUES[type.kind](self, value, type, codes, digits) if type.kind in VALUES else str(value)

    def _range(self, value: Range, type: Type, digits: int) -> str:
        least, most = ("" if end is None else self.value(end, type, None, digits) for end in value)
        if least and most:
            return least if least == most else self.pick(f"{least}至{most}", f"{least} to {most}")
        return self.pick(f"至少{least}", f"at least {least}") if least else self.pick(f"至多{most}", f"at most {most}")

    def counted(self, value: Value, type: Type, digits: int) -> str:
        unit = type.unit
        of_calendar = unit == "year" and abs(value) >= CALENDAR
        number = figure(value, digits, "" if unit == "year" else ",")  # a year of the calendar: 2024
        if not unit:
            return number
        if unit in NUMBERED and (of_calendar or self.ordinal or type.written == ORDINAL):
            return self.text(NUMBERED[unit]).format(number)
        if not self.zh:
            return f"{number} {unit if abs(value) == 1 else plural(unit)}"
        if unit in UNITS:
            return f"{number}{self.years if unit == 'year' else UNITS[unit].zh}"
        subject = self.edition.subjects.get(unit)
        if subject is None and unit.isascii():  # a county's own unit has no Chinese word
            return f"{number}个"
        return f"{number}{f'个{subject.title.zh}' if subject else unit}"

    def fitting(self, expr: Expr, name: str) -> Self:
        """The words for values of an expression: years in its name may be an age; its months may be those of the
        calendar, and its places those of an order."""
        return replace(self, years="岁" if "岁" in name else self.years, ordinal=expr.type.written == ORDINAL)

    def apart(self, value: Value, limits: Iterable[Value], type: Type, codes: Codes | None) -> int:
        """How many decimal places it takes so that different figures do not look the same."""
        others = [one for limit in limits for one in (limit if isinstance(limit, tuple) else (limit,))]
        for digits in range(ROUNDED, PLACES + 1):
            seen = self.value(value, type, codes, digits).lstrip("≈")
            if all(other == value or self.value(other, type, codes, digits).lstrip("≈") != seen for other in others):
                return digits
        return PLACES

    def codes(self, expr: Expr) -> dict[str, Text]:
        """The titles of the codes of a choice, wherever they come from."""
        if isinstance(expr, Op):
            each = {} if expr.each is None else self.at(expr.inside, self.subject).codes(expr.each)
            return each | {code: title for arg in reversed(expr.args) for code, title in self.codes(arg).items()}
        if not isinstance(expr, Ref) or not expr.type.choices:
            return {}
        rule = self.edition.rules.get(expr.name)
        if expr.what == "outcome" and rule is not None:
            return {outcome.id: outcome.title for outcome in rule.outcomes.values()}
        if expr.what == "output" and rule is not None and expr.output in rule.body.outputs:
            return dict(rule.body.outputs[expr.output].choices)
        home = self.subject if expr.scope == "" else self.own if expr.scope == "own" else expr.scope
        known = [subject for name, subject in self.edition.subjects.items() if home in ("", name)]
        for subject in known:
            fact = subject.facts.get(expr.name)
            if fact is not None and fact.type == expr.type:
                return dict(fact.choices) or ({} if fact.formula is None else self.at(subject.name).codes(fact.formula))
        return {}

    def _titles(self, type: Type) -> Codes:
        """The titles of the codes of a type, from the first fact that declares them."""
        facts = (fact for subject in self.edition.subjects.values() for fact in subject.facts.values())
        return next((fact.choices for fact in facts if tuple(fact.choices) == type.choices), NO_CODES)

    # --- comparisons ---------------------------------------------------------------------------------------------

    def operator(self, operator: str, kind: str = "") -> str:
        """An operator in words; days are early or late, not high or low."""
        words = OPERATORS[operator]
        return self.text(words.days if kind == "date" and words.days is not None else words.words)

    def tests(self, leaf: Leaf, limit: Callable[[Expr, int], str]) -> str:
        """The comparisons of a leaf without the value that is compared: `at least 55%`.

        `limit` words a limit that has to bind as strongly as asked."""
        if tuple(test.operator for test in leaf.tests) == OPERATORS["between"].parts:  # as the loader writes `between`
            return self.text(SPAN).format(*(limit(test.limits[0], SUM) for test in leaf.tests))
        tests = []
        for test in leaf.tests:
            word = self.operator(test.operator, leaf.left.type.kind)
            limits = self.text(LISTED).join(limit(one, WORDS) for one in test.limits)
            tests.append(f"{word}{limits}" if word.endswith("：") else f"{word} {limits}".strip())
        return self.text(AND_ALSO).join(tests)

    def condition(self, condition: Condition, subject: str = "", own: str = "") -> str:
        """The words of a condition, read at a place (that of the wording where none is given)."""
        if subject:
            return self.at(subject, own).condition(condition)
        if isinstance(condition, Leaf):
            return self._leaf(condition)
        around, between = (self.text(words[condition.join]) for words in (AROUND, BETWEEN))
        if condition.join == "none" and len(condition.parts) == 1:
            around = self.text(NOT)
        parts = between.join(self.condition(part) for part in condition.parts)
        return around.format(parts, least=condition.least)

    def _leaf(self, leaf: Leaf) -> str:
        codes = self.codes(leaf.left)
        left = self.operand(leaf.left, SUM)
        say = self.fitting(leaf.left, left)
        if (limit := flag(leaf)) is not None:
            return left if limit else f"{left}{self.pick('：否', ': no')}"
        tests = say.tests(leaf, lambda limit, asked: say.operand(limit, asked, codes))
        return f"{left}{self.pick(' ', ' is ')}{tests}"

    # --- formulas ------------------------------------------------------------------------------------------------

    def expr(self, expr: Expr, subject: str = "", own: str = "", codes: Codes | None = None) -> str:
        """A constant, a name or a formula, read at a place (that of the wording where none is given)."""
        return (self.at(subject, own) if subject else self).operand(expr, LOOSE, codes or NO_CODES)

    def operand(self, expr: Expr, asked: int, codes: Codes = NO_CODES) -> str:
        """An expression as part of another: in brackets where it binds less than is asked there."""
        words, binds = self.phrased(expr, codes)
        return words if binds >= asked else self.pick(f"（{words}）", f"({words})")

    def phrased(self, expr: Expr, codes: Codes) -> tuple[str, int]:
        """The words of an expression, and how strongly they bind."""
        if isinstance(expr, Op):
            return self._formula(expr, codes)
        if isinstance(expr, Ref):
            return self.reference(expr), ATOM
        if expr.type.choices:
            return self.names.code(expr.value, codes or self._titles(expr.type)), ATOM
        return self.value(expr.value, expr.type), ATOM if not expr.type.is_number or expr.value >= 0 else SUM

    def reference(self, ref: Ref) -> str:
        """The name of a fact or a conclusion."""
        return self.names.of(ref)

    def _formula(self, op: Op, codes: Codes) -> tuple[str, int]:
        kind = (op.each or op).type.kind
        phrase, codes = phrase_of(op.name, op.option, kind), self.codes(op) or codes
        if phrase.between.zh and len(op.args) == 1 and phrase.template(self.lang) == "{args}":
            return self.phrased(op.args[0], codes)
        inner = self.at(op.args[0].type.of, self.subject) if phrase.over else self
        where = "" if op.where is None else inner.condition(op.where)
        each = "" if op.each is None else inner.operand(op.each, ATOM)
        args = [self.operand(arg, phrase.asked(place), codes) for place, arg in enumerate(op.args)]
        template = phrase.template(self.lang)
        if phrase.over and where and "{where}" not in template:
            args[0] = self.text(ONLY).format(args[0], where=where)
        return template.format(*args, args=self.text(phrase.between).join(args), each=each, where=where), phrase.binds


# the words of a value, by the kind of its type: of the value, the type, the titles of codes and the decimal places
VALUES: Mapping[str, Callable[[Wording, Value, Type, Codes | None, int], str]] = {
    "count": lambda say, value, of, _, digits: say.counted(value, of, digits),
    "points": lambda say, value, of, _, digits: say.counted(value, of, digits),
    "amount": lambda say, value, _, __, digits: yuan(value, digits) if say.zh else f"{figure(value, digits)} yuan",
    "rate": lambda _, value, of, __, digits: rate(value, of.written, digits),
    "boolean": lambda say, value, *_: say.pick("是", "yes") if value else say.pick("否", "no"),
    "choice": lambda say, value, _, codes, __: say.text(codes[value]) if codes and value in codes else str(value),
    "date": lambda _, value, *__: str(value),
    "list": lambda say, value, *_: say.pick(f"{len(value)} 条", f"{len(value)} records"),
}
require("kinds of facts without words", KINDS, VALUES)


def phrase_of(name: str, option: str = "", kind: str = "") -> Phrase:
    """The phrase of an operation; `kind` is the kind of the values it orders. KeyError where there is none."""
    keys = (f"{name}.{option}@{kind}", f"{name}@{kind}", f"{name}.{option}", name)
    return PHRASES[next((key for key in keys if key in PHRASES), name)]


def flag(leaf: Leaf) -> bool | None:
    """The answer that a comparison of a boolean asks for; None where it is another comparison."""
    (test, *others), limit = leaf.tests, leaf.tests[0].limits[0]
    plain = leaf.left.type == BOOLEAN and test.operator == "equals" and not others
    return bool(limit.value) if plain and isinstance(limit, Const) else None


def plural(word: str) -> str:
    if not word.isascii():
        return word
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"
