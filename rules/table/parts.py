"""Parts and their wholes in a table: which are contradictory, and what their bounds say of each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import ibis

from rules.judging.parts import Pair
from rules.model import Edition, Fact, Ref
from rules.table.bounds import interval
from rules.table.columns import ENDS
from rules.table.judge import frame_of, prepare
from rules.table.rows import WORKING, When
from rules.table.spans import point
from rules.table.values import compare, every, some, truth


def exceeds(table: Any, pair: Pair) -> Any:
    """Whether a part is larger than its whole, whatever they are within their bounds and nothing between them is known;
    null where it cannot be told."""
    least, most = (ibis.coalesce(table[name], table[name + end]) if name + end in table.columns else table[name]
                   for name, end in zip(pair.facts, ENDS, strict=True))  # fmt: skip
    return every([least > most, *(table[name].isnull() for name in pair.between if name in table.columns)])


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


def narrowed(facts: Mapping[str, Fact], table: Any, ends: Collection[str]) -> Any:
    """The table with facts and their ends narrowed as a part never exceeds its whole; ends that meet are a value, and
    those that have crossed are nothing. A fact of which nothing is known, as where it contradicts another, stays so."""
    has = {name for name, fact in facts.items() if fact.type.is_number and name in table.columns}
    low, high = ({name: ibis.coalesce(table[name], table[name + end]) if name in ends else table[name] for name in has}
                 for end in ENDS)  # fmt: skip
    parts = [(name, whole) for name in facts if name in has for whole in _nearest(facts, name, has)]
    parts.sort(key=lambda pair: _depth(facts, pair[0]))
    for name, whole in parts:
        high[name] = ibis.least(high[name], high[whole])
    for name, whole in reversed(parts):
        low[whole] = ibis.greatest(low[whole], low[name])
    made = {(name, end): f"{WORKING}narrowed{number}{end}" for number, name in enumerate(sorted(ends)) for end in ENDS}
    sides = dict(zip(ENDS, (low, high), strict=True))
    # columns of their own: each is read five times over, and written out it names all its parts and wholes
    wide = table.select(*table.columns, **{column: sides[end][name] for (name, end), column in made.items()})
    columns: dict[str, Any] = {name: wide[name] for name in table.columns}
    for name in ends:
        own, (least, most) = wide[name], (wide[made[name, end]] for end in ENDS)
        open_ = own.isnull() & some([wide[name + end].notnull() for end in ENDS])
        one, crossed = (ibis.coalesce(test, truth(False)) for test in (least == most, least > most))
        columns[name] = ibis.ifelse(open_ & one, least, own).cast(own.type())
        for column, value in zip((name + end for end in ENDS), (least, most), strict=True):
            kept = ibis.ifelse(open_ & ~one & ~crossed, value, ibis.null(wide[column].type()))
            columns[column] = kept.cast(wide[column].type())
    return wide.select(**columns)


def _nearest(facts: Mapping[str, Fact], name: str, has: Collection[str]) -> Iterator[str]:
    """The wholes of a fact that a table has; those of a whole that it has not."""
    for whole in facts[name].part_of:
        yield from (whole,) if whole in has else _nearest(facts, whole, has)


def _depth(facts: Mapping[str, Fact], name: str) -> int:
    """How many wholes a part lies in, one within the other."""
    return 1 + max((_depth(facts, whole) for whole in facts[name].part_of if whole in facts), default=0)
