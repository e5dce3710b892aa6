"""How figures are shown: whole as long as they end, behind `≈` where they had to be rounded.

In: exact numbers. Out: text for people (`figure`, `rate`, `yuan`), in the form of policy files (`show`), for messages
about these (`told`).
`service/county/report/page/base.js` shows figures by the same rules in the browser; a test holds the two together.
"""

from __future__ import annotations

from fractions import Fraction

from rules.values.exact import DATE, TIMES, UNITS, Number, Type, Value
from rules.values.text import Text

PLACES = 6  # a figure that ends within so many decimal places is shown whole
ROUNDED = 2  # decimal places of a figure that does not end
LARGE = ((10**8, "亿元"), (10**4, "万元"))
CHINESE = {  # unit -> how a plan may write it in Chinese
    unit: word for word, (_, unit, size) in reversed([*UNITS.items()]) if unit and size == 1 and not word.isascii()
}
DIVISIONS = 100  # of 亿 or 万 that people still write as decimals: 1.25亿元, but 12,345元


def figure(value: Number, digits: int = ROUNDED, group: str = ",") -> str:
    """A number with its thousands separated: `1,234.5`, `≈33.33`. Rounded to `digits` places where it does not end."""
    number = Fraction(value)
    ends = (number * 10**PLACES).denominator == 1
    places = PLACES if ends else digits
    scaled = round(abs(number) * 10**places)
    whole, part = divmod(scaled, 10**places)
    decimals = f".{part:0{places}}".rstrip("0") if part else ""
    sign = "-" if number < 0 and scaled else ""
    return f"{'' if ends else '≈'}{sign}{whole:,}{decimals}".replace(",", group)


def rate(value: Number, unit: str = "", digits: int = ROUNDED, group: str = ",") -> str:
    """A rate as percent, or in the unit it was written in: `5.475%`, `267.5 bp`, `3‰`; `3` of a plain multiplier."""
    if unit == TIMES:
        return figure(value, digits, group)
    size = UNITS[unit or "%"][2]
    gap = " " if unit.isalpha() else ""
    return f"{figure(Fraction(value) / size, digits, group)}{gap}{unit or '%'}"


def yuan(value: Number, digits: int = ROUNDED) -> str:
    """An amount in Chinese as people write it: `24亿元`, `3.5万元`, `12,345元`."""
    number = Fraction(value)
    for size, word in LARGE:
        if abs(number) >= size and (number * DIVISIONS / size).denominator == 1:
            return f"{figure(number / size)}{word}"
    return f"{figure(number, digits)}元"


def show(value: Value, type: Type, digits: int = ROUNDED) -> str:
    """The value as policy files write it: `55%`, `50000 yuan`; `?` where it is not known."""
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "true" if value else "false"
    if type.of:
        return f"{len(value)} × {type.of}"
    if not type.is_number:
        return str(value)
    if type.kind == "rate":
        return rate(value, type.written, digits, group="")
    number = figure(value, digits, group="")
    if type.kind == "count" and type.unit.isascii() and type.unit.isalpha() and value != 1:
        return f"{number} {type.unit}s"
    return f"{number} {type.unit}" if type.unit else number


def told(value: Value, type: Type) -> Text:
    """The value for a message: `5万元` and `50000 yuan`, either as a plan may write it; what a plan can only write in
    English stands in quotes in Chinese."""
    written = show(value, type)
    if value is None or type == DATE:
        return Text(written, written)
    if type.kind == "amount":
        return Text(yuan(value).replace(",", ""), written)
    if type.unit in CHINESE:
        plural = "s" if type.kind == "points" and value != 1 else ""
        return Text(f"{figure(value, group='')}{CHINESE[type.unit]}", written + plural)
    if type.kind == "rate":
        return Text(written.replace(" bp", "个基点"), written)
    return Text(f"`{written}`", written)


def unit_told(unit: str) -> Text:
    """A unit for a message; one without a Chinese word stands in quotes."""
    return Text(CHINESE.get(unit, f"`{unit}`" if unit.isascii() else unit), unit)
