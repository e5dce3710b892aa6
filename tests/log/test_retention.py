"""Inputs whose time is over are gone; the log says so, and is as whole as before."""

from datetime import timedelta

import pytest

from service.log import InputsExpired, Once, SealError, expire, verify
from service.log.entry import EXPIRY
from tests.log.samples import START, entry, rows, tamper


@pytest.fixture
def filled(log, clock):
    """An entry a day for ten days."""
    for day in range(10):
        log.append([entry(id=f"day {day}")], Once("key", f"request {day}", b"f", b"a", 200))
        clock.forward(24 * 3600)
    return log


def kept(log):
    return [seq for (seq,) in rows(log, "SELECT seq FROM sealed ORDER BY seq")]


def test_inputs_before_a_date_are_deleted_and_no_others(filled):
    done = expire(filled, START + timedelta(days=4), caller="auditor")
    assert (done.through, done.inputs, done.answers) == (4, 4, 10)
    assert kept(filled) == [5, 6, 7, 8, 9, 10]
    assert rows(filled, "SELECT name FROM once") == []
    (line,) = filled.find(kind=EXPIRY)
    assert (line.seq, line.caller, line.outcome) == (11, "auditor", EXPIRY)
    assert line.body == b'{"before":"2026-05-05T08:00:00+00:00","through":4}'
    assert verify(filled).intact


def test_expired_inputs_say_so_and_the_line_stays(filled):
    expire(filled, START + timedelta(days=4))
    with pytest.raises(InputsExpired, match="day 3"):
        filled.inputs("day 3")
    assert filled.get("day 3").body == entry().body
    assert filled.inputs("day 4") == entry().inputs


def test_inputs_that_are_gone_without_an_expiry_say_so(filled):
    expire(filled, START + timedelta(days=4))
    tamper(filled, "DELETE FROM sealed WHERE seq = 8")
    with pytest.raises(SealError, match="gone"):
        filled.inputs("day 7")


def test_inputs_that_were_altered_do_not_open(filled):
    tamper(filled, "UPDATE sealed SET content = (SELECT content FROM sealed WHERE seq = 1) WHERE seq = 2")
    with pytest.raises(SealError, match="altered"):
        filled.inputs("day 1")


def test_nothing_is_written_where_nothing_expires(filled):
    expire(filled, START + timedelta(days=4))
    head = filled.head()
    again = expire(filled, START + timedelta(days=4))
    earlier = expire(filled, START - timedelta(days=9))
    assert (again.through, again.inputs, earlier.through, earlier.inputs) == (4, 0, 4, 0)
    assert filled.head() == head


def test_an_expiry_that_was_cut_short_is_completed_by_the_next(filled, monkeypatch):
    monkeypatch.setattr("service.log.retention.AT_ONCE", 2)

    def power_cut(rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        expire(filled, START + timedelta(days=5), tick=power_cut)
    report = verify(filled)
    assert (report.intact, report.overdue, kept(filled)) == (True, 3, [3, 4, 5, 6, 7, 8, 9, 10])
    assert expire(filled, START).inputs == 3
    report = verify(filled)
    assert (report.intact, report.overdue) == (True, 0)


def test_answers_are_kept_until_their_time_is_over(log, clock):
    for name in ("early", "late"):
        log.append([entry()], Once("key", name, b"f", b"a", 200))
        clock.forward(12 * 3600)
    assert expire(log, START).answers == 1
    assert rows(log, "SELECT name FROM once") == [("late",)]


def test_progress_counts_what_is_deleted(filled, monkeypatch):
    monkeypatch.setattr("service.log.retention.AT_ONCE", 4)
    done = []
    expire(filled, START + timedelta(days=10), tick=done.append)
    assert done == [4, 4, 2, 4, 4, 2]
