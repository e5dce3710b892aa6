"""A standalone cluster of Spark on this machine: a master and workers in processes of their own, on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = "127.0.0.1"
PATIENCE = 120.0  # seconds until a process of the cluster has to be there
DEPLOY = "org.apache.spark.deploy."


@dataclass(frozen=True, slots=True)
class Cluster:
    """The address of the master, and the process groups of the workers: each with its executors."""

    master: str
    workers: tuple[int, ...]

    def environment(self, *more: str) -> dict[str, str]:
        """The environment of a driver that runs on it, with `more` settings as NAME=VALUE."""
        settings = (f"spark.driver.host={HERE}", f"spark.driver.bindAddress={HERE}", *more)
        words = " ".join(f"--conf {one}" for one in settings)
        return os.environ | {"PYSPARK_SUBMIT_ARGS": f"--master {self.master} {words} pyspark-shell"}


@contextmanager
def cluster(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """A cluster of workers with one core each, which ends with the block; RuntimeError where it does not start."""
    with ExitStack() as stack:
        _, line = stack.enter_context(_process(folder, r"(spark://\S+:\d+)", f"{DEPLOY}master.Master", "--port", "0"))
        groups = [
            stack.enter_context(_process(
                folder, "Successfully registered", f"{DEPLOY}worker.Worker", "--cores", "1", "--memory", memory,
                "--work-dir", str(folder / "work"), line,
            ))[0] for _ in range(workers)
        ]  # fmt: skip
        yield Cluster(line, tuple(groups))


@contextmanager
def _process(folder: Path, ready: str, *words: str) -> Iterator[tuple[int, str]]:
    """A process in a group of its own, and what it said when it was ready; in the end the group is killed."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    process = subprocess.Popen(
        [str(Path(spec.origin).parent / "bin/spark-class"), *words, "--host", HERE, "--webui-port", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=folder,
        env=os.environ | {"SPARK_LOCAL_IP": HERE},
    )  # fmt: skip
    said: list[str] = []
    there = threading.Event()

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:  # to the end: a full pipe would stop the process
            if not said and (found := re.search(ready, line)):
                said.append(found[0])
                there.set()
        there.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        there.wait(PATIENCE)
        if not said:
            raise RuntimeError(f"{words[0]} did not start")
        yield process.pid, said[0]
    finally:
        kill(process.pid)
        process.wait()
        listener.join()
        assert process.stderr is not None
        process.stderr.close()


def kill(group: int) -> None:
    """Kill a process group, which may be gone."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
