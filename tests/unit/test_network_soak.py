"""Threads, forks, memory and lifetime: what only shows when the network is used long and by many."""

import os
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest

from rules.engine import network
from rules.engine.network import Network, NetworkError, Probe, Rule

FIELDS = range(10)
CHANCE = random.Random(11)
RULES = [Rule(n % 10, low := CHANCE.randrange(20), low + n % 5) for n in range(40)]
CASES = [[CHANCE.randrange(20) for _ in FIELDS] for _ in range(500)]
ANSWERS = [[n for n, rule in enumerate(RULES) if rule.low <= case[rule.field] <= rule.high] for case in CASES]


def wrong(probe: Probe, calls: int) -> int:
    """How many of so many calls answered something else than the plain comparison."""
    return sum(sorted(probe(CASES[n % 500])) != ANSWERS[n % 500] for n in range(calls))


@pytest.fixture
def eager() -> Iterator[None]:
    """Threads take turns so often that they meet in the middle of messages."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def resident() -> int:
    """Memory of this process now, in KiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


@pytest.mark.usefixtures("eager")
def test_eight_threads_get_their_own_answers() -> None:
    tested = Network([20] * 10, RULES)
    probe = tested.probe(FIELDS)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(wrong, [probe] * 8, [5_000] * 8)) == [0] * 8
    tested.close()


@pytest.mark.usefixtures("eager")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_forked_while_threads_run_answers() -> None:
    tested = Network([20] * 10, RULES)
    probe, stop = tested.probe(FIELDS), Event()

    def work() -> None:
        while not stop.is_set():
            wrong(probe, 100)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    codes = []
    for _ in range(20):
        if not (child := os.fork()):
            status = 9
            try:
                status = int(wrong(probe, 500) > 0)
                tested.close()
            finally:
                os._exit(status)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    stop.set()
    for thread in threads:
        thread.join()

    assert codes == [0] * 20
    assert wrong(probe, 500) == 0


@pytest.mark.usefixtures("eager")
def test_closing_under_calls_in_flight_refuses_the_next_and_breaks_none() -> None:
    def work(probe: Probe, ready: Event) -> bool:
        while True:
            try:
                if wrong(probe, 20):
                    return False
            except NetworkError as refusal:
                return "closed" in str(refusal)
            ready.set()

    with ThreadPoolExecutor(4) as pool:
        for _ in range(50):
            tested, ready = Network([20] * 10, RULES), Event()
            answers = [pool.submit(work, tested.probe(FIELDS), ready) for _ in range(4)]
            ready.wait()
            tested.close()
            assert all(answer.result() for answer in answers)


def test_memory_stays_flat_over_many_calls() -> None:
    probe = Network([20] * 10, RULES).probe(FIELDS)
    wrong(probe, 20_000)
    before = resident()

    assert wrong(probe, 100_000) == 0
    assert resident() - before < 1_000


def test_memory_stays_flat_over_many_networks() -> None:
    """Closed or just forgotten, used by several threads or by none: one lost state costs 0.5 MB."""

    def one_life(n: int) -> None:
        tested = Network([20] * 10, RULES)
        if n % 3:
            probe = tested.probe(FIELDS)
            assert [sum(pool.map(wrong, [probe] * 2, [5] * 2))] == [0]
        if n % 2:
            tested.close()

    with ThreadPoolExecutor(2) as pool:
        for n in range(100):
            one_life(n)
        before = resident()
        for n in range(400):
            one_life(n)

    assert resident() - before < 5_000


def test_memory_stays_flat_over_many_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every failure throws a state away in the middle of an action."""
    probe = Network([20] * 10, RULES).probe(FIELDS)
    due = next(case for case, answer in zip(CASES, ANSWERS, strict=True) if answer)
    probe(due)
    good = network.complete_action
    broken = [True]

    def complete(handle: int, state: int) -> str | None:
        broken[0] = not broken[0]  # the canary passes, the rules do not
        if broken[0]:
            raise network.engine_error("broken")
        return good(handle, state)

    def fail(times: int) -> None:
        for _ in range(times):
            with pytest.raises(NetworkError):
                probe(due)

    monkeypatch.setattr(network, "complete_action", complete)
    broken[0] = False
    fail(50)
    before = resident()
    fail(400)

    assert resident() - before < 2_000


def test_lives_and_failures_survive_memory_full_of_rubbish() -> None:
    """MALLOC_PERTURB_ fills new and freed memory: to delete a state that was not primed frees a wild pointer."""
    tests = "flat_over_many_networks or flat_over_many_failures or closing_under"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", tests],
        env={**os.environ, "MALLOC_PERTURB_": "165"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
