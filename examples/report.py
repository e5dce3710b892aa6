"""Makes the report that `village-credit serve --demo` shows of an example county.

`python -m examples.report --out DIR` makes it anywhere.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from examples.generate import Wanted, generate
from service.commands.main import cli

TABLES = ("households", "villages", "townships", "county")
MADE_FOR = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))  # the service reads it too
COUNTY = Wanted(households=9000, seed=8, villages=48, townships=8, on=date.fromisoformat(MADE_FOR["on"]), years=1)
BEFORE = replace(COUNTY, on=date(2026, 9, 30), progress=0.5)
LATE, PAID = 3, 4  # one village in so many was filed after the day of the run before, or had no bad loans then
FILED_LAST = 8  # one household in so many of a late village
FILING = ("provincial_grade", "graded_on", "granted_limit")
BAD = ("npl_balance", "lender_npl_balance")


def report(policies: Path, out: Path) -> None:
    """A run of the county under the policies of a folder, after a run of an earlier day; `out` appears in the end."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        then = generate(BEFORE, folder / "before")
        _earlier(then / "households.parquet")
        _run(then, BEFORE.on, policies, folder / "last", "--publish")  # nobody reads its report: the shortest there is
        now = generate(COUNTY, folder / "now")
        assigned = str(now / "manager_assignment_last.parquet")
        _run(now, COUNTY.on, policies, out, "--last", str(folder / "last"), "--assigned", assigned)


def _earlier(path: Path) -> None:
    """Take the filing back from households that were filed last, and the bad loans from villages that had none yet."""
    table = pq.read_table(path)
    village = np.array([int(one[1:]) for one in table["village"].to_pylist()])
    filed = pa.array((village % LATE > 0) | (np.arange(len(table)) % FILED_LAST > 0))
    table = _cleared(table, FILING, filed, None)
    pq.write_table(_cleared(table, BAD, pa.array(village % PAID > 0), Decimal(0)), path)


def _cleared(table: pa.Table, names: tuple[str, ...], kept: pa.Array, value: Decimal | None) -> pa.Table:
    """The columns with a value in the rows that are not kept."""
    for name in names:
        place, type = table.column_names.index(name), table.schema.field(name).type
        table = table.set_column(place, name, pc.if_else(kept, table[name], pa.scalar(value, type)))
    return table


def _run(files: Path, on: date, policies: Path, out: Path, *more: str) -> None:
    tables = [part for name in TABLES for part in (f"--{name}", str(files / f"{name}.parquet"))]
    when = ["--plan", MADE_FOR["plan"], "--on", on.isoformat()]
    about = [*when, "--policies", str(policies), "--out", str(out), "--replace"]
    if code := cli(["county", "run", *tables, *about, *more], standalone_mode=False):
        raise SystemExit(code)


@click.command()
@click.option("--policies", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("policies"))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def main(policies: Path, out: Path) -> None:
    """Generate the example county and run it."""
    report(policies, out)


if __name__ == "__main__":
    main()
