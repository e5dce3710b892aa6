# ruff: noqa: S310 -- the addresses are our own
"""The service over HTTP against a bare Flask + marshmallow echo on the same server, in one run; needs wrk.

Two workers on two cores, wrk on the same two; the turns alternate, so that a change in the machine's speed hits both.
What a request takes of the processor is told beside: on a busy machine requests a second count the neighbours as well.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.speed import VILLAGE
from benchmarks.timing import children, processor_seconds
from service.commands.demonstration import prepare

ROUNDS, SECONDS, CONNECTIONS = 5, 4, 64
WORKERS, THREADS = "2", "32"
BODY = {"subject": {"id": "V-001"}, "facts": VILLAGE}
GRANIAN = (
    "--interface",
    "wsgi",
    "--workers",
    WORKERS,
    "--blocking-threads",
    THREADS,
    "--no-ws",
    "--log-level",
    "error",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[str]:
    """A server in a process of its own, until the end of the block."""
    address = f"http://127.0.0.1:{port}"
    with Path(os.devnull).open("w") as nowhere:
        server = subprocess.Popen(command, env=environment, stdout=nowhere, stderr=nowhere)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(address + path, timeout=1)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@contextmanager
def echo() -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        *GRANIAN,
        "--factory",
        "--port",
        str(port),
        "benchmarks.echo:create_app",
    ]
    with running(command, dict(os.environ), port, "/") as address:
        yield address


@contextmanager
def service(database: str = "") -> Iterator[tuple[str, str]]:
    """The service with the log on, and a key for it."""
    port, folder = free_port(), Path(tempfile.mkdtemp())
    own = {
        "VILLAGE_CREDIT_WORKERS": WORKERS,
        "VILLAGE_CREDIT_THREADS": THREADS,
        "VILLAGE_CREDIT_PORT": str(port),
        "VILLAGE_CREDIT_RATE_LIMIT": "1000000000",
        "VILLAGE_CREDIT_MAX_BATCH": "1000000",
    }
    if database:
        own["VILLAGE_CREDIT_DATABASE"] = database
    environment, keys = prepare({**os.environ, **own}, folder)
    command = [sys.executable, "-m", "service", "serve"]
    try:
        with running(command, environment, port, "/readyz") as address:
            yield address, keys["caller"]
    finally:
        shutil.rmtree(folder)


def wrk(address: str, body: bytes, headers: dict[str, str], seconds: int = SECONDS) -> tuple[float, float, float]:
    """Requests a second, p50 and p99 in milliseconds; an answer that is not 2xx ends the run."""
    said = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in headers.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(f'wrk.method = "POST"\nwrk.body = [==[{body.decode()}]==]\n{said}')
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script.name, address]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(told)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
    return rate, *(_milliseconds(re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", told)) for part in (50, 99))


def _milliseconds(found: re.Match[str] | None) -> float:
    assert found is not None
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


class Turn(NamedTuple):
    """What one turn of a server showed: requests a second, milliseconds, and microseconds of processor a request."""

    rate: float
    half: float
    most: float
    processor: float


class Server(NamedTuple):
    """A server to measure: where it answers, with which headers, and its processes."""

    address: str
    headers: dict[str, str]
    pids: frozenset[int]

    def turn(self, body: bytes, seconds: int = SECONDS) -> Turn:
        before = processor_seconds(self.pids)
        rate, half, most = wrk(self.address, body, self.headers, seconds)
        return Turn(rate, half, most, (processor_seconds(self.pids) - before) / (rate * seconds) * 1e6)


def report(database: str = "") -> Iterator[str]:
    """The credit-village decision against the echo."""
    body, types = json.dumps(BODY).encode(), {"Content-Type": "application/json"}
    with echo() as bare:
        echoing = Server(f"{bare}/", types, children())
        with service(database) as (address, key):
            headers = {**types, "Authorization": f"Bearer {key}"}
            deciding = Server(f"{address}/v1/decisions/credit_village", headers, children() - echoing.pids)
            for one in (echoing, deciding):
                one.turn(body, 1)
            pairs = [(echoing.turn(body), deciding.turn(body)) for _ in range(ROUNDS)]
    for name, place in (("echo", 0), ("decide and log", 1)):
        rate, half, most, processor = (median(pair[place][n] for pair in pairs) for n in range(4))
        times = f"p50 {half:>6.2f} ms   p99 {most:>6.2f} ms   processor {processor:>5.0f} µs"
        yield f"  {name:<20}{rate:>8.0f} req/s   {times}"
    shares = [decided.rate / echoed.rate for echoed, decided in pairs]
    costs = [echoed.processor / decided.processor for echoed, decided in pairs]
    tails = [decided.most / echoed.most for echoed, decided in pairs]
    for name, found in (("req/s", shares), ("req/s for the same processor time", costs)):
        yield f"  {name}: {median(found):.2f} of the echo (rounds {min(found):.2f} to {max(found):.2f})"
    yield f"  p99: {median(tails):.1f} times the echo's"


if __name__ == "__main__":
    for line in report(*sys.argv[1:]):
        print(line, flush=True)
