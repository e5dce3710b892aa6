"""Finds ids that differ by capital letters or by full width alone: two of them may be one record, written twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from string import ascii_letters, digits

from rules.values.ids import CARD
from service.county.backend import Duck, named, quoted
from service.county.intake.grids import Place
from service.county.intake.inputs import ROW, SPAN
from service.county.intake.matching import Note

HALF = ascii_letters + digits + "-_./#"
FULL = "".join(unicodedata.lookup(f"FULLWIDTH {unicodedata.name(one)}") for one in HALF)
SHOWN = 10  # groups named


def alike(duck: Duck, raw: str, id: str, column: str, places: Sequence[Place]) -> Iterator[Note]:
    """A note about the ids of a table that are one another's, but for capitals and width: they are records apart."""
    if not column:
        return  # the one record of a table
    at = f"CAST({named(column)} AS VARCHAR)"  # as it stands: to trim it takes longer
    if not duck.run(f"SELECT 1 FROM {named(raw)} WHERE {at} <> upper({at}) OR strlen({at}) <> length({at}) LIMIT 1"):
        return
    rows = f"(SELECT {id} AS id, {ROW} AS row FROM {named(raw)} WHERE {id} IS NOT NULL)"
    plain = f"upper(translate(id, {quoted(FULL)}, {quoted(HALF)}))"
    groups = (
        f"SELECT list(id ORDER BY row) AS ids, list(row ORDER BY row) AS rows FROM {rows} "
        f"WHERE NOT regexp_matches(id, {quoted(CARD)}) GROUP BY {plain} HAVING count(DISTINCT id) > 1"
    )
    found = duck.run(f"SELECT ids, rows, count(*) OVER () FROM ({groups}) ORDER BY rows LIMIT {SHOWN}")
    if found:
        count = found[0][2]
        zh, en = ("；".join(_group(ids, rows, places, row) for ids, rows, _ in found) for row in ("第 {} 行", "row {}"))
        more = ("……", " …") if count > len(found) else ("", "")
        yield Note(
            column, "alike_ids",
            f"有 {count:,} 组编号只差大小写或全角半角，按不同的记录读：{zh}{more[0]}。如果是同一条，请删去重复的一行。",
            f"Ids that differ by capitals or by full width alone are read as records apart ({count:,}): {en}{more[1]}. "
            "Where they are one record, delete the row that repeats it.",
        )  # fmt: skip


def twice(duck: Duck, bad: str, column: str, places: Sequence[Place]) -> Iterator[Note]:
    """A note about ids that stand more than once, in one file or in several, with their places; `bad` is the table of
    faults."""
    groups = (
        f"SELECT id, list(DISTINCT {ROW} ORDER BY {ROW}) AS rows FROM {named(bad)} WHERE code = 'repeated_id' AND "
        "id IS NOT NULL GROUP BY id"
    )
    found = duck.run(f"SELECT id, rows[:{SHOWN}], count(*) OVER () FROM ({groups}) ORDER BY rows LIMIT {SHOWN}")
    if found:
        count = found[0][2]
        zh, en = ("；".join(f"{id} ({_at(rows, places, row)})" for id, rows, _ in found)
                  for row in ("第 {} 行", "row {}"))  # fmt: skip
        more = ("……", " …") if count > len(found) else ("", "")
        yield Note(
            column, "twice_ids",
            f"有 {count:,} 个编号不止一次，这些行都未采用：{zh}{more[0]}。",
            f"Ids that stand more than once, of which no row is used ({count:,}): {en}{more[1]}.",
        )  # fmt: skip


def _group(ids: Sequence[str], rows: Sequence[int], places: Sequence[Place], row: str) -> str:
    """Ids with their rows."""
    return ", ".join(f"{id} ({_at([one], places, row)})" for id, one in zip(ids, rows, strict=True))


def _at(rows: Sequence[int], places: Sequence[Place], row: str) -> str:
    """Rows with their sheets, and their files where there are several."""
    names = (places[one // SPAN].named(places) if len(places) > 1 else "" for one in rows)
    return ", ".join(f"{name} {row.format(one % SPAN)}".strip() for name, one in zip(names, rows, strict=True))
