"""A million households screened on DuckDB: the compiled edition against SQL written by hand, in turns in one run, and
against a Python loop over the plain evaluator on a sample. Run: python -m benchmarks.table [rows]"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import ibis

from rules import Reference, open_store
from rules.table import TableJudge

ON = date(2026, 12, 31)
ROUNDS = 5

MADE = """
create table households as select
  'H-' || i as id,
  case when hash(i, 1) % 50 = 0 then null else date '1940-01-01' + (hash(i, 2) % 28000)::int end as birth_date,
  case when hash(i, 3) % 60 = 0 then null
       else ['resident', 'resident', 'resident', 'moved_away', 'deceased', 'absconded'][1 + (hash(i, 4) % 6)::int] end
    as status,
  case when hash(i, 5) % 70 = 0 then null else hash(i, 6) % 10 = 0 end as adverse_record,
  case when hash(i, 7) % 80 = 0 then null else hash(i, 8) % 20 = 0 end as other_unfitness
from range({rows}) t(i)
"""

# The same rules as a data engineer writes them, with the same columns.
BY_HAND = """
select id,
  case when not ok then 'excluded' when ok is null then 'needs_information' else 'collectable' end as outcome,
  case when not c0 then 1 else 0 end + case when not c1 then 2 else 0 end + case when not c2 then 4 else 0 end
    + case when not c3 then 8 else 0 end + case when not c4 then 16 else 0 end + case when not c5 then 32 else 0 end
    as not_met,
  case when c0 is null then 1 else 0 end + case when c1 is null then 2 else 0 end
    + case when c2 is null then 4 else 0 end + case when c3 is null then 8 else 0 end
    + case when c4 is null then 16 else 0 end + case when c5 is null then 32 else 0 end as unknown
from (select *, c0 and c1 and c2 and c3 and c4 and c5 as ok from (
  select id, age between 18 and 65 as c0, status <> 'moved_away' as c1, status <> 'deceased' as c2,
    status <> 'absconded' as c3, not adverse_record as c4, not other_unfitness as c5
  from (select *, 2026 - year(birth_date) - case when month(birth_date) * 100 + day(birth_date) > 1231 then 1 else 0 end
          as age from households)))
"""


def timed(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    edition = next(iter(open_store(Path(__file__).parents[1] / "policies").plans.values()))[0]
    con = ibis.duckdb.connect()
    con.raw_sql(MADE.format(rows=rows))
    compiled = timed(lambda: TableJudge(edition, ON).judge("screening", con.table("households")))
    judged = str(ibis.to_sql(TableJudge(edition, ON).judge("screening", con.table("households")), dialect="duckdb"))

    def run(sql: str, name: str) -> Callable[[], Any]:
        return lambda: con.con.execute(f"create or replace table {name} as {sql}")

    ours, theirs = run(judged, "judged"), run(BY_HAND, "by_hand")
    ours(), theirs()
    times = [(timed(ours), timed(theirs)) for _ in range(ROUNDS)]
    differ = con.con.execute(
        "select count(*) from judged j join by_hand h using (id) "
        "where (j.outcome, j.not_met, j.unknown) is distinct from (h.outcome, h.not_met, h.unknown)"
    ).fetchone()[0]
    table, hand = (median(one) for one in zip(*times, strict=True))

    names = ("birth_date", "status", "adverse_record", "other_unfitness")
    found = con.con.execute("from households select " + ", ".join(names) + " limit 20000").fetchall()
    cases = [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in found]
    reference = Reference(edition)
    loop = timed(lambda: [reference.judge("screening", facts, ON) for facts in cases]) / len(cases) * rows

    print(f"{rows:,} households, screening; median of {ROUNDS}; rows that differ from the SQL by hand: {differ}")
    print(f"  compile the edition to an expression   {compiled * 1000:8.0f} ms")
    print(f"  compiled edition on DuckDB             {table * 1000:8.0f} ms   {rows / table / 1e6:.1f} million rows/s")
    print(f"  SQL written by hand                    {hand * 1000:8.0f} ms   we take {table / hand:.2f} times as long")
    print(f"  Python loop over the plain evaluator   {loop * 1000:8.0f} ms   {loop / table:.0f} times as long as we do")


if __name__ == "__main__":
    main()
