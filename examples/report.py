"""Makes the report that `village-credit serve --demo` shows of an example county.

`python -m examples.report --out DIR` makes it anywhere.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from examples.generate import PLANS, Wanted, generate
from service.command_line import cli

TABLES = ("households", "villages", "townships", "county")
COUNTY = Wanted(households=9000, villages=48, townships=8, on=date(2026, 12, 31), years=1)


def report(policies: Path, out: Path) -> None:
    """A run of the county under the policies of a folder; `out` appears in the end."""
    with TemporaryDirectory() as scratch:
        files = generate(COUNTY, Path(scratch))
        tables = [part for name in TABLES for part in (f"--{name}", str(files / f"{name}.parquet"))]
        about = ["--plan", PLANS[0], "--on", COUNTY.on.isoformat(), "--policies", str(policies)]
        if code := cli(["county", "run", *tables, *about, "--out", str(out)], standalone_mode=False):
            raise SystemExit(code)


@click.command()
@click.option("--policies", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("policies"))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def main(policies: Path, out: Path) -> None:
    """Generate the example county and run it."""
    report(policies, out)


if __name__ == "__main__":
    main()
