"""Reads the figures of a Chinese text, each with the operator that the words beside it state: 百分之五十, 五成,
高于55%, 二十万元以上(不含), 18至65周岁. And its days: 12月31日, 六月底.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from rules.values.exact import Type

# Words that compare with anything, and those that compare only with the figure next to them.
COMPARED = {
    "at_least": r"不[得能应]?(?:低于|少于|小于|早于)|(?:大于|高于|超过)(?:或?等于|\(含\))|[≥≧]",
    "at_most": r"不[得能应]?(?:高于|超过|多于|大于|超出|晚于)|未超过|(?:小于|低于|少于)(?:或?等于|\(含\))|[≤≦]",
    "above": "高于|超过|大于|多于|超出|>",
    "below": "低于|小于|少于|<",
}
BESIDE = {
    "at_least": r"至少|最低|最少|达到|[年已须应]满|(?<![不未期])满(?=[\d一二两三四五六七八九十百])",
    "at_most": "至多|最多|最高|封顶",
    "above": "过(?=半)",
    "below": "不足|[不未]满|不到|未达到?",
}
INCLUSIVE = {"above": "at_least", "below": "at_most"}
STRICT = {loose: strict for strict, loose in INCLUSIVE.items()}
_WORD = "|".join(f"(?P<{name}>{words}|{BESIDE[name]})" for name, words in COMPARED.items())
_ANY_WORD = "|".join((*COMPARED.values(), *BESIDE.values()))
WORD = re.compile("|".join(f"(?P<{name}>{words})" for name, words in COMPARED.items()))

DIGITS = "零一二三四五六七八九"
SIZES = {"亿": 10**8, "万": 10_000, "千": 1_000, "百": 100, "十": 10}
SIGNS = {"%": 100, "百分点": 100, "‰": 1_000, "‱": 10_000, "基点": 10_000, "bp": 10_000, "成": 10}
SHORT = {"廿": "二十", "卅": "三十"}
PERIODS = {"年": 12, "岁": 12, "季度": 3, "月": 1}  # in months
UNITS = {"year": "年", "month": "月"}
_HAN = r"[零一二三四五六七八九十廿卅百千万亿]{1,20}(?:点[零一二三四五六七八九]{1,10})?[万亿]?"
_ARABIC = (
    r"(?<!\d)(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,10})?(?!\d)(?:[百千万亿]{1,4}(?![百千万亿分])\d{0,4}){0,3}"
)
_SIGN = r"(?P<sign>%|[‰‱]|个?百分点|个?基点|[bB][pP]|成(?![员年熟立果长交本])|折|倍半?)"
_UNIT = r"(?:(?P<unit>周岁|岁|年|个?季度|个?月|个半月|天|日)(?P<and_half>半)?)"
_COUNTED = (
    r"周?岁|年|季度|个|月|天|日|周|名|户|元|份|次|倍|项|分(?![制之])|亩|人|村|成|折|位|笔|票|家|组|口|百分点|基点"
)
_TO = r"(?:周?岁|年|个?月|天|日|%|分|元|名|户|人|亩|个)?(?:\(不?含\))?[至到~—–-]+"
_SLASHED = r"(?<![\d/.])(?P<top>\d{1,2})/(?P<bottom>[1-9]\d{0,2})(?![\d/])"
_TENTH = r"(?:(?<=成)(?P<tenth>[一二三四五六七八九])(?=$|[以及的,、;。)]))"  # 八成五
_LARGE = rf"(?:(?<=[百千万亿])|(?<=[百千万亿][{DIGITS}]))以[上下内]"  # 两万五以上, without 元 or 户
_NUMBER = (
    rf"(?:(?P<whole>(?!零){_HAN})分之(?P<part>{_HAN}|{_ARABIC})|{_SLASHED}|(?P<half>半数|一半|(?<=过)半)|(?P<half_period>半(?:年|个月))"
    rf"|(?:(?P<arabic>{_ARABIC})|(?<![第零一二三四五六七八九十廿卅百千万亿])"
    rf"(?P<han>{_HAN})(?={_COUNTED}|{_SIGN.replace('?P<sign>', '?:')}|{_TO}(?:{_HAN})(?:{_COUNTED})|{_LARGE}))"
    rf"{_SIGN}?{_TENTH}?{_UNIT}?)"
)
_LINK = rf"(?:(?!{_ANY_WORD})[^\d,、;。:()%“”零一二三四五六七八九十廿卅百千万亿]){{0,12}}?"
_ENDS = r"\((?:不含|含)[^)]{0,10}\)"
_TAIL = rf"(?P<tail>(?:{_ENDS})?[及或]?(?:以上|以下|以内|(?<=[天日年月周])内)(?:{_ENDS})?|{_ENDS})"
FIGURE = re.compile(rf"(?:(?:{_WORD}){_LINK})?{_NUMBER}(?P<end>{_TO}(?=\d|{_HAN}))?(?:[^\d,、;。()%]{{0,3}}?{_TAIL})?")
DAY = re.compile(
    rf"(?:(?P<year>\d{{4}}|[{DIGITS}]{{4}})年)?(?P<month>{_HAN}|\d{{1,2}})月"
    rf"(?:(?P<day>{_HAN}|\d{{1,2}})日(?:[至到~—-]+(?P<until>{_HAN}|\d{{1,2}})日)?|[底末])"
)
ISO_DAY = re.compile(r"(?P<year>\d{4})[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2})(?P<until>)")
TYPED = 40  # characters of a figure that somebody types
PER_HUNDRED = re.compile(r"每(?:一百|百|100)[户名个人位家村]")
BLANK = re.compile(r"(?<!\d)[ \t]+|[ \t]+(?!\d)")  # not those between the digits of two numbers
GROUPS = re.compile(r"(?<![\d.])[1-9]\d{0,2}(?:[ '][0-9]{3}){1,4}(?![\d.]\d|\d)")  # 1 000, and not 20 30
PLAIN = str.maketrans(
    "０１２３４５６７８９％（），．：；＜＞＝～∼〜－‐‑‒–―−／　\xa0\u2009\u202f’＇〇两壹贰叁肆伍陆柒捌玖拾佰仟圆",
    "0123456789%(),.:;<>=~~~-------/    ''零二一二三四五六七八九十百千元",
)


class Figure(NamedTuple):
    """A number of a text; the operator that the words around it give it ("" where they give none); its unit, where that
    is a period or a sign; its place in the text, made plain; other numbers that it may be compared as (the two of a
    fraction, the share of a hundred); and from where to where the numeral stands that says how much, without sign and
    unit: nowhere where a word says it (半数)."""

    value: Fraction
    operator: str
    unit: str = ""
    start: int = 0
    parts: tuple[Fraction, ...] = ()
    numeral: tuple[int, int] = (0, 0)

    def equals(self, value: Fraction, unit: str) -> bool:
        """Whether it is a value counted in `unit`: 一年 is 12 months, and 5年 is not 5 months."""
        own, wanted = PERIODS.get(self.unit), PERIODS.get(UNITS.get(unit, ""))
        return self.value * own == value * wanted if own and wanted else value in (self.value, *self.parts)

    def same(self, wanted: Figure) -> bool:
        """Whether it is what somebody typed. With no unit it may be any; from 1 on a share is counted in hundredths."""
        if wanted.operator not in {"", self.operator}:
            return False
        share, asked = (one.unit in {*SIGNS, "折"} for one in (self, wanted))
        if share and not wanted.unit:
            return self.value == (wanted.value if wanted.value < 1 else wanted.value / 100)
        own, other = PERIODS.get(self.unit), PERIODS.get(wanted.unit)
        if own and other:
            return self.value * own == wanted.value * other
        return self.value == wanted.value and share == asked and ("" in (self.unit, wanted.unit) or not (own or other))

    def alike(self, type: Type) -> bool:
        """Whether it may stand for a value of a type: a rate has a sign, 分 are points, 元 are an amount."""
        signs = {"rate": {*SIGNS, "倍", "折"}, "points": {"分"}, "amount": {"元"}}
        kind = next((kind for kind, units in signs.items() if self.unit in units), "count")
        return kind == type.kind


def plain(text: str) -> str:
    """The text with full-width characters made ASCII and formal numerals common ones, so that one pattern reads all."""
    return text.translate(PLAIN)


def _closed(text: str) -> tuple[str, Sequence[int]]:
    """The text made plain, without the blanks that mean nothing (20 万元, lines that YAML folds), and where each of its
    characters stands in the text."""
    text = plain(text)
    blank = {place for match in BLANK.finditer(text) for place in range(*match.span())}
    blank |= {place for match in GROUPS.finditer(text) for place in range(*match.span()) if text[place] in " '"}
    kept = [place for place in range(len(text)) if place not in blank]
    return "".join(text[place] for place in kept), kept


@cache
def figures(text: str) -> tuple[Figure, ...]:
    """The numbers of a text, in order. Both numbers of a range are ends that count themselves in, unless it says so;
    the sign, size and unit after a range or a list belong to each of its numbers: 5-8%, 1至5万元, 50、20个基点."""
    text, at = _closed(text)
    read, open_ends, upper = list[Figure](), list[int](), False
    for match in FIGURE.finditer(text):
        unit = _unit(match, text)
        for place in open_ends if unit else ():
            read[place] = _with_unit(read[place], match, unit)
        ranged = "at_most" if upper else "at_least" if match["end"] else ""
        span = next((match.span(name) for name in ("part", "arabic", "han") if match[name]), None)
        number = (at[span[0]], at[span[1] - 1] + 1) if span else (0, 0)
        read.append(Figure(_value(match), _operator(match, ranged), unit, at[match.start()], _parts(match), number))
        upper = match["end"] is not None
        follows = not unit and (upper or text[match.end() :].startswith("、"))
        open_ends = [*open_ends, len(read) - 1] if follows else []
    return tuple(_of_hundred(one) for one in read) if PER_HUNDRED.search(text) else tuple(read)


def literal(text: str) -> tuple[str, str]:
    """The operator and the literal that a whole text in Chinese figures stands for: 七成 is `70%`, 五万元 `5 万元`,
    七天 `7天`, 70%以上 `at_least` and `70%`; two "" where it is no single figure, or no literal says it (三分之一)."""
    read, match = figures(text), FIGURE.match(text := plain(text))
    if match is None or len(read) != 1 or text[match.end() :] not in {"", "元", "分"} or _is_half_more(match):
        return "", ""
    value, unit = read[0].value, read[0].unit
    if unit in {*SIGNS, "折"}:
        value, unit = value * 100, "%"
    elif unit == "元" and value >= SIZES["万"] and value % SIZES["万"] == 0:
        value, unit = value / SIZES["万"], " 万元"
    elif unit not in {"元", "分", "年", "岁", "月", "天", "日"}:
        return "", ""
    tenths = value * 10
    if tenths.denominator != 1 or (unit in PERIODS and value.denominator != 1):
        return "", ""
    whole, part = divmod(int(tenths), 10)
    number = f"{whole}.{part}" if part else f"{whole}"
    return read[0].operator, f"{number}{'个月' if unit == '月' else unit}"


def typed(text: str) -> Figure | None:
    """The one figure that a whole text is, as somebody types it: 55%, 五成五, 30万元, 7天; with no unit where none is
    said, as in 0.55 and 五十五. None where the text is anything else."""
    text, _ = _closed(text[: TYPED + 1])
    match = FIGURE.match(text)
    if len(text) > TYPED:
        return None
    if match is not None and text[match.end() :] in {"", "元", "分"}:
        return Figure(_value(match), _operator(match, ""), _unit(match, text))
    return Figure(numeral(text), "") if re.fullmatch(_HAN, text) else None


def _of_hundred(one: Figure) -> Figure:
    """每百户不少于70户 says 70% as well."""
    return one if one.unit else one._replace(parts=(*one.parts, one.value / 100))


def _with_unit(earlier: Figure, match: re.Match[str], unit: str) -> Figure:
    """An earlier number of a range or list with the sign and unit of the last, and its 万 or 千.

    One that is larger than the last without these (20、10、3万元; 5000、1万元) may be meant with or without them."""
    number = match["arabic"] or match["han"] or "1"
    bare = numeral(number.rstrip("万亿千百"))
    sign = Fraction(1, SIGNS.get(_sign(match), 1))
    size = numeral(number) / bare if bare else Fraction(1)
    plain, sized = earlier.value * sign, earlier.value * size * sign
    if earlier.value <= bare:
        return earlier._replace(value=sized, unit=unit)
    return earlier._replace(value=plain, unit=unit, parts=() if size == 1 else (*earlier.parts, sized))


def _parts(match: re.Match[str]) -> tuple[Fraction, ...]:
    """The two numbers of a fraction, by which a rule may compare crosswise."""
    if match["top"]:
        return (Fraction(match["bottom"]), Fraction(match["top"]))
    return (numeral(match["whole"]), numeral(match["part"])) if match["part"] else ()


def numeral(text: str) -> Fraction:
    """A number in digits, characters or both: 1,200.5; 二十万; 三千五 (3500); 1万2千; 二零二六; 一点五."""
    text = text.replace(",", "")
    for word, long in SHORT.items():
        text = text.replace(word, long)
    for word, size in SIZES.items():
        if word in text:
            high, low = text.split(word, 1)
            rest = numeral(low) if low else Fraction(0)
            return (numeral(high) if high.strip("零") else 1) * size + rest * (size // 10 if len(low) == 1 else 1)
    return Fraction("".join(str(DIGITS.find(one)) if one in DIGITS else one for one in text).replace("点", ".") or 0)


def _value(match: re.Match[str]) -> Fraction:
    if match["part"]:
        return numeral(match["part"]) / numeral(match["whole"])
    if match["top"]:
        return Fraction(int(match["top"]), int(match["bottom"]))
    if match["half"]:
        return Fraction(1, 2)
    if match["half_period"]:
        return Fraction(PERIODS[match["half_period"][-1]], 2)
    number, sign = numeral(match["arabic"] or match["han"]), _sign(match)
    if sign == "折":
        return number / (10 if number < 10 else 100)
    if match["tenth"]:
        number += numeral(match["tenth"]) / 10
    return number / SIGNS.get(sign, 1) + (Fraction(1, 2) if _is_half_more(match) else 0)


def _sign(match: re.Match[str]) -> str:
    """The sign or unit of a share behind a number: 个百分点 is 百分点, BP is bp, 倍半 is 倍."""
    return (match["sign"] or "").removeprefix("个").removesuffix("半").lower()


def _is_half_more(match: re.Match[str]) -> bool:
    """Whether a half is added behind the unit, or before it: 一年半, 一个半月, 一倍半."""
    return bool(match["and_half"]) or "半" in (match["sign"] or "") + (match["unit"] or "")


def _unit(match: re.Match[str], text: str) -> str:
    if match["part"] or match["half"] or match["top"]:
        return "%"
    if match["half_period"]:
        return "月"
    unit = _sign(match) or (match["unit"] or "").removeprefix("个").removeprefix("半").removeprefix("周")
    beside = text[match.end("arabic" if match["arabic"] else "han") :][:1]
    return unit or (beside if beside in "分元" else "")


def _operator(match: re.Match[str], ranged: str) -> str:
    tail = match["tail"] or ""
    after = "at_least" if "上" in tail else "at_most" if "下" in tail or "内" in tail else ranged
    operator = next((name for name in COMPARED if match[name]), after)
    if "不含" in tail + (match["end"] or ""):
        return STRICT.get(operator, operator)
    return INCLUSIVE.get(operator, operator) if "含" in tail else operator


@cache
def comparisons(text: str) -> frozenset[str]:
    """The operators that a text's words of comparison give, wherever they stand."""
    return frozenset(match.lastgroup or "" for match in WORD.finditer(plain(text)))


@cache
def bare_comparisons(text: str) -> frozenset[str]:
    """Those of them that stand before no number: 低于全县平均, and not 低于5%."""
    text, _ = _closed(text)
    taken = [match.span() for match in FIGURE.finditer(text)]
    return frozenset(match.lastgroup or "" for match in WORD.finditer(text)
                     if not any(start <= match.start() < end for start, end in taken))  # fmt: skip


def says_day(text: str, day: date) -> bool:
    """Whether a text names a day. A plan may leave the year open (20xx年)."""
    text, _ = _closed(text)
    if (day + timedelta(days=1)).year > day.year and re.search("年[底末]", text):
        return True
    return any(_is_day(day, match) for pattern in (DAY, ISO_DAY) for match in pattern.finditer(text))


def _is_day(day: date, match: re.Match[str]) -> bool:
    days = {numeral(match[one]) for one in ("day", "until") if match[one]}
    named = day.day in days if days else (day + timedelta(days=1)).month != day.month
    return named and numeral(match["month"]) == day.month and (not match["year"] or numeral(match["year"]) == day.year)
