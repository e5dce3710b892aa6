"""Remembers proved answers by the rungs that they were proved for."""

from __future__ import annotations

from typing import Generic, TypeVar

Answer = TypeVar("Answer")
Rungs = tuple[int, ...]

# Comparisons kept for an edition, each with its truth in one answer: 25 MB at most. The four decisions about a
# household have some 50,000 over 20,000 households of the example county; cases made up to be all different end here.
MOST = 250_000


class Memory(Generic[Answer]):
    """The proved answers of one edition, in a table for each block of comparisons.

    Threads share it without a lock: each step on a dict is one step under the GIL, and an answer never changes, so
    that the worst a race can do is to prove it twice, or to keep a few more than `most`."""

    def __init__(self, most: int) -> None:
        self.most, self.hits, self.misses = most, 0, 0
        self._tables: list[tuple[dict[Rungs, Answer], int]] = []

    def table(self, comparisons: int) -> dict[Rungs, Answer]:
        """The table of a block of so many comparisons. Read it directly; add to it through `keep`."""
        self._tables.append(({}, comparisons))
        return self._tables[-1][0]

    @property
    def size(self) -> int:
        """The comparisons that are remembered."""
        return sum([len(table) * comparisons for table, comparisons in self._tables])

    def keep(self, table: dict[Rungs, Answer], rungs: Rungs, answer: Answer) -> None:
        """Remember an answer. All are forgotten where there are too many: the usual ones are soon proved again."""
        self.misses += 1
        if self.size >= self.most:
            self.clear()
        if self.most:
            table[rungs] = answer

    def clear(self) -> None:
        for table, _ in self._tables:
            table.clear()
