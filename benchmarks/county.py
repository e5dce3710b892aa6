"""The county run against hand-written SQL (county.sql):

    python -m benchmarks.county FOLDER [rounds]       measure, in turns in one process
    python -m benchmarks.county compare [households]  compare only, on made-up counties and several days

FOLDER holds households, villages, townships and county as Parquet, as examples.generate writes them. Both ways compare
the tables of the run with those of the SQL, column by column and row by row, and fail with the first difference;
county.sql says what it leaves out. Seconds are of all threads: on a busy machine the clock on the wall times the
neighbours, so its own are shown beside.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median
from string import Template

import duckdb

from examples.generate import Wanted, generate
from rules import FactChecker, Reference
from rules.building.loader import load
from rules.model import Edition
from rules.table.columns import ASIDE, ENDS, KEY
from service.county.backend import Duck, named, quoted, rows_of
from service.county.intake.extract import case
from service.county.intake.inputs import Source
from service.county.run.asked import Asked
from service.county.run.outputs import DIRECTORY
from service.county.running import SET_ASIDE, run

ROOT = Path(__file__).parents[1]
ON = date(2026, 12, 31)
FILES = {"household": "households", "village": "villages", "township": "townships", "county": "county"}
DAYS = (date(2026, 5, 15), ON, date(2027, 7, 1), date(2028, 6, 30))  # before, between and after those of the plan
LINKS = ("id", "village", "township")
NOT_IN_SQL = ("demonstration_village", "demonstration_village__ranking", "zh", "en", "name")
KEYLESS = (SET_ASIDE, DIRECTORY)  # a row may have the same fault twice, as part of two wholes
NONE_IF_EMPTY = (*ENDS, ASIDE)
SAMPLE = 1000  # households that the plain evaluator decides, for a loop over all of them
Times = dict[str, tuple[float, float]]


def now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def by_hand(folder: Path, out: Path, on: date = ON) -> Times:
    out.mkdir()
    sql = Template((ROOT / "benchmarks/county.sql").read_text(encoding="utf-8")).substitute(IN=folder, OUT=out, ON=on)
    start = now()
    connection = duckdb.connect(config={"temp_directory": str(out / "spill")})
    connection.execute(sql)
    connection.close()
    return {"by hand": since(start)}


def asked(edition: Edition, folder: Path, out: Path, on: date = ON) -> Asked:
    sources = tuple(Source(one, folder / f"{file}.parquet") for one, file in FILES.items())
    return Asked(edition, on, sources, out, at_most=1.0)


def ours(edition: Edition, folder: Path, home: Path) -> Times:
    """The first run of an edition, which makes its queries, and a run after it, by its steps."""
    first, again = (
        _ran(replace(asked(edition, folder, home / one), cache=home / "cache")) for one in ("first", "again")
    )
    return {f"first {name}": first[name] for name in first if not name.startswith(" ")} | again


def _ran(question: Asked) -> Times:
    at: list[tuple[str, tuple[float, float]]] = []
    start = now()
    run(question, lambda step: at.append((step, since(start))))
    at.append(("", since(start)))
    steps = {f"  {one}": (after[0] - before[0], after[1] - before[1])
             for (one, before), (_, after) in pairwise(at)}  # fmt: skip
    judged = next(seconds for step, seconds in at if step == "workbook")
    return steps | {"run, outputs": judged, "run, workbook and report": at[-1][1]}


def since(start: tuple[float, float]) -> tuple[float, float]:
    return time.process_time() - start[0], time.perf_counter() - start[1]


def columns(duck: Duck, rows: str) -> list[str]:
    """The columns to compare. The run leaves out columns of ends and of rows set aside that have no value in any row;
    in the SQL they count as little."""
    names = [name for name in duck.columns(rows) if name not in NOT_IN_SQL or DIRECTORY in rows]
    counts = duck.run(f"SELECT {', '.join(f'count({named(name)})' for name in names)} FROM {rows}")[0]
    return [name for name, count in zip(names, counts, strict=True) if count or not name.endswith(NONE_IF_EMPTY)]


def gappy(duck: Duck, folder: Path, out: Path) -> Path:
    """The county of a folder with one cell in twenty empty and a village without households."""
    out.mkdir()
    for file in FILES.values():
        rows = f"(SELECT *, row_number() OVER () AS row__ FROM {rows_of(folder / f'{file}.parquet')})"
        gaps = ", ".join(
            f"CASE WHEN hash(row__, {quoted(name)}) % 20 > 0 THEN {named(name)} END AS {named(name)}"
            for name in duck.columns(rows) if name not in (*LINKS, "row__")
        )  # fmt: skip
        some = "village IS DISTINCT FROM 'V000002'" if file == FILES["household"] else "true"
        duck.copy(f"SELECT * EXCLUDE (row__) REPLACE ({gaps}) FROM {rows} WHERE {some}", out / f"{file}.parquet")
    return out


def agree(edition: Edition, households: int, days: Iterable[date], scratch: Path) -> int:
    """Run made-up counties both ways on each day; the cells compared, AssertionError as `compare`."""
    wanted = Wanted(households, townships=max(3, households // 1000), faults=0.02)
    faulty = generate(wanted, scratch / "faulty")
    duck, cells = Duck(scratch / "duck"), 0
    for county in (faulty, gappy(duck, faulty, scratch / "gappy")):
        for on in days:
            hand, out = (scratch / f"{county.name}-{on}-{who}" for who in ("hand", "run"))
            by_hand(county, hand, on)
            run(asked(edition, county, out, on))
            cells += compare(duck, out, hand)
    return cells


def compare(duck: Duck, run_: Path, hand: Path) -> int:
    """How many cells were compared; AssertionError with the first that differs, or the first column or row that only
    one of the two has."""
    cells = 0
    for table in (*FILES, *KEYLESS):
        ours_, theirs = (rows_of(folder / f"{table}.parquet") for folder in (run_, hand))
        names, others = columns(duck, ours_), columns(duck, theirs)
        assert set(names) == set(others), f"{table}: columns that only one has: {sorted({*names} ^ {*others})}"
        if table in KEYLESS:
            listed = ", ".join(map(named, names))
            for one, other, who in ((ours_, theirs, "the run"), (theirs, ours_, "the SQL")):
                only = duck.run(
                    f"SELECT {listed} FROM {one} EXCEPT ALL SELECT {listed} FROM {other} ORDER BY ALL LIMIT 1"
                )
                assert not only, f"{table}: only {who} says {only[0]}"
        else:
            _compared(duck, table, names, ours_, theirs)
        cells += len(names) * int(duck.run(f"SELECT count(*) FROM {ours_}")[0][0])
    return cells


def _compared(duck: Duck, table: str, names: list[str], one: str, other: str) -> None:
    """Each column of each row, the rows found by their ids."""
    joined = f"FROM {one} a FULL JOIN {other} b USING ({KEY})"
    alone = duck.run(f"SELECT {KEY}, a.beyond IS NULL {joined} WHERE (a.beyond IS NULL) OR (b.beyond IS NULL) LIMIT 1")
    assert not alone, f"{table} {alone[0][0]}: only {'the SQL' if alone[0][1] else 'the run'} has it"
    differ = {name: f"a.{named(name)} IS DISTINCT FROM b.{named(name)}" for name in names if name != KEY}
    counts = duck.run(f"SELECT {', '.join(f'count(*) FILTER (WHERE {one})' for one in differ.values())} {joined}")[0]
    for (name, condition), count in zip(differ.items(), counts, strict=True):
        if count:
            id, run_, hand = duck.run(f"SELECT {KEY}, a.{named(name)}, b.{named(name)} {joined} WHERE {condition} "
                                      f"ORDER BY {KEY} LIMIT 1")[0]  # fmt: skip
            raise AssertionError(f"{table} {id}, {name} (of {count} rows): the run {run_!r}, the SQL {hand!r}")


def loop(edition: Edition, duck: Duck, out: Path) -> float:
    """Seconds in which a loop over the plain evaluator would decide all households."""
    file = f"read_parquet({quoted(out / 'household.parquet')})"
    rows = duck.dicts(f"SELECT * FROM {file} USING SAMPLE {SAMPLE} ROWS")
    checker, reference = FactChecker(edition), Reference(edition)
    decisions = [rule.id for rule in edition.rules.values() if rule.subject == "household"]
    start = now()
    for row in rows:
        facts = checker.check("household", case(edition, "household", row, ()))
        for decision in decisions:
            reference.decide(decision, facts, ON)
    return since(start)[0] / len(rows) * int(duck.run(f"SELECT count(*) FROM {file}")[0][0])


def shipped() -> Edition:
    edition = load(ROOT / "policies/xx-county/2026-05-01", ROOT / "policies").edition
    assert edition is not None
    return edition


def measure(edition: Edition, folder: Path, rounds: int) -> None:
    seen: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(rounds):
            home = Path(scratch) / f"{number}"
            hand, out = home / "hand", home / "again"
            home.mkdir()
            for name, seconds in (*by_hand(folder, hand).items(), *ours(edition, folder, home).items()):
                seen.setdefault(name, []).append(seconds)
        duck = Duck(Path(scratch) / "duck")
        print(f"cells compared, all the same: {compare(duck, out, hand):,}")
        one_by_one = loop(edition, duck, out)
    times = {name: tuple(median(one[at] for one in many) for at in (0, 1)) for name, many in seen.items()}
    print(f"{'':<34}{'processor':>10}{'clock':>8}{'× by hand':>12}   (medians of {rounds})")
    for name, (processor, clock) in times.items():
        print(f"{name:<34}{processor:>8.1f} s{clock:>6.1f} s{processor / times['by hand'][0]:>12.2f}")
    whole = times["run, workbook and report"][0]
    print(
        f"a loop over the plain evaluator would take {one_by_one:.0f} s, {one_by_one / whole:.0f} times the whole run"
    )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.1f} GiB")


def main(first: str, number: int = 0) -> None:
    if first == "compare":
        with tempfile.TemporaryDirectory() as scratch:
            print(f"cells compared, all the same: {agree(shipped(), number or 20_000, DAYS, Path(scratch)):,}")
    else:
        measure(shipped(), Path(first), number or 3)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
