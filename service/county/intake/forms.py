"""Reads cells as people fill them into the text that the checks know: numbers, dates, yes and no, choices, ids.

A cell that cannot be read stays as it is, and the checks say so; one that can be read in two ways is `Refused`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from rules.model import Fact
from rules.operations import require
from rules.values.exact import NUMBERS
from rules.values.ids import is_card
from rules.values.kinds import SINGLE
from service.county.intake.grids import Cell
from service.county.intake.texts import clean, squashed

YES = frozenset("true 是 1 y yes 对 √ ✓ ✔ ☑".split())
NO = frozenset("false 否 0 n no 错 × ✗ ✘".split())
HAS, HAS_NOT = frozenset("有"), frozenset("无 没有".split())
NEGATIVE = ("无", "没有", "未")  # in a title they leave open what 无 answers
TIMES: Mapping[str, int] = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "亿": 10**8}
SIGNIFICANT = 15  # digits of a number that a workbook holds
KEPT = 100 * 1000  # cells of a column and a type whose texts are kept
FEN = Decimal("0.01")
DITTO = frozenset('同上 同前 〃 " ″ ′′ “ ” ditto'.split())
ERRORS = frozenset("#N/A #REF! #VALUE! #NAME? #DIV/0! #NULL! #NUM! #SPILL!".split())  # of formulas

_NUMBER = re.compile(
    r"(?:人民币)?(?P<sign>[+-]?)¥?(?P<digits>[0-9.,]+)(?P<percent>%?)(?P<times>千|万|百万|亿|)(?P<unit>\D{0,6})"
)
_LOOSE = re.compile(r"(?<![0-9]) +| +(?![0-9])")  # blanks, but between digits
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_TIME = r"(?:[T ]*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DAYS = tuple(re.compile(form + _TIME) for form in (
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})",
    r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})", r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]",
    r"([0-9]{4})([0-9]{2})([0-9]{2})",
))  # fmt: skip
_KEPT_TEXT = re.compile(r'="(.*)"|\'(.*)')
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2}")  # as Excel shows a long number in a narrow column
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?")
_ZERO: Mapping[int, date] = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}


class Short(float):
    """A number that its format shows as 1.1E+05."""


class Refused(Exception):
    """A cell that has two meanings or none, with the code of the message about it, and what may be shown of it."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class Form:
    """How a column is filled. `times`: of a number without a unit of its own; `percent`: rates are written without
    their sign; `means`: words by their values; `blank`: words that say nothing; `units`: of the fact, as written;
    `epoch`: the year from which days are numbered."""

    times: int = 1
    percent: bool = False
    means: Mapping[str, str] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()
    epoch: int | None = None


Read = Callable[[Cell], str]


def reader(fact: Fact | None, form: Form) -> Read:
    """How the cells of a column are read: of a fact, or of an id. It raises Refused."""
    read = _id if fact is None else READERS[fact.type.kind](fact, form)
    kept: dict[type, dict[Cell, str]] = defaultdict(dict)  # by type: 1 and True are one key

    def cell(value: Cell) -> str:
        known = kept[type(value)]
        text = known.get(value)
        if text is None:
            text = _worded(_undressed(clean(value)), form, read) if isinstance(value, str) else read(value)
            if len(known) < KEPT:
                known[value] = text
        return text

    return cell


def _undressed(text: str) -> str:
    """A text without the signs that keep it text in a workbook: ="001" and '001."""
    match = _KEPT_TEXT.fullmatch(text)
    return match[match.lastindex or 0] if match is not None else text


def _worded(text: str, form: Form, read: Read) -> str:
    word = squashed(text)
    if word in form.means:
        return form.means[word]
    if word in DITTO:
        raise Refused("ditto")
    return "" if not word or word in form.blank else read(text)


def is_ditto(value: Cell) -> bool:
    """Whether a cell says that it holds what stands above it."""
    return isinstance(value, str) and squashed(value) in DITTO


def plain(value: Cell) -> str:
    """A cell as text: a number with the digits that it holds, a day without its time."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        return str(value)
    return text_of(number_of(value))


def number_of(value: float) -> Decimal:
    """A number of a workbook, with the digits that it holds."""
    return Decimal(value if isinstance(value, int) else format(value, f".{SIGNIFICANT}g"))


def text_of(number: Decimal) -> str:
    """A number as text, without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _id(value: Cell) -> str:
    if isinstance(value, date | time | timedelta):
        raise Refused("day_for_id", plain(value))  # 1-2 typed into Excel
    if isinstance(value, bool):
        raise Refused("answer_for_id")
    text = plain(value)
    if isinstance(value, str) and _SHORTENED.fullmatch(text) and not is_card(text):
        raise Refused("shortened_id", text)
    if isinstance(value, Short) and not is_card(text):
        raise Refused("number_for_id", text)  # 11E4 typed into Excel
    if isinstance(value, float) and "." in text:
        raise Refused("fraction_for_id", text)  # 1.10 and 1.1 are one number
    if isinstance(value, int | float) and abs(value) >= 10**SIGNIFICANT and not is_card(text):
        raise Refused("digits_lost")
    return "" if text in ERRORS | HAS_NOT else text


def _number(fact: Fact, form: Form) -> Read:
    share, money = fact.type.kind == "rate", fact.type.kind == "amount"

    def read(value: Cell) -> str:
        if isinstance(value, str):
            return written(value)
        if isinstance(value, bool | date | time | timedelta):
            return plain(value)
        number = number_of(value) * form.times
        if share and form.percent:
            if 0 < number <= 1:
                raise Refused("ambiguous_percent")  # of a cell in the format of percentages, or of the number itself
            number /= 100
        elif share:
            _hold(number, fact)
        return text_of(number.quantize(FEN, ROUND_HALF_UP) if money and isinstance(value, float) else number)

    def written(text: str) -> str:
        match = _NUMBER.fullmatch(_LOOSE.sub("", text.replace("−", "-")))
        if match is None or (match["unit"] and match["unit"] not in form.units):
            return text
        if not _DIGITS.fullmatch(match["digits"]) and not _THOUSANDS.fullmatch(match["digits"]):
            if "," in match["digits"]:
                raise Refused("ambiguous_number")
            return text
        if match["percent"] and not share:
            raise Refused("percent_for_number")
        number, own = Decimal(match["sign"] + match["digits"].replace(",", "")), match["times"] or match["unit"]
        if share:
            return text if own else _share(number, fact, percent=bool(match["percent"] or form.percent))
        if match["times"] and form.times > 1 and not match["unit"]:
            raise Refused("ambiguous_unit")
        return text_of(number * (TIMES[match["times"]] if own else form.times))

    return read


def _share(number: Decimal, fact: Fact, *, percent: bool) -> str:
    if not percent:
        _hold(number, fact)
    return f"{text_of(number)}%" if percent else text_of(number)


def _hold(share: Decimal, fact: Fact) -> None:
    """Refuse a bare number above 1 as a share of a whole; of what may well exceed 1, as growth, it is read as it is."""
    if share > 1 and (fact.maximum is None or fact.maximum <= 1):
        raise Refused("bare_percent")


def _boolean(fact: Fact, _: Form) -> Read:
    open_ = any(word in fact.title.zh for word in NEGATIVE) and not fact.title.zh.startswith(tuple(HAS))

    def read(value: Cell) -> str:
        word = squashed(plain(value))
        if word in HAS | HAS_NOT and open_:
            raise Refused("ambiguous_answer")
        return "true" if word in YES | HAS else "false" if word in NO | HAS_NOT else plain(value)

    return read


def _choice(fact: Fact, _: Form) -> Read:
    return chosen({code: (title.zh, title.en) for code, title in fact.choices.items()})


def chosen(titles: Mapping[str, tuple[str, ...]]) -> Read:
    """How a code is read: as it is, or by one of its titles, unless two codes share that."""
    codes: dict[str, str] = {}
    for code, those in titles.items():
        for word in {squashed(one) for one in (code, *those)}:
            codes[word] = code if codes.get(word, code) == code else ""
    codes |= {squashed(code): code for code in titles}
    return lambda value: codes.get(squashed(plain(value))) or plain(value)


def _date(_: Fact, form: Form) -> Read:
    def read(value: Cell) -> str:
        text = plain(value)
        for form_ in _DAYS:
            if (match := form_.fullmatch(text)) is not None:
                return "-".join((match[1], match[2].zfill(2), match[3].zfill(2)))
        if _SERIAL.fullmatch(text.partition(".")[0] if isinstance(value, float) else text):  # after the point, a time
            if form.epoch is None:
                raise Refused("ambiguous_serial")
            return (_ZERO[form.epoch] + timedelta(int(text.partition(".")[0]))).isoformat()
        if isinstance(value, str) and _SHORT_YEAR.fullmatch(text):
            raise Refused("ambiguous_date")
        return text

    return read


READERS: Mapping[str, Callable[[Fact, Form], Read]] = {
    **dict.fromkeys(NUMBERS, _number), "boolean": _boolean, "choice": _choice, "date": _date,
}  # fmt: skip
require("kinds of facts without forms of cells", SINGLE, READERS)
