"""The columns of a decision's verdicts: whole numbers whose bits name criteria, the first criterion the lowest bit.

`not_met` holds the criteria that are not met, `unknown` those that cannot be told. A column holds 62 criteria; those
after them continue in `not_met_1` and `unknown_1`, and so on. Every reader and writer of these columns asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

from rules.model import Rule, criteria_of
from rules.table.columns import SEPARATOR

Kind = Literal["not_met", "unknown"]
Flag = TypeVar("Flag")
NOT_MET: Kind = "not_met"
UNKNOWN: Kind = "unknown"
WIDTH = 62  # criteria of one column: a signed number of 64 bits holds them, and so does a sum of them


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The layout of one decision's verdicts. `start` begins the name of every column."""

    codes: tuple[str, ...]
    start: str = ""

    @classmethod
    def of(cls, rule: Rule) -> Verdicts:
        """The layout in a table that holds several decisions."""
        return cls(codes_of(rule), rule.id + SEPARATOR)

    def columns(self, kind: Kind) -> tuple[str, ...]:
        """The names of the columns, that of the first criteria first; there is one even without any criterion."""
        count = max(1, -(-len(self.codes) // WIDTH))
        return tuple(f"{self.start}{kind}_{number}" if number else self.start + kind for number in range(count))

    def weighed(self, kind: Kind, flags: Sequence[Flag]) -> Iterator[tuple[str, list[tuple[int, Flag]]]]:
        """Each column with the flags of its criteria and the number that each adds to it."""
        for number, column in enumerate(self.columns(kind)):
            part = flags[number * WIDTH : (number + 1) * WIDTH]
            yield column, [(1 << place, flag) for place, flag in enumerate(part)]

    def write(self, verdicts: Mapping[str, bool | None]) -> dict[str, int]:
        """The columns of one row from the verdict of each criterion."""
        flags = {NOT_MET: [verdicts[code] is False for code in self.codes],
                 UNKNOWN: [verdicts[code] is None for code in self.codes]}  # fmt: skip
        return {column: sum(weight for weight, flag in part if flag)
                for kind, those in flags.items() for column, part in self.weighed(kind, those)}  # fmt: skip

    def read(self, row: Mapping[str, int]) -> dict[str, bool | None]:
        """The verdict of each criterion from the columns of one row."""
        not_met, unknown = (set(places(row[one] for one in self.columns(kind))) for kind in (NOT_MET, UNKNOWN))
        return {code: False if place in not_met else None if place in unknown else True
                for place, code in enumerate(self.codes)}  # fmt: skip


def codes_of(rule: Rule) -> tuple[str, ...]:
    """The criteria of a decision in the order of their bits."""
    return tuple(criterion.id for criterion in criteria_of(rule))


def places(parts: Iterable[int | None]) -> tuple[int, ...]:
    """The places of criteria that the columns of one kind name in one row; an empty cell names none."""
    return tuple(number * WIDTH + place for number, part in enumerate(parts) if part for place in _bits(part))


@lru_cache(maxsize=10_000)
def _bits(part: int) -> tuple[int, ...]:
    return tuple(place for place in range(WIDTH) if part >> place & 1)
