"""Phrases of operations: a template in each language, and the binding strength that sets brackets.

Phrases are chosen so that a sentence can be read in one way only: brackets by binding strength, and no word that
stands for two operations.
"""

from __future__ import annotations

from dataclasses import dataclass

from rules.values.text import Lang, Text

# How strongly a phrase binds: a phrase that binds less than its place asks for stands in brackets.
LOOSE, WORDS, SUM, PRODUCT, TIGHT, ATOM = range(6)
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of an operation.

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


def chain(sign: str, binds: int) -> Phrase:
    return Phrase("{args}", "{args}", binds, (binds, binds + 1), Text(f" {sign} ", f" {sign} "))


def choice(zh: str, en: str) -> Phrase:
    return Phrase(f"{zh}（{{args}}）", f"{en} of ({{args}})", ATOM, (WORDS,), Text("；", "; "))


def over(zh: str, en: str) -> Phrase:
    return Phrase(f"{{0}}各自的{{each}}{zh}", en, WORDS, over=True)


def rounded(zh: str, en: str) -> Phrase:
    return Phrase(f"{{0}}{zh}{{1}}的整数倍", f"{{0}} rounded {en} to a multiple of {{1}}", WORDS)
