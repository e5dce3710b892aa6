"""Units of money as headings name them, and as the lines above a heading state them for a whole sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from service.county.intake.forms import TIMES
from service.county.intake.texts import squashed

MONEY: Mapping[str, int] = {f"{times}元": number for times, number in TIMES.items()}
PERCENT = "%"

_WORDS = "|".join(sorted(MONEY, key=len, reverse=True))
_BRACKETS = str.maketrans("[{【〔〖<", "((((((") | str.maketrans("]}】〕〗>", "))))))")
_DRESS = re.compile(r"\(?(?:金额|货币|计量)?(?:单位)?[::]?(?:人民币|¥|rmb)?\(?([^()]+)\)*")
_SPOKEN = re.compile(r"(?<![报制填编表送管成])(?:单位|金额[::(])(?P<said>.{0,12})")  # not 填报单位, which is an office
_ENDS = re.compile(r"(日期|时间|填|制|报).*")
_MONEY = re.compile(rf"(?<![0-9A-Za-z单公])(?:{_WORDS})")
_ALONE = re.compile(rf".*?\(({_WORDS})\)|({_WORDS})")
_TAIL = re.compile(rf"(.+?)[/\-_:,、]?(?:人民币|¥|rmb)?({'|'.join(one for one in MONEY if one != '元')})")


def bare(text: str) -> str:
    """The unit that a part of a heading is, out of its brackets; 万 is short for 万元."""
    match = _DRESS.fullmatch(squashed(text).translate(_BRACKETS))
    unit = match[1] if match is not None else ""
    return f"{unit}元" if f"{unit}元" in MONEY and unit else unit


def parted(heading: str) -> tuple[str, str] | None:
    """The title and the unit of a heading that names one: in brackets, or a multiple of the yuan at its end."""
    text = squashed(heading).translate(_BRACKETS)
    title, bracket, _ = text.partition("(")
    if bracket and text.endswith(")") and text.count("(") == 1:
        return title, bare(text[len(title) :])
    match = _TAIL.fullmatch(text)
    return (match[1], match[2]) if match is not None else None


def stated(lines: Iterable[str]) -> tuple[str, ...]:
    """The units of money that lines above a heading state: none, one, or several, which is to say none."""
    found = dict[str, None]()
    for line in lines:
        text = squashed(line).translate(_BRACKETS)
        for match in _SPOKEN.finditer(text):
            found |= dict.fromkeys(_MONEY.findall(_ENDS.sub("", match["said"])))
        if (alone := _ALONE.fullmatch(text)) is not None:
            found[alone[1] or alone[2]] = None
    return tuple(found)
