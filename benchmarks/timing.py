"""Interleaved timing: every contestant runs in every round, so that a change in the machine's speed hits them all.

What is timed is the processor's time, of all threads: on a busy machine the clock on the wall times the neighbours.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median

Work = Callable[[], object]
TICKS = os.sysconf("SC_CLK_TCK")


def microseconds(contestants: Mapping[str, Work], rounds: int = 9, seconds: float = 0.08) -> dict[str, float]:
    """The median time of one call of each contestant."""
    calls = {name: _calls(work, seconds) for name, work in contestants.items()}
    seen: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            start = time.process_time()
            for _ in range(calls[name]):
                work()
            seen[name].append((time.process_time() - start) / calls[name] * 1e6)
    return {name: median(times) for name, times in seen.items()}


def _calls(work: Work, seconds: float) -> int:
    work()
    start = time.process_time()
    for _ in range(20):
        work()
    return max(20, int(20 * seconds / (time.process_time() - start)))


def table(title: str, times: Mapping[str, float], *against: str) -> str:
    """The times, and each as a ratio of throughput to some of them (above 1 is faster)."""
    lines = [title]
    for name, time_ in times.items():
        ratios = "".join(f"{times[other] / time_:>9.2f} × {other}" for other in against)
        lines.append(f"  {name:<44}{time_:>10.1f} µs{ratios}")
    return "\n".join(lines)


def children(parent: int | None = None) -> frozenset[int]:
    """The processes below one: below this one where none is named."""
    parent = os.getpid() if parent is None else parent
    below = [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return frozenset(below).union(*map(children, below))


def processor_seconds(pids: Iterable[int]) -> float:
    """What processes have used so far, system calls included."""
    times = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in pids)
    return sum(int(one) for pair in times for one in pair) / TICKS
