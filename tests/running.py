# ruff: noqa: S310 -- the addresses are our own
"""The real service in processes of its own, for tests that need it as it will run."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.commands.demonstration import passwords, prepare

POLICIES = Path(__file__).parents[1] / "policies"
PATIENCE = 60.0  # seconds until a server that does not come up is given up
GONE = (urllib.error.URLError, ConnectionError, TimeoutError, http.client.HTTPException)


@dataclass(slots=True)
class Running:
    """A server, and how to speak to it."""

    address: str
    keys: Mapping[str, str]
    passwords: Mapping[str, str]
    environment: dict[str, str]
    log: Path
    begin: Callable[[Mapping[str, str], Path], Any] = field(repr=False)
    process: Any = field(repr=False)  # a Popen, or what has its methods

    def call(
        self, method: str, path: str, body: Any = None, role: str = "caller", **headers: str
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, body (JSON where it is JSON) and headers of an answer; URLError where there is none."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.keys[role]}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, _body(answer), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, _body(error), dict(error.headers)

    def wait(self) -> None:
        """Until it answers, or is dead."""
        if not wait_for(f"{self.address}/healthz", self.process):
            raise AssertionError(f"the server does not answer:\n{self.log.read_text()}")

    def restart(self) -> None:
        """Start again where the process has ended."""
        self.process = self.begin(self.environment, self.log)
        self.wait()

    def kill(self) -> None:
        """End it and its workers at once, with no time to finish anything."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while not _is_free(int(self.environment["VILLAGE_CREDIT_PORT"])):  # the workers may end a moment later
            time.sleep(0.005)

    def stop(self) -> int:
        """End it as an operator would; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def wait_for(address: str, process: Any) -> bool:
    """Whether somebody answers at the address before the process is dead, or patience ends."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
        except urllib.error.HTTPError:
            return True
        except GONE:
            time.sleep(0.05)
        else:
            return True
    return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "service", "serve"],
            env=environment, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


@contextmanager
def running(folder: Path, begin: Callable[..., Any] = started, **settings: object) -> Iterator[Running]:
    """A server with its data in a folder; settings by their names in the table of settings."""
    port = free_port()
    own = {"port": port, "workers": 1, "threads": 8, "reload_seconds": 0.1, **settings}
    told = {f"VILLAGE_CREDIT_{name.upper()}": str(value) for name, value in own.items()}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VILLAGE_CREDIT_")}
    environment, keys = prepare({**inherited, **told}, folder)
    log = folder / "server.log"
    server = Running(
        f"http://127.0.0.1:{port}", keys, passwords(folder), environment, log, begin, begin(environment, log)
    )
    try:
        server.wait()
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def _body(answer: Any) -> Any:
    data = answer.read()
    return json.loads(data) if answer.headers.get_content_type().endswith(("/json", "+json")) and data else data
