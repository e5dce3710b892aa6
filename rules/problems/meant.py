"""The spelling that an author meant by a text that is refused, where it can mean one thing only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from unicodedata import east_asian_width, normalize

_QUOTES = "“”‘’「」『』"
_SEPARATORS = re.compile("[，、；]")
_THOUSANDS = re.compile("(?<=[0-9])[,，](?=[0-9]{3}(?![0-9]))")
SIGNS: Mapping[str, str] = {  # other spellings of operators
    **dict.fromkeys((">=", "=>", "≥", "⩾"), "at_least"),
    **dict.fromkeys(("不低于", "不少于", "不小于", "大于等于", "大于或等于", "至少"), "at_least"),
    **dict.fromkeys(("<=", "=<", "≤", "⩽"), "at_most"),
    **dict.fromkeys(("不超过", "不高于", "不大于", "不多于", "小于等于", "小于或等于", "至多", "最多"), "at_most"),
    **dict.fromkeys((">", "高于", "大于", "超过", "多于"), "above"),
    **dict.fromkeys(("<", "低于", "小于", "少于", "不足", "不满", "未满"), "below"),
    **dict.fromkeys(("==", "=", "等于"), "equals"),
    "介于": "between",
    "属于": "one_of",
}
_SIGNED = re.compile(f"({'|'.join(sorted(map(re.escape, SIGNS), key=len, reverse=True))}) *:? *(.+)")
TRUTHS: Mapping[str, str] = dict.fromkeys(("是", "yes", "Yes", "YES", "True", "TRUE"), "true") | dict.fromkeys(
    ("否", "no", "No", "NO", "False", "FALSE"), "false"
)


def plain(text: str) -> str:
    """The text in half-width characters, without the Chinese quotation marks around it."""
    narrow = (normalize("NFKC", one) if east_asian_width(one) == "F" else one for one in text.strip(_QUOTES))
    return "".join(narrow).strip()


def respelt(text: str, fits: Callable[[str], bool]) -> str:
    """The text spelt as it should be: plain, with ASCII commas but for thousands; "" where that is no cure."""
    parts = [plain(part) for part in _SEPARATORS.split(_THOUSANDS.sub("", text.strip(_QUOTES)))]
    return "" if parts == [text] or not all(map(fits, parts)) else ", ".join(parts)


def truth(text: str) -> tuple[str, str] | None:
    """The mend of a truth value in other words."""
    word = plain(text)
    meant = TRUTHS.get(word, word)
    return (text, meant) if meant in ("true", "false") else None


def signed(text: str) -> tuple[str, str] | None:
    """The operator and the limit of a comparison written with a sign or a word: `>= 55%`, `不低于55%`."""
    match = _SIGNED.match(plain(text))
    return (SIGNS[match[1]], match[2].strip()) if match else None
