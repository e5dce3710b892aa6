"""Cold start and memory, each in a process of its own."""

from __future__ import annotations

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


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def report() -> list[str]:
    """Median of five cold imports and loads, and the peak memory early and late in a million decisions."""
    return [
        f"import rules: {sorted(float(_run(IMPORT)) for _ in range(5))[2]:.0f} ms",
        f"import, load, compile: {sorted(float(_run(LOAD)) for _ in range(5))[2]:.0f} ms",
        "peak memory of 1,000,000 decisions:\n" + _run(MEMORY),
    ]
