# ruff: noqa: S310 -- the addresses are our own
"""Batches over HTTP, end to end and logged: cases a second for each core; and the memory of the service under load.

Cores are counted by the processor time that the service used, so that what else the machine does stays out of it.
"""

from __future__ import annotations

import json
import random
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.http import BODY, service, wrk
from benchmarks.speed import HOUSEHOLD, VILLAGE
from benchmarks.timing import children, processor_seconds

CASES, ROUNDS = 10_000, 4
MANY = 500_000  # requests


def memory(pids: list[int]) -> int:
    """Resident KiB of all together; pages that they share are counted for each."""
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def households() -> list[object]:
    chance = random.Random(7)
    facts = {**HOUSEHOLD, "birth_date": "1961-05-02"}
    return [
        {"subject": {"id": f"H-{n:06d}"}, "facts": {**facts, "adverse_record": chance.random() < 0.1}}
        for n in range(CASES)
    ]


def villages() -> list[object]:
    return [{"subject": {"id": f"V-{n:06d}"}, "facts": VILLAGE} for n in range(CASES)]


def batches() -> Iterator[str]:
    """JSON and NDJSON, of households and of villages."""
    with service() as (address, key):
        pids = children()
        for decision, cases in (("screening", households()), ("credit_village", villages())):
            whole = json.dumps({"cases": cases}).encode()
            lines = b"\n".join(json.dumps(case).encode() for case in cases)
            for kind, data in (("application/json", whole), ("application/x-ndjson", lines)):
                headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
                request = urllib.request.Request(f"{address}/v1/decisions/{decision}/batch", data, headers)
                best = min(_used(request, pids) for _ in range(ROUNDS))
                yield f"  {decision:<16}{kind:<24}{CASES / best:>8.0f} cases/s per core"


def _used(request: urllib.request.Request, pids: list[int]) -> float:
    before = processor_seconds(pids)
    with urllib.request.urlopen(request) as answer:
        told = answer.read()
    assert told.count(b'"outcome"') == CASES, told[:500]
    return processor_seconds(pids) - before


def endurance() -> Iterator[str]:
    """The memory of the service early and late in half a million requests."""
    with service() as (address, key):
        pids = children()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        made = 0.0
        while made < MANY:
            made += 20 * wrk(f"{address}/v1/decisions/credit_village", json.dumps(BODY).encode(), headers, 20)[0]
            yield f"  {made:>9.0f} requests: {memory(pids)} KiB"


if __name__ == "__main__":
    for line in endurance() if "memory" in sys.argv else batches():
        print(line, flush=True)
