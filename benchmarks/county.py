"""The county run against hand-written SQL of one of its decisions, in one process: python -m benchmarks.county FOLDER.

FOLDER holds households, villages, townships and county as Parquet, as examples.generate of any size writes them.
The SQL says two of the plan's decisions, the counts by village and three criteria: less than the run, which makes all.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from rules.loader import load
from service.county.inputs import Source
from service.county.running import Asked, run

ROOT = Path(__file__).parents[1]
ON = date(2026, 12, 31)
FILES = {"household": "households", "village": "villages", "township": "townships", "county": "county"}
SQL = """
COPY (
  SELECT *, CASE WHEN status IN ('moved_away', 'deceased', 'absconded') OR adverse_record OR other_unfitness
      OR birth_date > DATE '{on}' - INTERVAL 18 YEAR OR birth_date <= DATE '{on}' - INTERVAL 66 YEAR THEN 'excluded'
    WHEN birth_date IS NULL OR status IS NULL OR adverse_record IS NULL OR other_unfitness IS NULL
      THEN 'needs_information' ELSE 'collectable' END AS screening,
    len(list_filter(votes, lambda v: NOT v.related)) AS counted,
    len(list_filter(votes, lambda v: NOT v.related AND v.verdict = 'approve')) AS approvals,
    CASE WHEN graded_on + INTERVAL 1 YEAR >= DATE '{on}' THEN provincial_grade END AS grade
  FROM read_parquet('{folder}/households.parquet') ORDER BY id
) TO '{out}/household.parquet' (FORMAT parquet, COMPRESSION zstd);
CREATE TABLE counted AS SELECT village, count(*) AS households,
    count(*) FILTER (WHERE grade IN ('AAA', 'AA', 'A')) AS a_grade,
    count(*) FILTER (WHERE screening = 'collectable') AS collectable,
    count(*) FILTER (WHERE screening = 'collectable' AND graded_on IS NOT NULL) AS filed,
    count(*) FILTER (WHERE screening = 'collectable' AND graded_on IS NOT NULL AND granted_limit > 0) AS granted,
    count(*) FILTER (WHERE loan_balance > 0) AS borrowing, sum(loan_balance) AS loans, sum(npl_balance) AS npl
  FROM read_parquet('{out}/household.parquet') GROUP BY village;
COPY (
  SELECT village, a_grade * 100 >= 55 * households AND filed * 10 >= 9 * collectable AND granted * 2 >= filed AS good
  FROM counted ORDER BY village
) TO '{out}/village.parquet' (FORMAT parquet);
"""


def main(folder: Path) -> None:
    """Print the seconds of both and their ratio."""
    edition = load(ROOT / "policies/xx-county/2026-05-01", ROOT / "policies").edition
    assert edition is not None
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        start = time.perf_counter()
        duckdb.connect().execute(SQL.format(on=ON, folder=folder, out=out))
        by_hand = time.perf_counter() - start
        at: list[tuple[str, float]] = []
        sources = tuple(Source(one, folder / f"{file}.parquet") for one, file in FILES.items())
        start = time.perf_counter()
        run(Asked(edition, ON, sources, out / "run"), lambda step: at.append((step, time.perf_counter() - start)))
        whole = time.perf_counter() - start
    for (step, began), (_, ended) in zip(at, [*at[1:], ("", whole)], strict=True):
        print(f"  {step:<12} {ended - began:6.1f} s")
    report = next(began for step, began in at if step == "workbook")
    print(f"by hand {by_hand:.1f} s (two decisions); run {report:.1f} s, {whole:.1f} s with workbook and report")
    print(f"ratio {report / by_hand:.1f} without, {whole / by_hand:.1f} with")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
