"""What types are called in messages, and how their literals are written."""

from __future__ import annotations

from fractions import Fraction

from rules.values.exact import Type, decimal_text
from rules.values.text import Text

KINDS = {
    "count": Text("整数", "a count"),
    "amount": Text("金额", "an amount"),
    "rate": Text("百分比", "a percentage"),
    "points": Text("分数", "points"),
    "boolean": Text("真假值", "true or false"),
    "choice": Text("代码", "a choice"),
    "date": Text("日期", "a date"),
    "list": Text("列表", "a list"),
}


def said(type: Type) -> Text:
    """What a type is called in messages."""
    kind = KINDS.get(type.kind) or Text(type.kind, type.kind)
    return Text(f"{kind.zh}（{type.unit}）", f"{kind.en} ({type.unit})") if type.kind == "count" else kind


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
