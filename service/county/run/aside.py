"""Lists the rows that are set aside and the cells of kept rows that are not used, with their reasons."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from rules.table.columns import KEY
from service.county.backend import Duck, named, quoted, rows_of
from service.county.cells import defused
from service.county.intake.checks import BAD, Checks
from service.county.intake.inputs import ROW, SPAN, Source

SET_ASIDE = "set_aside"
HEADING = ("subject", "file", "row", "id", "column", "code", "zh", "en", "sheet", "kept")


def write_set_aside(duck: Duck, checks: Checks, sources: Sequence[Source], folder: Path) -> None:
    """Write the list as Parquet and as CSV: a line for each fault. `kept` says that the row stands and only the fact
    in the column is unknown."""
    codes = ", ".join(f"({quoted(code)}, {quoted(zh)}, {quoted(en)})" for code, (zh, en) in checks.messages.items())
    duck.run(f"CREATE OR REPLACE TEMP TABLE messages__ AS SELECT * FROM (VALUES {codes}) AS m(code, zh, en)")
    aside = folder / f"{SET_ASIDE}.parquet"
    rows = " UNION ALL ".join(_faults(checks, source) for source in sources)
    duck.copy(f"SELECT * FROM ({rows}) ORDER BY subject, file, sheet, row, column_name, code, zh", aside)
    with aside.with_suffix(".csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        writer.writerows(defused(duck.run(f"SELECT * FROM {rows_of(aside)}")))


def _faults(checks: Checks, source: Source) -> str:
    bad, own = named(BAD + source.subject), checks.of(source.subject).files[source.subject][1].id or KEY
    places = checks.places[source.subject]
    files, sheets = ([quoted(one) for one in those] for those in
                     ([one.path.name for one in places], [one.sheet for one in places]))  # fmt: skip
    return (
        f"SELECT {quoted(source.subject)} AS subject, {_at(files)} AS file, {ROW} % {SPAN} AS row, id, "
        f"CASE col WHEN {quoted(KEY)} THEN {quoted(own)} ELSE col END AS column_name, "
        f"split_part(b.code, ' ', 1) AS code, m.zh, m.en, "
        f"{_at(sheets)} AS sheet, "
        f"{ROW} NOT IN (SELECT {ROW} FROM {bad} WHERE len(facts) = 0) AS kept "
        f"FROM {bad} b JOIN messages__ m ON m.code = b.code"
    )


def _at(words: Sequence[str]) -> str:
    """The word of a list at the place of a row's sheet."""
    return f"list_element([{', '.join(words)}], {ROW} // {SPAN} + 1)"
