"""Many write at once, and some are killed: the chain stays one, nothing is lost and nothing is there twice."""

import os
import random
import signal
import threading
from collections import Counter

from service.log import verify
from tests.log.samples import entry, opened, rows
from tests.log.writer import THREADS, Writers

THREAD_COUNT, EACH = 4, 250
PROCESSES, OF_EACH = 3, 60
KILLS = 20


def ids(log):
    return Counter(id for (id,) in rows(log, "SELECT id FROM log"))


def test_threads_write_one_chain(log):
    written = [[entry() for _ in range(EACH)] for _ in range(THREAD_COUNT)]
    threads = [threading.Thread(target=lambda mine=mine: [log.append([one]) for one in mine]) for mine in written]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ids(log) == Counter(one.id for mine in written for one in mine)
    assert verify(log, [log.head()]).intact


def finished(writers, number):
    """What so many writers acknowledged until they were all gone, and how they went."""
    wrote, gone = [], []
    while len(gone) < number:
        word, *said = writers.read()
        wrote.append(said[1]) if word == "wrote" else gone.append(int(said[1]))
    return wrote, gone


def test_processes_write_one_chain(url):
    with Writers(url) as writers:
        for _ in range(PROCESSES):
            writers.start(OF_EACH)
        wrote, gone = finished(writers, PROCESSES)
    log = opened(url)
    assert gone == [0] * PROCESSES
    assert len(wrote) == PROCESSES * THREADS * OF_EACH
    assert ids(log) == Counter(wrote)
    assert verify(log, [log.head()]).intact
    log.close()


def test_processes_may_be_forked_from_one_that_has_the_log_open(url):
    """Their parent writes before and after: its connections are still its own."""
    with Writers(url, "inherit") as writers:
        for _ in range(PROCESSES):
            writers.start(OF_EACH // 4)
        wrote, gone = finished(writers, PROCESSES)
    log = opened(url)
    assert gone == [0] * PROCESSES
    assert ids(log) == Counter([*wrote, "before", "after"])
    assert verify(log, [log.head()]).intact
    log.close()


def test_what_was_acknowledged_is_there_after_a_kill(url):
    """Each writer is killed at a random moment; what it was about when it was, may be there or not, but whole."""
    moments = random.Random(7)
    wrote = []
    with Writers(url) as writers:
        for _ in range(KILLS):
            writers.start()
            left = moments.randrange(1, 25)
            gone = False
            while not gone:
                word, pid, said = writers.read()
                gone = word == "gone"
                if gone:
                    assert int(said) == signal.SIGKILL
                    continue
                wrote.append(said)
                left -= 1
                if left == 0:
                    os.kill(int(pid), signal.SIGKILL)
    log = opened(url)
    found = ids(log)
    assert len(wrote) >= KILLS
    assert not set(wrote) - set(found)
    assert set(found.values()) == {1}
    assert len(found) - len(wrote) <= KILLS * THREADS
    assert {name for (name,) in rows(log, "SELECT name FROM once")} == set(found)
    assert verify(log, [log.head()]).intact
    log.close()
