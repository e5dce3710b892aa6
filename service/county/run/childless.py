"""Records above without any below: their counts are 0, which is so only where the extract below is complete."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from rules.model import Edition
from rules.table.columns import KEY, around, key_of
from service.county.run.backend import Duck, named, quoted

SHOWN = 10  # ids
Counts = Callable[[str, Iterable[str]], Collection[str]]


def childless(
    duck: Duck, edition: Edition, folder: Path, subjects: Iterable[str], counts: Counts
) -> list[dict[str, Any]]:
    """How many records of each judged subject have none below them, and the first of these; the level below is the
    next that was judged, and something has to be counted from it."""
    given = list(subjects)
    found = []
    for below in given:
        subject = next((one for one in around(edition, below) if one in given), "")
        if not subject or not counts(subject, [below]):
            continue
        upper, lower = (f"read_parquet({quoted(folder / f'{one}.parquet')})" for one in (subject, below))
        key = named(key_of(subject))
        there = f"SELECT {key} FROM {lower} WHERE {key} IS NOT NULL"
        ids = duck.run(f"SELECT {KEY} FROM {upper} WHERE {KEY} NOT IN ({there}) ORDER BY 1")
        if ids:
            first = [one for (one,) in ids[:SHOWN]]
            found.append({"subject": subject, "below": below, "rows": len(ids), "ids": first})
    return found
