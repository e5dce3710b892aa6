"""The kinds of facts, each declared once: the keys that a plan must give, its bounds, its words, a sample literal."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rules.values.exact import Type, Value, decimal_text
from rules.values.text import Text


@dataclass(frozen=True, slots=True)
class Kind:
    """`unit`: the unit of all its values, where they have one. `needs`: the key that a given fact of it must have.
    `minimum`, `maximum`: the bounds of a given fact that names none. `digits`, `literal`: a number for an example, and
    how a literal is made of it. `in_records`: whether it is only a fact of a record, and never an output."""

    title: Text
    literal: str
    unit: str = ""
    needs: str = ""
    minimum: Value = None
    maximum: Value = None
    digits: str = "4"
    in_records: bool = False


KINDS = {
    "count": Kind(Text("整数", "a count"), "{digits} {type.unit}s", needs="unit", minimum=0),
    "amount": Kind(Text("金额", "an amount"), "{digits} yuan", unit="yuan", minimum=0, digits="50000"),
    "rate": Kind(Text("百分比", "a percentage"), "{digits}%", minimum=0, maximum=1, digits="55"),
    "points": Kind(Text("分数", "points"), "{digits}", unit="point"),
    "boolean": Kind(Text("真假值", "true or false"), "true"),
    "choice": Kind(Text("代码", "a choice"), "{choices}", needs="choices"),
    "date": Kind(Text("日期", "a date"), "2026-12-31"),
    "list": Kind(Text("列表", "a list"), "list", needs="of", in_records=True),
}


def said(type: Type) -> Text:
    """The name of a type in messages."""
    if type.kind not in KINDS:
        return Text(type.kind, type.kind)
    title = KINDS[type.kind].title
    return Text(f"{title.zh}（{type.unit}）", f"{title.en} ({type.unit})") if type.kind == "count" else title


def example(type: Type | None, number: str = "") -> str:
    """An example literal of a type; `number` is the figure written without its unit."""
    if type is None:
        digits = number or "4"
        return f"{digits}%, {digits} yuan, {digits} years"
    kind = KINDS.get(type.kind)
    if kind is None:
        return type.kind
    digits = number or kind.digits
    if type.kind == "rate" and "." in number:
        digits = decimal_text(Fraction(number) * 100)  # 0.55 was meant for 55%
    return kind.literal.format(digits=digits, type=type, choices=", ".join(type.choices[:6]))
