"""Each worker keeps to a processor, and what it starts does not."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system has no affinity")

WORKER = """
import json, os, subprocess, sys, threading
from pathlib import Path
from service import processors

stop = threading.Event()
early = threading.Thread(target=stop.wait)
early.start()
processors.keep_to_one(Path(sys.argv[1]), int(sys.argv[2]))
child = subprocess.Popen(["sleep", "60"])
processors.leave(child.pid)
print(json.dumps([*map(sorted, map(os.sched_getaffinity, (0, early.native_id, child.pid)))]), flush=True)
sys.stdin.read()
stop.set()
child.kill()
child.wait()
"""


@pytest.fixture
def started(tmp_path):
    """Starts a worker of so many; says what it, a thread of before and a child of it may use, while it lives."""
    made = []

    def start(workers):
        command = [sys.executable, "-c", WORKER, str(tmp_path), str(workers)]
        made.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return made[-1], json.loads(made[-1].stdout.readline())

    yield start
    for one in made:
        one.communicate()


def test_each_worker_has_a_processor_of_its_own_and_its_children_have_all(started):
    every = sorted(os.sched_getaffinity(0))
    told = [started(len(every))[1] for _ in every]
    assert [own for own, _, _ in told] == [[one] for one in every]
    assert all((thread, child) == (own, every) for own, thread, child in told)


def test_a_worker_that_is_started_again_has_the_processor_that_was_left(started):
    every = sorted(os.sched_getaffinity(0))
    first, told = started(len(every))
    for _ in every[1:]:
        started(len(every))
    first.communicate()
    assert told == started(len(every))[1]


def test_more_workers_than_processors_share_them(started):
    every = sorted(os.sched_getaffinity(0))
    told = [started(len(every) + 1)[1][0] for _ in range(len(every) + 1)]
    assert told == [*([one] for one in every), [every[0]]]


def test_where_processors_are_left_over_a_worker_has_all(started):
    every = sorted(os.sched_getaffinity(0))
    own, _, child = started(len(every) - 1)[1]
    assert own == child == every
