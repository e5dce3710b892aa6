"""Starts services as forks of a process that has imported most of them: a hundred starts cost the imports of one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing import get_context, set_start_method
from pathlib import Path

FORKS = get_context("forkserver")
# Nothing that loads prometheus_client, which reads its folder once, at import.
FORKS.set_forkserver_preload(["service.commands.serve", "flask_smorest", "flask_compress", "structlog"])


class Served(FORKS.Process):  # type: ignore[name-defined, misc]
    """A process with the methods of a Popen that a running server needs."""

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self.join(timeout)
        return self.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


def forked(environment: Mapping[str, str], log: Path) -> Served:
    """`village-credit serve` in a session of its own, as `tests.running.started` starts it."""
    process = Served(target=_serve, args=(dict(environment), log), daemon=False)
    process.start()
    return process


def _serve(environment: Mapping[str, str], log: Path) -> None:
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ.clear()
    os.environ.update(environment)
    set_start_method("fork", force=True)  # as in a process that nothing has forked: the server asks for it
    from service.commands.main import main  # noqa: PLC0415 -- the forked process has it already

    sys.argv[1:] = ["serve"]
    main()
