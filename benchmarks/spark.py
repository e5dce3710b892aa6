"""The county run on Spark with one core and with two, in turns: python -m benchmarks.spark FOLDER [rounds]

FOLDER is that of benchmarks.county. Each run is a process of its own, and the master is said as a cluster's would be,
by Spark's own PYSPARK_SUBMIT_ARGS. The process is held to as many cores: `local[1]` by itself has the second for what
a JVM does beside its tasks. The clock on the wall is read: what a JVM's threads take is not asked of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.county import FILES, ON, ROOT
from rules.building.loader import load
from service.county.intake.inputs import Source
from service.county.running import Asked, run

MASTERS = {"local[1]": 1, "local[2]": 2}


def one(folder: Path) -> None:
    """Run it here, and print the seconds of each step."""
    edition = load(ROOT / "policies/xx-county/2026-05-01", ROOT / "policies").edition
    assert edition is not None
    sources = tuple(Source(subject, folder / f"{file}.parquet") for subject, file in FILES.items())
    at: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        run(Asked(edition, ON, sources, Path(scratch) / "out", "spark"), lambda step: at.append((step, time.time())))
    print(json.dumps({step: after - before for (step, before), (_, after) in pairwise(at)}))


def main(folder: Path, rounds: int) -> None:
    seen: dict[str, list[dict[str, float]]] = {master: [] for master in MASTERS}
    for _ in range(rounds):
        for master, found in seen.items():
            cores = sorted(os.sched_getaffinity(0))[: MASTERS[master]]
            process = subprocess.run(
                [sys.executable, "-m", "benchmarks.spark", "one", str(folder)], stdout=subprocess.PIPE, check=True,
                env=os.environ | {"PYSPARK_SUBMIT_ARGS": f"--master {master} pyspark-shell"},
                preexec_fn=lambda cores=cores: os.sched_setaffinity(0, cores),
            )  # fmt: skip
            found.append(json.loads(process.stdout.decode().splitlines()[-1]))
    for master, found in seen.items():
        steps = {step: median(times[step] for times in found) for step in found[0]}
        print(f"{master}  " + "  ".join(f"{step} {seconds:.1f} s" for step, seconds in steps.items()))
    single, double = (median(times["household"] for times in seen[master]) for master in MASTERS)
    print(f"households: {single / double:.2f} times as fast on two cores as on one")


if __name__ == "__main__":
    if sys.argv[1] == "one":
        one(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
