"""Errors of a table engine: a table that does not fit, and a decision that cannot be judged exactly on one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rules.values.text import TextError


class TableError(TextError):
    """A table does not fit the fact dictionary; both languages."""


class NoKey(TableError):
    """A table of records does not say which record of another subject each lies in."""


class NotTabular(Exception):
    """A decision holds something that cannot be judged exactly on a table; the engine can decide it case by case."""

    def __init__(self, operation: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.operation, self.why_zh, self.why_en = operation, zh, en
        self.decision, self.item = "", ""

    @property
    def zh(self) -> str:
        return f"{self.decision}（{self.item}）不能在表上判定：{self.operation}，{self.why_zh}。请改用逐户逐村的引擎。"

    @property
    def en(self) -> str:
        return (
            f"{self.decision} ({self.item}) cannot be judged on a table: {self.operation}, {self.why_en}. "
            "Decide it case by case with the engine."
        )

    def __str__(self) -> str:
        return self.en


@contextmanager
def about(item: str, decision: str = "") -> Iterator[None]:
    """Name the fact or item, and the decision, that something not tabular was found in; the innermost name stays."""
    try:
        yield
    except NotTabular as error:
        error.item = error.item or item
        error.decision = error.decision or decision
        raise
