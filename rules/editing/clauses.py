"""The words that say a figure of a rule, in its clause and in the reading that it names, with another figure in their
place: corrected together with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rules.editing.address import Address, Data, entries, members, part, word
from rules.editing.texts import Texts, data_of, merged
from rules.values.exact import decimal_text, read_literal
from rules.warnings.numerals import DIGITS, figures, numeral, plain

CLAUSES, READINGS = "clauses", "readings"  # the files, and the one key of each
_ARABIC = re.compile(r"([0-9]+(?:[ '][0-9]{3})+|[0-9,]+)(\.[0-9]+)?([百千万亿]*)")
_APART = re.compile(r"[,'\s]")  # between thousands
_PLACES = ("", "十", "百", "千")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text (`whole`) that says the figure, between `start` and `end`, and what stands there with the other."""

    at: Address
    whole: str
    start: int
    end: int
    instead: str

    @property
    def said(self) -> str:
        return self.whole[self.start : self.end]

    @property
    def text(self) -> str:
        """The whole text with this one figure changed."""
        return self.whole[: self.start] + self.instead + self.whole[self.end :]


def wordings(texts: Texts, at: Address, value: str) -> tuple[Wording, ...]:
    """Where the clause or the reading of a rule says the number at `at`, each with `value` in its place.

    None where either is no number, where they do not say it, or could not say the other in the same way. A text that
    says it twice comes twice, with one of the two changed. Refused where there is no `at`."""
    data = data_of(merged(texts, at.file))
    old, new = read_literal(word(part(data, at))), read_literal(value)
    if old is None or new is None or old.type != new.type or not old.type.is_number or not old.value:
        return ()
    before, after = Fraction(str(old.value)), Fraction(str(new.value))
    said = (*_words(data_of(merged(texts, CLAUSES)), _cited(data, at, "clause")),
            *_of_reading(data_of(merged(texts, READINGS)), _cited(data, at, "reading")))  # fmt: skip
    return tuple(one for place, text in said
                 for one in _reworded(place, text, abs(before), old.type.unit, after / before))  # fmt: skip


def together(those: Iterable[Wording]) -> Mapping[Address, str]:
    """The texts with all those figures changed, also where one text has several."""
    made: dict[Address, str] = {}
    for one in sorted(those, key=lambda one: one.start, reverse=True):
        text = made.get(one.at, one.whole)
        made[one.at] = text[: one.start] + one.instead + text[one.end :]
    return made


def _cited(data: Data, at: Address, key: str) -> str:
    """The clause or the reading (`key`) that the nearest mapping around a place names."""
    around = (entries(part(data, Address(at.file, at.steps[:n]))) for n in range(len(at.steps), -1, -1))
    return next((name for one in around if (name := word(one.get(key, "")))), "")


def _words(data: Data, clause: str) -> Iterator[tuple[Address, str]]:
    """The texts of a clause, and of the one that it stands under."""
    clauses = entries(entries(data).get(CLAUSES, ""))
    above = max((name for name in clauses if clause.startswith(name) and name != clause), key=len, default="")
    for name in (clause, above):
        yield from _texts(clauses.get(name, ""), Address(CLAUSES, (CLAUSES, name)))


def _of_reading(data: Data, name: str) -> Iterator[tuple[Address, str]]:
    """The texts of a reading, and the figures that its choices change."""
    return _all(entries(entries(data).get(READINGS, "")).get(name, ""), Address(READINGS, (READINGS, name)))


def _all(of: Data, at: Address) -> Iterator[tuple[Address, str]]:
    if text := word(of):
        yield at, text
    for step, one in members(of):
        yield from _all(one, at / step)


def _texts(of: Data, at: Address) -> Iterator[tuple[Address, str]]:
    for key in ("heading", "text"):
        if text := word(entries(of).get(key, "")):
            yield at / key, text
    for number, one in members(entries(of).get("sentences", "")):
        yield from _texts(one, at / "sentences" / number)


def _reworded(at: Address, text: str, value: Fraction, unit: str, factor: Fraction) -> Iterator[Wording]:
    """A text with each figure of it that is the value; read again, to be sure that it says the other."""
    for number, figure in enumerate(figures(text)):
        start, end = figure.numeral
        if not figure.equals(value, unit) or start == end:
            continue
        instead = _numeral(text[start:end], factor)
        made = text[:start] + instead + text[end:]
        read = figures(made)
        if instead and len(read) > number and read[number].value == figure.value * factor:
            yield Wording(at, text, start, end, instead)


def _numeral(said: str, factor: Fraction) -> str:
    """A numeral times a factor, in figures where it is, in characters where it is; "" where it cannot be written so."""
    if match := _ARABIC.fullmatch(plain(said)):
        number = decimal_text(Fraction(_APART.sub("", match[1]) + (match[2] or "")) * factor, 10)
        if "/" in number:
            return ""
        if (apart := _APART.search(match[1])) and "." not in number:
            number = f"{int(number):,}".replace(",", apart[0] if apart[0] == "," else said[apart.start()])
        return number + match[3]
    made = numeral(_APART.sub("", plain(said))) * factor
    return _han(made.numerator, "两" in said) if made.denominator == 1 else ""


def _han(number: int, liang: bool) -> str:
    """A whole number below a hundred million in Chinese characters."""
    if not 0 < number < 10**8:
        return ""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return _han(high, liang) + "万" + ("零" if 0 < low < 1000 else "") + (_han(low, liang) if low else "")
    if number == 2 and liang:
        return "两"
    made, digits = "", str(number)
    for place, digit in enumerate(digits):
        rest = len(digits) - place - 1
        if digit != "0":
            made += DIGITS[int(digit)] + _PLACES[rest]
        elif made and not made.endswith("零") and digits[place:].strip("0"):
            made += "零"
    return made.removeprefix("一") if made.startswith("一十") else made
