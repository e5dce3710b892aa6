"""Valid ids of subjects and records: any short text that holds no identity card number, in whatever dress."""

from __future__ import annotations

import re

LONGEST = 64
# controls, ends of lines, the braille blank, and whatever Unicode calls a format character (category Cf: among them the
# marks that turn the direction of what follows) or lets be drawn as nothing (Default_Ignorable_Code_Point)
UNSEEN_BASIC = (  # of the basic plane
    "\\x00-\\x1f\\x7f-\\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
UNSEEN_BEYOND = (
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
UNSEEN = UNSEEN_BASIC + UNSEEN_BEYOND
UNPRINTABLE = f"[{UNSEEN}]"
SAYS = rf"[\s\S]*[^{UNSEEN}\s]"  # begins a text in which something can be seen
BLANK = "[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
PLAIN = "[!-*,-~]{1,14}"  # too short for a card number, with nothing to trim: an id at first sight

# A card number as people type it: full-width digits, blanks and dashes between, words before and behind. The
# expressions are read alike by Python, by JSON Schema and by SQL.
_GAP = "[ \\-_./·‐-―－\u3000\u00a0\u2000-\u200f\u202f\u2060\ufeff]*"
_ANY = "[0-9０-９]"
_MONTH = ("[0０]", "[1-9１-９]"), ("[1１]", "[0-2０-２]")
_DAY = ("[0０]", "[1-9１-９]"), ("[12１２]", _ANY), ("[3３]", "[01０１]")
_CENTURY = ("[1１]", "[9９]"), ("[2２]", "[0０]")


def _row(*parts: str) -> str:
    return _GAP.join(parts)


def _one_of(pairs: tuple[tuple[str, str], ...]) -> str:
    return f"(?:{'|'.join(_row(*pair) for pair in pairs)})"


_AREA = ("[1-9１-９]", *[_ANY] * 5)
_BORN = (_one_of(_MONTH), _one_of(_DAY))
_LONG = _row(*_AREA, _one_of(_CENTURY), _ANY, _ANY, *_BORN, *[_ANY] * 3, "[0-9０-９XxＸｘ]")
_OLD = _row(*_AREA, "[2-9２-９]", _ANY, *_BORN, *[_ANY] * 3)  # of 15 digits, before 1999
_ROUNDED = r"[1-9](?:\.[0-9]+)?[Ee]\+1[0-9]"  # as Excel shows a long number: 2.1E+17
_ALONE = f"{_ANY}{{17}}[0-9０-９XxＸｘ]"
CARD = f"(?:^|[^0-9０-９])(?:{_LONG}|{_OLD}|{_ALONE}|{_ROUNDED})(?:$|[^0-9０-９])"

# 15 to 19 digits, together or in fours as on a bank card, whose last is the check digit of all (ISO/IEC 7812); too many
# ids would be one by chance to refuse it as an id
_PARTED = r"[3-6][0-9]{3}(?P<gap>[ ._-])[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}(?:(?P=gap)[0-9]{1,3})?"
_bank = re.compile(rf"(?<![0-9])(?:[3-6][0-9]{{14,18}}|{_PARTED})(?![0-9])").finditer

_card = re.compile(CARD).search
_plain = re.compile(rf"(?!{BLANK}|.*{BLANK}\Z)[^{UNSEEN}]{{1,{LONGEST}}}").fullmatch
WANTED = (
    f"编号要是 1 到 {LONGEST} 个看得见的字符，首尾不留空格，不得用身份证号。",
    f"An id is 1 to {LONGEST} characters that can be seen, no blank at its ends, and no identity card number.",
)


def is_card(text: str) -> bool:
    """Whether a text holds an identity card number."""
    return _card(text) is not None


def is_bank_card(text: str) -> bool:
    """Whether a text holds what may be the number of a bank card."""
    return any(_checks(one[0]) for one in _bank(text))


def _checks(number: str) -> bool:
    digits = [int(one) for one in reversed(number) if one.isdigit()]
    return (sum(digits[::2]) + sum(sum(divmod(2 * one, 10)) for one in digits[1::2])) % 10 == 0


def is_id(text: str) -> bool:
    """Whether a text may be an id."""
    return _plain(text) is not None and not is_card(text)
