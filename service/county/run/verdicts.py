"""Sets of criteria in SQL: for every row of a judged table the criteria that are not met, or that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.table.verdicts import WIDTH, Kind, Verdicts
from service.county.backend import named


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """A set of criteria by row: an SQL expression for each column of bits, the first criteria first."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, layout: Verdicts, kind: Kind, table: str = "") -> CriteriaSet:
        """The set that the columns of a table hold."""
        return cls(tuple((f"{table}." if table else "") + named(one) for one in layout.columns(kind)))

    def __or__(self, other: CriteriaSet) -> CriteriaSet:
        return self._with(other, "({} | {})")

    def __sub__(self, other: CriteriaSet) -> CriteriaSet:
        return self._with(other, "({} & ~{})")

    def _with(self, other: CriteriaSet, form: str) -> CriteriaSet:
        return CriteriaSet(tuple(form.format(*pair) for pair in zip(self.parts, other.parts, strict=True)))

    @property
    def some(self) -> str:
        """Whether the set has a criterion."""
        return _joined(" OR ", (f"{part} > 0" for part in self.parts))

    @property
    def none(self) -> str:
        """Whether the set is empty."""
        return _joined(" AND ", (f"{part} = 0" for part in self.parts))

    @property
    def size(self) -> str:
        """The number of criteria."""
        return _joined(" + ", (f"bit_count({part})::INTEGER" for part in self.parts))

    @property
    def listed(self) -> str:
        """The columns as a list, for `rules.table.verdicts.places` to read."""
        return f"[{', '.join(self.parts)}]"

    def has(self, place: int) -> str:
        """1 where the set has the criterion at a place, else 0."""
        return f"(({self.parts[place // WIDTH]} >> {place % WIDTH}) & 1)"

    def only(self, place: int) -> str:
        """Whether the set has the criterion at a place and no other."""
        wanted = (1 << place % WIDTH if number == place // WIDTH else 0 for number in range(len(self.parts)))
        return _joined(" AND ", (f"{part} = {value}" for part, value in zip(self.parts, wanted, strict=True)))


def _joined(word: str, parts: Iterable[str]) -> str:
    return f"({word.join(parts)})"
