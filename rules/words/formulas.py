"""The words of formulas and comparisons: one phrase for each operation and option, in Chinese and in English.

In: the name of an operation, its option, the kind of its values. Out: the `Phrase` to fill in. Phrases are chosen so
that a sentence can be read in one way only: brackets by binding strength, and no word that stands for two operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.values.text import Lang, Text

# How strongly a phrase binds: a phrase that binds less than its place asks for stands in brackets.
LOOSE, WORDS, SUM, PRODUCT, TIGHT, ATOM = range(6)


NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Phrase:
    """How an operation reads.

    The templates name arguments by number, or all of them, joined by `between`, as `{args}`; `{each}` and `{where}`
    stand for the value and the condition that are read inside the records of a list. `takes` is the binding strength
    asked of each argument; its last entry holds for all that follow. `over` marks operations on a list."""

    zh: str
    en: str
    binds: int
    takes: tuple[int, ...] = (ATOM,)
    between: Text = NOTHING
    over: bool = False

    def template(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def asked(self, place: int) -> int:
        """The binding strength asked of the argument at a place."""
        return self.takes[min(place, len(self.takes) - 1)]


def _chain(sign: str, binds: int) -> Phrase:
    return Phrase("{args}", "{args}", binds, (binds, binds + 1), Text(f" {sign} ", f" {sign} "))


def _choice(zh: str, en: str) -> Phrase:
    return Phrase(f"{zh}（{{args}}）", f"{en} of ({{args}})", ATOM, (WORDS,), Text("；", "; "))


def _over(zh: str, en: str) -> Phrase:
    return Phrase(f"{{0}}各自的{{each}}{zh}", en, WORDS, over=True)


def _rounded(zh: str, en: str) -> Phrase:
    return Phrase(f"{{0}}{zh}{{1}}的整数倍", f"{{0}} rounded {en} to a multiple of {{1}}", WORDS)


# `name.option` before `name`; `name@date` where values of a kind are not small or large
PHRASES: Mapping[str, Phrase] = {
    "sum": _chain("+", SUM),
    "difference": _chain("−", SUM),
    "product": _chain("×", PRODUCT),
    "ratio": _chain("÷", PRODUCT),
    "least": _choice("最小者", "smallest"),
    "greatest": _choice("最大者", "largest"),
    "least@date": _choice("最早者", "earliest"),
    "greatest@date": _choice("最晚者", "latest"),
    "least@choice": _choice("最低者", "lowest"),
    "greatest@choice": _choice("最高者", "highest"),
    "first_known": Phrase("{args}", "{args}", LOOSE, (WORDS,), Text("；没有的，", "; where not known, ")),
    "choose": Phrase("若{where}，则为 {0}，否则为 {1}", "if {where}, then {0}, otherwise {1}", LOOSE, (WORDS,)),
    "holds": Phrase("{where}", "{where}", LOOSE),
    "known": Phrase("{0}已知", "{0} is known", WORDS),
    "completed_years": Phrase("{0}至{1}满几年", "completed years from {0} until {1}", WORDS),
    "completed_months": Phrase("{0}至{1}满几个月", "completed months from {0} until {1}", WORDS),
    "days": Phrase("{0}至{1}的天数", "days from {0} until {1}", WORDS),
    "year_of": Phrase("{0}的年份", "year of {0}", TIGHT),
    "month_of": Phrase("{0}的月份", "month of {0}", TIGHT),
    "date.plus": Phrase("{0}之后 {1}", "{1} after {0}", WORDS),
    "date.minus": Phrase("{0}之前 {1}", "{1} before {0}", WORDS),
    "round.down": _rounded("向下舍至", "down"),
    "round.up": _rounded("向上进至", "up"),
    "round.half_up": _rounded("四舍五入至", "half up"),
    "records": Phrase("{0}", "{0}", ATOM, over=True),
    "count": Phrase("{0}的个数", "number of {0}", TIGHT, over=True),
    "total": _over("的合计", "total of {each} over {0}"),
    "mean": _over("的平均数", "mean of {each} over {0}"),
    "median": _over("的中位数", "median of {each} over {0}"),
    "lowest": _over("中最低的", "lowest {each} over {0}"),
    "highest": _over("中最高的", "highest {each} over {0}"),
    "lowest@date": _over("中最早的", "earliest {each} over {0}"),
    "highest@date": _over("中最晚的", "latest {each} over {0}"),
    "rank.highest": _over("从高到低排列时自身的名次", "own place by {each}, highest first, over {0}"),
    "rank.lowest": _over("从低到高排列时自身的名次", "own place by {each}, lowest first, over {0}"),
    "rank.highest@date": _over("从晚到早排列时自身的名次", "own place by {each}, latest first, over {0}"),
    "rank.lowest@date": _over("从早到晚排列时自身的名次", "own place by {each}, earliest first, over {0}"),
    "every": Phrase("{0}都符合（{where}）", "every one of {0} meets ({where})", WORDS, over=True),
    "some": Phrase("{0}中有符合（{where}）的", "some of {0} meet ({where})", WORDS, over=True),
    "streak": _over(
        "从新到旧连续符合（{where}）的个数", "number in a row, latest {each} first, over {0} that meet ({where})"
    ),
}
ONLY = Text("{0}（仅计{where}）", "{0} (only where {where})")  # a list without the records that do not count

OPERATORS: Mapping[str, Text] = {
    "at_least": Text("不低于", "at least"),
    "above": Text("高于", "above"),
    "at_most": Text("不超过", "at most"),
    "below": Text("低于", "below"),
    "equals": Text("为", ""),
    "one_of": Text("为其中之一：", "one of:"),
    "between": Text("在", "between"),
}
DAYS: Mapping[str, Text] = {  # days are early or late, not high or low
    "at_least": Text("不早于", "not before"),
    "above": Text("晚于", "after"),
    "at_most": Text("不晚于", "not after"),
    "below": Text("早于", "before"),
}
BETWEEN = ("at_least", "at_most")  # as the loader writes `between`
SPAN = Text("在 {0} 至 {1} 之间（含两端）", "between {0} and {1} (both in)")
AND_ALSO = Text("，", " and ")  # between the comparisons of one value
LISTED = Text("、", ", ")
# join -> words around the parts, words between them
JOINS: Mapping[str, tuple[Text, Text]] = {
    "all": (Text("{0}", "{0}"), Text("，且", ", and ")),
    "any": (Text("满足任一（{0}）", "any of ({0})"), Text("；", "; ")),
    "none": (Text("都不成立（{0}）", "none of ({0})"), Text("；", "; ")),
    "at_least": (Text("至少{least}项成立（{0}）", "at least {least} of ({0})"), Text("；", "; ")),
}
NOT = Text("不符合（{0}）", "not ({0})")  # none of a single part


def phrase_of(name: str, option: str = "", kind: str = "") -> Phrase:
    """The phrase of an operation; `kind` is the kind of the values it orders. KeyError where there is none."""
    for key in (f"{name}.{option}@{kind}", f"{name}@{kind}", f"{name}.{option}", name):
        if key in PHRASES:
            return PHRASES[key]
    raise KeyError(f"{name}.{option}")
