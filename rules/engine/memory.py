"""Remembers proved answers by the vector of codes and rungs that they were proved for, and what fires at each rung."""

from __future__ import annotations

from typing import Any, TypeVar

Vector = tuple[Any, ...]  # of hashable codes, flags and rungs
Key = TypeVar("Key")
Proof = TypeVar("Proof")

# Comparisons kept for an edition, each with its truth in one answer: 25 MB at most. The decisions about a household
# have 22,000 of them, in 1,270 answers, over 18,000 households of the example county.
MOST = 250_000


class Table(dict[Key, Proof]):
    """What was proved of one block of comparisons."""

    def __init__(self, comparisons: int) -> None:
        super().__init__()
        self.comparisons = comparisons


class Memory:
    """What was proved of one edition, in tables.

    Threads share it without a lock: each step on a dict is one step under the GIL, and an answer never changes, so
    that the worst a race can do is to prove it twice, or to count it once. `size` is of comparisons.

    Every answer is counted once: as found whole (`hits`), joined of what was proved of each rung (`joined`), or as one
    for which the rule network was asked (`misses`)."""

    def __init__(self, most: int) -> None:
        self.most, self.size, self.hits, self.joined, self.misses = most, 0, 0, 0, 0
        self._tables: list[Table[Any, Any]] = []

    def table(self, comparisons: int) -> Table[Any, Any]:
        """A table whose entries hold so many comparisons each. Read it directly; add to it through `keep`."""
        self._tables.append(Table(comparisons))
        return self._tables[-1]

    def keep(self, table: Table[Key, Proof], key: Key, proof: Proof) -> None:
        """Remember a proof. All are forgotten where there are too many: the usual ones are soon proved again."""
        if not self.most:
            return
        if self.size >= self.most:
            self.clear()
        table[key] = proof
        self.size += table.comparisons

    def clear(self) -> None:
        for table in self._tables:
            table.clear()
        self.size = 0
