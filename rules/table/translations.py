"""The registry of translations: the column form of every operation that rules.operations declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.model import Op
from rules.table.frame import Frame

Translation = Callable[[Op, Frame], Any]  # a Cell of rules.table.values

TRANSLATIONS: dict[str, Translation] = {}


def translates(name: str) -> Callable[[Translation], Translation]:
    """Enters the translation of an operation."""

    def enter(translation: Translation) -> Translation:
        TRANSLATIONS[name] = translation
        return translation

    return enter


def arguments(op: Op, frame: Frame) -> list[Any]:
    """The values of the arguments in every row."""
    return [frame.evaluate(arg) for arg in op.args]
