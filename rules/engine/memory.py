"""Remembers proved answers by the vector of codes and rungs that they were proved for."""

from __future__ import annotations

from typing import Generic, TypeVar

Answer = TypeVar("Answer")
Vector = tuple[object, ...]  # of hashable codes, flags and rungs

# Comparisons kept for an edition, each with its truth in one answer: 25 MB at most. The decisions about a household
# have 22,000 of them, in 1,270 answers, over 18,000 households of the example county.
MOST = 250_000


class Table(dict[Vector, Answer]):
    """The answers of one block of comparisons."""

    def __init__(self, comparisons: int) -> None:
        super().__init__()
        self.comparisons = comparisons


class Memory(Generic[Answer]):
    """The proved answers of one edition, in a table for each block of comparisons.

    Threads share it without a lock: each step on a dict is one step under the GIL, and an answer never changes, so
    that the worst a race can do is to prove it twice, or to count it once. `size` is of comparisons."""

    def __init__(self, most: int) -> None:
        self.most, self.size, self.hits, self.misses = most, 0, 0, 0
        self._tables: list[Table[Answer]] = []

    def table(self, comparisons: int) -> Table[Answer]:
        """The table of a block of so many comparisons. Read it directly; add to it through `keep`."""
        self._tables.append(Table(comparisons))
        return self._tables[-1]

    def keep(self, table: Table[Answer], vector: Vector, answer: Answer) -> None:
        """Remember an answer. All are forgotten where there are too many: the usual ones are soon proved again."""
        self.misses += 1
        if self.size >= self.most:
            self.clear()
        if self.most:
            table[vector] = answer
            self.size += table.comparisons

    def clear(self) -> None:
        for table in self._tables:
            table.clear()
        self.size = 0
