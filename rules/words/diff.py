"""What changed from one edition to another, in words.

Both editions are spelled out item by item (rules.words.items), under names that survive reordering, and what differs is
told: an item that came or went as a whole, or one of its sides, as it was and as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.model import Edition
from rules.words.assignment_items import assigned_items
from rules.words.items import Item, items


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `before` or `after` is None where there was nothing, or is nothing any more."""

    what: str  # added | removed | changed
    path: str  # credit_village.a_grade_share
    aspect: str  # condition, clause, title ...; "" for the whole item
    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        found = self.after or self.before
        assert found is not None
        return found

    def sides(self, lang: str) -> tuple[str, str]:
        """The aspect as it was and as it is."""
        at = 0 if lang == "zh" else 1
        old, new = (side.sides.get(self.aspect, ("", ""))[at] if side else "" for side in (self.before, self.after))
        return shortened(old, new) if self.aspect == "condition" else (old, new)

    def text(self, lang: str) -> str:
        """`A-grade share: at least 55% → at least 60%`."""
        at = 0 if lang == "zh" else 1
        title = self.item.title[at]
        if self.what != "changed":
            sides = self.item.sides
            said = sides.get("condition") or sides.get("value") or ("", "")
            word = WORDS[self.what][at]
            detail = f"{COLON[at]}{said[at]}" if said[at] else ""
            return f"{word} {title}{detail}"
        old, new = self.sides(lang)
        aspect = "" if self.aspect in ("condition", "value") else f" {ASPECTS[self.aspect][at]}"
        return f"{title}{aspect}{COLON[at]}{old or NOTHING[at]} → {new or NOTHING[at]}"

    def as_dict(self) -> dict[str, Any]:
        before, after = (side.sides.get(self.aspect) if side else None for side in (self.before, self.after))
        return {
            "what": self.what,
            "kind": self.item.kind,
            "path": self.path,
            "aspect": self.aspect or None,
            "clause": self.item.clause or None,
            "before": None if before is None else {"zh": before[0], "en": before[1]},
            "after": None if after is None else {"zh": after[0], "en": after[1]},
            "zh": self.text("zh"),
            "en": self.text("en"),
        }


COLON, NOTHING = ("：", ": "), ("（无）", "(none)")
WORDS = {"added": ("新增", "added:"), "removed": ("删除", "removed:")}
ASPECTS = {
    "title": ("名称", "title"),
    "clause": ("条款", "clause"),
    "set_by": ("由谁规定", "set by"),
    "applies": ("适用范围", "applies to"),
    "outcome": ("结论", "outcome"),
    "then": ("给予", "grants"),
    "take": ("取几名", "how many are taken"),
    "ties": ("并列", "ties"),
    "weight": ("权重", "weight"),
    "tolerance": ("算均衡的偏离", "tolerance"),
    "type": ("类型", "type"),
    "choices": ("选项", "choices"),
    "order": ("次序", "order"),
    "chosen": ("采用的解读", "reading followed"),
    "text": ("原文", "text"),
    "lever": ("可否办理", "lever"),
    "about": ("口径", "definition"),
    "counted": ("批量汇总自", "counted in bulk from"),
}


def diff(old: Edition, new: Edition) -> list[Change]:
    """Every difference, in the order of the new edition; what went comes where it stood."""
    before, after = ({**items(one), **assigned_items(one)} for one in (old, new))
    found = []
    for path in _merged(list(before), list(after)):
        found += _compared(path, before.get(path), after.get(path))
    return found


def _compared(path: str, before: Item | None, after: Item | None) -> list[Change]:
    if before is None or after is None:
        return [Change("added" if before is None else "removed", path, "", before, after)]
    aspects = dict.fromkeys((*before.sides, *after.sides))
    return [
        Change("changed", path, aspect, before, after)
        for aspect in aspects
        if before.sides.get(aspect) != after.sides.get(aspect)
    ]


def _merged(old: list[str], new: list[str]) -> list[str]:
    """Both lists in one: the new order, with what went put behind what stood before it."""
    merged = list(new)
    known = set(new)
    for at, path in enumerate(old):
        if path not in known:
            before = next((one for one in reversed(old[:at]) if one in known), None)
            merged.insert(0 if before is None else merged.index(before) + 1, path)
            known.add(path)
    return merged


def shortened(old: str, new: str) -> tuple[str, str]:
    """Two sentences without the words they begin and end with alike: a figure stands out then."""
    olds, news = old.split(" "), new.split(" ")
    while min(len(olds), len(news)) > 1 and olds[0] == news[0]:
        olds.pop(0)
        news.pop(0)
    while min(len(olds), len(news)) > 1 and olds[-1] == news[-1] and all(map(_figured, (olds[:-1], news[:-1]))):
        olds.pop()
        news.pop()
    return " ".join(olds), " ".join(news)


def _figured(words: list[str]) -> bool:
    """Whether words hold a figure: an operator that changes is not told without its limit."""
    return any(one.isdecimal() for word in words for one in word)
