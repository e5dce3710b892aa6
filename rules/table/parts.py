"""Parts and their wholes in a table: which are contradictory, and what their bounds say of each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import ibis

from rules.judging.parts import Pair
from rules.model import Edition, Fact, Ref
from rules.table.bounds import interval
from rules.table.columns import ENDS
from rules.table.judge import frame_of, prepare
from rules.table.rows import WORKING, When
from rules.table.spans import point
from rules.table.values import compare, some, truth


def exceeds(table: Any, part: str, whole: str) -> Any:
    """Whether a part is larger than its whole, whatever they are within their bounds; null where it cannot be told."""
    least, most = (ibis.coalesce(table[name], table[name + end]) if name + end in table.columns else table[name]
                   for name, end in zip((part, whole), ENDS, strict=True))  # fmt: skip
    return least > most


def marked(edition: Edition, on: When, table: Any, pairs: Collection[Pair]) -> tuple[Any, list[str]]:
    """The table with a column for each pair, whether the part is surely larger than its whole as they are worked out;
    and the names of these columns."""
    (subject,) = {pair.part.subject for pair in pairs}
    frame, columns = frame_of(edition, subject, on, table), dict[str, Any]()
    sides = [[Ref("fact", "", one.name, one.type) for one in (pair.part, pair.whole)] for pair in pairs]
    prepare(frame, [(subject, ref) for both in sides for ref in both])
    for number, both in enumerate(sides):
        part, whole = (interval(ref, frame) or point(frame.evaluate(ref)) for ref in both)
        above = compare("above", part.low, whole.high, frame.flags)
        columns[f"{WORKING}exceeds{number}"] = ibis.coalesce(part.there & whole.there & above, truth(False))
    return frame.rows.select({name: frame.rows.read(name) for name in frame.rows.columns} | columns), [*columns]


def narrowed(facts: Mapping[str, Fact], table: Any, ends: Collection[str]) -> dict[str, Any]:
    """Facts and their ends, narrowed as a part never exceeds its whole; ends that meet are a value, and those that
    have crossed are nothing. A fact of which nothing is known, as where it contradicts another, stays so."""
    has = {name for name, fact in facts.items() if fact.type.is_number and name in table.columns}
    low, high = ({name: ibis.coalesce(table[name], table[name + end]) if name in ends else table[name] for name in has}
                 for end in ENDS)  # fmt: skip
    parts = [(name, whole) for name in facts if name in has for whole in facts[name].part_of if whole in has]
    parts.sort(key=lambda pair: _depth(facts, pair[0]))
    for name, whole in parts:
        high[name] = ibis.least(high[name], high[whole])
    for name, whole in reversed(parts):
        low[whole] = ibis.greatest(low[whole], low[name])
    columns: dict[str, Any] = {}
    for name in ends:
        own, types = table[name], [table[name + end].type() for end in ENDS]
        open_ = own.isnull() & some([table[name + end].notnull() for end in ENDS])
        one = ibis.coalesce(low[name] == high[name], truth(False))
        crossed = ibis.coalesce(low[name] > high[name], truth(False))
        columns[name] = ibis.ifelse(open_ & one, low[name], own).cast(own.type())
        for end, value, type in zip(ENDS, (low[name], high[name]), types, strict=True):
            columns[name + end] = ibis.ifelse(open_ & ~one & ~crossed, value, ibis.null(type)).cast(type)
    return columns


def _depth(facts: Mapping[str, Fact], name: str) -> int:
    """How many wholes a part lies in, one within the other."""
    return 1 + max((_depth(facts, whole) for whole in facts[name].part_of if whole in facts), default=0)
