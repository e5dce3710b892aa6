"""Finds records above without any below: their counts are 0, which is true only of a complete extract below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from rules.model import Edition
from rules.table.columns import KEY, around, key_of
from service.county.backend import Duck, named, rows_of
from service.county.run.manifest import Childless

SHOWN = 10  # ids
Counts = Callable[[str, Iterable[str]], Collection[str]]


def childless(duck: Duck, edition: Edition, files: Mapping[str, Path], counts: Counts) -> Iterator[Childless]:
    """The records of each judged subject that have none below them, where something is counted from the next judged
    level below. `files` are the judged rows of each subject."""
    given = list(files)
    for below in given:
        subject = next((one for one in around(edition, below) if one in given), "")
        if not subject or not counts(subject, [below]):
            continue
        upper, lower = (rows_of(files[one]) for one in (subject, below))
        key = named(key_of(subject))
        there = f"SELECT {key} FROM {lower} WHERE {key} IS NOT NULL"
        ids = duck.run(f"SELECT {KEY} FROM {upper} WHERE {KEY} NOT IN ({there}) ORDER BY 1")
        if ids:
            yield Childless(subject, below, len(ids), tuple(one for (one,) in ids[:SHOWN]))
