"""Chance that can be asked for in any order: every value follows from the seed, what it is for, and its number.

So a row is the same whatever is generated before it, beside it, or with it in one piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # splitmix64
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Chance:
    """Chance of one seed."""

    seed: int

    def uniform(self, what: str, numbers: Ints) -> Floats:
        """Between 0 and 1, 1 left out, for each number."""
        start = int.from_bytes(sha256(f"{self.seed}/{what}".encode()).digest()[:8], "little")
        bits = numbers.astype(np.uint64) * GOLDEN + np.uint64(start)
        bits = (bits ^ (bits >> np.uint64(30))) * FIRST
        bits = (bits ^ (bits >> np.uint64(27))) * SECOND
        bits ^= bits >> np.uint64(31)
        return (bits >> np.uint64(11)) * 2.0**-53

    def normal(self, what: str, numbers: Ints) -> Floats:
        """The bell curve, near enough: four uniform values added up, so that no library's logarithm matters."""
        four = sum(self.uniform(f"{what}/{part}", numbers) for part in range(4))
        return (np.asarray(four) - 2) * np.sqrt(3.0)

    def below(self, what: str, numbers: Ints, share: Floats | float) -> NDArray[np.bool_]:
        """True for a share of the numbers."""
        return self.uniform(what, numbers) < share

    def pick(self, what: str, numbers: Ints, shares: tuple[float, ...]) -> Ints:
        """The place of one of several choices, each with its share."""
        edges = np.cumsum(shares)[:-1]
        return np.searchsorted(edges, self.uniform(what, numbers), side="right").astype(np.int64)
