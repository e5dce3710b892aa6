"""Sums of money before and after a change, as lines on a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.values.layout import Line, Span, line
from rules.values.text import Lang

SAID = "before", "after", "more", "less", "changed"
WORDS = {
    "zh": "{}：{} → {} 元（增 {}，减 {}；{} 条）",
    "en": "{}: {} → {} yuan (more {}, less {}; {} records)",
}
UNKNOWN = {"zh": "金额不详的不计：{} → {}", "en": "not known, not counted: {} → {}"}


def money_lines(lang: Lang, amounts: Sequence[Mapping[str, Any]], indent: int = 4) -> Iterator[Line]:
    """Each output that is money and moves, in yuan; how many records it is not known of."""
    for one in amounts:
        yield line(WORDS[lang].format(one["title"][lang], *(one[name] for name in SAID)), indent=indent)
        if one["unknown_before"] or one["unknown_after"]:
            unknown = UNKNOWN[lang].format(one["unknown_before"], one["unknown_after"])
            yield line(Span(unknown, "unknown"), indent=indent)
