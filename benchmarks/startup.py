"""Cold start and memory, each in a process of its own; commands against `python -c "import click"`."""

from __future__ import annotations

import os
import subprocess
import sys

IMPORT = "import time; t = time.perf_counter(); import rules; print((time.perf_counter() - t) * 1e3)"
LOAD = (
    "import time; from pathlib import Path; from datetime import date; t = time.perf_counter(); "
    "from rules import Engine, open_store; "
    "Engine(open_store(Path('policies')).in_force('xx-county', date(2026, 12, 31))); "
    "print((time.perf_counter() - t) * 1e3)"
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

MAIN = "from service.commands.main import main; main()"
CASE = "examples/cases/village_misses_narrowly.yaml"
COMMANDS = (("--help",), ("policies", "check"), ("decide", "credit_village", CASE), ("county", "run", "--help"))


def _cost(code: str, *words: str) -> tuple[float, int]:
    """Processor seconds, the median of five, and the peak memory in MiB of a process of Python."""
    seconds, peak = [], 0
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        seconds.append(used.ru_utime + used.ru_stime)
        peak = max(peak, used.ru_maxrss // 1024)
    return sorted(seconds)[2], peak


def commands() -> list[str]:
    """What each command costs, and how many times the import of click that is."""
    bare, least = _cost("import click")
    lines = [f"import click: {bare:.2f} s, {least} MiB"]
    for words in COMMANDS:
        seconds, peak = _cost(MAIN, *words)
        lines.append(f"village-credit {' '.join(words)}: {seconds:.2f} s ({seconds / bare:.1f} times), {peak} MiB")
    return lines


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def report() -> list[str]:
    """Median of five cold imports and loads, and the peak memory early and late in a million decisions."""
    return [
        *commands(),
        f"import rules: {sorted(float(_run(IMPORT)) for _ in range(5))[2]:.0f} ms",
        f"import, load, compile: {sorted(float(_run(LOAD)) for _ in range(5))[2]:.0f} ms",
        "peak memory of 1,000,000 decisions:\n" + _run(MEMORY),
    ]
