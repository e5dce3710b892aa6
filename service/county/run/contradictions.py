"""Finds the records of which counted facts contradict each other: a part is larger than its whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rules.judging.parts import Pair
from rules.table.columns import ENDS, KEY
from rules.table.parts import exceeds, marked
from service.county.backend import named, quoted, rows_of
from service.county.run.levels import Judging
from service.county.run.manifest import Contradiction
from service.county.run.surroundings import Surroundings


def contradictions(
    judging: Judging, clean: Mapping[str, Path], judged: Mapping[str, Path], scratch: Path
) -> Iterator[Contradiction]:
    """The parts and wholes of each judged subject that contradict each other, with the records in which they do.

    Facts are counted again only where neither a part nor its whole is known in some row."""
    for subject, path in judged.items():
        columns = judging.duck.columns(rows_of(path))
        for pair in judging.counting.held(subject, columns):
            counts = judging.counting.counts_behind(pair)
            names = (one + end for one in counts for end in ("", *ENDS) if one + end in columns)
            unknown = " AND ".join(f"{named(one)} IS NULL" for one in names)
            ids = [id for (id,) in judging.duck.run(f"SELECT {KEY} FROM {rows_of(path)} WHERE {unknown}")]
            ids = ids and _exceeding(Surroundings(judging, clean, judged, scratch), pair, ids)
            if ids:
                yield Contradiction(subject, pair.part.name, pair.whole.name, len(ids), tuple(ids), tuple(counts))


def _exceeding(around: Surroundings, pair: Pair, ids: list[str]) -> list[str]:
    """Those of the records in which the part as counted is the larger."""
    judging, path = around.judging, around.scratch / "contradictions.parquet"
    judging.counting.believing = True
    try:
        table = around.counted(pair.part.subject)
        if pair.given:
            exceeding = table.select(KEY, exceeds__=exceeds(table, pair))
        else:
            table, (name,) = marked(judging.edition, judging.counting.on, table, [pair])
            exceeding = table.select(KEY, exceeds__=table[name])
        judging.backend.write(exceeding, path, KEY)
    finally:
        judging.counting.believing = False
    among = f"exceeds__ AND {KEY} IN ({', '.join(map(quoted, ids))})"
    return [id for (id,) in judging.duck.run(f"SELECT {KEY} FROM {rows_of(path)} WHERE {among} ORDER BY 1")]
