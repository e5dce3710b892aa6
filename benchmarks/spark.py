"""The county run on Spark with one core and with two, in turns, and on a cluster of two workers:

    python -m benchmarks.spark FOLDER [rounds]           local[1] and local[2], by the clock on the wall
    python -m benchmarks.spark cluster FOLDER [lose]     a standalone cluster; its tables are compared with DuckDB's.
                                                         With `lose` a worker is killed while households are judged

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
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.cluster import cluster, kill
from benchmarks.county import FILES, ON, shipped
from service.county.backend import Duck, rows_of
from service.county.intake.inputs import Source
from service.county.run.asked import Asked
from service.county.running import run

MASTERS = {"local[1]": 1, "local[2]": 2}
LOOKS = 0.02  # seconds between two looks for tasks that run
Steps = dict[str, float]


def asked(folder: Path, out: Path, engine: str) -> Asked:
    sources = tuple(Source(subject, folder / f"{file}.parquet") for subject, file in FILES.items())
    return Asked(shipped(), ON, sources, out, engine, at_most=1.0)


def one(folder: Path, out: Path, doomed: int = 0) -> None:
    """Run it here, and print the seconds of each step; a `doomed` process group is killed in the middle."""
    at: list[tuple[str, float]] = []
    with _lost(doomed) as lost:
        run(asked(folder, out, "spark"), lambda step: at.append((step, time.time())))
    at.append(("", time.time()))
    steps = {step: after - before for (step, before), (_, after) in pairwise(at)}
    print(json.dumps(steps | ({"killed in": lost[0]} if lost else {})))


@contextmanager
def _lost(doomed: int) -> Iterator[list[int]]:
    """Kill a process group when tasks run on its executors, while the block runs; the stage that ran."""
    lost, done = list[int](), threading.Event()

    def watch() -> None:
        from pyspark import SparkContext  # noqa: PLC0415 -- an extra

        while not lost and not done.wait(LOOKS):
            context = SparkContext._active_spark_context  # noqa: SLF001 -- there is no public way without starting one
            tracker = context.statusTracker() if getattr(context, "_jsc", None) is not None else None
            for stage in tracker.getActiveStageIds() if tracker is not None else ():
                if tracker.getStageInfo(stage).numActiveTasks:
                    kill(doomed)
                    lost.append(stage)
                    break

    watcher = threading.Thread(target=watch)
    if doomed:
        watcher.start()
    try:
        yield lost
    finally:
        done.set()
        if doomed:
            watcher.join()


def process(folder: Path, out: Path, environment: Mapping[str, str], cores: int = 0, doomed: int = 0) -> Steps:
    """Run it in a process of its own, which is held to so many cores; the seconds of each step."""
    held = set(sorted(os.sched_getaffinity(0))[: cores or None])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.spark", "one", str(folder), str(out), str(doomed)], stdout=subprocess.PIPE,
        check=True, env=environment, preexec_fn=lambda: os.sched_setaffinity(0, held),
    )  # fmt: skip
    steps: Steps = json.loads(done.stdout.decode().splitlines()[-1])
    return steps


def same(one: Path, other: Path, scratch: Path) -> None:
    """AssertionError where a judged table of two runs differs, in the type of a column or in a row."""
    duck = Duck(scratch)
    for subject in FILES:
        pair = [rows_of(folder / f"{subject}.parquet") for folder in (one, other)]
        types, others = map(duck.columns, pair)
        assert types == others, f"{subject}: the columns differ: {sorted(types.items() ^ others.items())}"
        for first, second in (pair, pair[::-1]):
            only = duck.run(f"FROM {first} EXCEPT ALL FROM {second} LIMIT 1")
            assert not only, f"{subject}: only one of the two has {only[0]}"
    duck.close()


def on_cluster(folder: Path, scratch: Path, *more: str, lose: bool = False) -> Steps:
    """Run it on a cluster of two workers, one of which may be lost, and compare the tables with those of DuckDB; the
    seconds of each step."""
    with cluster(scratch) as made:
        doomed = made.workers[0] if lose else 0
        steps = process(folder, scratch / "spark", made.environment(*more), doomed=doomed)
    run(asked(folder, scratch / "duck", "duckdb"))
    same(scratch / "duck", scratch / "spark", scratch)
    return steps


def shown(name: str, steps: Mapping[str, float]) -> None:
    print(f"{name}  " + "  ".join(f"{step} {seconds:.1f}" for step, seconds in steps.items()))


def main(folder: Path, rounds: int) -> None:
    seen: dict[str, list[Steps]] = {master: [] for master in MASTERS}
    for _ in range(rounds):
        for master, cores in MASTERS.items():
            with tempfile.TemporaryDirectory() as scratch:
                environment = os.environ | {"PYSPARK_SUBMIT_ARGS": f"--master {master} pyspark-shell"}
                seen[master].append(process(folder, Path(scratch) / "out", environment, cores))
    for master, times in seen.items():
        shown(master, {step: median(one[step] for one in times) for step in times[0]})
    single, double = (median(one["household"] for one in seen[master]) for master in MASTERS)
    print(f"households: {single / double:.2f} times as fast on two cores as on one")


if __name__ == "__main__":
    if sys.argv[1] == "one":
        one(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1] == "cluster":
        with tempfile.TemporaryDirectory() as scratch:
            shown("cluster", on_cluster(Path(sys.argv[2]), Path(scratch), lose="lose" in sys.argv))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
