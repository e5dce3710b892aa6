"""Cold start and memory, each in a process of its own; processor time against `python -c "import click"`."""

from __future__ import annotations

import subprocess
import sys

IMPORT = "import time; t = time.process_time(); import rules; print(time.process_time() - t)"
LOAD = (
    "import time; from pathlib import Path; from datetime import date; from rules import Engine, open_store; "
    "t = time.process_time(); Engine(open_store(Path('policies')).in_force('xx-county', date(2026, 12, 31))); "
    "print(time.process_time() - t)"
)
MEMORY = """
import resource
from benchmarks.speed import HOUSEHOLD, ON, POLICIES
from rules import Engine, FactChecker, open_store
edition = open_store(POLICIES).in_force('xx-county', ON)
engine, facts = Engine(edition), FactChecker(edition).check('household', HOUSEHOLD)
for number in range(1, 1_000_001):
    engine.judge('screening', facts, ON)
    if number in (20_000, 1_000_000):
        print(number, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 'KiB')
"""

# the peak of a process counts that of the process it is forked from: it is started by a small one
SPAWN = (
    "import os, subprocess, sys; one = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL); "
    "_, _, used = os.wait4(one.pid, 0); print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
)
MISSED = "MISSES the target of"
MAIN = "from service.commands.main import main; main()"
CASE = "examples/cases/village_misses_narrowly.yaml"
COMMANDS = {  # the most that each may cost, in imports of click, and its most MiB; None where there is no target
    ("--help",): (7, 80),
    ("policies", "check"): (19, 80),
    ("decide", "credit_village", CASE): (19, 80),
    ("county", "run", "--help"): (None, None),
}
MOST_IMPORT, MOST_LOAD = 3.5, 7  # in imports of click: 150 and 300 ms where that takes 43


def _cost(code: str, *words: str) -> tuple[float, float]:
    """The least processor seconds of five runs of Python, and the greatest peak memory in MiB."""
    runs = [_run(SPAWN, sys.executable, "-c", code, *words).split() for _ in range(5)]
    return min(float(seconds) for seconds, _ in runs), max(float(peak) for _, peak in runs)


def _least(code: str) -> float:
    return min(float(_run(code)) for _ in range(5))


def _run(code: str, *words: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


def _line(what: str, seconds: float, bare: float, most: float | None) -> str:
    """A cost, how many times the import of click that is, and whether it keeps to its target."""
    line = f"{what}: {seconds * 1e3:.0f} ms ({seconds / bare:.1f} times)"
    return line if most is None else f"{line}, {'within' if seconds <= most * bare else MISSED} {most} times"


def report() -> list[str]:
    """Commands, import and load against the import of click, and the peak memory of a million decisions."""
    bare, least = _cost("import click")
    lines = [f"import click: {bare * 1e3:.0f} ms, {least:.0f} MiB"]
    for words, (most, room) in COMMANDS.items():
        seconds, peak = _cost(MAIN, *words)
        memory = "" if room is None else f", {'within' if peak <= room else MISSED} {room} MiB"
        lines.append(f"{_line('village-credit ' + ' '.join(words), seconds, bare, most)}; {peak:.0f} MiB{memory}")
    return [
        *lines,
        _line("import rules", _least(IMPORT), bare, MOST_IMPORT),
        _line("load and compile", _least(LOAD), bare, MOST_LOAD),
        "peak memory of 1,000,000 decisions:\n" + _run(MEMORY),
    ]
