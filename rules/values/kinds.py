"""The kinds of facts, each declared once: its name, the keys that a plan must give, its bounds, how a value is read
from JSON, its JSON Schema, and samples.

Further tables by kind (words, columns of tables and of extracts) fail on import where they lack one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from rules.values.exact import Number, Type, Value, decimal_text, exact, read_date, read_literal
from rules.values.figures import CHINESE, unit_told
from rules.values.limits import HUGE, PLACES
from rules.values.text import Text, near

MOST_DIGITS = 40  # before the point and after it: nothing longer is turned into a fraction, which could take minutes
PERCENT = rf"^[+-]?[0-9]{{1,15}}(\.[0-9]{{1,{PLACES - 2}}}0*)?\s*%$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

Read = Callable[[Any], Value]  # the exact value of a fact as given; raises Unread
Schema = dict[str, Any]


class Unread(Exception):
    """A value that cannot be used, with a code and the reason in both languages; `reasons` by where below the value, of
    which several parts may be wrong."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.reasons = {"": (code, zh, en)}


class Declared(Protocol):
    """A fact as its dictionary declares it."""

    @property
    def type(self) -> Type: ...
    @property
    def minimum(self) -> Value: ...
    @property
    def maximum(self) -> Value: ...
    @property
    def whole(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """`unit`: the unit of all its values, where they have one. `needs`: the key that a given fact of it must have.
    `minimum`, `maximum`: the bounds of a given fact that names none. `digits`, `literal`: a number for an example, and
    how a literal is made of it. `low`, `high`: the codes and the words of values beyond the bounds. `reader`, `schema`:
    how a given value is read, bounds aside, and its JSON Schema; a list has none of its own. `sample`: a value for an
    example, of a type on a day. `places`: the decimal places of the step by which people change it; `coins`: those of
    it where figures are not whole. `in_records`: whether it is only a fact of a record, and never an output."""

    title: Text
    literal: str
    unit: str = ""
    needs: str = ""
    minimum: Value = None
    maximum: Value = None
    digits: str = "4"
    low: tuple[str, str, str] = ("too_small", "小", "below")
    high: tuple[str, str, str] = ("too_large", "大", "above")
    reader: Callable[[Declared], Read] | None = None
    schema: Callable[[Declared], Schema] | None = None
    sample: Callable[[Type, date], Value] | None = None
    places: int = 0
    coins: int = 0
    in_records: bool = False


# --- booleans, choices and dates -------------------------------------------------------------------------------------


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise Unread("not_boolean", "请写 true 或 false。", "Write true or false.")


def _choice(fact: Declared) -> Read:
    choices = frozenset(fact.type.choices)

    def read(value: Any) -> Value:
        if not isinstance(value, str) or value not in choices:
            raise not_among(value, fact.type.choices)
        return value

    return read


def not_among(value: Any, codes: Iterable[str]) -> Unread:
    """A value that is none of some codes."""
    codes = tuple(codes)
    guess, listed = near(value, codes) if isinstance(value, str) else "", ", ".join(codes[:20])
    hint = (f"是不是 {guess}？", f" Perhaps {guess}?") if guess else ("", "")
    return Unread("not_a_choice", f"请写其中之一：{listed}。{hint[0]}", f"Write one of: {listed}.{hint[1]}")


def _date(value: Any) -> date:
    if type(value) is date:
        return value
    day = read_date(value) if isinstance(value, str) else None
    if day is None:
        raise Unread("not_a_date", "请写日期，如 2026-12-31。", "Write a date, as in 2026-12-31.")
    return day


# --- numbers ---------------------------------------------------------------------------------------------------------


def _number(fact: Declared) -> Read:
    whole = fact.whole

    def read(value: Any) -> Value:
        if type(value) is int:
            return value
        if whole:
            raise Unread("not_whole", "请写整数。", "Write a whole number.")
        return _figure(value)

    return read


def _rate(value: Any) -> Value:
    literal = read_literal(value) if type(value) is str and value.endswith("%") else None
    if literal is not None:
        return _fine(literal.value)
    return _figure(value, ('，例如 0.018 或 "1.8%"', ', as in 0.018 or "1.8%"'))


def _figure(value: Any, how: tuple[str, str] = ("", "")) -> Number:
    if type(value) is int:
        return value
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < MOST_DIGITS:
        if abs(value.as_tuple().exponent) < MOST_DIGITS:  # type: ignore[arg-type] # a finite one has a number there
            return _fine(Fraction(value))
        raise _too_fine()
    if isinstance(value, Fraction):
        return exact(value)
    raise Unread("not_a_number", f"请写数字{how[0]}。", f"Write a number{how[1]}.")


def _fine(number: Number) -> Number:
    """The number, if it has no more places than a figure may have."""
    if (number * 10**PLACES).denominator != 1:
        raise _too_fine()
    return exact(number)


def _too_fine() -> Unread:
    return Unread("too_fine", f"小数最多 {PLACES} 位。", f"At most {PLACES} decimal places.")


def _numeric(fact: Declared) -> Schema:
    least = {"exclusiveMinimum": -HUGE} if fact.minimum is None else {"minimum": _plain(fact.minimum)}
    most = {"exclusiveMaximum": HUGE} if fact.maximum is None else {"maximum": _plain(fact.maximum)}
    if fact.whole:
        return {"type": ["integer", "null"], **least, **most}
    return {"type": ["number", "null"], **least, **most, "multipleOf": Decimal(1).scaleb(-PLACES)}


def _plain(value: Any) -> int | Decimal:
    return value if isinstance(value, int) else Decimal(decimal_text(value, 20))


# --- the kinds -------------------------------------------------------------------------------------------------------

KINDS: Mapping[str, Kind] = {
    "count": Kind(
        Text("整数", "a count"), "{digits} {type.unit}s", needs="unit", minimum=0,
        reader=_number, schema=_numeric, sample=lambda *_: 10,
    ),
    "amount": Kind(
        Text("金额", "an amount"), "{digits} yuan", unit="yuan", minimum=0, digits="50000", coins=2,
        reader=_number, schema=_numeric, sample=lambda *_: 10_000,
    ),
    "rate": Kind(
        Text("百分比", "a percentage"), "{digits}%", minimum=0, maximum=1, digits="55", places=2,
        reader=lambda fact: _rate, sample=lambda *_: Fraction(1, 10),
        schema=lambda fact: {"anyOf": [_numeric(fact), {"type": "string", "pattern": PERCENT}]},
    ),
    "points": Kind(
        Text("分数", "points"), "{digits}", unit="point",
        reader=_number, schema=_numeric, sample=lambda *_: 10,
    ),
    "boolean": Kind(
        Text("真假值", "true or false"), "true",
        reader=lambda fact: _boolean, schema=lambda fact: {"type": ["boolean", "null"]},
        sample=lambda *_: True,
    ),
    "choice": Kind(
        Text("代码", "a choice"), "{choices}", needs="choices", reader=_choice,
        schema=lambda fact: {"type": ["string", "null"], "enum": [*fact.type.choices, None]},
        sample=lambda of, _: of.choices[0],
    ),
    "date": Kind(
        Text("日期", "a date"), "2026-12-31", reader=lambda fact: _date,
        schema=lambda fact: {"type": ["string", "null"], "format": "date", "pattern": DAY},
        sample=lambda _, day: day, low=("too_early", "早", "before"), high=("too_late", "晚", "after"),
    ),
    "list": Kind(Text("列表", "a list"), "list", needs="of", in_records=True),
}  # fmt: skip
SINGLE = frozenset(name for name, kind in KINDS.items() if not kind.in_records)  # kinds of single values


def said(type: Type) -> Text:
    """The name of a type in messages."""
    if type.kind not in KINDS:
        return Text(type.kind, type.kind)
    title = KINDS[type.kind].title
    unit = unit_told(type.unit)
    return Text(f"{title.zh}（{unit.zh}）", f"{title.en} ({unit.en})") if type.kind == "count" else title


def example(type: Type | None, number: str = "") -> Text:
    """An example literal of a type; `number` is the figure written without its unit."""
    if type is None:
        digits = number or "4"
        return Text(f"{digits}%、{digits}元、{digits}年", f"{digits}%, {digits} yuan, {digits} years")
    kind = KINDS.get(type.kind)
    if kind is None:
        return Text(type.kind, type.kind)
    digits = number or kind.digits
    if type.kind == "rate" and "." in number:
        digits = decimal_text(Fraction(number) * 100)  # 0.55 was meant for 55%
    if type.kind == "rate" and not 0 <= Fraction(digits) <= 100:
        digits = kind.digits  # few rates lie beyond 0 and 100%
    literal = kind.literal.format(digits=digits, type=type, choices=", ".join(type.choices[:6]))
    if type.unit in CHINESE and kind.literal != "{digits}":
        return Text(f"{digits}{CHINESE[type.unit]}", literal)
    return Text(f"`{literal}`", literal)
