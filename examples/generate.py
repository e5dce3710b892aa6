"""Makes an example county of any size: `python -m examples.generate --households 100000 --seed 7 --out DIR`.

examples/README.md describes the files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from examples.county_generator import villages as made
from examples.county_generator.chance import Chance
from examples.county_generator.faults import NOTES, spoil
from examples.county_generator.households import households
from examples.county_generator.places import Places, places, usual
from examples.county_generator.writing import write, writing

PIECE = 65_536  # households at a time: some 60 MB
PLANS = ("xx-county",)


@dataclass(frozen=True)
class Wanted:
    """What county is wanted; the same wish makes the same files, whatever `piece` is."""

    households: int
    seed: int = 7
    on: date = date(2026, 12, 31)
    townships: int = 0
    villages: int = 0
    years: int = 3
    format: str = "parquet"
    faults: float = 0.0
    progress: float = 1.0
    piece: int = PIECE

    def places(self) -> Places:
        townships, villages = usual(self.households)
        villages = self.villages or villages
        return places(Chance(self.seed), self.households, min(self.townships or townships, villages), villages)


def generate(wanted: Wanted, out: Path, step: Callable[[int], None] = lambda _: None) -> Path:
    """Write the county to a folder; `step` hears how many households are done."""
    out.mkdir(parents=True, exist_ok=True)
    chance, where = Chance(wanted.seed), wanted.places()
    sums = {name: np.zeros(where.villages, np.int64) for name in (*made.COUNTS, *made.MONEY, "income")}
    notes: list[pa.Table] = []

    def file(name: str) -> Path:
        return out / f"{name}.{wanted.format}"

    def spoilt(name: str, table: pa.Table, first: int) -> pa.Table:
        if not wanted.faults:
            return table
        table, found = spoil(chance, name, table, first, wanted.faults)
        notes.append(found)
        return table

    schema = households(chance, where, wanted.on, 0, 1).table.schema
    encoding = "gb18030" if wanted.faults else "utf-8-sig"
    with writing(file("households"), schema, encoding) as sink:
        for first in range(0, wanted.households, wanted.piece):
            count = min(wanted.piece, wanted.households - first)
            batch = households(chance, where, wanted.on, first, count)
            for name, total in sums.items():
                np.add.at(total, batch.village, batch.sums[name])
            sink.write(spoilt("households", batch.table, first))
            step(count)
    write(file("villages"), [spoilt("villages", made.villages(chance, where, wanted.on, sums, wanted.progress), 0)])
    townships = made.townships(chance, where, wanted.on, sums)
    write(file("townships"), [townships])
    write(file("county"), [made.county(sums, townships)])
    if wanted.years > 1:
        write(file("village_history"), made.history(chance, where, wanted.on, sums, wanted.years))
    people, last = made.managers(chance, where)
    write(file("managers"), [people])
    write(file("manager_assignment_last"), [last])
    if wanted.faults:
        write(out / "faults.csv", [NOTES.empty_table(), *notes])
    about = asdict(wanted) | {"on": wanted.on.isoformat(), "villages": where.villages, "townships": where.townships}
    del about["piece"]
    (out / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return out


def _share(_: click.Context, __: click.Parameter, text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise click.BadParameter("a share such as 0.5% or 0.005")
    return share


@click.command()
@click.option("--households", "count", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--plan", type=click.Choice(PLANS), default=PLANS[0], show_default=True, help="whose facts")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default="2026-12-31", show_default=True)
@click.option("--townships", type=click.IntRange(0), default=0, help="default: one for 15 villages")
@click.option("--villages", type=click.IntRange(0), default=0, help="default: one for 330 households")
@click.option("--years", type=click.IntRange(1, 20), default=3, show_default=True, help="this one and those before")
@click.option("--format", "format_", type=click.Choice(["parquet", "csv", "xlsx"]), default="parquet")
@click.option("--faults", callback=_share, default="0", help="share of rows with a mistake, as in 0.5%")
@click.option("--progress", callback=_share, default="100%", help="how much of the year's roll-out is done")
def main(
    count: int, seed: int, out: Path, plan: str, on: datetime, townships: int, villages: int, years: int,
    format_: str, faults: float, progress: float,
) -> None:  # fmt: skip
    """Make an example county of any size; examples/README.md describes the files."""
    del plan  # there is one so far
    if max(villages, townships) > count:
        raise click.UsageError("no more villages or townships than households")
    wanted = Wanted(count, seed, on.date(), townships, villages, years, format_, faults, progress)
    if sys.stderr.isatty():
        with click.progressbar(length=count, label="households", file=sys.stderr) as bar:
            generate(wanted, out, bar.update)
    else:
        generate(wanted, out)
    click.echo(str(out))


if __name__ == "__main__":
    main()
